"""What the child hands to the parent: a line of JSON, the cells in blocks of JSON, and which cell stands where.

Most cells of a ledger repeat (a county, a status, a date), so each different cell is written once, in the order in
which it first appears, and a sheet's grid has only its number: 0 is an empty cell. The parent maps the file into memory
and makes cells and rows when they are asked for, so that judging a sheet by its first rows costs next to nothing
however large the rest is.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import repeat
from typing import IO, Any

from documents.cells import Cell, CellKind, Sheet

BLOCK_CELLS = 10_000
_KINDS = {kind.value[0]: kind for kind in CellKind}  # t, n, d, e, f
_NO_CELL = Cell(CellKind.TEXT, "")

Facts = dict[str, Any]


class Book:
    """The answer while the child writes it: different cells and, by sheet, its facts and its grid."""

    def __init__(self) -> None:
        self.cells: list[tuple[str, str, str]] = [_NO_CELL]
        self.sheets: list[tuple[Facts, array[int]]] = []

    def write(self, target: IO[bytes], most_bytes: int) -> None:
        """Write everything; raise ValueError before writing where it would be more than ``most_bytes``."""
        blocks = [_block(self.cells[at : at + BLOCK_CELLS]) for at in range(0, len(self.cells), BLOCK_CELLS)]
        grids = [grid.tobytes() for _, grid in self.sheets]
        sheets = [{**facts, "bytes": len(grid)} for (facts, _), grid in zip(self.sheets, grids, strict=True)]
        head = _json({"sheets": sheets, "blocks": [len(block) for block in blocks]}) + b"\n"
        if sum(map(len, (head, *blocks, *grids))) > most_bytes:
            raise ValueError("the answer is too large")
        for part in (head, *blocks, *grids):
            target.write(part)


def write_refusal(target: IO[bytes], reason: str) -> None:
    """Write that the file is not read, and why."""
    target.write(_json({"refused": reason}) + b"\n")


def _block(cells: list[tuple[str, str, str]]) -> bytes:
    formats = {at: number_format for at, (_, _, number_format) in enumerate(cells) if number_format}
    return _json(["".join([kind[0] for kind, _, _ in cells]), [text for _, text, _ in cells], formats])


def _json(facts: Any) -> bytes:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


class Cells:
    """The different cells, made block by block."""

    def __init__(self, blocks: list[memoryview]) -> None:
        self.made: list[Cell] = []
        self._waiting = blocks[::-1]

    def make_more(self) -> None:
        """Make the next block's cells; past the last block an IndexError."""
        kinds, texts, formats = json.loads(bytes(self._waiting.pop()))
        make = partial(tuple.__new__, Cell)  # what Cell(...) does, without a call in Python for each
        made: list[Cell] = list(map(make, zip(map(_KINDS.__getitem__, kinds), texts, repeat(""), strict=False)))
        for at, number_format in formats.items():
            made[int(at)] = made[int(at)]._replace(number_format=number_format)
        self.made += made


class Rows(Mapping[int, Mapping[int, Cell]]):
    """A sheet's rows, each made when it is asked for; ``beside`` has single cells that are not in the grid."""

    def __init__(self, cells: Cells, grid: memoryview, facts: Facts) -> None:
        self._cells, self._grid = cells, grid
        self._top, self._left, self._width = facts["top"], facts["left"], facts["width"]
        self._height = len(grid) // self._width if self._width else 0
        self._beside: dict[int, dict[int, int]] = {}
        for row, column, number in facts["beside"]:
            self._beside.setdefault(row, {})[column] = number
        self._latest: tuple[int, Mapping[int, Cell]] = (0, {})

    def __getitem__(self, row: int) -> Mapping[int, Cell]:
        latest, found = self._latest
        if latest != row:
            found = self._made(row)
            self._latest = (row, found)
        if not found:
            raise KeyError(row)
        return found

    def __iter__(self) -> Iterator[int]:
        grid, width = self._grid, self._width
        filled = {self._top + at for at in range(self._height) if any(grid[at * width : (at + 1) * width])}
        return iter(sorted(filled | self._beside.keys()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self._beside) or any(self._grid)

    def _made(self, row: int) -> dict[int, Cell]:
        made = self._cells.made
        while True:
            try:
                return {column: made[number] for column, number in self._numbers(row) if number}
            except IndexError:
                self._cells.make_more()

    def _numbers(self, row: int) -> Iterable[tuple[int, int]]:
        at = (row - self._top) * self._width
        inside = enumerate(self._grid[at : at + self._width].tolist() if at >= 0 else (), self._left)
        if row not in self._beside:
            return inside
        return sorted((dict(inside) | self._beside[row]).items())


def read_answer(answer: memoryview, end_of_head: int) -> list[Sheet]:
    """Return the sheets of an answer that is no refusal."""
    said = json.loads(bytes(answer[:end_of_head]))
    at = end_of_head + 1
    blocks = []
    for size in said["blocks"]:
        blocks.append(answer[at : at + size])
        at += size
    cells = Cells(blocks)
    sheets = []
    for facts in said["sheets"]:
        grid = answer[at : at + facts["bytes"]].cast("I")
        at += facts["bytes"]
        sheets.append(_sheet(facts, Rows(cells, grid, facts)))
    return sheets


def _sheet(facts: Facts, rows: Rows) -> Sheet:
    return Sheet(
        name=facts["name"],
        rows=rows,
        merged=tuple((top, left, bottom, right) for top, left, bottom, right in facts["merged"]),
        merged_known=facts["merged_known"],
        hidden=facts["hidden"],
        hidden_rows=frozenset(facts["hidden_rows"]),
    )
