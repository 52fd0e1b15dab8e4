"""What leaders promised: kept, on the way, behind or broken, by what was accepted since."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from db.life import Commitment
from db.models import Duty, Status
from rules.figures import Figures, percent

SOON_DAYS = 7


class Outcome(StrEnum):
    """What has become of a promise."""

    KEPT = "kept"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What was reported and what was accepted, in mu, of the area or of the farmland."""

    reported: Decimal = Decimal(0)
    accepted: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Fulfilment:
    """A promise and what was done since; ``share`` in percent of what was promised, on the accepted basis."""

    commitment: Commitment
    since: Totals
    share: Decimal | None
    days_left: int
    outcome: Outcome

    @property
    def is_urgent(self) -> bool:
        """Whether it is worth a line where nobody asked: broken, or due within a week and not kept."""
        if self.outcome == Outcome.KEPT:
            return False
        return self.days_left <= SOON_DAYS


def totals_of_duty(duty: Duty, *, by_farmland: bool) -> Totals:
    """Return one duty's totals; only what is closed is accepted."""
    reported = duty.rectified_farmland_mu if by_farmland else duty.rectified_area_mu
    return Totals(reported=reported, accepted=reported if duty.status == Status.CLOSED else Decimal(0))


def totals_of(figures: Figures, *, by_farmland: bool) -> Totals:
    """Return the totals of many duties."""
    if by_farmland:
        return Totals(reported=figures.rectified_farmland, accepted=figures.accepted_farmland)
    return Totals(reported=figures.rectified_area, accepted=figures.accepted_area)


def fulfilment(commitment: Commitment, now: Totals, today: date) -> Fulfilment:
    """Say what has become of a promise, by the totals of today."""
    since = Totals(
        reported=now.reported - commitment.reported_then_mu, accepted=now.accepted - commitment.accepted_then_mu
    )
    return Fulfilment(
        commitment=commitment, since=since, share=percent(max(since.accepted, Decimal(0)), commitment.area_mu),
        days_left=(commitment.due_on - today).days, outcome=_outcome(commitment, since.accepted, today),
    )  # fmt: skip


def _outcome(commitment: Commitment, accepted: Decimal, today: date) -> Outcome:
    """Judge by what is accepted; until the day comes, as much of it is expected as of the time has passed."""
    if accepted >= commitment.area_mu:
        return Outcome.KEPT
    if commitment.due_on < today:
        return Outcome.BROKEN
    days, passed = (commitment.due_on - commitment.said_on).days, (today - commitment.said_on).days
    return Outcome.BEHIND if accepted * days < commitment.area_mu * passed else Outcome.ON_TRACK
