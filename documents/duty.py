"""One row's cells to one duty with interim values where something is doubted, and what in it contradicts itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from db.models import DueKind, Status
from documents.known import Known
from documents.numbers import Numbers, tight
from documents.records import DutyFields
from documents.sheet_kind import SheetKind, workstreams_called
from documents.sheet_rows import AREA_FIELDS, DutyRow
from documents.values import area_of, county_of, day_of, due_of, number_in, persons_of, status_of, text_of, texts_of
from rules.policy import RateBasis, Workstream
from text.dates import same_day_after
from text.quantities import MU
from text.reasons import Reason

TEXT_FIELDS = (
    "town", "source", "problem_type", "title", "spot_no", "approval_no", "measures", "lead_unit", "co_units", "remark",
)  # fmt: skip
_FARMLAND = ("farmland_mu", "rectified_farmland_mu")


def name_row(row: DutyRow, known: Known) -> bool:
    """Find out the row's number and put in what people answered; False where it still has no number."""
    number, _ = number_in(row.cells.get("duty_id"))
    row.number = number
    row.subject = number or _subject_without_number(row)
    if known.answers.texts:
        row.use_answers(known.answers)
        if not number:
            row.number, _ = number_in(row.cells.get("duty_id"))
    return bool(row.number)


def _subject_without_number(row: DutyRow) -> str:
    """Tell the row apart by its spot, and where it has none by what else stands in it; never by its place."""
    spot = row.cells.get("spot_no")
    return f"spot:{tight(spot.text)}" if spot else f"like:{row.fingerprint()}"


def read_duty(row: DutyRow, kind: SheetKind, known: Known, numbers: Numbers | None = None) -> DutyFields | None:
    """Return the duty, or None where it has no number, county or workstream; ``row.doubts`` is what waits.

    ``numbers`` is needed only for a row without a number.
    """
    for name in row.dangling:
        if name not in row.cells:
            row.doubt(name, Reason.DITTO_WITHOUT_VALUE)
    workstream = kind.workstream or _workstream_of(row, kind, known)
    county = kind.county or _county_of(row, kind, known)
    if not row.number and numbers:
        _find_number(row, county, numbers, known)
    issued_on = day_of(row, "issued_on")
    values: dict[str, Any] = {
        "duty_id": row.number,
        "workstream": workstream.code if workstream else "",
        "county": county,
        "county_code": known.county_codes.get(county, ""),
        "sub_type": _sub_type_of(row, workstream),
        "issued_on": issued_on,
        "persons": persons_of(row, "person"),
        "principal": "、".join(persons_of(row, "principal")),
        "deputy": "、".join(persons_of(row, "deputy")),
        "status": status_of(row),
        "closed_on": day_of(row, "closed_on"),
    }
    _read_dues(row, values, issued_on)
    _read_areas(row, values, kind, workstream)
    values.update(texts_of(row, TEXT_FIELDS))
    duty = DutyFields.of(values)
    _note_what_is_missing(row, duty)
    _check(row, duty)
    return duty if row.number and county and workstream else None


def _find_number(row: DutyRow, county: str, numbers: Numbers, known: Known) -> None:
    """Take the number of the stored duty with the same spot; where that is not sure, ask."""
    _, reason = number_in(row.cells.get("duty_id"))
    spot = tight(text_of(row, "spot_no"))
    stored = known.numbers_by_spot.get((county, spot), "") if spot in numbers.single_spots else ""
    if reason is Reason.NUMBER_MISSING and stored and stored not in numbers.taken:
        row.number = stored
        row.note("duty_id", Reason.NUMBER_BY_SPOT)
    elif reason:
        row.doubt("duty_id", reason, (stored,) if stored else numbers.lost(row.row))


def _county_of(row: DutyRow, kind: SheetKind, known: Known) -> str:
    if "county" in kind.asked:
        row.doubts.append(kind.asked["county"])
        return ""
    return county_of(row, known.find_county, known.nearest_counties)


def _workstream_of(row: DutyRow, kind: SheetKind, known: Known) -> Workstream | None:
    """Find the workstream by the row's own column of it, or by a sub-type that only one workstream has."""
    if written := text_of(row, "workstream"):
        found = workstreams_called(written, known.workstreams)
    else:
        sub_type = text_of(row, "sub_type")
        found = [one for one in known.workstreams if sub_type and sub_type in one.sub_types]
    if len(found) == 1:
        return found[0]
    if "workstream" in kind.asked:
        row.doubts.append(kind.asked["workstream"])
    else:
        row.doubt("workstream", Reason.WORKSTREAM_UNKNOWN, [one.code for one in known.workstreams][:4])
    return None


def _sub_type_of(row: DutyRow, workstream: Workstream | None) -> str:
    """Return the row's sub-type; a workstream with only one needs no column for it."""
    written = text_of(row, "sub_type")
    if workstream is None or not workstream.sub_types:
        return written
    if not written and len(workstream.sub_types) == 1:
        return workstream.sub_types[0]
    if written not in workstream.sub_types:
        row.doubt("sub_type", Reason.SUB_TYPE_UNKNOWN, workstream.sub_types[:4])
    return written


def _read_areas(row: DutyRow, values: dict[str, Any], kind: SheetKind, workstream: Workstream | None) -> None:
    """Read the areas; what a ledger of mines has no column for is zero, where farmland counts it is not known."""
    by_area = workstream is not None and workstream.rate_basis is RateBasis.AREA
    for name in AREA_FIELDS:
        if name in row.columns:
            whole = values[name.removeprefix("rectified_")] if name.startswith("rectified_") else None
            values[name] = area_of(row, name, unit=kind.units.get(name, MU), whole=whole)
        else:
            is_zero = name == "basic_farmland_mu" or (by_area and name in _FARMLAND)
            values[name] = Decimal(0) if is_zero else None


def _read_dues(row: DutyRow, values: dict[str, Any], issued_on: date | None) -> None:
    """Read the original and the extended deadline and the kind of the one that counts.

    A deadline that cannot be read is none and counts nowhere; an extension that cannot be read leaves the original.
    """
    original, doubt = due_of(row, "due_original", issued_on)
    due_original = original.due_on if original else None
    due_extended = original.extended_to if original else None
    kind = original.kind if original else DueKind.INVALID if doubt else DueKind.MISSING
    if "due_extended" in row.cells:
        extended, _ = due_of(row, "due_extended", due_original or issued_on)
        if extended and (extended.due_on is None or extended.extended_to):
            row.doubt("due_extended", Reason.DATE_UNREADABLE)
        elif extended:
            if due_extended not in (None, extended.due_on) and "due_extended" not in row.asked:
                row.doubt("due_extended", Reason.EXTENSION_CONTRADICTS)
            due_extended, kind = extended.due_on, extended.kind
    values["due_original"], values["due_extended"], values["due_kind"] = due_original, due_extended, kind
    values["due_on"] = due_extended or due_original


def _note_what_is_missing(row: DutyRow, duty: DutyFields) -> None:
    if duty.issued_on is None and not row.doubts_about("issued_on"):
        row.note("issued_on", Reason.DATE_MISSING)
    if duty.due_kind is DueKind.MISSING:
        row.note("due_original", Reason.DUE_MISSING)
    if not duty.persons and not row.doubts_about("person"):
        row.note("person", Reason.PERSON_MISSING)
    if duty.status is Status.CLOSED and duty.closed_on is None and not row.doubts_about("closed_on"):
        row.note("closed_on", Reason.CLOSED_WITHOUT_DATE)
    if _more(duty.rectified_area_mu, duty.area_mu):
        row.note("rectified_area_mu", Reason.RECTIFIED_EXCEEDS_AREA)


def _check(row: DutyRow, duty: DutyFields) -> None:
    """Doubt what contradicts itself, each contradiction once: at the cell that a person would look at first."""
    _check_dates(row, duty)
    if duty.status is Status.CLOSED:
        if _more(duty.area_mu, duty.rectified_area_mu):
            row.doubt("rectified_area_mu", Reason.CLOSED_BUT_SHORT)
        elif _more(duty.farmland_mu, duty.rectified_farmland_mu):
            row.doubt("rectified_farmland_mu", Reason.CLOSED_BUT_SHORT)
    elif duty.closed_on is not None and not row.doubts_about("status"):
        row.doubt("closed_on", Reason.CLOSED_ON_BUT_OPEN)
    if _more(duty.farmland_mu, duty.area_mu):
        row.doubt("farmland_mu", Reason.FARMLAND_EXCEEDS_AREA)
    elif _more(duty.basic_farmland_mu, duty.farmland_mu):
        row.doubt("basic_farmland_mu", Reason.FARMLAND_EXCEEDS_AREA)
    elif _more(duty.rectified_farmland_mu, duty.rectified_area_mu):
        row.doubt("rectified_farmland_mu", Reason.FARMLAND_EXCEEDS_AREA)


def _check_dates(row: DutyRow, duty: DutyFields) -> None:
    issued_on = duty.issued_on
    for name, due in (("due_original", duty.due_original), ("due_extended", duty.due_extended)):
        if issued_on and due and due < issued_on:
            likely = same_day_after(due, issued_on)
            row.doubt(name, Reason.DUE_BEFORE_ISSUE, (likely.isoformat(),) if likely else ())
    if _before(duty.due_extended, duty.due_original):
        row.doubt("due_extended", Reason.EXTENSION_CONTRADICTS)
    if _before(duty.closed_on, issued_on):
        row.doubt("closed_on", Reason.CLOSED_BEFORE_ISSUE)


def _before(day: date | None, other: date | None) -> bool:
    return day is not None and other is not None and day < other


def _more(area: Decimal | None, other: Decimal | None) -> bool:
    return area is not None and other is not None and area > other
