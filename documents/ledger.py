"""Reads a ledger: a csv in the clean form exactly, a workbook row by row; what is not sure waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from documents.clean_csv import is_clean, read_clean
from documents.csv_lines import is_csv, read_lines, sheet_of_lines
from documents.duplicates import settle_duplicates
from documents.duty import name_row, read_duty
from documents.head import Head, find_head
from documents.known import Answers, Known
from documents.numbers import Numbers, single_spots, tight
from documents.records import (
    DUTY_FIELDS,
    BadFile,
    Doubt,
    DutyFields,
    LedgerReading,
    LedgerRow,
    Note,
    Outcome,
    Skipped,
    Unread,
)
from documents.sheet_kind import SheetKind, about_column, below_other_head, is_guide, kind_of_sheet, lists_duties
from documents.sheet_rows import DutyRow, RowMaker, RowSorter
from documents.uncollected import uncollected
from documents.workbook import Sheet, read_workbook
from text.reasons import Reason

__all__ = [
    "Answers",
    "BadFile",
    "Doubt",
    "DutyFields",
    "Known",
    "LedgerReading",
    "LedgerRow",
    "Note",
    "Outcome",
    "Skipped",
    "Unread",
    "read_ledger",
    "read_sheets",
]


@dataclass(kw_only=True)
class LedgerSheet:
    """A sheet that lists duties, while it is being read."""

    sheet: Sheet
    head: Head
    kind: SheetKind
    rows: list[int] = field(default_factory=list)  # of duties
    numbers: list[str] = field(default_factory=list)  # in the same order, "" where there is none
    unnumbered: list[DutyRow] = field(default_factory=list)
    columns: list[Doubt] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find out once what the sheet's columns speak about."""
        self.said = frozenset({*_ALWAYS_SAID, *_fields_said(self.head.columns)})


_ALWAYS_SAID = ("duty_id", "workstream", "sub_type", "county", "county_code", "due_on", "due_kind")


def _fields_said(columns: Iterable[str]) -> frozenset[str]:
    return frozenset("persons" if name == "person" else name for name in columns).intersection(DUTY_FIELDS)


@dataclass(kw_only=True)
class Sorted:
    """Rows while they are sorted into the three lists."""

    sheets: list[str]  # in the workbook's order
    rows: list[LedgerRow] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def reading(self, columns: Iterable[Doubt], known: Known) -> LedgerReading:
        """Settle duplicates, put everything into the file's order, then freeze; raise BadFile where no duty is."""
        if not self.rows and not self.unread:
            raise BadFile(Reason.FILE_WITHOUT_DUTIES)
        rows, unread, skipped = settle_duplicates(self.rows, self.unread, known.answers)
        order = {name: place for place, name in enumerate(self.sheets)}
        return LedgerReading(
            rows=tuple(sorted(rows, key=lambda one: (order[one.found_at[0]], one.found_at[1]))),
            unread=tuple(sorted(unread, key=lambda one: (order[one.sheet], one.row))),
            skipped=tuple(sorted([*self.skipped, *skipped], key=lambda one: (order[one.sheet], one.row))),
            columns=tuple({one.key: one for one in reversed(list(columns))}.values())[::-1],
            sheets=tuple(self.sheets),
        )


Progress = Callable[[int, int], None]  # rows read, of how many
ROWS_A_STEP = 1000


def _tell(progress: Progress, before: int, whole: int, row: int) -> None:
    progress(before + row, whole)


def _unseen(_done: int, _whole: int) -> None:
    """Nobody watches."""


@uncollected()
def read_ledger(path: Path | str, known: Known, progress: Progress = _unseen) -> LedgerReading:
    """Read a workbook or a csv; every row ends in exactly one list. Raise BadFile where the file is no ledger.

    ``progress`` is told now and then how many rows are read, and of how many.
    """
    path = Path(path)
    if not is_csv(path):
        return read_sheets(read_workbook(path), known, progress)
    lines = read_lines(path)
    if not is_clean(lines):
        return read_sheets([sheet_of_lines(path.stem, lines)], known, progress)
    found = Sorted(sheets=[path.name])
    columns, ends = read_clean(path.name, lines, known)
    for one in ends:
        _file(found, one)
    return found.reading(columns, known)


def _file(found: Sorted, one: LedgerRow | Unread | Skipped) -> None:
    if isinstance(one, LedgerRow):
        found.rows.append(one)
    elif isinstance(one, Unread):
        found.unread.append(one)
    else:
        found.skipped.append(one)


def read_sheets(sheets: list[Sheet], known: Known, progress: Progress = _unseen) -> LedgerReading:
    """Read the sheets that are ledgers; raise BadFile where none is."""
    if not any(sheet.rows for sheet in sheets):
        raise BadFile(Reason.FILE_EMPTY)
    known = replace(known, find_county=cache(known.find_county), nearest_counties=cache(known.nearest_counties))
    found = Sorted(sheets=[sheet.name for sheet in sheets])
    ledgers = []
    for sheet in sheets:
        head = None if is_guide(sheet) else find_head(sheet, known.answers)
        if head and lists_duties(head):
            ledgers.append(LedgerSheet(sheet=sheet, head=head, kind=kind_of_sheet(sheet, head, known)))
        else:
            reason = Reason.ROW_EXAMPLE if is_guide(sheet) else Reason.SHEET_NOT_A_LEDGER
            found.skipped.append(Skipped(sheet=sheet.name, row=0, reason=reason))
    if not ledgers:
        raise BadFile(Reason.FILE_WITHOUT_LEDGER)
    before, whole = 0, sum(ledger.sheet.last_row for ledger in ledgers)
    for ledger in ledgers:
        _read_sheet(found, ledger, known, partial(_tell, progress, before, whole))
        before += ledger.sheet.last_row
        progress(before, whole)
    _read_unnumbered(found, ledgers, known)
    return found.reading((one for ledger in ledgers for one in ledger.columns), known)


def _read_sheet(found: Sorted, ledger: LedgerSheet, known: Known, progress: Callable[[int], None]) -> None:
    """Read the rows that have a number; the others wait until all numbers of the file are known.

    Each row is asked for once: in a large workbook that alone costs something.
    """
    sheet, head, kind = ledger.sheet, ledger.head, ledger.kind
    sorter, maker = RowSorter(sheet, head), RowMaker(sheet, head)
    questions = {column.at: column for column in (*head.unclear, *head.unknown)}
    unused = set(questions)
    for number in range(1, sheet.last_row + 1):
        cells = sheet.rows.get(number, {})
        if number % ROWS_A_STEP == 0:
            progress(number)
        if reason := sorter.why_no_duty(number, cells):
            found.skipped.append(Skipped(sheet=sheet.name, row=number, reason=reason))
            continue
        unused -= {at for at in unused if at in cells and not cells[at].text.isspace()}
        row = maker.row(number, cells)
        has_number = name_row(row, known)
        ledger.rows.append(number)
        ledger.numbers.append(row.number)
        if blocked := kind.blocked or (sorter.other_head and (below_other_head(sheet, sorter.other_head),)):
            found.unread.append(_unread(row, blocked))
        elif has_number:
            _file(found, _read_row(row, ledger, known))
        else:
            ledger.unnumbered.append(row)
    unclear = {column.at for column in head.unclear}
    ledger.columns = [
        about_column(sheet, head, column, Reason.COLUMN_UNCLEAR if at in unclear else Reason.COLUMN_UNKNOWN)
        for at, column in sorted(questions.items())
        if at not in unused
    ]


def _read_unnumbered(found: Sorted, ledgers: list[LedgerSheet], known: Known) -> None:
    taken = frozenset(number for ledger in ledgers for number in ledger.numbers if number)
    rows = [row for ledger in ledgers for row in ledger.unnumbered]
    spots = single_spots(tight(row.cells["spot_no"].text) for row in rows if "spot_no" in row.cells)
    for ledger in ledgers:
        numbers = Numbers(
            rows=tuple(ledger.rows), texts=tuple(ledger.numbers), taken=taken, single_spots=spots
        )  # fmt: skip
        for row in ledger.unnumbered:
            _file(found, _read_row(row, ledger, known, numbers))


def _read_row(row: DutyRow, ledger: LedgerSheet, known: Known, numbers: Numbers | None = None) -> LedgerRow | Unread:
    duty = read_duty(row, ledger.kind, known, numbers)
    if duty is None:
        return _unread(row, row.doubts)
    if row.row in ledger.sheet.hidden_rows:
        row.note("", Reason.ROW_HIDDEN)
    if ledger.sheet.hidden:
        row.note("", Reason.SHEET_HIDDEN)
    return LedgerRow(
        sheet=row.sheet,
        row=row.row,
        duty=duty,
        said=_said(row, duty, ledger),
        raw=row.raw,
        notes=tuple(row.notes),
        doubts=tuple(row.doubts),
        found_at=(row.sheet, row.row, row.cell_of("duty_id")),
    )


def _said(row: DutyRow, duty: DutyFields, ledger: LedgerSheet) -> frozenset[str]:
    """Return what the row speaks about: its columns, what was answered, an extension written beside the deadline."""
    said = ledger.said
    if row.asked:
        said |= _fields_said(row.asked)
    return said if duty.due_extended is None or "due_extended" in said else said | {"due_extended"}


def _unread(row: DutyRow, doubts: Iterable[Doubt]) -> Unread:
    return Unread(sheet=row.sheet, row=row.row, number=row.number, doubts=tuple(doubts), raw=row.raw)
