"""Duties that do not move, and what came and what is left by county; sums over the duties and their snapshots."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from db.figures import is_open
from db.models import OPEN, WITH_CITY, Duty, Status
from db.trends import Snapshot

AREAS = ("area", "farmland")
RISEN = tuple(f"{basis}_{area}" for basis in ("reported", "accepted") for area in AREAS)
LEFT = tuple(f"{basis}_{area}_left" for basis in ("reported", "accepted") for area in AREAS)
COUNTS = ("reported_count", "accepted_count")
PACE_NAMES = (*RISEN, *LEFT, *COUNTS, "plan_end")


def stalled(look_back: date) -> sa.ColumnElement[bool]:
    """Open, dated, and no more reported than on that day, while the county had to act; ``rules.pace`` of one duty."""
    own = col(Snapshot.duty_id) == col(Duty.id)
    then = sa.select(sa.func.max(col(Snapshot.day))).where(own, col(Snapshot.day) <= look_back)
    last = then.correlate(Duty).scalar_subquery()
    moved = sa.or_(
        col(Snapshot.status).not_in(OPEN),
        col(Snapshot.rectified_area_mu) < col(Duty.rectified_area_mu),
        col(Snapshot.rectified_farmland_mu) < col(Duty.rectified_farmland_mu),
    )
    since_then = sa.exists().where(own, col(Snapshot.day) >= last, moved)
    return sa.and_(is_open, col(Duty.due_on).is_not(None), last.is_not(None), ~since_then)


def courses(session: Session, duty_ids: Sequence[int]) -> dict[int, list[Snapshot]]:
    """Return how some duties stood, each from its earliest snapshot on."""
    query = sa.select(Snapshot).where(col(Snapshot.duty_id).in_(duty_ids))
    found: dict[int, list[Snapshot]] = {duty_id: [] for duty_id in duty_ids}
    for one in session.execute(query.order_by(col(Snapshot.day))).scalars():
        found[one.duty_id].append(one)
    return found


def count_by_region(session: Session, condition: sa.ColumnElement[bool]) -> dict[int, int]:
    """Count by region id the duties that fulfil a condition."""
    query = sa.select(col(Duty.region_id), sa.func.count()).where(condition).group_by(col(Duty.region_id))
    return {row[0]: row[1] for row in session.execute(query)}


def pace_sums(session: Session, since: date, within: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
    """Return (region, workstream, ``PACE_NAMES`` ...): what came since the end of a day and what is left.

    Areas are as stored, in 0.0001 mu. A duty issued later began at nothing; one that Duban learned of later counts from
    its first snapshot. What is left as reported is what open duties lack; as accepted, all that is not struck off.
    """
    then, key = _first_standing(since), (col(Duty.region_id), col(Duty.workstream))
    reported = [_sum(_now(area) - _then(area, then, since)) for area in AREAS]
    accepted = [_sum(_closed_now(area) - _closed_then(area, then, since)) for area in AREAS]
    to_report = [_sum(sa.case((is_open, _lacking(area)), else_=0)) for area in AREAS]
    not_struck = col(Duty.status).in_((*OPEN, *WITH_CITY))
    to_accept = [_sum(sa.case((not_struck, _whole(area)), else_=0)) for area in AREAS]
    counts = [_sum(sa.case((condition, 1), else_=0)) for condition in (is_open, not_struck)]
    plan_end = sa.func.max(sa.case((is_open, col(Duty.due_on))))
    query = (
        sa.select(*key, *reported, *accepted, *to_report, *to_accept, *counts, plan_end)
        .select_from(sa.outerjoin(Duty, then, then.c.duty_id == col(Duty.id)))
        .where(col(Duty.status) != Status.VOID, within)
    )
    return session.execute(query.group_by(*key)).all()


def _first_standing(since: date) -> sa.Subquery:
    """Select every duty's last snapshot up to a day; where there is none, its first one."""
    day = sa.func.max(sa.case((col(Snapshot.day) <= since, col(Snapshot.day))))
    days = sa.select(col(Snapshot.duty_id), sa.func.coalesce(day, sa.func.min(col(Snapshot.day))).label("day"))
    first = days.group_by(col(Snapshot.duty_id)).subquery()
    is_first = sa.and_(first.c.duty_id == col(Snapshot.duty_id), first.c.day == col(Snapshot.day))
    return sa.select(Snapshot).join(first, is_first).subquery()


def _grains(column: Any) -> sa.ColumnElement[int]:
    return sa.type_coerce(column, sa.BigInteger)


def _now(area: str) -> sa.ColumnElement[int]:
    return _grains(getattr(Duty, f"rectified_{area}_mu"))


def _whole(area: str) -> sa.ColumnElement[int]:
    return _grains(getattr(Duty, f"{area}_mu"))


def _lacking(area: str) -> sa.ColumnElement[int]:
    return sa.case((_whole(area) > _now(area), _whole(area) - _now(area)), else_=0)


def _closed_now(area: str) -> sa.ColumnElement[int]:
    return sa.case((col(Duty.status) == Status.CLOSED, _now(area)), else_=0)


def _then(area: str, then: sa.Subquery, since: date) -> sa.ColumnElement[int]:
    standing = _grains(then.c[f"rectified_{area}_mu"])
    return sa.case((col(Duty.issued_on) > since, 0), (then.c.duty_id.is_(None), _now(area)), else_=standing)


def _closed_then(area: str, then: sa.Subquery, since: date) -> sa.ColumnElement[int]:
    standing = sa.case((then.c.status == Status.CLOSED, _grains(then.c[f"rectified_{area}_mu"])), else_=0)
    return sa.case((col(Duty.issued_on) > since, 0), (then.c.duty_id.is_(None), _closed_now(area)), else_=standing)


def _sum(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(column), 0)
