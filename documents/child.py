"""The child process: a workbook on standard input, its cells on standard output, under hard limits.

It only tells cells from bytes; what they mean is decided in the parent. What it writes is documents.answer's form; if
it is killed instead, the parent calls the file too large.
"""

from __future__ import annotations

import gc
import io
import sys
import zipfile
import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from itertools import count
from typing import Any

from documents import limits, marks, marks_ods, marks_xls, sheet_marks
from documents.answer import Book, Facts, write_refusal
from documents.confined import confine
from documents.sheet_marks import BadXml, Mark, SheetMarks

_ENCRYPTED_ENTRY = 1  # a bit of an entry's flags
_DAMAGED = (zipfile.BadZipFile, zlib.error, BadXml, EOFError, OSError, NotImplementedError, KeyError, ValueError)


class Refused(Exception):  # noqa: N818
    """The workbook is not read; the argument is a code of text.reasons.Reason."""


class CellNumbers(defaultdict[Any, int]):
    """Each different value under the number of its first appearance; a value with a telling format is another one.

    Values are as the reader gives them, because looking up a float is cheaper than writing it out two million times.
    """

    def __init__(self) -> None:
        super().__init__(count().__next__)
        assert self[""] == 0

    def cells(self) -> list[tuple[str, str, str]]:
        """Return kind, text and number format of each value in the order of their numbers."""
        return [_cell(value) for value in self]


def main() -> None:
    """Read, judge, answer."""
    confine(limits.CPU_SECONDS)
    gc.disable()  # millions of cells and no rings: looking for rings took a tenth of the time
    answer = sys.stdout.buffer
    try:
        _book(sys.stdin.buffer.read(limits.FILE_BYTES + 1)).write(answer, limits.BYTES_OUT)
    except Refused as refused:
        write_refusal(answer, str(refused))
    except MemoryError:
        write_refusal(answer, "file_too_large")


def _book(data: bytes) -> Book:
    """Read the cells and look for marks at the same time: the cell reader lets go of the interpreter meanwhile."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    with ThreadPoolExecutor(1) as beside:
        marked = _begin_marks(data, beside)
        try:
            return _read(CalamineWorkbook.from_filelike(io.BytesIO(data)), marked)
        except (CalamineError, ValueError, OSError) as error:
            marked.result()  # may know a better reason
            raise Refused("file_encrypted" if isinstance(error, PasswordError) else "file_truncated") from error


def _read(workbook: Any, marked: Future[dict[str, SheetMarks]]) -> Book:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    book, numbers, cells = Book(), CellNumbers(), 0
    for meta in workbook.sheets_metadata:
        if meta.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        cells += sheet.height * sheet.width
        if cells > limits.BOOK_CELLS:
            raise Refused("file_too_large")
        facts, grid = _sheet(sheet, marked.result().get(meta.name) or SheetMarks(), numbers)
        book.sheets.append(({**facts, "hidden": meta.visible is not SheetVisibleEnum.Visible}, grid))
    book.cells = numbers.cells()
    return book


def _sheet(sheet: Any, marked: SheetMarks, numbers: CellNumbers) -> tuple[Facts, array[int]]:
    top, left = sheet.start or (0, 0)
    merged = marked.merged if marked.merged is not None else sheet.merged_cell_ranges
    facts = {
        "name": sheet.name,
        "top": top + 1,
        "left": left + 1,
        "width": sheet.width,
        "hidden_rows": sorted(marked.hidden_rows),
        "merged_known": merged is not None,
        "merged": [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged or ()],
    }
    grid = _grid(sheet, marked, numbers) if sheet.start else array("I")
    # an error or a formula without a result comes as an empty cell, or as none at all
    facts["beside"] = [
        (row, column, numbers[mark])
        for (row, column), mark in sorted(marked.cells.items())
        if mark.kind != "format"
    ]  # fmt: skip
    return facts, grid


def _grid(sheet: Any, marked: SheetMarks, numbers: CellNumbers) -> array[int]:
    top, left = sheet.start
    formats = _formats_by_row(marked)
    grid = array("I")
    for at, values in enumerate(sheet.iter_rows()):
        if at < top:
            continue  # nothing stands above the first row that holds something
        if bool in map(type, values):
            _name_truth(values)
        for column, code in formats.get(at + 1, ()):
            value = values[column - left - 1]
            if isinstance(value, int | float):
                values[column - left - 1] = (value, code)
        grid.extend(map(numbers.__getitem__, values))
    return grid


def _name_truth(values: list[Any]) -> None:
    """Write true and false as words: True is equal to 1, and would be taken for it."""
    for at, value in enumerate(values):
        if isinstance(value, bool):
            values[at] = "TRUE" if value else "FALSE"


def _formats_by_row(marked: SheetMarks) -> dict[int, list[tuple[int, str]]]:
    by_row: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for (row, column), mark in marked.cells.items():
        if mark.kind == "format":
            by_row[row].append((column, mark.text))
    return by_row


def _cell(value: Any) -> tuple[str, str, str]:
    if isinstance(value, str):
        if len(value) > limits.CELL_CHARACTERS:
            raise Refused("file_too_large")
        return "text", value, ""
    if isinstance(value, float | int):
        return "number", format(value, ".15g"), ""
    if isinstance(value, datetime):
        return "date", value.date().isoformat(), ""
    if isinstance(value, date):
        return "date", value.isoformat(), ""
    if isinstance(value, Mark):
        return value.kind, value.text, ""
    if isinstance(value, tuple):
        return "number", format(value[0], ".15g"), value[1]
    return "text", str(value), ""  # a time of day, a duration


def _begin_marks(data: bytes, beside: ThreadPoolExecutor) -> Future[dict[str, SheetMarks]]:
    """Judge the file by its directory before anything big is made of it, then begin to look through it."""
    if not data.startswith(b"PK"):
        return beside.submit(_marks, lambda: marks_xls.read_marks(data))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED as error:
        raise Refused("file_truncated") from error
    _check_zip(archive)
    read = marks_ods.read_marks if marks_ods.is_ods(archive) else marks.read_marks
    return beside.submit(_marks, lambda: read(archive))


def _marks(read: Callable[[], dict[str, SheetMarks]]) -> dict[str, SheetMarks]:
    try:
        return read()
    except sheet_marks.TooLarge as error:
        raise Refused("file_too_large") from error
    except sheet_marks.NoWorkbook as error:
        raise Refused("file_not_a_workbook") from error
    except sheet_marks.WithMacros as error:
        raise Refused("file_with_macros") from error
    except sheet_marks.Encrypted as error:
        raise Refused("file_encrypted") from error
    except _DAMAGED as error:
        raise Refused("file_truncated") from error


def _check_zip(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unzipped = sum(entry.file_size for entry in entries)
    zipped = sum(entry.compress_size for entry in entries)
    ratio_bad = unzipped > limits.RATIO_FROM_BYTES and unzipped > limits.ZIP_RATIO * max(zipped, 1)
    if any(entry.flag_bits & _ENCRYPTED_ENTRY for entry in entries):
        raise Refused("file_encrypted")
    if any(entry.filename.endswith("vbaProject.bin") for entry in entries):
        raise Refused("file_with_macros")
    if len(entries) > limits.ZIP_ENTRIES or unzipped > limits.UNZIPPED_BYTES or ratio_bad:
        raise Refused("file_too_large")


if __name__ == "__main__":
    main()
