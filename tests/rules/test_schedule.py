"""The schedule of a county's target line: between the ends of months by days, its lag and its light."""

from calendar import monthrange
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lights import Light
from rules.policy import Policy
from rules.retention import Retention
from rules.schedule import TargetLine, target_to_date

AREAS = st.decimals(min_value=0, max_value=10_000, places=2)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def line(*, actual: str, to_date: str = "50", year: str = "100", accepted: str = "0") -> TargetLine:
    return TargetLine(
        workstream="mine", sub_type="", metric="treated_mu", year_target=Decimal(year), target_to_date=Decimal(to_date),
        actual=Decimal(actual), accepted=Decimal(accepted),
    )  # fmt: skip


def test_within_a_month_the_target_grows_by_days() -> None:
    months = {10: Decimal("75.91"), 11: Decimal("88.73")}
    assert target_to_date(months, date(2026, 11, 18)) == Decimal("83.602")
    assert target_to_date(months, date(2026, 11, 30)) == Decimal("88.73")


def test_the_first_month_grows_from_nothing_and_a_month_without_a_target_has_none() -> None:
    assert target_to_date({1: Decimal(31)}, date(2026, 1, 10)) == Decimal(10)
    assert target_to_date({1: Decimal(31)}, date(2026, 2, 10)) is None
    assert target_to_date({}, date(2027, 1, 4)) is None


@given(st.lists(AREAS, min_size=12, max_size=12).map(sorted), DAYS)
def test_it_never_falls_and_meets_every_months_end(ends: list[Decimal], today: date) -> None:
    months = dict(enumerate(ends, start=1))
    reached = target_to_date(months, today)
    assert reached is not None
    assert months.get(today.month - 1, Decimal(0)) <= reached <= months[today.month]
    last = today.replace(day=monthrange(today.year, today.month)[1])
    assert target_to_date(months, last) == months[today.month]


@pytest.mark.parametrize(
    ("actual", "light"),
    [
        ("50", Light.GREEN), ("60", Light.GREEN), ("40.01", Light.GREEN), ("40", Light.YELLOW), ("20", Light.YELLOW),
        ("19.99", Light.RED), ("0", Light.RED),
    ],
)  # fmt: skip
def test_a_lines_light_by_its_lag(actual: str, light: Light) -> None:
    assert line(actual=actual).light(Policy()) == light


def test_the_thresholds_are_the_offices() -> None:
    strict = Policy(line_yellow_points=Decimal(1), line_red_points=Decimal(5))
    assert line(actual="49").light(strict) == Light.YELLOW
    assert line(actual="44").light(strict) == Light.RED


def test_a_line_lags_on_both_bases_and_one_that_asks_for_nothing_on_none() -> None:
    behind = line(actual="30", accepted="10")
    assert (behind.lag(), behind.lag(accepted=True)) == (Decimal(20), Decimal(40))
    nothing = line(actual="0", to_date="0", year="0")
    assert (nothing.lag(), nothing.schedule_percent, nothing.light(Policy())) == (None, None, None)


def test_a_gap_is_closed_by_what_was_restored_and_never_below_nothing() -> None:
    def county(actual: str, restored: str) -> Retention:
        return Retention(
            target=Decimal(100),
            actual=Decimal(actual),
            restored=Decimal(restored),
            approved_unused_task=Decimal(5),
            approved_unused_consumed=Decimal(5),
        )

    assert (county("90", "4").gap, county("90", "4").remaining_gap, county("90", "4").veto_risk) == (10, 6, True)
    assert (county("90", "12").remaining_gap, county("90", "12").veto_risk) == (0, False)
    assert (county("120", "0").gap, county("120", "0").approved_unused_done) == (0, True)
