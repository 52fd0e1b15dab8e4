"""Reads a ledger: a csv in the clean form exactly, a workbook row by row as far as it can be read surely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from documents.clean_csv import is_clean, read_clean_rows
from documents.csv_lines import read_lines, sheet_of_lines
from documents.duty import Known, SheetKind, read_duty
from documents.head import Head, find_head
from documents.records import BadFile, Doubt, DutyFields, LedgerReading, LedgerRow, Skipped, Unread
from documents.sheet_kind import kind_of_sheet, lists_duties
from documents.sheet_rows import DutyRow, duty_rows, sort_rows
from documents.values import plain_number
from documents.workbook import Sheet, address, read_workbook
from rules.policy import Workstream
from text.reasons import Reason

__all__ = ["BadFile", "Doubt", "DutyFields", "LedgerReading", "LedgerRow", "Skipped", "Unread", "read_ledger"]


@dataclass
class Sorted:
    """Rows while they are sorted into the three lists."""

    sheets: list[str] = field(default_factory=list)  # in the workbook's order
    rows: list[LedgerRow] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unknown_columns: list[tuple[str, str, str]] = field(default_factory=list)

    def reading(self) -> LedgerReading:
        """Settle duplicates, then freeze."""
        rows, unread, skipped = _settle_duplicates(self.rows, self.unread)
        return LedgerReading(
            rows=tuple(rows),
            unread=tuple(sorted([*self.unread, *unread], key=self._place)),
            skipped=tuple(sorted([*self.skipped, *skipped], key=self._place)),
            unknown_columns=tuple(self.unknown_columns),
        )

    def _place(self, one: Unread | Skipped) -> tuple[int, int]:
        return self.sheets.index(one.sheet), one.row


def read_ledger(
    path: Path | str,
    *,
    find_county: Callable[[str], str | None],
    workstreams: Sequence[Workstream],
    county_codes: Mapping[str, str] | None = None,
) -> LedgerReading:
    """Read a .csv or .xlsx; every row ends in exactly one list. Raise BadFile where the file as a whole is no ledger.

    ``find_county`` gives the listed name of a county exactly named (short names and aliases included), or None.
    """
    path = Path(path)
    known = Known(find_county=find_county, workstreams=workstreams, county_codes=county_codes or {})
    if path.suffix.lower() == ".csv":
        lines = read_lines(path)
        if is_clean(lines):
            return _read_clean(path, lines, known)
        sheets = [sheet_of_lines(path.stem, lines)]
    else:
        sheets = read_workbook(path)
    return read_sheets(sheets, known)


def _read_clean(path: Path, lines: list[list[str]], known: Known) -> LedgerReading:
    found = Sorted(sheets=[path.name])
    for one in read_clean_rows(path.name, lines, known):
        _file(found, one)
    return found.reading()


def _file(found: Sorted, one: LedgerRow | Unread | Skipped) -> None:
    if isinstance(one, LedgerRow):
        found.rows.append(one)
    elif isinstance(one, Unread):
        found.unread.append(one)
    else:
        found.skipped.append(one)


def read_sheets(sheets: list[Sheet], known: Known) -> LedgerReading:
    """Read the sheets that are ledgers; raise BadFile where none is."""
    if not any(sheet.rows for sheet in sheets):
        raise BadFile(Reason.FILE_EMPTY)
    heads = [(sheet, find_head(sheet)) for sheet in sheets]
    if not any(head and lists_duties(head) for _, head in heads):
        raise BadFile(Reason.FILE_WITHOUT_LEDGER)
    found = Sorted(sheets=[sheet.name for sheet in sheets])
    for sheet, head in heads:
        if head is None or not lists_duties(head):
            found.skipped.append(Skipped(sheet=sheet.name, row=0, reason=Reason.SHEET_NOT_A_LEDGER))
        else:
            _read_sheet(found, sheet, head, known)
    return found.reading()


def _read_sheet(found: Sorted, sheet: Sheet, head: Head, known: Known) -> None:
    kind = kind_of_sheet(sheet, head, known.workstreams)
    numbers = []
    for row, reason in sort_rows(sheet, head):
        if reason:
            found.skipped.append(Skipped(sheet=sheet.name, row=row, reason=reason))
        else:
            numbers.append(row)
    for duty_row in duty_rows(sheet, head, numbers):
        _file(found, _read_row(duty_row, sheet, kind, known))
    found.unknown_columns += [
        (sheet.name, address(head.last_row, column), words) for column, words in head.unknown
    ]  # fmt: skip


def _read_row(row: DutyRow, sheet: Sheet, kind: SheetKind, known: Known) -> LedgerRow | Unread:
    duty = read_duty(row, kind, known)
    if duty is None:
        return _unread(row)
    for hidden, reason in ((row.number in sheet.hidden_rows, Reason.ROW_HIDDEN), (sheet.hidden, Reason.SHEET_HIDDEN)):
        if hidden:
            row.note("", reason)
    raw = {name: cell.raw for name, cell in row.cells.items()}
    return LedgerRow(
        sheet=row.sheet,
        row=row.number,
        duty=duty,
        raw=raw,
        notes=tuple(row.notes),
        found_at=(row.sheet, row.number, row.cells["duty_id"].at),
    )


def _unread(row: DutyRow) -> Unread:
    first, *others = row.doubts
    number = row.cells.get("duty_id")
    return Unread(
        sheet=row.sheet,
        row=row.number,
        cell=first.cell,
        raw=first.raw,
        reason=first.reason,
        duty_id=plain_number(number.raw) if number else "",
        others=tuple(others),
    )


def _settle_duplicates(
    rows: Iterable[LedgerRow], unread: Iterable[Unread]
) -> tuple[list[LedgerRow], list[Unread], list[Skipped]]:
    """Keep the first of equal rows; where rows of one number differ, or one could not be read, keep none."""
    by_number: dict[str, list[LedgerRow]] = defaultdict(list)
    for one in rows:
        by_number[one.duty.duty_id].append(one)
    doubtful = {one.duty_id for one in unread}
    kept: list[LedgerRow] = []
    doubted: list[Unread] = []
    repeated: list[Skipped] = []
    for number, same in by_number.items():
        if number in doubtful or any(one.duty != same[0].duty for one in same):
            doubted += [_contradicting(one) for one in same]
        else:
            kept.append(same[0])
            repeated += [
                Skipped(sheet=one.found_at[0], row=one.found_at[1], reason=Reason.ROW_DUPLICATE) for one in same[1:]
            ]
    return kept, doubted, repeated


def _contradicting(one: LedgerRow) -> Unread:
    sheet, row, cell = one.found_at
    return Unread(
        sheet=sheet,
        row=row,
        cell=cell,
        raw=one.raw.get("duty_id", one.duty.duty_id),
        reason=Reason.DUPLICATE_CONTRADICTS,
        duty_id=one.duty.duty_id,
    )
