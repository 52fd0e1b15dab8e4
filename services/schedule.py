"""Where counties stand against the targets of the year, and what is known of them beside their duties."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from sqlmodel import Session, col, select

from db.figures import sums_by_sub_type
from db.models import CountyState, Target
from db.types import mu_from_grains
from rules.retention import Retention
from rules.schedule import TargetLine, target_to_date

RESTORED = ("farmland", "耕地恢复")
APPROVED_UNUSED = ("intensive_use", "批而未用")
BY_FARMLAND = "rectified_farmland_mu"  # the one metric that counts farmland; all others count area

Kind = tuple[int, str, str]  # region, workstream, sub-type


class Sums:
    """What counties have done by kind of duty, in mu: reported (area, farmland), accepted (area, farmland)."""

    def __init__(self, session: Session) -> None:
        rows = sums_by_sub_type(session)
        self._sums = {(row[0], row[1], row[2]): [mu_from_grains(int(sum_)) for sum_ in row[3:]] for row in rows}

    def reported(self, kind: Kind, *, by_farmland: bool = False) -> Decimal:
        """Return what is reported as rectified."""
        return self._of(kind)[1 if by_farmland else 0]

    def accepted(self, kind: Kind, *, by_farmland: bool = False) -> Decimal:
        """Return what is rectified and struck off."""
        return self._of(kind)[3 if by_farmland else 2]

    def _of(self, kind: Kind) -> list[Decimal]:
        return self._sums.get(kind, [Decimal(0)] * 4)


def target_lines(session: Session, today: date) -> dict[int, list[TargetLine]]:
    """Return every county's target lines of the year by region id; a line without a target this month is left out."""
    found: dict[int, list[TargetLine]] = {}
    sums = Sums(session)
    for kind, months in _targets_of(session, today.year):
        line = _line(kind, months, sums, today)
        if line is not None:
            found.setdefault(kind[0], []).append(line)
    return found


def _targets_of(session: Session, year: int) -> Iterator[tuple[Kind, list[Target]]]:
    query = select(Target).where(Target.year == year).order_by(col(Target.id))
    ordered = sorted(session.exec(query), key=_kind_of)
    yield from ((kind, list(months)) for kind, months in groupby(ordered, key=_kind_of))


def _kind_of(target: Target) -> Kind:
    return target.region_id, target.workstream, target.sub_type


def _line(kind: Kind, months: list[Target], sums: Sums, today: date) -> TargetLine | None:
    to_date = target_to_date({target.month: target.cumulative_mu for target in months}, today)
    if to_date is None:
        return None
    this_month = next(target for target in months if target.month == today.month)
    by_farmland = this_month.metric == BY_FARMLAND
    return TargetLine(
        workstream=kind[1], sub_type=kind[2], metric=this_month.metric, year_target=this_month.year_target_mu,
        target_to_date=to_date, actual=sums.reported(kind, by_farmland=by_farmland),
        accepted=sums.accepted(kind, by_farmland=by_farmland),
    )  # fmt: skip


def retention(session: Session) -> dict[int, tuple[CountyState, Retention]]:
    """Return by region id what the office's file says of a county, and what follows from it and from its duties."""
    sums = Sums(session)
    return {
        state.region_id: (
            state,
            Retention(
                target=state.retention_target_mu, actual=state.retention_actual_mu,
                restored=sums.reported((state.region_id, *RESTORED)),
                approved_unused_task=state.approved_unused_task_mu,
                approved_unused_consumed=sums.reported((state.region_id, *APPROVED_UNUSED)),
            ),
        )
        for state in session.exec(select(CountyState))
    }  # fmt: skip
