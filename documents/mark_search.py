"""Marks of a worksheet found by searching its bytes, as every spreadsheet program writes them.

Walking the XML calls Python for every element; a ledger of two million cells has a handful of marks or none, and
``bytes`` are searched at the speed of memory. Whatever is written in another way (single quotes, comments, cells
without an address, another encoding) is left to the walk: the answer is None.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from documents.cells import column_number
from documents.sheet_marks import Mark, SheetMarks

_BEGINNING = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*(?:<\?xml(?P<declared>[^>]*)\?>)?\s*<(?P<prefix>(?:\w+:)?)worksheet[\s>]'
)  # fmt: skip
_USUAL_TAG = re.compile(rb'<[\w:]+(?: [\w:]+="[^"<>]*")*\s*/?>')
_JUDGED_BYTES = 50_000  # a program writes all of a sheet in one way
_CELL_BYTES = 50_000  # the longest beginning of a cell up to its formula's end
_ADDRESS = re.compile(rb' r="([A-Za-z]+)([0-9]+)"')
_ROW_NUMBER = re.compile(rb' r="([0-9]+)"')
_TYPE = re.compile(rb' t="(\w+)"')
_STYLE = re.compile(rb' s="([0-9]+)"')


class _UnusualCell(Exception):  # noqa: N818
    """A marked cell or hidden row does not say where it is."""


def search(data: bytes, formats: dict[int, str]) -> SheetMarks | None:
    """Return the marks of a worksheet, or None where its XML is not of the everyday kind."""
    prefix = _usual_prefix(data)
    if prefix is None or 0 in formats:  # style 0 need not be written at the cell
        return None
    try:
        return _Search(data, prefix, formats).marks()
    except _UnusualCell:
        return None


def _usual_prefix(data: bytes) -> bytes | None:
    """Return what stands before the names of elements (mostly nothing), or None where anything is unusual."""
    found = _BEGINNING.match(data)
    if not found or b"<!" in data or not _is_utf8(found["declared"] or b""):
        return None
    prefix = found["prefix"]
    if not data[-_JUDGED_BYTES:].rstrip().endswith(b"</" + prefix + b"worksheet>"):
        return None
    tags = re.finditer(rb"<" + prefix + rb"(?:row|c|f|v)\b[^>]*>", data[:_JUDGED_BYTES])
    if any(not _USUAL_TAG.fullmatch(tag[0]) for tag in tags):
        return None
    return prefix


def _is_utf8(declared: bytes) -> bool:
    return b"encoding" not in declared or b'encoding="utf-8"' in declared.lower()


class _Search:
    """One search; every name begins with the prefix."""

    def __init__(self, data: bytes, prefix: bytes, formats: dict[int, str]) -> None:
        self.data, self.formats = data, formats
        self.cell_begins = b"<" + prefix + b"c "
        self.bare_cell = b"<" + prefix + b"c>"
        self.row_hidden = _pattern(rb'<Prow [^>]*?\bhidden="(?:1|true)"[^>]*>', prefix)
        no_value = rb"\s*(?:<Pv\s*/>|<Pv></Pv>|</Pc>)"
        self.formulas_without_value = [
            _pattern(formula + no_value, prefix) for formula in (rb"</Pf>", rb"<Pf [^>]*/>", rb"<Pf/>")
        ]
        self.cell = _pattern(
            rb"<Pc(?P<attributes> [^>]*)>\s*(?P<formula><Pf(?:\s[^>]*)?(?:/>|>(?P<words>[^<]*)</Pf>))?\s*"
            rb"(?P<result><Pv(?:\s[^>]*)?(?:/>|>(?P<value>[^<]*)</Pv>))?",
            prefix,
        )

    def marks(self) -> SheetMarks:
        found = SheetMarks()
        for row in self.row_hidden.finditer(self.data):
            found.hidden_rows.add(int(_sure(_ROW_NUMBER.search(row[0]))[1]))
        for begin in sorted(set(self._telling_cells())):
            self._add_mark(found, begin)
        return found

    def _telling_cells(self) -> Iterator[int]:
        """Yield where cells begin that may have a mark."""
        attributes = [re.compile(rb' t="e"')]
        if self.formats:
            styles = b"|".join(str(style).encode() for style in self.formats)
            attributes.append(re.compile(rb' s="(?:' + styles + rb')"'))
        for pattern in attributes:
            for found in pattern.finditer(self.data):
                begin = self._cell_before(found.start() + 1)
                if begin >= 0 and self.data.find(b">", begin, found.start()) < 0:
                    yield begin
        for pattern in self.formulas_without_value:
            for found in pattern.finditer(self.data):
                begin = self._cell_before(found.start())
                if begin < 0:
                    raise _UnusualCell
                yield begin

    def _cell_before(self, end: int) -> int:
        begin = self.data.rfind(self.cell_begins, max(0, end - _CELL_BYTES), end)
        if self.data.find(self.bare_cell, max(0, begin), end) >= 0:
            raise _UnusualCell
        return begin

    def _add_mark(self, marks: SheetMarks, begin: int) -> None:
        cell = _sure(self.cell.match(self.data, begin))
        attributes = cell["attributes"]
        letters, row = _sure(_ADDRESS.search(attributes)).groups()
        kind = found[1] if (found := _TYPE.search(attributes)) else b"n"
        style = int(found[1]) if (found := _STYLE.search(attributes)) else 0
        at = int(row), column_number(letters.decode())
        value, formula = _text(cell["value"]), cell["formula"]
        if kind == b"e":
            marks.cells[at] = Mark("error", value)
        elif formula and not value and kind != b"str":
            marks.cells[at] = Mark("formula", "=" + _text(cell["words"]))
        elif kind == b"n" and cell["result"] and style in self.formats:
            marks.cells[at] = Mark("format", self.formats[style])


def _pattern(words: bytes, prefix: bytes) -> re.Pattern[bytes]:
    """Compile a pattern in which <P and </P stand before the names of elements."""
    return re.compile(words.replace(b"<P", b"<" + prefix).replace(b"</P", b"</" + prefix))


def _sure(found: re.Match[bytes] | None) -> re.Match[bytes]:
    if found is None:
        raise _UnusualCell
    return found


def _text(data: bytes | None) -> str:
    return html.unescape((data or b"").decode("utf-8", "replace"))
