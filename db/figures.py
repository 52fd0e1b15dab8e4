"""Aggregates of the ledger, by SQL over the covering index ``ix_duty_figures``; no duty is ever loaded to be counted.

The conditions here say in SQL what ``rules.lights`` says of one duty; a property test holds the two together.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from db.models import OPEN, Duty, DutyOfficial, Level, Status

SOON_DAYS = 7
MONTH_DAYS = 30

is_open = col(Duty.status).in_(OPEN)


def overdue(as_of: date) -> sa.ColumnElement[bool]:
    """Open, and due before the day."""
    return sa.and_(is_open, col(Duty.due_on) < as_of)


def due_within(as_of: date, days: int) -> sa.ColumnElement[bool]:
    """Open, and due from the day on, up to and with so many days later."""
    return sa.and_(is_open, col(Duty.due_on).between(as_of, as_of + timedelta(days=days)))


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _total(column: Any, condition: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[int]:
    grains = sa.type_coerce(column, sa.BigInteger)
    return sa.func.coalesce(sa.func.sum(grains if condition is None else sa.case((condition, grains), else_=0)), 0)


def figure_columns(as_of: date) -> list[sa.Label[Any]]:
    """Return the aggregates under the field names of ``rules.figures.Figures``; areas as stored, in 0.0001 mu."""
    closed = col(Duty.status) == Status.CLOSED
    awaiting = col(Duty.status) == Status.AWAITING_ACCEPTANCE
    return [
        sa.func.count().label("count"),
        _count(closed).label("done_count"),
        _count(sa.or_(closed, awaiting)).label("claimed_done_count"),
        _total(Duty.area_mu).label("area"),
        _total(Duty.farmland_mu).label("farmland"),
        _total(Duty.rectified_area_mu).label("rectified_area"),
        _total(Duty.rectified_farmland_mu).label("rectified_farmland"),
        _total(Duty.rectified_area_mu, closed).label("accepted_area"),
        _total(Duty.rectified_farmland_mu, closed).label("accepted_farmland"),
        _count(is_open).label("open_count"),
        _count(overdue(as_of)).label("overdue"),
        _count(due_within(as_of, SOON_DAYS)).label("due_within_7"),
        _count(due_within(as_of, MONTH_DAYS)).label("due_within_30"),
        _count(sa.and_(is_open, col(Duty.due_on).is_(None))).label("open_without_due_date"),
        _count(sa.and_(awaiting, col(Duty.due_on) < as_of)).label("awaiting_acceptance_past_due"),
    ]


FIGURE_NAMES = tuple(column.name for column in figure_columns(date.min))


def aggregates(
    session: Session, as_of: date, by: Sequence[Any], region_ids: Sequence[int] | None, workstream: str | None = None
) -> Sequence[Sequence[Any]]:
    """Return one row per group: the group's columns first, then ``figure_columns``."""
    query = sa.select(*by, *figure_columns(as_of)).select_from(Duty)
    if region_ids is not None:
        query = query.where(col(Duty.region_id).in_(region_ids))
    if workstream is not None:
        query = query.where(col(Duty.workstream) == workstream)
    return session.execute(query.group_by(*by) if by else query).all()


def without_person(session: Session, region_ids: Sequence[int]) -> int:
    """Count open duties that name nobody responsible."""
    named = sa.exists().where(col(DutyOfficial.duty_id) == col(Duty.id), col(DutyOfficial.level) == Level.RESPONSIBLE)
    query = sa.select(sa.func.count()).select_from(Duty).where(is_open, col(Duty.region_id).in_(region_ids), ~named)
    return int(session.execute(query).scalar_one())


def duties_page(
    session: Session, condition: sa.ColumnElement[bool], region_ids: Sequence[int], page: int, size: int
) -> tuple[list[Duty], int]:
    """Return one page (from 1) of the duties that fulfil a condition, most urgent first, and how many there are."""
    chosen = sa.and_(condition, col(Duty.region_id).in_(region_ids))
    count = session.execute(sa.select(sa.func.count()).select_from(Duty).where(chosen)).scalar_one()
    query = by_urgency(sa.select(Duty).where(chosen)).offset((page - 1) * size).limit(size)
    return list(session.execute(query).scalars()), int(count)


def by_urgency(query: Any) -> Any:
    """Order duties by deadline, undated last, alike on every database."""
    return query.order_by(col(Duty.due_on).is_(None), col(Duty.due_on), col(Duty.number))
