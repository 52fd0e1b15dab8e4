"""Cells to values, one function per kind of field: what is not sure becomes a doubt of the row, never a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from db.models import DueKind, Status
from documents.sheet_rows import DASHES, DutyRow, tight
from documents.workbook import CellKind
from text.dates import FIRST_YEAR, LAST_YEAR, DueReading, read_due
from text.quantities import MU, AreaReading, fits, read_area, units_in
from text.reasons import Reason
from text.status_words import read_status

UNIT_UNCLEAR = "?"
NONE_WORDS = DASHES | {"无", "没有", "暂无"}
_NOBODY = NONE_WORDS | {"待定", "未定", "空缺", "待明确", "未明确"}
_PHONE = re.compile(r"[(,:]?\s*(?:电话|手机|联系电话|tel)?[:.]?\s*\+?[0-9][0-9\- ]{5,}[0-9]\s*\)?", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"[、,;/\n\r]+")
_NAME = re.compile(r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]+(?:·[\u3400-\u9fff]+)+|[A-Za-z][A-Za-z.'\- ]{1,40}")
_DASH_MARKS = str.maketrans(dict.fromkeys("‐‑‒–—―−─", "-"))


def text_of(row: DutyRow, name: str) -> str:
    """Return a free text as written, without blanks around it; a lone dash is nothing."""
    if name not in row.cells:
        return ""
    cell = row.cells[name].cell
    if cell.kind is CellKind.ERROR or cell.kind is CellKind.FORMULA:
        row.doubt(name, Reason.CELL_ERROR if cell.kind is CellKind.ERROR else Reason.FORMULA_WITHOUT_VALUE)
        return ""
    text = cell.text.strip()
    return "" if text in DASHES else text


def number_of(row: DutyRow) -> str:
    """Return the duty's number, which is a text; what Excel made of it (a date, a fraction) is not trusted."""
    written = text_of(row, "duty_id")
    if not written:
        if not row.doubts_about("duty_id"):
            row.doubt("duty_id", Reason.NUMBER_MISSING)
        return ""
    kind = row.cells["duty_id"].cell.kind
    if kind is CellKind.DATE or (kind is CellKind.NUMBER and not re.fullmatch("[0-9]{1,15}", written)):
        row.doubt("duty_id", Reason.NUMBER_UNREADABLE)
        return ""
    return plain_number(written)


def plain_number(written: str) -> str:
    """Bring a duty's number to plain width and one kind of dash; nothing else about it is changed."""
    return tight(written).translate(_DASH_MARKS)


def county_of(row: DutyRow, find_county: Callable[[str], str | None]) -> str:
    """Return the county's name in the list; "X人民政府" is X."""
    written = tight(text_of(row, "county"))
    if not written:
        if not row.doubts_about("county"):
            row.doubt("county", Reason.COUNTY_MISSING)
        return ""
    county = find_county(written) or find_county(written.removesuffix("人民政府"))
    if county is None:
        row.doubt("county", Reason.COUNTY_UNKNOWN)
    return county or ""


def area_of(row: DutyRow, name: str, *, unit: str, whole: Decimal | None = None) -> Decimal | None:
    """Return an area in mu; a percentage is reckoned on ``whole``; a dash is zero, a blank is a doubt."""
    if not (written := text_of(row, name)):
        return _area_of_nothing(row, name)
    if written in NONE_WORDS:
        return Decimal(0)
    found = row.cells[name]
    if found.shared:
        row.doubt(name, Reason.AREA_MERGED)
        return None
    if found.cell.number_format:
        written = _with_format(written, found.cell.number_format)
    if found.cell.kind is CellKind.DATE:
        row.doubt(name, Reason.AREA_UNREADABLE)
        return None
    if UNIT_UNCLEAR in (unit, written) and not units_in(written):
        row.doubt(name, Reason.AREA_UNIT_UNCLEAR)
        return None
    reading = read_area(written, unit=MU if unit == UNIT_UNCLEAR else unit)
    return _judged(row, name, reading, whole)


def _area_of_nothing(row: DutyRow, name: str) -> Decimal | None:
    """Blank basic farmland is usual and means none; any other blank is asked about, as is an unreadable cell."""
    if name in row.cells and row.cells[name].raw.strip() in DASHES:
        return Decimal(0)
    if name == "basic_farmland_mu" and name not in row.cells:
        return Decimal(0)
    if name not in row.cells:
        row.doubt(name, Reason.AREA_MISSING)
    return None


def _with_format(written: str, number_format: str) -> str:
    """Put into words what a number format shows beside the number; an unknown word makes it unclear."""
    if "%" in number_format:
        return f"{Decimal(written) * 100:f}%"
    units = units_in(number_format)
    return written + units[0] if len(units) == 1 else UNIT_UNCLEAR


def _judged(row: DutyRow, name: str, reading: AreaReading | None, whole: Decimal | None) -> Decimal | None:
    if reading is None or reading.is_addition or (reading.percent is not None and whole is None):
        row.doubt(name, Reason.AREA_UNREADABLE)
        return None
    area = reading.mu
    if reading.percent is not None and whole is not None:
        area = whole * reading.percent / 100
        row.note(name, Reason.AREA_PERCENT)
    for is_so, reason in (
        (reading.approximate, Reason.AREA_APPROXIMATE),
        (reading.converted, Reason.AREA_CONVERTED),
        (reading.is_sum, Reason.AREA_SUM),
    ):
        if is_so:
            row.note(name, reason)
    if area is None or not fits(area):
        row.doubt(name, Reason.AREA_UNREADABLE)
        return None
    return area


def due_of(row: DutyRow, name: str, issued_on: date | None) -> DueReading | None:
    """Return a deadline, or None for an empty cell; what is not read surely is a doubt (and None too)."""
    written = text_of(row, name)
    if not written or written in NONE_WORDS:
        return None
    if row.cells[name].cell.kind is CellKind.DATE:
        return _checked_date(row, name, written)
    if row.cells[name].cell.kind is CellKind.NUMBER and "." in written:
        row.doubt(name, Reason.DATE_UNREADABLE)  # 2026.1 may have been 2026.10
        return None
    reading = read_due(written, issued_on=issued_on)
    if reading is None or reading.kind is DueKind.INVALID:
        row.doubt(name, Reason.DATE_UNREADABLE if reading is None else Reason.DATE_IMPOSSIBLE)
        return None
    if reading.note:
        row.note(name, reading.note)
    return reading


def _checked_date(row: DutyRow, name: str, written: str) -> DueReading | None:
    day = date.fromisoformat(written)
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return DueReading(kind=DueKind.DATE, due_on=day)
    row.doubt(name, Reason.DATE_UNREADABLE)
    return None


def day_of(row: DutyRow, name: str) -> date | None:
    """Return a plain day (issued, closed); a period is no day."""
    reading = due_of(row, name, None)
    if reading and (reading.kind is not DueKind.DATE or reading.extended_to):
        row.doubt(name, Reason.DATE_UNREADABLE)
        return None
    return reading.due_on if reading else None


def status_of(row: DutyRow) -> Status | None:
    """Return the status by the fixed table of words; an unknown word is a doubt, never "done"."""
    written = text_of(row, "status")
    status = read_status(written) if written else None
    if status is None and not row.doubts_about("status"):
        row.doubt("status", Reason.STATUS_UNKNOWN if written else Reason.STATUS_MISSING)
    return status


def persons_of(row: DutyRow, name: str) -> tuple[str, ...]:
    """Return the names in a cell, first the one who is mainly responsible; phone numbers are left out."""
    written = _PHONE.sub("、", unicodedata.normalize("NFKC", text_of(row, name))).strip()
    if tight(written) in _NOBODY:
        return ()
    names = [one for part in _BETWEEN_NAMES.split(written) for one in _spaced(part.strip()) if one]
    if not all(_NAME.fullmatch(one) and one not in _NOBODY for one in names):
        row.doubt(name, Reason.PERSON_UNREADABLE)
        return ()
    return tuple(dict.fromkeys(names))


def _spaced(part: str) -> list[str]:
    """Join "李 明" and "王 志远", but part "王志远 李明"; Latin names keep their blanks."""
    pieces = part.split()
    if not pieces or part.isascii():
        return [part]
    return ["".join(pieces)] if len(pieces[0]) == 1 else pieces
