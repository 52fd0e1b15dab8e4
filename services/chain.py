"""The event chain: every write is a link, hashed with the one before it, per subject."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, select

from db.models import Event, Person
from db.queries import last_event

ROOT = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody did at once: one message or one import. ``key`` names it for undoing."""

    key: str
    at: datetime
    person: Person | None = None  # None: the terminal
    said_in: str = ""


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
    last = last_event(session, subject)
    event = Event(
        subject=subject,
        sequence=last.sequence + 1 if last else 1,
        duty_id=duty_id,
        kind=kind,
        act=act.key,
        at=act.at,
        person_id=act.person.id if act.person else None,
        behalf_of_id=behalf_of.id if behalf_of else None,
        said_in=act.said_in,
        before=before or {},
        after=after or {},
        why=why,
        undoes_id=undoes_id,
        previous_hash=last.hash if last else ROOT,
        hash="",
    )
    event.hash = digest(event)
    session.add(event)
    session.flush()
    return event


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
