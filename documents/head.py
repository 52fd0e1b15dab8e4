"""Finds a ledger's head: which rows it takes, and which column holds which field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from documents.head_words import (
    AMBIGUOUS,
    ESSENTIAL,
    GROUPED_BY_WORD,
    SINGLE_BY_WORD,
    WEAK_BY_WORD,
    plain_words,
)
from documents.workbook import Sheet
from text.quantities import units_in

ROWS_ABOVE = 20  # a head below this row is none
HEAD_ROWS = 4  # the tallest head


@dataclass(frozen=True, kw_only=True)
class Head:
    """A sheet's head: its rows, the column of each field, and what about it is not clear."""

    first_row: int
    last_row: int
    columns: dict[str, int]
    units: dict[str, str]  # field -> unit of area named in its head
    unclear: tuple[tuple[int, str], ...] = ()  # (column, words)
    unknown: tuple[tuple[int, str], ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which no duty can be read."""
        return tuple(name for name in ESSENTIAL if name not in self.columns)

    def field_at(self, column: int) -> str | None:
        """Return the field that a column holds."""
        return next((name for name, at in self.columns.items() if at == column), None)


def find_head(sheet: Sheet) -> Head | None:
    """Return the head that explains most columns, or None where no column is explained."""
    heads = [head for top, bottom in _spans(sheet) if (head := _head(sheet, top, bottom))]
    return max(heads, key=_worth, default=None)


def _worth(head: Head) -> tuple[int, int, int]:
    """Most fields win; then the shorter head, then the upper one."""
    return len(head.columns), head.first_row - head.last_row, -head.first_row


def _spans(sheet: Sheet) -> Iterator[tuple[int, int]]:
    last = min(sheet.last_row, ROWS_ABOVE)
    for top in range(1, last + 1):
        for bottom in range(top, min(top + HEAD_ROWS, last + 1)):
            yield top, bottom


def _head(sheet: Sheet, top: int, bottom: int) -> Head | None:
    paths = {column: path for column in _columns(sheet, top, bottom) if (path := _path(sheet, column, top, bottom))}
    said = {column: _field(path) for column, path in paths.items()}
    columns: dict[str, int] = {}
    unclear = [(column, "/".join(path)) for column, path in paths.items() if path[-1] in AMBIGUOUS and not said[column]]
    for column, name in said.items():
        if name in columns and name != "serial":
            unclear.append((column, "/".join(paths[column])))
        elif name:
            columns[name] = column
    _fill_with_weak_words(columns, paths)
    if not columns:
        return None
    known = {*columns.values(), *(column for column, _ in unclear)}
    units = {name: unit for name, column in columns.items() if (unit := _unit(sheet, column, top, bottom))}
    unknown = tuple((column, "/".join(path)) for column, path in paths.items() if column not in known)
    return Head(
        first_row=top, last_row=bottom, columns=columns, units=units, unclear=tuple(unclear), unknown=unknown
    )  # fmt: skip


def _columns(sheet: Sheet, top: int, bottom: int) -> list[int]:
    return sorted({column for row in range(top, bottom + 1) for column in sheet.rows.get(row, {})})


def _path(sheet: Sheet, column: int, top: int, bottom: int) -> tuple[str, ...]:
    """Return the words over a column from the top down, each once."""
    words = [_head_text(sheet, row, column).strip() for row in range(top, bottom + 1)]
    return tuple(dict.fromkeys(word for word in words if word))


def _head_text(sheet: Sheet, row: int, column: int) -> str:
    cell = sheet.rows.get(row, {}).get(column)
    if cell:
        return cell.text
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and left <= column <= right:
            corner = sheet.rows.get(top, {}).get(left)
            return corner.text if corner else ""
    return ""


def _field(path: tuple[str, ...]) -> str | None:
    """Return the field of a column from the words over it: one head, a group with a head below, or both in one."""
    if len(path) == 1:
        return _single(path[0])
    if len(path) > 2:
        return None
    group = _single(path[0])
    for words in plain_words(path[1]):
        if group in GROUPED_BY_WORD and words in GROUPED_BY_WORD[group]:
            return GROUPED_BY_WORD[group][words]
    return None


def _single(head: str) -> str | None:
    return next((SINGLE_BY_WORD[words] for words in plain_words(head) if words in SINGLE_BY_WORD), None)


def _fill_with_weak_words(columns: dict[str, int], paths: dict[int, tuple[str, ...]]) -> None:
    for column, path in paths.items():
        for words in plain_words(path[-1]) if len(path) == 1 else ():
            for name in WEAK_BY_WORD.get(words, ()):
                columns.setdefault(name, column)


def _unit(sheet: Sheet, column: int, top: int, bottom: int) -> str | None:
    """Return the unit in the words over a column; two different ones cancel to none that is known."""
    units = {unit for word in _path(sheet, column, top, bottom) for unit in units_in(word)}
    return units.pop() if len(units) == 1 else "?" if units else None
