"""Urging by hand (催办): the persons responsible for a duty hear of it at once, once a day at most."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from db.models import Duty, Event, Person
from db.queries import named_people, people
from rules.officials import told_of
from rules.policy import Office
from services.chain import Act, record
from services.notices import tell

URGED = "urged"


@dataclass(frozen=True, kw_only=True)
class Urging:
    """Who was urged; ``is_new`` is false when somebody did so on the same day already, and nothing was written."""

    event: Event
    told: list[Person]
    unreached: list[Person]
    is_new: bool


def urge(session: Session, office: Office, act: Act, duty: Duty, words: str) -> Urging:
    """Tell whoever answers for an open duty to get on with it, with words of the office's own if there are any."""
    today = office.today(act.at)
    told = [one.person for one in told_of(duty, named_people(session, duty), people(session), today)]
    last = last_urging(session, duty)
    if last is not None and office.today(last.at) == today:
        return Urging(event=last, told=told, unreached=[], is_new=False)
    event = record(session, act, subject=f"duty:{duty.number}", kind=URGED, duty_id=duty.id, why=words)
    return Urging(event=event, told=told, unreached=tell(session, office, event, told, act.at), is_new=True)


def last_urging(session: Session, duty: Duty) -> Event | None:
    """Return when a duty was last urged by hand."""
    query = select(Event).where(Event.subject == f"duty:{duty.number}", Event.kind == URGED)
    return session.exec(query.order_by(col(Event.sequence).desc()).limit(1)).first()
