"""What the cell reader does not tell: formulas without a result, error cells, telling number formats, hidden rows.

Reads a workbook's XML with expat, in the child process only and under its limits: cells are counted before
anything is allocated for them, and a DOCTYPE is refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from documents.limits import SHEET_CELLS

_BUILT_IN_PERCENT = {9: "0%", 10: "0.00%"}
_DATE_OR_PLAIN = re.compile(r"[ymdhs年月日时分秒]|general|@", re.IGNORECASE)


class BadXml(Exception):  # noqa: N818
    """The XML cannot be read."""


class TooLarge(Exception):  # noqa: N818
    """The sheet spans more cells than a ledger ever does."""


class NoWorkbook(Exception):  # noqa: N818
    """A zip, but without a workbook in it."""


@dataclass
class SheetMarks:
    """Marks of one sheet: (row, column) -> ("formula", "=...") or ("error", "#N/A") or ("format", "0%")."""

    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)


def read_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """Return the marks of every worksheet by its name."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        raise NoWorkbook
    targets = {
        attributes["Id"]: attributes["Target"]
        for attributes in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    formats = _telling_formats(archive) if "xl/styles.xml" in names else {}
    marked = {}
    for attributes in _elements(archive, "xl/workbook.xml", "sheet"):
        part = posixpath.normpath(posixpath.join("xl", targets[_id_of(attributes)])).lstrip("/")
        if part.startswith("xl/worksheets/") or "/xl/worksheets/" in part:
            marked[attributes["name"]] = _SheetReader(formats).read(archive.read(part))
    return marked


def _id_of(attributes: dict[str, str]) -> str:
    return next(value for name, value in attributes.items() if name.endswith(":id"))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise BadXml("a DOCTYPE has no place in a workbook")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadXml(str(error)) from error


def _elements(archive: zipfile.ZipFile, part: str, wanted: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == wanted:
            found.append(attributes)

    parser.StartElementHandler = start
    _parse(parser, archive.read(part))
    return found


def _telling_formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Return cell style -> number format, where the format changes what the number means: a percent sign, a unit."""
    codes = dict(_BUILT_IN_PERCENT)
    styles: list[int] = []
    inside: list[str] = []
    parser = _parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append(_local(name))
        if inside[-1] == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif inside[-2:] == ["cellXfs", "xf"]:
            styles.append(int(attributes.get("numFmtId", "0")))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: inside.pop()
    _parse(parser, archive.read("xl/styles.xml"))
    return {style: codes[code] for style, code in enumerate(styles) if code in codes and _is_telling(codes[code])}


def _is_telling(code: str) -> bool:
    return "%" in code or (bool(re.search(r"[\u3400-\u9fff]", code)) and not _DATE_OR_PLAIN.search(code))


class _SheetReader:
    """Walks one sheet's XML; most cells pass with two callbacks, only marked ones have their texts collected."""

    def __init__(self, formats: dict[int, str]) -> None:
        self.formats = {str(style): code for style, code in formats.items()}
        self.marks = SheetMarks()
        self.parser = _parser()
        self.row = self.column = self.last_row = self.last_column = 0
        self.cell: dict[str, str] | None = None
        self.has_value = False
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.columns: dict[str, int] = {}

    def read(self, data: bytes) -> SheetMarks:
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start_sheet
        _parse(self.parser, data)
        self.end_cell()
        return self.marks

    def start_sheet(self, name: str, attributes: dict[str, str]) -> None:
        """Choose by the first element whether names carry a prefix, as some programs write them."""
        prefixed = ":" in name
        self.parser.StartElementHandler = (
            (lambda name, found: self.start(_local(name), found)) if prefixed else self.start
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.end_cell()
            self.start_cell(attributes)
        elif name in ("v", "is"):
            self.has_value = True
            self.inside = name
        elif name == "row":
            self.end_cell()
            self.start_row(attributes)
        elif name == "f":
            self.inside = name
            self.texts["f"] = ""
            self.collect()

    def start_row(self, attributes: dict[str, str]) -> None:
        self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        if attributes.get("hidden") in ("1", "true"):
            self.marks.hidden_rows.add(self.row)

    def start_cell(self, attributes: dict[str, str]) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        if letters not in self.columns:
            self.columns[letters] = _column(letters)
        self.cell, self.has_value = attributes, False
        self.column = self.columns[letters] or self.column + 1
        if attributes.get("t") == "e":
            self.collect()

    def collect(self) -> None:
        self.parser.CharacterDataHandler = self.characters
        self.parser.EndElementHandler = self.end

    def characters(self, text: str) -> None:
        if self.inside:
            self.texts[self.inside] = self.texts.get(self.inside, "") + text

    def end(self, _: str) -> None:
        self.inside = ""

    def end_cell(self) -> None:
        cell, self.cell = self.cell, None
        if cell is None:
            return
        if self.has_value:
            self.count()
        formula, value = self.texts.get("f"), self.texts.get("v", "")
        kind, style = cell.get("t", "n"), cell.get("s", "0")
        if kind == "e":
            self.marks.cells[self.row, self.column] = ("error", value)
        elif formula is not None and not value and kind != "str":
            self.marks.cells[self.row, self.column] = ("formula", "=" + formula)
        elif kind == "n" and self.has_value and style in self.formats:
            self.marks.cells[self.row, self.column] = ("format", self.formats[style])
        if self.texts or kind == "e":
            self.texts = {}
            self.parser.CharacterDataHandler = None
            self.parser.EndElementHandler = None

    def count(self) -> None:
        self.last_row, self.last_column = max(self.last_row, self.row), max(self.last_column, self.column)
        if self.last_row * self.last_column > SHEET_CELLS:
            raise TooLarge


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
