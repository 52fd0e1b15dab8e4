"""Whose duties are whose today: one's own, those one looks after, those one is in charge of."""

from datetime import date

from sqlmodel import Session

from db.models import Duty, Level, Person
from db.queries import open_duties_in_charge, open_duties_of, people
from rules.officials import in_post, on_leave, successor


def stands_for(session: Session, person: Person, today: date) -> list[Person]:
    """Return whose duties the person has today: predecessors in the post, and people on leave who named him."""
    everyone = people(session)
    gone = [p for p in everyone if not in_post(p, today) and _is(successor(p, everyone, today), person)]
    away = [p for p in everyone if p.delegate_id == person.id and on_leave(p, today)]
    return gone + away


def _is(found: Person | None, person: Person) -> bool:
    return found is not None and found.id == person.id


def open_duties_for(session: Session, person: Person, today: date) -> list[Duty]:
    """Return the open duties that the person is to see to, most urgent first; a deputy's are those in his charge."""
    if person.level in (Level.DEPUTY, Level.PRINCIPAL):
        return open_duties_in_charge(session, person.region_id, person.workstreams)
    ids = [p.id for p in (person, *stands_for(session, person, today)) if p.id is not None]
    return open_duties_of(session, ids)
