"""Who answers for a county's work or for a duty today: who holds the post, whom he followed, who stands in for him."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from db.models import Duty, DutyOfficial, Level, Person, Region
from db.queries import named_officials, people
from rules.officials import in_post, is_paused, on_leave, stand_in, successor
from rules.policy import Workstream

LEVELS = (Level.PRINCIPAL, Level.DEPUTY, Level.RESPONSIBLE)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds a post now (None: nobody); who left it; who stands in while the holder is on leave or pauses.

    ``name`` is the ledger's, of somebody whom the list of officials does not know.
    """

    person: Person | None = None
    left: Person | None = None
    on_leave: bool = False
    is_paused: bool = False
    stands_in: Person | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Who answers for one workstream in a county."""

    workstream: Workstream
    deputies: list[Holder]
    responsible: list[Holder]


def of_duty(session: Session, duty: Duty, on: date) -> dict[Level, list[Holder]]:
    """Return who answers for a duty at each level, as the ledger names them."""
    everyone, ids = people(session), [duty.id or 0]
    named = {level: named_officials(session, ids, level).get(duty.id or 0, []) for level in LEVELS}
    return {level: _named(officials, everyone, on) for level, officials in named.items()}


def of_county(
    session: Session, county: Region, workstreams: Iterable[Workstream], on: date
) -> tuple[list[Holder], list[Charge]]:
    """Return a county's principal leaders, and who answers there for each of the workstreams."""
    everyone = people(session)

    def at(level: Level, code: str = "") -> list[Holder]:
        there = [p for p in everyone if p.region_id == county.id and p.level == level]
        return _holders([p for p in there if not code or code in p.workstreams], everyone, on)

    charges = [
        Charge(workstream=one, deputies=at(Level.DEPUTY, one.code), responsible=at(Level.RESPONSIBLE, one.code))
        for one in workstreams
    ]
    return at(Level.PRINCIPAL), charges


def _named(officials: Collection[DutyOfficial], everyone: Collection[Person], on: date) -> list[Holder]:
    known = {person.id: person for person in everyone}
    return [
        _holder(known[one.person_id], everyone, on) if one.person_id in known else Holder(name=one.name)
        for one in officials
    ]


def _holders(persons: Collection[Person], everyone: Collection[Person], on: date) -> list[Holder]:
    """Return each holder once, with whoever left to him last; posts left vacant only where nobody is in charge."""
    past = [p for p in persons if p.in_post_to is not None and p.in_post_to < on]
    past.sort(key=lambda p: p.in_post_to or on, reverse=True)
    present = [p for p in persons if in_post(p, on)]
    found: dict[int | None, Holder] = {}
    for person in (*past, *present):
        holder = _holder(person, everyone, on)
        found.setdefault(holder.person.id if holder.person else None, holder)
    if present:
        found.pop(None, None)
    return list(found.values())


def _holder(person: Person, everyone: Collection[Person], on: date) -> Holder:
    now = person if in_post(person, on) else successor(person, everyone, on)
    other = stand_in(now, everyone, on) if now else None
    return Holder(
        person=now,
        left=None if now is person else person,
        on_leave=now is not None and on_leave(now, on),
        is_paused=now is not None and other is not None and is_paused(now, on),
        stands_in=other,
    )
