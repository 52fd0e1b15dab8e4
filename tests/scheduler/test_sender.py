"""The sender against a platform made of a function: what it sends, in which order, and what it makes of trouble."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from db.models import Outbox, OutboxState
from db.store import Store
from rules.policy import Office
from scheduler.outbox import Envelope, Outgoing, post
from scheduler.pace import Limits
from scheduler.sender import Sender, TryLater, Undeliverable, Unsayable, is_group
from tests.bot.living import until
from tests.conftest import NOW
from text.reply import Reply

FAST = Limits(per_second=1000, chat_seconds=0.0, group_per_minute=1000)
Platform = Callable[[Outgoing], Awaitable[str | None]]


class Journal:
    """A platform that takes everything, after a moment, and remembers it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.taken: list[tuple[str, str, bool]] = []
        self.seconds = seconds

    async def __call__(self, outgoing: Outgoing) -> str:
        await asyncio.sleep(self.seconds)
        assert outgoing.envelope.reply is not None
        self.taken.append((outgoing.chat, outgoing.envelope.reply.html, outgoing.repeated))
        return str(len(self.taken))

    def to(self, chat: str) -> list[str]:
        return [html for address, html, _repeated in self.taken if address == chat]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.sender.IDLE_SECONDS", 0.05)


BEGUN = time.monotonic()


def clock() -> datetime:
    return NOW + timedelta(seconds=time.monotonic() - BEGUN)


@asynccontextmanager
async def sending(store: Store, office: Office, platform: Platform, lease: float = 60.0) -> AsyncIterator[Sender]:
    sender = Sender(store, office, platform, limits=FAST, lease=timedelta(seconds=lease), clock=clock)
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        await sender.stop()
        async with asyncio.timeout(10):
            await task


def put(store: Store, *messages: tuple[str, str]) -> None:
    with store.writing() as session:
        for chat, html in messages:
            post(session, chat, Envelope(reply=Reply(html=html)), NOW)


def states(store: Store) -> list[str]:
    with store.reading() as session:
        return [row.state.value for row in session.exec(select(Outbox).order_by(col(Outbox.id)))]


async def sent_all(store: Store) -> None:
    await until(lambda: not {"waiting", "sending"} & set(states(store)))


async def test_every_chat_gets_its_messages_once_and_in_order(empty_store: Store, office: Office) -> None:
    journal = Journal(0.001)
    put(empty_store, *((f"telegram:{chat}", str(turn)) for turn in range(10) for chat in range(1, 13)))
    async with sending(empty_store, office, journal, lease=1.0):
        await sent_all(empty_store)
    assert all(journal.to(f"telegram:{chat}") == [str(turn) for turn in range(10)] for chat in range(1, 13))
    assert not any(repeated for _chat, _html, repeated in journal.taken)


async def test_a_message_that_is_through_while_others_are_claimed_is_marked_and_not_sent_again(
    empty_store: Store, office: Office
) -> None:
    """Deliveries end in the middle of rounds: each must be noted, or its claim runs out and it goes out twice."""
    journal = Journal()

    async def uneven(outgoing: Outgoing) -> str:
        await asyncio.sleep(0.002 * (outgoing.id % 7))
        return await journal(outgoing)

    async with sending(empty_store, office, uneven, lease=0.6) as sender:
        for turn in range(30):
            put(empty_store, *((f"telegram:{chat}", str(turn)) for chat in range(1, 6)))
            sender.wake()
            await asyncio.sleep(0.003)
        await sent_all(empty_store)
    assert len(journal.taken) == 150


async def test_two_senders_on_one_database_send_everything_once_and_in_order(
    empty_store: Store, office: Office
) -> None:
    other, journal = Store(empty_store.url), Journal(0.002)
    put(empty_store, *((f"telegram:{chat}", str(turn)) for turn in range(20) for chat in range(1, 6)))
    async with sending(empty_store, office, journal), sending(other, office, journal):
        await sent_all(empty_store)
    other.close()
    assert len(journal.taken) == 100
    assert all(journal.to(f"telegram:{chat}") == [str(turn) for turn in range(20)] for chat in range(1, 6))


async def test_a_slow_chat_does_not_hold_up_another(empty_store: Store, office: Office) -> None:
    journal, held = Journal(), asyncio.Event()

    async def platform(outgoing: Outgoing) -> str:
        if outgoing.chat == "telegram:1":
            await held.wait()
        return await journal(outgoing)

    put(empty_store, ("telegram:1", "a"), ("telegram:1", "b"), ("telegram:2", "c"), ("telegram:2", "d"))
    async with sending(empty_store, office, platform):
        await until(lambda: len(journal.taken) == 2)
        assert journal.to("telegram:2") == ["c", "d"]
        held.set()
        await sent_all(empty_store)
    assert journal.to("telegram:1") == ["a", "b"]


async def test_an_unreadable_row_does_not_stop_the_others(empty_store: Store, office: Office) -> None:
    with empty_store.writing() as session:
        session.add(Outbox(chat="telegram:1", payload="garbage", created_at=NOW, send_after=NOW))
    put(empty_store, ("telegram:1", "b"), ("telegram:2", "c"))
    journal = Journal()
    async with sending(empty_store, office, journal):
        await sent_all(empty_store)
    assert states(empty_store) == ["failed", "sent", "sent"]


@pytest.mark.parametrize(
    ("trouble", "state", "attempts"),
    [
        (Undeliverable("blocked"), OutboxState.FAILED, 1),
        (Unsayable("bad"), OutboxState.FAILED, 1),
        (TryLater("429", seconds=0.1), OutboxState.SENT, 2),
        (TryLater("broken", seconds=0.1, in_doubt=True), OutboxState.SENT, 2),
    ],
)
async def test_each_trouble_ends_as_its_kind_should(
    empty_store: Store, office: Office, trouble: Exception, state: OutboxState, attempts: int
) -> None:
    journal, troubles = Journal(), [trouble]

    async def platform(outgoing: Outgoing) -> str:
        if troubles:
            raise troubles.pop()
        return await journal(outgoing)

    put(empty_store, ("telegram:1", "a"))
    async with sending(empty_store, office, platform):
        await sent_all(empty_store)
    with empty_store.reading() as session:
        [row] = session.exec(select(Outbox)).all()
    assert (row.state, row.attempts) == (state, attempts)
    assert [repeated for *_rest, repeated in journal.taken] == [getattr(trouble, "in_doubt", False)] * (attempts - 1)


async def test_a_bug_in_the_delivery_is_tried_again_as_possibly_repeated(empty_store: Store, office: Office) -> None:
    journal, bugs = Journal(), [RuntimeError("bug")]

    async def platform(outgoing: Outgoing) -> str:
        if bugs:
            raise bugs.pop()
        return await journal(outgoing)

    put(empty_store, ("telegram:1", "a"))
    async with sending(empty_store, office, platform):
        await sent_all(empty_store)
    assert journal.taken == [("telegram:1", "a", True)]


async def test_an_outage_never_counts_towards_giving_up(
    empty_store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.sender.MOST_ATTEMPTS", 3)
    tries: list[int] = []

    async def out_of_reach(outgoing: Outgoing) -> str:
        tries.append(outgoing.attempts)
        if len(tries) < 8:
            raise TryLater("broken", seconds=0.01)
        return "1"

    put(empty_store, ("telegram:1", "a"))
    async with sending(empty_store, office, out_of_reach):
        await sent_all(empty_store)
    assert states(empty_store) == ["sent"]
    assert len(tries) == 8


async def test_a_message_that_a_fault_of_ours_keeps_back_is_given_up(
    empty_store: Store, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.sender.MOST_ATTEMPTS", 2)

    async def never(_outgoing: Outgoing) -> str:
        raise RuntimeError("a fault of ours")

    put(empty_store, ("telegram:1", "a"))
    async with sending(empty_store, office, never):
        await sent_all(empty_store)
    assert states(empty_store) == ["failed"]


async def test_stopping_lets_what_is_under_way_arrive_and_takes_nothing_new(empty_store: Store, office: Office) -> None:
    journal = Journal(0.2)
    put(empty_store, ("telegram:1", "a"), ("telegram:1", "b"))
    async with sending(empty_store, office, journal):
        await asyncio.sleep(0.1)
    assert states(empty_store) == ["sent", "waiting"]


async def test_it_is_idle_when_nothing_waits_and_nothing_is_under_way(empty_store: Store, office: Office) -> None:
    journal = Journal(0.1)
    async with sending(empty_store, office, journal) as sender:
        assert await sender.idle()
        put(empty_store, ("telegram:1", "a"))
        sender.wake()
        assert not await sender.idle()
        await sent_all(empty_store)
        await asyncio.sleep(0.1)
        assert await sender.idle()


def test_negative_addresses_are_groups() -> None:
    assert is_group("telegram:-100")
    assert not is_group("telegram:100")
    assert not is_group("terminal:QL0003")
