"""What the cell reader does not tell of an OpenDocument spreadsheet: merged ranges, hidden rows, errors, percentages.

Walks content.xml with expat. Rows and cells there are counted, not numbered: one element may stand for many, and the
millions of empty ones behind a sheet's end are stepped over.
"""

from __future__ import annotations

import zipfile

from documents.limits import SHEETS
from documents.marks import new_parser, parse
from documents.sheet_marks import Encrypted, Mark, SheetMarks, TooLarge

_TYPE_PREFIX = b"application/vnd.oasis.opendocument.spreadsheet"
_MOST_REPEATED = 10_000  # a mark or a hidden row that stands for more is at the sheet's empty end
_HIDDEN = ("collapse", "filter")


def is_ods(archive: zipfile.ZipFile) -> bool:
    """Whether the zip calls itself an OpenDocument spreadsheet."""
    if "mimetype" not in archive.namelist():
        return False
    with archive.open("mimetype") as entry:
        return entry.read(len(_TYPE_PREFIX)) == _TYPE_PREFIX


def read_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """Return the marks of every table by its name."""
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise Encrypted
    return _Tables().read(archive.read("content.xml"))


class _Tables:
    """Walks the tables; rows and columns are those of the element that is open, 1-based."""

    def __init__(self) -> None:
        self.found: dict[str, SheetMarks] = {}
        self.marks = SheetMarks()
        self.row = self.rows = self.column = self.columns = 0
        self.cell: dict[str, str] | None = None
        self.text = ""

    def read(self, data: bytes) -> dict[str, SheetMarks]:
        parser = new_parser()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parse(parser, data)
        return self.found

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            self.start_cell(attributes)
        elif name == "table:table-row":
            self.row, self.rows = self.row + self.rows, _count(attributes, "table:number-rows-repeated")
            self.column, self.columns = 1, 0
            if attributes.get("table:visibility") in _HIDDEN and self.rows <= _MOST_REPEATED:
                self.marks.hidden_rows.update(range(self.row, self.row + self.rows))
        elif name == "table:table":
            self.start_table(attributes)

    def start_table(self, attributes: dict[str, str]) -> None:
        self.marks = SheetMarks(merged=[])
        self.row, self.rows = 1, 0
        self.found[attributes["table:name"]] = self.marks
        if len(self.found) > SHEETS:
            raise TooLarge

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.column, self.columns = self.column + self.columns, _count(attributes, "table:number-columns-repeated")
        self.cell, self.text = attributes, ""
        down, across = (_count(attributes, f"table:number-{what}-spanned") for what in ("rows", "columns"))
        if (down, across) != (1, 1) and self.marks.merged is not None:
            top, left = self.row - 1, self.column - 1
            self.marks.merged.append(((top, left), (top + down - 1, left + across - 1)))

    def characters(self, text: str) -> None:
        if self.cell is not None:
            self.text += text

    def end(self, name: str) -> None:
        if name not in ("table:table-cell", "table:covered-table-cell") or self.cell is None:
            return
        mark, self.cell = _mark(self.cell, self.text), None
        if mark and self.rows * self.columns <= _MOST_REPEATED:
            for row in range(self.row, self.row + self.rows):
                for column in range(self.column, self.column + self.columns):
                    self.marks.cells[row, column] = mark


def _count(attributes: dict[str, str], name: str) -> int:
    return max(1, int(attributes.get(name, "1")))


def _mark(cell: dict[str, str], text: str) -> Mark | None:
    kind = cell.get("office:value-type")
    if cell.get("calcext:value-type") == "error":
        return Mark("error", text)
    if kind == "percentage":
        return Mark("format", "0%")
    formula = cell.get("table:formula")
    if formula is not None and kind is None and not text:
        return Mark("formula", "=" + formula.partition("=")[2])
    return None
