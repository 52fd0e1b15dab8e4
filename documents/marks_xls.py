"""What the cell reader does not tell of an old .xls: hidden rows, errors, formulas without a result, telling formats.

An .xls is an OLE file, which is a small file system of sectors; one of its streams is the workbook, a row of records,
each with a number and a length ([MS-CFB], [MS-XLS]). What is not as it should be ends in an error that says damaged.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from documents.limits import SHEETS
from documents.marks import BUILT_IN_PERCENT, is_telling
from documents.sheet_marks import Encrypted, Mark, NoWorkbook, SheetMarks, TooLarge, WithMacros

# names as the directory of the file has them
_ENCRYPTED_PACKAGE, _MACROS, _STREAM, _STREAM_OF_1995 = (
    name.encode("utf-16-le") for name in ("EncryptedPackage", "_VBA_PROJECT_CUR", "Workbook", "Book")
)
_NO_SECTOR = 0xFFFFFFFA  # this and above mean the end, or nothing
_SMALL_BYTES = 4096  # smaller streams lie in small sectors; a workbook so small is none that a program wrote
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

_FILE_PASS, _BOUND_SHEET, _FORMAT, _XF, _BEGIN, _END = 0x2F, 0x85, 0x41E, 0xE0, 0x809, 0x0A
_ROW, _FORMULA, _FORMULA_TEXT, _BOOL_OR_ERROR, _NUMBER, _RK, _MANY_RK = 0x208, 0x06, 0x207, 0x205, 0x203, 0x27E, 0xBD
_MORE_OF_FORMULA = (0x4BC, 0x221, 0x236)  # may stand between a formula and the text that is its result
_ROW_IS_HIDDEN = 0x20


def read_marks(data: bytes) -> dict[str, SheetMarks]:
    """Return the marks of every sheet by its name; none where the file is older than Excel 97."""
    if _ENCRYPTED_PACKAGE in data:
        raise Encrypted
    if _MACROS in data:
        raise WithMacros
    try:
        _check_directory(data)
        if _STREAM not in data:
            return {}
        return _Workbook(_workbook_stream(data)).sheets()
    except (struct.error, IndexError) as error:
        raise ValueError("damaged") from error


def _check_directory(data: bytes) -> None:
    """Tell a file of another program from one whose end, where the directory may be, is missing."""
    (first,) = struct.unpack_from("<I", data, 48)
    if (first + 1) * _sector_bytes(data) >= len(data):
        raise ValueError("cut off")
    if _STREAM not in data and _STREAM_OF_1995 not in data:
        raise NoWorkbook


def _sector_bytes(data: bytes) -> int:
    return 1 << int(struct.unpack_from("<H", data, 30)[0])


def _workbook_stream(data: bytes) -> bytes:
    sector_bytes = _sector_bytes(data)
    next_sector = _next_sectors(data, sector_bytes)
    (first,) = struct.unpack_from("<I", data, 48)
    directory = b"".join(_sectors(data, first, next_sector, sector_bytes))
    entries = [directory[at : at + 128] for at in range(0, len(directory), 128)]
    found = next((entry for entry in entries if entry.startswith(_STREAM + b"\0\0")), b"")
    begin, size = struct.unpack_from("<II", found, 116)
    if size < _SMALL_BYTES:
        raise ValueError("too small for a workbook")
    return b"".join(_sectors(data, begin, next_sector, sector_bytes))[:size]


def _next_sectors(data: bytes, sector_bytes: int) -> list[int]:
    """Return for each sector the one that follows it; the sectors that say so are listed in the head and beyond it."""
    tables = [number for number in struct.unpack_from("<109I", data, 76) if number < _NO_SECTOR]
    more, left = struct.unpack_from("<II", data, 68)
    while more < _NO_SECTOR and left:
        numbers = struct.unpack_from(f"<{sector_bytes // 4}I", data, (more + 1) * sector_bytes)
        tables += [number for number in numbers[:-1] if number < _NO_SECTOR]
        more, left = numbers[-1], left - 1
        if len(tables) * sector_bytes > len(data):
            raise ValueError("a ring of sectors")
    found: list[int] = []
    for number in tables:
        found += struct.unpack_from(f"<{sector_bytes // 4}I", data, (number + 1) * sector_bytes)
    return found


def _sectors(data: bytes, first: int, next_sector: list[int], sector_bytes: int) -> Iterator[bytes]:
    passed = 0
    while first < _NO_SECTOR:
        yield data[(first + 1) * sector_bytes : (first + 2) * sector_bytes]
        first, passed = next_sector[first], passed + 1
        if passed > len(next_sector):
            raise ValueError("a ring of sectors")


class _Workbook:
    """The workbook's own records, which name its sheets, then each sheet's."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.places: list[tuple[str, int]] = []
        self.codes = dict(BUILT_IN_PERCENT)
        self.styles: list[int] = []

    def sheets(self) -> dict[str, SheetMarks]:
        for number, record in self.records(0):
            self.take(number, record)
        telling = {
            style: self.codes[code]
            for style, code in enumerate(self.styles)
            if code in self.codes and is_telling(self.codes[code])
        }
        return {name: self.sheet(place, telling) for name, place in self.places}

    def take(self, number: int, record: bytes) -> None:
        if number == _FILE_PASS:
            raise Encrypted
        if number == _BOUND_SHEET and record[5] == 0:  # a worksheet, not a chart
            self.places.append((_text(record[6], record[7:]), struct.unpack_from("<I", record)[0]))
            if len(self.places) > SHEETS:
                raise TooLarge
        elif number == _FORMAT:
            code, length = struct.unpack_from("<HH", record)
            self.codes[code] = _text(length, record[4:])
        elif number == _XF:
            self.styles.append(struct.unpack_from("<H", record, 2)[0])

    def records(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Yield number and content of the records from a beginning to its end."""
        depth = 0
        while True:
            number, length = struct.unpack_from("<HH", self.stream, at)
            yield number, self.stream[at + 4 : at + 4 + length]
            depth += (number == _BEGIN) - (number == _END)
            if depth <= 0:
                return
            at += 4 + length

    def sheet(self, place: int, telling: dict[int, str]) -> SheetMarks:
        marks = SheetMarks()
        waiting: tuple[int, int] | None = None  # a formula whose text is in the next record
        for number, record in self.records(place):
            if waiting and number not in _MORE_OF_FORMULA:
                if number != _FORMULA_TEXT:
                    marks.cells[waiting] = Mark("formula", "=")
                waiting = None
            if number == _ROW:
                row, flags = struct.unpack_from("<H10xH", record)
                if flags & _ROW_IS_HIDDEN:
                    marks.hidden_rows.add(row + 1)
            elif number == _FORMULA:
                waiting = _mark_formula(marks, record, telling)
            elif number in (_BOOL_OR_ERROR, _NUMBER, _RK, _MANY_RK):
                _mark_value(marks, number, record, telling)
        return marks


def _mark_formula(marks: SheetMarks, record: bytes, telling: dict[int, str]) -> tuple[int, int] | None:
    """Mark a formula's cell; return it where only the next record can tell whether there is a result."""
    row, column, style, kind, value, is_no_number = struct.unpack_from("<HHHBxBxxxH", record)
    at = row + 1, column + 1
    if is_no_number != 0xFFFF:
        if style in telling:
            marks.cells[at] = Mark("format", telling[style])
    elif kind == 0:
        return at
    elif kind == 2:
        marks.cells[at] = Mark("error", _ERRORS.get(value, "#N/A"))
    return None


def _mark_value(marks: SheetMarks, number: int, record: bytes, telling: dict[int, str]) -> None:
    row, column, style = struct.unpack_from("<HHH", record)
    if number == _BOOL_OR_ERROR:
        value, is_error = record[6], record[7]
        if is_error:
            marks.cells[row + 1, column + 1] = Mark("error", _ERRORS.get(value, "#N/A"))
        return
    styles = [style]
    if number == _MANY_RK:
        styles = [struct.unpack_from("<H", record, at)[0] for at in range(4, len(record) - 2, 6)]
    for beside, one in enumerate(styles):
        if one in telling:
            marks.cells[row + 1, column + 1 + beside] = Mark("format", telling[one])


def _text(length: int, coded: bytes) -> str:
    """Return a text whose first byte says whether its letters take one byte or two."""
    return coded[1 : 1 + 2 * length].decode("utf-16-le") if coded[0] & 1 else coded[1 : 1 + length].decode("latin-1")
