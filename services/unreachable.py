"""Who matters to open duties or to the digest and cannot be reached, why, and where his notices go meanwhile."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import OPEN, Account, Chat, Duty, DutyOfficial, Invite, Level, Person
from db.queries import duties_by_id
from rules.officials import in_post, successor, told_of
from rules.permission import gets_digest
from rules.policy import Office
from services.notices import Reach, Route, read_reach


class Fate(StrEnum):
    """Why somebody cannot be reached."""

    NEVER = "never"  # no account, or one that never started the bot
    BLOCKED = "blocked"
    DELETED = "deleted"
    LEFT = "left"  # the post, while duties still name him


FATES = {"deactivated": Fate.DELETED, "initiate": Fate.NEVER, "not found": Fate.NEVER}  # by the platform's own words


@dataclass(frozen=True, kw_only=True)
class Part:
    """The open duties of one workstream in one county that somebody is to see to: how many, and one of them."""

    region_id: int
    workstream: str
    count: int
    example: Duty


@dataclass(frozen=True, kw_only=True)
class Unreachable:
    """Somebody who cannot be reached; ``since`` is the last day in post, when he blocked, or the last invitation.

    ``ways`` is where his notices go now: none when nobody gets them.
    """

    person: Person
    fate: Fate
    since: date | None
    duties: int
    ways: tuple[Route, ...]


def unreachable(session: Session, office: Office, today: date) -> list[Unreachable]:
    """Return who cannot be reached, by county, the one with most of their open duties first, and so within it."""
    reach = read_reach(session, today)
    parts = _parts(session, reach)
    silent = [p for p in reach.people if _is_silent(p, reach) and (parts[p.id or 0] or gets_digest(p, today))]
    known = _known(session)
    found = [_describe(office, person, parts[person.id or 0], reach, known) for person in silent]
    of_county: Counter[int] = Counter()
    for one in found:
        of_county[one.person.region_id] += one.duties
    return sorted(
        found, key=lambda one: (-of_county[one.person.region_id], one.person.region_id, -one.duties, one.person.id)
    )


def unreachable_groups(session: Session) -> list[Chat]:
    """Return the bound groups that take nothing any more, longest first."""
    gone = select(Chat).where(col(Chat.unreachable_since).is_not(None))
    return list(session.exec(gone.order_by(col(Chat.unreachable_since))))


def _is_silent(person: Person, reach: Reach) -> bool:
    """Tell whether the person has left, or holds a post and nothing reaches him; who comes later is neither."""
    if not in_post(person, reach.today):
        return person.in_post_to is not None and person.in_post_to < reach.today
    return person.id not in reach.accounts


def _parts(session: Session, reach: Reach) -> dict[int, list[Part]]:
    """Return by person id what each is to see to: duties that name him or his predecessor; else those in his charge."""
    named = _named_parts(session)
    everything = _count_parts(session)
    found: dict[int, list[Part]] = defaultdict(list)
    for person in reach.people:
        if in_post(person, reach.today) and person.level in (Level.DEPUTY, Level.CITY_REVIEWER):
            found[person.id or 0] += [part for part in everything if _is_in_charge(person, part)]
            continue
        found[person.id or 0] += named[person.id or 0]
        heir = None if in_post(person, reach.today) else successor(person, reach.people, reach.today)
        if heir is not None:
            found[heir.id or 0] += named[person.id or 0]
    return found


def _is_in_charge(person: Person, part: Part) -> bool:
    here = person.level == Level.CITY_REVIEWER or person.region_id == part.region_id
    return here and part.workstream in person.workstreams


def _named_parts(session: Session) -> dict[int, list[Part]]:
    rows = session.execute(
        sa.select(col(DutyOfficial.person_id), *_COLUMNS)
        .join(Duty, col(Duty.id) == col(DutyOfficial.duty_id))
        .where(col(Duty.status).in_(OPEN), col(DutyOfficial.person_id).is_not(None))
        .group_by(col(DutyOfficial.person_id), col(Duty.region_id), col(Duty.workstream))
    ).all()
    found: dict[int, list[Part]] = defaultdict(list)
    for row, part in zip(rows, _made(session, rows), strict=True):
        found[row.person_id].append(part)
    return found


def _count_parts(session: Session) -> list[Part]:
    query = sa.select(*_COLUMNS).where(col(Duty.status).in_(OPEN))
    return _made(session, session.execute(query.group_by(col(Duty.region_id), col(Duty.workstream))).all())


_COLUMNS = (
    col(Duty.region_id),
    col(Duty.workstream),
    sa.func.count(col(Duty.id).distinct()).label("how_many"),
    sa.func.min(col(Duty.id)).label("example"),
)


def _made(session: Session, rows: Sequence[sa.Row[tuple[object, ...]]]) -> list[Part]:
    examples = duties_by_id(session, {row.example for row in rows})
    return [
        Part(region_id=row.region_id, workstream=row.workstream, count=row.how_many, example=examples[row.example])
        for row in rows
    ]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known of people's accounts and invitations, by person id, the newest of each."""

    accounts: dict[int, Account]
    invited: dict[int, datetime]


def _known(session: Session) -> _Known:
    accounts = session.exec(select(Account).order_by(col(Account.id)))
    invited = session.execute(
        sa.select(col(Invite.person_id), sa.func.max(col(Invite.created_at))).group_by(col(Invite.person_id))
    )
    return _Known(accounts={one.person_id: one for one in accounts}, invited={row[0]: row[1] for row in invited})


def _describe(office: Office, person: Person, parts: Sequence[Part], reach: Reach, known: _Known) -> Unreachable:
    fate, since = _fate(office, person, known, reach.today)
    routes = [reach.route(one, part.example) for part in parts for one in _hearers(person, part.example, reach)]
    ways = {route.address: route for route in routes if route is not None}
    return Unreachable(
        person=person, fate=fate, since=since, duties=sum(part.count for part in parts), ways=tuple(ways.values())
    )


def _hearers(person: Person, duty: Duty, reach: Reach) -> list[Person]:
    """Return who is to hear what is meant for the person now: himself, or whoever has his post or stands in."""
    if person.level == Level.RESPONSIBLE:
        return [one.person for one in told_of(duty, [person], reach.people, reach.today, by_clock=True)]
    holder = person if in_post(person, reach.today) else successor(person, reach.people, reach.today)
    return [holder] if holder else []


def _fate(office: Office, person: Person, known: _Known, today: date) -> tuple[Fate, date | None]:
    if not in_post(person, today):
        return Fate.LEFT, person.in_post_to
    account = known.accounts.get(person.id or 0)
    if account is not None and account.unreachable_since is not None:
        why = account.unreachable_why.lower()
        fate = next((fate for word, fate in FATES.items() if word in why), Fate.BLOCKED)
        return fate, office.today(account.unreachable_since)
    moment = known.invited.get(person.id or 0)
    return Fate.NEVER, office.today(moment) if moment else None
