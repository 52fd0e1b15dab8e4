"""What waits to be sent: in which order it may go, who may take it, and what becomes of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Outbox, OutboxKind, OutboxState, SentMessage
from db.store import Store
from scheduler.outbox import (
    Envelope,
    Outgoing,
    claim,
    claimable,
    claimable_in,
    drop_expired,
    give_up,
    mark_sent,
    post,
    put_back,
)
from tests.conftest import NOW
from text.reply import Button, Reply

LEASE = timedelta(seconds=60)
ENVELOPE = Envelope(
    reply=Reply(
        html="<b>好</b>", buttons=((Button(label="一", command="/help"),),), numbers=("DC-2026-004",), replaces=True
    ),
    edits="5", quotes="6", press="7",
)  # fmt: skip


def put(session: Session, *chats: str) -> None:
    for chat in chats:
        post(session, chat, ENVELOPE, NOW)


def put_notice(session: Session, chat: str, **more: object) -> Outbox:
    row = Outbox(kind=OutboxKind.REMINDER, chat=chat, created_at=NOW, send_after=NOW, day=NOW.date(), **more)
    session.add(row)
    session.flush()
    return row


def free(session: Session, later: float = 0.0, notices: bool = True) -> list[int | None]:
    return list(session.execute(claimable(NOW + timedelta(seconds=later), notices)).scalars())


def take(session: Session, later: float = 0.0) -> list[sa.Row[Any]]:
    return claim(session, free(session, later), "me", NOW + timedelta(seconds=later), LEASE)


def test_an_envelope_comes_out_of_the_database_as_it_went_in() -> None:
    assert Envelope.from_json(ENVELOPE.to_json()) == ENVELOPE
    silent = Envelope(reply=None, press="7")
    assert Envelope.from_json(silent.to_json()) == silent
    assert ENVELOPE.reply is not None
    of_before = json.dumps([json.dumps(ENVELOPE.reply.as_json()), "5", "6", "7"])
    assert Envelope.from_json(of_before) == ENVELOPE


def test_of_each_chat_only_the_first_may_go(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "telegram:1", "telegram:2", "telegram:1", "telegram:2")
        assert free(session) == [1, 2]


def test_the_next_may_go_when_the_first_is_out(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "telegram:1", "telegram:1")
        take(session)
        assert free(session) == []
        mark_sent(session, [(Outgoing(id=1, chat="telegram:1", envelope=ENVELOPE), "5")], NOW)
        assert free(session) == [2]


def test_a_failed_message_does_not_hold_up_the_next(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "telegram:1", "telegram:1")
        take(session)
        give_up(session, 1, "blocked")
        assert free(session) == [2]


def test_a_message_that_is_put_back_holds_up_its_chat_until_its_time(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "telegram:1", "telegram:1", "telegram:2")
        take(session)
        put_back(session, 1, NOW + timedelta(seconds=10), "429", in_doubt=False)
        assert free(session, 5) == []
        assert free(session, 10) == [1]


@pytest.mark.parametrize("in_doubt", [True, False])
def test_a_message_put_back_is_possibly_repeated_only_when_in_doubt(empty_store: Store, in_doubt: bool) -> None:
    with empty_store.writing() as session:
        put(session, "telegram:1")
        take(session)
        put_back(session, 1, NOW, "broken", in_doubt=in_doubt)
    with empty_store.writing() as session:
        [row] = take(session)
        assert row.possibly_repeated is in_doubt
        assert row.attempts == 2


def test_a_claim_that_ran_out_is_taken_over_and_marked_as_possibly_repeated(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "telegram:1", "telegram:1")
        take(session)
        assert free(session, 59) == []
        [row] = take(session, 60)
        assert (row.id, row.possibly_repeated) == (1, True)


def test_a_notice_waits_for_the_window_and_a_reply_does_not_wait_for_the_notice(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put_notice(session, "telegram:1")
        put(session, "telegram:1")
        assert free(session, notices=False) == [2]
        assert free(session, notices=True) == [1]


def test_a_notice_for_later_does_not_hold_up_a_reply(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put_notice(session, "telegram:1").send_after = NOW + timedelta(minutes=10)
        put(session, "telegram:1")
        assert free(session) == [2]


def test_what_was_sent_about_duties_is_remembered_by_its_message(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "telegram:1")
        mark_sent(session, [(Outgoing(id=1, chat="telegram:1", envelope=ENVELOPE), "5")], NOW)
        mark_sent(session, [], NOW)
    with empty_store.reading() as session:
        [sent] = session.exec(select(SentMessage)).all()
        assert (sent.chat, sent.message_id, sent.numbers) == ("telegram:1", "5", ["DC-2026-004"])


def test_a_notice_whose_day_is_over_is_dropped(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put_notice(session, "telegram:1")
        put(session, "telegram:1")
        assert drop_expired(session, NOW.date()) == 0
        assert drop_expired(session, NOW.date() + timedelta(days=1)) == 1
    with empty_store.reading() as session:
        states = session.exec(select(Outbox.state).order_by(col(Outbox.id))).all()
        assert list(states) == [OutboxState.DROPPED, OutboxState.WAITING]


def test_looking_for_what_may_be_sent_never_goes_through_what_was_ever_sent(empty_store: Store) -> None:
    asked: list[str] = []
    with empty_store.writing() as session:
        put(session, "telegram:1")
        driver: Any = session.connection().connection.dbapi_connection
        driver.set_trace_callback(asked.append)
        claimable_in(session, NOW, notices=True, busy=(), most=10)
        driver.set_trace_callback(None)
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    looked = [line for line in plan if line.startswith(("SCAN", "SEARCH"))]
    assert len(looked) == 2
    assert all("USING INDEX ix_outbox_unsent" in line for line in looked), plan
