"""The child process: a workbook on standard input, its cells as JSON on standard output, under hard limits.

It only tells cells from bytes; what they mean is decided in the parent. Answers are
``{"sheets": [...]}`` or ``{"refused": reason}``; if it is killed instead, the parent calls the file too large.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from documents import limits, marks


class Refused(Exception):  # noqa: N818
    """The workbook is not read; the argument is a code of text.reasons.Reason."""


def main() -> None:
    """Read, judge, answer."""
    _limit()
    try:
        text = _answer({"sheets": _sheets(sys.stdin.buffer.read(limits.FILE_BYTES + 1))})
    except Refused as refused:
        text = _answer({"refused": str(refused)})
    except MemoryError:
        text = _answer({"refused": "file_too_large"})
    sys.stdout.buffer.write(text)


def _answer(answer: dict[str, Any]) -> bytes:
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(text) > limits.BYTES_OUT:
        raise Refused("file_too_large")
    return text


def _limit() -> None:
    """Give up what a ledger never needs: memory, time, big files; a core dump would only fill the disk."""
    for what, most in (
        (resource.RLIMIT_AS, limits.MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.BYTES_OUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _sheets(data: bytes) -> list[dict[str, Any]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    marked = _marks(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            _sheet(
                book.get_sheet_by_name(meta.name), marked.get(meta.name), meta.visible is not SheetVisibleEnum.Visible
            )
            for meta in book.sheets_metadata
            if meta.name in marked
        ]
    except PasswordError as error:
        raise Refused("file_encrypted") from error
    except (CalamineError, ValueError, OSError) as error:
        raise Refused("file_truncated") from error


def _marks(data: bytes) -> dict[str, marks.SheetMarks]:
    """Look through the zip before anything big is made of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_zip(archive)
            return marks.read_marks(archive)
    except marks.TooLarge as error:
        raise Refused("file_too_large") from error
    except marks.NoWorkbook as error:
        raise Refused("file_not_a_workbook") from error
    except (zipfile.BadZipFile, marks.BadXml, EOFError, OSError, NotImplementedError, KeyError, ValueError) as error:
        raise Refused("file_truncated") from error
    except RuntimeError as error:  # zipfile's word for an encrypted entry
        raise Refused("file_encrypted") from error


def _check_zip(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unzipped = sum(entry.file_size for entry in entries)
    zipped = sum(entry.compress_size for entry in entries)
    ratio_bad = unzipped > limits.RATIO_FROM_BYTES and unzipped > limits.ZIP_RATIO * max(zipped, 1)
    if len(entries) > limits.ZIP_ENTRIES or unzipped > limits.UNZIPPED_BYTES or ratio_bad:
        raise Refused("file_too_large")


def _sheet(sheet: Any, marked: marks.SheetMarks | None, hidden: bool) -> dict[str, Any]:
    marked = marked or marks.SheetMarks()
    rows: dict[int, list[list[Any]]] = {}
    characters = 0
    for row, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
        cells = [_cell(column, value, marked.cells.get((row, column))) for column, value in enumerate(values, 1)]
        rows[row] = [cell for cell in cells if cell]
        characters += sum(len(cell[2]) for cell in rows[row])
        if characters > limits.BYTES_OUT:
            raise Refused("file_too_large")
    _add_marked_cells(rows, marked)
    return {
        "name": sheet.name,
        "hidden": hidden,
        "hidden_rows": sorted(marked.hidden_rows),
        "merged": [[top + 1, left + 1, bottom + 1, right + 1]
                   for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()],
        "rows": [[row, sorted(cells)] for row, cells in sorted(rows.items()) if cells],
    }  # fmt: skip


def _add_marked_cells(rows: dict[int, list[list[Any]]], marked: marks.SheetMarks) -> None:
    """Errors and formulas without a result come as empty cells; put them back as what they are."""
    for (row, column), (kind, text) in marked.cells.items():
        if kind in ("error", "formula"):
            rows[row] = [cell for cell in rows.get(row, []) if cell[0] != column] + [[column, kind, text]]


def _cell(column: int, value: Any, mark: tuple[str, str] | None) -> list[Any] | None:
    if isinstance(value, str):
        if len(value) > limits.CELL_CHARACTERS:
            raise Refused("file_too_large")
        return [column, "text", value] if value else None
    if isinstance(value, bool):
        return [column, "text", "TRUE" if value else "FALSE"]
    if isinstance(value, int | float):
        return [column, "number", format(value, ".15g"), *([mark[1]] if mark and mark[0] == "format" else [])]
    if isinstance(value, datetime):
        return [column, "date", value.date().isoformat()]
    if isinstance(value, date):
        return [column, "date", value.isoformat()]
    return [column, "text", str(value)] if isinstance(value, time | timedelta) else None


if __name__ == "__main__":
    main()
