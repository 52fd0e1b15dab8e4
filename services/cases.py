"""Violations found (发现), filed (立案) and decided (查处): every step is a link of the case's own chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.life import Case
from db.models import Duty, Event, Region
from db.queries import was_taken_back
from rules.cases import CaseFigures, found_before, is_day_possible
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services.assigning import next_number
from services.chain import Act, plain, record
from services.undoing import check_may_undo

FOUND, FILED, DECIDED = "case_found", "case_filed", "case_decided"
UNDOABLE = (FOUND, FILED, DECIDED)
GIVEN_OUT = "case_given_out"
UNDONE = "case_undone"
CASE = "case:"
INITIALS = "XS"  # 线索


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A violation as it is to be registered; areas in mu, 0 where the words do not say them."""

    county: Region
    what: str
    town: str = ""
    area_mu: Decimal = Decimal(0)
    farmland_mu: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Months:
    """From the first of these days up to, and without, the second."""

    first: date
    after: date


def by_number(session: Session, number: str) -> Case | None:
    """Return the case of that number, unless it was withdrawn."""
    return session.exec(select(Case).where(Case.number == number, col(Case.withdrawn).is_(False))).first()


def register(session: Session, act: Act, finding: Finding, today: date) -> tuple[Case, Event]:
    """Register a violation under the next number of the year; numbers of withdrawn ones are not given again."""
    assert act.person is not None
    numbers = session.exec(select(Case.number).where(col(Case.number).contains(str(today.year))))
    case = Case(
        number=next_number(numbers, today.year, INITIALS), region_id=finding.county.id or 0, town=finding.town,
        what=finding.what, area_mu=finding.area_mu, farmland_mu=finding.farmland_mu, found_on=today,
        found_by_id=act.person.id or 0, known_at=act.at,
    )  # fmt: skip
    session.add(case)
    stored = ("region_id", "town", "what", "area_mu", "farmland_mu", "found_on", "withdrawn")
    after = {name: plain(getattr(case, name)) for name in stored}
    event = record(session, act, subject=CASE + case.number, kind=FOUND, before={"withdrawn": True}, after=after)
    return case, event


def check_may_file(case: Case) -> None:
    """Refuse a case that was filed."""
    if case.filed_on is not None:
        raise Refusal(Why.CASE_NOT_NOW, number=case.number, state=FILED, day=case.filed_on)


def file(session: Session, act: Act, case: Case, file_no: str, day: date, today: date) -> Event:
    """File a case under the number of its file."""
    check_may_file(case)
    _check_day(day, case.found_on, today)
    return _change(session, act, case, FILED, {"filed_on": day, "file_no": file_no})


def check_may_decide(case: Case) -> None:
    """Refuse a case that was not filed, or was decided."""
    if case.filed_on is None:
        raise Refusal(Why.CASE_NOT_NOW, number=case.number, state=FOUND, day=case.found_on)
    if case.decided_on is not None:
        raise Refusal(Why.CASE_NOT_NOW, number=case.number, state=DECIDED, day=case.decided_on)


def decide(session: Session, act: Act, case: Case, decision: str, day: date, today: date) -> Event:
    """Say what was decided of a case."""
    check_may_decide(case)
    _check_day(day, case.filed_on or case.found_on, today)
    return _change(session, act, case, DECIDED, {"decided_on": day, "decision": decision})


def _check_day(day: date, earliest: date, today: date) -> None:
    if not is_day_possible(day, earliest, today):
        raise Refusal(Why.CASE_DAY, day=day, earliest=earliest)


def give_out(session: Session, act: Act, case: Case, duty: Duty) -> None:
    """Note the duty that a case was turned into; a case becomes one only once."""
    if case.duty_id is not None:
        raise Refusal(Why.CASE_NOT_NOW, number=case.number, state=GIVEN_OUT, day=None)
    _change(session, act, case, GIVEN_OUT, {"duty_id": duty.id})


def take_duty_back(session: Session, act: Act, assignment: Event) -> None:
    """Forget the duty that an assignment made of a case, because the assignment is taken back."""
    given_out = session.exec(select(Event).where(Event.act == assignment.act, Event.kind == GIVEN_OUT)).first()
    if given_out is not None and not was_taken_back(session, given_out):
        _take_back(session, act, given_out)


def undo(session: Session, act: Act, event: Event, policy: Policy) -> Case:
    """Take back a finding, a filing or a decision on which nothing was built."""
    check_may_undo(session, act, event, policy)
    return _take_back(session, act, event)


def of_event(session: Session, event: Event) -> Case:
    """Return the case that an event is about, withdrawn or not."""
    return session.exec(select(Case).where(Case.number == event.subject.removeprefix(CASE))).one()


def _take_back(session: Session, act: Act, event: Event) -> Case:
    case = of_event(session, event)
    record(
        session, act, subject=event.subject, kind=UNDONE, undoes_id=event.id, before=event.after, after=event.before
    )  # fmt: skip
    for name, value in event.before.items():
        setattr(case, name, value)  # withdrawn, or what was empty before
    session.add(case)
    return case


def _change(session: Session, act: Act, case: Case, kind: str, values: dict[str, Any]) -> Event:
    before = {name: plain(getattr(case, name)) for name in values}
    after = {name: plain(value) for name, value in values.items()}
    for name, value in values.items():
        setattr(case, name, value)
    session.add(case)
    return record(session, act, subject=CASE + case.number, kind=kind, before=before, after=after)


# --- how many, and which wait


def figures(session: Session, region_ids: Sequence[int], months: Months | None = None) -> CaseFigures:
    """Count what was found in some counties, and what of that was filed and decided since."""
    counts = (sa.func.count(), sa.func.count(col(Case.filed_on)), sa.func.count(col(Case.decided_on)))
    found, filed, decided = session.execute(sa.select(*counts).where(*_among(region_ids, months))).one()
    return CaseFigures(found=found, filed=filed, decided=decided)


def unfiled(
    session: Session, region_ids: Sequence[int], on: date, policy: Policy, page: int, size: int,
    months: Months | None = None,
) -> tuple[list[Case], int]:  # fmt: skip
    """Return a page of what should have been filed by now, oldest first, and how many there are."""
    late = (
        *_among(region_ids, months), col(Case.filed_on).is_(None),
        col(Case.found_on) < found_before(on, policy.unfiled_days),
    )  # fmt: skip
    count = session.execute(sa.select(sa.func.count()).select_from(Case).where(*late)).scalar_one()
    query = select(Case).where(*late).order_by(col(Case.found_on), col(Case.id))
    return list(session.exec(query.offset((page - 1) * size).limit(size))), count


def _among(region_ids: Sequence[int], months: Months | None) -> tuple[sa.ColumnElement[bool], ...]:
    here = (col(Case.region_id).in_(region_ids), col(Case.withdrawn).is_(False))
    if months is None:
        return here
    return (*here, col(Case.found_on) >= months.first, col(Case.found_on) < months.after)
