"""People change: leave or a pause with a delegate, a post that somebody left and hands over, accounts let go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Account, Duty, DutyOfficial, Event, Invite, Person, Question
from db.queries import people
from rules.officials import can_stand_in, in_post
from rules.policy import Office
from rules.refusal import Refusal, Why
from rules.steps import BY_NAME
from services.chain import Act, plain, record
from services.notices import read_reach, tell
from services.steps import OFFICIALS, Taken, officials_of, take
from services.undoing import check_may_undo

ON_LEAVE = "on_leave"
PAUSED = "paused"
LEFT = "left_post"
RECEIVED = "duties_received"
DELEGATE_MOVED = "delegate_moved"
UNLINKED = "unlinked"
UNDONE = "person_undone"
UNDOABLE = (ON_LEAVE, PAUSED, LEFT)
IN_HAND = tuple(BY_NAME["handover"].moves)


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What changed about a person, who is told of it, and whom nothing could tell."""

    person: Person
    event: Event
    told: list[Person] = field(default_factory=list)
    unreached: list[Person] = field(default_factory=list)


def subject_of(person: Person) -> str:
    """Return what names a person in the event chain."""
    return f"person:{person.official_id}"


def take_leave(
    session: Session, office: Office, act: Act, person: Person, begin: date | None, end: date | None,
    delegate: Person | None,
) -> Changed:  # fmt: skip
    """Note a leave, or with no days its end; the delegate hears of it, as does one whose part is over."""
    if delegate is not None:
        _check_delegate(person, delegate, begin or office.today(act.at))
    return _step_aside(session, office, act, person, ON_LEAVE, {"leave_from": begin, "leave_to": end}, delegate)


def pause(
    session: Session, office: Office, act: Act, person: Person, until: date | None, delegate: Person | None
) -> Changed:  # fmt: skip
    """Let a person's reminders go to his delegate until a day, inclusive, or with no day to himself again.

    Refused without a delegate who can hear in his place, the one he has anyway or another.
    """
    if until is not None:
        delegate = delegate or session.get(Person, person.delegate_id or 0)
        _check_pause(session, office, person, until, delegate, office.today(act.at))
    return _step_aside(session, office, act, person, PAUSED, {"paused_until": until}, delegate)


def _check_pause(
    session: Session, office: Office, person: Person, until: date, delegate: Person | None, today: date
) -> None:  # fmt: skip
    longest = office.policy.longest_pause_days
    if (until - today).days > longest:
        raise Refusal(Why.PAUSE_TOO_LONG, days=longest, latest=today + timedelta(days=longest))
    if delegate is None:
        raise Refusal(Why.PAUSE_NEEDS_DELEGATE, name="")
    _check_delegate(person, delegate, today)
    if not can_stand_in(delegate, today) or read_reach(session, today).route(delegate, None) is None:
        raise Refusal(Why.PAUSE_NEEDS_DELEGATE, name=delegate.name)


def _step_aside(
    session: Session, office: Office, act: Act, person: Person, kind: str, days: Mapping[str, date | None],
    delegate: Person | None,
) -> Changed:  # fmt: skip
    """Note from when and until when somebody else sees to a person's duties; both delegates hear of it."""
    had, has = any(getattr(person, name) for name in days), any(days.values())
    former = session.get(Person, person.delegate_id) if person.delegate_id and had else None
    values = {**days, "delegate_id": delegate.id if delegate else person.delegate_id}
    event = _change(session, act, person, kind, values)
    now = session.get(Person, person.delegate_id) if person.delegate_id and has else None
    told = [one for one in {one.id: one for one in (now, former) if one}.values() if one.id != _id(act)]
    return Changed(person=person, event=event, told=told, unreached=tell(session, office, event, told, act.at))


def _check_delegate(person: Person, delegate: Person, on: date) -> None:
    if delegate.id == person.id or delegate.region_id != person.region_id or not in_post(delegate, on):
        raise Refusal(Why.NO_DELEGATE, name=delegate.name)


def leave_post(session: Session, act: Act, person: Person, last_day: date) -> Changed:
    """Note the last day on which a person holds the post; after it his account is a stranger's."""
    return Changed(person=person, event=_change(session, act, person, LEFT, {"in_post_to": last_day}))


def duties_of(session: Session, person: Person) -> list[Duty]:
    """Return the duties under way that name a person, at whatever level."""
    named = sa.select(col(DutyOfficial.duty_id)).where(col(DutyOfficial.person_id) == person.id)
    query = select(Duty).where(col(Duty.id).in_(named), col(Duty.status).in_(IN_HAND)).order_by(col(Duty.number))
    return list(session.exec(query))


def check_successor(person: Person, successor: Person, on: date) -> None:
    """Refuse somebody who cannot take over: of another county or level, or not in post."""
    same = (person.region_id, person.level) == (successor.region_id, successor.level)
    if person.id == successor.id or not same or not in_post(successor, on):
        raise Refusal(Why.NO_SUCCESSOR, name=successor.name, person=person.name)


def successors(session: Session, person: Person, on: date) -> list[Person]:
    """Return who could take over a person's duties, those of his kind of work first."""
    found = [one for one in people(session) if one.id != person.id and in_post(one, on)]
    found = [one for one in found if (one.region_id, one.level) == (person.region_id, person.level)]
    return sorted(found, key=lambda one: -len(set(one.workstreams) & set(person.workstreams)))


def hand_over(session: Session, office: Office, act: Act, person: Person, successor: Person) -> list[Taken]:
    """Let every duty under way that names the person name the successor instead; he hears of it in one message."""
    check_successor(person, successor, office.today(act.at))
    taken = [_rename(session, office, act, duty, person, successor) for duty in duties_of(session, person)]
    for one in people(session):
        if one.delegate_id == person.id and one.id != successor.id:
            _change(session, act, one, DELEGATE_MOVED, {"delegate_id": successor.id})
    if taken:
        after = {"count": len(taken), "from": person.id}
        event = record(session, act, subject=subject_of(successor), kind=RECEIVED, after=after)
        tell(session, office, event, [successor], act.at)
    return taken


def _rename(session: Session, office: Office, act: Act, duty: Duty, person: Person, successor: Person) -> Taken:
    named = officials_of(session, duty)
    changed = [[*row[:2], successor.name, successor.id] if row[3] == person.id else row for row in named]
    return take(session, office, act, BY_NAME["handover"], duty, changes={OFFICIALS: changed})


def unlink(session: Session, act: Act, person: Person) -> int:
    """Let a person's accounts go, with open questions and invitations; return how many accounts there were."""
    accounts = list(session.exec(select(Account).where(Account.person_id == person.id)))
    before = {"addresses": [account.address for account in accounts]}
    record(session, act, subject=subject_of(person), kind=UNLINKED, before=before, after={"addresses": []})
    session.execute(sa.delete(Question).where(col(Question.person_id) == person.id))
    session.execute(sa.delete(Invite).where(col(Invite.person_id) == person.id, col(Invite.used_at).is_(None)))
    for account in accounts:
        session.delete(account)
    session.flush()
    return len(accounts)


def undo(session: Session, office: Office, act: Act, event: Event) -> Person:
    """Take back what was noted about a person, if nothing was noted since."""
    check_may_undo(session, act, event, office.policy)
    person = session.exec(select(Person).where(Person.official_id == event.subject.partition(":")[2])).one()
    record(session, act, subject=event.subject, kind=UNDONE, undoes_id=event.id, before=event.after, after=event.before)
    for name, value in event.before.items():
        is_day = name != "delegate_id" and value is not None
        setattr(person, name, date.fromisoformat(value) if is_day else value)
    session.add(person)
    return person


def _change(session: Session, act: Act, person: Person, kind: str, values: Mapping[str, object]) -> Event:
    before = {name: plain(getattr(person, name)) for name in values}
    for name, value in values.items():
        setattr(person, name, value)
    session.add(person)
    after = {name: plain(getattr(person, name)) for name in values}
    return record(session, act, subject=subject_of(person), kind=kind, before=before, after=after)


def _id(act: Act) -> int | None:
    return act.person.id if act.person else None
