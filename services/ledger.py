"""The ledger written from a file as one act, and taken back as one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.files import CellAnswer
from db.ladder import LetterDuty
from db.life import Commitment
from db.looking import Look
from db.models import Duty, DutyOfficial, Event, Level, Notice, Progress, Status
from db.queries import duties_by_id, in_parts, insert_all, insert_with_ids, standing_events, was_taken_back
from db.trends import Snapshot
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services.chain import Act, Link, plain, record_all
from services.differences import REPORTED, VANISHED, Change, Difference, Gone
from services.loading import IMPORTED, match_officials

DUTY = "duty:"  # in front of a number, it names the subject of the event chain
TAKEN_BACK = "import_undone"
OFFICIALS = ((Level.PRINCIPAL, "principal"), (Level.DEPUTY, "deputy"), (Level.RESPONSIBLE, "persons"))
STORED = (
    "workstream", "sub_type", "town", "source", "problem_type", "title", "spot_no", "approval_no", "area_mu",
    "farmland_mu", "basic_farmland_mu", "rectified_area_mu", "rectified_farmland_mu", "issued_on", "due_original",
    "due_extended", "due_on", "due_kind", "measures", "lead_unit", "co_units", "status", "closed_on", "remark",
)  # fmt: skip


def write(session: Session, act: Act, difference: Difference) -> None:
    """Write everything that is new or changed, as one act that ``take_back`` can undo."""
    _write_new(session, act, difference.new)
    _write_changed(session, act, difference.changed)
    _suspend(session, act, difference.suspended)
    _forget_vanished(session, [*difference.same, *(change.number for change in (*difference.new, *difference.changed))])
    session.flush()
    match_officials(session)


def _write_new(session: Session, act: Act, changes: Sequence[Change]) -> None:
    """Insert in bulk: an office's first ledger is all new, and others wait while it is written."""
    if not changes:
        return
    blank = Duty(number="", workstream="", region_id=0, known_at=act.at).model_dump(exclude={"id"})
    rows = [blank | _new_values(change) for change in changes]
    ids = insert_with_ids(session, Duty, rows)
    links = [replace(_link(change), duty_id=duty_id) for change, duty_id in zip(changes, ids, strict=True)]
    events = record_all(session, act, links)
    officials = [one for change, duty_id in zip(changes, ids, strict=True) for one in _officials(change, duty_id)]
    insert_all(session, DutyOfficial, [one.model_dump(exclude={"id"}) for one in officials])
    progress = [_progress(event, row) for event, row in zip(events, rows, strict=True)]
    insert_all(session, Progress, [one.model_dump(exclude={"id"}) for one in progress])


def _new_values(change: Change) -> dict[str, Any]:
    fields = change.entry.fields
    stored = {name: _value(name, fields[name]) for name in STORED}
    said = {"imported": change.said, "raw": dict(change.entry.raw)}
    return stored | said | {"number": change.number, "region_id": change.region_id}


def _write_changed(session: Session, act: Act, changes: Sequence[Change]) -> None:
    known: dict[int, Duty] = {}
    for ids in in_parts([change.duty_id for change in changes if change.duty_id is not None]):
        known |= duties_by_id(session, ids)
    duties = [known[change.duty_id or 0] for change in changes]
    links = [_link(change, duty) for change, duty in zip(changes, duties, strict=True)]
    for change, duty in zip(changes, duties, strict=True):
        _fill(duty, change)
    session.add_all(duties)
    events = record_all(session, act, links)
    for change, duty, event in zip(changes, duties, events, strict=True):
        assert duty.id is not None
        _forget_officials(session, duty.id, [level for level, column in OFFICIALS if column in change.changes])
        session.add_all(_officials(change, duty.id))
        if REPORTED & change.changes.keys():
            session.add(_progress(event, duty.model_dump()))


def _link(change: Change, duty: Duty | None = None) -> Link:
    """Say what changed, with all that is needed to take it back."""
    subject = f"{DUTY}{change.number}"
    if duty is None:
        return Link(subject=subject, kind=IMPORTED, after=change.said)
    stored = {name: plain(getattr(duty, name)) for name in STORED if name in change.changes}
    said = {name: duty.imported.get(name) for name, now in change.said.items() if duty.imported.get(name) != now}
    before = {**stored, "region_id": duty.region_id, "imported": said, "raw": duty.raw}
    after = {name: new for name, (_old, new) in change.changes.items()}
    return Link(subject=subject, kind=IMPORTED, before=before, after=after, duty_id=duty.id)


def _fill(duty: Duty, change: Change) -> None:
    duty.region_id = change.region_id
    for name in STORED:
        if name in change.changes:
            setattr(duty, name, _value(name, change.entry.fields[name]))
    duty.imported, duty.raw = change.said, dict(change.entry.raw)


def _value(name: str, value: Any) -> Any:
    return Decimal(0) if name.endswith("_mu") and value is None else value


def _officials(change: Change, duty_id: int) -> Iterator[DutyOfficial]:
    """Name the officials of the levels that the file changes."""
    for level, column in OFFICIALS:
        if change.is_new or column in change.changes:
            said = change.entry.fields[column]
            yield from _named(duty_id, level, said if level == Level.RESPONSIBLE else [said])


def _named(duty_id: int, level: Level, names: Sequence[str]) -> list[DutyOfficial]:
    return [DutyOfficial(duty_id=duty_id, level=level, position=i, name=name) for i, name in enumerate(names) if name]


def _forget_officials(session: Session, duty_id: int, levels: Sequence[Level]) -> None:
    if levels:
        here = (col(DutyOfficial.duty_id) == duty_id, col(DutyOfficial.level).in_(levels))
        session.execute(sa.delete(DutyOfficial).where(*here))


def _progress(event: Event, values: Mapping[str, Any]) -> Progress:
    assert event.id is not None
    assert event.duty_id is not None
    return Progress(
        duty_id=event.duty_id, event_id=event.id, area_mu=values["rectified_area_mu"],
        farmland_mu=values["rectified_farmland_mu"], note=event.kind, person_id=event.person_id, said_at=event.at,
        said_in=event.said_in,
    )  # fmt: skip


def _forget_vanished(session: Session, numbers: Sequence[str]) -> None:
    """What is in the file again may vanish again, and is then asked about again."""
    here = {row[0] for row in session.execute(sa.select(CellAnswer.subject).where(col(CellAnswer.field) == VANISHED))}  # type: ignore[call-overload]
    for back in in_parts(sorted(here & set(numbers))):
        session.execute(
            sa.delete(CellAnswer).where(col(CellAnswer.field) == VANISHED, col(CellAnswer.subject).in_(back))
        )


def _suspend(session: Session, act: Act, gone: Sequence[Gone]) -> None:
    """Suspend duties that the file no longer has, because the head of the office said so; undone with the import."""
    after = {"status": Status.SUSPENDED.value}
    links = []
    for duty in duties_by_id(session, [one.duty_id for one in gone]).values():
        said = {"status": duty.imported.get("status")}
        before = {"status": duty.status.value, "region_id": duty.region_id, "imported": said, "raw": duty.raw}
        links.append(Link(subject=f"{DUTY}{duty.number}", kind=IMPORTED, before=before, after=after, duty_id=duty.id,
                          why=VANISHED))  # fmt: skip
        # as if the file had said so: when it has the duty again, that is a change
        duty.status, duty.imported = Status.SUSPENDED, duty.imported | after
        session.add(duty)
    record_all(session, act, links)


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
    remove_duties(session, removed)


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
            _forget_officials(session, duty.id, [level])
            session.add_all(_named(duty.id, level, names or []))
    if REPORTED & before.keys():
        session.add(_progress(event, duty.model_dump()))
    session.flush()


def remove_duties(session: Session, duty_ids: Sequence[int]) -> None:
    """Take away duties that an undone act brought, with all that hangs on them but their past."""
    for part in in_parts(duty_ids):
        for table in (DutyOfficial, Progress, Notice, Snapshot, LetterDuty, Look):
            session.execute(sa.delete(table).where(col(table.duty_id).in_(part)))
        promised = sa.update(Commitment).where(col(Commitment.duty_id).in_(part))
        session.execute(promised.values(duty_id=None, withdrawn=True))
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
