"""Taking back a deed beside the duties' own: which one is meant, and whether it may still be taken back."""

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Event
from db.queries import standing_events, was_taken_back
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services.chain import Act
from services.people import LEFT, ON_LEAVE

DEEDS = ("duty:", "case:", "commitment:")  # chains of what people do; in others are accounts and groups


def deed_meant(session: Session, act: Act, event_id: int | None, kinds: Collection[str]) -> Event | None:
    """Return the event with that id, or the person's last deed; None if it is none of these kinds."""
    event = session.get(Event, event_id) if event_id is not None else _last_deed(session, act)
    return event if event and event.kind in kinds else None


def _last_deed(session: Session, act: Act) -> Event | None:
    assert act.person is not None
    taken_back = select(Event.undoes_id).where(col(Event.undoes_id).is_not(None))
    query = (
        select(Event)
        .where(Event.person_id == act.person.id, col(Event.undoes_id).is_(None), col(Event.id).not_in(taken_back))
        .where(sa.or_(col(Event.kind).in_((ON_LEAVE, LEFT)), *(col(Event.subject).startswith(one) for one in DEEDS)))
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
