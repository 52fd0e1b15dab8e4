"""A table as the office draws it, with title, unit line, merged head, real sums and notes; and the same as csv.

What people wrote is only ever written as text: nothing becomes a formula, a link or a number.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from documents.defused import csv_bytes, xml_text
from documents.limits import CELL_CHARACTERS
from documents.workbook import address
from rules.lights import Light
from text.quantities import say_area

Value = str | int | Decimal | date | Light | None

LIGHT_WORDS = {
    Light.RED: "红", Light.YELLOW: "黄", Light.BLUE: "蓝", Light.GREEN: "绿",
    Light.WAITING: "待验收", Light.NONE: "不亮灯", Light.UNDATED: "无时限", Light.DONE: "已销号",
}  # fmt: skip
LIGHT_FILLS = {
    Light.RED: "#FF7C80", Light.YELLOW: "#FFE699", Light.BLUE: "#9DC3E6", Light.GREEN: "#A9D18E",
    Light.WAITING: "#DDEBF7", Light.NONE: "#EDEDED", Light.UNDATED: "#F4E1F7", Light.DONE: "#E2EFDA",
}  # fmt: skip
HEAD_ROW = 2  # 0-based: the title and the unit line stand above
FIRST_ROW = 4
LINE_HEIGHT = 15  # points
_HIGHEST = 409  # points; Excel knows no higher row
_A3 = 8
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_SHEET_NAME_LENGTH = 31
_FONT = {"font_name": "宋体", "font_size": 10}
_CELL = {**_FONT, "border": 1, "border_color": "#A6A6A6", "valign": "vcenter", "text_wrap": True}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"},
    "line": {**_FONT, "valign": "vcenter"},
    "note": {**_FONT, "valign": "top", "text_wrap": True},
    "head": {**_CELL, "bold": True, "align": "center", "bg_color": "#DDEBF7"},
    "text": _CELL,
    "short": {**_CELL, "align": "center"},
    "count": {**_CELL, "align": "center", "num_format": "0"},
    "area": {**_CELL, "align": "right", "num_format": "#,##0.00##"},
    "day": {**_CELL, "align": "center", "num_format": "yyyy-mm-dd"},
    **{light.value: {**_CELL, "align": "center", "bg_color": fill} for light, fill in LIGHT_FILLS.items()},
}
_SHORT_WIDTH = 13  # in columns up to this wide, texts stand in the middle


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its own words, the group's above them if there is one, and whether the total row adds it up."""

    words: str
    group: str = ""
    width: float = 10
    is_summed: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """What one sheet shows; ``total`` has the values that its sums come to."""

    name: str
    title: str
    unit_line: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] = ()
    notes: tuple[str, ...] = ()
    merged_column: int | None = None  # equal neighbours in it are one cell
    frozen_columns: int = 0


def sums(label: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> list[Value]:
    """Return the total row of rows: the label, and the sum of every column that is added up."""
    total: list[Value] = [None] * len(columns)
    total[0] = label
    for at, column in enumerate(columns):
        if column.is_summed:
            total[at] = sum((value for row in rows if isinstance(value := row[at], Decimal | int)), Decimal(0))
    return total


def write_workbook(tables: Iterable[Table], *, written_at: datetime) -> bytes:
    """Return an .xlsx with a sheet for each table; equal tables written at the same time give equal bytes."""
    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    import xlsxwriter  # a quarter of a second, and only what goes out needs it

    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": written_at.replace(tzinfo=None)})
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        for number, table in enumerate(tables, 1):
            _Drawing(book.add_worksheet(_sheet_name(number, table.name)), styles, table).draw()
    return file.getvalue()


def _sheet_name(number: int, words: str) -> str:
    """Number the sheets, so that no two names are equal and none is one that Excel keeps for itself."""
    return f"{number}-{_NOT_IN_SHEET_NAMES.sub(' ', words)}"[:_SHEET_NAME_LENGTH].strip()


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return one head line and the rows as csv."""
    head = [f"{column.group}/{column.words}" if column.group else column.words for column in columns]
    return csv_bytes([head, *([_said(value) for value in row] for row in rows)])


def _said(value: Value) -> str:
    if isinstance(value, Light):
        return LIGHT_WORDS[value]
    if isinstance(value, Decimal):
        return say_area(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _lines(text: str, width: float) -> int:
    """Reckon how many lines a text takes in a column; a Chinese character is as wide as two Latin ones."""
    wide = [len(line) + sum(character > "\u2e7f" for character in line) for line in text.split("\n")]
    return sum(max(1, math.ceil((one + 1) / width)) for one in wide)


class _Drawing:
    """Draws one table on one sheet."""

    def __init__(self, sheet: Any, styles: dict[str, Any], table: Table) -> None:
        self.sheet = sheet
        self.styles = styles
        self.table = table
        self.last_column = len(table.columns) - 1
        self.last_row = FIRST_ROW + len(table.rows) - 1

    def draw(self) -> None:
        self.draw_lines_above()
        self.draw_head()
        for row, values in enumerate(self.table.rows, FIRST_ROW):
            self.set_height(row, [*zip(values, (column.width for column in self.table.columns), strict=True)])
            for column, value in enumerate(values):
                self.write(row, column, value)
        self.merge_equal_neighbours()
        self.draw_total()
        self.draw_notes()
        self.set_view()
        self.set_print()

    def draw_lines_above(self) -> None:
        self.merge(0, 0, 0, self.last_column, self.table.title, "title")
        self.merge(1, 0, 1, self.last_column, self.table.unit_line, "line")
        self.sheet.set_row(0, 2 * LINE_HEIGHT)
        self.sheet.set_row(1, 1.4 * LINE_HEIGHT)

    def draw_head(self) -> None:
        """Draw two rows: a group over its columns, a column without a group over both rows."""
        for first, last in self.groups():
            columns = self.table.columns[first : last + 1]
            if columns[0].group:
                self.merge(HEAD_ROW, first, HEAD_ROW, last, columns[0].group, "head")
                for at, column in enumerate(columns, first):
                    self.write(HEAD_ROW + 1, at, column.words, "head")
            else:
                self.merge(HEAD_ROW, first, HEAD_ROW + 1, first, columns[0].words, "head")
        for at, column in enumerate(self.table.columns):
            self.sheet.set_column(at, at, column.width)
        self.sheet.set_row(HEAD_ROW, 1.4 * LINE_HEIGHT)
        self.sheet.set_row(HEAD_ROW + 1, 2 * LINE_HEIGHT)

    def groups(self) -> Iterator[tuple[int, int]]:
        """Yield the first and last column of every group; a column without one is its own."""
        columns = enumerate(self.table.columns)
        for _, members in groupby(columns, lambda member: member[1].group or member[0]):
            places = [at for at, _ in members]
            yield places[0], places[-1]

    def merge_equal_neighbours(self) -> None:
        """Make one cell of equal neighbours; each keeps its own value underneath, so that filters find every row."""
        if (at := self.table.merged_column) is None:
            return
        row = FIRST_ROW
        for value, members in groupby(self.table.rows, lambda values: values[at]):
            last = row + len(list(members)) - 1
            if isinstance(value, str) and last > row:
                self.merge(row, at, last, at, value, "short")
                for below in range(row + 1, last + 1):
                    self.write(below, at, value, "short")
            row = last + 1

    def draw_total(self) -> None:
        row = self.last_row + 1
        if not self.table.total:
            return
        for at, value in enumerate(self.table.total):
            if self.table.columns[at].is_summed and self.table.rows:
                self.write_sum(row, at, value)
            else:
                self.write(row, at, value, "head" if at == 0 else "")
        if self.table.total[1] is None:
            self.merge(row, 0, row, 1, str(self.table.total[0]), "head")

    def write_sum(self, row: int, column: int, value: Value) -> None:
        """Write a formula together with its result, for those who read the file without reckoning."""
        first, last = (address(number + 1, column + 1) for number in (FIRST_ROW, self.last_row))
        style = self.styles["count" if isinstance(value, int) else "area"]
        self.sheet.write_formula(row, column, f"=SUM({first}:{last})", style, float(str(value or 0)))

    def draw_notes(self) -> None:
        row = self.last_row + 1 + bool(self.table.total)
        width = sum(column.width for column in self.table.columns)
        for at, note in enumerate(self.table.notes, row):
            self.merge(at, 0, at, self.last_column, note, "note")
            self.set_height(at, [(note, width)])

    def set_height(self, row: int, cells: Sequence[tuple[Value, float]]) -> None:
        """Make a row as high as its longest text needs; programs do not all do so, and none for merged cells."""
        lines = max((_lines(value, width) for value, width in cells if isinstance(value, str)), default=1)
        self.sheet.set_row(row, min(lines * LINE_HEIGHT + 3, _HIGHEST))

    def set_view(self) -> None:
        self.sheet.freeze_panes(FIRST_ROW, self.table.frozen_columns)
        if self.table.rows:
            self.sheet.autofilter(FIRST_ROW - 1, 0, self.last_row, self.last_column)

    def set_print(self) -> None:
        self.sheet.set_landscape()
        self.sheet.set_paper(_A3)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(HEAD_ROW, FIRST_ROW - 1)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.set_footer("&C第 &P 页,共 &N 页")

    def merge(self, top: int, left: int, bottom: int, right: int, text: str, style: str) -> None:
        if (top, left) != (bottom, right):
            self.sheet.merge_range(top, left, bottom, right, "", self.styles[style])
        self.write(top, left, text, style)

    def write(self, row: int, column: int, value: Value, style: str = "") -> None:
        found = self.styles[style or self.style_of(column, value)]
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, found)
        elif isinstance(value, Light):
            self.sheet.write_string(row, column, LIGHT_WORDS[value], found)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, xml_text(value)[:CELL_CHARACTERS], found)
        elif isinstance(value, date):
            self.sheet.write_datetime(row, column, value, found)
        else:
            self.sheet.write_number(row, column, float(value), found)

    def style_of(self, column: int, value: Value) -> str:
        if isinstance(value, Light):
            return value.value
        if isinstance(value, Decimal):
            return "area"
        if isinstance(value, date):
            return "day"
        if isinstance(value, int):
            return "count"
        return "short" if self.table.columns[column].width <= _SHORT_WIDTH else "text"
