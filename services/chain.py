"""The event chain: every write is a link, hashed with the one before it, per subject.

What happens to a duty changes what is to be said of it, so a link of a duty has planning look at it again.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlmodel import Session, select

from db.looking import look_again
from db.models import Event, Person
from db.queries import insert_with_ids, last_event, last_events

ROOT = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody did at once: one message or one import. ``key`` names it for undoing."""

    key: str
    at: datetime
    person: Person | None = None  # None: the terminal
    said_in: str = ""


@dataclass(frozen=True, kw_only=True)
class Link:
    """One change to one subject; ``before`` and ``after`` as JSON keeps values."""

    subject: str
    kind: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    duty_id: int | None = None
    behalf_of: Person | None = None
    why: str = ""
    undoes_id: int | None = None


def record(
    session: Session,
    act: Act,
    *,
    subject: str,
    kind: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    duty_id: int | None = None,
    behalf_of: Person | None = None,
    why: str = "",
    undoes_id: int | None = None,
) -> Event:
    """Append a link to the subject's chain; the session is flushed so that the event has its id."""
    link = Link(
        subject=subject, kind=kind, before=before or {}, after=after or {}, duty_id=duty_id, behalf_of=behalf_of,
        why=why, undoes_id=undoes_id,
    )  # fmt: skip
    event = _event(act, link, last_event(session, subject))
    session.add(event)
    session.flush()
    if duty_id is not None:
        look_again(session, [duty_id])
    return event


def record_all(session: Session, act: Act, links: Sequence[Link]) -> list[Event]:
    """Append links to the chains of different subjects at once, as an import needs it."""
    last = last_events(session, [link.subject for link in links])
    events = [_event(act, link, last.get(link.subject)) for link in links]
    ids = insert_with_ids(session, Event, [event.model_dump(exclude={"id"}) for event in events])
    for event, event_id in zip(events, ids, strict=True):
        event.id = event_id
    look_again(session, [link.duty_id for link in links if link.duty_id is not None])
    return events


def _event(act: Act, link: Link, last: Event | None) -> Event:
    event = Event(
        subject=link.subject,
        sequence=last.sequence + 1 if last else 1,
        duty_id=link.duty_id,
        kind=link.kind,
        act=act.key,
        at=act.at,
        person_id=act.person.id if act.person else None,
        behalf_of_id=link.behalf_of.id if link.behalf_of else None,
        said_in=act.said_in,
        before=link.before,
        after=link.after,
        why=link.why,
        undoes_id=link.undoes_id,
        previous_hash=last.hash if last else ROOT,
        hash="",
    )
    event.hash = digest(event)
    return event


def plain(value: Any) -> Any:
    """Return a value as JSON keeps it, so that what was said last time compares equal."""
    if type(value) is str or value is None:  # most are; a large file has millions
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def digest(event: Event) -> str:
    """Return the hash over everything that an event says and the link before it."""
    said = [
        event.subject, event.sequence, event.duty_id, event.kind, event.act, event.at.astimezone(UTC).isoformat(),
        event.person_id, event.behalf_of_id, event.said_in, event.before, event.after, event.why, event.undoes_id,
        event.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def broken_links(session: Session) -> list[Event]:
    """Return the first link of each chain that does not fit what it says or the link before it."""
    broken: dict[str, Event] = {}
    newest: dict[str, str] = {}
    for event in session.exec(select(Event).order_by(Event.subject, Event.sequence)):  # type: ignore[arg-type]
        fits = event.previous_hash == newest.get(event.subject, ROOT) and event.hash == digest(event)
        if not fits:
            broken.setdefault(event.subject, event)
        newest[event.subject] = event.hash
    return list(broken.values())
