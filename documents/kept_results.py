"""Lets openpyxl keep the results of formulas, which it throws away: phones and readers that do not reckon need them.

It reaches into openpyxl's insides (pinned below 3.2), and only ever in the marking child, which then ends.
"""

from __future__ import annotations

from typing import Any

from openpyxl.cell import _writer as cell_writer
from openpyxl.worksheet import _reader as sheet_reader
from openpyxl.worksheet import _writer as sheet_writer

_Result = tuple[str, str]  # the type of the result ("str", "b", "e", "n") and its text


def keep_results() -> None:
    """Remember each formula's result as its sheet is read, and write it back beside the formula."""
    results: dict[int, dict[str, _Result]] = {}
    kept: dict[tuple[str, str], _Result] = {}
    _remember_when_read(results, kept)
    _write_back(kept)


def _remember_when_read(results: dict[int, dict[str, _Result]], kept: dict[tuple[str, str], _Result]) -> None:
    parser: Any = sheet_reader.WorkSheetParser
    reader: Any = sheet_reader.WorksheetReader
    parse_formula, bind_cells = parser.parse_formula, reader.bind_cells

    def parse(self: Any, element: Any) -> Any:
        text = element.findtext(sheet_reader.VALUE_TAG)
        if text:
            results.setdefault(id(self), {})[element.get("r")] = (element.get("t", "n"), text)
        return parse_formula(self, element)

    def bind(self: Any) -> None:
        bind_cells(self)
        kept.update({(self.ws.title, at): result for at, result in results.pop(id(self.parser), {}).items()})

    parser.parse_formula, reader.bind_cells = parse, bind


def _write_back(kept: dict[tuple[str, str], _Result]) -> None:
    def write(xf: Any, sheet: Any, cell: Any, styled: Any = None) -> None:
        result = kept.get((sheet.title, cell.coordinate)) if cell.data_type == "f" else None
        cell_writer.etree_write_cell(_WithResult(xf, result) if result else xf, sheet, cell, styled)

    writer: Any = sheet_writer
    writer.write_cell = write


class _WithResult:
    """Takes the element of a formula's cell on its way into the file, and puts the result in."""

    def __init__(self, xf: Any, result: _Result) -> None:
        self.xf = xf
        self.kind, self.text = result

    def write(self, element: Any) -> None:
        if self.kind != "n":
            element.set("t", self.kind)
        element.find("v").text = self.text
        self.xf.write(element)
