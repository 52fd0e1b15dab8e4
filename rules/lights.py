"""The schedule light of a duty, derived from its dates and areas (PRACTICE 4.1 and 4.2)."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from db.models import OPEN, Duty, Status
from rules.figures import CENT, HUNDRED, percent

NEAR_DAYS = 7
LAG_BLUE = Decimal(10)  # points behind the linear schedule
LAG_YELLOW = Decimal(30)


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


_OF_STATUS = {
    Status.CLOSED: Light.DONE,
    Status.AWAITING_ACCEPTANCE: Light.WAITING,
    Status.LONG_TERM: Light.NONE,
    Status.SUSPENDED: Light.NONE,
}


def light(duty: Duty, today: date) -> Light:
    """Return the light of a duty on a day."""
    if duty.status in _OF_STATUS:
        return _OF_STATUS[duty.status]
    if duty.due_on is None:
        return Light.UNDATED
    if is_overdue(duty, today):
        return Light.RED
    behind = lag(duty, today)
    if duty.status == Status.RETURNED or (behind is not None and behind > LAG_YELLOW):
        return Light.YELLOW
    if (duty.due_on - today).days <= NEAR_DAYS or (behind is not None and behind >= LAG_BLUE):
        return Light.BLUE
    return Light.GREEN


def is_overdue(duty: Duty, today: date) -> bool:
    """Open, and the deadline lies before today: what falls due today is not overdue."""
    return duty.status in OPEN and duty.due_on is not None and duty.due_on < today


def lag(duty: Duty, today: date) -> Decimal | None:
    """Return how many percentage points a duty is behind a linear schedule; None without two dates."""
    elapsed = _elapsed(duty, today)
    return None if elapsed is None else (elapsed - _done(duty)).quantize(CENT, ROUND_HALF_UP)


def elapsed_percent(duty: Duty, today: date) -> Decimal | None:
    """Return the share of the duty's time that has passed, 0 to 100, two decimals."""
    elapsed = _elapsed(duty, today)
    return None if elapsed is None else elapsed.quantize(CENT, ROUND_HALF_UP)


def done_percent(duty: Duty) -> Decimal:
    """Return the reported share, by farmland where there is any, else by area; more than the whole is the whole."""
    part, whole = _part_and_whole(duty)
    return min(percent(part, whole) or Decimal(0), HUNDRED)


def _elapsed(duty: Duty, today: date) -> Decimal | None:
    if duty.issued_on is None or duty.due_on is None:
        return None
    whole = (duty.due_on - duty.issued_on).days
    passed = (today - duty.issued_on).days
    return HUNDRED if whole <= 0 or passed >= whole else max(passed, 0) * HUNDRED / whole


def _done(duty: Duty) -> Decimal:
    part, whole = _part_and_whole(duty)
    return min(part * HUNDRED / whole, HUNDRED) if whole else Decimal(0)


def _part_and_whole(duty: Duty) -> tuple[Decimal, Decimal]:
    if duty.farmland_mu > 0:
        return duty.rectified_farmland_mu, duty.farmland_mu
    return duty.rectified_area_mu, duty.area_mu
