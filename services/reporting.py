"""What counties report: done, progress, and taking it back. Reported is never accepted."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Duty, Event, Person, Progress, Status
from db.queries import named_people, people, standing_events, was_taken_back
from rules.permission import Standing, standing
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services.chain import Act, record

REPORTED = "reported_done"
PROGRESSED = "progress"
UNDONE = "undone"
CHANGED_BY_REPORT = ("status", "rectified_area_mu", "rectified_farmland_mu")


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What a report changed: the duty as it is now, and the values before."""

    duty: Duty
    event: Event
    area_before: Decimal
    farmland_before: Decimal
    status_before: Status
    behalf_of: Person | None = None


def check_may_report(session: Session, act: Act, duty: Duty, on_day: Any) -> Person | None:
    """Refuse who may not report on the duty; return on whose behalf an operator does."""
    assert act.person is not None
    named = named_people(session, duty)
    capacity = standing(act.person, duty, named, people(session), on_day)
    if capacity is None:
        raise Refusal(Why.NOT_YOUR_DUTY, number=duty.number)
    return next(iter(named), None) if capacity == Standing.ON_BEHALF else None


def report_done(session: Session, act: Act, duty: Duty, area: Decimal | None, behalf_of: Person | None) -> Reported:
    """Report the whole duty done, with all its farmland: it awaits acceptance. ``area`` in mu when more was done."""
    check_reportable(duty)
    if duty.status == Status.LONG_TERM:  # a standing requirement is reported on, and never done
        raise Refusal(Why.NOT_REPORTABLE, number=duty.number, status=duty.status)
    area = max(duty.area_mu if area is None else area, duty.rectified_area_mu)
    farmland = max(duty.farmland_mu, duty.rectified_farmland_mu)
    after = {"status": Status.AWAITING_ACCEPTANCE, "rectified_area_mu": area, "rectified_farmland_mu": farmland}
    return _report(session, act, duty, REPORTED, after, behalf_of)


def report_progress(
    session: Session, act: Act, duty: Duty, area: Decimal, farmland: Decimal, behalf_of: Person | None
) -> Reported:
    """Report the totals to date, in mu. A returned duty stays returned until it is reported done again."""
    check_reportable(duty)
    started = duty.status == Status.NOT_STARTED and area > 0
    status = Status.IN_PROGRESS if started else duty.status
    after = {"status": status, "rectified_area_mu": area, "rectified_farmland_mu": farmland}
    return _report(session, act, duty, PROGRESSED, after, behalf_of)


def check_reportable(duty: Duty) -> None:
    """Refuse duties on which a county has nothing to report (any more)."""
    if duty.status == Status.CLOSED:
        raise Refusal(Why.ALREADY_CLOSED, number=duty.number, closed_on=duty.closed_on)
    if duty.status == Status.AWAITING_ACCEPTANCE:
        raise Refusal(Why.ALREADY_REPORTED, number=duty.number)
    if duty.status == Status.SUSPENDED:
        raise Refusal(Why.NOT_REPORTABLE, number=duty.number, status=duty.status)


def check_amounts(duty: Duty, area: Decimal, farmland: Decimal, policy: Policy) -> None:
    """Refuse totals that can only be slips."""
    if duty.area_mu and area > duty.area_mu * policy.area_slip_factor:
        raise Refusal(Why.AREA_TOO_LARGE, number=duty.number, area=area, whole=duty.area_mu)
    if farmland > area or (farmland > 0 and duty.farmland_mu == 0):
        raise Refusal(Why.FARMLAND_TOO_LARGE, number=duty.number, area=area, farmland=farmland, whole=duty.farmland_mu)


def _report(
    session: Session, act: Act, duty: Duty, kind: str, after: dict[str, Any], behalf_of: Person | None
) -> Reported:
    assert duty.id is not None
    before = {name: getattr(duty, name) for name in CHANGED_BY_REPORT}
    event = record(
        session, act, subject=f"duty:{duty.number}", kind=kind, duty_id=duty.id, behalf_of=behalf_of,
        before=_plain(before), after=_plain(after),
    )  # fmt: skip
    _apply(session, act, duty, after, event)
    return Reported(
        duty=duty, event=event, behalf_of=behalf_of, status_before=before["status"],
        area_before=before["rectified_area_mu"], farmland_before=before["rectified_farmland_mu"],
    )  # fmt: skip


def _apply(session: Session, act: Act, duty: Duty, values: dict[str, Any], event: Event) -> None:
    assert duty.id is not None
    assert event.id is not None
    duty.status = Status(values["status"])
    duty.rectified_area_mu = Decimal(values["rectified_area_mu"])
    duty.rectified_farmland_mu = Decimal(values["rectified_farmland_mu"])
    session.add(duty)
    session.add(
        Progress(
            duty_id=duty.id, event_id=event.id, area_mu=duty.rectified_area_mu, farmland_mu=duty.rectified_farmland_mu,
            note=event.kind, person_id=event.person_id, said_at=act.at, said_in=act.said_in,
        )
    )  # fmt: skip


def undo(session: Session, act: Act, policy: Policy, event_id: int | None = None) -> list[Reported]:
    """Take back a person's last report (or the one with that event), whole; refuse when something was built on it."""
    events = _events_to_undo(session, act, event_id)
    if act.at - events[0].at > timedelta(hours=policy.undo_hours):
        raise Refusal(Why.UNDO_TOO_LATE, hours=policy.undo_hours)
    return [_undo_one(session, act, event) for event in events]


def _events_to_undo(session: Session, act: Act, event_id: int | None) -> list[Event]:
    assert act.person is not None
    if event_id is None:
        taken_back = sa.select(col(Event.undoes_id)).where(col(Event.undoes_id).is_not(None))
        query = (
            select(Event)
            .where(Event.person_id == act.person.id, col(Event.kind).in_((REPORTED, PROGRESSED)))
            .where(col(Event.id).not_in(taken_back))
            .order_by(col(Event.id).desc())
            .limit(1)
        )
        first = session.exec(query).first()
    else:
        first = session.get(Event, event_id)
    if first is None or first.kind not in (REPORTED, PROGRESSED):
        raise Refusal(Why.NOTHING_TO_UNDO)
    if first.person_id != act.person.id:
        raise Refusal(Why.NOT_YOUR_ACT)
    return list(session.exec(select(Event).where(Event.act == first.act, Event.kind == first.kind)))


def _undo_one(session: Session, act: Act, event: Event) -> Reported:
    assert event.duty_id is not None
    duty = session.get_one(Duty, event.duty_id)
    if standing_events(session, [event.subject]).get(event.subject) != event.id:
        taken_back = was_taken_back(session, event)
        raise Refusal(Why.NOTHING_TO_UNDO if taken_back else Why.CHANGED_SINCE, number=duty.number)
    before = {name: getattr(duty, name) for name in CHANGED_BY_REPORT}
    undone = record(
        session, act, subject=event.subject, kind=UNDONE, duty_id=duty.id, undoes_id=event.id,
        before=event.after, after=event.before,
    )  # fmt: skip
    _apply(session, act, duty, event.before, undone)
    return Reported(
        duty=duty, event=undone, status_before=before["status"],
        area_before=before["rectified_area_mu"], farmland_before=before["rectified_farmland_mu"],
    )  # fmt: skip


def _plain(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
