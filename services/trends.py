"""Figures of earlier days, and what has come of them since: of all duties, and of the same ones (可比口径)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from db import trends
from db.queries import mark, set_mark
from db.trends import Checkpoint
from db.types import mu_from_grains
from rules.figures import Figures
from rules.policy import Office, RateBasis
from services import overview
from services.chain import Act, record

SNAPSHOT_MARK = "snapshot"
MEETING_MARKED = "meeting_marked"
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


def figures_then(session: Session, day: date, region_ids: Sequence[int] | None = None) -> dict[str, Figures]:
    """Return what every workstream had done by the end of a day, reported."""
    return _by_workstream(trends.sums_then(session, day, region_ids))


def compare(
    session: Session, office: Office, day: date, as_of: date, region_ids: Sequence[int] | None = None
) -> dict[str, Comparison]:
    """Compare every workstream with an earlier day."""
    then, now = figures_then(session, day, region_ids), overview.by_workstream(session, as_of, region_ids)
    same = _by_workstream(trends.sums_of_the_same(session, day, region_ids))
    nothing = Figures()
    return {
        stream.code: Comparison(
            basis=stream.rate_basis, then=then.get(stream.code, nothing), now=now.get(stream.code, nothing),
            same=same.get(stream.code, nothing),
        )
        for stream in office.policy.workstreams
    }  # fmt: skip


def mark_meeting(session: Session, office: Office, act: Act, name: str) -> Checkpoint:
    """Keep the figures of this moment under a meeting's name; a second name on one day takes the first one's place."""
    today = office.today(act.at)
    trends.keep_standing(session, today, act.at)
    found = session.get(Checkpoint, today) or Checkpoint(day=today)
    before = {"name": found.name} if found.name else {}
    found.name = name
    session.add(found)
    record(session, act, subject=f"meeting:{today}", kind=MEETING_MARKED, before=before, after={"name": name})
    return found


def last_meeting(session: Session, as_of: date) -> Checkpoint | None:
    """Return what to look back to: the last August's figures, else the earliest that there are."""
    earlier = [one for one in trends.checkpoints(session) if one.day < as_of]
    august = last_august(session, as_of)
    return next((one for one in earlier if one.day == august), earlier[0] if earlier else None)


def last_august(session: Session, as_of: date) -> date | None:
    """Return the last day in August, on or before a date, that figures are compared with."""
    days = [one.day for one in trends.checkpoints(session) if one.day <= as_of and one.day.month == AUGUST]
    return max(days, default=None)


def keep_yesterday(session: Session, office: Office, now: datetime) -> None:
    """Write down once a day how every duty stood at the end of yesterday, where that has changed."""
    midnight = office.local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = midnight.date()
    if mark(session, SNAPSHOT_MARK) != str(today):
        trends.keep_standing(session, today - timedelta(days=1), midnight)
        set_mark(session, SNAPSHOT_MARK, str(today))


def _by_workstream(rows: Sequence[Sequence[Any]]) -> dict[str, Figures]:
    return {workstream: _figures(*sums) for workstream, *sums in rows}


def _figures(count: int, done_count: int, *areas: int) -> Figures:
    area, farmland, rectified_area, rectified_farmland = (mu_from_grains(int(sum_)) for sum_ in areas)
    return Figures(
        count=count, done_count=done_count, area=area, farmland=farmland, rectified_area=rectified_area,
        rectified_farmland=rectified_farmland,
    )  # fmt: skip
