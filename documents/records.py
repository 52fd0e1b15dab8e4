"""What reading a ledger yields: rows that are duties, what in them waits for a person, rows that are no duties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from db.models import DueKind, Status
from text.reasons import Reason


class BadFile(Exception):  # noqa: N818  (it is an answer, not an error)
    """The file as a whole cannot be read; ``reason`` says why, ``facts`` with which values."""

    def __init__(self, reason: Reason, **facts: str) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.facts = facts


class Outcome(StrEnum):
    """How a row ends; there is no fifth way."""

    IMPORTED = "imported"
    WARNED = "warned"
    WAITING = "waiting"
    NOT_A_DUTY = "not_a_duty"


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

    @classmethod
    def of(cls, values: dict[str, Any]) -> DutyFields:
        """Return the duty with these values, which must be all of them.

        The constructor of a frozen class sets each field through ``object.__setattr__``: for a large ledger that took
        as long as all the reading.
        """
        duty = object.__new__(cls)
        duty.__dict__.update(values)
        return duty


DUTY_FIELDS = tuple(one.name for one in fields(DutyFields))
DUTY_COLUMNS = tuple("person" if one.name == "persons" else one.name for one in fields(DutyFields))

COLUMN = "column"  # the field of a doubt about a column's head
ROW = "row"  # the field of a doubt about a whole row: which of those with one number counts
NOT_KEEPABLE = frozenset({"duty_id", "county", "workstream", "status", COLUMN})  # "as written" would be no value


@dataclass(frozen=True, kw_only=True)
class Note:
    """A cell that was read, but deserves a look."""

    field: str
    cell: str
    raw: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A question to a person about a cell; the answer is remembered under ``key``, wherever the cell stands then.

    ``subject`` is the duty's number; for a row without one, what else tells it apart from others; empty for words
    that mean the same everywhere. ``likely`` are texts worth offering, likeliest first.
    """

    sheet: str
    cell: str
    field: str
    raw: str
    reason: Reason
    subject: str = ""
    number: str = ""
    likely: tuple[str, ...] = ()
    keepable: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what an answer is remembered under."""
        return self.subject, self.field, self.raw

    @property
    def answerable(self) -> bool:
        """Whether an answer would help; a column that is not there can only be put into the file."""
        return self.reason not in (Reason.COLUMN_MISSING, Reason.COLUMN_COUNT, Reason.HEAD_OTHER)


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """A row with a number, a county and a workstream; what is doubted in it holds its interim value meanwhile.

    ``raw`` keeps each field's cell as written, ``notes`` what deserves showing, ``doubts`` what waits for a person.
    ``said`` are the fields of the duty that the file speaks about: where it has no such column, the duty's value is
    only a stand-in, and must not replace what is stored. Of a duty whose extension the file does not speak about, the
    day that counts follows from the stored extension.
    """

    sheet: str
    row: int
    duty: DutyFields
    said: frozenset[str]
    raw: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    flags: tuple[str, ...] = ()  # as a clean csv carries them, whose sheet and row are those of its own origin
    found_at: tuple[str, int, str]  # sheet or file, row and cell of the duty's number in what was read

    @property
    def outcome(self) -> Outcome:
        """Return how the row ends."""
        return Outcome.WAITING if self.doubts else Outcome.WARNED if self.notes else Outcome.IMPORTED


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A row that cannot be a duty before somebody answered at least one of its doubts."""

    sheet: str
    row: int
    number: str
    doubts: tuple[Doubt, ...]  # never empty
    raw: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> Reason:
        """Return the first doubt's reason."""
        return self.doubts[0].reason

    @property
    def outcome(self) -> Outcome:
        """Return how the row ends."""
        return Outcome.WAITING


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A row that is no duty, or a whole sheet that is no list of duties (row 0)."""

    sheet: str
    row: int
    reason: Reason

    @property
    def outcome(self) -> Outcome:
        """Return how the row ends."""
        return Outcome.NOT_A_DUTY


@dataclass(frozen=True, kw_only=True)
class LedgerReading:
    """Every row of the file, in exactly one of three lists, each in the file's order.

    ``columns`` are the heads that nobody knows or that can be read in two ways, each words once.
    """

    rows: tuple[LedgerRow, ...] = ()
    unread: tuple[Unread, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    columns: tuple[Doubt, ...] = ()
    sheets: tuple[str, ...] = ()  # in the file's order

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Return every question once: the columns' first, then the rows' as they stand in the file."""
        asked = (one for one in (*self.columns, *self._doubts_of_rows()) if one.answerable)
        first: dict[tuple[str, str, str], Doubt] = {}
        for one in asked:
            first.setdefault(one.key, one)
        return tuple(first.values())

    def _doubts_of_rows(self) -> Iterator[Doubt]:
        order = {name: place for place, name in enumerate(self.sheets)}
        doubted = [(*one.found_at[:2], one.doubts) for one in self.rows if one.doubts]
        doubted += [(one.sheet, one.row, one.doubts) for one in self.unread]
        for _, _, doubts in sorted(doubted, key=lambda one: (order.get(one[0], 0), one[1])):
            yield from doubts
