"""The ledger written from a file as one act, and taken back as one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.files import CellAnswer
from db.models import Duty, DutyOfficial, Event, Level, Notice, Progress, Status
from db.queries import duties_by_id, in_parts, standing_events, was_taken_back
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services.chain import Act, Link, plain, record, record_all
from services.differences import VANISHED, Change, Difference
from services.loading import IMPORTED, match_officials

DUTY = "duty:"  # in front of a number, it names the subject of the event chain
TAKEN_BACK = "import_undone"
SUSPENDED = "suspended"
OFFICIALS = ((Level.PRINCIPAL, "principal"), (Level.DEPUTY, "deputy"), (Level.RESPONSIBLE, "persons"))
STORED = (
    "workstream", "sub_type", "town", "source", "problem_type", "title", "spot_no", "approval_no", "area_mu",
    "farmland_mu", "basic_farmland_mu", "rectified_area_mu", "rectified_farmland_mu", "issued_on", "due_original",
    "due_extended", "due_on", "due_kind", "measures", "lead_unit", "co_units", "status", "closed_on", "remark",
)  # fmt: skip
REPORTED = frozenset({"rectified_area_mu", "rectified_farmland_mu"})


def write(session: Session, act: Act, difference: Difference) -> None:
    """Write everything that is new or changed, as one act that ``take_back`` can undo."""
    changes = [*difference.new, *difference.changed]
    duties = _duties(session, act, changes)
    links = [_link(change, duty) for change, duty in zip(changes, duties, strict=True)]
    for change, duty in zip(changes, duties, strict=True):
        _fill(duty, change)
    session.add_all(duties)
    session.flush()
    links = [replace(link, duty_id=duty.id) for link, duty in zip(links, duties, strict=True)]
    events = record_all(session, act, links)
    for change, duty, event in zip(changes, duties, events, strict=True):
        assert duty.id is not None
        session.add_all(_officials(session, duty.id, change))
        if any(change.touches(name) for name in REPORTED):
            session.add(_progress(duty, event))
    _forget_vanished(session, [*difference.same, *(change.number for change in changes)])
    session.flush()
    match_officials(session)


def _duties(session: Session, act: Act, changes: Sequence[Change]) -> list[Duty]:
    known: dict[int, Duty] = {}
    for ids in in_parts([change.duty_id for change in changes if change.duty_id is not None]):
        known |= duties_by_id(session, ids)
    return [
        known[change.duty_id]
        if change.duty_id is not None
        else Duty(number=change.number, workstream=change.entry.fields["workstream"], region_id=change.region_id,
                  known_at=act.at)
        for change in changes
    ]  # fmt: skip


def _link(change: Change, duty: Duty) -> Link:
    """Say what changed, with all that is needed to take it back."""
    subject = f"{DUTY}{change.number}"
    if change.is_new:
        return Link(subject=subject, kind=IMPORTED, after=change.said)
    stored = {name: plain(getattr(duty, name)) for name in STORED if name in change.changes}
    said = {name: old for name, (old, _new) in change.changes.items()}
    before = {**stored, "region_id": duty.region_id, "imported": said, "raw": duty.raw}
    after = {name: new for name, (_old, new) in change.changes.items()}
    return Link(subject=subject, kind=IMPORTED, before=before, after=after)


def _fill(duty: Duty, change: Change) -> None:
    duty.region_id = change.region_id
    for name in STORED:
        if change.touches(name):
            setattr(duty, name, _value(name, change.entry.fields[name]))
    duty.imported, duty.raw = change.said, dict(change.entry.raw)


def _value(name: str, value: Any) -> Any:
    return Decimal(0) if name.endswith("_mu") and value is None else value


def _officials(session: Session, duty_id: int, change: Change) -> Iterator[DutyOfficial]:
    for level, column in OFFICIALS:
        if change.touches(column):
            said = change.entry.fields[column]
            names = said if level == Level.RESPONSIBLE else [said]
            yield from _named(session, duty_id, level, names, is_new=change.is_new)


def _named(
    session: Session, duty_id: int, level: Level, names: Sequence[str], *, is_new: bool = False
) -> list[DutyOfficial]:  # fmt: skip
    if not is_new:
        here = (col(DutyOfficial.duty_id) == duty_id, col(DutyOfficial.level) == level)
        session.execute(sa.delete(DutyOfficial).where(*here))
    return [DutyOfficial(duty_id=duty_id, level=level, position=i, name=name) for i, name in enumerate(names) if name]


def _progress(duty: Duty, event: Event) -> Progress:
    assert duty.id is not None
    assert event.id is not None
    return Progress(
        duty_id=duty.id, event_id=event.id, area_mu=duty.rectified_area_mu, farmland_mu=duty.rectified_farmland_mu,
        note=event.kind, person_id=event.person_id, said_at=event.at, said_in=event.said_in,
    )  # fmt: skip


def _forget_vanished(session: Session, numbers: Sequence[str]) -> None:
    """What is in the file again may vanish again, and is then asked about again."""
    here = {row[0] for row in session.execute(sa.select(CellAnswer.subject).where(col(CellAnswer.field) == VANISHED))}  # type: ignore[call-overload]
    for back in in_parts(sorted(here & set(numbers))):
        session.execute(
            sa.delete(CellAnswer).where(col(CellAnswer.field) == VANISHED, col(CellAnswer.subject).in_(back))
        )


def suspend_vanished(session: Session, act: Act, number: str) -> Duty:
    """Suspend a duty that the file no longer has, because the head of the office said so."""
    duty = session.exec(select(Duty).where(Duty.number == number)).one()
    before = {"status": duty.status.value}
    duty.status = Status.SUSPENDED
    session.add(duty)
    after = {"status": duty.status.value}
    record(session, act, subject=f"{DUTY}{number}", kind=SUSPENDED, duty_id=duty.id, before=before, after=after,
           why=VANISHED)  # fmt: skip
    return duty


@dataclass(kw_only=True)
class TakenBack:
    """What became of an import that was taken back, by the duties' numbers."""

    removed: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # somebody acted on them since


def take_back(session: Session, act: Act, key: str, policy: Policy) -> TakenBack:
    """Undo what an import wrote, whole, but for duties on which somebody has acted since."""
    events = list(session.exec(select(Event).where(Event.act == key, Event.kind == IMPORTED).order_by(col(Event.id))))
    events = [event for event in events if event.subject.startswith(DUTY)]
    if not events:
        raise Refusal(Why.NOTHING_TO_UNDO)
    if act.at - events[0].at > timedelta(hours=policy.undo_hours):
        raise Refusal(Why.UNDO_TOO_LATE, hours=policy.undo_hours)
    if was_taken_back(session, events[0]):
        raise Refusal(Why.NOTHING_TO_UNDO)
    taken = TakenBack()
    while events:  # a cell that was answered later made a second change to its duty: the newest goes first
        newest = {event.subject: event for event in events}
        standing = standing_events(session, list(newest))
        for event in newest.values():
            if standing.get(event.subject) != event.id:
                taken.left.append(event.subject.removeprefix(DUTY))
        _undo(session, act, [event for event in newest.values() if standing.get(event.subject) == event.id], taken)
        done = {event.id for event in newest.values()}
        events = [
            event for event in events if event.id not in done and event.subject.removeprefix(DUTY) not in taken.left
        ]
    match_officials(session)
    taken.restored = [number for number in dict.fromkeys(taken.restored) if number not in taken.removed]
    return taken


def _undo(session: Session, act: Act, events: Sequence[Event], taken: TakenBack) -> None:
    links = [
        Link(subject=event.subject, kind=TAKEN_BACK, before=event.after, after=event.before, duty_id=event.duty_id,
             undoes_id=event.id)
        for event in events
    ]  # fmt: skip
    removed = []
    for link, event in zip(links, record_all(session, act, links), strict=True):
        assert link.duty_id is not None
        number = link.subject.removeprefix(DUTY)
        if link.after:
            _restore(session, session.get_one(Duty, link.duty_id), link.after, event)
            taken.restored.append(number)
        else:
            removed.append(link.duty_id)
            taken.removed.append(number)
    _remove(session, removed)


def _restore(session: Session, duty: Duty, before: Mapping[str, Any], event: Event) -> None:
    assert duty.id is not None
    for name in STORED:
        if name in before:
            setattr(duty, name, _from_json(name, before[name]))
    said = before["imported"]
    duty.region_id, duty.raw, duty.imported = before["region_id"], before["raw"], {**duty.imported, **said}
    session.add(duty)
    for level, column in OFFICIALS:
        if column in said:
            names = said[column] if level == Level.RESPONSIBLE else [said[column]]
            session.add_all(_named(session, duty.id, level, names or []))
    if REPORTED & before.keys():
        session.add(_progress(duty, event))
    session.flush()


def _remove(session: Session, duty_ids: Sequence[int]) -> None:
    """Take away duties that an undone import brought, with all that hangs on them but their past."""
    for part in in_parts(duty_ids):
        for table in (DutyOfficial, Progress, Notice):
            session.execute(sa.delete(table).where(col(table.duty_id).in_(part)))
        session.execute(sa.delete(Duty).where(col(Duty.id).in_(part)))


def _from_json(name: str, value: Any) -> Any:
    column = Duty.__table__.c[name]  # type: ignore[attr-defined]
    if value is None:
        return None
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    if isinstance(column.type, sa.Enum):
        return column.type.python_type(value)
    return Decimal(value) if name.endswith("_mu") else value
