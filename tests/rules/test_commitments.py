"""What has become of a promise, by what was accepted since."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.life import Commitment
from db.models import Duty, Status
from rules.commitments import Outcome, Totals, fulfilment, totals_of, totals_of_duty
from rules.figures import Figures

SAID_ON = date(2026, 11, 1)
DUE_ON = date(2026, 12, 1)  # thirty days
KNOWN_AT = datetime.fromisoformat("2026-11-01T09:00+08:00")
amounts = st.decimals(min_value=0, max_value=10_000, places=4)


def promise(
    area: str | Decimal = "30", *, reported: str = "0", accepted: str = "0", due_on: date = DUE_ON
) -> Commitment:
    return Commitment(
        region_id=2, said_on=SAID_ON, due_on=due_on, area_mu=Decimal(area), reported_then_mu=Decimal(reported),
        accepted_then_mu=Decimal(accepted), known_at=KNOWN_AT,
    )  # fmt: skip


def now(accepted: str | Decimal, reported: str | Decimal = "0") -> Totals:
    return Totals(reported=Decimal(reported), accepted=Decimal(accepted))


@pytest.mark.parametrize(
    ("accepted", "day", "outcome", "share"),
    [
        ("0", 0, Outcome.ON_TRACK, "0"),
        ("0", 1, Outcome.BEHIND, "0"),
        ("10", 10, Outcome.ON_TRACK, "33.33"),
        ("9.9999", 10, Outcome.BEHIND, "33.33"),
        ("30", 10, Outcome.KEPT, "100"),
        ("29.9999", 30, Outcome.BEHIND, "99.99"),
        ("29.9999", 31, Outcome.BROKEN, "99.99"),
        ("30", 31, Outcome.KEPT, "100"),
        ("45", 10, Outcome.KEPT, "150"),
    ],
)
def test_a_promise_is_judged_by_what_is_accepted(accepted: str, day: int, outcome: Outcome, share: str) -> None:
    found = fulfilment(promise(), now(accepted, "1000"), SAID_ON + timedelta(days=day))
    assert (found.outcome, found.share) == (outcome, Decimal(share))


def test_only_what_came_since_counts() -> None:
    found = fulfilment(promise(reported="100", accepted="50"), now("55", "120"), SAID_ON + timedelta(days=1))
    assert (found.since.accepted, found.since.reported, found.share) == (5, 20, Decimal("16.67"))
    fallen = fulfilment(promise(accepted="50"), now("40"), SAID_ON)
    assert (fallen.since.accepted, fallen.share) == (-10, 0)


@pytest.mark.parametrize(
    ("accepted", "days_left", "urgent"),
    [("0", 8, False), ("0", 7, True), ("0", -1, True), ("30", 3, False), ("30", -5, False)],
)
def test_what_is_broken_or_due_within_a_week_is_worth_a_line(accepted: str, days_left: int, urgent: bool) -> None:
    found = fulfilment(promise(), now(accepted), DUE_ON - timedelta(days=days_left))
    assert (found.days_left, found.is_urgent) == (days_left, urgent)


@given(amounts.filter(bool), amounts, st.integers(0, 400), st.integers(0, 400))
def test_a_promise_is_kept_exactly_when_all_of_it_is_accepted(
    area: Decimal, accepted: Decimal, due: int, on: int
) -> None:
    today = SAID_ON + timedelta(days=on)
    found = fulfilment(promise(area, due_on=SAID_ON + timedelta(days=due)), now(accepted), today)
    assert (found.outcome == Outcome.KEPT) == (accepted >= area)
    assert found.outcome != Outcome.BROKEN or (found.days_left < 0 and accepted < area)
    assert found.outcome == Outcome.KEPT or found.days_left >= 0 or found.outcome == Outcome.BROKEN


def test_of_a_duty_only_what_is_closed_is_accepted() -> None:
    duty = Duty(
        number="DC-1", workstream="inspection", region_id=2, title="", rectified_area_mu=Decimal(5),
        rectified_farmland_mu=Decimal(2), status=Status.AWAITING_ACCEPTANCE, known_at=KNOWN_AT,
    )  # fmt: skip
    assert totals_of_duty(duty, by_farmland=False) == now("0", "5")
    duty.status = Status.CLOSED
    assert totals_of_duty(duty, by_farmland=True) == now("2", "2")


def test_of_a_county_the_farmland_is_counted_where_it_was_promised() -> None:
    figures = Figures(
        rectified_area=Decimal(9), rectified_farmland=Decimal(4), accepted_area=Decimal(7), accepted_farmland=Decimal(3)
    )
    assert totals_of(figures, by_farmland=False) == now("7", "9")
    assert totals_of(figures, by_farmland=True) == now("3", "4")
