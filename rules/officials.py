"""Who stands for whom: in post or not, on leave, successor, delegate, deputy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from db.models import Level, Person


class Placed(Protocol):
    """What of a duty says who is in charge of it."""

    @property
    def region_id(self) -> int: ...
    @property
    def workstream(self) -> str: ...


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
    return post_of(one) == post_of(other)


def post_of(person: Person) -> tuple[int, str, str, str]:
    """Return what two persons have in common who hold one post after the other."""
    return (person.region_id, person.level.value, person.unit, person.post)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Somebody to be told of a duty, and for whom he stands (None: for himself)."""

    person: Person
    stands_for: Person | None = None


def told_of(duty: Placed, named: Collection[Person], people: Collection[Person], on: date) -> list[Told]:
    """Return who is reminded of a duty: those named or their successors, delegates of those away, else the deputy."""
    return stand_for(named, people, on) or [Told(person=p) for p in deputies_of(duty, people, on)]


def stand_for(named: Iterable[Person], people: Collection[Person], on: date) -> list[Told]:
    """Return who holds the posts of those named, and the delegates of those away."""
    told: list[Told] = []
    for person in named:
        holder = person if in_post(person, on) else successor(person, people, on)
        if holder is None:
            continue
        told.append(Told(person=holder, stands_for=None if holder is person else person))
        if on_leave(holder, on):
            told += [Told(person=p, stands_for=holder) for p in people if p.id == holder.delegate_id and in_post(p, on)]
    return told


def deputies_of(duty: Placed, people: Iterable[Person], on: date) -> list[Person]:
    """Return the deputies in charge of the duty's workstream in its county."""
    return [
        p
        for p in people
        if p.level == Level.DEPUTY
        and p.region_id == duty.region_id
        and duty.workstream in p.workstreams
        and in_post(p, on)
    ]


def bearing(person: Person, on: date, reached: Collection[str]) -> list[Any]:
    """Return all of a person on a day by which it is decided who hears of which duty, his post first, as JSON keeps it.

    ``reached``: the ways in which he is written to.
    """
    delegate = person.delegate_id if on_leave(person, on) else None
    return [list(post_of(person)), person.workstreams, in_post(person, on), delegate, sorted(reached)]


def standing_together(
    changed: Collection[int], posts: Collection[tuple[Any, ...]], people: Iterable[Person]
) -> set[int]:
    """Return those whose duties others hear of anew when some persons change: for whom these may stand in, and they.

    ``posts`` are those that the changed ones held before.
    """
    everyone = list(people)
    touched = {p.id: p for p in everyone if p.id in changed or p.delegate_id in changed}
    held = {post_of(person) for person in touched.values()} | set(posts)
    return {p.id for p in everyone if p.id is not None and (p.id in touched or post_of(p) in held)}
