"""Rows of one number: equal ones are one duty, different ones wait until somebody says which of them counts."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from documents.known import Answers
from documents.numbers import tight
from documents.records import COLUMN, ROW, Doubt, LedgerRow, Skipped, Unread
from text.reasons import Reason

Row = LedgerRow | Unread


def settle_duplicates(
    rows: Iterable[LedgerRow], unread: Iterable[Unread], answers: Answers
) -> tuple[list[LedgerRow], list[Unread], list[Skipped]]:
    """Keep the first of equal rows; where rows of one number differ, keep the one that was said to count, or none."""
    by_number: dict[str, list[Row]] = defaultdict(list)
    kept: list[Row] = []
    repeated: list[Skipped] = []
    for one in rows:
        by_number[one.duty.duty_id].append(one)
    for other in unread:
        is_blocked = other.doubts[0].field == COLUMN  # its sheet is asked about first
        by_number["" if is_blocked else other.number].append(other)
    kept += by_number.pop("", [])
    for same in by_number.values():
        if len(same) == 1:
            kept += same
        elif all(_is_equal(one, same[0]) for one in same):
            kept.append(same[0])
            repeated += [_skipped(one, Reason.ROW_DUPLICATE) for one in same[1:]]
        else:
            chosen = _chosen(same, answers)
            kept += [chosen] if chosen else _contradicting(same)
            repeated += [_skipped(one, Reason.ROW_OVERRULED) for one in same if chosen and one is not chosen]
    waiting = [one for one in kept if isinstance(one, Unread)]
    return [one for one in kept if isinstance(one, LedgerRow)], waiting, repeated


def _is_equal(one: Row, other: Row) -> bool:
    """Whether two rows say the same; rows that could not be read are compared as written."""
    if isinstance(one, LedgerRow) and isinstance(other, LedgerRow):
        return one.duty == other.duty and [doubt.key for doubt in one.doubts] == [doubt.key for doubt in other.doubts]
    return type(one) is type(other) and one.raw == other.raw


def _place(one: Row) -> tuple[str, int]:
    return one.found_at[:2] if isinstance(one, LedgerRow) else (one.sheet, one.row)


def _skipped(one: Row, reason: Reason) -> Skipped:
    sheet, row = _place(one)
    return Skipped(sheet=sheet, row=row, reason=reason)


def _chosen(same: Sequence[Row], answers: Answers) -> Row | None:
    """Return the row that somebody said counts; two different ones that were said to count are none."""
    chosen = [one for one in same if answers.keeps(*_question(one, same).key)]
    return chosen[0] if chosen and all(_is_equal(one, chosen[0]) for one in chosen) else None


def _contradicting(same: Sequence[Row]) -> list[Unread]:
    found = []
    for one in same:
        sheet, row = _place(one)
        doubts = (_question(one, same), *one.doubts)
        found.append(Unread(sheet=sheet, row=row, number=_number(one), doubts=doubts, raw=one.raw))
    return found


def _number(one: Row) -> str:
    return one.duty.duty_id if isinstance(one, LedgerRow) else one.number


def _question(one: Row, same: Sequence[Row]) -> Doubt:
    """Ask whether this row is the one that counts; it is told from the others by what is written in it."""
    sheet, row = _place(one)
    return Doubt(
        sheet=sheet,
        cell=one.found_at[2] if isinstance(one, LedgerRow) else f"A{row}",
        field=ROW,
        raw=_what_differs(one.raw, [other.raw for other in same]) or _sheet_told(sheet, same) or _number(one),
        reason=Reason.DUPLICATE_CONTRADICTS,
        subject=f"{_number(one)}#{hashlib.sha256(_content(one, same).encode()).hexdigest()[:16]}",
        number=_number(one),
        keepable=True,
    )


def _content(one: Row, same: Sequence[Row]) -> str:
    """Return what tells a row from the others: its cells, and where those are alike, also what was made of them.

    The sheet says of the very same cells in which workstream, county and unit they are.
    """
    written = _written(one)
    is_told = all(_is_equal(other, one) or _written(other) != written for other in same)
    if is_told:
        return written
    made = repr(one.duty) if isinstance(one, LedgerRow) else one.sheet
    return "\n".join([written, made, *(repr(doubt.key) for doubt in one.doubts)])


def _written(one: Row) -> str:
    texts = {name: tight(text) for name, text in one.raw.items()}
    return "\n".join(f"{name}={texts[name]}" for name in sorted(texts))


def _sheet_told(sheet: str, same: Sequence[Row]) -> str:
    """Return the sheet's name where the rows stand in different ones."""
    return sheet if any(_place(other)[0] != sheet for other in same) else ""


def _what_differs(raw: Mapping[str, str], others: Sequence[Mapping[str, str]]) -> str:
    """Return the texts of the row that are not the same in all of them."""
    names = dict.fromkeys(name for other in others for name in other)
    differing = [name for name in names if len({tight(other.get(name, "")) for other in others}) > 1]
    return "、".join(raw[name].strip() for name in differing if raw.get(name, "").strip())
