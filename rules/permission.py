"""Who may do and read what; the only place that decides it (DESIGN 4)."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from db.models import Duty, Level, Person, Region
from rules.officials import in_charge_of, in_post, successor

CITY_LEVELS = (Level.CITY_LEADER, Level.CITY_OFFICE, Level.CITY_OPERATOR, Level.CITY_REVIEWER)
COUNTY_LEVELS = (Level.PRINCIPAL, Level.DEPUTY, Level.RESPONSIBLE)
CASE_STREAM = "illegal_land"  # the workstream to which cases belong
BINDING_LEVELS = (Level.CITY_OFFICE, Level.CITY_OPERATOR)
DIGEST_LEVELS = (Level.CITY_LEADER, Level.CITY_OFFICE, Level.CITY_OPERATOR)  # without asking for it
MAY_ASK_FOR_DIGEST = (*DIGEST_LEVELS, Level.CITY_REVIEWER, Level.DEPUTY, Level.PRINCIPAL)


class Standing(StrEnum):
    """In what capacity somebody reports on a duty."""

    NAMED = "named"
    SUCCESSOR = "successor"
    DELEGATE = "delegate"
    DEPUTY = "deputy"
    ON_BEHALF = "on_behalf"


def standing(
    person: Person, duty: Duty, named: Collection[Person], people: Collection[Person], on: date
) -> Standing | None:
    """Return in what capacity the person may report on the duty; None if he may not."""
    if not in_post(person, on):
        return None
    if person.level == Level.CITY_OPERATOR:
        return Standing.ON_BEHALF
    if person.id in {p.id for p in named}:
        return Standing.NAMED
    holders = [p if in_post(p, on) else successor(p, people, on) for p in named]
    if person.id in {p.id for p in holders if p}:
        return Standing.SUCCESSOR
    if person.id in {p.delegate_id for p in holders if p}:
        return Standing.DELEGATE
    if person.level == Level.DEPUTY and person.region_id == duty.region_id and duty.workstream in person.workstreams:
        return Standing.DEPUTY
    if any(told.stands_for and told.person.id == person.id for told in in_charge_of(duty, people, on)):
        return Standing.DELEGATE
    return None


def may_ever_report(person: Person | None) -> bool:
    """Tell whether there can be duties on which the person reports; on which, ``standing`` says."""
    return person is not None and person.level in (Level.RESPONSIBLE, Level.DEPUTY, Level.CITY_OPERATOR)


def may_bind(person: Person | None, on: date) -> bool:
    """Tell whether the person may bind groups and invite people."""
    return person is not None and person.level in BINDING_LEVELS and in_post(person, on)


def may_assign(person: Person | None, on: date) -> bool:
    """Tell whether the person may issue new duties."""
    return may_bind(person, on)


def may_register_case(person: Person, county: Region, on: date) -> bool:
    """Tell whether the person may register a violation found in a county: its own officials, and the office."""
    if not in_post(person, on):
        return False
    return person.level in BINDING_LEVELS or (person.level in COUNTY_LEVELS and person.region_id == county.id)


def may_handle_case(person: Person | None, county: Region, on: date) -> bool:
    """Tell whether the person may file and decide a county's cases: those of illegal land there, and the office."""
    if person is None or not may_register_case(person, county, on):
        return False
    return person.level != Level.PRINCIPAL and (person.level in BINDING_LEVELS or CASE_STREAM in person.workstreams)


def may_suspend(person: Person | None) -> bool:
    """Tell whether the person may decide that a duty is not chased for a while: the head of the office alone."""
    return person is not None and person.level == Level.CITY_OFFICE


def reads_letters(person: Person | None, on: date) -> bool:
    """Tell whether the person looks at the drafts of the ladder: the office, and the leaders who sign some of them."""
    return may_bind(person, on) or (person is not None and person.level == Level.CITY_LEADER and in_post(person, on))


def may_sign(person: Person | None, signed_by: Level, on: date) -> bool:
    """Tell whether the person signs letters of a rung."""
    return person is not None and person.level == signed_by and in_post(person, on)


def gets_digest(person: Person, on: date) -> bool:
    """Tell whether the daily digest goes to the person."""
    if not in_post(person, on):
        return False
    return person.level in DIGEST_LEVELS or (person.wants_digest and person.level in MAY_ASK_FOR_DIGEST)


def may_ask_for_digest(person: Person | None) -> bool:
    """Tell whether the person may read and order the digest."""
    return person is not None and person.level in MAY_ASK_FOR_DIGEST


def reads_whole_city(person: Person) -> bool:
    """Tell whether the person's region is the city."""
    return person.level in CITY_LEVELS


def covers(reader_region_id: int, region: Region) -> bool:
    """Tell whether a reader of one region may read the other: his own and those below it."""
    return reader_region_id in (region.id, region.parent_id)
