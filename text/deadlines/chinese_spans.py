"""The table of spans from now on, as they are said in Chinese; days that have a name stand in ``chinese``.

Only 内 and 后 make 日 and 年 a span: 15日 is a day of a month. Examples are said on Wednesday 2026-11-18 at 10:30.
"""

from __future__ import annotations

import re

from text.deadlines.readers import in_days, in_minutes, in_months, later, workdays_later
from text.deadlines.rule import Found, Moment, Rule, rule


def _workdays(found: re.Match[str], moment: Moment) -> Found | None:
    return workdays_later(int(found["n"]), moment)


def _month_and_half(_: re.Match[str], moment: Moment) -> Found | None:
    return later(moment, days=15, months=1)


def _next_workday(_: re.Match[str], moment: Moment) -> Found | None:
    return workdays_later(1, moment)


_N = r"(?P<n>\d{1,3})"
_LATER = r"(?:之内|以内|内|之后|以后|后)"
_HOUR = r"(?:小时|钟头)"

CHINESE_SPANS: tuple[Rule, ...] = (
    # days
    rule(rf"(?P<n>\d{{1,4}})个?(?:自然|日历)?[天日]{_LATER}", in_days(1),
         ("3天内", "2026-11-21"), ("十日内", "2026-11-28"), ("90天之后", "2027-02-16"),
         ("自通知之日起15日内", "2026-12-03"), ("接到督办函后7日内", "2026-11-25")),
    rule(r"(?P<n>\d{1,4})天", in_days(1),
         ("3天", "2026-11-21"), sure=False),
    rule(rf"{_N}个?周{_LATER}", in_days(7),
         ("两周内", "2026-12-02"), ("1个星期后", "2026-11-25")),
    rule(rf"{_N}个?周", in_days(7),
         ("两周", "2026-12-02"), sure=False),
    # months and years
    rule(rf"半个?月{_LATER}", in_days(15),
         ("半个月内", "2026-12-03")),
    rule(r"半个?月", in_days(15),
         ("半个月", "2026-12-03"), sure=False),
    rule(rf"[1一]个半月{_LATER}", _month_and_half,
         ("一个半月内", "2027-01-02")),
    rule(rf"{_N}个月{_LATER}", in_months(1),
         ("三个月内", "2027-02-18"), ("1个月后", "2026-12-18")),
    rule(rf"{_N}个月", in_months(1),
         ("两个月", "2027-01-18"), sure=False),
    rule(rf"半年{_LATER}", in_months(6),
         ("半年内", "2027-05-18")),
    rule("半年", in_months(6),
         ("半年", "2027-05-18"), sure=False),
    rule(rf"(?P<n>\d{{1,2}})年{_LATER}", in_months(12),
         ("一年内", "2027-11-18"), ("两年后", "2028-11-18")),
    # hours and minutes
    rule(rf"{_N}(?:个?小时|个钟头?|h){_LATER}?", in_minutes(60),
         ("48小时内", "2026-11-20T10:30"), ("两个小时后", "2026-11-18T12:30"), ("72h内", "2026-11-21T10:30")),
    rule(rf"半个?{_HOUR}{_LATER}?", in_minutes(30),
         ("半小时内", "2026-11-18T11:00")),
    rule(rf"[1一]个半{_HOUR}{_LATER}?", in_minutes(90),
         ("一个半小时内", "2026-11-18T12:00")),
    rule(rf"{_N}分钟?{_LATER}", in_minutes(1),
         ("十分钟内", "2026-11-18T10:40")),
    rule(rf"[1一]刻钟{_LATER}", in_minutes(15),
         ("一刻钟内", "2026-11-18T10:45")),
    # working days
    rule(rf"{_N}个?工作日{_LATER}", _workdays,
         ("3个工作日内", "2026-11-23"), ("二十个工作日以内", "2026-12-16")),
    rule(rf"{_N}个?工作日", _workdays,
         ("5个工作日", "2026-11-25"), sure=False),
    rule(r"下1?个?工作日", _next_workday,
         ("下个工作日", "2026-11-19")),
)  # fmt: skip
