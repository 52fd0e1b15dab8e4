"""What SQL says of stalls and paces is what the rules say of each duty, whatever the ledger and its past look like."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Duty, Status
from db.pace import PACE_NAMES, courses, pace_sums, stalled
from db.store import Store
from db.trends import Snapshot
from db.types import mu_from_grains
from rules.pace import is_stalled

TODAY = date(2026, 11, 18)
SINCE = date(2026, 9, 23)


def shake(session: Session, chance: Random) -> None:
    """Give duties and their past new values, so that every way in which one may stand comes about."""
    for one in session.exec(select(Snapshot)):
        one.rectified_area_mu = Decimal(chance.randint(0, 2))
        one.status = chance.choice([Status.IN_PROGRESS, Status.IN_PROGRESS, Status.CLOSED, Status.AWAITING_ACCEPTANCE])
        if chance.random() < 0.2:
            session.delete(one)
    for duty in session.exec(select(Duty)):
        duty.status = chance.choice(list(Status))
        duty.rectified_area_mu, duty.rectified_farmland_mu = Decimal(chance.randint(0, 2)), Decimal(0)
        duty.due_on = chance.choice([None, TODAY, TODAY + timedelta(days=chance.randint(-90, 90))])
        duty.issued_on = chance.choice([None, SINCE, SINCE + timedelta(days=chance.randint(-90, 50))])
    session.flush()


@contextmanager
def shaken(store: Store, seed: int) -> Iterator[Session]:
    with store.writing() as session:
        shake(session, Random(seed))
        yield session


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weeks", [1, 4, 12])
def test_the_stalled_are_those_that_the_rule_says(store: Store, seed: int, weeks: int) -> None:
    with shaken(store, seed) as session:
        found = set(session.exec(select(Duty.id).where(stalled(TODAY - timedelta(weeks=weeks)))))
        duties = list(session.exec(select(Duty)))
        course = courses(session, [duty.id or 0 for duty in duties])
        by_rule = {duty.id for duty in duties if is_stalled(duty, course[duty.id or 0], TODAY, weeks)}
    assert found == by_rule
    assert 0 < len(found) < len(duties)


def _base(duty: Duty, course: list[Snapshot]) -> tuple[Decimal, bool]:
    """How far a duty had come when the reckoning begins, and whether it was struck off."""
    if duty.issued_on is not None and duty.issued_on > SINCE:
        return Decimal(0), False
    if not course:
        return duty.rectified_area_mu, duty.status == Status.CLOSED
    before = [one for one in course if one.day <= SINCE]
    then = before[-1] if before else course[0]
    return then.rectified_area_mu, then.status == Status.CLOSED


@pytest.mark.parametrize("seed", range(4))
def test_what_came_is_what_each_duty_has_more_than_when_the_reckoning_began(store: Store, seed: int) -> None:
    with shaken(store, seed) as session:
        rows = pace_sums(session, SINCE, sa.true())
        duties = [duty for duty in session.exec(select(Duty)) if duty.status != Status.VOID]
        course = courses(session, [duty.id or 0 for duty in duties])
    reported: dict[tuple[int, str], Decimal] = {}
    accepted: dict[tuple[int, str], Decimal] = {}
    for duty in duties:
        key, (base, was_closed) = (duty.region_id, duty.workstream), _base(duty, course[duty.id or 0])
        now = duty.rectified_area_mu
        reported[key] = reported.get(key, Decimal(0)) + now - base
        accepted_now = now if duty.status == Status.CLOSED else Decimal(0)
        accepted[key] = accepted.get(key, Decimal(0)) + accepted_now - (base if was_closed else Decimal(0))
    found = {(row[0], row[1]): dict(zip(PACE_NAMES, row[2:], strict=True)) for row in rows}
    assert {key: mu_from_grains(one["reported_area"]) for key, one in found.items()} == reported
    assert {key: mu_from_grains(one["accepted_area"]) for key, one in found.items()} == accepted


def test_what_is_left_is_what_open_duties_lack_and_accepted_all_that_is_not_struck_off(store: Store) -> None:
    with store.writing() as session:
        few = list(session.exec(select(Duty).where(Duty.workstream == "mine").order_by(col(Duty.id)).limit(4)))
        for duty, status in zip(few, ("in_progress", "returned", "awaiting_acceptance", "closed"), strict=True):
            duty.status, duty.region_id, duty.area_mu = Status(status), 2, Decimal(10)
            duty.rectified_area_mu = Decimal(12 if status == "returned" else 4)
        session.flush()
        row = pace_sums(session, SINCE, col(Duty.id).in_([duty.id for duty in few]))[0]
    sums = dict(zip(PACE_NAMES, row[2:], strict=True))
    assert (
        mu_from_grains(sums["reported_area_left"]) == 6
    )  # what is reported beyond a duty's area makes up for no other
    assert mu_from_grains(sums["accepted_area_left"]) == 30
    assert (sums["reported_count"], sums["accepted_count"]) == (2, 3)
