"""Every row of a ledger file as an object, for programs: where it stands, what became of it, why, and its fields."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from documents.records import DUTY_COLUMNS, LedgerRow, Outcome, Skipped, Unread
from handlers.importing import Draft
from services.chain import plain


def as_objects(draft: Draft) -> Iterator[dict[str, Any]]:
    """Yield rows in the file's order: sheet, row, outcome, reasons, fields named as in ``ledger_clean.csv``."""
    further: dict[str, list[str]] = defaultdict(list)
    for doubt in draft.notes:
        further[doubt.number].append(doubt.reason.value)
    order = {sheet: place for place, sheet in enumerate(dict.fromkeys(one.sheet for one in _all(draft)))}
    for one in sorted(_all(draft), key=lambda one: (order[one.sheet], one.row)):
        if isinstance(one, LedgerRow):
            yield _duty(one, further[one.duty.duty_id])
        elif isinstance(one, Unread):
            reasons = list(dict.fromkeys(doubt.reason.value for doubt in one.doubts))
            yield _object(one, Outcome.WAITING, reasons, {"duty_id": one.number, **one.raw})
        else:
            yield _object(one, Outcome.NOT_A_DUTY, [one.reason.value], {})


def _all(draft: Draft) -> list[LedgerRow | Unread | Skipped]:
    return [*draft.reading.rows, *draft.reading.unread, *draft.reading.skipped]


def _duty(row: LedgerRow, notes: list[str]) -> dict[str, Any]:
    reasons = list(dict.fromkeys([*(doubt.reason.value for doubt in row.doubts), *notes]))
    outcome = row.outcome
    if outcome == Outcome.IMPORTED and reasons:
        outcome = Outcome.WARNED
    values = vars(row.duty) | {"person": "、".join(row.duty.persons)}
    return _object(row, outcome, reasons, {name: plain(values[name]) for name in DUTY_COLUMNS})


def _object(
    one: LedgerRow | Unread | Skipped, outcome: Outcome, reasons: list[str], fields: dict[str, Any]
) -> dict[str, Any]:
    return {"sheet": one.sheet, "row": one.row, "outcome": outcome.value, "reasons": reasons, "fields": fields}
