"""The ledger out: a workbook in the office's own form, and a csv; both are read back as the very same duties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from documents.records import DutyFields
from rules.lights import Light
from rules.policy import Workstream


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """One duty of the ledger, its light on the day, and its deadline as somebody wrote it where that is no date."""

    duty: DutyFields
    light: Light
    due_written: str = ""


def write_ledger(
    lines: Sequence[LedgerLine],
    *,
    city: str,
    office: str,
    as_of: date,
    written_at: datetime,
    workstreams: Sequence[Workstream],
) -> bytes:
    """Return an .xlsx with a sheet for every workstream that has duties; ``written_at`` is the office's local time."""
    raise NotImplementedError


def write_ledger_csv(lines: Sequence[LedgerLine]) -> bytes:
    """Return a csv in the clean form, with a byte-order mark."""
    raise NotImplementedError
