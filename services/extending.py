"""Requests for a later deadline: asked by the county, decided by the head of the office, in the chain both."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from db.models import OPEN, DueKind, Duty, Event, Extension, ExtensionState, Person
from db.queries import people
from rules.extensions import (
    check_extendable,
    check_may_decide,
    check_new_deadline,
    check_times,
    is_head,
    is_late,
    overdue_days,
)
from rules.policy import Office, Policy
from rules.refusal import Refusal, Why
from services.chain import Act, plain, record
from services.notices import tell

ASKED = "extension_asked"
APPROVED = "extension_approved"
REFUSED = "extension_refused"
DEADLINE = ("due_extended", "due_on", "due_kind")


@dataclass(frozen=True, kw_only=True)
class Extending:
    """What became of a request, and whom nothing could tell of it."""

    duty: Duty
    extension: Extension
    event: Event
    unreached: list[Person] = field(default_factory=list)


def check_may_ask(session: Session, duty: Duty, policy: Policy) -> date:
    """Return the deadline that could be moved; refuse where none can be, or where a request is open."""
    present = check_extendable(duty)
    requests = list(session.exec(select(Extension).where(Extension.duty_id == duty.id)))
    for extension in requests:
        if extension.state == ExtensionState.ASKED:
            raise Refusal(Why.EXTENSION_OPEN, number=duty.number, due=extension.due_asked, request=extension.id)
    check_times(duty, [one for one in requests if one.state == ExtensionState.APPROVED], policy)
    return present


def ask(
    session: Session, act: Act, office: Office, duty: Duty, due: date, reason: str, behalf_of: Person | None
) -> Extending:
    """Ask for a later deadline; the present one stands until the head of the office has decided."""
    assert act.person is not None
    assert act.person.id is not None
    assert duty.id is not None
    today = office.today(act.at)
    present = check_may_ask(session, duty, office.policy)
    check_new_deadline(duty, due, today, office.policy)
    extension = Extension(
        duty_id=duty.id, asked_by_id=act.person.id, behalf_of_id=behalf_of.id if behalf_of else None, asked_at=act.at,
        due_before=present, due_asked=due, reason=reason, is_late=is_late(duty, today),
    )  # fmt: skip
    session.add(extension)
    session.flush()
    after = {
        "extension": extension.id, "due_before": plain(present), "due_asked": plain(due), "is_late": extension.is_late,
        "rectified_area_mu": plain(duty.rectified_area_mu), "rectified_farmland_mu": plain(duty.rectified_farmland_mu),
    }  # fmt: skip
    event = record(
        session, act, subject=f"duty:{duty.number}", kind=ASKED, duty_id=duty.id, after=after, why=reason,
        behalf_of=behalf_of,
    )  # fmt: skip
    heads = [person for person in people(session) if is_head(person, today)]
    unreached = tell(session, office, event, heads, act.at)
    return Extending(duty=duty, extension=extension, event=event, unreached=unreached)


def approve(session: Session, act: Act, office: Office, extension: Extension, due: date, why: str = "") -> Extending:
    """Move the deadline to a definite day; who asked is told, and reminders follow by themselves."""
    duty = _check_open(session, act, office, extension)
    check_new_deadline(duty, due, office.today(act.at), office.policy)
    before = {name: plain(getattr(duty, name)) for name in DEADLINE}
    duty.due_extended = duty.due_on = due
    duty.due_kind = DueKind.DATE
    session.add(duty)
    extension.due_decided = due
    return _decide(session, act, office, duty, extension, ExtensionState.APPROVED, why, before)


def refuse(session: Session, act: Act, office: Office, extension: Extension, why: str) -> Extending:
    """Let the deadline stand; who asked is told why."""
    duty = _check_open(session, act, office, extension)
    return _decide(session, act, office, duty, extension, ExtensionState.REFUSED, why, {})


def find_request(session: Session, request_id: int) -> Extension:
    """Return a request by its number, or refuse."""
    extension = session.get(Extension, request_id)
    if extension is None:
        raise Refusal(Why.NO_EXTENSION)
    return extension


def open_requests(session: Session) -> list[tuple[Extension, Duty]]:
    """Return the requests that wait for a decision, longest first; those of a duty that is done wait for nothing."""
    query = (
        select(Extension, Duty)
        .where(Extension.duty_id == Duty.id, Extension.state == ExtensionState.ASKED, col(Duty.status).in_(OPEN))
        .order_by(col(Extension.id))
    )
    return list(session.exec(query))


def _check_open(session: Session, act: Act, office: Office, extension: Extension) -> Duty:
    assert act.person is not None
    check_may_decide(act.person, extension, office.today(act.at))
    duty = session.get_one(Duty, extension.duty_id)
    if extension.state != ExtensionState.ASKED:
        raise Refusal(Why.EXTENSION_DECIDED, number=duty.number, state=extension.state, due=extension.due_decided)
    check_extendable(duty)
    return duty


def _decide(
    session: Session, act: Act, office: Office, duty: Duty, extension: Extension, state: ExtensionState, why: str,
    before: dict[str, Any],
) -> Extending:  # fmt: skip
    assert act.person is not None
    extension.state, extension.why = state, why
    extension.decided_by_id, extension.decided_at = act.person.id, act.at
    session.add(extension)
    after = {name: plain(getattr(duty, name)) for name in before}
    after |= {"extension": extension.id, "overdue_days": overdue_days(extension, office.today(act.at))}
    kind = APPROVED if state == ExtensionState.APPROVED else REFUSED
    event = record(
        session, act, subject=f"duty:{duty.number}", kind=kind, duty_id=duty.id, before=before, after=after, why=why
    )
    asked_for = [session.get(Person, one) for one in (extension.asked_by_id, extension.behalf_of_id) if one]
    unreached = tell(session, office, event, [person for person in asked_for if person], act.at)
    return Extending(duty=duty, extension=extension, event=event, unreached=unreached)
