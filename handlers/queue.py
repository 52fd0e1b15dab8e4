"""/queue: what waits for the city; one card at a time for who judges it, a list for who strikes off or looks."""

from collections.abc import Sequence
from typing import Any

from db.models import Duty, Level
from db.queries import people
from handlers.lists import describe
from handlers.request import Call
from handlers.steps import step_buttons
from rules.refusal import Refusal, Why
from rules.steps import acts_as
from services import evidence, extending, queueing
from services.queueing import Waiting
from text.reply import N_, Button, Reply

MOST_LISTED = 8
MOST_AT_ONCE = 20


def queue(call: Call) -> Reply:
    """Show what waits for whoever asks: /queue [which]."""
    place = _place(call)
    if mine := queueing.to_judge(call.session, call.office, call.known, call.today):
        return _card(call, [one for one in mine if call.may_see(one.duty)], place)
    return _list(call)


def _place(call: Call) -> int:
    word = call.words[0] if call.words else "1"
    if not (word.isdecimal() and len(word) <= 4):
        raise Refusal(Why.UNKNOWN_NUMBER, number=word)  # 003准备验收 is a sentence
    return max(int(word), 1)


def _card(call: Call, mine: Sequence[Waiting], place: int) -> Reply:
    """Show one duty to be judged; the last is followed by the first."""
    place = (place - 1) % len(mine) + 1
    here = mine[place - 1]
    report = queueing.reported(call.session, here.duty)
    proofs = evidence.of_duty(call.session, here.duty)
    rows = [tuple(step_buttons(call, here.duty))]
    look = [call.button(N_("看佐证"), f"/evidence {here.duty.number}")] if proofs else []
    look.append(call.button(N_("详情"), f"/duty {here.duty.number}"))
    if len(mine) > 1:
        look.append(call.button(N_("下一件 ›"), f"/queue {place + 1}"))
    return call.reply(
        "queue_card", *rows, tuple(look), waiting=here, place=place, count=len(mine),
        late=sum(one.is_late for one in mine), most=call.office.policy.check_workdays, **describe(call, here.duty),
        stream=call.office.policy.workstream(here.duty.workstream), proofs=evidence.by_phase(proofs),
        reported_at=call.office.local(report[0].at) if report else None,
        reported_by=report[1].name if report and report[1] and call.names_people else "",
        numbers=[here.duty.number], replaces=True,
    )  # fmt: skip


def _list(call: Call) -> Reply:
    """List what waits for the city; whoever strikes off has his buttons beside."""
    closes = acts_as(call.known, Level.CITY_OFFICE, people(call.session), call.today)
    waiting = [one for one in queueing.everything(call.session, call.office, call.today) if call.may_see(one.duty)]
    to_close = [one for one in waiting if one.duty.status in queueing.TO_CLOSE]
    shown = (to_close if closes else waiting)[:MOST_LISTED]
    lines = [{**describe(call, one.duty), "waiting": one} for one in shown]
    return call.reply(
        "queue_list", *_decisions(call, closes, to_close), lines=lines, count=len(waiting), closes=closes,
        to_close=len(to_close), late=sum(one.is_late for one in waiting), most=call.office.policy.check_workdays,
        declined=_declined(call) if closes else [],
        extensions=len(extending.open_requests(call.session)) if closes else 0,
        numbers=[one.duty.number for one in shown], replaces=True,
    )  # fmt: skip


def _decisions(call: Call, closes: bool, to_close: Sequence[Waiting]) -> list[tuple[Button, ...]]:
    if not closes:
        return []
    ready = [one.duty for one in to_close if _may_close(call, one.duty)][:MOST_AT_ONCE]
    rows: list[tuple[Button, ...]] = []
    if ready:
        numbers = " ".join(duty.number for duty in ready)
        rows.append((call.button(N_("全部销号（%(count)s件）"), f"/close {numbers}", count=len(ready)),))
    if extending.open_requests(call.session):
        rows.append((call.button(N_("延期申请"), "/extensions"),))
    for duty in _declined(call):
        rows.append((Button(label=f"{duty.number} {call.speech.word(N_('移交'))}", command=f"/transfer {duty.number}"),
                     call.button(N_("不移交"), f"/keep {duty.number}")))  # fmt: skip
    return rows


def _may_close(call: Call, duty: Duty) -> bool:
    return any(button.command.startswith("/close") for button in step_buttons(call, duty))


def _declined(call: Call) -> list[Any]:
    return [duty for duty in queueing.declined(call.session) if call.may_see(duty)][:MOST_LISTED]
