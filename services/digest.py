"""What a day's digest says, and whether it is worth sending."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from db.figures import due_within, overdue, without_person
from db.models import Duty, Event, Outbox, OutboxKind, OutboxState, Person, Region, Status
from db.queries import regions
from rules.figures import Figures
from rules.permission import may_bind
from rules.policy import Office
from rules.reminders import weekly_list_day
from services import letters, overview
from services.office import office_now
from services.reporting import REPORTED
from text.regions import Gazetteer

MOST_OVERDUE = 4  # counties named in the line of the overdue


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The figures of a region on a day, what is new since the last digest, and what presses."""

    region: Region
    basis: overview.Basis
    figures: Figures
    overdue_by_county: list[tuple[Region, int]]
    without_person: int
    newly_reported: int
    newly_overdue: int
    changed: bool
    due_today: int
    due_tomorrow: int

    @property
    def is_news(self) -> bool:
        """Something changed, falls due today or tomorrow, or became overdue."""
        return bool(self.changed or self.due_today or self.due_tomorrow or self.newly_overdue)


@dataclass(frozen=True, kw_only=True)
class ForReader:
    """What only one reader's digest says: how many letters he may sign, and, once a week, that days off are guessed."""

    letters: int
    unpublished_year: int | None

    @classmethod
    def of(cls, session: Session, office: Office, person: Person, today: date) -> "ForReader":
        """Gather it as of a day."""
        calendar = office_now(session, office).calendar
        is_told = may_bind(person, today) and weekly_list_day(today, office.policy, calendar) == today
        return cls(
            letters=len(letters.waiting_for(session, office, person, today)),
            unpublished_year=calendar.unpublished_year(today) if is_told else None,
        )


def make_digest(session: Session, office: Office, region: Region, now: datetime) -> Digest:
    """Gather the digest of a region; "new" means since the last digest that went out before today."""
    today = office.today(now)
    gazetteer = Gazetteer(regions(session))
    ids = [county.id for county in gazetteer.below(region) if county.id is not None]
    since_day, since = _last_digest(session, today)
    by_county = overview.by_county(session, today, ids)
    late = [(gazetteer.get(county_id), figures.overdue) for county_id, figures in by_county.items() if figures.overdue]
    return Digest(
        region=region,
        basis=overview.basis(session, office, today),
        figures=overview.total(session, today, ids),
        overdue_by_county=sorted(late, key=lambda pair: (-pair[1], pair[0].display_order)),
        without_person=without_person(session, ids),
        newly_reported=_events(session, ids, since, now, REPORTED),
        newly_overdue=_became_overdue(session, ids, since_day, today),
        changed=_events(session, ids, since, now) > 0,
        due_today=_due(session, ids, today),
        due_tomorrow=_due(session, ids, today + timedelta(days=1)),
    )


def _last_digest(session: Session, today: date) -> tuple[date, datetime | None]:
    query = sa.select(col(Outbox.day), sa.func.min(col(Outbox.created_at))).where(
        col(Outbox.kind) == OutboxKind.DIGEST, col(Outbox.day) < today, col(Outbox.state) == OutboxState.SENT
    )
    row = session.execute(query.group_by(col(Outbox.day)).order_by(col(Outbox.day).desc()).limit(1)).first()
    if row is None or row[0] is None:
        return today - timedelta(days=1), None
    return row[0], row[1]


def _events(session: Session, ids: list[int], since: datetime | None, until: datetime, kind: str | None = None) -> int:
    query = (
        sa.select(sa.func.count(sa.distinct(col(Event.duty_id))))
        .join(Duty, col(Duty.id) == col(Event.duty_id))
        .where(col(Duty.region_id).in_(ids), col(Event.at) <= until)
    )
    if since is not None:
        query = query.where(col(Event.at) > since)
    if kind is not None:  # what was taken back or accepted since is not news of that kind any more
        query = query.where(col(Event.kind) == kind, col(Duty.status) == Status.AWAITING_ACCEPTANCE)
    return int(session.execute(query).scalar_one())


def _became_overdue(session: Session, ids: list[int], since: date, today: date) -> int:
    became = sa.and_(overdue(today), col(Duty.due_on) >= since)
    return _count(session, ids, became)


def _due(session: Session, ids: list[int], day: date) -> int:
    return _count(session, ids, due_within(day, 0))


def _count(session: Session, ids: list[int], condition: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(Duty).where(condition, col(Duty.region_id).in_(ids))
    return int(session.execute(query).scalar_one())
