"""Marks of a sheet, and why a file is not looked through any further; shared by the readers of all formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Merged = list[tuple[tuple[int, int], tuple[int, int]]]  # 0-based corners, inclusive, as the cell reader has them


class BadXml(Exception):  # noqa: N818
    """The XML cannot be read."""


class TooLarge(Exception):  # noqa: N818
    """There is more of it than a ledger ever has."""


class NoWorkbook(Exception):  # noqa: N818
    """A zip or an OLE file, but without a workbook in it."""


class Encrypted(Exception):  # noqa: N818
    """A password is needed."""


class WithMacros(Exception):  # noqa: N818
    """There is a program in it."""


class Mark(NamedTuple):
    """What a cell is, where the cell reader does not tell: kind ``error``, ``formula`` or ``format``."""

    kind: str
    text: str  # "#N/A", "=A1+B1", "0%"


@dataclass
class SheetMarks:
    """Marks of one sheet by 1-based (row, column); ``merged`` only where the cell reader does not know."""

    cells: dict[tuple[int, int], Mark] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    merged: Merged | None = None
