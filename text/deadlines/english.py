"""The table of days as they are written and said in English; examples are said on Wednesday 2026-11-18 at 10:30."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial

from db.models import DueKind
from text.deadlines.days import (
    ONE_DAY,
    day_or_none,
    festival,
    first_on_or_after,
    month_end_or_none,
    months_on,
    next_weekday,
    nth_weekday,
    sunday_of,
    weekday_of,
)
from text.deadlines.readers import (
    day_of_month,
    end_of_month,
    end_of_quarter,
    in_minutes,
    in_months,
    later,
    minutes_later,
    near_day,
    workday_of,
    workdays_later,
)
from text.deadlines.readers import in_year as _in_any_year
from text.deadlines.rule import Found, Moment, Rule, Written, rule, spoken

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\.?"
)
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
}  # fmt: skip
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_DAYS_IN = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_LETTERS = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
_FESTIVALS = {
    "christmas": "圣诞", "new year": "元旦", "new year's day": "元旦", "spring festival": "春节",
    "labour day": "劳动节", "chinese new year": "春节", "lunar new year": "春节", "national day": "国庆",
    "mid-autumn festival": "中秋", "dragon boat festival": "端午", "may day": "劳动节",
}  # fmt: skip
# A ledger's English without a year is a guess: what its day is reckoned from is a Chinese habit of the ledger.
_in_year = partial(_in_any_year, without=Written.SPOKEN)


# --- readers -----------------------------------------------------------------------------------------------------


def _month_number(found: re.Match[str]) -> int:
    return _MONTHS[found["m"][:3]]


def _day(found: re.Match[str], year: int) -> date | None:
    return day_or_none(year, _month_number(found), int(found["d"]))


def _month(found: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, _month_number(found))


def _part(found: re.Match[str], year: int) -> date | None:
    return day_or_none(year, _month_number(found), {"early": 5, "mid": 15}[found["part"]])


def _quarter(found: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, 3 * int(found["q"]))


def _quarter_in_words(found: re.Match[str], year: int) -> date | None:
    nth = _NTH[found["nth"]]
    return month_end_or_none(year, 3 * (4 if nth < 0 else nth))


def _half(found: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, 6 * int(found["h"]))


def _year(_: re.Match[str], year: int) -> date | None:
    return month_end_or_none(year, 12)


def _day_first(found: re.Match[str], _: Moment) -> Found:
    """Read 05/12/2026 with the day first, and 12/31/2026 with the month first, as no other reading exists."""
    first, second, year = int(found["d"]), int(found["m"]), int(found["y"])
    return spoken(day_or_none(year, second, first) or day_or_none(year, first, second))


def _weekday(found: re.Match[str], moment: Moment) -> Found:
    weekday, which = _WEEKDAYS[found["w"][:3]], found.groupdict().get("which")
    if which in {"next", "this"}:
        return spoken(weekday_of(moment.today, weekday, which == "next"))
    return spoken(next_weekday(moment.today, weekday))


def _week_after_weekday(found: re.Match[str], moment: Moment) -> Found:
    return spoken(next_weekday(moment.today, _WEEKDAYS[found["w"][:3]]) + timedelta(days=7))


def _weekend(found: re.Match[str], moment: Moment) -> Found:
    return spoken(sunday_of(moment.today, int(bool(found["which"]))))


def _count(found: re.Match[str]) -> int:
    said = found["n"]
    return int(said) if said.isdigit() else _NUMBERS[said]


def _span(found: re.Match[str], moment: Moment) -> Found | None:
    count, unit = _count(found), found["unit"]
    if unit in {"minute", "hour"}:
        return minutes_later(moment, count * (60 if unit == "hour" else 1))
    return later(moment, days=_DAYS_IN.get(unit, 0) * count, months=_MONTHS_IN.get(unit, 0) * count)


def _workdays(found: re.Match[str], moment: Moment) -> Found | None:
    return workdays_later(_count(found), moment)


def _next_workday(_: re.Match[str], moment: Moment) -> Found | None:
    return workdays_later(1, moment)


def _period(found: re.Match[str], moment: Moment) -> Found:
    """Read this or next week, month, quarter, year as its last day."""
    return _end_of(found["unit"], moment, int(found["which"] == "next"))


def _letters(found: re.Match[str], moment: Moment) -> Found:
    return _end_of(_LETTERS[found["letter"]], moment)


def _end_of(unit: str, moment: Moment, ahead: int = 0) -> Found:
    if unit == "week":
        return spoken(sunday_of(moment.today, ahead))
    if unit == "year":
        return spoken(date(moment.today.year + ahead, 12, 31), DueKind.MONTH_END)
    return end_of_quarter(moment, ahead) if unit == "quarter" else end_of_month(moment, ahead)


def _month_said(found: re.Match[str], moment: Moment) -> date | None:
    if not found["m"]:
        return months_on(moment.today.replace(day=1), int(found["which"] == "next"))
    year = int(found["y"]) if found["y"] else None
    last = _month(found, year) if year else first_on_or_after(moment.today, lambda one: _month(found, one))
    return last.replace(day=1) if last else None


def _nth(found: re.Match[str], moment: Moment) -> Found:
    month, nth = _month_said(found, moment), _NTH[found["nth"]]
    if month and found["w"]:
        return spoken(nth_weekday(month.year, month.month, _WEEKDAYS[found["w"][:3]], nth))
    return workday_of(month, max(nth, 0), moment) if month else spoken(None)


def _day_of_month_said(found: re.Match[str], moment: Moment) -> Found:
    month = months_on(moment.today.replace(day=1), int(found["which"] == "next"))
    return spoken(day_or_none(month.year, month.month, int(found["d"])))


def _festival(found: re.Match[str], moment: Moment) -> Found:
    earlier = ONE_DAY if moment.before else timedelta()

    def day_in(year: int) -> date | None:
        day = festival(_FESTIVALS[found["name"]], year)
        return day - earlier if day else None

    return spoken(first_on_or_after(moment.today, day_in))


# --- the table ---------------------------------------------------------------------------------------------------

_M = rf"(?P<m>{MONTH})"
_M_ALONE = _M.replace("|may", "").replace("|mar(?:ch)?", "")  # these two are also words and names
_D = r"(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_NTH_DAY = r"(?:the )?(?P<d>\d{1,2})(?:st|nd|rd|th)"
_Y = r"(?P<y>\d{4})"
_OF_YEAR = rf"(?: (?:of )?{_Y})"
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_UNIT = "(?P<unit>minute|hour|day|week|fortnight|month|year)s?"
_WORKDAYS = "(?:working|business|work|week) ?days?"
_W = rf"(?P<w>{WEEKDAY})"
_OF_DAY = rf"(?:{WEEKDAY},? )?"
_END_OF = r"(?:the )?(?:end|close|last day) of "
_NTH_WORD = rf"(?:the )?(?P<nth>{'|'.join(_NTH)})"
_IN = "(?:in|within)"
_FESTIVAL_NAMES = "|".join(sorted(_FESTIVALS, key=len, reverse=True))
_MONTH_IN_YEAR = _in_year(_month, DueKind.MONTH_END)
_QUARTER_IN_YEAR = _in_year(_quarter, DueKind.QUARTER_END, Written.PERIOD)

ENGLISH: tuple[Rule, ...] = (
    # a day
    rule(rf"{_OF_DAY}{_M} {_D}(?:,? {_Y})?", _in_year(_day),
         ("Dec 5, 2026", "2026-12-05"), ("Jan 15", "2027-01-15"), ("Mon, Dec 7", "2026-12-07"),
         ("December 31st", "2026-12-31")),
    rule(rf"{_OF_DAY}{_D}[ -](?:of )?{_M}(?:,?[ -](?P<y>\d{{4}}|\d{{2}}))?", _in_year(_day),
         ("31-Dec-2026", "2026-12-31"), ("08 Dec 26", "2026-12-08"), ("the 8th of December", "2026-12-08")),
    rule(rf"{_Y}[ -]{_M}[ -]{_D}", _in_year(_day),
         ("2026 Dec 8", "2026-12-08")),
    rule(r"(?P<d>\d{1,2})(?P<sep>[-./])(?P<m>\d{1,2})(?P=sep)(?P<y>20\d{2})", _day_first,
         ("31/12/2026", "2026-12-31"), ("12/31/2026", "2026-12-31"), ("05/12/2026", "2026-12-05")),
    rule(_NTH_DAY, day_of_month,
         ("the 25th", "2026-11-25"), ("by the 5th", "2026-12-05"), sure=False),
    rule(rf"{_D} of (?P<which>this|next) month", _day_of_month_said,
         ("5th of next month", "2026-12-05")),
    rule("today|tonight", near_day(0),
         ("today", "2026-11-18"), ("tonight at 8pm", "2026-11-18T20:00")),
    rule("tomorrow", near_day(1),
         ("tomorrow", "2026-11-19")),
    rule("(?:the )?day after tomorrow", near_day(2),
         ("day after tomorrow", "2026-11-20")),
    # a weekday
    rule(rf"(?:(?P<which>this|next|coming) |the coming )?{_W}", _weekday,
         ("Friday", "2026-11-20"), ("fri", "2026-11-20"), ("next Monday", "2026-11-23"), ("this Friday", "2026-11-20")),
    rule(rf"{_W} (?P<which>this|next) week", _weekday,
         ("Friday next week", "2026-11-27")),
    rule(rf"(?P<which>this|next) week (?:on )?{_W}", _weekday,
         ("next week Tuesday", "2026-11-24")),
    rule(rf"(?:a|one) week (?:from|on) {_W}", _week_after_weekday,
         ("a week from Friday", "2026-11-27")),
    rule(r"(?:the |this |(?P<which>next) )?weekend", _weekend,
         ("this weekend", "2026-11-22"), ("next weekend", "2026-11-29")),
    # a period
    rule(rf"{_END_OF}(?P<which>this|next|the) (?P<unit>week|month|quarter|year)", _period,
         ("end of the quarter", "2026-12-31"), ("end of next month", "2026-12-31")),
    rule(r"(?P<which>this|next|the) (?P<unit>week|month|quarter|year)", _period,
         ("next week", "2026-11-29"), ("this quarter", "2026-12-31"), sure=False),
    rule(r"(?:the )?end of (?P<which>)(?P<unit>week|month|quarter|year)", _period,
         ("by end of month", "2026-11-30")),
    rule(r"(?P<which>)(?P<unit>month|quarter|year)[ -]end", _period,
         ("year-end", "2026-12-31")),
    rule(r"eo(?P<letter>[wmqy])", _letters,
         ("EOM", "2026-11-30"), ("EOY", "2026-12-31")),
    rule(rf"{_END_OF}{_M}(?:,? {_Y})?", _MONTH_IN_YEAR,
         ("end of January", "2027-01-31"), ("last day of December", "2026-12-31"), ("end of Feb 2028", "2028-02-29")),
    rule(rf"{_M},? {_Y}", _MONTH_IN_YEAR,
         ("December 2026", "2026-12-31"), sure=False),
    rule(_M_ALONE, _MONTH_IN_YEAR,
         ("December", "2026-12-31"), sure=False),
    rule(rf"(?P<part>early|mid)[- ]{_M}(?: {_Y})?", _in_year(_part, written=Written.SPOKEN),
         ("mid-December", "2026-12-15")),
    rule(rf"late {_M}(?: {_Y})?", _in_year(_month, DueKind.XUN, Written.SPOKEN),
         ("late December", "2026-12-31")),
    rule(rf"{_END_OF}q(?P<q>[1-4]){_OF_YEAR}?", _QUARTER_IN_YEAR,
         ("end of Q4", "2026-12-31")),
    rule(rf"q(?P<q>[1-4]){_OF_YEAR}?", _QUARTER_IN_YEAR,
         ("Q1 2027", "2027-03-31")),
    rule(rf"{_Y} q(?P<q>[1-4])", _QUARTER_IN_YEAR,
         ("2027 Q2", "2027-06-30")),
    rule(rf"(?:{_END_OF})?{_NTH_WORD} quarter{_OF_YEAR}?", _in_year(_quarter_in_words, DueKind.QUARTER_END),
         ("first quarter of 2027", "2027-03-31"), ("end of the last quarter of 2026", "2026-12-31"), sure=False),
    rule(rf"{_END_OF}h(?P<h>[12]){_OF_YEAR}?", _in_year(_half, DueKind.MONTH_END, Written.PERIOD),
         ("end of H1 2027", "2027-06-30"), sure=False),
    rule(rf"{_END_OF}{_Y}", _in_year(_year, DueKind.MONTH_END, Written.PERIOD),
         ("end of 2027", "2027-12-31")),
    # a span from now on
    rule(rf"{_IN} (?:the next )?{_N} {_UNIT}", _span,
         ("in 3 weeks", "2026-12-09"), ("within 24 hours", "2026-11-19T10:30")),
    rule(rf"{_N} {_UNIT} (?:from (?:now|today)|later)", _span,
         ("two weeks from now", "2026-12-02")),
    rule(rf"{_N} {_UNIT}", _span,
         ("3 weeks", "2026-12-09"), sure=False),
    rule(rf"{_IN} (?P<n>\d{{1,3}}) ?(?:h|hrs?)", in_minutes(60),
         ("within 48h", "2026-11-20T10:30")),
    rule(rf"{_IN} half an hour", in_minutes(30),
         ("in half an hour", "2026-11-18T11:00")),
    rule(rf"{_IN} half a year", in_months(6),
         ("in half a year", "2027-05-18")),
    # working days
    rule(rf"{_IN} (?:the next )?{_N} {_WORKDAYS}", _workdays,
         ("within 5 working days", "2026-11-25")),
    rule(rf"{_N} {_WORKDAYS}(?: from (?:now|today))?", _workdays,
         ("5 business days", "2026-11-25"), sure=False),
    rule(rf"(?:the )?next {_WORKDAYS}", _next_workday,
         ("next working day", "2026-11-19")),
    rule(rf"{_NTH_WORD} (?:{_WORKDAYS}|{_W}) (?:of|in) (?:{_M}(?: {_Y})?|(?P<which>the|this|next) month)", _nth,
         ("first Monday of December", "2026-12-07"), ("last working day of November", "2026-11-30")),
    # a festival
    rule(rf"(?:the )?(?P<name>{_FESTIVAL_NAMES})", _festival,
         ("before Christmas", "2026-12-24"), ("by National Day", "2027-10-01"), sure=False),
)  # fmt: skip
