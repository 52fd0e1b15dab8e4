"""Who stands for whom: in post or not, on leave, pausing, successor, delegate, deputy."""

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


def is_paused(person: Person, on: date) -> bool:
    """Tell whether the person's reminders go to his delegate on that day."""
    return person.paused_until is not None and on <= person.paused_until


def can_stand_in(person: Person, on: date) -> bool:
    """Tell whether the person can hear in the place of somebody who hears nothing himself."""
    return in_post(person, on) and not on_leave(person, on) and not is_paused(person, on)


def stand_in(person: Person, people: Iterable[Person], on: date) -> Person | None:
    """Return who stands in for a person who is away, or who pauses and has somebody able to hear in his place.

    Nobody for whoever is neither: so a pause whose delegate left, is away or pauses too is none.
    """
    away = on_leave(person, on)
    if person.delegate_id is None or not (away or is_paused(person, on)):
        return None
    delegate = next((p for p in people if p.id == person.delegate_id and in_post(p, on)), None)
    return delegate if away or (delegate is not None and can_stand_in(delegate, on)) else None


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


def told_of(
    duty: Placed, named: Collection[Person], people: Collection[Person], on: date, *, by_clock: bool = False
) -> list[Told]:  # fmt: skip
    """Return who is told of a duty: those named or their successors, and who stands in for them; else the deputies.

    Of what the clock says (``by_clock``) those who pause hear nothing while somebody stands in for them; of what was
    done they hear too.
    """
    return stand_for(named, people, on, by_clock=by_clock) or in_charge_of(duty, people, on, by_clock=by_clock)


def stand_for(
    named: Iterable[Person], people: Collection[Person], on: date, *, by_clock: bool = False
) -> list[Told]:  # fmt: skip
    """Return who holds the posts of those named, and who stands in for them."""
    told: list[Told] = []
    for person in named:
        holder = person if in_post(person, on) else successor(person, people, on)
        if holder is not None:
            one = Told(person=holder, stands_for=None if holder is person else person)
            told += _with_stand_in(one, people, on, by_clock=by_clock)
    return told


def in_charge_of(duty: Placed, people: Collection[Person], on: date, *, by_clock: bool = False) -> list[Told]:
    """Return the deputies in charge of a duty, and who stands in for them."""
    deputies = [Told(person=p) for p in deputies_of(duty, people, on)]
    return [told for one in deputies for told in _with_stand_in(one, people, on, by_clock=by_clock)]


def _with_stand_in(one: Told, people: Iterable[Person], on: date, *, by_clock: bool) -> list[Told]:
    delegate = stand_in(one.person, people, on)
    if delegate is None:
        return [one]
    other = Told(person=delegate, stands_for=one.person)
    return [other] if by_clock and is_paused(one.person, on) else [one, other]


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
    aside = [on_leave(person, on), is_paused(person, on)]
    delegate = person.delegate_id if any(aside) else None
    return [list(post_of(person)), person.workstreams, in_post(person, on), *aside, delegate, sorted(reached)]


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
