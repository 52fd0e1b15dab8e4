"""When the messages of a morning go: apart, always alike, inside the window, never on the half hour."""

from datetime import date, datetime, timedelta

import pytest

from rules.jitter import spread

DAY = date(2026, 11, 19)
OPENS = datetime.fromisoformat("2026-11-19T08:30+08:00")
CLOSES = datetime.fromisoformat("2026-11-19T18:00+08:00")
OFFICIALS = [f"QL{number:04}" for number in range(1, 201)]


def moments(base: datetime = OPENS, end: datetime = CLOSES, minutes: int = 5, day: date = DAY) -> list[datetime]:
    return [spread(who, day, base, end, minutes) for who in OFFICIALS]


def test_a_morning_is_spread_over_the_minutes_that_the_office_chose() -> None:
    found = moments()
    assert max(found.count(moment) for moment in found) < 20  # of two hundred
    assert len(set(found)) > 25  # of thirty
    assert OPENS < min(found) <= max(found) <= OPENS + timedelta(minutes=5)


def test_it_is_the_same_moment_for_whoever_asks_and_another_on_another_day() -> None:
    assert moments() == moments()
    assert moments() != moments(day=DAY + timedelta(days=1))
    assert spread("QL0014", DAY, OPENS, CLOSES, 5) == datetime.fromisoformat("2026-11-19T08:31:30+08:00")


def test_without_minutes_everybody_hears_as_the_window_opens() -> None:
    assert set(moments(minutes=0)) == {OPENS}


@pytest.mark.parametrize("begins", ["08:30", "08:56", "09:29", "08:00"])
@pytest.mark.parametrize("minutes", [1, 5, 30, 60])
def test_nobody_hears_on_the_full_or_half_hour(begins: str, minutes: int) -> None:
    base = datetime.fromisoformat(f"2026-11-19T{begins}+08:00")
    assert not [one for one in moments(base, CLOSES, minutes) if one.minute % 30 == 0 and one.second == 0]


@pytest.mark.parametrize("begins", ["17:56", "17:59", "17:59:50"])
def test_nobody_hears_after_the_window(begins: str) -> None:
    base = datetime.fromisoformat(f"2026-11-19T{begins}+08:00")
    found = moments(base)
    assert base <= min(found) <= max(found) < CLOSES
