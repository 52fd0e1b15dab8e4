"""What reading a ledger yields: rows that are duties, rows that need a person, rows that are no duties."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal

from db.models import DueKind, Status
from text.reasons import Reason


class BadFile(Exception):  # noqa: N818  (it is an answer, not an error)
    """The file as a whole cannot be read; ``reason`` says why, ``facts`` with which values."""

    def __init__(self, reason: Reason, **facts: str) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True, kw_only=True)
class DutyFields:
    """One duty as the ledger has it; areas in mu."""

    duty_id: str
    workstream: str
    sub_type: str
    county: str
    county_code: str
    town: str
    source: str
    problem_type: str
    title: str
    spot_no: str
    approval_no: str
    area_mu: Decimal | None
    farmland_mu: Decimal | None
    basic_farmland_mu: Decimal | None
    rectified_area_mu: Decimal | None
    rectified_farmland_mu: Decimal | None
    issued_on: date | None
    due_original: date | None
    due_extended: date | None
    due_on: date | None
    due_kind: DueKind
    measures: str
    lead_unit: str
    co_units: str
    principal: str
    deputy: str
    persons: tuple[str, ...]
    status: Status
    closed_on: date | None
    remark: str


DUTY_COLUMNS = tuple("person" if one.name == "persons" else one.name for one in fields(DutyFields))


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A cell that deserves a look: where, as written, and why."""

    field: str
    cell: str
    raw: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """A row that was read surely; ``raw`` keeps each field's cell as written, ``notes`` what deserves showing."""

    sheet: str
    row: int
    duty: DutyFields
    raw: dict[str, str] = field(default_factory=dict)
    notes: tuple[Doubt, ...] = ()
    flags: tuple[str, ...] = ()  # as a clean csv carries them, whose sheet and row are those of its own origin
    found_at: tuple[str, int, str]  # sheet or file, row and cell of the duty's number in what was read


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A row (or a head cell) that needs a person and is not imported; ``others`` are its further doubts."""

    sheet: str
    row: int
    cell: str
    raw: str
    reason: Reason
    duty_id: str = ""
    others: tuple[Doubt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A row that is no duty, or a whole sheet that is no list of duties (row 0)."""

    sheet: str
    row: int
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class LedgerReading:
    """Every row of the file, in exactly one of three lists; ``unknown_columns`` were not looked at."""

    rows: tuple[LedgerRow, ...] = ()
    unread: tuple[Unread, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unknown_columns: tuple[tuple[str, str, str], ...] = ()  # (sheet, cell of the head, its words)
