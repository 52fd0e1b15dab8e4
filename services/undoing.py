"""Taking back a deed beside the duties' own: which one is meant, and whether it may still be taken back."""

from collections.abc import Collection
from datetime import timedelta

from sqlmodel import Session, col, select

from db.models import Event
from db.queries import standing_events, was_taken_back
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services.chain import Act

# what people do and could mean by "the last": beside what each kind's own service takes back
FINAL = ("extension_asked", "extension_approved", "extension_refused", "units_set", "unlinked")


def deed_meant(session: Session, act: Act, event_id: int | None, undoable: Collection[str]) -> Event:
    """Return the event with that id, or the person's last deed; refuse what nothing takes back."""
    event = session.get(Event, event_id) if event_id is not None else _last_deed(session, act, undoable)
    if event is None or event.kind not in undoable:
        raise Refusal(Why.NOTHING_TO_UNDO)
    return event


def _last_deed(session: Session, act: Act, undoable: Collection[str]) -> Event | None:
    """Whatever the person did last, so that nothing older is taken back in its place."""
    assert act.person is not None
    taken_back = select(Event.undoes_id).where(col(Event.undoes_id).is_not(None))
    query = (
        select(Event)
        .where(Event.person_id == act.person.id, col(Event.kind).in_((*undoable, *FINAL)))
        .where(col(Event.undoes_id).is_(None), col(Event.id).not_in(taken_back))
        .order_by(col(Event.id).desc())
    )
    return session.exec(query.limit(1)).first()


def check_may_undo(session: Session, act: Act, event: Event, policy: Policy) -> None:
    """Refuse what is somebody else's, was taken back, has something built on it, or is too long ago."""
    assert act.person is not None
    if event.person_id != act.person.id:
        raise Refusal(Why.NOT_YOUR_ACT)
    if was_taken_back(session, event):
        raise Refusal(Why.NOTHING_TO_UNDO)
    if standing_events(session, [event.subject]).get(event.subject) != event.id:
        raise Refusal(Why.DEED_STANDS, number=event.subject.partition(":")[2], hours=None)
    if act.at - event.at > timedelta(hours=policy.undo_hours):
        raise Refusal(Why.DEED_STANDS, number="", hours=policy.undo_hours)
