"""Faults that a test plans for coming calls, and Telegram's flood limits."""

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

from rehearsal.refused import BotApiError, too_many_requests

ALL_PER_SECOND = 30
GROUP_PER_MINUTE = 20
SECOND = 0.95  # a sender that keeps one second exactly may arrive a little early


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to a call instead of, before or after its being carried out."""

    refusal: BotApiError | None = None
    drop: Literal["no", "before", "after"] = "no"
    delay: float = 0.0  # seconds before the answer, the call being carried out first


def flooded(retry_after: int) -> Fault:
    return Fault(refusal=too_many_requests(retry_after))


def server_error(code: int = 500, description: str = "Internal Server Error") -> Fault:
    return Fault(refusal=BotApiError(code, description))


def forbidden_by(description: str = "Forbidden: bot was blocked by the user") -> Fault:
    return Fault(refusal=BotApiError(403, description))


def dropped_before() -> Fault:
    """The connection breaks and nothing was done."""
    return Fault(drop="before")


def dropped_after() -> Fault:
    """The call is carried out, and the connection breaks before the answer."""
    return Fault(drop="after")


def slow(seconds: float) -> Fault:
    """The call is carried out at once, its answer comes late."""
    return Fault(delay=seconds)


@dataclass(slots=True)
class _Plan:
    fault: Fault
    left: int
    chat_id: int | None


@dataclass(slots=True)
class Faults:
    """The planned faults by method; the look-alike asks only when there are any."""

    plans: dict[str, list[_Plan]] = field(default_factory=dict)

    def plan(self, method: str, fault: Fault, times: int, chat_id: int | None) -> None:
        self.plans.setdefault(method.lower(), []).append(_Plan(fault, times, chat_id))

    def next_for(self, method: str, chat_id: object) -> Fault | None:
        """The fault for this call, used up by asking."""
        for plan in self.plans.get(method, ()):
            if plan.left > 0 and (plan.chat_id is None or str(plan.chat_id) == str(chat_id)):
                plan.left -= 1
                return plan.fault
        return None


@dataclass(slots=True)
class FloodLimits:
    """30 messages a second in all, one a second per chat, 20 a minute per group, by the machine's own clock."""

    overall: deque[float] = field(default_factory=deque)
    latest: dict[int, float] = field(default_factory=dict)
    by_group: defaultdict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, chat_id: int) -> None:
        """Count one message, or refuse it with the seconds to wait."""
        now = time.monotonic()
        waits = [self.latest.get(chat_id, 0.0) + SECOND - now, _wait(self.overall, now, SECOND, ALL_PER_SECOND)]
        if chat_id < 0:
            waits.append(_wait(self.by_group[chat_id], now, 60 * SECOND, GROUP_PER_MINUTE))
        if max(waits) > 0:
            raise too_many_requests(max(1, math.ceil(max(waits))))
        self.latest[chat_id] = now
        self.overall.append(now)
        if chat_id < 0:
            self.by_group[chat_id].append(now)


def _wait(times: deque[float], now: float, window: float, most: int) -> float:
    while times and times[0] <= now - window:
        times.popleft()
    return times[0] + window - now if len(times) >= most else 0.0
