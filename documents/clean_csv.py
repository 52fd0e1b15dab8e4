"""The clean csv form of a ledger, taken exactly as written: every value was decided before, so nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from db.models import DueKind, Status
from documents.defused import restore
from documents.duty import Known
from documents.records import DUTY_COLUMNS, Doubt, DutyFields, LedgerRow, Skipped, Unread
from documents.sheet_rows import AREA_FIELDS
from documents.workbook import column_letters
from text.dates import FIRST_YEAR, LAST_YEAR
from text.quantities import fits
from text.reasons import Reason

ORIGIN_COLUMNS = ("sheet", "row", "flags")
DATE_FIELDS = ("issued_on", "due_original", "due_extended", "due_on", "closed_on")
_WITH_DAY = {DueKind.DATE, DueKind.MONTH_END, DueKind.XUN, DueKind.QUARTER_END}


@dataclass
class Line:
    """A line while it is being read."""

    file: str
    number: int
    texts: dict[str, str]
    letters: dict[str, str]
    doubts: list[Doubt] = field(default_factory=list)

    def doubt(self, name: str, reason: Reason) -> None:
        cell = f"{self.letters.get(name, 'A')}{self.number}"
        self.doubts.append(Doubt(field=name, cell=cell, raw=self.texts.get(name, ""), reason=reason))

    def unread(self) -> Unread:
        first, *others = self.doubts
        number = self.texts.get("duty_id", "")
        return Unread(
            sheet=self.file, row=self.number, cell=first.cell, raw=first.raw, reason=first.reason,
            duty_id=number, others=tuple(others),
        )  # fmt: skip


def is_clean(lines: list[list[str]]) -> bool:
    """Whether the head is the clean form's, perhaps with slips: most of its columns under their names."""
    return len(set(lines[0]) & set(DUTY_COLUMNS)) > len(DUTY_COLUMNS) // 2


def read_clean_rows(file: str, lines: list[list[str]], known: Known) -> Iterator[LedgerRow | Unread | Skipped]:
    """Yield every line as a duty, or as unread with the cell that is not as it must be."""
    head = lines[0]
    letters = {name: column_letters(column) for column, name in enumerate(head, 1)}
    missing = [name for name in DUTY_COLUMNS if name not in head]
    unknown = [name for name in head if name not in (*DUTY_COLUMNS, *ORIGIN_COLUMNS) or head.count(name) > 1]
    yield from _head_problems(file, head, unknown)
    for number, cells in enumerate(lines[1:], 2):
        if not any(cells):
            yield Skipped(sheet=file, row=number, reason=Reason.ROW_BLANK)
            continue
        line = Line(file, number, dict(zip(head, map(restore, cells), strict=False)), letters)
        if len(cells) != len(head):
            line.doubt("", Reason.COLUMN_COUNT)
        for name in missing:
            line.doubt(name, Reason.COLUMN_MISSING)
        duty = None if line.doubts else _duty(line, known)
        yield _row(line, duty) if duty and not line.doubts else line.unread()


def _head_problems(file: str, head: list[str], unknown: list[str]) -> Iterator[Unread | Skipped]:
    """The head is a row too: skipped where all is well, and otherwise unread at the first column nobody knows."""
    if not unknown:
        yield Skipped(sheet=file, row=1, reason=Reason.ROW_HEAD)
        return
    doubts = [
        Doubt(field=name, cell=f"{column_letters(column)}1", raw=name, reason=Reason.COLUMN_UNKNOWN)
        for column, name in enumerate(head, 1)
        if name in unknown
    ]
    first, *others = doubts
    yield Unread(sheet=file, row=1, cell=first.cell, raw=first.raw, reason=first.reason, others=tuple(others))


def _row(line: Line, duty: DutyFields) -> LedgerRow:
    origin_row = line.texts.get("row", "")
    return LedgerRow(
        sheet=line.texts.get("sheet") or line.file,
        row=int(origin_row) if origin_row else line.number,
        duty=duty,
        raw=line.texts,
        found_at=(line.file, line.number, f"{line.letters['duty_id']}{line.number}"),
        flags=tuple(flag for flag in line.texts.get("flags", "").split(";") if flag),
    )


def _duty(line: Line, known: Known) -> DutyFields | None:
    values: dict[str, Any] = {name: line.texts[name] for name in DUTY_COLUMNS if name != "person"}
    values["persons"] = tuple(name for name in line.texts["person"].split("、") if name)
    for name in AREA_FIELDS:
        values[name] = _value(line, name, _area)
    for name in DATE_FIELDS:
        values[name] = _value(line, name, _day)
    values["status"] = _value(line, "status", Status)
    values["due_kind"] = _value(line, "due_kind", DueKind)
    _check_names(line, known)
    if line.texts.get("row") and not line.texts["row"].isdecimal():
        line.doubt("row", Reason.VALUE_BAD)
    if line.doubts:
        return None
    duty = DutyFields(**values)
    _check_dues(line, duty)
    return duty


def _value(line: Line, name: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(line.texts[name])
    except (ValueError, ArithmeticError):
        line.doubt(name, Reason.VALUE_BAD)
        return None


def _area(text: str) -> Decimal | None:
    if not text:
        return None
    area = Decimal(text)
    if "e" in text.lower() or not fits(area):
        raise ValueError(text)
    return area


def _day(text: str) -> date | None:
    day = date.fromisoformat(text) if text else None
    if day and (len(text) != len("2026-12-05") or not FIRST_YEAR <= day.year <= LAST_YEAR):
        raise ValueError(text)
    return day


def _check_names(line: Line, known: Known) -> None:
    if not line.texts["duty_id"].strip():
        line.doubt("duty_id", Reason.NUMBER_MISSING)
    if known.find_county(line.texts["county"]) != line.texts["county"]:
        line.doubt("county", Reason.COUNTY_UNKNOWN)
    found = [one for one in known.workstreams if one.code == line.texts["workstream"]]
    if not found:
        line.doubt("workstream", Reason.WORKSTREAM_UNKNOWN)
    elif found[0].sub_types and line.texts["sub_type"] not in found[0].sub_types:
        line.doubt("sub_type", Reason.SUB_TYPE_UNKNOWN)


def _check_dues(line: Line, duty: DutyFields) -> None:
    if (duty.due_on is not None) != (duty.due_kind in _WITH_DAY):
        line.doubt("due_kind", Reason.VALUE_BAD)
    if duty.due_on != (duty.due_extended or duty.due_original):
        line.doubt("due_on", Reason.VALUE_BAD)
