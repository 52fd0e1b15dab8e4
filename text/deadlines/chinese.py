"""The table of days as they are written and named in Chinese, and in digits; spans stand in ``chinese_spans``.

A rule reads a whole phrase that ``plain`` has brought to one form, without words like 截止 and 前 around it. Examples
are said on Wednesday 2026-11-18 at 10:30.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from db.models import DueKind
from text.deadlines.days import (
    FESTIVALS,
    ONE_DAY,
    OWN_EVE,
    REST_DAYS,
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
from text.deadlines.readers import day_of_month, end_of_quarter, in_year, near_day, said_year, workday_of
from text.deadlines.rule import Found, Moment, Rule, Written, rule, spoken

_NEAR = {"": 0, "本": 0, "这": 0, "当": 0, "下": 1, "次": 1, "下下": 2}
WEEKDAYS = {**{word: day for day, word in enumerate("一二三四五六日")}, "天": 6, **{str(n + 1): n for n in range(7)}}
_POINT_DAYS = {"初": 5, "中": 15, "上旬": XUN_END["上"], "中旬": XUN_END["中"], "上中旬": XUN_END["中"]}
_QUARTERS = {**{str(n): n for n in range(1, 5)}, **{word: n for n, word in enumerate("一二三四", 1)}}
_FIRST_PLAN_ENDED = 2025  # “十四五”


# --- readers -----------------------------------------------------------------------------------------------------


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
    return month_end_or_none(year, 12 if found["half"] == "下半年" else 6)


def _year_end(_: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, 12)


def _festival(found: re.Match[str], moment: Moment) -> Found:
    """Read a festival; before it means its eve. 明年元旦前 is the eve of next year's first day."""
    year, _ = said_year(found, moment)
    return _festival_on(found["name"], moment, year)


def _festival_on(name: str, moment: Moment, year: int | None = None) -> Found:
    earlier = ONE_DAY if moment.before and name not in OWN_EVE else timedelta()

    def day_in(one: int) -> date | None:
        day = festival(name, one)
        return day - earlier if day else None

    return spoken(day_in(year) if year else first_on_or_after(moment.today, day_in))


def _next_festival(_: re.Match[str], moment: Moment) -> Found | None:
    """Read 节前: the eve of the next festival with days off, whichever it is."""
    if not moment.before:
        return None
    eves = [_festival_on(name, moment).when for name in REST_DAYS]
    return spoken(min(eve for eve in eves if eve))


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
    return end_of_quarter(moment, _NEAR[found["near"] or ""])


def _plan(found: re.Match[str], _: Moment) -> Found:
    return spoken(date(_FIRST_PLAN_ENDED + 5 * "四五六七".index(found["plan"]), 12, 31))


def _weekday(found: re.Match[str], moment: Moment) -> Found:
    return spoken(next_weekday(moment.today, WEEKDAYS[found["w"]]))


def _near_weekday(found: re.Match[str], moment: Moment) -> Found:
    return spoken(weekday_of(moment.today, WEEKDAYS[found["w"]], _NEAR[found["near"]]))


def _near_week(found: re.Match[str], moment: Moment) -> Found:
    return spoken(sunday_of(moment.today, _NEAR[found.groupdict().get("near") or ""]))


def _month_of(found: re.Match[str], moment: Moment) -> date | None:
    """Return the first day of the month that was said, of this one if none was."""
    if not found["m"]:
        return _near_month(found, moment) if found["near"] else moment.today.replace(day=1)
    year, _ = said_year(found, moment)
    last = _month(found, year) if year else first_on_or_after(moment.today, lambda one: _month(found, one))
    return last.replace(day=1) if last else None


def _nth_workday(found: re.Match[str], moment: Moment) -> Found:
    first = _month_of(found, moment)
    return workday_of(first, int(found["n"] or 0), moment) if first else spoken(None)


def _last_workday_of_month(_: re.Match[str], moment: Moment) -> Found:
    return workday_of(moment.today.replace(day=1), 0, moment)


def _last_workday_of_year(found: re.Match[str], moment: Moment) -> Found:
    year, _ = said_year(found, moment)
    return workday_of(date(year or moment.today.year, 12, 1), 0, moment)


def _nth_weekday(found: re.Match[str], moment: Moment) -> Found:
    first, nth = _month_of(found, moment), int(found["n"] or -1)
    return spoken(nth_weekday(first.year, first.month, WEEKDAYS[found["w"]], nth) if first else None)


# --- the table ---------------------------------------------------------------------------------------------------

_Y = r"(?P<y>\d{4}|\d{2}|[今本当明来后])年"
_ANY_Y = r"(?P<y>\d{4}|[今本当明来后])年"
_Y_OR_NOT = rf"(?:{_Y}的?)?"
_M = r"(?P<m>\d{1,2})月份?"
_D = r"(?P<d>\d{1,2})[日号]"
_W = r"周(?P<w>[一二三四五六日天1-7])"
_NEAR_WORD = r"(?P<near>本|当|次(?=月)|这(?=1?个?)|下下(?=1?个?)|下(?=1?个?))1?个?"
_NEAR_MONTH = rf"{_NEAR_WORD}月份?的?"
_WITHIN = r"(?:之?内|以内)"
_XUN = r"(?P<point>[上中下]旬|上中旬|中下旬)"
_Q = r"第?(?P<q>[1-4一二三四])季度?"
_Q_YEAR = r"(?:(?P<y>\d{4}|(?:\d{2}|[今本当明来后])(?=年))年?的?)?"
_QUARTER_END = rf"(?:末|底|{_WITHIN})"
_HALF = r"(?P<half>[上下]半年|年中)"
_ANY_MONTH = rf"(?:{_Y_OR_NOT}{_M}|{_NEAR_MONTH}|月(?=[里底末]))?[里底末]?的?"
_LAST_OR_NTH = r"(?:最后1?个?|第(?P<n>\d{1,2})个?)"
_NAME = "|".join(sorted(FESTIVALS, key=len, reverse=True))
DAYS_OFF = r"(?:[长小]?长?假期?|放假)?"
_QUARTER_IN_YEAR = in_year(_quarter, DueKind.QUARTER_END, Written.PERIOD)
_HALF_IN_YEAR = in_year(_half, DueKind.MONTH_END, Written.PERIOD, without=Written.SPOKEN)
_MONTH_IN_YEAR = in_year(_month, DueKind.MONTH_END)
_END_OF_YEAR = in_year(_year_end, DueKind.MONTH_END, Written.PERIOD)

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
    rule(rf"{_NEAR_MONTH}{_D}", _day_of_near_month,
         ("本月25日", "2026-11-25"), ("下个月5号", "2026-12-05")),
    rule(_D, day_of_month,
         ("25号", "2026-11-25"), ("15日前", "2026-12-15"), sure=False),
    rule(rf"今天{_WITHIN}?", near_day(0),
         ("今天", "2026-11-18"), ("今日内", "2026-11-18")),
    rule("当[天日]", near_day(0),
         ("当天下班前", "2026-11-18T18:00"), sure=False),
    rule(rf"明天{_WITHIN}?", near_day(1),
         ("明天", "2026-11-19"), ("明天之内", "2026-11-19")),
    rule(rf"后天{_WITHIN}?", near_day(2),
         ("后天", "2026-11-20")),
    rule("大后天", near_day(3),
         ("大后天", "2026-11-21")),
    # a weekday, a week
    rule(_W, _weekday,
         ("周五", "2026-11-20"), ("星期二前", "2026-11-24"), ("周三", "2026-11-18")),
    rule(rf"{_NEAR_WORD}{_W}", _near_weekday,
         ("本周五", "2026-11-20"), ("下下周一", "2026-11-30"), ("下个礼拜天", "2026-11-29")),
    rule(rf"(?:{_NEAR_WORD})?周末", _near_week,
         ("周末", "2026-11-22"), ("下周末", "2026-11-29")),
    rule(rf"{_NEAR_WORD}周(?:{_WITHIN}|底)", _near_week,
         ("本周内", "2026-11-22"), ("下周之内", "2026-11-29")),
    rule(rf"{_NEAR_WORD}周", _near_week,
         ("本周", "2026-11-22"), ("下周", "2026-11-29"), sure=False),
    rule("周内", _near_week,
         ("周内", "2026-11-22")),
    # a month, a third of it
    rule(rf"{_Y_OR_NOT}{_M}(?:月?[底末]|份?{_WITHIN})", _MONTH_IN_YEAR,
         ("2026年12月底前", "2026-12-31"), ("2月底", "2027-02-28"), ("十二月内", "2026-12-31")),
    rule(rf"{_Y_OR_NOT}{_M}", _MONTH_IN_YEAR,
         ("2026年12月", "2026-12-31"), ("12月份", "2026-12-31"), sure=False),
    rule(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})", _MONTH_IN_YEAR,
         ("2026-12", "2026-12-31"), ("2026.12", "2026-12-31"), sure=False),
    rule(rf"{_Y_OR_NOT}{_M}{_XUN}", in_year(_point, DueKind.XUN, Written.PERIOD),
         ("12月上旬", "2026-12-10"), ("2027年1月中旬前", "2027-01-20"), ("12月下旬", "2026-12-31"),
         ("12月上中旬", "2026-12-20")),
    rule(rf"{_Y_OR_NOT}{_M}(?P<point>[初中])", in_year(_point, written=Written.SPOKEN),
         ("12月初", "2026-12-05"), ("明年3月中", "2027-03-15")),
    rule(rf"{_NEAR_MONTH}(?P<point>初|中旬?|[上下]旬|上中旬|中下旬|月?[底末]|{_WITHIN})", _point_of_near_month,
         ("本月中旬", "2026-11-20"), ("下个月底前", "2026-12-31"), ("次月初", "2026-12-05")),
    rule(rf"{_NEAR_MONTH}(?P<point>)", _point_of_near_month,
         ("下月", "2026-12-31"), sure=False),
    rule(r"月(?P<point>初|中|底|末|内)", _next_point,
         ("月底前", "2026-11-30"), ("月初", "2026-12-05")),
    rule(_XUN, _next_point,
         ("中旬前", "2026-11-20"), ("上旬", "2026-12-10")),
    # a quarter, a half, a year, a plan
    rule(rf"{_Q_YEAR}{_Q}{_QUARTER_END}", _QUARTER_IN_YEAR,
         ("四季度末", "2026-12-31"), ("明年一季度内", "2027-03-31")),
    rule(rf"{_Q_YEAR}{_Q}", _QUARTER_IN_YEAR,
         ("第四季度", "2026-12-31"), ("2026第四季度", "2026-12-31"), ("2027年第1季度", "2027-03-31"), sure=False),
    rule(rf"(?:(?P<y>\d{{4}}|明|今|后)年?)?q(?P<q>[1-4])(?:季度)?{_QUARTER_END}?", _QUARTER_IN_YEAR,
         ("Q4末", "2026-12-31"), ("2027Q2", "2027-06-30"), ("明年Q1", "2027-03-31")),
    rule(rf"(?:{_NEAR_WORD})?季度?{_QUARTER_END}", _near_quarter,
         ("季度末", "2026-12-31"), ("下季度末", "2027-03-31")),
    rule(rf"{_NEAR_WORD}季度", _near_quarter,
         ("本季度", "2026-12-31"), ("下个季度", "2027-03-31"), sure=False),
    rule(rf"(?:{_Y}的?)?{_HALF}{_QUARTER_END}", _HALF_IN_YEAR,
         ("上半年内", "2027-06-30"), ("明年上半年末", "2027-06-30")),
    rule(rf"{_Y}的?{_HALF}", _HALF_IN_YEAR,
         ("明年上半年", "2027-06-30"), ("2026年下半年", "2026-12-31")),
    rule(_HALF, _HALF_IN_YEAR,
         ("下半年", "2026-12-31"), ("年中", "2027-06-30"), sure=False),
    rule(rf"{_ANY_Y}(?P<half>中)", in_year(_half, written=Written.SPOKEN),
         ("明年年中", "2027-06-30"), ("2027年中", "2027-06-30")),
    rule(rf"(?P<y>\d{{4}}|[今本当明来后])年?年?度?(?:[底末终]|{_WITHIN})", _END_OF_YEAR,
         ("2027年底前", "2027-12-31"), ("后年底", "2028-12-31"), ("明年内", "2027-12-31"), ("本年度末", "2026-12-31")),
    rule(_ANY_Y, _END_OF_YEAR,
         ("2027年", "2027-12-31"), ("明年", "2027-12-31"), sure=False),
    rule(rf"年(?:[底末终]|{_WITHIN})", in_year(_year_end, DueKind.MONTH_END),
         ("年底前", "2026-12-31"), ("年内", "2026-12-31")),
    rule(r"年前|年度末|[岁年]尾|岁末", in_year(_year_end, written=Written.SPOKEN),
         ("年前", "2026-12-31"), ("岁末前", "2026-12-31")),
    rule(r"十(?P<plan>[四五六七])五(?:规划)?(?:期?末|收官)", _plan,
         ("“十四五”末", "2025-12-31"), ("十五五期末", "2030-12-31")),
    # one of a month's working days or weekdays
    rule(rf"{_ANY_MONTH}{_LAST_OR_NTH}工作日", _nth_workday,
         ("本月最后一个工作日", "2026-11-30"), ("12月第一个工作日", "2026-12-01"),
         ("月底最后一个工作日", "2026-11-30")),
    rule("最后1?个?工作日", _last_workday_of_month,
         ("最后一个工作日", "2026-11-30")),
    rule(rf"(?:{_ANY_Y}(?:年?[底末])?|年[底末])的?最后1?个?工作日", _last_workday_of_year,
         ("年底最后一个工作日", "2026-12-31"), ("明年最后一个工作日", "2027-12-31")),
    rule(rf"{_ANY_MONTH}{_LAST_OR_NTH}{_W}", _nth_weekday,
         ("12月第二个周五", "2026-12-11"), ("下月最后一个周五", "2026-12-25")),
    # a festival
    rule(rf"(?:{_Y})?(?P<name>{_NAME})节?{DAYS_OFF}", _festival,
         ("国庆节前", "2027-09-30"), ("明年春节前", "2027-02-05"), ("除夕前", "2027-02-05"), ("元旦", "2027-01-01"),
         ("春节放假前", "2027-02-05"), sure=False),
    rule(r"节|节日|节假日|长假|小长假", _next_festival,
         ("节前", "2026-12-31"), ("长假之前", "2026-12-31")),
)  # fmt: skip
