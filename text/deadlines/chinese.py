"""The table of days as they are written and said in Chinese, and in digits; times of day stand in ``hours``.

A rule reads a whole phrase that ``plain`` has brought to one form, without words like 截止 and 前 around it. Examples
are said on Wednesday 2026-11-18 at 10:30.
"""

# ruff: noqa: E501 -- a row of a table of forms stays on one line
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from db.models import DueKind
from text.deadlines.days import (
    FESTIVALS,
    ONE_DAY,
    XUN_END,
    day_or_none,
    festival,
    first_on_or_after,
    month_end,
    month_end_or_none,
    months_on,
    next_weekday,
    nth_weekday,
    sunday_of,
    weekday_of,
)
from text.deadlines.rule import NO_SUCH_DAY, Found, Moment, Read, Rule, Written, rule, spoken

_In = Callable[[re.Match[str], int], date | None]
_YEAR_WORDS = {"今": 0, "本": 0, "当": 0, "这": 0, "明": 1, "来": 1, "下": 1, "后": 2}
_NEAR = {"": 0, "本": 0, "这": 0, "当": 0, "下": 1, "下下": 2}
WEEKDAYS = {**{word: day for day, word in enumerate("一二三四五六日")}, "天": 6, **{str(n + 1): n for n in range(7)}}
_POINT_DAYS = {"初": 5, "中": 15, "上旬": XUN_END["上"], "中旬": XUN_END["中"]}
_QUARTERS = {**{str(n): n for n in range(1, 5)}, **{word: n for n, word in enumerate("一二三四", 1)}}


# --- readers -----------------------------------------------------------------------------------------------------


def said_year(found: re.Match[str], moment: Moment) -> tuple[int | None, Written]:
    """Return the year that was said: four digits, two digits, 明; None if none was."""
    said = found.groupdict().get("y")
    if not said:
        return None, Written.NO_YEAR
    if said.isdigit():
        return (int(said), Written.FULL) if len(said) > 2 else (2000 + int(said), Written.SPOKEN)
    return moment.today.year + _YEAR_WORDS[said], Written.SPOKEN


def in_year(day_in: _In, kind: DueKind = DueKind.DATE, written: Written = Written.FULL) -> Read:
    """Read a day of the year that was said, or the first such day on or after today."""

    def read(found: re.Match[str], moment: Moment) -> Found:
        year, how = said_year(found, moment)
        if year is not None:
            day = day_in(found, year)
            how = written if how is Written.FULL else how
        else:
            day = first_on_or_after(moment.today, lambda one: day_in(found, one))
            how = Written.SPOKEN if written is Written.SPOKEN else how
        return Found(day, kind, how) if day else NO_SUCH_DAY

    return read


def _month_and_day(found: re.Match[str], year: int) -> date | None:
    return day_or_none(year, int(found["m"]), int(found["d"]))


def _month(found: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, int(found["m"]))


def _point(found: re.Match[str], year: int) -> date | None:
    return _point_of(year, int(found["m"]), found["point"])


def _point_of(year: int, month: int, point: str) -> date | None:
    if not day_or_none(year, month, 1):
        return None
    return date(year, month, _POINT_DAYS[point]) if point in _POINT_DAYS else month_end(year, month)


def _quarter(found: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, 3 * _QUARTERS[found["q"]])


def _half(found: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, 6 if found["half"] in {"上半年", "年中"} else 12)


def _year_end(_: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, 12)


def _festival(found: re.Match[str], moment: Moment) -> Found:
    """Read a festival; before it means its eve. 明年元旦前 is the eve of next year's first day."""
    year, _ = said_year(found, moment)
    earlier = ONE_DAY if moment.before and found["name"] not in {"除夕", "大年三十"} else timedelta()

    def day_in(one: int) -> date | None:
        day = festival(found["name"], one)
        return day - earlier if day else None

    return spoken(day_in(year) if year else first_on_or_after(moment.today, day_in))


def _small_year(found: re.Match[str], moment: Moment) -> Found | None:
    """Read 26.12.31; a year that is over makes it likelier that the day was written first, so it is not read."""
    year = 2000 + int(found["yy"])
    day = day_or_none(year, int(found["m"]), int(found["d"]))
    return Found(day) if day and year >= moment.today.year else None


def _short(found: re.Match[str], moment: Moment) -> Found | None:
    """Read 12.31; 3/5 and 1.2 are rather a fraction and a version, unless 前 or "by" stands beside them."""
    if not moment.marked and len(found["d"]) == 1:
        return None
    day = first_on_or_after(moment.today, lambda year: _month_and_day(found, year))
    return Found(day) if day else None


def day_of_month(found: re.Match[str], moment: Moment) -> Found:
    """Read a day alone: the first such day on or after today, in the first month that has it."""
    first = moment.today.replace(day=1)
    months = (months_on(first, number) for number in range(13))
    days = (day_or_none(month.year, month.month, int(found["d"])) for month in months)
    return spoken(next((day for day in days if day and day >= moment.today), None))


def _near_month(found: re.Match[str], moment: Moment) -> date:
    return months_on(moment.today.replace(day=1), _NEAR[found["near"]])


def _day_of_near_month(found: re.Match[str], moment: Moment) -> Found:
    month = _near_month(found, moment)
    return spoken(day_or_none(month.year, month.month, int(found["d"])))


def _point_of_near_month(found: re.Match[str], moment: Moment) -> Found:
    month, point = _near_month(found, moment), found["point"]
    return spoken(_point_of(month.year, month.month, point), _point_kind(point))


def _next_point(found: re.Match[str], moment: Moment) -> Found:
    point, first = found["point"], moment.today.replace(day=1)
    days = (_point_of(month.year, month.month, point) for month in (first, months_on(first, 1)))
    return spoken(next((day for day in days if day and day >= moment.today), None), _point_kind(point))


def _point_kind(point: str) -> DueKind:
    if point in {"初", "中"}:
        return DueKind.DATE
    return DueKind.XUN if "旬" in point else DueKind.MONTH_END


def _near_quarter(found: re.Match[str], moment: Moment) -> Found:
    month = 3 * ((moment.today.month + 2) // 3)
    end = months_on(date(moment.today.year, month, 1), 3 * _NEAR[found["near"] or ""])
    return spoken(month_end(end.year, end.month), DueKind.QUARTER_END)


def _plan(found: re.Match[str], _: Moment) -> Found:
    return spoken(date(2025 + 5 * "四五六七".index(found["plan"]), 12, 31))


def _weekday(found: re.Match[str], moment: Moment) -> Found:
    return spoken(next_weekday(moment.today, WEEKDAYS[found["w"]]))


def _near_weekday(found: re.Match[str], moment: Moment) -> Found:
    return spoken(weekday_of(moment.today, WEEKDAYS[found["w"]], _NEAR[found["near"]]))


def _near_week(found: re.Match[str], moment: Moment) -> Found:
    return spoken(sunday_of(moment.today, _NEAR[found.groupdict().get("near") or ""]))


def near_day(days: int) -> Read:
    """Read a word like 明天."""
    return lambda _, moment: spoken(moment.today + timedelta(days=days))


def _days_later(found: re.Match[str], moment: Moment) -> Found | None:
    return later(moment, days=int(found["n"]))


def _months_later(months: int) -> Read:
    return lambda found, moment: later(moment, months=months * int(found["n"]))


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
    if moment.before or minutes > 60 * 24 * 366:
        return None
    return Found(moment.now + timedelta(minutes=minutes))


def workdays_later(found: re.Match[str], moment: Moment) -> Found | None:
    """Count official working days, from tomorrow on."""
    count = int(found["n"])
    if moment.before or not 0 < count <= 366:
        return None
    return spoken(moment.calendar.shift(moment.today, count))


def month_of(found: re.Match[str], moment: Moment) -> date | None:
    """Return the first day of the month that was said, of this one if none was."""
    if not found["m"]:
        return _near_month(found, moment) if found["near"] else moment.today.replace(day=1)
    year, _ = said_year(found, moment)
    last = _month(found, year) if year else first_on_or_after(moment.today, lambda one: _month(found, one))
    return last.replace(day=1) if last else None


def _nth_workday(found: re.Match[str], moment: Moment) -> Found:
    first = month_of(found, moment)
    return workday_of(first, int(found["n"] or 0), moment) if first else NO_SUCH_DAY


def workday_of(first: date, nth: int, moment: Moment) -> Found:
    """Return the nth working day of a month, the last one for 0."""
    last = month_end(first.year, first.month)
    day = moment.calendar.shift(first - ONE_DAY, nth) if nth else moment.calendar.on_or_before(last)
    return spoken(day) if day <= last else NO_SUCH_DAY


def _nth_weekday(found: re.Match[str], moment: Moment) -> Found:
    first = month_of(found, moment)
    if not first:
        return NO_SUCH_DAY
    return spoken(nth_weekday(first.year, first.month, WEEKDAYS[found["w"]], int(found["n"] or -1)))


# --- the table ---------------------------------------------------------------------------------------------------

_Y = r"(?P<y>\d{4}|\d{2}|[今本当明来后])年"
_Y_OR_NOT = rf"(?:{_Y}的?)?"
_M = r"(?P<m>\d{1,2})月份?"
_D = r"(?P<d>\d{1,2})[日号]"
_NEAR_WORD = r"(?P<near>本|当|这(?=1?个?)|下下(?=1?个?)|下(?=1?个?))1?个?"
_NEAR_MONTH = rf"{_NEAR_WORD}月份?的?"
_POINT = r"(?P<point>初|中旬?|[上下]旬)"
_END = r"(?:月?[底末]|内|份?以内|之内|份)?"
_LATER = r"(?:之内|以内|内|之后|以后|后)"
_WEEK = "周"
_ANY_MONTH = rf"(?:{_Y_OR_NOT}{_M}|{_NEAR_MONTH})?(?:里|底|末)?的?"
_NAME = "|".join(sorted(FESTIVALS, key=len, reverse=True))

CHINESE: tuple[Rule, ...] = (
    # a day
    rule(rf"{_Y_OR_NOT}{_M}{_D}", in_year(_month_and_day),
         ("2026年12月5日", "2026-12-05"), ("10月1日", "2027-10-01"), ("明年3月8号", "2027-03-08"),
         ("二〇二六年十二月三十一日", "2026-12-31"), ("2月29日", "2028-02-29")),
    rule(r"(?P<y>\d{4})(?P<sep>[-./])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})日?", in_year(_month_and_day),
         ("2026-12-05", "2026-12-05"), ("2026.12.5", "2026-12-05"), ("２０２６/12/5", "2026-12-05")),
    rule(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})", in_year(_month_and_day),
         ("20261205", "2026-12-05"), sure=False),
    rule(r"(?P<yy>[2-5]\d)(?P<sep>[-./])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})", _small_year,
         ("26.12.31", "2026-12-31"), sure=False),
    rule(r"(?P<m>\d{1,2})[-./](?P<d>\d{1,2})[日号]?", _short,
         ("12.31", "2026-12-31"), ("12/31", "2026-12-31"), ("1.15前", "2027-01-15"), sure=False),
    rule(rf"{_NEAR_MONTH}{_D}", _day_of_near_month, ("本月25日", "2026-11-25"), ("下个月5号", "2026-12-05")),
    rule(_D, day_of_month, ("25号", "2026-11-25"), ("15日前", "2026-12-15"), sure=False),
    rule("今天内?", near_day(0), ("今天", "2026-11-18"), ("今日内", "2026-11-18")),
    rule("明天内?", near_day(1), ("明天", "2026-11-19")),
    rule("后天", near_day(2), ("后天", "2026-11-20")),
    rule("大后天", near_day(3), ("大后天", "2026-11-21")),
    # a weekday, a week
    rule(rf"{_WEEK}(?P<w>[一二三四五六日天1-7])", _weekday,
         ("周五", "2026-11-20"), ("星期二前", "2026-11-24"), ("周三", "2026-11-18")),
    rule(rf"{_NEAR_WORD}{_WEEK}(?P<w>[一二三四五六日天1-7])", _near_weekday,
         ("本周五", "2026-11-20"), ("下下周一", "2026-11-30"), ("下个礼拜天", "2026-11-29")),
    rule(rf"(?:{_NEAR_WORD})?{_WEEK}末", _near_week, ("周末", "2026-11-22"), ("下周末", "2026-11-29")),
    rule(rf"{_NEAR_WORD}{_WEEK}(?:之?内|以内|底)?", _near_week, ("本周内", "2026-11-22"), ("下周", "2026-11-29")),
    rule(rf"{_WEEK}内", _near_week, ("周内", "2026-11-22")),
    # a month, a third of it
    rule(rf"{_Y_OR_NOT}{_M}{_END}", in_year(_month, DueKind.MONTH_END),
         ("2026年12月底前", "2026-12-31"), ("2月底", "2027-02-28"), ("12月份", "2026-12-31"), ("十二月内", "2026-12-31")),
    rule(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})", in_year(_month, DueKind.MONTH_END),
         ("2026-12", "2026-12-31"), ("2026.12", "2026-12-31"), sure=False),
    rule(rf"{_Y_OR_NOT}{_M}(?P<point>[上中下]旬)", in_year(_point, DueKind.XUN, Written.PERIOD),
         ("12月上旬", "2026-12-10"), ("2027年1月中旬前", "2027-01-20"), ("12月下旬", "2026-12-31")),
    rule(rf"{_Y_OR_NOT}{_M}(?P<point>[初中])", in_year(_point, written=Written.SPOKEN),
         ("12月初", "2026-12-05"), ("明年3月中", "2027-03-15")),
    rule(rf"{_NEAR_MONTH}(?P<point>初|中旬?|[上下]旬|月?[底末]|之?内|以内|)", _point_of_near_month,
         ("本月中旬", "2026-11-20"), ("下个月底前", "2026-12-31"), ("下月", "2026-12-31"), ("下月初", "2026-12-05")),
    rule(r"月(?P<point>初|中|底|末|内)", _next_point, ("月底前", "2026-11-30"), ("月初", "2026-12-05")),
    rule(r"(?P<point>[上中下]旬)", _next_point, ("中旬前", "2026-11-20"), ("上旬", "2026-12-10")),
    # a quarter, a half, a year, a plan
    rule(rf"{_Y_OR_NOT}(?:第?(?P<q>[1-4一二三四])季度?)(?:末|底|之?内)?", in_year(_quarter, DueKind.QUARTER_END, Written.PERIOD),
         ("四季度末", "2026-12-31"), ("明年一季度", "2027-03-31"), ("2027年第1季度", "2027-03-31")),
    rule(r"(?:(?P<y>\d{4}|明|今|后)年?)?q(?P<q>[1-4])(?:季度)?(?:末|底|之?内)?", in_year(_quarter, DueKind.QUARTER_END, Written.PERIOD),
         ("Q4末", "2026-12-31"), ("2027Q2", "2027-06-30"), ("明年Q1", "2027-03-31")),
    rule(rf"(?:{_NEAR_WORD})?季度?(?:[末底]|之?内)", _near_quarter, ("季度末", "2026-12-31"), ("下季度末", "2027-03-31")),
    rule(rf"{_NEAR_WORD}季度", _near_quarter, ("本季度", "2026-12-31"), ("下个季度", "2027-03-31")),
    rule(rf"{_Y_OR_NOT}(?P<half>[上下]半年|年中)(?:[末底]|之?内)?", in_year(_half, DueKind.MONTH_END, Written.PERIOD),
         ("明年上半年", "2027-06-30"), ("下半年", "2026-12-31"), ("年中", "2027-06-30")),
    rule(r"(?P<y>\d{4}|[今本当明来后])年(?P<half>中)", in_year(lambda _, year: month_end_or_none(year, 6), written=Written.SPOKEN),
         ("明年年中", "2027-06-30"), ("2027年中", "2027-06-30")),
    rule(r"(?P<y>\d{4}|[今本当明来后])年?年?(?:[底末终]|之?内|以内)", in_year(_year_end, DueKind.MONTH_END, Written.PERIOD),
         ("2027年底前", "2027-12-31"), ("后年底", "2028-12-31"), ("明年内", "2027-12-31")),
    rule(r"(?P<y>\d{4}|[今本明来后])年", in_year(_year_end, DueKind.MONTH_END, Written.PERIOD),
         ("2027年", "2027-12-31"), ("明年", "2027-12-31"), sure=False),
    rule(r"年(?:[底末终]|之?内)", in_year(_year_end, DueKind.MONTH_END), ("年底前", "2026-12-31"), ("年内", "2026-12-31")),
    rule(r"年前", in_year(_year_end, written=Written.SPOKEN), ("年前", "2026-12-31")),
    rule(r"十(?P<plan>[四五六七])五(?:规划)?(?:期?末|收官)", _plan, ("“十四五”末", "2025-12-31"), ("十五五期末", "2030-12-31")),
    # a span from today on; only 内 and 后 make 日 and 年 a span
    rule(rf"(?P<n>\d{{1,4}})个?(?:自然|日历)?[天日]{_LATER}", _days_later,
         ("3天内", "2026-11-21"), ("十日内", "2026-11-28"), ("90天之后", "2027-02-16"), ("自通知之日起15日内", "2026-12-03")),
    rule(r"(?P<n>\d{1,4})天", _days_later, ("3天", "2026-11-21"), sure=False),
    rule(rf"(?P<n>\d{{1,3}})个?周{_LATER}", lambda found, moment: later(moment, days=7 * int(found["n"])),
         ("两周内", "2026-12-02"), ("1个星期后", "2026-11-25")),
    rule(r"(?P<n>\d{1,3})个?周", lambda found, moment: later(moment, days=7 * int(found["n"])),
         ("两周", "2026-12-02"), sure=False),
    rule(rf"半个?月{_LATER}", lambda _, moment: later(moment, days=15), ("半个月内", "2026-12-03")),
    rule(r"半个?月", lambda _, moment: later(moment, days=15), ("半个月", "2026-12-03"), sure=False),
    rule(rf"(?:1|一)个半月{_LATER}", lambda _, moment: later(moment, days=15, months=1), ("一个半月内", "2027-01-02")),
    rule(rf"(?P<n>\d{{1,3}})个月{_LATER}", _months_later(1), ("三个月内", "2027-02-18"), ("1个月后", "2026-12-18")),
    rule(r"(?P<n>\d{1,3})个月", _months_later(1), ("两个月", "2027-01-18"), sure=False),
    rule(rf"半年{_LATER}", lambda _, moment: later(moment, months=6), ("半年内", "2027-05-18")),
    rule("半年", lambda _, moment: later(moment, months=6), ("半年", "2027-05-18"), sure=False),
    rule(rf"(?P<n>\d{{1,2}})年{_LATER}", _months_later(12), ("一年内", "2027-11-18"), ("两年后", "2028-11-18")),
    rule(rf"(?P<n>\d{{1,3}})(?:个?小时|个钟头?|h){_LATER}?", lambda found, moment: minutes_later(moment, 60 * int(found["n"])),
         ("48小时内", "2026-11-20T10:30"), ("两个小时后", "2026-11-18T12:30"), ("72h内", "2026-11-21T10:30")),
    rule(rf"半个?(?:小时|钟头){_LATER}?", lambda _, moment: minutes_later(moment, 30), ("半小时内", "2026-11-18T11:00")),
    rule(rf"(?:1|一)个半(?:小时|钟头){_LATER}?", lambda _, moment: minutes_later(moment, 90), ("一个半小时内", "2026-11-18T12:00")),
    rule(rf"(?P<n>\d{{1,3}})分钟?{_LATER}", lambda found, moment: minutes_later(moment, int(found["n"])),
         ("十分钟内", "2026-11-18T10:40")),
    rule(rf"(?:1|一)刻钟{_LATER}", lambda _, moment: minutes_later(moment, 15), ("一刻钟内", "2026-11-18T10:45")),
    # working days
    rule(rf"(?P<n>\d{{1,3}})个?工作日{_LATER}", workdays_later,
         ("3个工作日内", "2026-11-23"), ("二十个工作日以内", "2026-12-16")),
    rule(r"(?P<n>\d{1,3})个?工作日", workdays_later, ("5个工作日", "2026-11-25"), sure=False),
    rule(r"下1?个?工作日", lambda _, moment: spoken(moment.calendar.shift(moment.today, 1)), ("下个工作日", "2026-11-19")),
    rule(rf"{_ANY_MONTH}(?:最后1?个?|第(?P<n>\d{{1,2}})个?)工作日", _nth_workday,
         ("本月最后一个工作日", "2026-11-30"), ("12月第一个工作日", "2026-12-01")),
    rule(rf"{_ANY_MONTH}(?:最后1?个?|第(?P<n>[1-5])个?){_WEEK}(?P<w>[一二三四五六日天])", _nth_weekday,
         ("12月第二个周五", "2026-12-11"), ("下月最后一个周五", "2026-12-25")),
    # a festival
    rule(rf"(?:{_Y})?(?P<name>{_NAME})节?(?:长假|小?长假|假期|放假)?", _festival,
         ("国庆节前", "2027-09-30"), ("明年春节前", "2027-02-05"), ("除夕前", "2027-02-05"), ("元旦", "2027-01-01")),
)  # fmt: skip
