"""The rehearsal's clock: it runs like any other, and can be turned forward while the bot lives through it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta

from rehearsal.turning import Progress
from rules.policy import Office

MORNING_HOURS = (8, 30)


class VirtualClock:
    """A clock that starts at a given moment; ``live`` is what the bot does at each stop of a jump."""

    def __init__(self, office: Office, start: datetime, real: Callable[[], datetime]) -> None:
        self._office, self._real = office, real
        self._ahead = start - real()
        self.live: Callable[[], Awaitable[None]] | None = None

    def now(self) -> datetime:
        """Return the virtual time, in the office's zone."""
        return self._office.local(self._real() + self._ahead)

    def next_workday(self) -> AsyncIterator[Progress]:
        """Go on to the next working day, 08:30."""
        day = self._office.calendar.shift(self.now().date(), 1)
        return self._go(self._stops(day))

    def days_on(self, days: int) -> AsyncIterator[Progress]:
        """Go on by so many days, stopping on each working morning and afternoon between."""
        target = self.now() + timedelta(days=days)
        return self._go([*self._stops(target.date(), before=target), target])

    def _stops(self, last: date, before: datetime | None = None) -> list[datetime]:
        """Return the working mornings up to a day: whatever is due is sent then."""
        stops = []
        day = self.now().date() + timedelta(days=1)
        while day <= last:
            hour, minute = MORNING_HOURS
            morning = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self._office.zone)
            if self._office.calendar.is_workday(day) and (before is None or morning < before):
                stops.append(morning)
            day += timedelta(days=1)
        return stops

    async def _go(self, stops: list[datetime]) -> AsyncIterator[Progress]:
        for done, stop in enumerate(stops, start=1):
            self._ahead = stop - self._real()
            if self.live is not None:
                await self.live()
            yield Progress(now=self.now(), done=done, total=len(stops))
