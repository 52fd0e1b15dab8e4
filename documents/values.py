"""Cells to values, one function per kind of field: what is not sure becomes a doubt, and an interim value meanwhile.

Texts repeat all over a ledger, so what depends on a text alone is read once and remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from db.models import DueKind, Status
from documents.numbers import number_written, plain_number, tight
from documents.sheet_rows import BLANK_FIELDS, DASHES, DutyRow
from documents.workbook import Cell, CellKind
from text.dates import DueReading, days_beside, read_due
from text.deadlines.days import FIRST_YEAR, LAST_YEAR
from text.quantities import MU, UNCLEAR, fits, read_area, rounded, units_in
from text.reasons import Reason
from text.status_words import likely_statuses, read_status

UNIT_UNCLEAR = UNCLEAR
NONE_WORDS = DASHES | {"无", "没有", "暂无"}
REMEMBERED = 1 << 16  # texts; so many different ones of a kind are read once
_NOBODY = NONE_WORDS | {"待定", "未定", "空缺", "待明确", "未明确"}
_PHONE = re.compile(r"[(,:]?\s*(?:电话|手机|联系电话|tel)?[:.]?\s*\+?[0-9][0-9\- ]{5,}[0-9]\s*\)?", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"[、,;/\n\r]+")
_NAME = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+(?:·[\u3400-\u9fff]+)+|[A-Za-z][A-Za-z.'\- ]{1,40}")
_WHOLE_NUMBER = re.compile("[0-9]{1,15}")


def text_of(row: DutyRow, name: str) -> str:
    """Return a free text as written, without blanks around it; a lone dash is nothing."""
    cell = row.cells.get(name)
    if cell is None:
        return ""
    if cell.kind is CellKind.ERROR or cell.kind is CellKind.FORMULA:
        row.doubt(name, Reason.CELL_ERROR if cell.kind is CellKind.ERROR else Reason.FORMULA_WITHOUT_VALUE)
        return ""
    text = cell.text.strip()
    return "" if text in DASHES else text


def texts_of(row: DutyRow, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield free texts by field; most cells of a ledger are such, so a plain one takes no call."""
    cells = row.cells
    for name in names:
        cell = cells.get(name)
        if cell is None:
            yield name, ""
        elif cell.kind is CellKind.TEXT:
            text = cell.text.strip()
            yield name, "" if text in DASHES else text
        else:
            yield name, text_of(row, name)


def number_in(cell: Cell | None) -> tuple[str, Reason | None]:
    """Return the duty's number, which is a text; what Excel made of it (a date, a fraction) is not trusted."""
    if cell is None or not number_written(tight(written := cell.text.strip())):
        return "", Reason.NUMBER_MISSING
    if cell.kind is CellKind.TEXT:
        return plain_number(written), None
    if cell.kind is CellKind.NUMBER and _WHOLE_NUMBER.fullmatch(written):
        return written, None
    if cell.kind is CellKind.ERROR or cell.kind is CellKind.FORMULA:
        return "", Reason.CELL_ERROR if cell.kind is CellKind.ERROR else Reason.FORMULA_WITHOUT_VALUE
    return "", Reason.NUMBER_UNREADABLE


def county_named(written: str, find_county: Callable[[str], str | None]) -> str | None:
    """Return the county's name in the list; "X人民政府" is X."""
    written = tight(written)
    return find_county(written) or find_county(written.removesuffix("人民政府"))


def county_of(
    row: DutyRow, find_county: Callable[[str], str | None], nearest: Callable[[str], Sequence[str]]
) -> str:  # fmt: skip
    """Return the row's county, "" where it has none or one that nobody knows."""
    if not (written := text_of(row, "county")):
        if not row.doubts_about("county"):
            row.doubt("county", Reason.FILE_MERGES_UNKNOWN if row.may_be_merged else Reason.COUNTY_MISSING)
        return ""
    county = county_named(written, find_county)
    if county is None:
        row.doubt("county", Reason.COUNTY_UNKNOWN, tuple(nearest(tight(written)))[:4])
    return county or ""


# --- areas -------------------------------------------------------------------------------------------------------


class AreaText(NamedTuple):
    """What an area's cell says: mu, or a percentage of the whole; why it deserves showing, or is doubted."""

    mu: Decimal | None = None
    percent: Decimal | None = None
    notes: tuple[Reason, ...] = ()
    doubt: Reason | None = None


def area_of(row: DutyRow, name: str, *, unit: str, whole: Decimal | None = None) -> Decimal | None:
    """Return an area in mu; a percentage is reckoned on ``whole``; a dash is zero, a blank is a doubt."""
    cell = row.cells.get(name)
    if cell is None:
        return _area_of_nothing(row, name)
    if name in row.shared and cell.text.strip() not in NONE_WORDS:
        row.doubt(name, Reason.AREA_MERGED)
        return None
    said = area_in(cell.kind, cell.text, cell.number_format, unit)
    area, doubt = said.mu, said.doubt
    if said.percent is not None and doubt is None:
        found = rounded(whole * said.percent / 100) if whole is not None else None
        area, is_told = found or (None, False)
        doubt = None if found else Reason.AREA_UNREADABLE
        if is_told:
            row.note(name, Reason.AREA_ROUNDED)
    if doubt:
        row.doubt(name, doubt)
        return None
    for reason in said.notes:
        row.note(name, reason)
    return area


def _area_of_nothing(row: DutyRow, name: str) -> Decimal | None:
    """Blank basic farmland is usual and means none; any other blank is asked about."""
    if name == "basic_farmland_mu":
        return Decimal(0)
    row.doubt(name, Reason.AREA_MISSING, ("0",) if name in BLANK_FIELDS else ())
    return None


@lru_cache(maxsize=REMEMBERED)
def area_in(kind: CellKind, text: str, number_format: str, unit: str) -> AreaText:
    """Read an area's cell; ``unit`` where neither its text nor its number format names one."""
    if kind is CellKind.NUMBER and not number_format and unit == MU:  # nearly all of them
        return _plain_area(Decimal(text))
    written = text.strip()
    if written in NONE_WORDS:
        return AreaText(mu=Decimal(0))
    if kind is CellKind.ERROR:
        return AreaText(doubt=Reason.CELL_ERROR)
    if kind is CellKind.FORMULA:
        return AreaText(doubt=Reason.FORMULA_WITHOUT_VALUE)
    if kind is CellKind.DATE:
        return AreaText(doubt=Reason.AREA_UNREADABLE)
    if number_format:
        written = _with_format(written, number_format)
    if UNIT_UNCLEAR in (unit, written) and not units_in(written):
        return AreaText(doubt=Reason.AREA_UNIT_UNCLEAR)
    return _area_in_words(written, MU if unit == UNIT_UNCLEAR else unit)


def _plain_area(area: Decimal) -> AreaText:
    if fits(area):
        return AreaText(mu=area)
    found = rounded(area)
    if found is None:
        return AreaText(doubt=Reason.AREA_UNREADABLE)
    return AreaText(mu=found[0], notes=(Reason.AREA_ROUNDED,) if found[1] else ())


def _with_format(written: str, number_format: str) -> str:
    """Put into words what a number format shows beside the number; an unknown word makes it unclear."""
    if "%" in number_format:
        return f"{Decimal(written) * 100:f}%"
    units = units_in(number_format)
    return written + units[0] if len(units) == 1 else UNIT_UNCLEAR


def _area_in_words(written: str, unit: str) -> AreaText:
    """Read an area; a unit that holds for the whole column deserves no showing, one of the cell's own does."""
    reading = read_area(written, unit=unit, may_round=True)
    if reading is None or reading.is_addition:
        return AreaText(doubt=Reason.AREA_UNREADABLE)
    notes = [
        reason
        for is_so, reason in (
            (reading.percent is not None, Reason.AREA_PERCENT),
            (reading.approximate, Reason.AREA_APPROXIMATE),
            (reading.converted and reading.unit != unit, Reason.AREA_CONVERTED),
            (reading.is_sum, Reason.AREA_SUM),
            (reading.rounded and (unit == MU or reading.unit != unit), Reason.AREA_ROUNDED),
        )
        if is_so
    ]
    return AreaText(mu=reading.mu, percent=reading.percent, notes=tuple(notes))


# --- dates -------------------------------------------------------------------------------------------------------


class DueText(NamedTuple):
    """What a deadline's cell says, or why it is doubted."""

    reading: DueReading | None = None
    doubt: Reason | None = None


NO_DUE = DueText()


def due_of(row: DutyRow, name: str, issued_on: date | None) -> DueText:
    """Return a deadline, or NO_DUE for an empty cell; what is not read surely is doubted."""
    cell = row.cells.get(name)
    if cell is None:
        return NO_DUE
    said = due_in(cell.kind, cell.text)
    if said.doubt is Reason.DATE_UNREADABLE and cell.kind is CellKind.TEXT and issued_on:
        said = due_after(cell.text, issued_on)
    if said.doubt:
        beside = days_beside(cell.text) if said.doubt is Reason.DATE_IMPOSSIBLE else ()
        row.doubt(name, said.doubt, [day.isoformat() for day in beside])
    elif said.reading and said.reading.note:
        row.note(name, said.reading.note)
    return said


@lru_cache(maxsize=REMEMBERED)
def due_in(kind: CellKind, text: str) -> DueText:
    """Read a deadline's cell that needs no day of issue to be understood."""
    written = text.strip()
    if kind is CellKind.DATE:
        day = date.fromisoformat(written)
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return DueText(DueReading(kind=DueKind.DATE, due_on=day))
        return DueText(doubt=Reason.DATE_UNREADABLE)
    if written in NONE_WORDS:
        return NO_DUE
    if kind is CellKind.ERROR:
        return DueText(doubt=Reason.CELL_ERROR)
    if kind is CellKind.FORMULA:
        return DueText(doubt=Reason.FORMULA_WITHOUT_VALUE)
    if kind is CellKind.NUMBER and "." in written:
        return DueText(doubt=Reason.DATE_UNREADABLE)  # 2026.1 may have been 2026.10
    return _due_in_words(written, None)


@lru_cache(maxsize=REMEMBERED)
def due_after(text: str, issued_on: date) -> DueText:
    """Read a deadline without a year: the first such day on or after the day of issue."""
    return _due_in_words(text.strip(), issued_on)


def _due_in_words(written: str, issued_on: date | None) -> DueText:
    reading = read_due(written, issued_on=issued_on)
    if reading is None:
        return DueText(doubt=Reason.DATE_UNREADABLE)
    if reading.kind is DueKind.INVALID:
        return DueText(doubt=Reason.DATE_IMPOSSIBLE)
    return DueText(reading)


def day_of(row: DutyRow, name: str) -> date | None:
    """Return a plain day (issued, closed); a period is no day."""
    cell = row.cells.get(name)
    if cell is None:
        return None
    reading, _ = due_of(row, name, None)
    if reading and (reading.kind is not DueKind.DATE or reading.extended_to):
        row.doubt(name, Reason.DATE_UNREADABLE)
        return None
    return reading.due_on if reading else None


# --- words -------------------------------------------------------------------------------------------------------


_status_in = lru_cache(maxsize=REMEMBERED)(read_status)


def status_of(row: DutyRow) -> Status:
    """Return the status by the fixed table of words; an unknown word is asked about and never "done"."""
    written = text_of(row, "status")
    status = _status_in(written) if written else None
    if status is not None:
        return status
    if not row.doubts_about("status"):
        likely = [one.value for one in likely_statuses(written)]
        row.doubt("status", Reason.STATUS_UNKNOWN if written else Reason.STATUS_MISSING, likely)
    return Status.NOT_STARTED


def persons_of(row: DutyRow, name: str) -> tuple[str, ...]:
    """Return the names in a cell; nobody where it cannot be read."""
    if name not in row.cells or not (written := text_of(row, name)):
        return ()
    names = names_in(written)
    if names is None:
        row.doubt(name, Reason.PERSON_UNREADABLE)
    return names or ()


@lru_cache(maxsize=REMEMBERED)
def names_in(text: str) -> tuple[str, ...] | None:
    """Return the names in a text, first the one who is mainly responsible, or None; phone numbers are left out."""
    written = _PHONE.sub("、", unicodedata.normalize("NFKC", text)).strip()
    if tight(written) in _NOBODY:
        return ()
    names = [one for part in _BETWEEN_NAMES.split(written) for one in _spaced(part.strip()) if one]
    if not all(_NAME.fullmatch(one) and one not in _NOBODY for one in names):
        return None
    return tuple(dict.fromkeys(names))


def _spaced(part: str) -> list[str]:
    """Join "李 明" and "王 志远", but part "王志远 李明"; Latin names keep their blanks."""
    pieces = part.split()
    if not pieces or part.isascii():
        return [part]
    return ["".join(pieces)] if len(pieces[0]) == 1 else pieces
