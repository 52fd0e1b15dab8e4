"""Arithmetic of days, months and festivals; every function takes its day as an argument."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import holidays

FIRST_YEAR, LAST_YEAR = 1990, 2099  # what is outside is a slip of the pen
XUN_END = {"上": 10, "中": 20}  # 下旬 ends with the month
ONE_DAY = timedelta(days=1)
MONTHS_A_YEAR = 12
DAYS_A_WEEK = 7
YEARS_SEARCHED = 9  # 29 February comes at the latest after eight years


def day_or_none(year: int, month: int, day: int) -> date | None:
    """Return the day if it exists and lies in a sensible year."""
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def month_end_or_none(year: int, month: int) -> date | None:
    """Return the last day of a month that exists."""
    return month_end(year, month) if day_or_none(year, month, 1) else None


def months_on(day: date, months: int) -> date:
    """Return the same day some months on, or the month's last day where there is no such day."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return min(day.day, month_end(year, month + 1).day) * ONE_DAY + date(year, month + 1, 1) - ONE_DAY


def sunday_of(day: date, weeks: int = 0) -> date:
    """Return the Sunday that ends the week of a day, or of a week after it."""
    return weekday_of(day, 6, weeks)


def weekday_of(day: date, weekday: int, weeks: int = 0) -> date:
    """Return a weekday (Monday is 0) of the day's own Monday-to-Sunday week, or of a week after it."""
    return day + timedelta(days=weekday - day.weekday() + DAYS_A_WEEK * weeks)


def next_weekday(day: date, weekday: int) -> date:
    """Return the first such weekday on or after a day."""
    return day + timedelta(days=(weekday - day.weekday()) % DAYS_A_WEEK)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """Return the nth such weekday of a month, or the last one for -1."""
    if not day_or_none(year, month, 1) or nth == 0:
        return None
    if nth < 0:
        last = month_end(year, month)
        return last - timedelta(days=(last.weekday() - weekday) % DAYS_A_WEEK)
    found = next_weekday(date(year, month, 1), weekday) + timedelta(days=DAYS_A_WEEK * (nth - 1))
    return found if found.month == month else None


def first_on_or_after(today: date, in_year: Callable[[int], date | None]) -> date | None:
    """Return the first day on or after today that a yearly rule names."""
    days = (in_year(year) for year in range(today.year, today.year + YEARS_SEARCHED))
    return next((day for day in days if day and day >= today), None)


_FIXED_FESTIVALS = {
    "元旦": (1, 1), "新年": (1, 1), "妇女节": (3, 8), "三八": (3, 8), "五一": (5, 1), "劳动节": (5, 1),
    "儿童节": (6, 1), "六一": (6, 1), "七一": (7, 1), "建党节": (7, 1), "八一": (8, 1), "建军节": (8, 1),
    "教师节": (9, 10), "国庆": (10, 1), "十一": (10, 1), "圣诞": (12, 25),
}  # fmt: skip
# name -> what the published holidays call its day, and how many days after that day it lies
_MOON_FESTIVALS = {
    "除夕": ("春节", -1), "大年三十": ("春节", -1), "春节": ("春节", 0), "元宵": ("春节", 14), "清明": ("清明", 0),
    "端午": ("端午", 0), "中秋": ("中秋", 0),
}  # fmt: skip
FESTIVALS = (*_FIXED_FESTIVALS, *_MOON_FESTIVALS)
REST_DAYS = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")  # the festivals with days off
OWN_EVE = {"除夕", "大年三十"}  # before these means on them


@cache
def festival(name: str, year: int) -> date | None:
    """Return the festival's own day in a year; those of the moon come from the published holidays."""
    if name in _FIXED_FESTIVALS:
        return day_or_none(year, *_FIXED_FESTIVALS[name])
    published, later = _MOON_FESTIVALS[name]
    named = holidays.country_holidays("CN", years=year, language="zh_CN")
    days = [day for day, words in named.items() if day.year == year and published in words]
    return min(days) + timedelta(days=later) if days else None
