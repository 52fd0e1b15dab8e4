"""The light of a duty: PRACTICE 4.2, against the oracle's 240 and at every threshold."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from db.models import Duty, Status
from db.store import Store
from rehearsal.cast import CITY
from rules.lights import Cause, Light, done_percent, elapsed_percent, is_overdue, lag, light, reason
from rules.policy import Policy, RateBasis
from tests.conftest import NOW

TODAY = date(2026, 11, 18)
EXPECTED = {
    row["duty_id"]: row
    for row in csv.DictReader((CITY / "expected_duties.csv").read_text(encoding="utf-8-sig").splitlines())
}


def number(text: str) -> float | None:
    return float(text) if text else None


def test_all_240_duties_have_the_light_and_the_percentages_of_the_oracle(store: Store) -> None:
    with store.reading() as session:
        duties = {duty.number: duty for duty in session.exec(select(Duty))}
    assert duties.keys() == EXPECTED.keys()
    assert len(duties) == 240
    for name, row in EXPECTED.items():
        duty = duties[name]
        behind, elapsed = lag(duty, TODAY), elapsed_percent(duty, TODAY)
        seen = (
            light(duty, TODAY, Policy()).value,
            None if elapsed is None else float(elapsed),
            float(min(done_percent(duty), 100)),
        )
        assert seen == (row["light"], number(row["elapsed_pct"]), number(row["done_pct"])), name
        assert (behind is None) == (not row["lag_pp"]), name
        if done_percent(duty) <= 100:
            assert abs((behind or 0) - Decimal(row["lag_pp"] or 0)) <= Decimal("0.01"), name


def duty(
    *, status: Status = Status.IN_PROGRESS, days_left: int | None = 50, elapsed: int = 50, done: str = "50",
    farmland: str = "0",
) -> Duty:  # fmt: skip
    """A duty of 100 mu and of days such that so many percent of its time have passed."""
    due_on = None if days_left is None else TODAY + timedelta(days=days_left)
    whole = 0 if days_left is None else days_left * 100 // (100 - elapsed) if elapsed < 100 else 100
    return Duty(
        number="X-1", workstream="mine", region_id=1, status=status, due_on=due_on, area_mu=Decimal(100),
        issued_on=None if due_on is None else due_on - timedelta(days=whole), farmland_mu=Decimal(farmland),
        rectified_area_mu=Decimal(done), rectified_farmland_mu=Decimal(0), known_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (duty(status=Status.CLOSED, days_left=-5), Light.DONE),
        (duty(status=Status.AWAITING_ACCEPTANCE, days_left=-5), Light.WAITING),
        (duty(status=Status.ACCEPTED, days_left=-5), Light.WAITING),
        (duty(status=Status.PUBLIC_NOTICE, days_left=-5), Light.WAITING),
        (duty(status=Status.TRANSFERRED, days_left=-5), Light.NONE),
        (duty(status=Status.VOID, days_left=-5), Light.NONE),
        (duty(status=Status.RELAPSED, days_left=50, done="100"), Light.YELLOW),
        (duty(status=Status.RELAPSED, days_left=-1, elapsed=100), Light.RED),
        (duty(status=Status.LONG_TERM, days_left=-5), Light.NONE),
        (duty(status=Status.SUSPENDED, days_left=-5), Light.NONE),
        (duty(days_left=None), Light.UNDATED),
        (duty(status=Status.RETURNED, days_left=None), Light.UNDATED),
        (duty(days_left=-1, elapsed=100, done="99"), Light.RED),
        (duty(status=Status.RETURNED, days_left=-1, elapsed=100), Light.RED),
        (duty(days_left=0, elapsed=100, done="100"), Light.BLUE),
        (duty(days_left=0, elapsed=100, done="69"), Light.YELLOW),
        (duty(days_left=7, elapsed=50, done="100"), Light.BLUE),
        (duty(days_left=8, elapsed=50, done="100"), Light.GREEN),
        (duty(days_left=50, done="19"), Light.YELLOW),  # 31 behind
        (duty(days_left=50, done="20"), Light.BLUE),  # 30 is not more than 30
        (duty(days_left=50, done="19.99"), Light.YELLOW),
        (duty(days_left=50, done="40"), Light.BLUE),  # 10 is blue
        (duty(days_left=50, done="40.01"), Light.GREEN),
        (duty(status=Status.RETURNED, days_left=50, done="100"), Light.YELLOW),
        (duty(status=Status.NOT_STARTED, days_left=50, elapsed=50, done="0"), Light.YELLOW),
        (duty(days_left=50, done="100", farmland="40"), Light.YELLOW),  # by farmland, of which nothing is done
    ],
)  # fmt: skip
def test_the_light_of_a_situation(situation: Duty, expected: Light) -> None:
    assert light(situation, TODAY, Policy()) == expected


@pytest.mark.parametrize(
    ("situation", "causes"),
    [
        (duty(status=Status.CLOSED), (Cause.CLOSED,)),
        (duty(status=Status.AWAITING_ACCEPTANCE, days_left=-5), (Cause.AWAITING_ACCEPTANCE,)),
        (duty(status=Status.LONG_TERM), (Cause.LONG_TERM,)),
        (duty(status=Status.SUSPENDED), (Cause.SUSPENDED,)),
        (duty(status=Status.RETURNED, days_left=None), (Cause.NO_DATE,)),
        (duty(status=Status.RETURNED, days_left=-1, elapsed=100), (Cause.OVERDUE,)),
        (duty(status=Status.RETURNED, days_left=50, done="50"), (Cause.RETURNED,)),
        (duty(status=Status.RELAPSED, days_left=50, done="50"), (Cause.RELAPSED,)),
        (duty(status=Status.RETURNED, days_left=50, done="0"), (Cause.RETURNED, Cause.FAR_BEHIND)),
        (duty(days_left=5, done="0"), (Cause.FAR_BEHIND,)),  # the yellow light hides that the day is near
        (duty(days_left=5, done="50"), (Cause.NEAR,)),
        (duty(days_left=5, done="30"), (Cause.NEAR, Cause.BEHIND)),
        (duty(days_left=50, done="30"), (Cause.BEHIND,)),
        (duty(days_left=50, done="50"), (Cause.ON_SCHEDULE,)),
    ],
)
def test_a_reason_names_all_that_causes_the_light_and_nothing_that_does_not(
    situation: Duty, causes: tuple[Cause, ...]
) -> None:
    found = reason(situation, TODAY, Policy())
    assert found.causes == causes
    assert found.light == light(situation, TODAY, Policy())


def test_a_reason_holds_the_facts() -> None:
    late = reason(duty(days_left=-12, elapsed=100, done="93"), TODAY, Policy())
    assert (late.days_left, late.elapsed, late.done, late.lag) == (-12, Decimal(100), Decimal(93), Decimal(7))
    assert late.done_by == RateBasis.AREA
    slow = reason(duty(days_left=50, done="100", farmland="40"), TODAY, Policy())
    assert (slow.days_left, slow.elapsed, slow.done, slow.lag) == (50, Decimal(50), Decimal(0), Decimal(50))
    assert slow.done_by == RateBasis.FARMLAND


def planned(*shares: tuple[int, float | None], done: str) -> Duty:
    """A duty of 100 mu in the middle of its time, whose plan names shares by days from today."""
    one = duty(days_left=50, done=done)
    one.milestones = [
        {"due_on": (TODAY + timedelta(days=days)).isoformat(), "words": "", "percent": share} for days, share in shares
    ]
    return one


@pytest.mark.parametrize(
    ("one", "expected", "elapsed"),
    [
        (planned((-10, 20), (10, 100), done="0"), Light.BLUE, 20),
        (planned((-10, 20), (10, 100), done="20"), Light.GREEN, 20),
        (planned((10, 100), done="0"), Light.GREEN, 0),  # half of the time is over, and nothing was to be done yet
        (planned((-1, 100), done="60"), Light.YELLOW, 100),
        (planned((0, 100), done="60"), Light.GREEN, 0),  # today it may still be met
        (planned((-1, None), done="30"), Light.BLUE, 50),  # a plan without shares says nothing of the pace
        (planned((-1, None), (-2, 31.5), done="0"), Light.YELLOW, 31.5),
        (planned((-1, 10), (-9, 60), done="60"), Light.GREEN, 60),
    ],
)  # fmt: skip
def test_where_the_plan_names_shares_the_light_follows_them(one: Duty, expected: Light, elapsed: float) -> None:
    found = reason(one, TODAY, Policy())
    assert (found.light, found.elapsed) == (expected, Decimal(str(elapsed)))
    assert found.by_plan is (one.milestones[-1]["percent"] is not None)


def test_a_reason_without_a_deadline_has_what_the_ledger_says_of_it() -> None:
    one = duty(days_left=None)
    assert reason(one, TODAY, Policy()).written_due == ""
    one.raw = {"due_original": " 力争年内 "}
    found = reason(one, TODAY, Policy())
    assert (found.written_due, found.days_left, found.elapsed, found.lag) == ("力争年内", None, None, None)
    one.raw = {"due_original": "10月底", "due_extended": "视情况"}
    assert reason(one, TODAY, Policy()).written_due == "视情况"


def test_a_duty_that_was_never_issued_has_no_pace_but_a_light() -> None:
    one = duty(days_left=50, done="0")
    one.issued_on = None
    found = reason(one, TODAY, Policy())
    assert (found.causes, found.elapsed, found.lag) == ((Cause.ON_SCHEDULE,), None, None)


def test_a_duty_is_overdue_the_day_after_its_deadline_and_only_while_open() -> None:
    due = duty(days_left=0)
    assert not is_overdue(due, TODAY)
    assert is_overdue(due, TODAY + timedelta(days=1))
    for status in Status:
        late = status in (
            Status.NOT_STARTED, Status.RECEIVED, Status.PLANNED, Status.IN_PROGRESS, Status.COUNTY_CHECKED,
            Status.RETURNED, Status.RELAPSED,
        )  # fmt: skip
        assert is_overdue(duty(status=status, days_left=-1), TODAY) == late


def test_time_passed_is_clipped_to_nothing_and_all() -> None:
    one = duty(days_left=50, elapsed=50)
    assert elapsed_percent(one, TODAY - timedelta(days=900)) == 0
    assert elapsed_percent(one, TODAY + timedelta(days=900)) == 100
    assert elapsed_percent(one, TODAY) == 50
    one.issued_on = None
    assert elapsed_percent(one, TODAY) is None
    assert lag(one, TODAY) is None


def test_issued_on_the_deadline_itself_has_no_time_left() -> None:
    one = duty(days_left=0)
    one.issued_on = one.due_on
    assert elapsed_percent(one, TODAY) == 100


@pytest.mark.parametrize(
    ("policy", "situation", "expected"),
    [
        (Policy(near_days=3), duty(days_left=4, elapsed=50, done="50"), Light.GREEN),
        (Policy(near_days=20), duty(days_left=20, elapsed=50, done="50"), Light.BLUE),
        (Policy(duty_blue_points=Decimal(25)), duty(elapsed=50, done="30"), Light.GREEN),
        (Policy(duty_blue_points=Decimal(20)), duty(elapsed=50, done="30"), Light.BLUE),
        (Policy(duty_yellow_points=Decimal(19)), duty(elapsed=50, done="30"), Light.YELLOW),
        (Policy(duty_yellow_points=Decimal(20)), duty(elapsed=50, done="30"), Light.BLUE),
    ],
)
def test_the_office_sets_the_thresholds(policy: Policy, situation: Duty, expected: Light) -> None:
    assert light(situation, TODAY, policy) == expected
