"""At what pace counties go, since which day's figures, and when they will be through."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from db.pace import PACE_NAMES, pace_sums
from db.queries import first_known_at
from db.trends import checkpoints
from db.types import mu_from_grains
from rules.pace import WEEK, Pace
from rules.policy import Office, RateBasis


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """How a county goes on in a workstream, on both bases, by what the workstream's rate is reckoned."""

    region_id: int
    workstream: str
    reported: Pace
    accepted: Pace

    def on(self, basis: str) -> Pace:
        """Return the pace on a basis, reported or accepted."""
        return self.accepted if basis == "accepted" else self.reported


def figures_since(session: Session, office: Office, today: date) -> date | None:
    """Return the day from which the pace is reckoned: the policy's weeks ago, as near to it as figures are known.

    Since the ledger came, every day's figures are; before, those of checkpoints. None: of no day at least a week ago.
    """
    wanted = today - timedelta(weeks=office.policy.pace_weeks)
    known_at = first_known_at(session)
    known = [office.today(known_at)] if known_at else []
    if known and known[0] <= wanted:
        return wanted
    days = [*known, *(one.day for one in checkpoints(session))]
    since = max((day for day in days if day <= wanted), default=None) or min(days, default=None)
    return since if since is not None and since <= today - timedelta(days=WEEK) else None


def prospects(
    session: Session, office: Office, today: date, since: date | None, within: sa.ColumnElement[bool]
) -> list[Prospect]:
    """Return how counties go on, workstream by workstream in the office's order."""
    rows = pace_sums(session, since or today, within)
    found = [_prospect(office, row, (today - since).days if since else 0) for row in rows]
    order = [stream.code for stream in office.policy.workstreams]
    return sorted((one for one in found if one.workstream in order), key=lambda one: order.index(one.workstream))


def _prospect(office: Office, row: Any, days: int) -> Prospect:
    sums = dict(zip(PACE_NAMES, row[2:], strict=True))
    by = "farmland" if office.policy.workstream(row[1]).rate_basis == RateBasis.FARMLAND else "area"
    return Prospect(
        region_id=row[0], workstream=row[1],
        reported=_pace("reported", sums, by, days), accepted=_pace("accepted", sums, by, days),
    )  # fmt: skip


def _pace(basis: str, sums: dict[str, Any], by: str, days: int) -> Pace:
    return Pace(
        left=mu_from_grains(int(sums[f"{basis}_{by}_left"])), count=int(sums[f"{basis}_count"]),
        risen=mu_from_grains(int(sums[f"{basis}_{by}"])), days=days, plan_end=sums["plan_end"],
    )  # fmt: skip
