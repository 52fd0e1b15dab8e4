"""What the office declares in the database wins over the calendar, for planning and for sending alike."""

from datetime import date, datetime

import pytest

from db.models import WorkdayOverride
from db.store import Store
from rules.policy import Office
from scheduler.outbox import claimable
from scheduler.plan import plan
from services import identity
from services.chain import Act
from services.office import may_notify, office_now
from tests.conftest import NOW, person_named

SATURDAY = datetime.fromisoformat("2026-11-21T09:00+08:00")
FRIDAY = datetime.fromisoformat("2026-11-20T09:00+08:00")


def declare(store: Store, day: date, *, worked: bool) -> None:
    with store.writing() as session:
        session.merge(WorkdayOverride(day=day, is_workday=worked, note="市政府办通知"))
        identity.link(session, Act(key="t", at=NOW), person_named(store, "QL0014"), "telegram:14")


@pytest.mark.parametrize(("moment", "worked"), [(SATURDAY, True), (FRIDAY, False)])
def test_a_declared_day_decides_whether_anything_is_planned_and_sent(
    store: Store, office: Office, moment: datetime, worked: bool
) -> None:
    declare(store, moment.date(), worked=worked)
    with store.writing() as session:
        assert may_notify(session, office, moment) is worked
        assert bool(plan(session, office, moment)) is worked
    with store.reading() as session:
        waiting = session.execute(claimable(moment, may_notify(session, office, moment))).scalars().all()
        assert bool(waiting) is worked


def test_an_undeclared_day_is_as_the_calendar_says(empty_store: Store, office: Office) -> None:
    with empty_store.reading() as session:
        assert office_now(session, office) is office
        assert may_notify(session, office, FRIDAY)
        assert not may_notify(session, office, SATURDAY)


def test_declared_days_are_added_to_those_of_the_config(store: Store, office: Office) -> None:
    declare(store, date(2026, 11, 21), worked=True)
    with store.reading() as session:
        calendar = office_now(session, office).calendar
    assert calendar.is_workday(date(2026, 11, 21))
    assert not calendar.is_workday(date(2026, 11, 22))
