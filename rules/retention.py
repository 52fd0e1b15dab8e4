"""What is known of a county beside its duties: farmland to bring back, approvals not used (耕地保有量, 批而未用)."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Retention:
    """A county's farmland against what it has to keep, and its use of approved land; areas in mu, as reported."""

    target: Decimal
    actual: Decimal
    restored: Decimal
    approved_unused_task: Decimal
    approved_unused_consumed: Decimal

    @property
    def gap(self) -> Decimal:
        """The farmland that was missing when the actual area was surveyed."""
        return max(self.target - self.actual, Decimal(0))

    @property
    def remaining_gap(self) -> Decimal:
        """The farmland that is missing still, after what was restored since."""
        return max(self.gap - self.restored, Decimal(0))

    @property
    def veto_risk(self) -> bool:
        """Whether the assessment would fail for it (一票否决): computed, for the office to confirm."""
        return self.remaining_gap > 0

    @property
    def approved_unused_done(self) -> bool:
        """Whether the task is fulfilled to use what was approved."""
        return self.approved_unused_consumed >= self.approved_unused_task
