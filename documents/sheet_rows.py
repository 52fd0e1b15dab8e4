"""Tells a sheet's duty rows from its other rows, and gives each duty's cells by field.

Merged cells are filled from their corner, 同上 from the last duty row above. A ledger has a hundred thousand rows:
what holds for the whole sheet is found out once, and a cell that is plain costs a look and no more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from documents.head import Head, is_other_head
from documents.known import Answers
from documents.numbers import number_written, tight
from documents.records import DUTY_COLUMNS, NOT_KEEPABLE, Doubt, Note
from documents.workbook import Cell, CellKind, Sheet, address
from text.reasons import Reason

AREA_FIELDS = ("area_mu", "farmland_mu", "basic_farmland_mu", "rectified_area_mu", "rectified_farmland_mu")
WORD_FIELDS = ("county", "workstream", "sub_type", "status")  # a word here means the same in every row
BLANK_FIELDS = ("farmland_mu", "rectified_area_mu", "rectified_farmland_mu")  # what blank means, an office says once
DITTO = frozenset({"同上", "同前", "〃", '"', "″", "''"})
DASHES = frozenset({"-", "--", "—", "——", "–", "―", "/", "\\", "─", "──"})
_DITTO_BEGINS = frozenset({*(ditto[0] for ditto in DITTO), " ", "\u3000", "\n"})
_NEVER_DITTO = frozenset({"serial", "duty_id", *AREA_FIELDS})  # a number that repeats by a word is asked about
_IDENTITY = ("county", "town", "source", "problem_type", "title", "approval_no", "area_mu", "issued_on")

_TOTAL = re.compile(r".{0,12}?(小计|合计|总计|共计)(\(.*\))?:?")
_NOTE = re.compile(r"(备注|注\d*[:、.]|说明:|填表|填报|审核人|审批人|签发|制表|联系人:|复核人)")
_DIGIT = re.compile("[0-9]")  # nearly every number of a duty has one, a head has not
_SERIAL = re.compile(r"[0-9.一二三四五六七八九十]*")
_EXAMPLE = re.compile(r"\(?(填报|填写)?(示例|样例|范例|举例|例)(行|数据)?[0-9]*\)?:?")
Cells = Mapping[int, Cell]  # of one row, by column
_LEAST_COLUMN_NUMBERS = 5  # so many cells 1, 2, 3 ... below the head are the columns' numbers


@dataclass(slots=True, kw_only=True)
class DutyRow:
    """A duty's cells while they are being read; a doubt waits for a person, a note only deserves showing.

    ``cells`` leaves out blank ones; ``raw`` has them as written, ``asked`` as written where an answer replaced them.
    """

    sheet: str
    row: int
    columns: Mapping[str, int]
    cells: dict[str, Cell]
    raw: dict[str, str]
    shared: frozenset[str] = frozenset()
    may_be_merged: bool = False  # the format cannot tell whether the county above holds for this row too
    subject: str = ""
    number: str = ""
    asked: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    dangling: list[str] = field(default_factory=list)  # fields with 同上 and nothing above
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def doubt(self, name: str, reason: Reason, likely: Sequence[str] = ()) -> None:
        """Ask about a field, unless somebody said that it is right as written."""
        if name in self.kept and name not in NOT_KEEPABLE:
            self.note(name, reason)
            return
        raw = self.asked_text(name)
        self.doubts.append(
            Doubt(
                sheet=self.sheet, cell=self.cell_of(name), field=name, raw=raw, reason=reason,
                subject=self.subject_of(name, raw), number=self.number, likely=tuple(likely),
                keepable=name not in NOT_KEEPABLE,
            )
        )  # fmt: skip

    def note(self, name: str, reason: Reason) -> None:
        """Show a field that was read."""
        self.notes.append(Note(field=name, cell=self.cell_of(name), raw=self.raw.get(name, ""), reason=reason))

    def doubts_about(self, name: str) -> bool:
        """Whether this field is doubted already."""
        return any(one.field == name for one in self.doubts)

    def cell_of(self, name: str) -> str:
        """Return the address of a field's cell; the row's first one where the sheet has no such column."""
        return address(self.row, self.columns.get(name, 1))

    def asked_text(self, name: str) -> str:
        """Return what a question is about: the cell's text (for 同上 what it repeats), before any answer."""
        if name in self.asked:
            return self.asked[name]
        return self.cells[name].text if name in self.cells else self.raw.get(name, "")

    def subject_of(self, name: str, raw: str) -> str:
        """Return what an answer about a field is remembered under."""
        text = raw.strip()
        alike = (name in WORD_FIELDS and text not in DITTO) if text else name in BLANK_FIELDS
        return "" if alike else self.subject

    def use_answers(self, answers: Answers) -> None:
        """Put answers in the place of cells."""
        names = DUTY_COLUMNS if answers.about(self.subject) else (*WORD_FIELDS, *BLANK_FIELDS)  # with a column or none
        for name in names:
            raw = self.asked_text(name)
            subject = self.subject_of(name, raw)
            if not answers.has(subject, name, raw):
                continue
            if (text := answers.text(subject, name, raw)) is None:
                self.kept.add(name)
            else:
                self.asked[name] = raw
                self.put(name, text)

    def put(self, name: str, text: str) -> None:
        """Let a text stand in a cell; no other row shares it any longer."""
        self.shared -= {name}
        if text.strip():
            self.cells[name] = Cell(CellKind.TEXT, text)
        else:
            self.cells.pop(name, None)

    def fingerprint(self) -> str:
        """Tell a row without a number from others by what a report does not change, wherever it stands."""
        texts = [tight(self.cells[name].text) if name in self.cells else "" for name in _IDENTITY]
        return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


class RowSorter:
    """Tells duty rows from all others; what it looks for it finds out once for the sheet."""

    def __init__(self, sheet: Sheet, head: Head) -> None:
        self.head = head
        self.number_column = head.columns.get("duty_id", 0)
        self.serial_column = head.columns.get("serial", 0)
        self.county_column = head.columns.get("county", 0)
        labelling = ("serial", "duty_id", "county", "town", "title")
        self.labelling = {head.columns[name] for name in labelling if name in head.columns}
        self.head_rows = [_tight_row(sheet.rows.get(row, {})) for row in range(head.first_row, head.last_row + 1)]
        self.other_head = 0  # the row of another head, below which the columns are not known
        self.head_firsts = {next(iter(row.values())) for row in self.head_rows if row}

    def why_no_duty(self, row: int, cells: Cells) -> Reason | None:
        """Return why a row is no duty, or None where it is one."""
        first_column = next((column for column in sorted(cells) if _holds(cells[column])), None)
        if first_column is None:
            return Reason.ROW_BLANK
        if row < self.head.first_row:
            return Reason.ROW_TITLE
        first = tight(cells[first_column].text)
        if row <= self.head.last_row or self._repeats_head(row, cells, first):
            self.other_head = 0
            return Reason.ROW_HEAD
        number = number_written(tight(cells[self.number_column].text)) if self.number_column in cells else ""
        if number in ("", first) and _NOTE.match(first):
            return Reason.ROW_NOTE
        if not _DIGIT.search(number) and is_other_head({at: tight(one.text) for at, one in cells.items()}, self.head):
            self.other_head = row
            return Reason.ROW_HEAD
        return self._why_by_label(cells, first_column, number)

    def _why_by_label(self, cells: Cells, first_column: int, number: str) -> Reason | None:
        """Judge by 小计, 合计 … in a labelling column without a duty number beside it, by 示例, by emptiness."""
        for column in (first_column, *self.labelling):
            if column not in cells or "计" not in cells[column].text:
                continue
            text = tight(cells[column].text)
            if number in ("", text) and (found := _TOTAL.fullmatch(text)):
                return Reason.ROW_SUBTOTAL if found[1] == "小计" else Reason.ROW_TOTAL
        for column in (self.serial_column, self.number_column):
            if column in cells and "例" in cells[column].text and _EXAMPLE.fullmatch(tight(cells[column].text)):
                return Reason.ROW_EXAMPLE
        return Reason.ROW_BLANK if not number and self._only_prepared(cells) else None

    def _only_prepared(self, cells: Cells) -> bool:
        """Whether a row was only prepared for a duty: a serial number, a county, and nothing else."""
        for column, cell in cells.items():
            if column == self.county_column or not _holds(cell):
                continue
            is_serial = cell.kind is CellKind.FORMULA or _SERIAL.fullmatch(tight(cell.text))
            if column != self.serial_column or not is_serial:
                return False
        return True

    def _repeats_head(self, row: int, cells: Cells, first: str) -> bool:
        """Whether a row has the head's words again, or right below it the columns' numbers."""
        if first in self.head_firsts and _tight_row(cells) in self.head_rows:
            return True
        if row != self.head.last_row + 1:
            return False
        texts = list(_tight_row(cells).values())
        is_numbered = texts == [str(number) for number in range(1, len(texts) + 1)]
        return is_numbered and len(texts) >= _LEAST_COLUMN_NUMBERS


def _tight_row(cells: Cells) -> dict[int, str]:
    return {column: text for column in sorted(cells) if (text := tight(cells[column].text))}


def _holds(cell: Cell) -> bool:
    return bool(cell.text) and not cell.text.isspace()


class RowMaker:
    """Gives each duty row's cells by field; 同上 takes the last duty row's value, whatever stands between."""

    def __init__(self, sheet: Sheet, head: Head) -> None:
        self.sheet = sheet.name
        self.head = head
        self.columns = tuple(head.columns.items())
        self.corners = _corners(sheet, set(head.columns.values()))
        self.above: Mapping[str, Cell] = {}
        self.merged_known = sheet.merged_known
        self.county_seen = False

    def row(self, number: int, source: Cells) -> DutyRow:
        """Return a row's cells; rows must come from the top down."""
        cells = {name: cell for name, at in self.columns if at in source and not (cell := source[at]).text.isspace()}
        shared = self._fill_merged(cells, self.corners[number]) if number in self.corners else frozenset()
        raw = {name: cell.text for name, cell in cells.items()}
        raw.pop("serial", None)
        row = DutyRow(sheet=self.sheet, row=number, columns=self.head.columns, cells=cells, raw=raw, shared=shared)
        if not self.merged_known:
            row.may_be_merged = self.county_seen and "county" not in cells
            self.county_seen = self.county_seen or "county" in cells
        _resolve_dittos(row, self.above)
        self.above = dict(cells)  # a copy: answers will change the row's own
        return row

    def _fill_merged(self, cells: dict[str, Cell], corners: Cells) -> frozenset[str]:
        """Fill what stands in merged ranges; return those fields."""
        filled = {name: corners[at] for name, at in self.columns if at in corners}
        cells.update(filled)
        return frozenset(filled)


def _corners(sheet: Sheet, columns: set[int]) -> dict[int, dict[int, Cell]]:
    """Return row -> column -> the merged range's cell; a range spreads down its first column only."""
    corners: dict[int, dict[int, Cell]] = {}
    for top, left, bottom, _ in sheet.merged:
        corner = sheet.rows.get(top, {}).get(left) if left in columns and bottom > top else None
        if corner is None or not _holds(corner):
            continue
        for row in range(top, min(bottom, sheet.last_row) + 1):
            corners.setdefault(row, {})[left] = corner
    return corners


def _resolve_dittos(row: DutyRow, above: Mapping[str, Cell]) -> None:
    dittos = [name for name, text in row.raw.items() if text[0] in _DITTO_BEGINS and text.strip() in DITTO]
    for name in dittos:
        if name in _NEVER_DITTO:
            continue
        if name in above:
            row.cells[name] = above[name]
        else:
            del row.cells[name]
            row.dangling.append(name)
