"""Which letter a lagging duty, or a county, has come to: one step at a time, never back (PRACTICE 4.3).

A step is climbed ``climb_workdays`` after the one before at the earliest, so that an outage, or a ledger that is late
when it comes, does not bring several at once. A credible promise, or a request that waits for the office, stops it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from db.models import OPEN, Duty, Status
from rules.calendar import Calendar
from rules.lights import is_overdue
from rules.policy import Policy, Rung, Trigger

COUNTY_TRIGGERS = frozenset(
    {Trigger.BULLETIN_MONTHS, Trigger.BOTTOM_BULLETINS, Trigger.VETO_MONTHS, Trigger.APPROVAL_SUSPENDED}
)
MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Step:
    """The last letter about a duty's present deadline: when it was sent, or if nobody sent it, drafted."""

    step: int
    day: date
    sent: bool
    reported_then_mu: Decimal
    answered: bool = False  # the county did something about the duty since


@dataclass(frozen=True, kw_only=True)
class Lagging:
    """A duty and what the ladder looks at beside it."""

    duty: Duty
    known_on: date  # since when Duban knows of it: nobody is blamed for what was late before that
    last: Step | None = None
    refusals: int = 0  # of a later deadline than the present one
    relapses: int = 0
    yellow_months: int = 0  # running, until the last month's end
    is_paused: bool = False  # a credible promise, or a request that nobody has decided


def next_rung(lagging: Lagging, today: date, policy: Policy, calendar: Calendar) -> tuple[Rung, Trigger] | None:
    """Return the lowest rung above the last letter that is due on a working day, and by which trigger."""
    duty, last = lagging.duty, lagging.last
    if duty.status not in OPEN or duty.due_on is None or lagging.is_paused:
        return None
    if last is not None and today < calendar.shift(last.day, policy.climb_workdays):
        return None
    for rung in policy.ladder:
        if last is None or rung.step > last.step:
            for trigger, number in rung.when.items():
                holds = _HOLDS.get(trigger)
                if holds is not None and holds(lagging, number, today, policy, calendar):
                    return rung, trigger
    return None


def _overdue_workdays(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    return is_overdue(lagging.duty, today) and today >= calendar.shift(_late_since(lagging), number)


def _overdue_days(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    due_on = lagging.duty.due_on
    if due_on is None or not is_overdue(lagging.duty, today) or (today - due_on).days < number:
        return False
    # late before it was known: first the reminders, like everybody
    return lagging.known_on <= due_on or today >= calendar.shift(lagging.known_on, policy.climb_workdays)


def _late_since(lagging: Lagging) -> date:
    assert lagging.duty.due_on is not None, "only a dated duty is overdue"
    return max(lagging.duty.due_on, lagging.known_on)


def _yellow_months(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    return lagging.yellow_months >= number


def _unanswered(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    last = lagging.last
    return last is not None and last.sent and not last.answered and today >= calendar.shift(last.day, number)


def _refused(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    return lagging.refusals >= number


def _still(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    last, duty = lagging.last, lagging.duty
    if last is None or not last.sent or (today - last.day).days < number:
        return False
    return is_overdue(duty, today) and duty.rectified_area_mu <= last.reported_then_mu


def _relapses(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    return lagging.duty.status == Status.RELAPSED and lagging.relapses >= number


def _large(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    return _spoken_of(lagging, today) and lagging.duty.farmland_mu >= number


def _basic(lagging: Lagging, number: int, today: date, policy: Policy, calendar: Calendar) -> bool:
    return _spoken_of(lagging, today) and lagging.duty.basic_farmland_mu >= number


def _spoken_of(lagging: Lagging, today: date) -> bool:
    return lagging.last is not None and lagging.last.sent and is_overdue(lagging.duty, today)


_HOLDS: Mapping[Trigger, Callable[[Lagging, int, date, Policy, Calendar], bool]] = {
    Trigger.OVERDUE_WORKDAYS: _overdue_workdays,
    Trigger.OVERDUE_DAYS: _overdue_days,
    Trigger.YELLOW_MONTHS: _yellow_months,
    Trigger.UNANSWERED_WORKDAYS: _unanswered,
    Trigger.EXTENSION_REFUSED: _refused,
    Trigger.STILL_DAYS: _still,
    Trigger.RELAPSES: _relapses,
    Trigger.LARGE_FARMLAND_MU: _large,
    Trigger.BASIC_FARMLAND_MU: _basic,
}


def months_between(first: date, second: date) -> int:
    """Return by how many calendar months the second day's month is later."""
    return (second.year - first.year) * MONTHS + second.month - first.month


def month_end_before(day: date) -> date:
    """Return the last day of the month before."""
    return date.fromordinal(day.replace(day=1).toordinal() - 1)
