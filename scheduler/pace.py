"""How fast we may send; pure, in seconds of a clock that never goes back."""

from collections import deque
from dataclasses import dataclass, field

MINUTE = 60.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a platform allows: messages a second in all, seconds between two in a chat, messages a minute in a group."""

    per_second: int = 30
    chat_seconds: float = 1.0
    group_per_minute: int = 20
    in_flight: int = 64


@dataclass(kw_only=True)
class Pace:
    """Remembers what was sent when, and what is paused; knows what may be sent now."""

    limits: Limits
    _all: deque[float] = field(default_factory=deque)  # when the last second's messages were through
    _under_way: int = 0
    _groups: dict[str, deque[float]] = field(default_factory=dict)
    _free_at: dict[str, float] = field(default_factory=dict)
    _paused: dict[str, float] = field(default_factory=dict)  # only what the platform asked for, not our own pace
    _all_free_at: float = 0.0

    def room(self, now: float) -> int:
        """Return how many messages may go out at this moment."""
        while self._all and self._all[0] <= now - 1.0:
            self._all.popleft()
        return 0 if now < self._all_free_at else self.limits.per_second - len(self._all) - self._under_way

    def busy_chats(self, now: float) -> list[str]:
        """Return the chats that must wait."""
        self._free_at = {chat: free_at for chat, free_at in self._free_at.items() if free_at > now}
        return list(self._free_at)

    def sent(self, chat: str, is_group: bool, now: float) -> None:
        """Count a message that goes out now."""
        self._under_way += 1
        if self.limits.chat_seconds:
            self._hold(chat, now + self.limits.chat_seconds)
        if is_group:
            minute = self._groups.setdefault(chat, deque())
            minute.append(now)
            while minute[0] <= now - MINUTE:
                minute.popleft()
            if len(minute) >= self.limits.group_per_minute:
                self._hold(chat, minute[0] + MINUTE)

    def through(self, now: float) -> None:
        """Count a message's second from when it is through: when it came in nobody tells, but not after that."""
        self._under_way -= 1
        self._all.append(now)

    def pause(self, chat: str, seconds: float, now: float) -> None:
        """Hold a chat as long as the platform asks; a second chat asking at the same time means all of them."""
        self._paused = {c: until for c, until in self._paused.items() if until > now}
        if any(c != chat for c in self._paused):
            self._all_free_at = max(self._all_free_at, now + seconds)
        self._paused[chat] = max(self._paused.get(chat, 0.0), now + seconds)
        self._hold(chat, now + seconds)

    def next_change(self, now: float) -> float | None:
        """Return in how many seconds something held back may go; None when nothing is held."""
        times = [free_at for free_at in self._free_at.values() if free_at > now]
        if self._all_free_at > now:
            times.append(self._all_free_at)
        if self._all and len(self._all) + self._under_way >= self.limits.per_second:
            times.append(self._all[0] + 1.0)
        return max(0.0, min(times) - now) if times else None

    def _hold(self, chat: str, until: float) -> None:
        self._free_at[chat] = max(self._free_at.get(chat, 0.0), until)
