"""What the cell reader does not tell: formulas without a result, error cells, telling number formats, hidden rows.

Looks through an .xlsx's XML, in the child process only and under its limits. A sheet in everyday XML is searched
(documents.mark_search); an unusual one is walked with expat, which takes five times as long. A DOCTYPE is refused.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from documents import mark_search
from documents.cells import column_number
from documents.limits import SHEETS
from documents.sheet_marks import BadXml, Mark, NoWorkbook, SheetMarks, TooLarge

BUILT_IN_PERCENT = {9: "0%", 10: "0.00%"}
_DATE_OR_PLAIN = re.compile(r"[ymdhs年月日时分秒]|general|@", re.IGNORECASE)


def read_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """Return the marks of every worksheet by its name."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        raise NoWorkbook
    formats = _telling_formats(archive) if "xl/styles.xml" in names else {}
    return {name: sheet_marks(archive.read(part), formats) for name, part in _worksheets(archive)}


def _worksheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    targets = {
        attributes["Id"]: attributes["Target"]
        for attributes in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    sheets = _elements(archive, "xl/workbook.xml", "sheet")
    if len(sheets) > SHEETS:
        raise TooLarge
    for attributes in sheets:
        part = posixpath.normpath(posixpath.join("xl", targets[_id_of(attributes)])).lstrip("/")
        if part.startswith("xl/worksheets/") or "/xl/worksheets/" in part:
            yield attributes["name"], part


def sheet_marks(data: bytes, formats: dict[int, str]) -> SheetMarks:
    """Return the marks of one worksheet's XML."""
    found = mark_search.search(data, formats)
    return _SheetReader(formats).read(data) if found is None else found


def _id_of(attributes: dict[str, str]) -> str:
    return next(value for name, value in attributes.items() if name.endswith(":id"))


def local(name: str) -> str:
    return name.rpartition(":")[2]


def new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise BadXml("a DOCTYPE has no place in a workbook")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def parse(parser: expat.XMLParserType, data: bytes) -> None:
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadXml(str(error)) from error


def _elements(archive: zipfile.ZipFile, part: str, wanted: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    parser = new_parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == wanted:
            found.append(attributes)

    parser.StartElementHandler = start
    parse(parser, archive.read(part))
    return found


def _telling_formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Return cell style -> number format, where the format changes what the number means: a percent sign, a unit."""
    codes = dict(BUILT_IN_PERCENT)
    styles: list[int] = []
    inside: list[str] = []
    parser = new_parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        inside.append(local(name))
        if inside[-1] == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif inside[-2:] == ["cellXfs", "xf"]:
            styles.append(int(attributes.get("numFmtId", "0")))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: inside.pop()
    parse(parser, archive.read("xl/styles.xml"))
    return {style: codes[code] for style, code in enumerate(styles) if code in codes and is_telling(codes[code])}


def is_telling(code: str) -> bool:
    """Whether a number format changes what a number means: a percent sign, a unit."""
    return "%" in code or (bool(re.search(r"[\u3400-\u9fff]", code)) and not _DATE_OR_PLAIN.search(code))


class _SheetReader:
    """Walks one sheet's XML; most cells pass with two callbacks, only marked ones have their texts collected."""

    def __init__(self, formats: dict[int, str]) -> None:
        self.formats = {str(style): code for style, code in formats.items()}
        self.marks = SheetMarks()
        self.parser = new_parser()
        self.row = self.column = 0
        self.cell: dict[str, str] | None = None
        self.has_value = False
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.columns: dict[str, int] = {}

    def read(self, data: bytes) -> SheetMarks:
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start_sheet
        parse(self.parser, data)
        self.end_cell()
        return self.marks

    def start_sheet(self, name: str, attributes: dict[str, str]) -> None:
        """Choose by the first element whether names carry a prefix, as some programs write them."""
        prefixed = ":" in name
        self.parser.StartElementHandler = (
            (lambda name, found: self.start(local(name), found)) if prefixed else self.start
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
            self.columns[letters] = column_number(letters)
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
        formula, value = self.texts.get("f"), self.texts.get("v", "")
        kind, style = cell.get("t", "n"), cell.get("s", "0")
        if kind == "e":
            self.marks.cells[self.row, self.column] = Mark("error", value)
        elif formula is not None and not value and kind != "str":
            self.marks.cells[self.row, self.column] = Mark("formula", "=" + formula)
        elif kind == "n" and self.has_value and style in self.formats:
            self.marks.cells[self.row, self.column] = Mark("format", self.formats[style])
        if self.texts or kind == "e":
            self.texts = {}
            self.parser.CharacterDataHandler = None
            self.parser.EndElementHandler = None
