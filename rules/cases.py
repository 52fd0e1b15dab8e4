"""Violations that somebody found: how old they are, which stay unfiled too long, and what of them was filed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from db.life import Case
from rules.figures import percent


@dataclass(frozen=True, kw_only=True)
class CaseFigures:
    """How many cases were found, and how many of these were filed and decided."""

    found: int = 0
    filed: int = 0
    decided: int = 0

    @property
    def share_filed(self) -> Decimal | None:
        """Filed, percent of what was found."""
        return percent(Decimal(self.filed), Decimal(self.found))

    @property
    def share_decided(self) -> Decimal | None:
        """Decided, percent of what was found."""
        return percent(Decimal(self.decided), Decimal(self.found))


def age(case: Case, on: date) -> int:
    """Return for how many days it has been known."""
    return (on - case.found_on).days


def file_by(case: Case, unfiled_days: int) -> date:
    """Return the last day on which it is filed in time."""
    return case.found_on + timedelta(days=unfiled_days)


def found_before(on: date, unfiled_days: int) -> date:
    """Return the day from which on what was found still has time to be filed."""
    return on - timedelta(days=unfiled_days)


def is_unfiled_too_long(case: Case, on: date, unfiled_days: int) -> bool:
    """Tell whether it should have been filed by now; its SQL twin is ``services.cases.unfiled``."""
    return not case.withdrawn and case.filed_on is None and case.found_on < found_before(on, unfiled_days)


def is_day_possible(day: date, earliest: date, today: date) -> bool:
    """Tell whether something can have been done on that day: not before what it follows, and not to come."""
    return earliest <= day <= today
