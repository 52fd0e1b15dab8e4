"""Whether what a person typed answers a doubt; what is answered is kept in ``Answers`` and read with the ledger."""

from __future__ import annotations

from collections.abc import Callable

from db.models import DueKind
from documents.head_words import COLUMN_FIELDS, SINGLE_BY_WORD, plain_words
from documents.known import Answers, Known
from documents.numbers import number_written, plain_number
from documents.records import COLUMN, DUTY_COLUMNS, ROW, Doubt
from documents.sheet_kind import workstreams_called
from documents.sheet_rows import AREA_FIELDS
from documents.values import NONE_WORDS, UNIT_UNCLEAR, area_in, county_named, due_in, names_in
from documents.workbook import CellKind
from text.quantities import MU
from text.reasons import Reason
from text.status_words import read_status

__all__ = ["Answers", "Known", "check_answer"]


def check_answer(doubt: Doubt, text: str, known: Known) -> str | Reason:
    """Return the text that answers the doubt, in its plain form, or why it does not.

    It is judged alone; whether it agrees with the row's other cells shows when the ledger is read with it.
    """
    text = text.strip()
    if doubt.field in AREA_FIELDS:
        return _area(doubt, text)
    return _CHECKS.get(doubt.field, _plain)(text, known)


def _area(doubt: Doubt, text: str) -> str | Reason:
    unit = UNIT_UNCLEAR if doubt.reason is Reason.AREA_UNIT_UNCLEAR else MU
    said = area_in(CellKind.TEXT, text, "", unit)
    if said.percent is not None and not doubt.field.startswith("rectified_"):
        return Reason.AREA_UNREADABLE  # of what?
    return said.doubt or text if text else Reason.AREA_MISSING


def _number(text: str, _: Known) -> str | Reason:
    return number_written(plain_number(text)) or Reason.NUMBER_MISSING


def _county(text: str, known: Known) -> str | Reason:
    return county_named(text, known.find_county) or Reason.COUNTY_UNKNOWN


def _workstream(text: str, known: Known) -> str | Reason:
    found = workstreams_called(text, known.workstreams)
    return found[0].code if len(found) == 1 else Reason.WORKSTREAM_UNKNOWN


def _sub_type(text: str, known: Known) -> str | Reason:
    is_known = any(text in one.sub_types for one in known.workstreams)
    return text if is_known else Reason.SUB_TYPE_UNKNOWN


def _status(text: str, _: Known) -> str | Reason:
    status = read_status(text)
    return status.value if status else Reason.STATUS_UNKNOWN


def _due(text: str, _: Known) -> str | Reason:
    """A deadline may be a period or no day at all; a day gets its plain form."""
    said = due_in(CellKind.TEXT, text)
    if said.reading and said.reading.kind is DueKind.DATE and said.reading.due_on and not said.reading.extended_to:
        return said.reading.due_on.isoformat()
    return said.doubt or text if text else Reason.DATE_MISSING


def _extension(text: str, known: Known) -> str | Reason:
    said = due_in(CellKind.TEXT, text).reading
    has_day = text in NONE_WORDS or (said and said.due_on and not said.extended_to)
    found = _due(text, known)
    return found if has_day or isinstance(found, Reason) else Reason.DATE_UNREADABLE


def _day(text: str, known: Known) -> str | Reason:
    said = due_in(CellKind.TEXT, text).reading
    is_day = text in NONE_WORDS or (said and said.kind is DueKind.DATE and not said.extended_to)
    found = _due(text, known)
    return found if is_day or isinstance(found, Reason) else Reason.DATE_UNREADABLE


def _persons(text: str, _: Known) -> str | Reason:
    names = names_in(text)
    if names is None:
        return Reason.PERSON_UNREADABLE
    return "、".join(names) or text


def _column(text: str, _: Known) -> str | Reason:
    """A column is answered by a field's name or by a head's usual words; nothing at all means: do not use it."""
    if text == "" or text in COLUMN_FIELDS:
        return text
    named = next((SINGLE_BY_WORD[words] for words in plain_words(text) if words in SINGLE_BY_WORD), "")
    return named if named in DUTY_COLUMNS else Reason.COLUMN_UNKNOWN


def _row(_: str, __: Known) -> str | Reason:
    """Rows that contradict each other are chosen between, not written anew."""
    return Reason.VALUE_BAD


def _plain(text: str, _: Known) -> str | Reason:
    return text


_CHECKS: dict[str, Callable[[str, Known], str | Reason]] = {
    "duty_id": _number,
    "county": _county,
    "workstream": _workstream,
    "sub_type": _sub_type,
    "status": _status,
    "due_original": _due,
    "due_extended": _extension,
    "issued_on": _day,
    "closed_on": _day,
    "person": _persons,
    "principal": _persons,
    "deputy": _persons,
    COLUMN: _column,
    ROW: _row,
}
