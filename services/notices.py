"""Who is told at once of what somebody did: queued with the act, sent merged; ``scheduler/told.py`` says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from db.models import Account, Chat, Duty, Event, Notice, Outbox, OutboxKind, OutboxState, Person, Telling
from db.queries import people, reachable_accounts, reachable_groups, unsent
from rules.officials import Placed, deputies_of, in_post
from rules.permission import reads_whole_city
from rules.policy import Office


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a person's notices go: his own chat, his county's group, or his deputy's chat."""

    address: str
    person: Person | None  # None: a group


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Who can be written to, read once."""

    people: list[Person]
    accounts: dict[int, Account]
    groups: dict[int, Chat]
    today: date

    def route(self, person: Person, duty: Placed | None) -> Route | None:
        """Return where a notice about the duty goes; None when nobody can be reached."""
        if person.id in self.accounts and in_post(person, self.today):
            return self._own(person)
        if reads_whole_city(person):  # what the office is to decide is not for a group, nor for a county's deputy
            return None
        if person.region_id in self.groups:
            return Route(address=self.groups[person.region_id].address, person=None)
        deputies = deputies_of(duty, self.people, self.today) if duty else []
        in_charge = [deputy for deputy in deputies if deputy.id in self.accounts]
        return self._own(in_charge[0]) if in_charge else None

    def _own(self, person: Person) -> Route:
        return Route(address=self.accounts[person.id or 0].address, person=person)


def read_reach(session: Session, today: date) -> Reach:
    """Read who can be written to."""
    accounts, groups = reachable_accounts(session), reachable_groups(session)
    return Reach(people=people(session), accounts=accounts, groups=groups, today=today)


def tell(session: Session, office: Office, event: Event, persons: Iterable[Person], now: datetime) -> list[Person]:
    """Queue an act for those who are to know of it, in its own transaction; return who cannot be reached at all."""
    reach, duty = read_reach(session, office.today(now)), _duty(session, event)
    send_after = now + timedelta(minutes=office.policy.merge_minutes)
    unreached = []
    for person in {person.id: person for person in persons}.values():
        route = reach.route(person, duty)
        if route is None:
            unreached.append(person)
        else:
            _queue(session, event, person, _message(session, route, now, send_after))
    return unreached


def already_told(session: Session, event: Event) -> list[Person]:
    """Return who has heard of an act; who has not will not, once it is taken back."""
    sent = (
        select(Person)
        .join(Telling, col(Telling.person_id) == col(Person.id))
        .join(Outbox, col(Telling.outbox_id) == col(Outbox.id))
        .where(Telling.event_id == event.id, col(Outbox.state).in_((OutboxState.SENDING, OutboxState.SENT)))
    )
    return list(session.exec(sent))


def find_another_way(session: Session, office: Office, outbox_id: int, now: datetime) -> None:
    """Give what a message carried to others, after its address was found to take nothing any more.

    What the other address was told already counts as told. A reminder that it was not told of is planned anew.
    """
    reach = read_reach(session, office.today(now))
    for telling in session.exec(select(Telling).where(Telling.outbox_id == outbox_id)).all():
        event, person = session.get_one(Event, telling.event_id), session.get_one(Person, telling.person_id)
        if (route := reach.route(person, _duty(session, event))) is not None:
            told_there = _carrier(session, route, Telling, Telling.event_id == event.id)
            telling.outbox_id = told_there or _message(session, route, now, now)
            session.add(telling)
    for notice in session.exec(select(Notice).where(Notice.outbox_id == outbox_id)).all():
        duty, person = session.get_one(Duty, notice.duty_id), session.get_one(Person, notice.person_id)
        if (route := reach.route(person, duty)) is not None:
            same = (Notice.duty_id == duty.id, Notice.due_on == notice.due_on, Notice.rule == notice.rule)
            notice.outbox_id = _carrier(session, route, Notice, *same) or outbox_id
            session.add(notice)
    session.flush()


def pass_on_if_left(session: Session, office: Office, row: Outbox, now: datetime) -> None:
    """Give the acts that wait for somebody who has left his post to others: his account is a stranger's by now."""
    reader = session.get(Person, row.person_id) if row.person_id else None
    if row.kind == OutboxKind.ACT and row.id and reader and not in_post(reader, office.today(now)):
        find_another_way(session, office, row.id, now)


def _carrier(session: Session, route: Route, noun: type[Telling | Notice], *same: Any) -> int | None:
    """Return the message that told an address of the same thing, or is about to."""
    alive = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.SENT)
    there = select(Outbox.id).join(noun, col(noun.outbox_id) == col(Outbox.id))
    return session.exec(there.where(Outbox.chat == route.address, col(Outbox.state).in_(alive), *same)).first()


def _duty(session: Session, event: Event) -> Duty | None:
    return session.get(Duty, event.duty_id) if event.duty_id else None


def _queue(session: Session, event: Event, person: Person, outbox_id: int) -> None:
    assert event.id is not None
    assert person.id is not None
    key = f"act:{event.id}:{person.id}"
    if session.exec(select(Telling.id).where(Telling.key == key)).first() is None:
        session.add(Telling(key=key, event_id=event.id, person_id=person.id, outbox_id=outbox_id))
        session.flush()


def _message(session: Session, route: Route, now: datetime, send_after: datetime) -> int:
    """Return the message that still waits for its minutes, or for the window to open; else begin one."""
    waiting = (
        select(Outbox)
        .where(Outbox.chat == route.address, Outbox.kind == OutboxKind.ACT)
        # what was tried may have arrived: nothing is added to it
        .where(unsent(Outbox), Outbox.state == OutboxState.WAITING, Outbox.attempts == 0)
        .with_for_update()
    )
    row = session.exec(waiting).first()
    if row is None:
        person_id = route.person.id if route.person else None
        row = Outbox(
            kind=OutboxKind.ACT, chat=route.address, person_id=person_id, created_at=now, send_after=send_after
        )  # fmt: skip
        session.add(row)
        session.flush()
    assert row.id is not None
    return row.id
