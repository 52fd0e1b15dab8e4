"""When somebody is reminded: lead times, holidays, overdue, weekly, never twice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Duty, Status
from rules.calendar import Calendar
from rules.policy import Policy
from rules.reminders import OVERDUE, Rule, is_strict, lead_moments, next_look, rule_soon, rule_today
from tests.conftest import NOW

POLICY, CALENDAR = Policy(), Calendar()
LONG_AGO = date(2026, 1, 1)


def duty(
    due: str | date | None,
    *,
    status: Status = Status.IN_PROGRESS,
    farmland: int = 0,
    source: str = "2026年市级日常督察",
) -> Duty:
    due_on = date.fromisoformat(due) if isinstance(due, str) else due
    return Duty(
        number="X-1",
        workstream="mine",
        region_id=1,
        status=status,
        due_on=due_on,
        farmland_mu=Decimal(farmland),
        source=source,
        known_at=NOW,
    )


def said_on(one: Duty, day: str, said: dict[str, date] | None = None, known: date = LONG_AGO) -> Rule | None:
    return rule_today(one, date.fromisoformat(day), known, said or {}, POLICY, CALENDAR)


@pytest.mark.parametrize(
    ("due", "moments"),
    [
        # 30 and 7 calendar days, 3 and 1 working days before, the day itself
        (
            "2026-12-17",
            [
                "2026-11-17 lead-30d",
                "2026-12-10 lead-7d",
                "2026-12-14 lead-3w",
                "2026-12-16 lead-1w",
                "2026-12-17 due-day",
            ],
        ),
        # on the fourth day of the National Day holiday: the day itself, a day and 3 working days before all move
        (
            "2026-10-04",
            [
                "2026-09-04 lead-30d",
                "2026-09-24 lead-7d",
                "2026-09-28 lead-3w",
                "2026-09-30 lead-1w",
                "2026-09-30 due-day",
            ],
        ),
        # the first working day after it; 30 days before is a Tuesday, a week before is a holiday
        (
            "2026-10-08",
            [
                "2026-09-08 lead-30d",
                "2026-09-28 lead-3w",
                "2026-09-30 lead-7d",
                "2026-09-30 lead-1w",
                "2026-10-08 due-day",
            ],
        ),
        # a Saturday that is worked
        (
            "2026-10-10",
            [
                "2026-09-10 lead-30d",
                "2026-09-30 lead-7d",
                "2026-09-30 lead-3w",
                "2026-10-09 lead-1w",
                "2026-10-10 due-day",
            ],
        ),
    ],
)
def test_lead_times_fall_on_working_days(due: str, moments: list[str]) -> None:
    found = [f"{day} {rule}" for day, rule in lead_moments(duty(due), POLICY, CALENDAR)]
    assert sorted(found) == sorted(moments)
    assert [line[:10] for line in found] == [line[:10] for line in moments]


@pytest.mark.parametrize(
    ("one", "strict"),
    [
        (duty("2026-12-31", farmland=1), True),
        (duty("2026-12-31", source="2026年省级自然资源督察"), True),
        (duty("2026-12-31", source="国家自然资源督察"), True),
        (duty("2026-12-31"), False),
    ],
)
def test_farmland_and_sources_above_the_city_are_told_sixty_days_ahead(one: Duty, strict: bool) -> None:
    assert is_strict(one, POLICY) == strict
    assert ((date(2026, 10, 30), "lead-60d") in [(d, r) for d, r in lead_moments(one, POLICY, CALENDAR)]) == strict
    # 60 days before 2026-12-31 is Sunday 1 November: told on the Friday before


@pytest.mark.parametrize(
    ("due", "day", "expected"),
    [
        ("2026-12-17", "2026-11-16", None),
        ("2026-12-17", "2026-11-17", Rule(name="lead-30d")),
        ("2026-12-17", "2026-11-18", Rule(name="lead-30d", late=True)),  # nobody heard it yesterday
        ("2026-12-17", "2026-12-15", Rule(name="lead-3w", late=True)),  # only the tightest of three
        ("2026-12-17", "2026-12-17", Rule(name="due-day")),
        ("2026-12-17", "2026-12-18", Rule(name=OVERDUE)),
        ("2026-12-17", "2026-12-21", Rule(name=OVERDUE, late=True)),
        ("2026-10-04", "2026-09-30", Rule(name="due-day")),
        ("2026-10-04", "2026-10-08", Rule(name=OVERDUE)),
        ("2026-11-20", "2026-11-23", Rule(name=OVERDUE)),  # due on Friday: told on Monday, in time
        ("2026-11-18", "2026-11-18", Rule(name="due-day")),  # what falls due today is not overdue
    ],
)
def test_what_is_said_first_on_a_day(due: str, day: str, expected: Rule | None) -> None:
    assert said_on(duty(due), day) == expected


def test_a_duty_that_duban_learns_late_is_not_said_to_be_late() -> None:
    known = date(2026, 11, 18)
    assert said_on(duty("2026-11-06"), "2026-11-18", known=known) == Rule(name=OVERDUE)
    assert said_on(duty("2026-11-25"), "2026-11-18", known=known) == Rule(name="lead-7d")
    assert said_on(duty("2026-11-24"), "2026-11-18", known=known) == Rule(name="lead-7d")


@pytest.mark.parametrize("status", [Status.AWAITING_ACCEPTANCE, Status.CLOSED, Status.LONG_TERM, Status.SUSPENDED])
@pytest.mark.parametrize("day", ["2026-12-17", "2026-12-18", "2026-12-10"])
def test_nothing_is_said_when_the_county_has_nothing_to_do(status: Status, day: str) -> None:
    assert said_on(duty("2026-12-17", status=status), day) is None


def test_nothing_is_said_of_a_duty_without_a_deadline() -> None:
    assert lead_moments(duty(None), POLICY, CALENDAR) == []
    assert said_on(duty(None), "2026-12-17") is None


def walk(one: Duty, first: date, days: int, policy: Policy = POLICY) -> list[tuple[date, Rule]]:
    """Tell on each working day what the rules say, remembering it."""
    said: dict[str, date] = {}
    told = []
    for day in (first + timedelta(days=n) for n in range(days)):
        if not CALENDAR.is_workday(day):
            continue
        rule = rule_today(one, day, LONG_AGO, said, policy, CALENDAR)
        if rule:
            assert rule.name not in said, f"{rule.name} again on {day}"
            said[rule.name] = day
            told.append((day, rule))
    return told


def test_after_the_deadline_once_then_four_weekly_lists_and_then_silence() -> None:
    told = [(str(day), rule.name) for day, rule in walk(duty("2026-10-21"), date(2026, 10, 22), 70)]
    assert told == [
        ("2026-10-22", OVERDUE),
        ("2026-11-02", "overdue-week-1"),
        ("2026-11-09", "overdue-week-2"),
        ("2026-11-16", "overdue-week-3"),
        ("2026-11-23", "overdue-week-4"),
    ]


def test_the_weekly_list_moves_to_the_first_working_day_of_a_week_with_a_holiday() -> None:
    told = [str(day) for day, _ in walk(duty("2026-09-22"), date(2026, 9, 23), 20)]
    assert told == ["2026-09-23", "2026-09-28", "2026-10-08"]  # Monday 5 October is a holiday


def test_the_weekly_list_that_a_holiday_puts_off_into_the_next_week_is_not_lost() -> None:
    fridays = Policy(weekly_weekday=4)
    told = [str(day) for day, _ in walk(duty("2026-02-04"), date(2026, 2, 5), 32, fridays)]
    assert told == ["2026-02-05", "2026-02-13", "2026-02-24", "2026-03-06"]  # Friday 20 February is a holiday


@pytest.mark.parametrize(("days", "is_told"), [(14, True), (7, True), (4, False)])
def test_only_a_lead_time_of_a_week_or_more_comes_along_early(days: int, is_told: bool) -> None:
    policy = Policy(lead_days=(days,), lead_workdays=())
    one, early = duty(date(2026, 12, 9) + timedelta(days=days)), date(2026, 12, 7)
    rule = rule_soon(one, early, LONG_AGO, {}, policy, CALENDAR)
    assert rule == (Rule(name=f"lead-{days}d") if is_told else None)


@given(st.dates(date(2026, 3, 1), date(2026, 10, 20)), st.integers(0, 1), st.integers(0, 60))
def test_a_rule_once_said_is_not_said_again_and_never_more_than_the_promised_number(
    due: date, farmland: int, start: int
) -> None:
    one = duty(due, farmland=farmland)
    told = walk(one, due - timedelta(days=70 - start), 130)  # asserts that no name comes twice
    names = [rule.name for _day, rule in told]
    assert len([name for name in names if name.startswith(OVERDUE)]) <= 1 + POLICY.weekly_times
    assert len({day for day, _ in told}) == len(told)


@given(st.dates(date(2026, 4, 1), date(2026, 11, 30)), st.integers(0, 1))
def test_walked_day_by_day_nothing_is_ever_late_and_every_lead_day_is_told(due: date, farmland: int) -> None:
    one = duty(due, farmland=farmland)
    told = walk(one, due - timedelta(days=75), 90)
    assert not [rule for _, rule in told if rule.late]
    assert {day for day, _ in lead_moments(one, POLICY, CALENDAR)} <= {day for day, _ in told}
    assert [day for day, rule in told if rule.name == OVERDUE] == [CALENDAR.on_or_after(due + timedelta(days=1))]


@given(st.dates(date(2026, 4, 1), date(2026, 11, 30)), st.data())
def test_after_an_outage_one_rule_is_said_and_it_is_the_tightest(due: date, data: st.DataObject) -> None:
    one = duty(due, farmland=1)
    moments = lead_moments(one, POLICY, CALENDAR)
    today = data.draw(st.dates(moments[0][0], due))
    rule = rule_today(one, today, LONG_AGO, {}, POLICY, CALENDAR)
    assert rule is not None
    come = [(day, name) for day, name in moments if day <= today]
    assert rule.name == come[-1][1]
    assert rule.late == (come[-1][0] < today)


NAMES = (
    "lead-60d",
    "lead-30d",
    "lead-7d",
    "lead-3w",
    "lead-1w",
    "due-day",
    OVERDUE,
    "overdue-week-1",
    "overdue-week-2",
)
POLICIES = (
    POLICY,
    Policy(lead_days=(7,), lead_workdays=(1, 12), early_workdays=0, weekly_weekday=4, weekly_times=2),
    Policy(lead_days=(10, 5, 3), strict_lead_days=(), early_workdays=5, weekly_times=0),
)
CLOSED_WEEK = Calendar(overrides={date(2026, 8, 3) + timedelta(days=n): False for n in range(12)})


@given(st.data())
def test_the_next_look_is_on_the_first_working_day_on_which_something_is_said(data: st.DataObject) -> None:
    policy, calendar = data.draw(st.sampled_from(POLICIES)), data.draw(st.sampled_from((CALENDAR, CLOSED_WEEK)))
    one = duty(data.draw(st.dates(date(2026, 6, 1), date(2026, 11, 30))), farmland=data.draw(st.integers(0, 1)))
    assert one.due_on is not None
    near = st.integers(-70, 70).map(lambda n: one.due_on + timedelta(days=n))
    today, known, hears_leads = data.draw(near), data.draw(near | st.just(LONG_AGO)), data.draw(st.booleans())
    said = {name: data.draw(near) for name in data.draw(st.sets(st.sampled_from(NAMES)))}

    def speaks(day: date) -> bool:
        if known >= day or not calendar.is_workday(day):
            return False
        rule = rule_today(one, day, known, said, policy, calendar)
        soon = rule_soon(one, day, known, said, policy, calendar) if rule is None else None
        return bool((rule and (hears_leads or rule.name.startswith(OVERDUE))) or (soon and hears_leads))

    days = (today + timedelta(days=n) for n in range(300))
    expected = next((day for day in days if speaks(day)), None)
    assert next_look(one, today, known, said, hears_leads, policy, calendar) == expected


def test_of_what_is_not_open_or_has_no_deadline_nothing_will_be_said() -> None:
    for one in (duty(None), duty("2026-12-17", status=Status.CLOSED)):
        assert next_look(one, date(2026, 11, 18), LONG_AGO, {}, True, POLICY, CALENDAR) is None
