"""The program without its network, on a real file: ticks, crashes, a messenger that fails as told, and restarts."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Duty, Notice, Outbox, OutboxKind, Person
from db.store import Store
from rules.refusal import Refusal
from scheduler import outbox
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing
from scheduler.plan import plan
from scheduler.sender import undeliverable
from services.office import may_notify
from tests.scheduler.town import COUNTY_LEVELS, DEEDS, Choice, Town, address_of, settle

LEASE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong in a tick, at the message of that number; None: before anything is claimed."""

    kind: str = ""  # "crash", "passing"
    at: int | None = None
    arrives: bool = True  # whether the message at which it goes wrong arrived all the same
    in_doubt: bool = False  # whether the messenger left that open
    minutes: int = 1


@dataclass(frozen=True, kw_only=True)
class Line:
    """One notice in a message that arrived, or did not."""

    key: str
    person_id: int
    number: str
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Message:
    """What was handed to the messenger, with the duties as they were at that moment."""

    row: int
    kind: OutboxKind
    chat: str
    person_id: int | None
    at: datetime
    is_fresh: bool  # planned at this very tick
    is_repeated: bool
    arrived: bool
    in_doubt: bool
    numbers: tuple[str, ...]
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        marks = {"fresh": self.is_fresh, "again": self.is_repeated, "not arrived": not self.arrived, "?": self.in_doubt}
        said = ", ".join(line.key for line in self.lines)
        return f"{self.kind.value} {self.row} to {self.chat} ({', '.join(k for k, v in marks.items() if v)}): {said}"


@dataclass
class Round:
    """What came of one tick."""

    at: datetime
    messages: list[Message] = field(default_factory=list)
    put_back: dict[str, datetime] = field(default_factory=dict)  # address -> until when
    found_closed: set[str] = field(default_factory=set)
    claimed: set[int] = field(default_factory=set)  # persons whose messages were claimed when it crashed
    crashed: bool = False


class CrashError(Exception):
    """The process is gone."""


class Machine:
    """The program without its network: ticks, restarts, and what people do between."""

    def __init__(self, path: Path, town: Town) -> None:
        self.path, self.office = path, town.office
        self.store = _open(path)
        self.closed: set[str] = set()  # addresses that take nothing
        self.deeds = 0
        with self.store.writing() as session:
            settle(session, town)
            blocking = [number for number, official in enumerate(town.officials) if official.blocks]
            self.closed |= {address_of(session.get_one(Person, number + 1)) for number in blocking}

    def restart(self) -> None:
        """End as a process ends, and begin again on the same file."""
        self.store.close()
        self.store = _open(self.path)

    def tick(self, now: datetime, fault: Fault | None = None) -> Round:
        """Plan, and send all that may go, as the program and its sender do."""
        result = Round(at=now)
        try:
            with self.store.writing() as session:
                plan(session, self.office, now)
            if fault and fault.kind == "crash" and fault.at is None:
                raise CrashError
            while self._send(result, fault):
                pass
        except CrashError:
            result.crashed = True
            self.restart()
        return result

    def _send(self, result: Round, fault: Fault | None) -> bool:
        """Claim, hand over and mark once; whether there was anything."""
        now = result.at
        with self.store.writing() as session:
            ids = session.execute(outbox.claimable(now, may_notify(session, self.office, now))).scalars().all()
            rows = outbox.claim(session, ids, "machine", now, LEASE)
            opened = [self._say(session, row, now) for row in rows]
        result.claimed = {message.person_id for one in opened if one for message in one[1:] if message.person_id}
        sent: list[tuple[Outgoing, str | None]] = []
        after: list[Callable[[Session], None]] = []
        for outgoing, message in filter(None, opened):
            self._deliver(result, fault, outgoing, message, sent, after)
        with self.store.writing() as session:
            outbox.mark_sent(session, sent, now)
            for deed in after:
                deed(session)
        result.claimed = set()
        return bool(rows)

    def _deliver(
        self, result: Round, fault: Fault | None, outgoing: Outgoing, message: Message,
        sent: list[tuple[Outgoing, str | None]], after: list[Callable[[Session], None]],
    ) -> None:  # fmt: skip
        strikes = fault is not None and fault.at == len(result.messages)
        office, now, chat = self.office, result.at, outgoing.chat
        if chat in self.closed:
            result.found_closed.add(chat)
            after.append(lambda session: undeliverable(session, office, outgoing, "blocked", now))
            arrived = False
        elif fault is not None and strikes and fault.kind == "passing":
            until, in_doubt = now + timedelta(minutes=fault.minutes), fault.in_doubt
            result.put_back[chat] = until
            after.append(lambda session: outbox.put_back(session, outgoing.id, until, "slow", in_doubt=in_doubt))
            arrived = fault.in_doubt and fault.arrives
            message = replace(message, in_doubt=in_doubt)
        else:
            sent.append((outgoing, str(outgoing.id)))
            arrived = fault is None or not strikes or fault.arrives
        result.messages.append(replace(message, arrived=arrived))
        if fault is not None and strikes and fault.kind == "crash":
            unmarked = {one.id for one, _message_id in sent}
            result.messages = [replace(one, in_doubt=one.in_doubt or one.row in unmarked) for one in result.messages]
            raise CrashError

    def _say(self, session: Session, claimed: Any, now: datetime) -> tuple[Outgoing, Message] | None:
        row = session.get_one(Outbox, claimed.id, populate_existing=True)
        reply = render(session, row, self.office, now)
        if reply is None:
            outbox.drop(session, row, "no longer true")
            return None
        lines = session.exec(select(Notice, Duty).where(Notice.outbox_id == row.id, Duty.id == Notice.duty_id)).all()
        outgoing = Outgoing(id=claimed.id, chat=row.chat, envelope=Envelope(reply=reply))
        return outgoing, Message(
            row=claimed.id, kind=row.kind, chat=row.chat, person_id=row.person_id, at=now,
            is_fresh=row.created_at == now, is_repeated=claimed.possibly_repeated, arrived=False, in_doubt=False,
            numbers=reply.numbers,
            lines=tuple(
                Line(key=notice.key, person_id=notice.person_id, number=duty.number, due_on=notice.due_on)
                for notice, duty in lines if duty.number in reply.numbers
            ),
        )  # fmt: skip

    def do(self, deed: str, now: datetime, which: int, other: int, days: int) -> bool:
        """Let somebody do something with the real services; false when it was refused."""
        self.deeds += 1
        try:
            with self.store.writing() as session:
                DEEDS[deed](self._choice(session, now, which, other, days))
        except Refusal:
            return False
        return True

    def _choice(self, session: Session, now: datetime, which: int, other: int, days: int) -> Choice:
        duties = list(session.exec(select(Duty).order_by(col(Duty.id))))
        crew = list(session.exec(select(Person).where(col(Person.level).in_(COUNTY_LEVELS)).order_by(col(Person.id))))
        return Choice(
            session=session, office=self.office, now=now, key=f"deed-{self.deeds}", duty=duties[which % len(duties)],
            person=crew[which % len(crew)], other=crew[other % len(crew)], days=days, closed=self.closed,
        )  # fmt: skip


def _open(path: Path) -> Store:
    """Open the real file; a power cut is not among the faults, so nothing waits for the disk."""
    store = Store(f"sqlite:///{path}")
    sa.event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    return store
