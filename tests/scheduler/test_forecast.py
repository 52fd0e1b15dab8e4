"""The forecast against the walk that really sends: message for message."""

import os
import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from db.models import Duty, Event, Notice, Outbox, OutboxState, Status
from db.store import Store
from rules.policy import Office
from scheduler.forecast import Foretold, forecast
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing, claim, claimable, mark_sent
from scheduler.plan import plan

EVENING = datetime.fromisoformat("2026-11-18T18:30+08:00")
FIRST = date(2026, 11, 19)
DAYS = 30 if os.environ.get("CI") else 8
Message = tuple[datetime, str, str, tuple[str, ...], str]


@pytest.fixture
def store(peopled_file: Path, tmp_path: Path) -> Store:
    shutil.copy(peopled_file, tmp_path / "city.db")
    return Store(f"sqlite:///{tmp_path / 'city.db'}")


def foretold(store: Store, office: Office, now: datetime, days: int = DAYS) -> list[Foretold]:
    first = office.today(now) + timedelta(days=1)
    return [message for day in forecast(store, office, now, first, days) for message in day.messages]


def as_read(messages: list[Foretold]) -> list[Message]:
    return sorted((m.at, m.chat, m.kind.value, m.reply.numbers, m.reply.html) for m in messages)


def walk(store: Store, office: Office, now: datetime, days: int = DAYS) -> list[Message]:
    """Tick every half hour, day and night, and whenever a message is due; send with the sender's own functions."""
    sent: list[Message] = []
    end = datetime.combine(office.today(now) + timedelta(days=days + 1), datetime.min.time(), tzinfo=office.zone)
    while now < end:
        with store.writing() as session:
            plan(session, office, now)
        while taken := _send_one_each(store, office, now):
            sent += taken
        now = min([now + timedelta(minutes=30) - (now - EVENING) % timedelta(minutes=30), *_due_after(store, now)])
    return sorted(sent)


def _due_after(store: Store, now: datetime) -> list[datetime]:
    with store.reading() as session:
        waiting = select(Outbox.send_after).where(Outbox.state == OutboxState.WAITING, Outbox.send_after > now)
        return list(session.exec(waiting))


def _send_one_each(store: Store, office: Office, now: datetime) -> list[Message]:
    sent: list[Message] = []
    with store.writing() as session:
        ids = session.execute(claimable(now, office.may_notify(now))).scalars().all()
        claim(session, ids, "walker", now, timedelta(minutes=1))
        for row in session.exec(select(Outbox).where(col(Outbox.id).in_(ids)).order_by(col(Outbox.id))).all():
            reply = render(session, row, office, now)
            assert reply is not None
            assert row.id is not None
            mark_sent(session, [(Outgoing(id=row.id, chat=row.chat, envelope=Envelope(reply=reply)), "1")], now)
            sent.append((now, row.chat, row.kind.value, reply.numbers, reply.html))
    return sent


@pytest.mark.parametrize("minutes", [0, 5] if os.environ.get("CI") else [5])
def test_what_is_foretold_is_what_is_sent(store: Store, office: Office, minutes: int) -> None:
    spread = replace(office, policy=replace(office.policy, jitter_minutes=minutes))
    told = as_read(foretold(store, spread, EVENING))
    assert len(told) > (500 if DAYS == 30 else 120)
    assert len({message[0].timetz() for message in told}) == (30 if minutes else 1)
    assert told == walk(store, spread, EVENING)


def test_what_is_foretold_of_a_morning_is_spread_and_not_on_the_half_hour(store: Store, office: Office) -> None:
    spread = replace(office, policy=replace(office.policy, jitter_minutes=5))
    ((first, opens), *_more) = [
        ({one.at for one in day.messages}, datetime.fromisoformat(f"{day.day}T08:30+08:00"))
        for day in forecast(store, spread, EVENING, FIRST, 1)
    ]
    assert len(first) > 10
    assert opens < min(first) <= max(first) <= opens + timedelta(minutes=5)


def test_a_changed_policy_is_foretold_as_it_would_be(store: Store, office: Office) -> None:
    quieter = replace(office, policy=replace(office.policy, lead_days=(7,), lead_workdays=(1,), digest_at="0 16 * * *"))
    told = as_read(foretold(store, quieter, EVENING, 8))
    assert told != as_read(foretold(store, office, EVENING, 8))
    assert told == walk(store, quieter, EVENING, 8)


def test_a_forecast_from_a_later_day_knows_what_is_said_before(store: Store, office: Office) -> None:
    whole = as_read(foretold(store, office, EVENING, 12))
    late = [m for day in forecast(store, office, EVENING, FIRST + timedelta(days=6), 6) for m in day.messages]
    assert as_read(late) == [one for one in whole if one[0].date() >= FIRST + timedelta(days=6)]
    assert late


def test_nothing_is_written_or_sent(store: Store, office: Office) -> None:
    with store.reading() as session:
        before = _everything(session)
    foretold(store, office, EVENING, 5)
    with store.reading() as session:
        assert _everything(session) == before


def test_what_is_done_is_not_foretold(store: Store, office: Office) -> None:
    noon = datetime.fromisoformat("2026-11-19T07:00+08:00")
    with store.writing() as session:
        duty = session.exec(select(Duty).where(Duty.number == "DC-2026-004")).one()
        duty.status = Status.AWAITING_ACCEPTANCE
    told = [m for day in forecast(store, office, noon, FIRST, 5) for m in day.messages]
    assert told
    assert not any("DC-2026-004" in m.reply.numbers for m in told)


def test_days_off_are_named_and_a_year_not_yet_published_is_an_estimate(store: Store, office: Office) -> None:
    now = datetime.fromisoformat("2026-12-30T19:00+08:00")
    days = list(forecast(store, office, now, date(2026, 12, 31), 4))
    assert [(d.is_workday, d.is_official) for d in days] == [
        (True, True),
        (False, False),
        (False, False),
        (False, False),
    ]
    assert [bool(d.messages) for d in days] == [True, False, False, False]


def _everything(session: Session) -> list[object]:
    counts = [len(session.exec(select(noun)).all()) for noun in (Outbox, Notice, Event)]
    return [counts, [d.model_dump() for d in session.exec(select(Duty))]]
