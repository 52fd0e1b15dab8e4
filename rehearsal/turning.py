"""The rehearsal's clock as the page turns it: what a clock must offer, and one jump at a time with its progress."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a jump of the clock has come; `done` of `total` in any unit."""

    now: datetime
    done: int
    total: int


class Clock(Protocol):
    """The rehearsal's clock; a jump yields progress while the bot lives through the time between."""

    def now(self) -> datetime:
        """The virtual time, aware, in the office's zone (the page shows it as it stands)."""

    def next_workday(self) -> AsyncIterator[Progress]:
        """On to the next workday, 08:30."""

    def days_on(self, days: int) -> AsyncIterator[Progress]:
        """On by so many days."""


class Turning:
    """Runs one jump at a time and shows how far it is."""

    def __init__(self, clock: Clock, show: Callable[[dict[str, Any]], None]) -> None:
        self.clock = clock
        self._show = show
        self._task: asyncio.Task[None] | None = None
        self._progress: dict[str, int] = {"done": 0, "total": 0}
        self._running = False

    @property
    def running(self) -> bool:
        return self._running

    def state(self) -> dict[str, Any]:
        return {"now": self.clock.now().isoformat(timespec="seconds"), "running": self._running, **self._progress}

    def start(self, steps: AsyncIterator[Progress]) -> None:
        self._running = True
        self._task = asyncio.create_task(self._run(steps))

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, steps: AsyncIterator[Progress]) -> None:
        error = ""
        self._progress = {"done": 0, "total": 0}
        try:
            self._show({"kind": "clock", **self.state()})
            async for step in steps:
                self._progress = {"done": step.done, "total": step.total}
                self._show({"kind": "clock", **self.state()})
        except Exception as failure:  # whatever broke the jump is shown where it was asked for
            error = f"{type(failure).__name__}: {failure}"
        finally:
            self._running = False
            self._show({"kind": "clock", **self.state(), "jumped": True, "error": error})
