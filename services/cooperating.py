"""Several units at one duty: comments for each other, and duties that are done only when each unit is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.life import UnitReport
from db.models import Duty, Event, Person
from db.queries import named_people, people
from rules.officials import told_of
from rules.policy import Office
from services.chain import Act, record
from services.notices import tell

COMMENT = "comment"
UNITS_SET = "units_set"
PART_DONE = "part_done"
ALL_DONE = "all_parts_done"
_BETWEEN_UNITS = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Which units have finished their part of a duty, and which have not."""

    done: list[str]
    missing: list[str]


def units_of(duty: Duty) -> list[str]:
    """Return the units that the ledger names for a duty, the leading one first."""
    return split_units(f"{duty.lead_unit}、{duty.co_units}")


def split_units(text: str) -> list[str]:
    """Return the units that a cell of the ledger names."""
    return list(dict.fromkeys(unit for unit in _BETWEEN_UNITS.split(text) if unit))


def belongs(person: Person, duty: Duty) -> bool:
    """Tell whether the person's unit leads or co-operates at the duty."""
    return bool(person.unit) and person.unit in units_of(duty)


def comment(session: Session, office: Office, act: Act, duty: Duty, words: str) -> Event:
    """Leave a comment on a duty; the persons responsible hear of it."""
    event = record(session, act, subject=f"duty:{duty.number}", kind=COMMENT, duty_id=duty.id, why=words)
    _tell_responsible(session, office, act, duty, event)
    return event


def comments(session: Session, duty: Duty, most: int) -> list[tuple[Event, Person | None]]:
    """Return the newest comments on a duty, oldest of them first."""
    query = select(Event).where(Event.subject == f"duty:{duty.number}", Event.kind == COMMENT)
    newest = list(session.exec(query.order_by(col(Event.sequence).desc()).limit(most)))
    return [(event, session.get(Person, event.person_id or 0)) for event in reversed(newest)]


def demand(session: Session, act: Act, duty: Duty, units: Sequence[str]) -> Parts:
    """Let a duty be done only when each of the units has finished; none: as soon as it is reported."""
    wanted = list(dict.fromkeys([*units_of(duty)[:1], *units])) if units else []
    before = {"each_unit": duty.each_unit, "units": [one.unit for one in _rows(session, duty)]}
    session.execute(sa.delete(UnitReport).where(col(UnitReport.duty_id) == duty.id))
    session.add_all(UnitReport(duty_id=duty.id or 0, unit=unit) for unit in wanted)
    duty.each_unit = bool(wanted)
    session.add(duty)
    after = {"each_unit": duty.each_unit, "units": wanted}
    record(
        session, act, subject=f"duty:{duty.number}", kind=UNITS_SET, duty_id=duty.id, before=before, after=after
    )  # fmt: skip
    return parts(session, duty)


def parts(session: Session, duty: Duty) -> Parts:
    """Return which units have finished."""
    rows = _rows(session, duty)
    return Parts(done=[one.unit for one in rows if one.done_at], missing=[one.unit for one in rows if not one.done_at])


def finish_part(session: Session, office: Office, act: Act, duty: Duty, unit: str) -> Parts:
    """Note that a unit has finished its part; with the last one the persons responsible hear that all is done."""
    row = next((one for one in _rows(session, duty) if one.unit == unit), None)
    if row is not None and row.done_at is None:
        row.done_at, row.person_id = act.at, act.person.id if act.person else None
        session.add(row)
        session.flush()
        left = parts(session, duty).missing
        kind = PART_DONE if left else ALL_DONE
        event = record(
            session, act, subject=f"duty:{duty.number}", kind=kind, duty_id=duty.id, after={"unit": unit}, why=unit
        )
        if not left:
            _tell_responsible(session, office, act, duty, event)
    return parts(session, duty)


def _rows(session: Session, duty: Duty) -> list[UnitReport]:
    return list(session.exec(select(UnitReport).where(UnitReport.duty_id == duty.id).order_by(col(UnitReport.id))))


def _tell_responsible(session: Session, office: Office, act: Act, duty: Duty, event: Event) -> None:
    told = told_of(duty, named_people(session, duty), people(session), office.today(act.at))
    persons = [one.person for one in told if act.person is None or one.person.id != act.person.id]
    tell(session, office, event, persons, act.at)
