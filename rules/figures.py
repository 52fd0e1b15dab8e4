"""Sums and rates of a set of duties (PRACTICE 7, "Definitions used by the oracle")."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any

from rules.policy import RateBasis

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a county, a workstream or the city has to do and has done; areas in mu.

    ``rectified_*`` is on the reported basis (上报, every state),
    ``accepted_*`` on the accepted one (认定, closed only).
    """

    count: int = 0
    done_count: int = 0
    claimed_done_count: int = 0
    area: Decimal = Decimal(0)
    farmland: Decimal = Decimal(0)
    rectified_area: Decimal = Decimal(0)
    rectified_farmland: Decimal = Decimal(0)
    accepted_area: Decimal = Decimal(0)
    accepted_farmland: Decimal = Decimal(0)
    open_count: int = 0
    overdue: int = 0
    due_within_7: int = 0
    due_within_30: int = 0
    open_without_due_date: int = 0
    awaiting_acceptance_past_due: int = 0

    @property
    def awaiting(self) -> int:
        """Reported done, not yet accepted."""
        return self.claimed_done_count - self.done_count

    @property
    def rate_by_farmland(self) -> Decimal | None:
        """Reported, percent of the farmland."""
        return percent(self.rectified_farmland, self.farmland)

    @property
    def rate_by_area(self) -> Decimal | None:
        """Reported, percent of the area."""
        return percent(self.rectified_area, self.area)

    @property
    def rate_by_farmland_accepted(self) -> Decimal | None:
        """Accepted, percent of the farmland."""
        return percent(self.accepted_farmland, self.farmland)

    @property
    def rate_by_area_accepted(self) -> Decimal | None:
        """Accepted, percent of the area."""
        return percent(self.accepted_area, self.area)

    @property
    def rate_by_count(self) -> Decimal | None:
        """Accepted, percent of the number of duties."""
        return percent(Decimal(self.done_count), Decimal(self.count))

    def rate(self, basis: RateBasis, *, accepted: bool) -> Decimal | None:
        """Return the rate on the given bases."""
        name = f"rate_by_{basis}" + ("_accepted" if accepted else "")
        value: Decimal | None = getattr(self, name)
        return value

    def rates(self, basis: RateBasis) -> tuple[Decimal | None, Decimal | None]:
        """Return the rate as reported and as accepted."""
        return self.rate(basis, accepted=False), self.rate(basis, accepted=True)

    def as_json(self) -> dict[str, Any]:
        """Return numbers under the names and in the shape of ``city/expected.json``."""
        stored = {field.name: getattr(self, field.name) for field in fields(self)}
        rates = {name: getattr(self, name) for name in RATES}
        return {name: _number({**stored, **rates}[name]) for name in JSON_ORDER}


RATES = ("rate_by_farmland", "rate_by_area", "rate_by_farmland_accepted", "rate_by_area_accepted", "rate_by_count")
_STORED = tuple(field.name for field in fields(Figures))
_values = attrgetter(*_STORED)
JSON_ORDER = (*_STORED[:9], *RATES, *_STORED[9:])


def together(parts: Iterable[Figures]) -> Figures:
    """Return the figures of several sets of duties together."""
    columns: Iterable[tuple[Any, ...]] = zip(*map(_values, parts), strict=True)
    return Figures(
        **{name: sum(values) for name, values in zip(_STORED, columns, strict=False)}
    )  # no parts, no columns


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return part of whole in percent, two decimals, half up; None of nothing.

    Never 100 before all is done, nor 0 after a start (PRACTICE 2.2).
    """
    if whole == 0:
        return None
    rounded = (part * HUNDRED / whole).quantize(CENT, ROUND_HALF_UP)
    if rounded == HUNDRED and part < whole:
        return HUNDRED - CENT
    if rounded == 0 and part > 0:
        return CENT
    return rounded


def _number(value: Decimal | int | None) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value
