"""The clock walked hour by hour over the sample city, with restarts and every tick run twice (nobody does anything)."""

import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from db.migrations import upgrade
from db.models import OPEN, Duty, Level, Notice, Outbox, OutboxKind, OutboxState, Person
from db.store import Store
from rehearsal.cast import load_city
from rules.policy import Office
from rules.reminders import lead_moments
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing, claim, claimable, mark_sent
from scheduler.plan import plan
from services import identity
from services.chain import Act

pytestmark = pytest.mark.xdist_group("walk")  # or two processes walk the same way
FIRST = datetime.fromisoformat("2026-11-18T00:00+08:00")
LAST = datetime.fromisoformat("2026-12-31T23:00+08:00")
RESTARTS = 10
WORKDAYS = 32
HOUR = timedelta(hours=1)


@dataclass
class Walk:
    """What went out, to whom, when."""

    sent: list[tuple[datetime, int | None, OutboxKind, tuple[str, ...]]] = field(default_factory=list)

    def reminders(self) -> list[tuple[datetime, int | None, OutboxKind, tuple[str, ...]]]:
        return [message for message in self.sent if message[2] == OutboxKind.REMINDER]


def tick(store: Store, office: Office, now: datetime, walk: Walk) -> None:
    """One tick and all that the sender would do after it, with the sender's own functions."""
    with store.writing() as session:
        plan(session, office, now)
    with store.writing() as session:
        ids = session.execute(claimable(now, office.may_notify(now))).scalars().all()
        claim(session, ids, "walker", now, timedelta(minutes=1))
        for row in session.exec(select(Outbox).where(col(Outbox.id).in_(ids)).order_by(col(Outbox.id))).all():
            assert row.id is not None
            reply = render(session, row, office, now)
            assert reply is not None, "nobody does anything, so everything planned stays true"
            outgoing = Outgoing(id=row.id, chat=row.chat, envelope=Envelope(reply=reply))
            mark_sent(session, [(outgoing, str(row.id))], now)
            walk.sent.append((now, row.person_id, row.kind, reply.numbers))


def walk_on(path: Path, office: Office) -> Walk:
    """Walk from FIRST to LAST; close and open the database ten times on the way."""
    walk = Walk()
    store = Store(f"sqlite:///{path}")
    hours = int((LAST - FIRST) / HOUR) + 1
    for hour in range(hours):
        if hour % (hours // RESTARTS) == hours // RESTARTS - 1:
            store.close()
            store = Store(f"sqlite:///{path}")
        now = FIRST + hour * HOUR
        if office.local(now).hour == 8:
            now += HOUR / 2  # the window opens at half past
        tick(store, office, now, walk)
        tick(store, office, now, walk)
    store.close()
    return walk


@pytest.fixture(scope="module")
def city_before(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city as imported the evening before, with everybody's account, so that the first day is already lived."""
    path = tmp_path_factory.mktemp("walk") / "city.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store.engine)
    evening = FIRST - timedelta(hours=6)
    load_city(store, office, evening)
    with store.writing() as session:
        for person in session.exec(select(Person)).all():
            identity.link(session, Act(key="walk", at=evening), person, f"telegram:{person.id}")
    store.close()
    return path


@pytest.fixture(scope="module")
def walked(city_before: Path, office: Office) -> Walk:
    return walk_on(city_before, office)


@pytest.fixture(scope="module")
def walked_again(walked: Walk, city_before: Path, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The same walk over the same database once more: everything was said."""
    copy = tmp_path_factory.mktemp("again") / "city.db"
    shutil.copy(city_before, copy)
    return walk_on(copy, office)


def test_nobody_gets_two_reminders_on_a_day(walked: Walk) -> None:
    per_day = Counter((person, now.date()) for now, person, _kind, _numbers in walked.sent)
    assert walked.reminders()
    assert max(per_day.values()) == 1  # a digest absorbs its reader's reminders, so this holds with digests too


def test_nothing_goes_out_outside_the_window_or_on_a_day_off(walked: Walk, office: Office) -> None:
    assert all(office.may_notify(now) for now, *_rest in walked.sent)
    assert {now.date() for now, *_rest in walked.sent} >= {date(2026, 11, 18), date(2026, 12, 31)}


def test_the_second_walk_sends_nothing(walked_again: Walk) -> None:
    assert walked_again.sent == []


def expected_leads(session: Session, office: Office) -> dict[tuple[str, date, date], set[int]]:
    """Every lead time of every dated open duty that falls into the walk: who is to hear of it on which day."""
    found: dict[tuple[str, date, date], set[int]] = defaultdict(set)
    people = {(p.region_id, p.name): p for p in session.exec(select(Person))}
    for duty in session.exec(select(Duty).where(col(Duty.status).in_(OPEN), col(Duty.due_on).is_not(None))):
        names = duty.imported["persons"]
        who = {people[(duty.region_id, name)].id for name in names}
        if names == ["苏启健"]:  # left; 贺启宁 has his post
            who = {people[(duty.region_id, "贺启宁")].id}
        if not names:  # nobody is named: the deputy in charge
            who = {
                p.id
                for p in people.values()
                if p.region_id == duty.region_id and p.level == Level.DEPUTY and duty.workstream in p.workstreams
            }
        for day, rule in lead_moments(duty, office.policy, office.calendar):
            if FIRST.date() <= day <= LAST.date():
                early = office.policy.early_workdays if rule.endswith("d") else 0  # may come along that much earlier
                found[(duty.number, office.calendar.shift(day, -early), day)] |= {person for person in who if person}
    return found


def test_every_lead_time_of_every_dated_open_duty_is_covered(walked: Walk, city_before: Path, office: Office) -> None:
    heard: dict[tuple[str, int | None], set[date]] = defaultdict(set)
    for now, person, _kind, numbers in walked.sent:
        for number in numbers:
            heard[(number, person)].add(now.date())
    store = Store(f"sqlite:///{city_before}")
    with store.reading() as session:
        leads = expected_leads(session, office)
    store.close()
    assert len(leads) > 300
    missed = [
        (number, last, person)
        for (number, first, last), who in leads.items()
        for person in who
        if not any(first <= day <= last for day in heard[(number, person)])
    ]
    assert missed == []


def test_the_delegate_hears_what_the_one_on_leave_hears(walked: Walk, city_before: Path) -> None:
    store = Store(f"sqlite:///{city_before}")
    with store.reading() as session:
        ids = {p.official_id: p.id for p in session.exec(select(Person))}
    store.close()
    away, delegate = ids["QL0088"], ids["QL0086"]
    days = [(now.date(), numbers) for now, person, _k, numbers in walked.sent if person == away and now.day <= 27]
    told = {
        (now.date(), number) for now, person, _k, numbers in walked.sent if person == delegate for number in numbers
    }
    assert days
    assert all((day, number) in told for day, numbers in days if day.month == 11 for number in numbers)


def test_an_overdue_duty_is_said_once_and_then_weekly_four_times_at_most(walked: Walk, city_before: Path) -> None:
    store = Store(f"sqlite:///{city_before}")
    with store.reading() as session:
        notices = session.exec(select(Notice)).all()
        outbox = session.exec(select(Outbox).where(Outbox.kind != OutboxKind.REPLY)).all()
    store.close()
    weekly = Counter((n.duty_id, n.person_id) for n in notices if n.rule.startswith("overdue-week"))
    first = Counter((n.duty_id, n.person_id) for n in notices if n.rule == "overdue")
    assert max(first.values()) == 1
    assert max(weekly.values()) == 4
    assert {row.state for row in outbox} == {OutboxState.SENT}
    days = {n.day.weekday() for n in notices if n.rule.startswith("overdue-week")}
    assert days == {0}  # Mondays, none of them a holiday in these weeks


def test_the_messages_per_person_are_printed(
    walked: Walk, city_before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table of Must show 5: how many working days each person was bothered, and what the plain rule would do."""
    store = Store(f"sqlite:///{city_before}")
    with store.reading() as session:
        people = {p.id: p for p in session.exec(select(Person))}
    store.close()
    days: dict[int, set[date]] = defaultdict(set)
    for now, person, _kind, _numbers in walked.reminders():
        if person:
            days[person].add(now.date())
    bothered = sorted(((len(d), people[p].level.value, people[p].name) for p, d in days.items()), reverse=True)
    with capsys.disabled():
        print(f"\n{len(walked.reminders())} reminders to {len(bothered)} people on {WORKDAYS} working days; days each:")
        for row in range(0, len(bothered), 6):
            print("  " + "  ".join(f"{name} {count}" for count, _level, name in bothered[row : row + 6]))
        for level in (Level.RESPONSIBLE, Level.DEPUTY):
            counts = sorted(count for count, rank, _name in bothered if rank == level.value)
            print(f"  {level.value}: {len(counts)} people, median {counts[len(counts) // 2]}, most {counts[-1]} days")
    # the plain rule (a list on every day on which something is near or late) bothers one man on 30 of 32 days
    assert bothered[0][0] <= 21
