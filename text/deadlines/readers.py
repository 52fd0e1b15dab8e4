"""How days are found, once the words are known; both tables of rules use these readers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from db.models import DueKind
from text.deadlines.days import ONE_DAY, day_or_none, first_on_or_after, month_end, months_on
from text.deadlines.rule import Found, Moment, Read, Written, no_such_day, spoken

InYear = Callable[[re.Match[str], int], date | None]
YEAR_WORDS = {"今": 0, "本": 0, "当": 0, "这": 0, "明": 1, "来": 1, "下": 1, "后": 2}
MOST_WORKDAYS = 366
MOST_MINUTES = 60 * 24 * 366


def said_year(found: re.Match[str], moment: Moment) -> tuple[int | None, Written]:
    """Return the year that was said: four digits, two digits, 明; None if none was."""
    said = found.groupdict().get("y")
    if not said:
        return None, Written.NO_YEAR
    if said.isdigit():
        return (int(said), Written.FULL) if len(said) > 2 else (2000 + int(said), Written.SPOKEN)
    return moment.today.year + YEAR_WORDS[said], Written.SPOKEN


def in_year(
    day_in: InYear, kind: DueKind = DueKind.DATE, written: Written = Written.FULL, *, without: Written = Written.NO_YEAR
) -> Read:
    """Read a day of the year that was said, or the first such day on or after today.

    ``written`` is how surely the words with a year say their day, ``without`` how surely they do without one.
    """

    def read(found: re.Match[str], moment: Moment) -> Found:
        year, how = said_year(found, moment)
        if year is None:
            day = first_on_or_after(moment.today, lambda one: day_in(found, one))
            how = Written.SPOKEN if written is Written.SPOKEN else without
        else:
            day = day_in(found, year)
            how = written if how is Written.FULL else how
        return Found(day, kind, how) if day else no_such_day(how)

    return read


def day_of_month(found: re.Match[str], moment: Moment) -> Found:
    """Read a day alone: the first such day on or after today, in the first month that has it."""
    first = moment.today.replace(day=1)
    months = (months_on(first, number) for number in range(13))
    days = (day_or_none(month.year, month.month, int(found["d"])) for month in months)
    return spoken(next((day for day in days if day and day >= moment.today), None))


def end_of_month(moment: Moment, ahead: int = 0) -> Found:
    """Return the last day of this month, or of one ahead."""
    month = months_on(moment.today.replace(day=1), ahead)
    return spoken(month_end(month.year, month.month), DueKind.MONTH_END)


def end_of_quarter(moment: Moment, ahead: int = 0) -> Found:
    """Return the last day of this quarter, or of one ahead."""
    last = 3 * ((moment.today.month + 2) // 3)
    month = months_on(date(moment.today.year, last, 1), 3 * ahead)
    return spoken(month_end(month.year, month.month), DueKind.QUARTER_END)


def near_day(days: int) -> Read:
    """Read a word like 明天."""
    return lambda _, moment: spoken(moment.today + timedelta(days=days))


def in_days(days: int) -> Read:
    """Read a span of fixed length, like 半个月, or of so many of it, like 三周."""
    return lambda found, moment: later(moment, days=days * said_count(found))


def in_months(months: int) -> Read:
    """Read a span of months."""
    return lambda found, moment: later(moment, months=months * said_count(found))


def in_minutes(minutes: int) -> Read:
    """Read a span of minutes or hours."""
    return lambda found, moment: minutes_later(moment, minutes * said_count(found))


def said_count(found: re.Match[str]) -> int:
    """Return how many were said, one if no number was."""
    return int(found.groupdict().get("n") or 1)


def later(moment: Moment, *, days: int = 0, months: int = 0) -> Found | None:
    """Return the day that lies so far from today; "three days before" is no deadline."""
    if moment.before:
        return None
    try:
        day = months_on(moment.today, months) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return spoken(day) if day_or_none(day.year, day.month, day.day) else None


def minutes_later(moment: Moment, minutes: int) -> Found | None:
    """Return the moment that lies so many minutes from now."""
    if moment.before or minutes > MOST_MINUTES:
        return None
    return Found(moment.now + timedelta(minutes=minutes))


def workdays_later(count: int, moment: Moment) -> Found | None:
    """Count official working days, from tomorrow on."""
    if moment.before or not 0 < count <= MOST_WORKDAYS:
        return None
    return spoken(moment.calendar.shift(moment.today, count))


def workday_of(first: date, nth: int, moment: Moment) -> Found:
    """Return the nth working day of a month, the last one for 0."""
    last = month_end(first.year, first.month)
    day = moment.calendar.shift(first - ONE_DAY, nth) if nth else moment.calendar.on_or_before(last)
    return spoken(day if day <= last else None)
