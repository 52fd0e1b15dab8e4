"""Finds a ledger's head: which rows it takes, and which column holds which field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from documents.head_words import AMBIGUOUS, ESSENTIAL, WEAK_BY_WORD, field_of, plain_words
from documents.known import Answers
from documents.records import COLUMN
from documents.workbook import Sheet
from text.quantities import UNCLEAR, units_in

ROWS_ABOVE = 20  # a head below this row is none
HEAD_ROWS = 4  # the tallest head
LEAST_COLUMNS = 4  # with so many of a head's words a row is one
LONGEST_WORDS = 30

Path = tuple[str, ...]  # the words over a column from the top down
Words = Mapping[int, str]  # by column


class Grid(NamedTuple):
    """The words of the uppermost rows by row and column."""

    rows: Mapping[int, Words]
    has_merged: bool


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column that is not understood: nobody knows its words, or they claim a field that another column has too."""

    at: int
    path: Path
    words: str  # what it is asked and remembered by
    claims: str = ""  # a field


@dataclass(frozen=True, kw_only=True)
class Head:
    """A sheet's head: its rows, the column of each field, and what about it is not clear."""

    first_row: int
    last_row: int
    columns: dict[str, int]
    units: dict[str, str]  # field -> unit of area named in its head
    unclear: tuple[Column, ...] = ()
    unknown: tuple[Column, ...] = ()


def find_head(sheet: Sheet, answers: Answers) -> Head | None:
    """Return the head that explains most columns, or None where no column is explained."""
    grid = _head_grid(sheet)
    last = min(max(grid.rows, default=0), ROWS_ABOVE + HEAD_ROWS)
    heads = [head for top, bottom in _spans(last) if (head := _head(grid, top, bottom, answers))]
    best = max(heads, key=_worth, default=None)
    if best is None:
        return None
    # a fuller head further down must not make titles of the duties below an upper one
    upper = [head for head in heads if head.last_row < best.first_row - 1 and _is_whole(head)]
    return max(upper, key=_worth, default=best)


def _is_whole(head: Head) -> bool:
    return all(name in head.columns for name in ESSENTIAL)


def is_other_head(words: Words, head: Head) -> bool:
    """Whether a row of a sheet is another head than the sheet's own: so many columns, not all in the same places."""
    fields = {at: name for at, text in words.items() if len(text) <= LONGEST_WORDS and (name := field_of((text,)))}
    if len(set(fields.values())) < LEAST_COLUMNS:
        return False
    own = {at: name for name, at in head.columns.items()}
    return any(
        head.columns.get(name, at) != at or own.get(at, name) != name or _other_unit(words[at], head.units.get(name))
        for at, name in fields.items()
    )


def _other_unit(words: str, unit: str | None) -> bool:
    return (named := _unit([words])) is not None and named != unit


def _worth(head: Head) -> tuple[int, int, int]:
    """Most fields win, of which one that two columns claim counts half; then the shorter head, then the upper one."""
    fields = 2 * len(head.columns) + len({column.claims for column in head.unclear if column.claims})
    return fields, head.first_row - head.last_row, -head.first_row


def _spans(last: int) -> Iterator[tuple[int, int]]:
    for top in range(1, min(last, ROWS_ABOVE) + 1):
        for bottom in range(top, min(top + HEAD_ROWS, last + 1)):
            yield top, bottom


def _head_grid(sheet: Sheet) -> Grid:
    """Return the words of the uppermost rows; a merged range has its corner's words in every cell."""
    rows = range(1, ROWS_ABOVE + HEAD_ROWS)
    grid = {row: {column: cell.text.strip() for column, cell in sheet.rows.get(row, {}).items()} for row in rows}
    width = max((column for cells in grid.values() for column in cells), default=0)
    merged = [one for one in sheet.merged if one[0] in grid]
    for top, left, bottom, right in merged:
        words = grid[top].get(left, "")
        for row in range(top, min(bottom, rows[-1]) + 1) if words else ():
            for column in range(left, min(right, width) + 1):
                grid[row].setdefault(column, words)
    return Grid({row: cells for row, cells in grid.items() if any(cells.values())}, bool(merged))


def _head(grid: Grid, top: int, bottom: int, answers: Answers) -> Head | None:
    paths = _paths(grid, top, bottom)
    all_words = _distinct_words(paths)
    claims, answered = _claims(paths, all_words, answers)
    columns, doubled = _settled(claims, answered)
    unused = {at for at, name in answered.items() if not name}
    _fill_with_weak_words(columns, {at: path for at, path in paths.items() if at not in answered})
    unclear = [
        Column(at=at, path=path, words=all_words[at], claims=doubled.get(at, ""))
        for at, path in paths.items()
        if at in doubled or (at not in answered and at not in claims and plain_words(path[-1])[0] in AMBIGUOUS)
    ]
    if not columns and not unclear:
        return None
    settled = {at for at, name in claims.items() if name in columns}  # among them those that an answer set aside
    known = {*columns.values(), *unused, *(one.at for one in unclear), *settled}
    return Head(
        first_row=top,
        last_row=bottom,
        columns=columns,
        units={name: unit for name, at in columns.items() if (unit := _unit(paths[at]))},
        unclear=tuple(unclear),
        unknown=tuple(
            Column(at=at, path=path, words=all_words[at]) for at, path in paths.items() if at not in known
        ),
    )  # fmt: skip


def _paths(grid: Grid, top: int, bottom: int) -> dict[int, Path]:
    """Return the words over each column, each once; a word 其中 of its own belongs to what stands below it."""
    rows = [grid.rows[row] for row in range(top, bottom + 1) if row in grid.rows]
    rows = rows if grid.has_merged else _spread_right(rows)
    paths = {}
    for column in sorted({column for row in rows for column in row}):
        words = tuple(dict.fromkeys(word for row in rows if (word := row.get(column, ""))))
        if words:
            paths[column] = _joined(words)
    return paths


def _spread_right(rows: list[Words]) -> list[Words]:
    """Where a file has no merged cells (a csv), let a group's words hold for the columns beside it.

    Only where the group and the column have words of their own in the row below.
    """
    spread = rows[-1:]
    for row in rows[-2::-1]:
        below, wide, words = spread[0], dict(row), ""
        for column in range(1, max((*row, *below), default=0) + 1):
            words = (row.get(column) or words) if below.get(column) else ""
            if words:
                wide.setdefault(column, words)
        spread.insert(0, wide)
    return spread


def _joined(words: Path) -> Path:
    for place, word in enumerate(words[:-1]):
        if plain_words(word)[0] == "其中":
            return (*words[:place], f"其中{words[place + 1]}", *words[place + 2 :])
    return words


def _distinct_words(paths: Mapping[int, Path]) -> dict[int, str]:
    """Return what each column is asked by; of columns with the very same words, the second is told by its number."""
    times: dict[str, int] = defaultdict(int)
    found = {}
    for at, path in paths.items():
        words = "/".join(path)
        times[words] += 1
        found[at] = words if times[words] == 1 else f"{words} ({times[words]})"
    return found


def _claims(
    paths: Mapping[int, Path], all_words: Mapping[int, str], answers: Answers
) -> tuple[dict[int, str], dict[int, str]]:
    """Return which field each column claims by its words, and which one by an answer ("": none)."""
    claims = {at: name for at, path in paths.items() if (name := field_of(path))}
    answered = {
        at: name for at, words in all_words.items() if (name := answers.text("", COLUMN, words)) is not None
    }  # fmt: skip
    return claims, answered


def _settled(claims: Mapping[int, str], answered: Mapping[int, str]) -> tuple[dict[str, int], dict[int, str]]:
    """Give each field its column; where several claim it, none gets it, unless somebody said which.

    An answer outweighs words only where the answered column claimed the field itself: a head that was answered for
    another file must not push aside a column of this one in silence.
    """
    by_field: dict[str, list[int]] = defaultdict(list)
    for at, name in {**claims, **answered}.items():
        by_field[name].append(at)
    columns: dict[str, int] = {}
    doubled: dict[int, str] = {}
    by_field.pop("", None)
    for name, claiming in by_field.items():
        said = [at for at in claiming if at in answered]
        places = said if len(said) == 1 and claims.get(said[0]) == name else claiming
        if len(places) == 1 or name == "serial":
            columns[name] = places[0]
        else:
            doubled |= dict.fromkeys(places, name)
    return columns, doubled


def _fill_with_weak_words(columns: dict[str, int], paths: Mapping[int, Path]) -> None:
    for at, path in paths.items():
        for words in plain_words(path[-1]) if len(path) == 1 else ():
            for name in WEAK_BY_WORD.get(words, ()):
                columns.setdefault(name, at)


def _unit(path: Sequence[str]) -> str | None:
    """Return the unit in the words over a column; two different ones cancel to none that is known."""
    units = {unit for word in path for unit in units_in(word)}
    return units.pop() if len(units) == 1 else UNCLEAR if units else None
