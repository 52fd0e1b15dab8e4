"""What counties report: done, and progress. Reported is never accepted."""

from datetime import date
from decimal import Decimal

from sqlmodel import Session

from db.models import WITH_CITY, Duty, Person, Status
from db.queries import named_people, people
from rules.permission import Standing, standing
from rules.policy import Office, Policy
from rules.refusal import Refusal, Why
from rules.steps import BY_NAME
from services import steps
from services.chain import Act
from services.steps import Taken

REPORTED = BY_NAME["done"].kind
PROGRESSED = BY_NAME["progress"].kind


def check_may_report(session: Session, act: Act, duty: Duty, on_day: date) -> Person | None:
    """Refuse who may not report on the duty; return on whose behalf an operator does."""
    assert act.person is not None
    named = named_people(session, duty)
    capacity = standing(act.person, duty, named, people(session), on_day)
    if capacity is None:
        raise Refusal(Why.NOT_YOUR_DUTY, number=duty.number)
    return next(iter(named), None) if capacity == Standing.ON_BEHALF else None


def report_done(session: Session, office: Office, act: Act, duty: Duty, area: Decimal | None = None) -> Taken:
    """Report the whole duty done, with all its farmland: it awaits acceptance. ``area`` in mu when more was done."""
    _check_now(session, act, duty)
    if duty.status == Status.LONG_TERM:  # a standing requirement is reported on, and never done
        raise Refusal(Why.NOT_REPORTABLE, number=duty.number, status=duty.status)
    changes = {
        "rectified_area_mu": max(duty.area_mu if area is None else area, duty.rectified_area_mu),
        "rectified_farmland_mu": max(duty.farmland_mu, duty.rectified_farmland_mu),
    }
    return steps.take(session, office, act, BY_NAME["done"], duty, changes=changes)


def report_progress(
    session: Session, office: Office, act: Act, duty: Duty, area: Decimal, farmland: Decimal, note: str = ""
) -> Taken:
    """Report the totals to date, in mu. A returned duty stays returned until it is reported done again."""
    _check_now(session, act, duty)
    changes: dict[str, object] = {"rectified_area_mu": area, "rectified_farmland_mu": farmland}
    if not area and duty.status != Status.COUNTY_CHECKED:  # nothing done is no beginning
        changes["status"] = duty.status
    return steps.take(session, office, act, BY_NAME["progress"], duty, changes=changes, why=note)


def _check_now(session: Session, act: Act, duty: Duty) -> None:
    """Refuse with the words of whoever came first, once nobody else can change the duty any more."""
    session.refresh(duty, with_for_update=True)
    assert act.person is not None
    try:
        check_reportable(duty)
    except Refusal as refusal:
        refusal.facts["last"] = steps.last_step(session, duty)
        raise


def check_reportable(duty: Duty) -> None:
    """Refuse duties on which a county has nothing to report (any more)."""
    if duty.status == Status.CLOSED:
        raise Refusal(Why.ALREADY_CLOSED, number=duty.number, closed_on=duty.closed_on)
    if duty.status in WITH_CITY:
        raise Refusal(Why.ALREADY_REPORTED, number=duty.number, last=None)
    if duty.status in (Status.SUSPENDED, Status.TRANSFERRED, Status.VOID):
        raise Refusal(Why.NOT_REPORTABLE, number=duty.number, status=duty.status)


def check_amounts(duty: Duty, area: Decimal, farmland: Decimal, policy: Policy) -> None:
    """Refuse totals that can only be slips."""
    if duty.area_mu and area > duty.area_mu * policy.area_slip_factor:
        raise Refusal(Why.AREA_TOO_LARGE, number=duty.number, area=area, whole=duty.area_mu)
    if farmland > area or (farmland > 0 and duty.farmland_mu == 0):
        raise Refusal(Why.FARMLAND_TOO_LARGE, number=duty.number, area=area, farmland=farmland, whole=duty.farmland_mu)
