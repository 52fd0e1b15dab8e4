"""The office as it is now: what the config says, and what people changed in the database."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from db.queries import declared_workday, workday_overrides
from rules.policy import Office

REHEARSAL_MARK = "rehearsal"  # a database that may be written to as of another time than the present


def office_now(session: Session, office: Office) -> Office:
    """Return the office with the workdays that were declared in the database; they win over the config's."""
    declared = workday_overrides(session)
    if not declared:
        return office
    calendar = replace(office.calendar, overrides={**office.calendar.overrides, **declared})
    return replace(office, calendar=calendar)


def may_notify(session: Session, office: Office, now: datetime) -> bool:
    """Tell whether notices may go out now, by what the database declares of today and else by the calendar."""
    return office.may_notify(now, declared_workday(session, office.today(now)))
