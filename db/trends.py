"""How far each duty had come on earlier days, and the days that figures are compared with."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col

from db.models import Duty, Status
from db.types import AreaMu, words


class Snapshot(SQLModel, table=True):
    """How a duty stood from a day on, until its next snapshot; the areas are totals, in mu."""

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int = Field(foreign_key="duty.id")
    day: date
    status: Status = Field(sa_type=words(Status))
    area_mu: Decimal = Field(sa_type=AreaMu)
    farmland_mu: Decimal = Field(sa_type=AreaMu)
    rectified_area_mu: Decimal = Field(sa_type=AreaMu)
    rectified_farmland_mu: Decimal = Field(sa_type=AreaMu)

    __table_args__ = (sa.UniqueConstraint("duty_id", "day"),)


class Checkpoint(SQLModel, table=True):
    """A day whose figures are compared with later ones: of an earlier ledger, or of a meeting that has a name."""

    day: date = Field(primary_key=True)
    name: str = ""


SUMS = ("count", "done_count", "area", "farmland", "rectified_area", "rectified_farmland")


def sums_then(session: Session, day: date, region_ids: Sequence[int] | None = None) -> Sequence[sa.Row[Any]]:
    """Return (workstream, ``SUMS`` ...) as they stood at the end of a day, as reported; void ones left out."""
    then = _standing(day)
    query = (
        sa.select(col(Duty.workstream), *_sums(then.c))
        .join(then, then.c.duty_id == col(Duty.id))
        .where(then.c.status != Status.VOID)
        .group_by(col(Duty.workstream))
    )
    return session.execute(_of(query, region_ids)).all()


def sums_of_the_same(session: Session, day: date, region_ids: Sequence[int] | None = None) -> Sequence[sa.Row[Any]]:
    """Return (workstream, ``SUMS`` ...) as they stand now, of those duties alone that counted on a day."""
    then, now = _standing(day), Duty.metadata.tables["duty"].c
    query = (
        sa.select(now.workstream, *_sums(now))
        .join(then, then.c.duty_id == now.id)
        .where(then.c.status != Status.VOID, now.status != Status.VOID)
        .group_by(now.workstream)
    )
    return session.execute(_of(query, region_ids)).all()


def _of(query: sa.Select[Any], region_ids: Sequence[int] | None) -> sa.Select[Any]:
    return query if region_ids is None else query.where(col(Duty.region_id).in_(region_ids))


def _standing(day: date) -> sa.Subquery:
    """Select every duty's last snapshot of a day or before it."""
    last = (
        sa.select(col(Snapshot.duty_id), sa.func.max(col(Snapshot.day)).label("day"))
        .where(col(Snapshot.day) <= day)
        .group_by(col(Snapshot.duty_id))
        .subquery()
    )
    is_last = sa.and_(last.c.duty_id == col(Snapshot.duty_id), last.c.day == col(Snapshot.day))
    return sa.select(Snapshot).join(last, is_last).subquery()


def _sums(of: Any) -> list[sa.ColumnElement[Any]]:
    closed = sa.func.sum(sa.case((of.status == Status.CLOSED, 1), else_=0))
    areas = [sa.func.sum(sa.type_coerce(of[f"{name}_mu"], sa.BigInteger)) for name in SUMS[2:]]
    return [sa.func.count(), closed, *areas]


def keep_standing(session: Session, day: date, known_before: datetime) -> int:
    """Write down how every duty stands that stands otherwise than at its last snapshot; return how many do.

    A day that has a duty's snapshot already keeps it; duties that the ledger learned of later had not stood then.
    """
    now, then = Duty.metadata.tables["duty"].c, _standing(day)
    facts = ("status", "area_mu", "farmland_mu", "rectified_area_mu", "rectified_farmland_mu")
    moved = sa.or_(then.c.duty_id.is_(None), *(now[name] != then.c[name] for name in facts))
    standing = (
        sa.select(now.id, sa.literal(day, sa.Date), *(now[name] for name in facts))
        .select_from(sa.outerjoin(Duty, then, then.c.duty_id == now.id))
        .where(now.known_at < known_before, moved, sa.or_(then.c.day.is_(None), then.c.day < day))
    )
    written = session.connection().execute(sa.insert(Snapshot).from_select(["duty_id", "day", *facts], standing))
    return written.rowcount


def checkpoints(session: Session) -> list[Checkpoint]:
    """Return the days that figures are compared with, earliest first."""
    return list(session.execute(sa.select(Checkpoint).order_by(col(Checkpoint.day))).scalars())
