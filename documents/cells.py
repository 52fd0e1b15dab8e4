"""Cells and sheets as every reader sees them, whatever file they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class CellKind(StrEnum):
    """What a cell holds; a number keeps fifteen digits, a date its ISO form."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    ERROR = "error"
    FORMULA = "formula"  # whose result was never stored


class Cell(NamedTuple):
    """A cell as the workbook has it; ``number_format`` only where it changes what the number means.

    A named tuple, because a workbook has hundreds of thousands of them; equal cells are one object.
    """

    kind: CellKind
    text: str
    number_format: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet's cells by 1-based row and column; merged ranges are (top, left, bottom, right), inclusive.

    A row or a cell without anything in it has no entry. Rows of a large workbook are made when they are asked for, so
    asking for a row costs a little, and walking down a sheet costs no memory.
    """

    name: str
    rows: Mapping[int, Mapping[int, Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    merged_known: bool = True  # False: the format cannot tell merged ranges (.csv)
    hidden: bool = False
    hidden_rows: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def last_row(self) -> int:
        """The number of the last row that holds anything."""
        return max(self.rows, default=0)


def column_letters(column: int) -> str:
    """Return the letters of a 1-based column: 1 -> A, 27 -> AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the 1-based column of its letters: A -> 1, AA -> 27; 0 for none."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def address(row: int, column: int) -> str:
    """Return the address of a cell as Excel writes it."""
    return f"{column_letters(column)}{row}"
