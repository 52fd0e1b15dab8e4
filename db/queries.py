"""Reads that several rooms need; a join is a query, and nothing here decides anything."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select

from db.figures import by_urgency
from db.life import EVIDENCE_KEPT
from db.models import (
    OPEN,
    UNSENT,
    Account,
    Chat,
    Duty,
    DutyOfficial,
    Event,
    Level,
    Mark,
    Outbox,
    Person,
    Question,
    Region,
    RegionKind,
    SentMessage,
    WorkdayOverride,
)
from db.prepared import Prepared, attached
from db.store import fetch

T = TypeVar("T")
N = TypeVar("N", bound=SQLModel)
MOST_NAMED = 500  # values in one query

# what every message asks is written once: building a statement costs more than running it
_REGIONS = select(Region).order_by(col(Region.display_order), col(Region.code))
_REGION_IDS = Prepared(sa.select(col(Region.id)).order_by(col(Region.display_order), col(Region.code)))
_PEOPLE = select(Person).order_by(col(Person.id))
_PERSON_IDS = Prepared(sa.select(col(Person.id)).order_by(col(Person.id)))
REGION_FIELDS = tuple(column.name for column in Region.metadata.tables["region"].c)
_REGION_ROWS = Prepared(sa.select(
    *(column if not isinstance(column.type, sa.JSON) else sa.cast(column, sa.Text).label(column.name)
      for column in Region.metadata.tables["region"].c)
).order_by(col(Region.display_order), col(Region.code)))  # fmt: skip
_WHOSE = Prepared(
    sa.select(*Person.metadata.tables["person"].c, col(Account.language))
    .join(Account, col(Account.person_id) == col(Person.id))
    .where(col(Account.address) == sa.bindparam("address"))
)
_LANGUAGE = Prepared(
    sa.union_all(
        sa.select(col(Account.language)).where(col(Account.address) == sa.bindparam("address")),
        sa.select(col(Chat.language)).where(col(Chat.address) == sa.bindparam("address")),
    )
)
_LEDGER_CHANGED = Prepared(
    sa.select(col(Event.at)).where(col(Event.duty_id).is_not(None)).order_by(col(Event.id).desc()).limit(1)
)
_NEWEST_BESIDE = sa.select(col(Event.id)).where(col(Event.duty_id).is_(None)).order_by(col(Event.id).desc()).limit(1)
_WORKDAYS = sa.select(col(WorkdayOverride.day), col(WorkdayOverride.is_workday))
_DECLARED = sa.select(col(WorkdayOverride.is_workday)).where(col(WorkdayOverride.day) == sa.bindparam("day"))
_MARK = sa.select(col(Mark.value)).where(col(Mark.name) == sa.bindparam("name"))
_FIRST_KNOWN = sa.select(col(Duty.known_at)).order_by(col(Duty.id)).limit(1)


def regions(session: Session) -> list[Region]:
    """Return every region in the office's order."""
    return _all(session, Region, _REGION_IDS, _REGIONS)


def region_rows(session: Session) -> tuple[tuple[Any, ...], ...]:
    """Return ``REGION_FIELDS`` of every region in the office's order, as stored: to be compared with what one knows."""
    return _REGION_ROWS.stored(session)


def city(session: Session) -> Region | None:
    """Return the root of the region tree."""
    return session.exec(select(Region).where(Region.kind == RegionKind.CITY)).first()


def people(session: Session) -> list[Person]:
    """Return every official."""
    return _all(session, Person, _PERSON_IDS, _PEOPLE)


def _all(session: Session, noun: type[N], ids: Prepared, query: Any) -> list[N]:
    """Return all rows of a noun that a morning's every message asks for, loaded once in a session.

    A session gives the same objects again anyway, as long as somebody holds them: here it is the session itself.
    """
    found = ids.stored(session)
    known_ids, known = session.info.get(noun, ((), []))
    if found != known_ids or (known and known[0] not in session):  # what was expunged is no longer the session's
        known = list(session.exec(query))
        session.info[noun] = found, known
    return list(known)


def person_at(session: Session, address: str) -> tuple[Person, str | None] | None:
    """Return whose account the address is, and the language that is spoken there."""
    found = _WHOSE.run(session, address=address)
    return (attached(session, Person, found[0]), found[0].language) if found else None


def account_and_person(session: Session, address: str) -> tuple[Account, Person] | None:
    """Return an account with whose it is."""
    query = select(Account, Person).where(Account.person_id == Person.id, Account.address == address)
    return session.exec(query).first()


def language_at(session: Session, address: str) -> str | None:
    """Return the language that is spoken at an address, a person's or a group's."""
    return next((row.language for row in _LANGUAGE.run(session, address=address) if row.language), None)


def chat_at(session: Session, address: str) -> Chat | None:
    """Return the bound group at an address."""
    return session.exec(select(Chat).where(Chat.address == address)).first()


def reachable_accounts(session: Session) -> dict[int, Account]:
    """Return each person's newest account that can be written to, by person id."""
    query = select(Account).where(col(Account.unreachable_since).is_(None)).order_by(col(Account.id))
    return {account.person_id: account for account in session.exec(query)}


def reachable_groups(session: Session) -> dict[int, Chat]:
    """Return the group of each region that can be written to, by region id."""
    query = select(Chat).where(col(Chat.unreachable_since).is_(None)).order_by(col(Chat.id).desc())
    return {chat.region_id: chat for chat in session.exec(query)}


def duty_by_number(session: Session, number: str) -> Duty | None:
    """Return a duty by its exact number."""
    return session.exec(select(Duty).where(Duty.number == number)).first()


def number_kinds(session: Session) -> set[str]:
    """Return what the duty numbers of the ledger begin with: DC of DC-2026-004."""
    kind = sa.func.rtrim(col(Duty.number), "0123456789-")
    return {found for (found,) in session.execute(sa.select(kind).distinct()) if found}


def duties_ending_in(session: Session, kind: str, serial: str) -> list[Duty]:
    """Return the duties whose numbers end in these digits, leading zeros aside, and begin with a kind if given."""
    pattern = f"{kind}%{serial}"
    found = session.exec(select(Duty).where(col(Duty.number).like(pattern)).order_by(col(Duty.number)))
    return [duty for duty in found if _last_digits(duty.number) == int(serial)]


def spotted_duties(session: Session, spot: str) -> list[Duty]:
    """Return the open duties whose title or spot number names a spot: 3号图斑."""
    digits = "".join(character for character in spot if character.isdigit())
    either = sa.or_(col(Duty.title).contains(spot, autoescape=True), col(Duty.spot_no).endswith(digits))
    found = session.exec(select(Duty).where(either, col(Duty.status).in_(OPEN)).order_by(col(Duty.number)))
    return [duty for duty in found if _names_spot(duty, digits)]


def titled_duties(session: Session, words: str) -> list[Duty]:
    """Return the open duties whose titles hold some words."""
    held = col(Duty.title).contains(words, autoescape=True)
    return list(session.exec(select(Duty).where(held, col(Duty.status).in_(OPEN)).order_by(col(Duty.number)).limit(50)))


def _names_spot(duty: Duty, digits: str) -> bool:
    """Whether the digits are the spot's whole number: 3号 is not 13号."""
    return bool(digits) and (
        re.search(rf"(?<!\d){digits}号", duty.title) is not None or _last_digits(duty.spot_no) == int(digits)
    )


def _last_digits(text: str) -> int | None:
    found = re.search(r"\d+$", text)
    return int(found[0]) if found else None


def duties_by_id(session: Session, ids: Iterable[int]) -> dict[int, Duty]:
    """Return duties by their ids."""
    return {duty.id: duty for duty in session.exec(select(Duty).where(col(Duty.id).in_(list(ids)))) if duty.id}


def named_officials(session: Session, duty_ids: Sequence[int], level: Level) -> dict[int, list[DutyOfficial]]:
    """Return the names that the ledger gives each duty at a level, in their order."""
    query = (
        select(DutyOfficial)
        .where(col(DutyOfficial.duty_id).in_(duty_ids), DutyOfficial.level == level)
        .order_by(col(DutyOfficial.duty_id), col(DutyOfficial.position))
    )
    found: dict[int, list[DutyOfficial]] = defaultdict(list)
    for official in session.exec(query):
        found[official.duty_id].append(official)
    return found


def named_people(session: Session, duty: Duty) -> list[Person]:
    """Return the persons responsible that the ledger names for a duty, as far as they are known."""
    query = (
        select(Person)
        .join(DutyOfficial, col(DutyOfficial.person_id) == col(Person.id))
        .where(DutyOfficial.duty_id == duty.id, DutyOfficial.level == Level.RESPONSIBLE)
        .order_by(col(DutyOfficial.position))
    )
    return list(session.exec(query))


def open_duties_of(session: Session, person_ids: Sequence[int]) -> list[Duty]:
    """Return the open duties that name one of the persons responsible, most urgent first."""
    named = sa.select(col(DutyOfficial.duty_id)).where(
        col(DutyOfficial.person_id).in_(person_ids), col(DutyOfficial.level) == Level.RESPONSIBLE
    )
    return list(session.exec(by_urgency(select(Duty).where(col(Duty.id).in_(named), col(Duty.status).in_(OPEN)))))


def open_duties_in_charge(session: Session, region_id: int, workstreams: Sequence[str]) -> list[Duty]:
    """Return the open duties of some workstreams in a county, most urgent first."""
    here = select(Duty).where(Duty.region_id == region_id, col(Duty.workstream).in_(workstreams))
    return list(session.exec(by_urgency(here.where(col(Duty.status).in_(OPEN)))))


def last_event(session: Session, subject: str) -> Event | None:
    """Return the newest link of a subject's chain."""
    query = select(Event).where(Event.subject == subject).order_by(col(Event.sequence).desc()).limit(1)
    return session.exec(query).first()


def last_events(session: Session, subjects: Sequence[str]) -> dict[str, Event]:
    """Return the newest link of each subject's chain, as far as there is one."""
    found: dict[str, Event] = {}
    for part in in_parts(subjects):
        newest = sa.select(sa.func.max(col(Event.id))).where(col(Event.subject).in_(part)).group_by(col(Event.subject))
        found |= {event.subject: event for event in session.exec(select(Event).where(col(Event.id).in_(newest)))}
    return found


# links of a duty's chain that leave it as it was: nothing that came before is settled by them
BESIDE = (EVIDENCE_KEPT, "evidence_added", "comment", "urged", "part_done", "all_parts_done", "letter_sent")


def standing_events(session: Session, subjects: Sequence[str]) -> dict[str, int]:
    """Return the id of the newest change of each subject that was not taken back."""
    taken_back = sa.select(col(Event.undoes_id)).where(col(Event.undoes_id).is_not(None))
    found: dict[str, int] = {}
    for part in in_parts(subjects):
        query = sa.select(col(Event.subject), sa.func.max(col(Event.id))).where(
            col(Event.subject).in_(part), col(Event.undoes_id).is_(None), col(Event.id).not_in(taken_back),
            col(Event.kind).not_in(BESIDE),
        )  # fmt: skip
        found |= {row[0]: row[1] for row in session.execute(query.group_by(col(Event.subject)))}
    return found


def was_taken_back(session: Session, event: Event) -> bool:
    """Tell whether a change was undone."""
    return session.exec(select(Event.id).where(Event.undoes_id == event.id).limit(1)).first() is not None


def in_parts(values: Sequence[T], size: int = MOST_NAMED) -> Iterator[Sequence[T]]:
    """Part a long list into such as a query can name."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def ledger_changed_at(session: Session) -> datetime | None:
    """Return when the ledger last changed; None when it is empty."""
    changed = _LEDGER_CHANGED.run(session)
    return changed[0].at if changed else None


def unsent(outbox: type[Outbox]) -> sa.ColumnElement[bool]:
    """Return the condition for what is not out yet; in literals: only so does the partial index apply."""
    return col(outbox.state).in_([sa.literal_column(f"'{state}'") for state in UNSENT])


def newest_event_beside(session: Session) -> int:
    """Return a number that grows with every change to something else than a duty."""
    return fetch(session, _NEWEST_BESIDE).scalar() or 0


def first_known_at(session: Session) -> datetime | None:
    """Return when the first of the duties came to be known; None for an empty ledger."""
    return fetch(session, _FIRST_KNOWN).scalar()


def workday_overrides(session: Session) -> dict[date, bool]:
    """Return the days that the office declared working or free."""
    return {row[0]: row[1] for row in fetch(session, _WORKDAYS)}


def declared_workday(session: Session, day: date) -> bool | None:
    """Return whether the office declared a day working or free; None: it said nothing of it."""
    return fetch(session, _DECLARED, {"day": day}).scalar()


def numbers_in_message(session: Session, chat: str, message_id: str) -> list[str]:
    """Return the duty numbers that a message of ours was about."""
    query = select(SentMessage.numbers).where(SentMessage.chat == chat, SentMessage.message_id == message_id)
    return list(session.exec(query).first() or [])


def open_question(session: Session, chat: str, person_id: int, now: datetime) -> Question | None:
    """Return what the bot waits for from the person in the chat."""
    query = select(Question).where(Question.chat == chat, Question.person_id == person_id, Question.expires_at > now)
    return session.exec(query).first()


def mark(session: Session, name: str) -> str | None:
    """Return how far a recurring job has come."""
    return fetch(session, _MARK, {"name": name}).scalar()


def set_mark(session: Session, name: str, value: str) -> None:
    """Remember how far a recurring job has come."""
    session.merge(Mark(name=name, value=value))


def insert_all(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows at once, each with all its columns but the id."""
    if rows:
        session.connection().execute(sa.insert(table.metadata.tables[table.__name__.lower()]), list(rows))


def insert_with_ids(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert many rows at once; return their ids in the same order."""
    stored = table.metadata.tables[table.__name__.lower()]
    statement = sa.insert(stored).returning(stored.c.id, sort_by_parameter_order=True)
    ids: list[int] = []
    for part in in_parts(rows):  # the time for what is returned grows with the square
        ids += session.connection().execute(statement, list(part)).scalars()
    return ids


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose unique keys are not there yet; what is there stays as it is."""
    if not rows:
        return
    _insert_new(session.get_bind().dialect.name, table, tuple(rows[0])).run_many(session, rows)


@cache
def _insert_new(dialect: str, table: type[SQLModel], names: tuple[str, ...]) -> Prepared:
    stored = table.metadata.tables[table.__name__.lower()]
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(stored)
    return Prepared(insert.values({name: sa.bindparam(name) for name in names}).on_conflict_do_nothing())
