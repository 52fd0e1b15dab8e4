"""The child process that marks a workbook: marks as a line of JSON and the workbook on standard input, an .xlsx out.

It ends with an error for whatever cannot be marked; the parent then sends a list alone.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections import defaultdict
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter, range_boundaries
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from documents import limits, marking_limits
from documents.confined import confine
from documents.defused import xml_text
from documents.kept_results import keep_results
from documents.marks_list import HEAD, LEVEL_FILLS, LEVEL_WORDS, LIST_NAME, LIST_TITLE, Mark, MarkLevel, summary

AUTHOR = "督办"
_PARTING = "\n—— 督办 ——\n"  # between a person's own comment and ours
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]+)")
_COMMENT_SIZE = 320, 120  # points
_FIRST_ROW = 4  # of the list


def main() -> None:
    """Read, mark, write."""
    confine(marking_limits.CPU_SECONDS)
    asked = json.loads(sys.stdin.buffer.readline())
    marks = [Mark(**{**one, "level": MarkLevel(one["level"])}) for one in asked]
    sys.stdout.buffer.write(marked(sys.stdin.buffer.read(), marks))


def marked(data: bytes, marks: list[Mark]) -> bytes:
    """Return the workbook with the marks in it."""
    _check_size(data)
    keep_results()
    book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
    _remove_earlier(book)
    places = _Places(book)
    by_cell: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        if (cell := places.cell(mark)) is not None:
            by_cell[mark.sheet, cell.coordinate].append(mark)
    for (sheet, address), found in by_cell.items():
        _mark_cell(book[sheet][address], found)
    _add_list(book, marks, places)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _check_size(data: bytes) -> None:
    """Refuse what openpyxl would take too long over: it makes an object of every cell, merged away or not."""
    rows = merged = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > marking_limits.UNZIPPED_BYTES:
            raise ValueError("too large")
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                text = archive.read(name)
                rows += len(_ROW.findall(text))
                merged += sum(_cells(one.decode()) for one in _MERGED.findall(text))
    if rows > marking_limits.ROWS or merged > marking_limits.MERGED_CELLS:
        raise ValueError("too many cells")


def _cells(merged: str) -> int:
    """Return how many cells a merged range has."""
    left, top, right, bottom = (number or 0 for number in range_boundaries(merged))
    return (right - left + 1) * (bottom - top + 1)


def _remove_earlier(book: Workbook) -> None:
    """Take away the list and the marks of an earlier time: people correct the marked workbook and send it back."""
    earlier = [sheet for sheet in book.worksheets if sheet["A1"].value == LIST_TITLE]
    if not earlier or len(earlier) == len(book.worksheets):
        return
    for sheet in earlier:
        book.remove(sheet)
    for sheet in book.worksheets:
        for cell in [cell for row in sheet.iter_rows() for cell in row if cell.comment]:
            _unmark(cell)


def _unmark(cell: Any) -> None:
    own, parting, _ = cell.comment.text.partition(_PARTING)
    if not parting and cell.comment.author != AUTHOR:
        return
    cell.comment = Comment(own, cell.comment.author) if parting else None
    if str(cell.fill.fgColor.rgb)[-6:] in LEVEL_FILLS.values():
        cell.fill = PatternFill()


class _Places:
    """Finds the cells of a workbook; how far its sheets go is reckoned once, for openpyxl looks at every cell."""

    def __init__(self, book: Workbook) -> None:
        self.sheets = {sheet.title: (sheet, sheet.max_row, sheet.max_column) for sheet in book.worksheets}

    def cell(self, mark: Mark) -> Any | None:
        """Return the cell to be marked, of merged ones their corner; None for a place that is not there."""
        if mark.sheet not in self.sheets or not _ADDRESS.fullmatch(mark.cell):
            return None
        sheet, last_row, last_column = self.sheets[mark.sheet]
        letters, row = coordinate_from_string(mark.cell)
        if row > last_row or column_index_from_string(letters) > last_column + 1:
            return None
        cell = sheet[mark.cell]
        if isinstance(cell, MergedCell):
            corner = next(one for one in sheet.merged_cells.ranges if mark.cell in one)
            return sheet.cell(corner.min_row, corner.min_col)
        return cell


def _mark_cell(cell: Any, marks: list[Mark]) -> None:
    level = MarkLevel.WAITING if any(mark.level is MarkLevel.WAITING for mark in marks) else MarkLevel.WARNED
    cell.fill = PatternFill("solid", fgColor="FF" + LEVEL_FILLS[level])
    cell.comment = _comment(cell, marks)


def _comment(cell: Any, marks: list[Mark]) -> Any:
    words = "\n".join(f"【{LEVEL_WORDS[mark.level]}】{mark.words}" for mark in marks)
    author = AUTHOR
    if cell.comment:
        words, author = f"{cell.comment.text.partition(_PARTING)[0]}{_PARTING}{words}", cell.comment.author
    width, height = _COMMENT_SIZE
    return Comment(xml_text(words)[: limits.CELL_CHARACTERS], author, width=width, height=height)


def _add_list(book: Workbook, marks: list[Mark], places: _Places) -> None:
    """Put the list in front and show it; every other sheet is deselected, or an edit would go into all of them."""
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    sheet = book.create_sheet(LIST_NAME, 0)
    sheet.sheet_view.tabSelected = True
    book.active = 0
    _write(sheet, 1, 1, LIST_TITLE).font = Font(bold=True, size=14)
    _write(sheet, 2, 1, summary(marks))
    for column, (words, width) in enumerate(HEAD, 1):
        head = _write(sheet, _FIRST_ROW - 1, column, words)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="FFDDEBF7")
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, mark in enumerate(marks, 1):
        _add_line(sheet, number, mark, is_linked=places.cell(mark) is not None)
    for row in sheet.iter_rows(min_row=_FIRST_ROW):
        for cell in row:
            cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = f"A{_FIRST_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _add_line(sheet: Worksheet, number: int, mark: Mark, *, is_linked: bool) -> None:
    row = _FIRST_ROW + number - 1
    sheet.cell(row, 1, number)
    for column, words in enumerate((mark.sheet, mark.cell, mark.raw, LEVEL_WORDS[mark.level], mark.words), 2):
        _write(sheet, row, column, words)
    sheet.cell(row, 5).fill = PatternFill("solid", fgColor="FF" + LEVEL_FILLS[mark.level])
    if is_linked:
        link = sheet.cell(row, 3)
        quoted = mark.sheet.replace("'", "''")
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{mark.cell}")
        link.font = Font(color="FF0563C1", underline="single")


def _write(sheet: Worksheet, row: int, column: int, words: str) -> Any:
    """Write words as words, whatever they begin with."""
    cell = sheet.cell(row, column)
    if plain := xml_text(words)[: limits.CELL_CHARACTERS]:
        cell.value = plain
        cell.data_type = "s"
    return cell


if __name__ == "__main__":
    main()
