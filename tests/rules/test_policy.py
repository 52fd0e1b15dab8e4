"""The sending window, and the office's day."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.calendar import Calendar
from rules.policy import Office, Policy

OFFICE = Office(name="督察办", city="青澜市")


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-11-18T08:29:59+08:00", False), ("2026-11-18T08:30+08:00", True), ("2026-11-18T17:59:59+08:00", True),
        ("2026-11-18T18:00+08:00", False), ("2026-11-18T03:00+00:00", True), ("2026-11-18T23:00+00:00", False),
        ("2026-11-21T10:00+08:00", False),  # Saturday
        ("2026-10-10T10:00+08:00", True),  # a Saturday that is worked
        ("2026-10-05T10:00+08:00", False),  # a Monday that is not
        ("2026-11-22T16:30+00:00", False),  # Monday 00:30 at the office
    ],
)  # fmt: skip
def test_notices_go_out_on_working_days_inside_the_window(moment: str, may: bool) -> None:
    assert OFFICE.may_notify(datetime.fromisoformat(moment)) == may


def test_a_declared_day_off_closes_the_window() -> None:
    closed = Office(name="x", city="x", calendar=Calendar(overrides={date(2026, 11, 18): False}))
    assert not closed.may_notify(datetime.fromisoformat("2026-11-18T10:00+08:00"))


def test_the_day_is_the_offices_own_whatever_the_zone_of_the_moment() -> None:
    late = datetime.fromisoformat("2026-11-18T16:30+00:00")
    assert OFFICE.today(late) == date(2026, 11, 19)
    assert Office(name="x", city="x", zone=ZoneInfo("UTC")).today(late) == date(2026, 11, 18)


def test_a_workstream_that_the_config_dropped_still_has_a_name() -> None:
    assert Policy().workstream("mine").zh == "矿山生态修复"
    assert Policy(workstreams=()).workstream("mine").zh == "mine"
