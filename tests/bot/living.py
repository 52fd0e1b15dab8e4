"""The sample city alive: the real program over HTTP against the look-alike, and its people to speak as."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from bot.program import Program
from bot.settings import Settings
from db.models import Outbox, OutboxKind, Person, Region
from db.queries import regions
from db.store import Store
from rehearsal.cast import account_of, group_of
from rehearsal.lookalike import Lookalike
from rehearsal.town import Message, Sent
from scheduler.pace import Limits
from services.identity import find_person
from text.regions import Gazetteer

SECRET = "a-secret-that-is-in-no-log"
TOKEN = f"4242:{SECRET}"
FAST = Limits(per_second=1000, chat_seconds=0.0, group_per_minute=1000)
DEADLINE = 30.0  # seconds that a test waits for what must come

OFFICER, NUMBER = "马景民", "DC-2026-004"  # a responsible official and an open duty of his
OFFICE_HEAD = "姜启林"


class Watch:
    """A clock that runs on from a given moment, and can be put forward."""

    def __init__(self, start: datetime) -> None:
        self._start, self._begun = start, time.time()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.time() - self._begun)

    def put_to(self, moment: datetime) -> None:
        self._start, self._begun = moment, time.time()


async def until(condition: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """Wait until something holds; what it returned is returned."""
    end = time.monotonic() + seconds
    while not (held := condition()):
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        await asyncio.sleep(0.01)
    return held


@dataclass
class City:
    """A look-alike, a database, and the settings of a program between them."""

    telegram: Lookalike
    store: Store
    settings: Settings
    watch: Watch

    def person(self, name: str) -> int:
        return account_of(self.official(name))

    def official(self, name: str) -> Person:
        with self.store.reading() as session:
            return find_person(session, name)

    def group(self, name: str) -> int:
        return group_of(self.region(name))

    def region(self, name: str) -> Region:
        with self.store.reading() as session:
            found = Gazetteer(regions(session)).exact(name)
        assert found is not None
        return found

    def say(self, name: str, text: str, group: str | None = None, reply_to: int | None = None) -> Message:
        account = self.person(name)
        return self.telegram.say(account, self.group(group) if group else account, text, reply_to)

    def sent(self, chat: int) -> list[Sent]:
        return [sent for sent in self.telegram.sent if sent.chat_id == chat]

    def told(self, name: str) -> list[str]:
        return [sent.text for sent in self.sent(self.person(name))]

    async def answered(self, chat: int, count: int = 1) -> list[Sent]:
        """Wait until so many messages went to a chat, and it is known that no further ones come at once."""
        await until(lambda: len(self.sent(chat)) >= count)
        return self.sent(chat)

    def outbox(self, chat: int | None = None) -> list[Outbox]:
        query = select(Outbox).order_by(col(Outbox.id))
        if chat is not None:
            query = query.where(Outbox.chat == f"telegram:{chat}")
        with self.store.reading() as session:
            return list(session.exec(query))

    def notices_to(self, chat: int) -> list[Outbox]:
        return [row for row in self.outbox(chat) if row.kind != OutboxKind.REPLY]

    def rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.store.reading() as session:
            return list(session.execute(query).all())

    def first(self, query: sa.Select[Any]) -> Any:
        with self.store.reading() as session:
            return session.execute(query).scalars().first()

    def program(self, **changes: Any) -> Program:
        return Program(replace(self.settings, **changes), clock=self.watch)

    @asynccontextmanager
    async def running(self, **changes: Any) -> AsyncIterator[Program]:
        """The program, running; stopped gracefully at the end."""
        program = self.program(**changes)
        async with alive(program):
            yield program


@asynccontextmanager
async def alive(program: Program) -> AsyncIterator[None]:
    ready = asyncio.Event()
    task = asyncio.create_task(program.run(ready.set))
    try:
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({waiting, task}, timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
        assert ready.is_set(), task
        yield
    finally:
        program.stop()
        async with asyncio.timeout(DEADLINE):
            await task
