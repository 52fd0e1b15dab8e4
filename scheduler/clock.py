"""The one recurring job: a tick a minute. What is due is in the database; being late or run twice changes nothing."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

TICK_SECONDS = 60


class Clock:
    """Runs the tick every minute until stopped; a tick that takes longer delays the next, never overlaps it."""

    def __init__(self, tick: Callable[[], Awaitable[None]]) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            tick, IntervalTrigger(seconds=TICK_SECONDS), misfire_grace_time=None, coalesce=True, max_instances=1
        )

    def start(self) -> None:
        """Begin ticking."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; one that runs comes to its end by itself."""
        self._scheduler.pause()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=False)
