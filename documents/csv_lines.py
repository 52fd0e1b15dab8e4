"""The lines of a csv file as it was written by a program or by Excel: UTF-8 with or without a mark, or GB18030."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from documents.cells import Cell, CellKind, Sheet
from documents.limits import BOOK_CELLS, FILE_BYTES, LINE_CHARACTERS
from documents.records import BadFile
from text.reasons import Reason

_ENCODINGS = ("utf-8-sig", "gb18030")
_PIECE_BYTES = 1024 * 1024
_MARKUP = (b"<", b"%PDF", b"{\\rtf")  # texts too, but none with lines of cells


_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # an old .xls, or a workbook with a password


def is_text(path: Path) -> bool:
    """Whether a file is a text that may be a csv, by its beginning."""
    with path.open("rb") as source:
        beginning = source.read(_PIECE_BYTES)
    shown = beginning.removeprefix(codecs.BOM_UTF8).lstrip()
    if b"\0" in beginning or beginning.startswith(b"PK") or shown.startswith(_MARKUP):
        return False
    return any(_decodes(beginning, encoding) for encoding in _ENCODINGS)


def is_csv(path: Path) -> bool:
    """Whether a file is to be read as a csv: a text under any name, or rubbish that calls itself one."""
    if is_text(path):
        return True
    with path.open("rb") as source:
        return path.suffix.lower() == ".csv" and not source.read(8).startswith((b"PK", _OLE))


def _decodes(beginning: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(beginning)
    except UnicodeDecodeError:
        return False
    return True


def read_lines(path: Path) -> list[list[str]]:
    """Return the cells of every line; raise BadFile where the bytes are no text or no csv, or are too many."""
    size = path.stat().st_size
    if size > FILE_BYTES:
        raise BadFile(Reason.FILE_TOO_LARGE)
    with path.open(encoding=_encoding(path), newline="") as source:
        try:
            lines = list(_within_limits(csv.reader(_short_lines(source), strict=True)))
        except csv.Error as error:
            raise BadFile(Reason.FILE_TRUNCATED) from error
    if not any(any(cell.strip() for cell in line) for line in lines):
        raise BadFile(Reason.FILE_EMPTY)
    return lines


def _encoding(path: Path) -> str:
    """Return the first encoding that fits all of a file, looked at piece by piece."""
    decoders = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in _ENCODINGS}
    with path.open("rb") as source:
        while piece := source.read(_PIECE_BYTES):
            if b"\0" in piece:
                raise BadFile(Reason.FILE_ENCODING)
            decoders = {encoding: one for encoding, one in decoders.items() if _goes_on(one, piece, final=False)}
    for encoding, decoder in decoders.items():
        if _goes_on(decoder, b"", final=True):
            return encoding
    raise BadFile(Reason.FILE_ENCODING)


def _goes_on(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _short_lines(source: TextIO) -> Iterator[str]:
    """Yield the lines; one without an end would be held in memory whole, and then again in cells."""
    while line := source.readline(LINE_CHARACTERS + 1):
        if len(line) > LINE_CHARACTERS:
            raise BadFile(Reason.FILE_TOO_LARGE)
        yield line


def _within_limits(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    cells = 0
    for line in lines:
        cells += len(line)
        if cells > BOOK_CELLS:
            raise BadFile(Reason.FILE_TOO_LARGE)
        yield line


def sheet_of_lines(name: str, lines: list[list[str]]) -> Sheet:
    """Return the lines as a sheet of texts, for a csv that was saved from a ledger in Excel."""
    rows = {
        row: {column: Cell(CellKind.TEXT, text) for column, text in enumerate(cells, 1) if text}
        for row, cells in enumerate(lines, 1)
    }
    return Sheet(name=name, rows={row: cells for row, cells in rows.items() if cells}, merged_known=False)
