"""Whose duties are whose today: one's own, those one looks after, those one is in charge of."""

from datetime import date

from sqlmodel import Session

from db.models import Duty, Level, Person
from db.queries import open_duties_in_charge, open_duties_of, people
from rules.officials import in_post, stand_in, successor

LEADERS = (Level.DEPUTY, Level.PRINCIPAL)


def stands_for(session: Session, person: Person, today: date) -> list[Person]:
    """Return whose duties the person has today: predecessors in the post, and those for whom he stands in."""
    everyone = people(session)
    gone = [p for p in everyone if not in_post(p, today) and _is(successor(p, everyone, today), person)]
    return gone + [p for p in everyone if in_post(p, today) and _is(stand_in(p, everyone, today), person)]


def _is(found: Person | None, person: Person) -> bool:
    return found is not None and found.id == person.id


def open_duties_for(session: Session, person: Person, today: date) -> list[Duty]:
    """Return the open duties that the person is to see to, most urgent first; a deputy's are those in his charge."""
    everybody = (person, *stands_for(session, person, today))
    leaders = [p for p in everybody if p.level in LEADERS]
    found = open_duties_of(session, [p.id or 0 for p in everybody if p.level not in LEADERS])
    for leader in leaders:
        found += open_duties_in_charge(session, leader.region_id, leader.workstreams)
    once = {duty.id: duty for duty in found}.values()
    return sorted(once, key=lambda duty: (duty.due_on or date.max, duty.number))
