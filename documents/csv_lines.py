"""The lines of a csv file as it was written by a program or by Excel: UTF-8 with or without a mark, or GB18030."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from documents.limits import FILE_BYTES
from documents.records import BadFile
from documents.workbook import Cell, CellKind, Sheet
from text.reasons import Reason


def read_lines(path: Path) -> list[list[str]]:
    """Return the cells of every line; raise BadFile where the bytes are no text or no csv."""
    if path.stat().st_size > FILE_BYTES:
        raise BadFile(Reason.FILE_TOO_LARGE)
    text = _decode(path.read_bytes())
    if not text.strip():
        raise BadFile(Reason.FILE_EMPTY)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BadFile(Reason.FILE_TRUNCATED) from error


def _decode(data: bytes) -> str:
    if b"\0" in data:
        raise BadFile(Reason.FILE_ENCODING)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(Reason.FILE_ENCODING)


def sheet_of_lines(name: str, lines: list[list[str]]) -> Sheet:
    """Return the lines as a sheet of texts, for a csv that was saved from a ledger in Excel."""
    rows = {
        row: {column: Cell(CellKind.TEXT, text) for column, text in enumerate(cells, 1) if text}
        for row, cells in enumerate(lines, 1)
    }
    return Sheet(name=name, rows={row: cells for row, cells in rows.items() if cells})
