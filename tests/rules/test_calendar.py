"""Working days: the official calendar of 2026 with 调休, the vectors of PRACTICE 5.4, and the office's own days."""

import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cast import CITY
from rules.calendar import Calendar

CALENDAR = Calendar()
WORKDAYS_2026 = {
    date.fromisoformat(row["date"]): row["is_workday"] == "1"
    for row in csv.DictReader((CITY / "workdays_2026.csv").read_text(encoding="utf-8-sig").splitlines())
}
YEAR_2026 = st.dates(date(2026, 1, 15), date(2026, 12, 15))


def test_every_day_of_2026_is_as_the_state_council_published_it() -> None:
    assert len(WORKDAYS_2026) == 365
    assert sum(WORKDAYS_2026.values()) == 248
    assert {day: CALENDAR.is_workday(day) for day in WORKDAYS_2026} == WORKDAYS_2026


@pytest.mark.parametrize("day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"])
def test_makeup_days_at_weekends_are_worked(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert CALENDAR.is_workday(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "workdays", "expected"),
    [
        ("2026-11-18", 5, "2026-11-25"), ("2026-09-30", 1, "2026-10-08"), ("2026-10-08", -3, "2026-09-28"),
        ("2026-10-10", -1, "2026-10-09"), ("2026-02-13", 1, "2026-02-14"), ("2026-02-13", 2, "2026-02-24"),
        ("2026-12-31", -7, "2026-12-22"), ("2026-11-18", 0, "2026-11-18"),
    ],
)  # fmt: skip
def test_shifting_by_working_days_follows_the_vectors_of_practice(day: str, workdays: int, expected: str) -> None:
    assert CALENDAR.shift(date.fromisoformat(day), workdays) == date.fromisoformat(expected)


def test_a_day_off_falls_back_to_the_last_working_day_and_forward_to_the_next() -> None:
    assert CALENDAR.on_or_before(date(2026, 10, 4)) == date(2026, 9, 30)
    assert CALENDAR.on_or_after(date(2026, 10, 4)) == date(2026, 10, 8)
    assert CALENDAR.on_or_before(date(2026, 11, 18)) == CALENDAR.on_or_after(date(2026, 11, 18)) == date(2026, 11, 18)


def test_only_published_years_are_official() -> None:
    assert CALENDAR.is_official(2026)
    assert not CALENDAR.is_official(2027)


def test_the_next_year_is_asked_for_from_december_on() -> None:
    assert CALENDAR.unpublished_year(date(2026, 11, 30)) is None
    assert CALENDAR.unpublished_year(date(2026, 12, 1)) == 2027
    assert CALENDAR.unpublished_year(date(2027, 3, 1)) == 2027
    assert Calendar(overrides={date(2027, 1, 3): True}).unpublished_year(date(2026, 12, 1)) is None


def test_a_year_that_is_not_published_is_monday_to_friday_but_for_the_holidays_known_by_date() -> None:
    days = [date(2027, 3, 1) + timedelta(days=n) for n in range(28)]
    assert [CALENDAR.is_workday(day) for day in days] == [day.weekday() < 5 for day in days]


def test_what_the_office_declares_wins_over_the_published_calendar() -> None:
    declared = Calendar(overrides={date(2026, 11, 18): False, date(2026, 11, 21): True, date(2027, 1, 3): True})
    assert not declared.is_workday(date(2026, 11, 18))
    assert declared.is_workday(date(2026, 11, 21))
    assert declared.shift(date(2026, 11, 17), 1) == date(2026, 11, 19)
    assert declared.shift(date(2026, 11, 20), 1) == date(2026, 11, 21)
    assert declared.on_or_before(date(2026, 11, 18)) == date(2026, 11, 17)
    assert CALENDAR.is_workday(date(2026, 11, 18))


def test_a_year_that_the_office_declared_is_official() -> None:
    assert Calendar(overrides={date(2027, 1, 3): True}).is_official(2027)
    assert not Calendar(overrides={date(2027, 1, 3): True}).is_official(2028)


@given(YEAR_2026, st.integers(1, 20))
def test_shifting_counts_exactly_the_working_days_between(day: date, workdays: int) -> None:
    after, before = CALENDAR.shift(day, workdays), CALENDAR.shift(day, -workdays)
    between = [day + timedelta(days=n) for n in range(1, (after - day).days + 1)]
    assert sum(CALENDAR.is_workday(d) for d in between) == workdays
    assert CALENDAR.is_workday(after)
    earlier = [day - timedelta(days=n) for n in range(1, (day - before).days + 1)]
    assert sum(CALENDAR.is_workday(d) for d in earlier) == workdays
