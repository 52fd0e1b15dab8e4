"""Tells a sheet's duty rows from its other rows, and gives each duty's cells by field.

Merged cells are filled from their corner, 同上 from the last duty row above.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from documents.head import Head
from documents.records import Doubt
from documents.workbook import Cell, CellKind, Sheet, address
from text.reasons import Reason

AREA_FIELDS = ("area_mu", "farmland_mu", "basic_farmland_mu", "rectified_area_mu", "rectified_farmland_mu")
DITTO = {"同上", "同前", "〃", '"', "″", "''"}
DASHES = {"-", "--", "—", "——", "–", "―", "/", "\\", "─", "──"}
_NEVER_DITTO = {"serial", "duty_id", *AREA_FIELDS}  # a number that repeats by a word is asked about

_TOTAL = re.compile(r".{0,12}?(小计|合计|总计|共计)(\(.*\))?:?")
_NOTE = re.compile(r"(备注|注\d*[:、.]|说明:|填表|填报|审核人|审批人|签发|制表|联系人:|复核人)")
_SERIAL = re.compile(r"[0-9.一二三四五六七八九十]*")


@dataclass(frozen=True)
class FieldCell:
    """The cell that fills a field of a row: where, as written, as resolved, and whether several rows share it."""

    at: str
    raw: str
    cell: Cell
    shared: bool = False


@dataclass(kw_only=True)
class DutyRow:
    """A duty's cells while they are being read; a doubt keeps the row out, a note only deserves showing."""

    sheet: str
    number: int
    cells: dict[str, FieldCell]
    columns: Mapping[str, int]
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Doubt] = field(default_factory=list)

    def doubt(self, name: str, reason: Reason) -> None:
        self.doubts.append(self._remark(name, reason))

    def note(self, name: str, reason: Reason) -> None:
        self.notes.append(self._remark(name, reason))

    def doubts_about(self, name: str) -> bool:
        """Whether this field is doubted already."""
        return any(one.field == name for one in self.doubts)

    def _remark(self, name: str, reason: Reason) -> Doubt:
        cell = self.cells.get(name)
        at = cell.at if cell else address(self.number, self.columns.get(name, 1))
        return Doubt(field=name, cell=at, raw=cell.raw if cell else "", reason=reason)


def tight(text: str) -> str:
    """Return the text in plain width and without any blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def sort_rows(sheet: Sheet, head: Head) -> Iterator[tuple[int, Reason | None]]:
    """Yield every row down to the last one with the reason why it is no duty, or None for a duty."""
    for row in range(1, sheet.last_row + 1):
        yield row, _why_no_duty(sheet, head, row)


def _why_no_duty(sheet: Sheet, head: Head, row: int) -> Reason | None:
    texts = {column: text for column, cell in sheet.rows.get(row, {}).items() if (text := tight(cell.text))}
    if not texts:
        return Reason.ROW_BLANK
    if row < head.first_row:
        return Reason.ROW_TITLE
    if row <= head.last_row or _repeats_head(sheet, head, row):
        return Reason.ROW_HEAD
    first = texts[min(texts)]
    number = texts.get(head.columns.get("duty_id", 0), "")
    if number in ("", first) and _NOTE.match(first):
        return Reason.ROW_NOTE
    if (label := _total_label(head, texts, number)) is not None:
        return Reason.ROW_SUBTOTAL if label == "小计" else Reason.ROW_TOTAL
    return Reason.ROW_BLANK if _only_prepared(sheet, head, row, texts) else None


def _repeats_head(sheet: Sheet, head: Head, row: int) -> bool:
    own = {column: tight(cell.text) for column, cell in sheet.rows[row].items()}
    rows = range(head.first_row, head.last_row + 1)
    return any(
        own == {column: tight(cell.text) for column, cell in sheet.rows.get(one, {}).items()} for one in rows
    )  # fmt: skip


def _total_label(head: Head, texts: dict[int, str], number: str) -> str | None:
    """Return 小计, 合计 … if one of the labelling columns says so and no duty number stands beside it."""
    labelling = {head.columns.get(name) for name in ("serial", "duty_id", "county", "town", "title")} | {min(texts)}
    for column, text in texts.items():
        if column in labelling and (found := _TOTAL.fullmatch(text)) and number in ("", text):
            return found[1]
    return None


def _only_prepared(sheet: Sheet, head: Head, row: int, texts: dict[int, str]) -> bool:
    """Whether a row was only prepared for a duty: a serial number, a county, and nothing else."""
    serial, county = head.columns.get("serial"), head.columns.get("county")
    for column, text in texts.items():
        formula = sheet.rows[row][column].kind is CellKind.FORMULA
        if not (column == county or (column == serial and (formula or _SERIAL.fullmatch(text)))):
            return False
    return True


def duty_rows(sheet: Sheet, head: Head, numbers: list[int]) -> list[DutyRow]:
    """Return the cells of each duty row by field; 同上 takes the last duty row's value, whatever stands between."""
    corners = _vertical_corners(sheet, set(head.columns.values()))
    above: dict[str, FieldCell] = {}
    rows = []
    for number in numbers:
        own = {name: cell for name, at in head.columns.items() if (cell := _field_cell(sheet, number, at, corners))}
        row = DutyRow(sheet=sheet.name, number=number, cells=own, columns=head.columns)
        _resolve_dittos(row, above)
        above = row.cells
        rows.append(row)
    return rows


def _vertical_corners(sheet: Sheet, columns: set[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return (row, column) -> top cell of the merged range; a range spreads down its first column only."""
    return {
        (row, left): (top, left)
        for top, left, bottom, _ in sheet.merged
        if left in columns and bottom > top
        for row in range(top, min(bottom, sheet.last_row) + 1)
    }


def _field_cell(
    sheet: Sheet, row: int, column: int, corners: dict[tuple[int, int], tuple[int, int]]
) -> FieldCell | None:
    top, left = corners.get((row, column), (row, column))
    cell = sheet.rows.get(top, {}).get(left)
    if cell is None or not cell.text.strip():
        return None
    return FieldCell(address(row, column), cell.text, cell, shared=(row, column) in corners)


def _resolve_dittos(row: DutyRow, above: dict[str, FieldCell]) -> None:
    for name, own in list(row.cells.items()):
        if name in _NEVER_DITTO or own.raw.strip() not in DITTO:
            continue
        if name in above:
            row.cells[name] = FieldCell(own.at, own.raw, above[name].cell)
        else:
            row.doubt(name, Reason.DITTO_WITHOUT_VALUE)
            del row.cells[name]
