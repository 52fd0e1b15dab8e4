"""What changed beside the duties since planning last looked: people, addresses, the policy, the calendar, the clock.

Each is compared with how it was found then, so that no deed needs to remember to say what it changed, and what changes
by itself (a leave begins, a post ends) is seen too. What happens to a duty says so itself (``services/chain.py``).
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlmodel import Session

from db.looking import bearings, keep_bearings, look_at_all, look_at_duties_of, look_at_work
from db.models import Level, Person
from db.queries import mark, newest_event_beside, set_mark
from rules.officials import bearing, standing_together
from rules.permission import gets_digest
from rules.policy import Office
from services.notices import Reach, read_reach

OFFICE_MARK = "office"
CHAT, GROUP, DIGEST = "chat", "group", "digest"  # the ways in which somebody is written to


def how_found(session: Session, office: Office, today: date) -> str:
    """Return what is another whenever there may be something to compare: day, events beside the duties, config."""
    return f"{today}/{newest_event_beside(session)}/{_fingerprint(office)}"


def look_at_changed(session: Session, office: Office, today: date) -> None:
    """Have those duties looked at again of which something else may be said than when they were looked at last."""
    _compare_office(session, office, today)
    _compare_people(session, today)


def _compare_office(session: Session, office: Office, today: date) -> None:
    """Look at everything after another policy or calendar, another version, or a clock that was set back."""
    before, now = mark(session, OFFICE_MARK), _fingerprint(office)
    if before is not None:
        day, _slash, then = before.partition("/")
        if then != now or date.fromisoformat(day) > today:
            look_at_all(session)
    set_mark(session, OFFICE_MARK, f"{today}/{now}")


def _fingerprint(office: Office) -> str:
    calendar = office.calendar
    facts = (office.policy, office.zone.key, calendar.country, sorted(calendar.overrides.items()), _versions())
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@cache
def _versions() -> tuple[str, ...]:
    return version("duban"), version("holidays")  # whose days off become official from one version to the next


def _compare_people(session: Session, today: date) -> None:
    """Look at the duties of whoever stands otherwise; leaves and posts begin and end by themselves."""
    reach, before = read_reach(session, today), bearings(session)
    now = {p.id: bearing(p, today, _ways(reach, p)) for p in reach.people if p.id is not None}
    changed = {person_id: value for person_id, value in now.items() if value != before.get(person_id)}
    if before and changed:  # before the first look of all everything is to be looked at anyway
        _look_at_duties(session, reach.people, changed, before)
    keep_bearings(session, changed)


def _ways(reach: Reach, person: Person) -> list[str]:
    found = {CHAT: person.id in reach.accounts, GROUP: person.region_id in reach.groups,
             DIGEST: gets_digest(person, reach.today)}  # fmt: skip
    return [way for way, is_open in found.items() if is_open]


def _look_at_duties(
    session: Session, people: list[Person], changed: Mapping[int, Any], before: Mapping[int, list[Any]]
) -> None:
    posts = {tuple(before[person_id][0]) for person_id in changed if person_id in before}
    look_at_duties_of(session, sorted(standing_together(changed, posts, people)))
    for person in people:
        stands_otherwise = person.id in changed or person.delegate_id in changed
        if stands_otherwise and person.level == Level.DEPUTY and person.workstreams:
            look_at_work(session, person.region_id, person.workstreams)
