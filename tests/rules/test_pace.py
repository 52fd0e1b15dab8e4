"""Stalls and paces as tables."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from db.models import Duty, Status
from db.trends import Snapshot
from rules.pace import LONGEST_DAYS, Outlook, Pace, is_stalled, stuck_since, together
from tests.conftest import NOW

TODAY = date(2026, 11, 18)
FOUR_WEEKS_AGO = date(2026, 10, 21)


def duty(area: str = "5", farmland: str = "2", **facts: object) -> Duty:
    given: dict[str, object] = {
        "status": Status.IN_PROGRESS, "due_on": date(2026, 12, 1), "rectified_area_mu": Decimal(area),
        "rectified_farmland_mu": Decimal(farmland),
    }  # fmt: skip
    return Duty(number="DC-2026-001", workstream="inspection", region_id=1, known_at=NOW, **(given | facts))


def stood(day: date, area: str = "5", farmland: str = "2", status: Status = Status.IN_PROGRESS) -> Snapshot:
    return Snapshot(
        duty_id=1, day=day, status=status, area_mu=Decimal(9), farmland_mu=Decimal(9), rectified_area_mu=Decimal(area),
        rectified_farmland_mu=Decimal(farmland),
    )  # fmt: skip


LONG_AGO = date(2026, 8, 20)
LATELY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("now", "course", "stalls"),
    [
        (duty(), [stood(LONG_AGO)], True),
        (duty(), [stood(FOUR_WEEKS_AGO)], True),
        (duty(), [stood(FOUR_WEEKS_AGO + timedelta(days=1))], False),  # known for less than four weeks
        (duty(), [], False),  # never written down: nothing is held against it
        (duty(), [stood(LONG_AGO), stood(LATELY)], True),
        (duty(area="5.01"), [stood(LONG_AGO)], False),
        (duty(farmland="2.01"), [stood(LONG_AGO)], False),
        (duty(), [stood(LONG_AGO, area="4"), stood(LATELY)], False),  # rose between: when, nobody knows
        (duty(), [stood(LONG_AGO, area="4"), stood(FOUR_WEEKS_AGO)], True),
        (duty(), [stood(LONG_AGO, area="7")], True),  # less than before is no progress
        (duty(area="5"), [stood(LONG_AGO, area="7"), stood(LATELY, area="3")], False),  # and from there it rose
        (duty(), [stood(LONG_AGO), stood(LATELY, status=Status.AWAITING_ACCEPTANCE)], False),  # the city had it
        (duty(), [stood(LONG_AGO, status=Status.SUSPENDED)], False),
        (duty(status=Status.NOT_STARTED), [stood(LONG_AGO, status=Status.NOT_STARTED)], True),
        (duty(status=Status.RETURNED), [stood(LONG_AGO)], True),
        (duty(status=Status.AWAITING_ACCEPTANCE), [stood(LONG_AGO)], False),
        (duty(status=Status.CLOSED), [stood(LONG_AGO)], False),
        (duty(status=Status.LONG_TERM), [stood(LONG_AGO)], False),
        (duty(due_on=None), [stood(LONG_AGO)], False),
    ],
)  # fmt: skip
def test_a_duty_stalls(now: Duty, course: list[Snapshot], stalls: bool) -> None:
    assert is_stalled(now, course, TODAY, 4) == stalls


def test_it_stands_still_since_the_first_day_on_which_it_stood_as_now() -> None:
    course = [stood(LONG_AGO, area="4"), stood(FOUR_WEEKS_AGO), stood(LATELY)]
    assert stuck_since(duty(), course) == FOUR_WEEKS_AGO
    assert stuck_since(duty(area="6"), course) is None
    assert not is_stalled(duty(), course, TODAY, 5)


def pace(left: str, risen: str, **facts: Any) -> Pace:
    given: dict[str, Any] = {"count": 3, "days": 56, "plan_end": date(2026, 12, 31)}
    return Pace(left=Decimal(left), risen=Decimal(risen), **(given | facts))


@pytest.mark.parametrize(
    ("given", "per_week", "finish", "outlook"),
    [
        (pace("10", "56"), "7", date(2026, 11, 28), Outlook.ON_TIME),
        (pace("10.01", "56"), "7", date(2026, 11, 29), Outlook.ON_TIME),  # a day begun is a day
        (pace("43", "56"), "7", date(2026, 12, 31), Outlook.ON_TIME),
        (pace("43.0001", "56"), "7", date(2027, 1, 1), Outlook.LATE),
        (pace("43.0001", "56", plan_end=None), "7", date(2027, 1, 1), Outlook.ON_TIME),
        (pace("10", "0"), "0", None, Outlook.NEVER),
        (pace("10", "-3"), "-0.38", None, Outlook.NEVER),
        (pace("1000000", "0.0001"), "0", None, Outlook.NEVER),
        (pace("0", "56", count=0), "7", None, Outlook.DONE),
        (pace("0", "56"), "7", None, Outlook.NO_AREA),
        (pace("10", "0", days=0), None, None, Outlook.UNKNOWN),
        (pace("10", "9", days=90), "0.7", date(2027, 2, 26), Outlook.LATE),
    ],
)
def test_what_is_left_is_done_at_the_pace_of_the_last_weeks(
    given: Pace, per_week: str | None, finish: date | None, outlook: Outlook
) -> None:
    assert given.per_week == (None if per_week is None else Decimal(per_week))
    assert given.finish(TODAY) == finish
    assert given.outlook(TODAY) == outlook


def test_what_takes_a_hundred_years_is_no_forecast() -> None:
    assert pace(str(LONGEST_DAYS), "56").finish(TODAY) == TODAY + timedelta(days=LONGEST_DAYS)
    assert pace(str(LONGEST_DAYS + 1), "56").outlook(TODAY) == Outlook.NEVER


def test_a_county_is_through_with_the_last_of_its_workstreams() -> None:
    soon, late, never = pace("10", "56"), pace("60", "56"), pace("10", "0")
    whole = together([("mine", soon), ("inspection", late), ("farmland", never)], TODAY)
    assert (whole.finish, whole.last) == (date(2027, 1, 17), "inspection")
    assert (whole.late, whole.never, whole.outlook) == (1, 1, Outlook.NEVER)
    assert together([("mine", soon), ("inspection", late)], TODAY).outlook == Outlook.LATE
    assert together([("mine", soon)], TODAY).outlook == Outlook.ON_TIME
    assert together([("mine", pace("0", "1", count=0))], TODAY).outlook == Outlook.DONE
    assert together([], TODAY).finish is None
