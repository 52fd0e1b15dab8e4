"""Forecasts that the office asked for in the chat are walked beside the chats, one after the other.

What is to be done stands in the database, so that a restart begins it anew. The walk goes over a copy of its own, so
that nobody waits for it: the ledger is only read, and only while it is copied.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from statistics import median_high
from typing import Any

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from db.asked import ForecastOrder
from db.models import Level, Person
from db.queries import account_and_person, people, regions
from db.store import Store
from rules.permission import may_bind
from rules.policy import Office
from scheduler.forecast import Day, bothered_by_level, days_bothered, forecast
from scheduler.outbox import Envelope, post
from text.reply import N_, Reply, Speech, speech

log = structlog.get_logger()

IDLE_SECONDS = 2.0
LEASE = timedelta(minutes=30)
MOST_ATTEMPTS = 3
MOST_PEOPLE = 8  # named in the chat; the terminal names more
LEVELS = {
    Level.RESPONSIBLE: N_("责任人"),
    Level.DEPUTY: N_("分管负责人"),
    Level.PRINCIPAL: N_("主要负责人"),
    Level.CITY_REVIEWER: N_("市级审核人员"),
    Level.CITY_OPERATOR: N_("督察办科员"),
    Level.CITY_OFFICE: N_("督察办负责人"),
    Level.CITY_LEADER: N_("市领导"),
}  # fmt: skip


class Foreteller:
    """Works out forecasts until it is stopped; a second one, in another process, is harmless."""

    def __init__(
        self, store: Store, office: Office, *, clock: Callable[[], datetime], done: Callable[[], None]
    ) -> None:
        self._store, self._office, self._clock, self._done = store, office, clock, done
        self._wake = asyncio.Event()
        self._stopping = False
        self._busy = False

    async def run(self) -> None:
        """Take one order after the other; what a process that died had taken is free again."""
        await self._store.write(_release)
        while not self._stopping:
            self._wake.clear()
            try:
                while not self._stopping and (order := await self._claim()) is not None:
                    await self._work(order)
                    self._done()
            except Exception:  # whatever one order does to us, the next has its turn
                log.exception("forecast_round_failed")
            finally:
                self._busy = False
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._wake.wait()

    def wake(self) -> None:
        """Say that there may be something to do; from the event loop's thread."""
        self._wake.set()

    async def stop(self) -> None:
        """End with the day that is walked: what was under way is begun anew after the next start."""
        self._stopping = True
        self._wake.set()

    async def idle(self) -> bool:
        """Tell whether nothing is left to do."""
        return not self._busy and await self._store.in_thread(self._next) is None

    def _next(self) -> ForecastOrder | None:
        with self._store.reading() as session:
            return _next(session, self._clock())

    async def _claim(self) -> ForecastOrder | None:
        """Look before asking for the right to write, which the chats need; nearly always there is nothing."""
        if await self._store.in_thread(self._next) is None:
            return None
        self._busy = True
        return await self._store.write(partial(_take, now=self._clock()))

    async def _work(self, order: ForecastOrder) -> None:
        assert order.id is not None
        now = self._clock()
        days = await self._try(order, now)
        if self._stopping:
            await self._store.write(partial(_give_back, order_id=order.id, tried=order.attempts - 1))
        elif days is None and order.attempts < MOST_ATTEMPTS:
            await self._store.write(partial(_give_back, order_id=order.id, tried=order.attempts))
        else:
            await self._store.write(partial(self._say, order_id=order.id, days=days or [], now=now))

    async def _try(self, order: ForecastOrder, now: datetime) -> list[Day] | None:
        """Walk; None where that went wrong, or brought everything down too often before."""
        if order.attempts > MOST_ATTEMPTS:
            return None
        try:
            return await asyncio.to_thread(self._walk, order.days, now)
        except Exception:
            log.exception("forecast_failed", order=order.id, attempts=order.attempts)
            return None

    def _walk(self, days: int, now: datetime) -> list[Day]:
        """Walk with connections of its own, so that nothing else waits; a stop ends it after a day."""
        store, found = Store(self._store.url), []
        try:
            first = self._office.today(now) + timedelta(days=1)
            for day in forecast(store, self._office, now, first, days):
                found.append(day)
                if self._stopping:
                    break
        finally:
            store.close()
        return found

    def _say(self, session: Session, order_id: int, days: Sequence[Day], now: datetime) -> None:
        """Say it, unless whoever asked may not know it any more."""
        order = session.get_one(ForecastOrder, order_id)
        if order.done_at is not None:
            return  # another process was faster
        order.done_at = now
        asker = account_and_person(session, order.chat)
        if asker is not None and may_bind(asker[1], self._office.today(now)):
            html = speech(order.language).say("forecast", **_facts(session, order, days))
            post(session, order.chat, Envelope(reply=Reply(html=html)), now)


def _facts(session: Session, order: ForecastOrder, days: Sequence[Day]) -> dict[str, Any]:
    known: dict[int | None, Person] = {person.id: person for person in people(session)}
    places = {region.id: region.name for region in regions(session)}
    bothered, voice = days_bothered(days), speech(order.language)
    most = [(known[who], places[known[who].region_id], count) for who, count in bothered.most_common(MOST_PEOPLE)]
    return {
        "asked": order.days,
        "days": days,
        "told": [_told(day) for day in days if day.messages],
        "messages": sum(len(day.messages) for day in days),
        "people": len(bothered),
        "workdays": sum(day.is_workday for day in days),
        "levels": _levels(bothered, known, voice),
        "most": most,
        "estimated": sorted({day.day.year for day in days if not day.is_official}),
    }


def _told(day: Day) -> dict[str, Any]:
    persons = {message.person_id for message in day.messages} - {None}
    return {"day": day.day, "messages": len(day.messages), "people": len(persons)}


def _levels(bothered: Counter[int], known: Mapping[int | None, Person], voice: Speech) -> list[dict[str, Any]]:
    return [
        {"name": voice.word(LEVELS[level]), "people": len(counts), "median": median_high(counts), "most": max(counts)}
        for level, counts in bothered_by_level(bothered, known).items()
    ]


def _next(session: Session, now: datetime) -> ForecastOrder | None:
    free = sa.or_(col(ForecastOrder.claimed_until).is_(None), col(ForecastOrder.claimed_until) < now)
    query = sa.select(ForecastOrder).where(col(ForecastOrder.done_at).is_(None), free).order_by(col(ForecastOrder.id))
    return session.execute(query.limit(1)).scalars().first()


def _take(session: Session, now: datetime) -> ForecastOrder | None:
    order = _next(session, now)
    if order is not None:
        order.claimed_until = now + LEASE
        order.attempts += 1
    return order


def _give_back(session: Session, order_id: int, tried: int) -> None:
    order = session.get_one(ForecastOrder, order_id)
    order.claimed_until, order.attempts = None, tried


def _release(session: Session) -> None:
    taken = (col(ForecastOrder.done_at).is_(None), col(ForecastOrder.claimed_until).is_not(None))
    session.execute(sa.update(ForecastOrder).where(*taken).values(claimed_until=None))
