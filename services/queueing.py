"""What waits for the city: what was reported done and is not judged, what is accepted and not struck off."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from db.models import WITH_CITY, Duty, Event, Level, Person, Status
from db.queries import people
from rules.calendar import Calendar
from rules.policy import Office
from rules.steps import BY_NAME, acts_as
from services.office import office_now
from services.steps import last_of_kind

TO_JUDGE = (Status.AWAITING_ACCEPTANCE,)
TO_CLOSE = (Status.ACCEPTED, Status.PUBLIC_NOTICE)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A duty that waits for the city; ``since`` is None where the ledger brought it so. Days are working days."""

    duty: Duty
    since: date | None
    workdays: int
    is_late: bool


def to_judge(session: Session, office: Office, person: Person, today: date) -> list[Waiting]:
    """Return what the person is to accept or return, longest waiting first."""
    everyone = people(session)
    streams = [
        stream.code for stream in office.policy.workstreams
        if acts_as(person, Level.CITY_REVIEWER, everyone, today, stream.code)
    ]  # fmt: skip
    return _waiting(session, office, today, TO_JUDGE, streams) if streams else []


def to_close(session: Session, office: Office, today: date) -> list[Waiting]:
    """Return what the head of the office is to strike off, longest waiting first."""
    return _waiting(session, office, today, TO_CLOSE, None)


def everything(session: Session, office: Office, today: date) -> list[Waiting]:
    """Return all that waits for the city."""
    return _waiting(session, office, today, WITH_CITY, None)


def reported(session: Session, duty: Duty) -> tuple[Event, Person | None] | None:
    """Return who reported a duty done, and when."""
    event = last_of_kind(session, duty, BY_NAME["done"].kind)
    return (event, session.get(Person, event.behalf_of_id or event.person_id or 0)) if event else None


def _waiting(
    session: Session, office: Office, today: date, statuses: Collection[Status], streams: Collection[str] | None
) -> list[Waiting]:
    query = select(Duty).where(col(Duty.status).in_(statuses))
    if streams is not None:
        query = query.where(col(Duty.workstream).in_(streams))
    query = query.order_by(col(Duty.stopped_on).is_not(None), col(Duty.stopped_on), col(Duty.number))
    calendar = office_now(session, office).calendar
    return [_since(duty, today, calendar, office.policy.check_workdays) for duty in session.exec(query)]


def _since(duty: Duty, today: date, calendar: Calendar, most: int) -> Waiting:
    workdays = workdays_between(duty.stopped_on, today, calendar) if duty.stopped_on else 0
    return Waiting(duty=duty, since=duty.stopped_on, workdays=workdays, is_late=workdays > most)


def workdays_between(first: date, last: date, calendar: Calendar) -> int:
    """Count the working days after the first day, up to and with the last."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_workday(day) for day in days)


def declined(session: Session) -> list[Duty]:
    """Return the duties that a county calls another's, and on which the office has to decide."""
    return list(session.exec(select(Duty).where(Duty.declined != "").order_by(col(Duty.number))))
