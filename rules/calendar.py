"""Working days: the official calendar with 调休, and what the office declares beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import holidays

ONE_DAY = timedelta(days=1)
SATURDAY = 5
DECEMBER = 12  # the calendar of the next year is published in November


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Working days of one country; ``overrides`` (day -> is it worked) win over the published calendar."""

    country: str = "CN"
    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Tell whether the office works on that day."""
        if day in self.overrides:
            return self.overrides[day]
        return _published(self.country, day.year).is_working_day(day)

    def is_official(self, year: int) -> bool:
        """Tell whether the year's days off are published; otherwise they are an estimate without 调休."""
        # one day declared is no calendar; a working weekend is what only a published one has
        if any(worked and day.year == year and day.weekday() >= SATURDAY for day, worked in self.overrides.items()):
            return True
        published = _published(self.country, year)
        # The library guesses years to come; only a published year has working weekends.
        return self.country != "CN" or any(day.year == year for day in published.weekend_workdays)

    def unpublished_year(self, today: date) -> int | None:
        """Return the year whose days off are only an estimate and matter by now: from December on, the next one."""
        years = (today.year, today.year + 1) if today.month == DECEMBER else (today.year,)
        return next((year for year in years if not self.is_official(year)), None)

    def on_or_before(self, day: date) -> date:
        """Return the day itself if worked, else the last working day before it."""
        while not self.is_workday(day):
            day -= ONE_DAY
        return day

    def on_or_after(self, day: date) -> date:
        """Return the day itself if worked, else the next working day."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def shift(self, day: date, workdays: int) -> date:
        """Return the day that lies so many working days after (or, if negative, before) the given one."""
        step = ONE_DAY if workdays > 0 else -ONE_DAY
        for _ in range(abs(workdays)):
            day += step
            while not self.is_workday(day):
                day += step
        return day


@cache
def _published(country: str, year: int) -> holidays.HolidayBase:
    # One year at a time: asking for a day outside would grow the object, and a cached object must not change.
    return holidays.country_holidays(country, years=(year - 1, year, year + 1))
