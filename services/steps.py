"""Steps of a duty's life: checked against the one table, written with their link in the chain, told, and undone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from db.life import UnitReport
from db.models import (
    WITH_CITY,
    Duty,
    DutyOfficial,
    Event,
    Level,
    Person,
    Progress,
    Status,
)
from db.queries import named_people, people, standing_events, was_taken_back
from rules import steps
from rules.officials import deputies_of, in_post, stand_in, told_of
from rules.policy import Office
from rules.refusal import Refusal, Why
from rules.steps import Audience, Need, Stage, Step
from services import evidence
from services.chain import Act, plain, record
from services.notices import already_told, tell

UNDONE = "undone"
REPORTING = ("reported_done", "progress")
OFFICIALS = "officials"  # whom the duty names; beside its fields, what a step may change
AMOUNTS = ("rectified_area_mu", "rectified_farmland_mu")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A step that was taken: the duty as it is now, what it was before, and whom nothing could tell of it."""

    step: Step
    duty: Duty
    event: Event
    before: Mapping[str, Any]
    behalf_of: Person | None = None
    told: list[Person] = field(default_factory=list)
    unreached: list[Person] = field(default_factory=list)

    @property
    def status_before(self) -> Status:
        """The state from which the step led."""
        return Status(self.before["status"])

    @property
    def area_before(self) -> Decimal:
        """The area that was reported before, in mu."""
        return Decimal(self.before.get("rectified_area_mu", self.duty.rectified_area_mu))

    @property
    def farmland_before(self) -> Decimal:
        """The farmland that was reported before, in mu."""
        return Decimal(self.before.get("rectified_farmland_mu", self.duty.rectified_farmland_mu))


def stage(
    session: Session, office: Office, person: Person, duty: Duty, today: date, needs: Collection[Need] = ()
) -> Stage:
    """Gather what the table is asked about; what only some needs look at, only for these."""
    return Stage(
        duty=duty, person=person, named=named_people(session, duty), people=people(session), today=today,
        policy=office.policy,
        reporters=reporters(session, duty) if Need.NOT_OWN in needs else (),
        proofs=evidence.count(session, duty) if Need.EVIDENCE in needs else 0,
        units_missing=_units_missing(session, duty) if duty.each_unit and Need.ALL_UNITS in needs else (),
    )  # fmt: skip


def _units_missing(session: Session, duty: Duty) -> list[str]:
    query = select(UnitReport.unit).where(UnitReport.duty_id == duty.id, col(UnitReport.done_at).is_(None))
    return list(session.exec(query.order_by(col(UnitReport.id))))


def check(session: Session, office: Office, act: Act, step: Step, duty: Duty, given: Collection[Need] = ()) -> Stage:
    """Refuse a step that the table does not allow; who took the last one is said with it."""
    assert act.person is not None
    found = stage(session, office, act.person, duty, office.today(act.at), step.needs)
    try:
        steps.check(step, found, given)
    except Refusal as refusal:
        if refusal.why == Why.STEP_NOT_NOW:
            refusal.facts["last"] = last_step(session, duty)
        raise
    return found


def last_step(session: Session, duty: Duty) -> tuple[Event, Person | None] | None:
    """Return who took the last step on a duty that stands, to tell whoever came second."""
    event_id = standing_events(session, [f"duty:{duty.number}"]).get(f"duty:{duty.number}")
    event = session.get(Event, event_id) if event_id else None
    if event is None or event.kind not in steps.BY_KIND:
        return None
    return event, session.get(Person, event.behalf_of_id or event.person_id or 0)


def last_of_kind(session: Session, duty: Duty, kind: str) -> Event | None:
    """Return the newest event of a kind of a duty that was not taken back."""
    query = select(Event).where(Event.subject == f"duty:{duty.number}", Event.kind == kind)
    events = session.exec(query.order_by(col(Event.sequence).desc()))
    return next((event for event in events if not was_taken_back(session, event)), None)


def reporters(session: Session, duty: Duty) -> list[Person]:
    """Return whose reports stand: what they did is not theirs to judge."""
    query = select(Event).where(Event.subject == f"duty:{duty.number}").order_by(col(Event.sequence))
    events = list(session.exec(query))
    undone = {event.undoes_id for event in events}
    ids: set[int] = set()
    for event in events:
        if event.kind in REPORTING and event.id not in undone:
            ids.add(event.behalf_of_id or event.person_id or 0)
    return list(session.exec(select(Person).where(col(Person.id).in_(ids)))) if ids else []


def take(
    session: Session, office: Office, act: Act, step: Step, duty: Duty, *, given: Collection[Need] = (), why: str = "",
    changes: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None, also_tell: Iterable[Person] = (),
) -> Taken:  # fmt: skip
    """Take a step, whole or not at all. ``changes`` are fields of the duty; ``facts`` are kept with the event."""
    # somebody else may be at the same duty: what decides is what it is once nobody else can change it
    session.refresh(duty, with_for_update=True)
    found = check(session, office, act, step, duty, given)
    after = {"status": steps.target(step, duty, office.policy), **(changes or {})}
    after |= _clock(duty, after, office, office.today(act.at))
    before = {name: _value(session, duty, name) for name in after}
    behalf_of = _behalf_of(found)
    event = record(
        session, act, subject=f"duty:{duty.number}", kind=step.kind, duty_id=duty.id, behalf_of=behalf_of, why=why,
        before=_plain(before), after=_plain(after) | dict(facts or {}),
    )  # fmt: skip
    _set(session, duty, after)
    _note_progress(session, act, duty, event, after)
    told = [*audience(step, found), *also_tell]
    told = [one for one in {one.id: one for one in told}.values() if one.id != found.person.id]
    return Taken(
        step=step, duty=duty, event=event, before=before, behalf_of=behalf_of, told=told,
        unreached=tell(session, office, event, told, act.at) if told else [],
    )  # fmt: skip


def _behalf_of(found: Stage) -> Person | None:
    """Return for whom the operator records; what he does in his own name is nobody else's."""
    if found.person.level != Level.CITY_OPERATOR:
        return None
    return next(iter(found.named), None)


def _clock(duty: Duty, after: Mapping[str, Any], office: Office, today: date) -> dict[str, Any]:
    """Stop the county's clock, or let it run on with the days given back that it had to wait."""
    status: Status = after["status"]
    if steps.stops_clock(duty.status, status, office.policy):
        return {"stopped_on": today}
    if duty.stopped_on is None or status in WITH_CITY or status == duty.status:
        return {}
    days = steps.stopped_days(duty, status, today)
    if not days or duty.due_on is None or "due_on" in after:
        return {"stopped_on": None}
    return {
        "stopped_on": None, "stopped_days": duty.stopped_days + days, "due_on": duty.due_on + timedelta(days=days),
    }  # fmt: skip


def _note_progress(session: Session, act: Act, duty: Duty, event: Event, after: Mapping[str, Any]) -> None:
    if not set(AMOUNTS) & set(after):
        return
    assert duty.id is not None
    assert event.id is not None
    session.add(
        Progress(
            duty_id=duty.id, event_id=event.id, area_mu=duty.rectified_area_mu, farmland_mu=duty.rectified_farmland_mu,
            note=event.kind, person_id=event.person_id, said_at=act.at, said_in=act.said_in,
        )
    )  # fmt: skip


def audience(step: Step, found: Stage) -> list[Person]:
    """Return who is told of a step at once."""
    return [person for part in step.tells for person in _AUDIENCE[part](found)]


def _responsible(found: Stage) -> list[Person]:
    return [told.person for told in told_of(found.duty, found.named, found.people, found.today)]


def _deputies(found: Stage) -> list[Person]:
    return deputies_of(found.duty, found.people, found.today)


def _in_city(level: Level, found: Stage, workstream: str = "") -> list[Person]:
    """Return who holds a post in the city, and who stands in for him while he is away."""
    holders = [p for p in found.people if p.level == level and in_post(p, found.today)]
    holders = [p for p in holders if not workstream or workstream in p.workstreams]
    standing_in = (stand_in(p, found.people, found.today) for p in holders)
    return [*holders, *(p for p in standing_in if p is not None)]


def _new_county(found: Stage) -> list[Person]:
    there = [p for p in found.people if p.region_id == found.duty.transfer_to_id and in_post(p, found.today)]
    levels = (Level.RESPONSIBLE, Level.DEPUTY)
    return [p for p in there if p.level in levels and found.duty.workstream in p.workstreams]


_AUDIENCE = {
    Audience.RESPONSIBLE: _responsible,
    Audience.DEPUTY: _deputies,
    Audience.REVIEWER: lambda found: _in_city(Level.CITY_REVIEWER, found, found.duty.workstream),
    Audience.HEAD: lambda found: _in_city(Level.CITY_OFFICE, found),
    Audience.NEW_COUNTY: _new_county,
}


# --- taking a step back


def undo(session: Session, office: Office, act: Act, first: Event) -> list[Taken]:
    """Take back a person's step, with all that he said in the same words; refuse when something was built on it."""
    if first.person_id != (act.person.id if act.person else None):
        raise Refusal(Why.NOT_YOUR_ACT)
    if act.at - first.at > timedelta(hours=office.policy.undo_hours):
        raise Refusal(Why.UNDO_TOO_LATE, hours=office.policy.undo_hours)
    together = select(Event).where(Event.act == first.act, Event.kind == first.kind).order_by(col(Event.id))
    return [_undo_one(session, office, act, event) for event in session.exec(together).all()]


UNDOABLE = frozenset(steps.BY_KIND) - {"assigned"}  # an assignment is taken away whole (services.assigning)


def _undo_one(session: Session, office: Office, act: Act, event: Event) -> Taken:
    assert event.duty_id is not None
    duty = session.get_one(Duty, event.duty_id)
    session.refresh(duty, with_for_update=True)
    if standing_events(session, [event.subject]).get(event.subject) != event.id:
        taken_back = was_taken_back(session, event)
        raise Refusal(Why.NOTHING_TO_UNDO if taken_back else Why.CHANGED_SINCE, number=duty.number)
    before = {name: _value(session, duty, name) for name in event.before}
    undone = record(
        session, act, subject=event.subject, kind=UNDONE, duty_id=duty.id, undoes_id=event.id,
        before=event.after, after=event.before,
    )  # fmt: skip
    restored = {name: _typed(name, value) for name, value in event.before.items()}
    _set(session, duty, restored)
    _note_progress(session, act, duty, undone, restored)
    told = already_told(session, event)
    return Taken(
        step=steps.BY_KIND[event.kind], duty=duty, event=undone, before=before, told=told,
        unreached=tell(session, office, undone, told, act.at) if told else [],
    )  # fmt: skip


def _value(session: Session, duty: Duty, name: str) -> Any:
    return officials_of(session, duty) if name == OFFICIALS else getattr(duty, name)


def officials_of(session: Session, duty: Duty) -> list[list[Any]]:
    """Return whom a duty names, as the chain keeps it: level, position, name, person's id."""
    rows = select(DutyOfficial).where(DutyOfficial.duty_id == duty.id)
    named = session.exec(rows.order_by(col(DutyOfficial.level), col(DutyOfficial.position)))
    return [[one.level.value, one.position, one.name, one.person_id] for one in named]


def _typed(name: str, value: Any) -> Any:
    """Return a value of the chain as the duty's field holds it."""
    if name == OFFICIALS:
        return value
    annotation: Any = Duty.model_fields[name].annotation
    return TypeAdapter(annotation).validate_python(value)


def _set(session: Session, duty: Duty, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name == OFFICIALS:
            _name(session, duty, value)
        else:
            setattr(duty, name, value)
    session.add(duty)


def _name(session: Session, duty: Duty, officials: Iterable[list[Any]]) -> None:
    """Let a duty name these officials and no others."""
    session.execute(sa.delete(DutyOfficial).where(col(DutyOfficial.duty_id) == duty.id))
    for level, position, name, person_id in officials:
        session.add(
            DutyOfficial(duty_id=duty.id or 0, level=Level(level), position=position, name=name, person_id=person_id)
        )
    session.flush()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else plain(value) for name, value in values.items()}
