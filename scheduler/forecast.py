"""What would be said to whom in the days to come if nobody did anything: the real planning, walked over a copy."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session, col, select

from db.copying import copy_ledger
from db.migrations import upgrade
from db.models import Level, Outbox, OutboxKind, OutboxState, Person
from db.store import Store
from rules.policy import Office
from scheduler import outbox
from scheduler.hours import digest_hour
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing
from scheduler.plan import plan
from services.office import may_notify, office_now
from text.reply import Reply

CLAIM = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """A message that would go out: when, to whose chat, and what it would say."""

    at: datetime
    kind: OutboxKind
    chat: str
    person_id: int | None  # None: a group
    reply: Reply


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of the forecast; ``is_official`` is false where its year's days off are only estimated."""

    day: date
    is_workday: bool
    is_official: bool
    messages: tuple[Foretold, ...]


def forecast(store: Store, office: Office, now: datetime, first: date, days: int) -> Iterator[Day]:
    """Walk from now to the end of the days asked for, and return those from the first on; nothing is written or sent.

    ``office`` may have another policy than the one that is in force; days are calendar days.
    """
    with _copy_of(store) as copy:
        today = office.today(now)
        for passed in range((first - today).days + days):
            day = today + timedelta(days=passed)
            found = tuple(_day(copy, office, day, now))
            if day >= first:
                with copy.reading() as session:
                    calendar = office_now(session, office).calendar
                yield Day(
                    day=day, is_workday=calendar.is_workday(day), is_official=calendar.is_official(day.year),
                    messages=found,
                )  # fmt: skip


def days_bothered(days: Sequence[Day]) -> Counter[int]:
    """Count for each person the days on which something would reach him, by person id."""
    return Counter(person for day in days for person in {m.person_id for m in day.messages} if person is not None)


def bothered_by_level(bothered: Counter[int], known: Mapping[int | None, Person]) -> dict[Level, list[int]]:
    """Return the numbers of days of the persons of each level, most first."""
    found: dict[Level, list[int]] = defaultdict(list)
    for who, count in bothered.most_common():
        found[known[who].level].append(count)
    return found


@contextmanager
def _copy_of(store: Store) -> Iterator[Store]:
    with TemporaryDirectory(prefix="duban-forecast-") as folder:
        copy = Store(f"sqlite:///{Path(folder) / 'forecast.db'}")
        try:
            upgrade(copy.engine)
            with store.reading() as source, copy.writing() as target:
                copy_ledger(source, target)
            yield copy
        finally:
            copy.close()


def _day(copy: Store, office: Office, day: date, now: datetime) -> Iterator[Foretold]:
    """Go to every moment of the day at which something may fall due; only at the first ones there is news to plan."""
    planned = {max(_opening(office, day), now)}
    if (hour := digest_hour(office, _opening(office, day))) is not None:
        planned.add(max(hour, now))
    moments = set(planned)
    while moments:
        moment = min(moments)
        moments.remove(moment)
        with copy.writing() as session:
            if moment in planned:
                plan(session, office, moment)
            yield from _send(session, office, moment)
            moments |= {when for when in _waiting(session) if when > moment and office.today(when) == day}


def _opening(office: Office, day: date) -> datetime:
    return datetime.combine(day, office.policy.window_from, tzinfo=office.zone)


def _waiting(session: Session) -> list[datetime]:
    query = select(Outbox.send_after).where(Outbox.kind != OutboxKind.REPLY, Outbox.state == OutboxState.WAITING)
    return list(session.exec(query))


def _send(session: Session, office: Office, now: datetime) -> Iterator[Foretold]:
    """Send as the sender does: of each chat one message after the other; what is no longer true is dropped."""
    while ids := session.execute(outbox.claimable(now, may_notify(session, office, now))).scalars().all():
        outbox.claim(session, ids, "forecast", now, CLAIM)
        query = select(Outbox).where(col(Outbox.id).in_(ids)).order_by(col(Outbox.id))
        for row in session.exec(query.execution_options(populate_existing=True)).all():
            assert row.id is not None
            reply = render(session, row, office, now)
            if reply is None:
                outbox.drop(session, row, "no longer true")
                session.flush()
                continue
            outbox.mark_sent(session, [(Outgoing(id=row.id, chat=row.chat, envelope=Envelope(reply=reply)), None)], now)
            yield Foretold(at=now, kind=row.kind, chat=row.chat, person_id=row.person_id, reply=reply)
