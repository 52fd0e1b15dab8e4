"""Aggregates of the ledger, by SQL over the covering index ``ix_duty_figures``; no duty is ever loaded to be counted.

The conditions here say in SQL what ``rules.lights`` says of one duty; a property test holds the two together.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from db.models import OPEN, WITH_CITY, Duty, DutyOfficial, Level, Status
from db.prepared import Prepared
from db.store import fetch

SOON_DAYS = 7
MONTH_DAYS = 30

is_open = col(Duty.status).in_(OPEN)


def overdue(as_of: date) -> sa.ColumnElement[bool]:
    """Open, and due before the day."""
    return sa.and_(is_open, col(Duty.due_on) < as_of)


def due_within(as_of: date, days: int) -> sa.ColumnElement[bool]:
    """Open, and due from the day on, up to and with so many days later."""
    return sa.and_(is_open, col(Duty.due_on).between(as_of, as_of + timedelta(days=days)))


SUMMED = ("area", "farmland", "rectified_area", "rectified_farmland")
SUMMED_AS_RECTIFIED = ("rectified_area_mu", "rectified_farmland_mu")
FIGURE_NAMES = (
    "count", "done_count", "claimed_done_count", *SUMMED, "accepted_area", "accepted_farmland", "open_count",
    "overdue", "due_within_7", "due_within_30", "open_without_due_date", "awaiting_acceptance_past_due",
)  # fmt: skip


def aggregates(
    session: Session, as_of: date, by: tuple[str, ...], region_ids: Sequence[int] | None, workstream: str | None = None
) -> Sequence[Sequence[Any]]:
    """Return one row per group of duties (``by`` names columns): the group's columns, then ``FIGURE_NAMES``.

    The names are the fields of ``rules.figures.Figures``; areas are as stored, in 0.0001 mu.
    """
    query = _sums(by, None if region_ids is None else len(region_ids), workstream is None)
    where: dict[str, Any] = {f"region_{place}": region_id for place, region_id in enumerate(region_ids or ())}
    return query.run(session, **_days(as_of), **where, **({} if workstream is None else {"workstream": workstream}))


def aggregates_of(
    session: Session, as_of: date, by: tuple[str, ...], condition: sa.ColumnElement[bool]
) -> Sequence[Sequence[Any]]:
    """Return the same of the duties that fulfil a condition; beside the covering index it reads the rows themselves."""
    return fetch(session, _summed(_cells().where(condition), by), _days(as_of)).all()


def _days(as_of: date) -> dict[str, Any]:
    return {"day": as_of, "week": as_of + timedelta(days=SOON_DAYS), "month": as_of + timedelta(days=MONTH_DAYS)}


@cache
def _sums(by: tuple[str, ...], regions: int | None, every_workstream: bool) -> Prepared:
    """Build the query once per shape: cells in the covering index's order (nothing is sorted), then their sums."""
    cells = _cells()
    if regions is not None:
        named: list[sa.BindParameter[int]] = [sa.bindparam(f"region_{place}") for place in range(regions)]
        cells = cells.where(col(Duty.region_id).in_(named) if named else sa.false())
    if not every_workstream:
        cells = cells.where(col(Duty.workstream) == sa.bindparam("workstream"))
    return Prepared(_summed(cells, by))


def _summed(cells: Any, by: tuple[str, ...]) -> sa.Select[Any]:
    cell = cells.subquery().c
    opened, closed, awaiting = cell.opened, cell.closed, cell.awaiting
    columns = [
        _total(cell["count"]), _total(cell["count"], closed), _total(cell["count"], sa.or_(closed, awaiting)),
        *(_total(cell[name]) for name in SUMMED),
        _total(cell.rectified_area, closed), _total(cell.rectified_farmland, closed), _total(cell["count"], opened),
        _total(cell.past, opened), _total(cell.in_week, opened), _total(cell.in_month, opened),
        _total(cell.undated, opened), _total(cell.past, awaiting),
    ]  # fmt: skip
    groups = [cell[name] for name in by]
    return sa.select(*groups, *columns).group_by(*groups)


def _is_one_of(status: sa.SQLColumnExpression[Status], states: Sequence[Status]) -> sa.ColumnElement[bool]:
    return status.in_([sa.literal_column(f"'{state}'") for state in states])


def _cells() -> Any:
    """Select the sums of region x workstream x status; the days are parameters. What is void counts nowhere."""
    day, week, month = (sa.bindparam(name, type_=sa.Date) for name in ("day", "week", "month"))
    due, status, key = col(Duty.due_on), col(Duty.status), (col(Duty.region_id), col(Duty.workstream), col(Duty.status))
    areas = [sa.func.sum(sa.type_coerce(getattr(Duty, f"{name}_mu"), sa.BigInteger)).label(name) for name in SUMMED]
    counts = {
        "past": due < day, "in_week": due.between(day, week), "in_month": due.between(day, month),
        "undated": due.is_(None),
    }  # fmt: skip
    numbers = [sa.func.sum(sa.case((condition, 1), else_=0)).label(name) for name, condition in counts.items()]
    states = {  # of a cell, so that its words are compared once and not for each sum
        "opened": _is_one_of(status, OPEN), "closed": status == Status.CLOSED,
        "awaiting": _is_one_of(status, WITH_CITY),
    }  # fmt: skip
    numbers += [condition.label(name) for name, condition in states.items()]
    counting = status != Status.VOID
    return sa.select(*key, sa.func.count().label("count"), *areas, *numbers).where(counting).group_by(*key)


def _total(column: sa.ColumnElement[int], condition: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(column if condition is None else sa.case((condition, column), else_=0)), 0)


def sums_by_sub_type(session: Session, region_ids: Sequence[int] | None = None) -> Sequence[Sequence[Any]]:
    """Return (region, workstream, sub-type, then what is rectified: area, farmland, and of what is closed the same).

    Areas are as stored, in 0.0001 mu.
    """
    kinds = (col(Duty.region_id), col(Duty.workstream), col(Duty.sub_type))
    areas = [sa.type_coerce(getattr(Duty, name), sa.BigInteger) for name in SUMMED_AS_RECTIFIED]
    closed = col(Duty.status) == Status.CLOSED
    query = sa.select(*kinds, *(_total(area) for area in areas), *(_total(area, closed) for area in areas))
    query = query.where(col(Duty.status) != Status.VOID).group_by(*kinds)
    if region_ids is not None:
        query = query.where(col(Duty.region_id).in_(region_ids))
    return session.execute(query).all()


def open_by_person(session: Session, as_of: date) -> Sequence[Sequence[Any]]:
    """Return (region, responsible person as written or None, open, overdue, due within a week); two share a duty."""
    written = sa.and_(col(DutyOfficial.duty_id) == col(Duty.id), col(DutyOfficial.level) == Level.RESPONSIBLE)
    who = (col(Duty.region_id), col(DutyOfficial.name))
    counts = [
        sa.func.count(), _total(sa.case((overdue(as_of), 1), else_=0)),
        _total(sa.case((due_within(as_of, SOON_DAYS), 1), else_=0)),
    ]  # fmt: skip
    query = sa.select(*who, *counts).select_from(sa.outerjoin(Duty, DutyOfficial, written)).where(is_open)
    return session.execute(query.group_by(*who).order_by(*who)).all()


def without_person(session: Session, region_ids: Sequence[int]) -> int:
    """Count open duties that name nobody responsible."""
    named = sa.exists().where(col(DutyOfficial.duty_id) == col(Duty.id), col(DutyOfficial.level) == Level.RESPONSIBLE)
    query = sa.select(sa.func.count()).select_from(Duty).where(is_open, col(Duty.region_id).in_(region_ids), ~named)
    return int(session.execute(query).scalar_one())


def unit_cells(session: Session, part: str, within: sa.ColumnElement[bool]) -> list[tuple[int, str, str]]:
    """Return the different (region, leading, co-operating units) as written, of which one holds some words."""
    units = (col(Duty.lead_unit), col(Duty.co_units))
    named = sa.or_(*(column.contains(part, autoescape=True) for column in units))
    rows = session.execute(sa.select(col(Duty.region_id), *units).where(named, within).distinct())
    return [(region_id, lead, others) for region_id, lead, others in rows]


def duties_page(
    session: Session, condition: sa.ColumnElement[bool], region_ids: Sequence[int], page: int, size: int
) -> tuple[list[Duty], int]:
    """Return one page (from 1) of the duties that fulfil a condition, most urgent first, and how many there are."""
    chosen = sa.and_(condition, col(Duty.region_id).in_(region_ids))
    count = session.execute(sa.select(sa.func.count()).select_from(Duty).where(chosen)).scalar_one()
    return page_of_duties(session, chosen, page, size), int(count)


def page_of_duties(session: Session, condition: sa.ColumnElement[bool], page: int, size: int) -> list[Duty]:
    """Return one page (from 1) of the duties that fulfil a condition, most urgent first."""
    query = by_urgency(sa.select(Duty).where(condition)).offset((page - 1) * size).limit(size)
    return list(session.execute(query).scalars())


def by_urgency(query: Any) -> Any:
    """Order duties by deadline, undated last, alike on every database."""
    return query.order_by(col(Duty.due_on).is_(None), col(Duty.due_on), col(Duty.number))
