"""The sender: takes what waits from the outbox, keeps order and pace, and tells errors for good from passing ones."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from db.files import StoredFile
from db.models import Outbox, OutboxKind
from db.store import Store
from rules.policy import Office
from scheduler import outbox
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing
from scheduler.pace import Limits, Pace
from services import identity
from services.chain import Act
from services.notices import find_another_way, pass_on_if_left
from services.office import may_notify

log = structlog.get_logger()

IDLE_SECONDS = 5.0  # how long at most until the outbox is looked at without being woken
LONGEST_WAIT = 300.0  # seconds between two attempts
MOST_ATTEMPTS = 40
LARGEST_FILE = 50 * 1024 * 1024  # bytes that Telegram takes from a bot

Deliver = Callable[[Outgoing], Awaitable[str | None]]


class Undeliverable(Exception):  # noqa: N818
    """The address cannot be written to any more, or never could: blocked, kicked, never started."""


class Unsayable(Exception):  # noqa: N818
    """The platform refuses this message for what it is; the address is all right."""


class TryLater(Exception):  # noqa: N818
    """A passing trouble: ``seconds`` if the platform named a time, ``in_doubt`` if the message may have arrived."""

    def __init__(self, why: str, *, seconds: float | None = None, in_doubt: bool = False) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.in_doubt = in_doubt


class Moved(Exception):  # noqa: N818
    """The chat has another address now."""

    def __init__(self, new: str) -> None:
        super().__init__(new)
        self.new = new


class Sender:
    """Sends until it is stopped; a second one, in another process, is harmless."""

    def __init__(
        self,
        store: Store,
        office: Office,
        deliver: Deliver,
        *,
        limits: Limits,
        lease: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._office, self._deliver, self._clock = store, office, deliver, clock
        self._lease = lease
        self._pace = Pace(limits=limits)
        self._owner = uuid4().hex[:12]
        self._wake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._chats_under_way: set[str] = set()
        self._sent: list[tuple[Outgoing, str | None]] = []
        self._after: list[Callable[[Session], None]] = []
        self._stopping = False

    def wake(self) -> None:
        """Say that there is something new to send; from the event loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped: note what went out, claim what comes next, in one transaction a round."""
        while not self._stopping:
            self._wake.clear()
            try:
                for outgoing in await self._round():
                    self._start(outgoing)
            except Exception:  # a database that is busy or gone for a while must not end the sending
                log.exception("outbox_round_failed")
            await self._rest()
        await self._finish()

    async def stop(self) -> None:
        """Let what is under way arrive, and note it."""
        self._stopping = True
        self._wake.set()

    async def idle(self) -> bool:
        """Tell whether nothing is waiting that could go now and nothing is under way."""

        def waiting(session: Session) -> bool:
            now = self._clock()
            rows = outbox.claimable(now, may_notify(session, self._office, now)).limit(1)
            return session.execute(rows).first() is not None

        if self._busy or await self._store.write(waiting):
            return False
        return not self._busy  # a round that was under way may have claimed what was not waiting any more

    @property
    def _busy(self) -> bool:
        return bool(self._under_way or self._sent or self._after)

    async def _round(self) -> list[Outgoing]:
        """Note what is through and claim what comes next; all that deliveries change meanwhile is read here, before."""
        sent, self._sent = self._sent, []
        after, self._after = self._after, []
        moment = time.monotonic()
        room = min(self._pace.room(moment), self._pace.limits.in_flight - len(self._under_way))
        busy = {*self._pace.busy_chats(moment), *self._chats_under_way}

        def work(session: Session) -> list[Outgoing]:
            outbox.mark_sent(session, sent, self._clock())
            for deed in after:
                deed(session)
            return [] if self._stopping or room <= 0 else self._claim(session, room, busy)

        try:
            return await self._store.write(work)
        except Exception:
            self._sent, self._after = sent + self._sent, after + self._after
            raise

    def _claim(self, session: Session, room: int, busy: set[str]) -> list[Outgoing]:
        now = self._clock()
        notices = may_notify(session, self._office, now)
        ids = outbox.claimable_in(session, now, notices=notices, busy=busy, most=room)
        rows = outbox.claim(session, ids, self._owner, now, self._lease)
        return [outgoing for row in rows if (outgoing := self._open(session, row, now))]

    def _open(self, session: Session, row: sa.Row[Any], now: datetime) -> Outgoing | None:
        """Open what was claimed; one poisonous row never stops the others."""
        try:
            is_reply = row.kind == OutboxKind.REPLY
            envelope = Envelope.from_json(row.payload) if is_reply else self._say(session, row.id, now)
        except Exception:  # a bug in saying it; or written by another version, or damaged
            log.exception("outbox_row_unreadable", outbox=row.id, kind=row.kind)
            outbox.give_up(session, row.id, "could not be read")
            return None
        if envelope is None:
            return None
        return Outgoing(
            id=row.id, chat=row.chat, envelope=envelope, repeated=row.possibly_repeated, attempts=row.attempts
        )

    def _say(self, session: Session, row_id: int, now: datetime) -> Envelope | None:
        """Say a notice from today's state; one that is no longer true is dropped."""
        with session.begin_nested():
            row = session.get_one(Outbox, row_id, populate_existing=True)
            pass_on_if_left(session, self._office, row, now)
            reply = render(session, row, self._office, now)
            if reply is None:
                outbox.drop(session, row, "no longer true")
                return None
            envelope = Envelope(reply=reply)
            row.payload = envelope.to_json()
            return envelope

    def _start(self, outgoing: Outgoing) -> None:
        self._pace.sent(outgoing.chat, is_group(outgoing.chat), time.monotonic())
        self._chats_under_way.add(outgoing.chat)
        task = asyncio.create_task(self._send(outgoing))
        self._under_way.add(task)
        task.add_done_callback(partial(self._ended, outgoing.chat))

    def _ended(self, chat: str, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._chats_under_way.discard(chat)
        self._pace.through(time.monotonic())
        self._wake.set()

    async def _send(self, outgoing: Outgoing) -> None:
        try:
            message_id = await self._deliver(await self._with_file(outgoing))
            self._sent.append((outgoing, message_id))  # not in one line: the list may be another one by now
        except TryLater as trouble:
            self._try_later(outgoing, trouble)
        except Undeliverable as end:
            log.warning("undeliverable", chat=outgoing.chat, why=str(end))
            self._after.append(
                partial(undeliverable, office=self._office, outgoing=outgoing, why=str(end), now=self._clock())
            )
        except Moved as moved:
            log.info("chat_moved", old=outgoing.chat, new=moved.new)
            self._after.append(partial(_moved, outgoing=outgoing, new=moved.new, now=self._clock()))
        except Unsayable as end:
            log.error("unsayable", chat=outgoing.chat, outbox=outgoing.id, why=str(end))
            self._after.append(partial(_unsayable, outgoing=outgoing, why=str(end)))
        except Exception as bug:
            log.exception("delivery_failed", outbox=outgoing.id)
            if outgoing.attempts >= MOST_ATTEMPTS:  # a fault of ours; an outage of theirs never counts
                self._after.append(partial(_unsayable, outgoing=outgoing, why=type(bug).__name__))
            else:
                self._try_later(outgoing, TryLater(type(bug).__name__, in_doubt=True))

    async def _with_file(self, outgoing: Outgoing) -> Outgoing:
        """Add the file that goes with a message; read only now, so that none is held while its message waits."""
        reply = outgoing.envelope.reply
        if reply is None or reply.file is None:
            return outgoing
        return replace(outgoing, file=await self._store.in_thread(partial(_read_file, self._store, reply.file)))

    def _try_later(self, outgoing: Outgoing, trouble: TryLater) -> None:
        seconds = (
            trouble.seconds if trouble.seconds is not None else min(2.0 ** min(outgoing.attempts - 1, 10), LONGEST_WAIT)
        )
        log.warning("try_later", chat=outgoing.chat, why=str(trouble), seconds=seconds)
        if trouble.seconds is not None:
            self._pace.pause(outgoing.chat, seconds, time.monotonic())
        until = self._clock() + timedelta(seconds=seconds)
        asyncio.get_running_loop().call_later(seconds, self.wake)
        self._after.append(
            partial(
                outbox.put_back, outgoing_id=outgoing.id, until=until, error=str(trouble), in_doubt=trouble.in_doubt
            )
        )

    async def _rest(self) -> None:
        """Sleep until something new comes, something held back may go, or it is time to look again."""
        held = self._pace.next_change(time.monotonic())
        seconds = IDLE_SECONDS if held is None else min(IDLE_SECONDS, held)
        if self._wake.is_set() or self._sent or self._after:
            await asyncio.sleep(0)  # let deliveries that are through end, so that one round notes them all
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _finish(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._round()


def _read_file(store: Store, file_id: int) -> tuple[str, bytes] | None:
    """Read a file that can be sent; None where it is gone, empty, or more than messengers take."""
    with store.reading() as session:
        found = session.get(StoredFile, file_id)
    if found is None or not 0 < len(found.content) <= LARGEST_FILE:
        log.error("file_cannot_be_sent", file=file_id, size=len(found.content) if found else None)
        return None
    return found.name, found.content


def is_group(chat: str) -> bool:
    """Tell a group's address from a person's: platforms give groups negative numbers."""
    return chat.partition(":")[2].startswith("-")


def undeliverable(session: Session, office: Office, outgoing: Outgoing, why: str, now: datetime) -> None:
    """Note that an address takes nothing any more; what the message carried finds another way."""
    identity.unreachable(session, outgoing.chat, why, now)
    find_another_way(session, office, outgoing.id, now)
    outbox.give_up(session, outgoing.id, why)  # the reminders that it carried are planned anew today


def _unsayable(session: Session, outgoing: Outgoing, why: str) -> None:
    outbox.give_up(session, outgoing.id, why)


def _moved(session: Session, outgoing: Outgoing, new: str, now: datetime) -> None:
    identity.move_chat(session, Act(key=f"moved:{outgoing.id}", at=now), outgoing.chat, new)
    outbox.put_back(session, outgoing.id, now, "moved", in_doubt=False)
