"""/forecast: what would be sent in the days to come; it is worked out beside the chats and said afterwards."""

import re

import sqlalchemy as sa
from sqlmodel import col

from db.asked import ForecastOrder
from handlers.request import Call
from rules.refusal import Refusal, Why
from text.reply import Reply

DEFAULT_DAYS = 7
MOST_DAYS = 31
_DAYS = re.compile(r"(\d{1,4})(?:天|日|days?)?$")


def forecast(call: Call) -> Reply:
    """Order a forecast of some days; one that is under way in this chat is not begun again: /forecast [DAYS]."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    days = _read_days("".join(call.words))
    query = sa.select(ForecastOrder).where(
        col(ForecastOrder.done_at).is_(None), col(ForecastOrder.chat) == call.request.chat
    )
    under_way = call.session.execute(query).scalars().first()
    if under_way is None:
        call.session.add(
            ForecastOrder(
                chat=call.request.chat, person_id=call.known.id or 0, language=call.speech.language, days=days,
                asked_at=call.request.now,
            )
        )  # fmt: skip
    return call.reply("forecast_begun", days=under_way.days if under_way else days, under_way=under_way is not None)


def _read_days(said: str) -> int:
    match = _DAYS.match(said or str(DEFAULT_DAYS))
    if match is None or not 1 <= int(match[1]) <= MOST_DAYS:
        raise Refusal(Why.FORECAST_DAYS, days=said, most=MOST_DAYS)
    return int(match[1])
