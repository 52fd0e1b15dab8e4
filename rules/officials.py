"""Who stands for whom: in post or not, on leave, successor, delegate, deputy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from db.models import Duty, Level, Person


def in_post(person: Person, on: date) -> bool:
    """Tell whether the person holds the post on that day."""
    return (person.in_post_from is None or person.in_post_from <= on) and (
        person.in_post_to is None or on <= person.in_post_to
    )


def on_leave(person: Person, on: date) -> bool:
    """Tell whether the person is away on that day."""
    return person.leave_from is not None and person.leave_from <= on <= (person.leave_to or person.leave_from)


def successor(person: Person, people: Iterable[Person], on: date) -> Person | None:
    """Return who holds the same post now, if exactly one does."""
    found = [p for p in people if p.id != person.id and _same_post(p, person) and in_post(p, on)]
    return found[0] if len(found) == 1 else None


def _same_post(one: Person, other: Person) -> bool:
    return (one.region_id, one.level, one.unit, one.post) == (other.region_id, other.level, other.unit, other.post)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Somebody to be told of a duty, and for whom he stands (None: for himself)."""

    person: Person
    stands_for: Person | None = None


def told_of(duty: Duty, named: Collection[Person], people: Collection[Person], on: date) -> list[Told]:
    """Return who is reminded of a duty: those named or their successors, delegates of those away, else the deputy."""
    told: list[Told] = []
    for person in named:
        holder = person if in_post(person, on) else successor(person, people, on)
        if holder is None:
            continue
        told.append(Told(person=holder, stands_for=None if holder is person else person))
        if on_leave(holder, on):
            told += [Told(person=p, stands_for=holder) for p in people if p.id == holder.delegate_id and in_post(p, on)]
    return told or [Told(person=p) for p in deputies_of(duty, people, on)]


def deputies_of(duty: Duty, people: Iterable[Person], on: date) -> list[Person]:
    """Return the deputies in charge of the duty's workstream in its county."""
    return [
        p
        for p in people
        if p.level == Level.DEPUTY
        and p.region_id == duty.region_id
        and duty.workstream in p.workstreams
        and in_post(p, on)
    ]
