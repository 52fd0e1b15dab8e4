"""Whose turn it is: order is kept in a chat, an album waits for all of its parts, and nobody else for it.

And of what is answered together each is applied wholly or not at all, whatever becomes of the others.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from bot.inbox import ALBUM_SECONDS, Turns, answer_updates, store_updates, undone
from bot.updates import Arrival, Meaning
from db.models import Inbox, Outbox
from db.store import Store
from handlers.request import Request
from rules.policy import Office
from tests.conftest import NOW

HERE, THERE = 7, -8


@pytest.fixture
def session(empty_store: Store) -> Iterator[Session]:
    with empty_store.writing() as session:
        yield session


def arrive(session: Session, *said: dict[str, Any], at: float = 0.0) -> None:
    begin = len(session.exec(select(Inbox.id)).all())
    updates = [{"update_id": number, **update} for number, update in enumerate(said, start=begin + 1)]
    store_updates(session, updates, NOW + timedelta(seconds=at))


def message(chat: int = HERE, album: str | None = None) -> dict[str, Any]:
    return {"message": {"chat": {"id": chat}} | ({"media_group_id": album} if album else {})}


def turns(session: Session, at: float = 0.0, limit: int = 100) -> Turns:
    return undone(session, limit, NOW + timedelta(seconds=at))


def test_the_chat_and_the_album_are_stored_as_far_as_an_update_names_them(session: Session) -> None:
    pressed = {"callback_query": {"message": message()["message"]}}
    arrive(session, message(THERE, "a"), pressed, {"my_chat_member": {"chat": {"id": HERE}}}, {"poll": {}})
    arrive(
        session, {"message": "?"}, {"message": {"chat": {"id": "x"}, "media_group_id": "a"}}, message(album="\ud83d")
    )
    rows = session.exec(select(Inbox.chat, Inbox.album).order_by(col(Inbox.id))).all()
    assert rows == [
        ("telegram:-8", "telegram:-8 a"), ("telegram:7", ""), ("telegram:7", ""), ("", ""), ("", ""), ("", ""),
        ("telegram:7", "telegram:7 ?"),
    ]  # fmt: skip


def test_without_an_album_everything_has_its_turn_at_once_by_one_question(session: Session) -> None:
    arrive(session, message(), message(THERE), message())
    session.flush()
    asked: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert turns(session) == Turns(ids=[1, 2, 3])
    assert turns(session, limit=2) == Turns(ids=[1, 2])
    assert len(asked) == 2


def test_an_album_waits_for_its_newest_part_and_holds_up_its_own_chat_alone(session: Session) -> None:
    arrive(session, message(), message(album="a"), message(THERE))
    arrive(session, message(album="a"), message(), message(THERE), at=0.9)
    due = NOW + timedelta(seconds=0.9 + ALBUM_SECONDS)
    assert turns(session, 0.9) == Turns(ids=[1, 3, 6], due_at=due)
    assert turns(session, 1.8) == Turns(ids=[1, 3, 6], due_at=due)
    assert turns(session, 2.0) == Turns(ids=[1, 2, 3, 5, 6])


def test_a_part_that_is_beyond_the_batch_is_waited_for_too(session: Session) -> None:
    arrive(session, message(album="a"), message(THERE))
    arrive(session, message(album="a"), at=1.0)
    assert turns(session, 1.5, limit=2).ids == [2]


def test_the_same_number_in_another_chat_is_another_album(session: Session) -> None:
    arrive(session, message(album="a"), message(THERE, album="a"))
    assert turns(session, ALBUM_SECONDS + 0.1).ids == [1, 2]


def test_a_clock_that_was_put_back_makes_nobody_wait(session: Session) -> None:
    arrive(session, message(album="a"), at=3600)
    assert turns(session) == Turns(ids=[1])


def test_what_is_answered_together_shares_one_commit(empty_store: Store, office: Office) -> None:
    ids = waiting(empty_store, "/help", "/help", "/help")
    commits: list[object] = []
    event.listen(empty_store.engine, "commit", commits.append)
    answer_updates(empty_store, office, understood, ids, lambda: NOW)
    assert len(commits) == 1
    assert answers(empty_store) == ["telegram:1", "telegram:2", "telegram:3"]
    answer_updates(empty_store, office, understood, ids, lambda: NOW)
    assert len(answers(empty_store)) == 3


def test_a_bug_costs_its_own_update_and_none_of_those_beside_it(empty_store: Store, office: Office) -> None:
    ids = waiting(empty_store, "/help", "/help", "a bug", "/help", "a bug", "/help")
    with capture_logs() as logs:
        answer_updates(empty_store, office, understood, ids, lambda: NOW)
    assert answers(empty_store) == [f"telegram:{number}" for number in range(1, 7)]
    assert [entry["inbox"] for entry in logs if entry["event"] == "update_failed"] == [ids[2], ids[4]]
    with empty_store.reading() as session:
        blamed = select(Inbox.id).where(col(Inbox.done_at).is_not(None), col(Inbox.reference).is_not(None))
        assert session.exec(blamed).all() == [ids[2], ids[4]]


def test_when_the_database_fails_what_came_before_is_answered_and_the_rest_waits_for_it(
    empty_store: Store, office: Office
) -> None:
    ids = waiting(empty_store, "/help", "/help", "no database", "/help")
    with pytest.raises(sa.exc.OperationalError):
        answer_updates(empty_store, office, understood, ids, lambda: NOW)
    assert answers(empty_store) == ["telegram:1", "telegram:2"]
    with empty_store.reading() as session:
        assert undone(session, 100, NOW).ids == ids[2:]


def waiting(store: Store, *texts: str) -> list[int]:
    """Store what strangers say, each in a chat of his own; return the ids of the updates."""
    with store.writing() as session:
        arrive(session, *({"message": {"chat": {"id": n}, "text": text}} for n, text in enumerate(texts, start=1)))
        return undone(session, 100, NOW).ids


def understood(session: Session, payloads: Sequence[str], key: str, now: datetime) -> Meaning:
    message = json.loads(payloads[0])["message"]
    if message["text"] == "a bug":
        raise RuntimeError
    if message["text"] == "no database":
        session.connection().exec_driver_sql("SELECT * FROM nowhere")
    chat = f"telegram:{message['chat']['id']}"
    return Arrival(request=Request(key=key, sender=chat, chat=chat, text=message["text"], now=now))


def answers(store: Store) -> Sequence[str]:
    """Return to whom something was answered, in its order."""
    with store.reading() as session:
        return session.exec(select(Outbox.chat).order_by(col(Outbox.id))).all()
