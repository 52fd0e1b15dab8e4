"""Who is who in the chats: invites, accounts, groups and their regions, languages."""

import hashlib
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Account, Chat, Invite, Outbox, Person, Question, Region, SentMessage
from db.queries import account_and_person, chat_at, regions, set_mark, unsent
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services.chain import Act, record
from text.regions import Gazetteer

CODE_BYTES = 12
FOUND_MARK = "found"  # how planning found the office; "" where people changed and no event says so


def find_person(session: Session, words: str) -> Person:
    """Find a person by official_id, by county and name, or by a name that only one has; refuse otherwise."""
    by_id = session.exec(select(Person).where(Person.official_id == words.strip())).first()
    if by_id is not None:
        return by_id
    *place, name = words.split() or [""]
    query = select(Person).where(Person.name == name)
    region = Gazetteer(regions(session)).exact(" ".join(place)) if place else None
    if place:
        query = query.where(Person.region_id == (region.id if region else None))
    found = list(session.exec(query))
    if len(found) != 1:
        raise Refusal(Why.UNKNOWN_PERSON, name=words, several=[p.official_id for p in found])
    return found[0]


def invite(session: Session, act: Act, person: Person, policy: Policy) -> str:
    """Make a one-time code that binds whoever says it to the person."""
    code = secrets.token_urlsafe(CODE_BYTES)
    assert person.id is not None
    session.add(
        Invite(
            code_hash=_hash(code),
            person_id=person.id,
            created_at=act.at,
            expires_at=act.at + timedelta(days=policy.invite_days),
        )
    )
    record(session, act, subject=f"person:{person.official_id}", kind="invited")
    return code


def join(session: Session, act: Act, code: str, address: str) -> Person:
    """Bind the account at an address to the person whom the code invites; refuse a code that is not good any more."""
    found = session.exec(select(Invite).where(Invite.code_hash == _hash(code))).first()
    if found is None or found.used_at is not None or found.expires_at <= act.at:
        raise Refusal(Why.BAD_CODE)
    person = session.get_one(Person, found.person_id)
    found.used_at, found.used_by = act.at, address
    link(session, act, person, address)
    return person


def link(session: Session, act: Act, person: Person, address: str) -> Account:
    """Bind an account to a person; one that was somebody else's changes hands, and the chain says so."""
    assert person.id is not None
    account = session.exec(select(Account).where(Account.address == address)).first()
    before = {"person_id": account.person_id} if account else {}
    if account is None:
        account = Account(address=address, person_id=person.id, joined_at=act.at)
    account.person_id, account.unreachable_since, account.unreachable_why = person.id, None, ""
    session.add(account)
    after = {"person_id": person.id, "address": address}
    record(session, act, subject=f"person:{person.official_id}", kind="joined", before=before, after=after)
    return account


def bind(session: Session, act: Act, address: str, title: str, region: Region) -> Chat:
    """Bind a group to a region: its members may from now on read the region's figures."""
    assert region.id is not None
    chat = chat_at(session, address)
    before = {"region_id": chat.region_id} if chat else {}
    if chat is None:
        chat = Chat(address=address, region_id=region.id)
    chat.title, chat.region_id, chat.unreachable_since, chat.unreachable_why = title, region.id, None, ""
    session.add(chat)
    record(session, act, subject=f"chat:{address}", kind="bound", before=before, after={"region_id": region.id})
    return chat


def choose_language(session: Session, act: Act, address: str, language: str) -> None:
    """Remember the language of a person's private chat or of a bound group."""
    found = account_and_person(session, address)
    place = found[0] if found else chat_at(session, address)
    if place is None:  # the terminal: nothing to remember it in
        return
    record(
        session, act, subject=f"chat:{address}", kind="language",
        before={"language": place.language}, after={"language": language},
    )  # fmt: skip
    place.language = language
    session.add(place)


def wants_digest(session: Session, act: Act, person: Person, wants: bool) -> None:
    """Order the daily digest, or cancel it."""
    record(
        session, act, subject=f"person:{person.official_id}", kind="digest",
        before={"wants_digest": person.wants_digest}, after={"wants_digest": wants},
    )  # fmt: skip
    person.wants_digest = wants
    session.add(person)


def unreachable(session: Session, address: str, why: str, now: datetime) -> None:
    """Remember that an address cannot be written to any more, so that notices go elsewhere."""
    for table in (Account, Chat):
        session.execute(
            sa.update(table).where(col(table.address) == address).values(unreachable_since=now, unreachable_why=why)
        )
    set_mark(session, FOUND_MARK, "")


def reachable_again(session: Session, address: str) -> None:
    """Forget that an address could not be written to."""
    for table in (Account, Chat):
        was_not = (col(table.address) == address, col(table.unreachable_since).is_not(None))
        again = sa.update(table).where(*was_not).values(unreachable_since=None, unreachable_why="")
        if session.connection().execute(again).rowcount:
            set_mark(session, FOUND_MARK, "")


def move_chat(session: Session, act: Act, old: str, new: str) -> None:
    """Follow a group that became a supergroup: binding, what waits to be sent, and what was sent."""
    chat = chat_at(session, old)
    if chat is not None:
        doubled = chat_at(session, new)
        if doubled is not None:
            session.delete(doubled)
            session.flush()
        chat.address = new
        session.add(chat)
        record(session, act, subject=f"chat:{new}", kind="moved", before={"address": old}, after={"address": new})
    session.execute(sa.update(Outbox).where(col(Outbox.chat) == old, unsent(Outbox)).values(chat=new))
    session.execute(sa.update(Question).where(col(Question.chat) == old).values(chat=new))
    # message ids start anew in the supergroup: replies to the old messages cannot be recognised any more
    session.execute(sa.delete(SentMessage).where(col(SentMessage.chat) == old))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
