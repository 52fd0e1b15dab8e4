"""Figures of earlier days, and what has come of them since: of all duties, and of the same ones (可比口径)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from db import trends
from db.types import mu_from_grains
from rules.figures import Figures
from rules.policy import Office, RateBasis
from services import overview

AUGUST = 8  # whose meeting every later one looks back to


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A workstream then and now, on the reported basis; ``same`` is now, of those duties alone that there were then."""

    basis: RateBasis
    then: Figures
    now: Figures
    same: Figures

    def rate(self, figures: Figures) -> Decimal | None:
        """Return a rate in percent as the workstream reckons it."""
        return figures.rate(self.basis, accepted=False)

    def change(self, figures: Figures) -> Decimal | None:
        """Return by how many percentage points a rate differs from then."""
        rate, then = self.rate(figures), self.rate(self.then)
        return None if rate is None or then is None else rate - then


def figures_then(session: Session, day: date) -> dict[str, Figures]:
    """Return what every workstream had done by the end of a day, reported."""
    return _by_workstream(trends.sums_then(session, day))


def compare(session: Session, office: Office, day: date, as_of: date) -> dict[str, Comparison]:
    """Compare every workstream with an earlier day."""
    then, now = figures_then(session, day), overview.by_workstream(session, as_of, None)
    same = _by_workstream(trends.sums_of_the_same(session, day))
    nothing = Figures()
    return {
        stream.code: Comparison(
            basis=stream.rate_basis, then=then.get(stream.code, nothing), now=now.get(stream.code, nothing),
            same=same.get(stream.code, nothing),
        )
        for stream in office.policy.workstreams
    }  # fmt: skip


def last_august(session: Session, as_of: date) -> date | None:
    """Return the last day in August, on or before a date, that figures are compared with."""
    days = [one.day for one in trends.checkpoints(session) if one.day <= as_of and one.day.month == AUGUST]
    return max(days, default=None)


def _by_workstream(rows: Sequence[sa.Row[Any]]) -> dict[str, Figures]:
    return {row[0]: _figures(row[1], row[2], *row[3:]) for row in rows}


def _figures(count: int, done_count: int, *areas: int) -> Figures:
    area, farmland, rectified_area, rectified_farmland = (mu_from_grains(int(sum_)) for sum_ in areas)
    return Figures(
        count=count, done_count=done_count, area=area, farmland=farmland, rectified_area=rectified_area,
        rectified_farmland=rectified_farmland,
    )  # fmt: skip
