"""The queue of updates: numbered, confirmed by offset, handed out by long polling to one poller at a time."""

import asyncio
from collections import deque
from typing import Any

from rehearsal.refused import BotApiError

Update = dict[str, Any]

LONGEST_WAIT = 50  # seconds, as the Bot API server caps it
LARGEST_BATCH = 100
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class UpdateQueue:
    """Updates that the bot has not confirmed yet."""

    def __init__(self, first_update_id: int) -> None:
        self.first_id = self.next_id = first_update_id
        self.confirmed_offset = 0
        self.allowed: frozenset[str] = frozenset()  # empty: everything but what must be asked for
        self.waiting: deque[tuple[int, Update]] = deque()
        self._poller: asyncio.Future[bool] | None = None

    def add(self, kind: str, body: dict[str, Any]) -> None:
        """Queue an update unless the bot asked not to see its kind."""
        if kind in self.allowed or (not self.allowed and kind not in NOT_BY_DEFAULT):
            self.add_raw({kind: body})

    def add_raw(self, update: Update) -> None:
        """Queue whatever is given, numbered unless it brings a number of its own."""
        number = self.next_id
        self.next_id += 1
        self.waiting.append((number, {"update_id": number, **update}))
        if self._poller and not self._poller.done():
            self._poller.set_result(True)

    def confirm(self, offset: int) -> None:
        """Forget what came before the offset; a negative one keeps only that many from the end."""
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
            return
        while self.waiting and self.waiting[0][0] < offset:
            self.waiting.popleft()
        self.confirmed_offset = max(self.confirmed_offset, offset)

    async def take(self, offset: int, limit: int, seconds: int) -> list[Update]:
        """Confirm, then answer what waits, or the first that comes within the time-out."""
        if self._poller and not self._poller.done():
            self._poller.set_result(False)
        self._poller = None
        if offset:
            self.confirm(offset)
        if not self.waiting and seconds > 0:
            await self._wait(min(seconds, LONGEST_WAIT))
        limit = limit if 1 <= limit <= LARGEST_BATCH else LARGEST_BATCH
        return [self.waiting[index][1] for index in range(min(limit, len(self.waiting)))]

    def release(self) -> None:
        """Let a waiting poller go home empty-handed, as the server does when it closes."""
        if self._poller and not self._poller.done():
            self._poller.set_result(True)

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        poller = self._poller = loop.create_future()
        alarm = loop.call_later(seconds, self.release)
        try:
            undisturbed = await poller
        finally:
            alarm.cancel()
        if not undisturbed:
            raise BotApiError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
