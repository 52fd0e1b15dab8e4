"""What waits for the city: what was reported done and is not judged, what is accepted and not struck off."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from db.models import WITH_CITY, Duty, Event, Level, Person, Status
from db.queries import people
from rules.calendar import Calendar
from rules.officials import in_post, stand_for
from rules.policy import Office
from rules.steps import BY_NAME, acts_as
from services.office import office_now
from services.steps import last_of_kind

TO_JUDGE = (Status.AWAITING_ACCEPTANCE,)
TO_CLOSE = (Status.ACCEPTED, Status.PUBLIC_NOTICE)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A duty that waits for the city, and until when it should have been judged; days are working days.

    ``since`` and ``check_by`` are None where the ledger brought it so.
    """

    duty: Duty
    since: date | None
    check_by: date | None
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


def judged_late(session: Session, office: Office, today: date) -> list[Waiting]:
    """Return what the city's reviewers should have judged by now, longest waiting first."""
    return [one for one in _waiting(session, office, today, TO_JUDGE, None) if one.is_late]


def judges(duty: Duty, people: Collection[Person], today: date) -> list[Person]:
    """Return who hears that a duty waits to be judged: the reviewers of its workstream, or who stands in for them."""
    reviewers = [p for p in people if p.level == Level.CITY_REVIEWER and duty.workstream in p.workstreams]
    told = stand_for([p for p in reviewers if in_post(p, today)], people, today, by_clock=True)
    return list({one.person.id: one.person for one in told}.values())


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
    check_by = calendar.shift(duty.stopped_on, most) if duty.stopped_on else None
    return Waiting(
        duty=duty, since=duty.stopped_on, check_by=check_by, workdays=workdays, is_late=workdays > most
    )  # fmt: skip


def workdays_between(first: date, last: date, calendar: Calendar) -> int:
    """Count the working days after the first day, up to and with the last."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_workday(day) for day in days)


def declined(session: Session) -> list[Duty]:
    """Return the duties that a county calls another's, and on which the office has to decide."""
    return list(session.exec(select(Duty).where(Duty.declined != "").order_by(col(Duty.number))))
