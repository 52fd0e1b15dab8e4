"""One row's cells to one duty, and what in it contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from db.models import DueKind, Status
from documents.records import Doubt, DutyFields
from documents.sheet_rows import AREA_FIELDS, DutyRow
from documents.values import area_of, county_of, day_of, due_of, number_of, persons_of, status_of, text_of
from rules.policy import RateBasis, Workstream
from text.dates import DueReading
from text.quantities import MU
from text.reasons import Reason

TEXT_FIELDS = (
    "town", "source", "problem_type", "title", "spot_no", "approval_no", "measures", "lead_unit", "co_units", "remark",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the office knows before it reads: its counties and workstreams."""

    find_county: Callable[[str], str | None]
    workstreams: Sequence[Workstream]
    county_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SheetKind:
    """What holds for all rows of a sheet: its workstream (None: each row must tell), the unit of each area column."""

    workstream: Workstream | None
    units: Mapping[str, str]
    doubts: tuple[Doubt, ...] = ()


def read_duty(row: DutyRow, kind: SheetKind, known: Known) -> DutyFields | None:
    """Return the duty if every cell was read surely; otherwise ``row.doubts`` says what was not."""
    row.doubts.extend(kind.doubts)
    workstream = kind.workstream or _workstream_of(row, known.workstreams)
    county = county_of(row, known.find_county)
    issued_on = day_of(row, "issued_on")
    due_original, due_extended, due_kind = _dues(row, issued_on)
    values: dict[str, Any] = {
        "duty_id": number_of(row),
        "county": county,
        "county_code": known.county_codes.get(county, ""),
        "sub_type": _sub_type_of(row, workstream),
        "issued_on": issued_on,
        "due_original": due_original,
        "due_extended": due_extended,
        "due_on": due_extended or due_original,
        "due_kind": due_kind,
        "persons": persons_of(row, "person"),
        "status": status_of(row),
        "closed_on": day_of(row, "closed_on"),
        **{name: text_of(row, name) for name in TEXT_FIELDS},
        **{name: "、".join(persons_of(row, name)) for name in ("principal", "deputy")},
        **_areas(row, kind, workstream),
    }
    if workstream is None or values["status"] is None:
        return None
    duty = DutyFields(workstream=workstream.code, **values)
    _note_what_is_missing(row, duty)
    _check(row, duty)
    return None if row.doubts else duty


def _workstream_of(row: DutyRow, workstreams: Sequence[Workstream]) -> Workstream | None:
    """Find the workstream by the row's own column of it, or by a sub-type that only one workstream has."""
    if written := text_of(row, "workstream"):
        found = [one for one in workstreams if written in (one.code, one.zh, one.en, *one.keywords)]
    else:
        sub_type = text_of(row, "sub_type")
        found = [one for one in workstreams if sub_type and sub_type in one.sub_types]
    if len(found) == 1:
        return found[0]
    row.doubt("workstream", Reason.WORKSTREAM_UNKNOWN)
    return None


def _sub_type_of(row: DutyRow, workstream: Workstream | None) -> str:
    """Return the row's sub-type; a workstream with only one needs no column for it."""
    written = text_of(row, "sub_type")
    if workstream is None or not workstream.sub_types:
        return written
    if not written and len(workstream.sub_types) == 1:
        return workstream.sub_types[0]
    if written not in workstream.sub_types:
        row.doubt("sub_type", Reason.SUB_TYPE_UNKNOWN)
    return written


def _areas(row: DutyRow, kind: SheetKind, workstream: Workstream | None) -> dict[str, Decimal | None]:
    by_area = workstream is not None and workstream.rate_basis is RateBasis.AREA
    areas: dict[str, Decimal | None] = {}
    for name in AREA_FIELDS:
        if name not in row.columns:
            areas[name] = _area_without_column(name, by_area=by_area)
        else:
            whole = areas.get(name.removeprefix("rectified_")) if name.startswith("rectified_") else None
            areas[name] = area_of(row, name, unit=kind.units.get(name, MU), whole=whole)
    return areas


def _area_without_column(name: str, *, by_area: bool) -> Decimal | None:
    """A ledger of mines has no farmland; where farmland is what counts, a missing column leaves it unknown."""
    if name == "basic_farmland_mu" or (by_area and name in ("farmland_mu", "rectified_farmland_mu")):
        return Decimal(0)
    return None


def _dues(row: DutyRow, issued_on: date | None) -> tuple[date | None, date | None, DueKind]:
    """Return the original and the extended deadline and the kind of the one that counts."""
    original = due_of(row, "due_original", issued_on) or DueReading(kind=DueKind.MISSING)
    extended = due_of(row, "due_extended", original.due_on or issued_on)
    if extended is None:
        return original.due_on, original.extended_to, original.kind
    if extended.due_on is None or extended.extended_to:
        row.doubt("due_extended", Reason.DATE_UNREADABLE)
    if original.extended_to not in (None, extended.due_on):
        row.doubt("due_extended", Reason.EXTENSION_CONTRADICTS)
    return original.due_on, extended.due_on, extended.kind


def _note_what_is_missing(row: DutyRow, duty: DutyFields) -> None:
    for is_so, name, reason in (
        (duty.issued_on is None, "issued_on", Reason.DATE_MISSING),
        (duty.due_kind is DueKind.MISSING, "due_original", Reason.DUE_MISSING),
        (not duty.persons, "person", Reason.PERSON_MISSING),
        (duty.status is Status.CLOSED and duty.closed_on is None, "closed_on", Reason.CLOSED_WITHOUT_DATE),
        (_more(duty.rectified_area_mu, duty.area_mu), "rectified_area_mu", Reason.RECTIFIED_EXCEEDS_AREA),
    ):
        if is_so:
            row.note(name, reason)


def _check(row: DutyRow, duty: DutyFields) -> None:
    """Doubt what contradicts itself; each doubt stands at the cell that a person would look at first."""
    closed = duty.status is Status.CLOSED
    short = _more(duty.area_mu, duty.rectified_area_mu)
    short_of_farmland = _more(duty.farmland_mu, duty.rectified_farmland_mu)
    for is_so, name, reason in (
        (_before(duty.due_original, duty.issued_on), "due_original", Reason.DUE_BEFORE_ISSUE),
        (_before(duty.due_extended, duty.issued_on), "due_extended", Reason.DUE_BEFORE_ISSUE),
        (_before(duty.due_extended, duty.due_original), "due_extended", Reason.EXTENSION_CONTRADICTS),
        (_before(duty.closed_on, duty.issued_on), "closed_on", Reason.CLOSED_BEFORE_ISSUE),
        (duty.closed_on is not None and not closed, "closed_on", Reason.CLOSED_ON_BUT_OPEN),
        (closed and short, "rectified_area_mu", Reason.CLOSED_BUT_SHORT),
        (closed and short_of_farmland, "rectified_farmland_mu", Reason.CLOSED_BUT_SHORT),
        (_more(duty.farmland_mu, duty.area_mu), "farmland_mu", Reason.FARMLAND_EXCEEDS_AREA),
        (_more(duty.basic_farmland_mu, duty.farmland_mu), "basic_farmland_mu", Reason.FARMLAND_EXCEEDS_AREA),
        (
            _more(duty.rectified_farmland_mu, duty.rectified_area_mu),
            "rectified_farmland_mu",
            Reason.FARMLAND_EXCEEDS_AREA,
        ),
    ):
        if is_so:
            row.doubt(name, reason)


def _before(day: date | None, other: date | None) -> bool:
    return day is not None and other is not None and day < other


def _more(area: Decimal | None, other: Decimal | None) -> bool:
    return area is not None and other is not None and area > other
