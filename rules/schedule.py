"""序时进度 of a county's target line: what it should have reached by a day, and how far it lags (PRACTICE 4.1, 4.2)."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from rules.figures import CENT, HUNDRED
from rules.lights import Light
from rules.policy import Policy


@dataclass(frozen=True, kw_only=True)
class TargetLine:
    """Where a county stands against its target of the year in one kind of duty; areas in mu.

    ``actual`` is reported (上报), ``accepted`` is of what was struck off (认定).
    """

    workstream: str
    sub_type: str
    metric: str
    year_target: Decimal
    target_to_date: Decimal
    actual: Decimal
    accepted: Decimal

    @property
    def schedule_percent(self) -> Decimal | None:
        """The share of the year's target that should be reached by now."""
        return self._share(self.target_to_date)

    def done_percent(self, *, accepted: bool = False) -> Decimal | None:
        """Return the share of the year's target that is reached, on a basis; more than the whole is said as such."""
        return self._share(self.accepted if accepted else self.actual)

    def lag(self, *, accepted: bool = False) -> Decimal | None:
        """Return by how many percentage points the line is behind, on a basis; below 0 it is ahead."""
        return self._share(self.target_to_date - (self.accepted if accepted else self.actual))

    def light(self, policy: Policy) -> Light | None:
        """Return the line's light, on the reported basis; None where the year asks for nothing."""
        lag = self.lag()
        if lag is None:
            return None
        if lag > policy.line_red_points:
            return Light.RED
        return Light.GREEN if lag < policy.line_yellow_points else Light.YELLOW

    def _share(self, part: Decimal) -> Decimal | None:
        return (part * HUNDRED / self.year_target).quantize(CENT, ROUND_HALF_UP) if self.year_target else None


def target_to_date(months: Mapping[int, Decimal], today: date) -> Decimal | None:
    """Interpolate the cumulative targets at the ends of the year's months by days within the month; not rounded.

    None when the month itself has no target; a month before that has none counts as the year's beginning.
    """
    if today.month not in months:
        return None
    before = months.get(today.month - 1, Decimal(0))
    days = monthrange(today.year, today.month)[1]
    return before + (months[today.month] - before) * today.day / days
