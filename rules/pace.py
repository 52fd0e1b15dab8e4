"""Whether a duty stalls, how fast a county goes, and when it will be through if it goes on so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum

from db.models import OPEN, Duty
from db.trends import Snapshot
from rules.figures import CENT

WEEK = 7  # days
LONGEST_DAYS = 36_500  # what would take longer is no forecast


def is_stalled(duty: Duty, course: Sequence[Snapshot], today: date, weeks: int) -> bool:
    """Tell whether nothing more was reported for so many weeks; ``course`` is how it stood, earliest first.

    Nothing is held against a duty that is not open or has no deadline, nor for the time before its first snapshot, nor
    for a time in which the county had not to act.
    """
    since = stuck_since(duty, course)
    due = duty.status in OPEN and duty.due_on is not None
    return due and since is not None and since <= today - timedelta(weeks=weeks)


def stuck_since(duty: Duty, course: Sequence[Snapshot]) -> date | None:
    """Return the first day known from which on nothing more was reported; None where nothing is held against it."""
    since = None
    for then in reversed(course):
        if then.status not in OPEN or _rose(then, duty):
            break
        since = then.day
    return since


def _rose(then: Snapshot, now: Duty) -> bool:
    return (
        now.rectified_area_mu > then.rectified_area_mu or now.rectified_farmland_mu > then.rectified_farmland_mu
    )  # fmt: skip


class Outlook(StrEnum):
    """What becomes of some work at its present pace."""

    DONE = "done"
    NO_AREA = "no_area"  # duties are left, without an area by which to reckon
    ON_TIME = "on_time"
    LATE = "late"
    NEVER = "never"
    UNKNOWN = "unknown"  # there are no earlier figures


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What is left of some duties on one basis, and what came of it in so many days; areas in mu.

    ``count`` duties are not through yet; ``plan_end`` is their latest deadline. Without earlier figures ``days`` is 0.
    """

    left: Decimal
    count: int
    risen: Decimal
    days: int
    plan_end: date | None = None

    @property
    def per_week(self) -> Decimal | None:
        """Return what comes in a week, in mu, two decimals; None without earlier figures."""
        return (self.risen * WEEK / self.days).quantize(CENT, ROUND_HALF_UP) if self.days else None

    def finish(self, today: date) -> date | None:
        """Return the day on which nothing will be left; None where there is none to be foreseen."""
        if self.left <= 0 or self.risen <= 0 or not self.days:
            return None
        days = (self.left * self.days / self.risen).to_integral_value(ROUND_CEILING)
        return today + timedelta(days=int(days)) if days <= LONGEST_DAYS else None

    def outlook(self, today: date) -> Outlook:
        """Return what becomes of it; where no deadline is set, none is missed."""
        if not self.count:
            return Outlook.DONE
        if self.left <= 0:
            return Outlook.NO_AREA
        if not self.days:
            return Outlook.UNKNOWN
        finish = self.finish(today)
        if finish is None:
            return Outlook.NEVER
        return Outlook.LATE if self.plan_end is not None and finish > self.plan_end else Outlook.ON_TIME


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Several workstreams together: the last day on which one is through, its code, and how many are late or never."""

    finish: date | None
    last: str
    late: int
    never: int
    outlook: Outlook


def together(paces: Iterable[tuple[str, Pace]], today: date) -> Whole:
    """Sum up the outlooks of a county's workstreams: it is through with the last of them."""
    known = list(paces)
    outlooks = [pace.outlook(today) for _code, pace in known]
    finishes = [(finish, code) for code, pace in known if (finish := pace.finish(today)) is not None]
    finish, last = max(finishes, default=(None, ""))
    worst = (Outlook.NEVER, Outlook.LATE, Outlook.UNKNOWN, Outlook.NO_AREA, Outlook.ON_TIME)
    return Whole(
        finish=finish,
        last=last,
        late=outlooks.count(Outlook.LATE),
        never=outlooks.count(Outlook.NEVER),
        outlook=next((one for one in worst if one in outlooks), Outlook.DONE),
    )
