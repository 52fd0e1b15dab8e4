"""The schedule light of a duty, derived from its dates and areas (PRACTICE 4.1 and 4.2)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from db.models import OPEN, Duty, Status
from rules.figures import CENT, HUNDRED, percent
from rules.policy import Policy, RateBasis


class Light(StrEnum):
    """How a duty stands."""

    RED = "red"
    YELLOW = "yellow"
    BLUE = "blue"
    GREEN = "green"
    WAITING = "waiting"
    NONE = "none"
    UNDATED = "undated"
    DONE = "done"


class Cause(StrEnum):
    """Why a duty has its light."""

    CLOSED = "closed"
    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    ACCEPTED = "accepted"
    PUBLIC_NOTICE = "public_notice"
    LONG_TERM = "long_term"
    SUSPENDED = "suspended"
    TRANSFERRED = "transferred"
    VOID = "void"
    NO_DATE = "no_date"
    OVERDUE = "overdue"
    RETURNED = "returned"
    RELAPSED = "relapsed"
    FAR_BEHIND = "far_behind"
    NEAR = "near"
    BEHIND = "behind"
    ON_SCHEDULE = "on_schedule"


_LIGHT_OF = {
    Cause.CLOSED: Light.DONE,
    Cause.AWAITING_ACCEPTANCE: Light.WAITING,
    Cause.ACCEPTED: Light.WAITING,
    Cause.PUBLIC_NOTICE: Light.WAITING,
    Cause.LONG_TERM: Light.NONE,
    Cause.SUSPENDED: Light.NONE,
    Cause.TRANSFERRED: Light.NONE,
    Cause.VOID: Light.NONE,
    Cause.NO_DATE: Light.UNDATED,
    Cause.OVERDUE: Light.RED,
    Cause.RETURNED: Light.YELLOW,
    Cause.RELAPSED: Light.YELLOW,
    Cause.FAR_BEHIND: Light.YELLOW,
    Cause.NEAR: Light.BLUE,
    Cause.BEHIND: Light.BLUE,
    Cause.ON_SCHEDULE: Light.GREEN,
}
_OF_STATUS = {
    Status.CLOSED: Cause.CLOSED,
    Status.AWAITING_ACCEPTANCE: Cause.AWAITING_ACCEPTANCE,
    Status.ACCEPTED: Cause.ACCEPTED,
    Status.PUBLIC_NOTICE: Cause.PUBLIC_NOTICE,
    Status.LONG_TERM: Cause.LONG_TERM,
    Status.SUSPENDED: Cause.SUSPENDED,
    Status.TRANSFERRED: Cause.TRANSFERRED,
    Status.VOID: Cause.VOID,
}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A light, what causes it, and the facts: days to the deadline (below 0: past it), shares in percent as reported.

    ``causes`` are all that hold for this very light, first the one that alone would do; ``elapsed`` is the share of its
    time, or with ``by_plan`` of its work, that should have passed; it and ``lag`` (in points) are None without a
    schedule; ``written_due`` is what the ledger's cell says of the deadline.
    """

    light: Light
    causes: tuple[Cause, ...]
    days_left: int | None
    elapsed: Decimal | None
    by_plan: bool
    done: Decimal
    done_by: RateBasis
    lag: Decimal | None
    written_due: str


def light(duty: Duty, today: date, policy: Policy) -> Light:
    """Return the light of a duty on a day."""
    return _LIGHT_OF[_causes(duty, today, policy)[0]]


def reason(duty: Duty, today: date, policy: Policy) -> Reason:
    """Return why the duty has its light on a day."""
    causes = _causes(duty, today, policy)
    return Reason(
        light=_LIGHT_OF[causes[0]],
        causes=causes,
        days_left=None if duty.due_on is None else (duty.due_on - today).days,
        elapsed=elapsed_percent(duty, today),
        by_plan=has_planned_shares(duty),
        done=done_percent(duty),
        done_by=RateBasis.FARMLAND if duty.farmland_mu > 0 else RateBasis.AREA,
        lag=lag(duty, today),
        written_due=written_due(duty),
    )


def written_due(duty: Duty) -> str:
    """Return what the ledger's cell says of the deadline."""
    return str(duty.raw.get("due_extended") or duty.raw.get("due_original") or "").strip()


def _causes(duty: Duty, today: date, policy: Policy) -> tuple[Cause, ...]:
    if duty.status in _OF_STATUS:
        return (_OF_STATUS[duty.status],)
    if duty.due_on is None:
        return (Cause.NO_DATE,)
    if is_overdue(duty, today):
        return (Cause.OVERDUE,)
    behind = lag(duty, today) or Decimal(0)
    yellow = {
        Cause.RETURNED: duty.status == Status.RETURNED,
        Cause.RELAPSED: duty.status == Status.RELAPSED,
        Cause.FAR_BEHIND: behind > policy.duty_yellow_points,
    }
    blue = {
        Cause.NEAR: (duty.due_on - today).days <= policy.near_days,
        Cause.BEHIND: behind >= policy.duty_blue_points,
    }
    return _true(yellow) or _true(blue) or (Cause.ON_SCHEDULE,)


def _true(causes: dict[Cause, bool]) -> tuple[Cause, ...]:
    return tuple(cause for cause, holds in causes.items() if holds)


def is_overdue(duty: Duty, today: date) -> bool:
    """Open, and the deadline lies before today: what falls due today is not overdue."""
    return duty.status in OPEN and duty.due_on is not None and duty.due_on < today


def lag(duty: Duty, today: date) -> Decimal | None:
    """Return how many percentage points a duty is behind its schedule; None without milestones or two dates."""
    elapsed = _elapsed(duty, today)
    return None if elapsed is None else (elapsed - _done(duty)).quantize(CENT, ROUND_HALF_UP)


def elapsed_percent(duty: Duty, today: date) -> Decimal | None:
    """Return the share that should be done by a day, 0 to 100, two decimals; None without milestones or two dates."""
    elapsed = _elapsed(duty, today)
    return None if elapsed is None else elapsed.quantize(CENT, ROUND_HALF_UP)


def done_percent(duty: Duty) -> Decimal:
    """Return the reported share, by farmland where there is any, else by area; more than the whole is the whole."""
    part, whole = _part_and_whole(duty)
    return min(percent(part, whole) or Decimal(0), HUNDRED)


def _elapsed(duty: Duty, today: date) -> Decimal | None:
    """Return the share that should be done: by the plan's milestones, else as much as of its time has passed."""
    if has_planned_shares(duty):
        return _planned(duty, today)
    if duty.issued_on is None or duty.due_on is None:
        return None
    whole = (duty.due_on - duty.issued_on).days
    passed = (today - duty.issued_on).days
    return HUNDRED if whole <= 0 or passed >= whole else max(passed, 0) * HUNDRED / whole


def has_planned_shares(duty: Duty) -> bool:
    """Tell whether the plan says what is to be done by when; demolition jumps from nothing to all on one day."""
    return any(milestone["percent"] is not None for milestone in duty.milestones)


def _planned(duty: Duty, today: date) -> Decimal:
    """Return the largest share whose day has passed; on its own day a milestone may still be met."""
    passed = [one for one in duty.milestones if one["percent"] is not None and one["due_on"] < today.isoformat()]
    return max((Decimal(str(one["percent"])) for one in passed), default=Decimal(0))


def _done(duty: Duty) -> Decimal:
    part, whole = _part_and_whole(duty)
    return min(part * HUNDRED / whole, HUNDRED) if whole else Decimal(0)


def _part_and_whole(duty: Duty) -> tuple[Decimal, Decimal]:
    if duty.farmland_mu > 0:
        return duty.rectified_farmland_mu, duty.farmland_mu
    return duty.rectified_area_mu, duty.area_mu
