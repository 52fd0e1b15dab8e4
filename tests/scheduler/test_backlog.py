"""What the city does not judge in time is said to its reviewers: once, then weekly, merged with all else of the day."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from db.models import Outbox, OutboxKind, Person, Status
from db.queries import duty_by_number
from db.store import Store
from rules.policy import Office
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing, claim, claimable, mark_sent
from scheduler.plan import plan
from services import identity
from services.chain import Act
from services.people import take_leave
from services.reporting import report_done
from tests.conftest import LEDGER_DAY, keep_counties
from text.reply import Reply

NUMBERS = ("DC-2026-004", "DC-2026-028")  # 澜东区 and 沙栗县, both of inspection
REVIEWER, OTHER = "QL0004", "QL0005"  # of inspection, and of illegal land
REPORTED = LEDGER_DAY + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class City:
    """The sample city walked day by day; ``said`` is what each person was told on which day."""

    def __init__(self, store: Store, office: Office) -> None:
        self.store, self.office = store, office
        self.said: dict[tuple[str, date], Reply] = {}

    def walk(self, first: int, last: int) -> None:
        """Let the clock tick at half past eight of each day, and send what is to be sent."""
        for day in range(first, last + 1):
            now = LEDGER_DAY + timedelta(days=day)
            with self.store.writing() as session:
                plan(session, self.office, now)
            with self.store.writing() as session:
                self._send(session, now)

    def _send(self, session: Session, now: datetime) -> None:
        ids = session.execute(claimable(now, self.office.may_notify(now))).scalars().all()
        claim(session, ids, "test", now, MINUTE)
        for row in session.exec(select(Outbox).where(col(Outbox.id).in_(ids))).all():
            reply = render(session, row, self.office, now)
            if reply is None:
                continue
            mark_sent(session, [(Outgoing(id=row.id or 0, chat=row.chat, envelope=Envelope(reply=reply)), "1")], now)
            if row.kind != OutboxKind.ACT and row.person_id:
                whose = session.get_one(Person, row.person_id).official_id, self.office.today(now)
                assert whose not in self.said, f"two messages on a day: {whose}"
                self.said[whose] = reply

    def days(self, who: str) -> list[date]:
        return sorted(day for one, day in self.said if one == who)


@pytest.fixture
def town(peopled_file: Path, office: Office, tmp_path: Path) -> Iterator[City]:
    path = tmp_path / "city.db"
    shutil.copy(peopled_file, path)
    store = Store(f"sqlite:///{path}")
    with store.writing() as session:
        for number in NUMBERS:
            duty = duty_by_number(session, number)
            assert duty is not None
            report_done(
                session, office, Act(key=number, at=REPORTED, person=identity.find_person(session, "QL0009")), duty
            )
    yield City(store, office)
    store.close()


def test_a_reviewer_hears_after_fifteen_working_days_and_then_weekly_four_times(town: City, office: Office) -> None:
    keep_counties(town.store, ("澜东区", "沙栗县"))
    town.walk(20, 60)
    first = office.calendar.shift(REPORTED.date(), 16)
    assert first == date(2026, 12, 10)  # a Thursday
    mondays = [date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4), date(2027, 1, 11)]
    assert town.days(REVIEWER) == [first, *mondays]
    assert town.days(OTHER) == []
    said = town.said[(REVIEWER, first)]
    assert "葛正超，待验收超时2件" in said.html
    assert "超过15个工作日" in said.html
    east, sand = said.html.index("澜东区：<code>DC-2026-004"), said.html.index("沙栗县：<code>DC-2026-028")
    assert east < sand
    assert "11月18日报，已等16个工作日" in said.html
    assert [button.command for row in said.buttons for button in row] == ["/queue"]
    assert set(NUMBERS) == set(said.numbers)


def test_what_is_judged_before_the_message_goes_is_left_out_of_it(town: City) -> None:
    town.walk(20, 21)
    now = LEDGER_DAY + timedelta(days=22)  # the first day on which it is late
    with town.store.writing() as session:
        plan(session, town.office, now)
        judged = duty_by_number(session, NUMBERS[0])
        assert judged is not None
        judged.status = Status.ACCEPTED
        session.add(judged)
    with town.store.writing() as session:
        town._send(session, now)
    said = town.said[(REVIEWER, now.date())]
    assert NUMBERS[0] not in said.html
    assert said.numbers == (NUMBERS[1],)


def test_while_a_reviewer_is_away_his_delegate_hears_too(town: City, office: Office) -> None:
    with town.store.writing() as session:
        reviewer, other = identity.find_person(session, REVIEWER), identity.find_person(session, OTHER)
        act = Act(key="leave", at=REPORTED, person=reviewer)
        take_leave(session, office, act, reviewer, date(2026, 12, 7), date(2026, 12, 18), other)
    town.walk(20, 23)
    assert town.days(REVIEWER) == town.days(OTHER) == [date(2026, 12, 10)]


def test_a_reviewer_who_reads_the_digest_finds_it_there(town: City, office: Office) -> None:
    with town.store.writing() as session:
        reviewer = identity.find_person(session, REVIEWER)
        identity.wants_digest(session, Act(key="digest", at=REPORTED, person=reviewer), reviewer, True)
    town.walk(21, 22)
    said = town.said[(REVIEWER, date(2026, 12, 10))]
    assert "整改日报" in said.html
    assert "待验收超时2件" in said.html
