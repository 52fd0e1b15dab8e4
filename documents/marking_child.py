"""The child process that marks a workbook: marks as a line of JSON and the workbook on standard input, an .xlsx out.

It ends with an error for whatever cannot be marked; the parent then sends a list alone.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import zipfile
from collections import defaultdict
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from documents import limits, marking_limits
from documents.kept_results import keep_results
from documents.marks_list import HEAD, LEVEL_FILLS, LEVEL_WORDS, LIST_NAME, LIST_TITLE, Mark, MarkLevel, summary

AUTHOR = "督办"
_PARTING = "\n—— 督办 ——\n"  # between a person's own comment and ours
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_COMMENT_SIZE = 320, 120  # points
_FIRST_ROW = 4  # of the list


def main() -> None:
    """Read, mark, write."""
    _limit()
    asked = json.loads(sys.stdin.buffer.readline())
    marks = [Mark(**{**one, "level": MarkLevel(one["level"])}) for one in asked]
    sys.stdout.buffer.write(marked(sys.stdin.buffer.read(), marks))


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_CPU, marking_limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.BYTES_OUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def marked(data: bytes, marks: list[Mark]) -> bytes:
    """Return the workbook with the marks in it."""
    _check_size(data)
    keep_results()
    book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
    _remove_earlier(book)
    by_cell: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in marks:
        by_cell[mark.sheet, mark.cell].append(mark)
    for (sheet, address), found in by_cell.items():
        _mark_cell(book, sheet, address, found)
    _add_list(book, marks)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _check_size(data: bytes) -> None:
    """Refuse what openpyxl would take too long over: it needs some fifty times the file's size."""
    rows = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > marking_limits.UNZIPPED_BYTES:
            raise ValueError("too large")
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                rows += len(re.findall(rb"<(?:\w+:)?row[\s>]", archive.read(name)))
    if rows > marking_limits.ROWS:
        raise ValueError("too many rows")


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


def _mark_cell(book: Workbook, sheet: str, address: str, marks: list[Mark]) -> None:
    """Fill the cell and comment it; a place that the workbook does not have is only listed."""
    cell = _cell(book, sheet, address)
    if cell is None:
        return
    level = MarkLevel.WAITING if any(mark.level is MarkLevel.WAITING for mark in marks) else MarkLevel.WARNED
    cell.fill = PatternFill("solid", fgColor="FF" + LEVEL_FILLS[level])
    cell.comment = _comment(cell, marks)


def _cell(book: Workbook, sheet: str, address: str) -> Any | None:
    place = next((one for one in book.worksheets if one.title == sheet), None)
    if place is None or not _ADDRESS.fullmatch(address) or not _lies_within(place, address):
        return None
    cell = place[address]
    if isinstance(cell, MergedCell):
        corner = next(one for one in place.merged_cells.ranges if address in one)
        return place.cell(corner.min_row, corner.min_col)
    return cell


def _lies_within(sheet: Worksheet, address: str) -> bool:
    letters, row = coordinate_from_string(address)
    return row <= sheet.max_row and column_index_from_string(letters) <= sheet.max_column + 1


def _comment(cell: Any, marks: list[Mark]) -> Any:
    words = "\n".join(f"【{LEVEL_WORDS[mark.level]}】{mark.words}" for mark in marks)
    author = AUTHOR
    if cell.comment:
        words, author = f"{cell.comment.text.partition(_PARTING)[0]}{_PARTING}{words}", cell.comment.author
    width, height = _COMMENT_SIZE
    return Comment(words[: limits.CELL_CHARACTERS], author, width=width, height=height)


def _add_list(book: Workbook, marks: list[Mark]) -> None:
    """Put the list in front and show it; every other sheet is deselected, or an edit would go into all of them."""
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    sheet = book.create_sheet(LIST_NAME, 0)
    book.active = 0
    _write(sheet, 1, 1, LIST_TITLE).font = Font(bold=True, size=14)
    _write(sheet, 2, 1, summary(marks))
    for column, (words, width) in enumerate(HEAD, 1):
        head = _write(sheet, _FIRST_ROW - 1, column, words)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="FFDDEBF7")
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, mark in enumerate(marks, 1):
        _add_line(book, sheet, number, mark)
    for row in sheet.iter_rows(min_row=_FIRST_ROW):
        for cell in row:
            cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = f"A{_FIRST_ROW}"


def _add_line(book: Workbook, sheet: Worksheet, number: int, mark: Mark) -> None:
    row = _FIRST_ROW + number - 1
    sheet.cell(row, 1, number)
    for column, words in enumerate((mark.sheet, mark.cell, mark.raw, LEVEL_WORDS[mark.level], mark.words), 2):
        _write(sheet, row, column, words)
    sheet.cell(row, 5).fill = PatternFill("solid", fgColor="FF" + LEVEL_FILLS[mark.level])
    if _cell(book, mark.sheet, mark.cell) is not None:
        link = sheet.cell(row, 3)
        quoted = mark.sheet.replace("'", "''")
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{mark.cell}")
        link.font = Font(color="FF0563C1", underline="single")


def _write(sheet: Worksheet, row: int, column: int, words: str) -> Any:
    """Write words as words, whatever they begin with."""
    cell = sheet.cell(row, column)
    if plain := ILLEGAL_CHARACTERS_RE.sub("", words)[: limits.CELL_CHARACTERS]:
        cell.value = plain
        cell.data_type = "s"
    return cell


if __name__ == "__main__":
    main()
