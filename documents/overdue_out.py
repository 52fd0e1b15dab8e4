"""The overdue list out, as a workbook and as csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from db.models import Status
from rules.lights import Light


@dataclass(frozen=True, kw_only=True)
class OverdueLine:
    """One overdue duty."""

    number: str
    county: str
    workstream: str  # its name, not its code
    title: str
    due_on: date
    days_late: int
    status: Status
    light: Light
    area_mu: Decimal | None
    farmland_mu: Decimal | None
    rectified_area_mu: Decimal | None
    rectified_farmland_mu: Decimal | None
    lead_unit: str = ""
    persons: tuple[str, ...] = ()


def write_overdue(
    lines: Sequence[OverdueLine], *, city: str, office: str, as_of: date, written_at: datetime
) -> bytes:
    """Return an .xlsx of one sheet, in the order given; it is no ledger and is not read as one."""
    raise NotImplementedError


def write_overdue_csv(lines: Sequence[OverdueLine]) -> bytes:
    """Return the same as csv with a byte-order mark."""
    raise NotImplementedError
