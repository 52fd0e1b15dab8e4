"""The clean csv form of a ledger, taken exactly as written: every value was decided before, so nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from db.models import DueKind, Status
from documents.defused import restore
from documents.head_words import likely_fields
from documents.known import Known
from documents.numbers import number_written, tight
from documents.records import (
    COLUMN,
    DUTY_COLUMNS,
    DUTY_FIELDS,
    NOT_KEEPABLE,
    Doubt,
    DutyFields,
    LedgerRow,
    Note,
    Skipped,
    Unread,
)
from documents.sheet_rows import AREA_FIELDS, WORD_FIELDS
from documents.workbook import column_letters
from text.deadlines.days import FIRST_YEAR, LAST_YEAR
from text.quantities import fits
from text.reasons import Reason

ORIGIN_COLUMNS = ("sheet", "row", "flags")
DATE_FIELDS = ("issued_on", "due_original", "due_extended", "due_on", "closed_on")
_WITH_DAY = {DueKind.DATE, DueKind.MONTH_END, DueKind.XUN, DueKind.QUARTER_END}
_INTERIM = {"status": Status.NOT_STARTED, "due_kind": DueKind.INVALID}  # other values are none


@dataclass
class Line:
    """A line while it is being read; ``raw`` is as written, ``texts`` has answers in the place of cells."""

    file: str
    number: int
    raw: Mapping[str, str]
    letters: Mapping[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """Return what an answer about the line is remembered under."""
        return self.raw.get("duty_id", "").strip() or f"like:{'|'.join(self.raw.get(name, '') for name in _LIKE)}"

    def subject_of(self, name: str) -> str:
        """Return what an answer about one of its fields is remembered under; a word means the same in every line."""
        return "" if name in WORD_FIELDS and self.raw.get(name) else self.subject

    def use_answers(self, known: Known) -> None:
        """Put answers in the place of cells."""
        self.texts = dict(self.raw)
        for name in DUTY_COLUMNS if known.answers.texts else ():
            key = (self.subject_of(name), name, self.raw.get(name, ""))
            if (text := known.answers.text(*key)) is not None:
                self.texts[name] = text
            elif known.answers.keeps(*key):
                self.kept.add(name)

    def doubt(self, name: str, reason: Reason, likely: tuple[str, ...] = ()) -> None:
        """Ask about a field, unless somebody said that it is right as written."""
        cell, raw = f"{self.letters.get(name, 'A')}{self.number}", self.raw.get(name, "")
        keepable = name in DUTY_COLUMNS and name not in NOT_KEEPABLE
        if keepable and name in self.kept:
            self.notes.append(Note(field=name, cell=cell, raw=raw, reason=reason))
            return
        self.doubts.append(
            Doubt(
                sheet=self.file, cell=cell, field=name, raw=raw, reason=reason, subject=self.subject_of(name),
                number=self.texts.get("duty_id", ""), likely=likely, keepable=keepable,
            )
        )  # fmt: skip

    def unread(self) -> Unread:
        """Give the line up until somebody answers."""
        number = self.texts.get("duty_id", "")
        return Unread(sheet=self.file, row=self.number, number=number, doubts=tuple(self.doubts), raw=self.raw)


_ALL_SAID = frozenset(DUTY_FIELDS)
_LIKE = ("county", "town", "title", "spot_no", "approval_no", "area_mu", "issued_on")


def is_clean(lines: list[list[str]]) -> bool:
    """Whether the head is the clean form's, perhaps with slips: most of its columns under their names."""
    return len(set(lines[0]) & set(DUTY_COLUMNS)) > len(DUTY_COLUMNS) // 2


def read_clean(
    file: str, lines: list[list[str]], known: Known
) -> tuple[list[Doubt], Iterator[LedgerRow | Unread | Skipped]]:
    """Return the columns that nobody knows, and every line as a duty, or as one that waits."""
    head = [known.answers.text("", COLUMN, name) or name for name in lines[0]]
    unused = [known.answers.text("", COLUMN, name) == "" for name in lines[0]]
    columns = [
        Doubt(
            sheet=file, cell=f"{column_letters(column)}1", field=COLUMN, raw=name, reason=Reason.COLUMN_UNKNOWN,
            likely=likely_fields((name,), head),
        )
        for column, (name, is_unused) in enumerate(zip(head, unused, strict=True), 1)
        if not is_unused and (name not in (*DUTY_COLUMNS, *ORIGIN_COLUMNS) or head.count(name) > 1)
    ]  # fmt: skip
    return columns, _lines(file, head, lines[1:], known)


def _lines(
    file: str, head: list[str], lines: list[list[str]], known: Known
) -> Iterator[LedgerRow | Unread | Skipped]:  # fmt: skip
    letters = {name: column_letters(column) for column, name in enumerate(head, 1)}
    missing = [name for name in DUTY_COLUMNS if name not in head]
    yield Skipped(sheet=file, row=1, reason=Reason.ROW_HEAD)
    for number, cells in enumerate(lines, 2):
        if not any(cells):
            yield Skipped(sheet=file, row=number, reason=Reason.ROW_BLANK)
            continue
        line = Line(file, number, dict(zip(head, map(restore, cells), strict=False)), letters)
        line.use_answers(known)
        line.doubts = [_missing(line, name) for name in missing]
        if len(cells) != len(head):
            line.doubt("", Reason.COLUMN_COUNT)
        yield line.unread() if line.doubts else _read(line, known)


def _missing(line: Line, name: str) -> Doubt:
    return Doubt(sheet=line.file, cell="A1", field=COLUMN, raw=name, reason=Reason.COLUMN_MISSING)


def _read(line: Line, known: Known) -> LedgerRow | Unread:
    values: dict[str, Any] = {name: line.texts[name] for name in DUTY_COLUMNS if name != "person"}
    values["persons"] = tuple(name for name in line.texts["person"].split("、") if name)
    for name in AREA_FIELDS:
        values[name] = _value(line, name, _area)
    for name in DATE_FIELDS:
        values[name] = _value(line, name, _day)
    values["status"] = _value(line, "status", Status)
    values["due_kind"] = _value(line, "due_kind", DueKind)
    is_named = _check_names(line, known)
    duty = DutyFields(**values)
    _check_dues(line, duty)
    return _row(line, duty) if is_named else line.unread()


def _row(line: Line, duty: DutyFields) -> LedgerRow:
    origin_row = line.texts.get("row", "")
    return LedgerRow(
        sheet=line.texts.get("sheet") or line.file,
        row=int(origin_row) if origin_row.isdecimal() else line.number,
        duty=duty,
        said=_ALL_SAID,
        raw=line.raw,
        notes=tuple(line.notes),
        doubts=tuple(line.doubts),
        found_at=(line.file, line.number, f"{line.letters['duty_id']}{line.number}"),
        flags=tuple(flag for flag in line.texts.get("flags", "").split(";") if flag),
    )


def _value(line: Line, name: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(line.texts[name])
    except (ValueError, ArithmeticError):
        line.doubt(name, Reason.VALUE_BAD)
        return _INTERIM.get(name)


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


def _check_names(line: Line, known: Known) -> bool:
    """Check what a line must name; without number, county and workstream it is no duty yet."""
    before = len(line.doubts)
    if not number_written(tight(line.texts["duty_id"])):
        line.doubt("duty_id", Reason.NUMBER_MISSING)
    if known.find_county(line.texts["county"]) != line.texts["county"]:
        listed = known.find_county(line.texts["county"])
        near = (listed,) if listed else tuple(known.nearest_counties(line.texts["county"]))[:4]
        line.doubt("county", Reason.COUNTY_UNKNOWN, near)
    found = [one for one in known.workstreams if one.code == line.texts["workstream"]]
    if not found:
        line.doubt("workstream", Reason.WORKSTREAM_UNKNOWN, tuple(one.code for one in known.workstreams)[:4])
    is_named = len(line.doubts) == before
    if found and found[0].sub_types and line.texts["sub_type"] not in found[0].sub_types:
        line.doubt("sub_type", Reason.SUB_TYPE_UNKNOWN, found[0].sub_types[:4])
    return is_named


def _check_dues(line: Line, duty: DutyFields) -> None:
    if line.doubts and any(one.field in (*DATE_FIELDS, "due_kind") for one in line.doubts):
        return  # what is asked about already contradicts the rest
    if (duty.due_on is not None) != (duty.due_kind in _WITH_DAY):
        line.doubt("due_kind", Reason.VALUE_BAD)
    if duty.due_on != (duty.due_extended or duty.due_original):
        line.doubt("due_on", Reason.VALUE_BAD)
