"""Dates and deadlines as ledgers write them; every form stands in ``_FORMS`` with an example beside it.

What cannot be read surely is None. A date that does not exist is said to be invalid and never moved to a neighbour.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from db.models import DueKind
from text.reasons import Reason

FIRST_YEAR, LAST_YEAR = 1990, 2099  # what is outside is a slip of the pen
SERIAL_DAY_ZERO = date(1899, 12, 30)  # Excel's 1900 system, for days after February 1900
XUN_END = {"上": 10, "中": 20}  # 下旬 ends with the month
DIGITS = {**{digit: value for value, digit in enumerate("〇一二三四五六七八九")}, "零": 0, "○": 0, "元": 1}


@dataclass(frozen=True, kw_only=True)
class DueReading:
    """A deadline: its day (None where none was set or it does not exist), how precise it is, what deserves showing."""

    kind: DueKind
    due_on: date | None = None
    extended_to: date | None = None
    note: Reason | None = None

    @property
    def effective(self) -> date | None:
        """The day that counts: the extended one if there is one."""
        return self.extended_to or self.due_on


INVALID = DueReading(kind=DueKind.INVALID)
_Read = Callable[[re.Match[str], date | None], DueReading | None]


def read_due(text: str, *, issued_on: date | None) -> DueReading | None:
    """Read a deadline; without a year it is the first such day on or after ``issued_on``."""
    plain = _plain(text)
    if standing := _STANDING.get(plain.rstrip("。")):
        return standing
    if two := _TWO_DATES.fullmatch(plain):
        return _two_dates(two["first"], two["second"], issued_on)
    return _read_one(plain, issued_on) or _read_english(text)


def read_date(text: str, *, today: date) -> date | None:
    """Read a day for a command-line option: 2026-12-05, 2026年12月5日, Dec 5, 2026, 今天, yesterday."""
    plain = _plain(text)
    if (days := _NEAR_DAYS.get(plain.lower())) is not None:
        return today + timedelta(days=days)
    reading = _read_one(plain, None) or _read_english(text)
    return reading.due_on if reading and reading.kind is DueKind.DATE and reading.note is None else None


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def day_or_none(year: int, month: int, day: int) -> date | None:
    """Return the day if it exists and lies in a sensible year."""
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def days_beside(text: str) -> tuple[date, ...]:
    """Return the days on both sides of a date that does not exist: 2026-11-31 lies between 11-30 and 12-01."""
    found = _WRITTEN_DAY.search(_plain(text))
    if not found or day_or_none(int(found["y"]), int(found["m"]), 1) is None or int(found["d"]) < 1:
        return ()
    last = month_end(int(found["y"]), int(found["m"]))
    return () if int(found["d"]) <= last.day else (last, last + timedelta(days=1))


def same_day_after(day: date, start: date) -> date | None:
    """Return the first such day of a year on or after ``start``: what a deadline with a wrong year was meant to be."""
    years = range(start.year, start.year + 2)
    days = (day_or_none(year, day.month, day.day) for year in years)
    return next((one for one in days if one and one >= start), None)


def _plain(text: str) -> str:
    """Bring width, blanks and Chinese numerals to one form; a time of day is dropped."""
    wide = unicodedata.normalize("NFKC", text).strip()
    wide = re.sub(r"(?<=\d)[T ]+([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d)?(\.0+)?$", "", wide)
    tight = re.sub(r"\s+", "", wide)
    tight = re.sub(rf"[{''.join(DIGITS)}]{{4}}(?=年)", _year_digits, tight)
    return re.sub(r"[一二三四五六七八九十元]{1,3}(?=[月日号])", _small_number, tight)


def _year_digits(found: re.Match[str]) -> str:
    return "".join(str(DIGITS[digit]) for digit in found[0])


def _small_number(found: re.Match[str]) -> str:
    """Turn 五, 十, 十二, 二十, 三十一 into digits; leave anything else as it is."""
    tens, ten, ones = found[0].partition("十")
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        return found[0]
    number = (DIGITS[tens] if tens else 1) * 10 if ten else 0
    return str(number + (DIGITS[ones] if ones else 0))


# --- one reader for each form ------------------------------------------------------------------------------------


def _on(day: date | None, kind: DueKind = DueKind.DATE, note: Reason | None = None) -> DueReading:
    return DueReading(kind=kind, due_on=day, note=note) if day else INVALID


def _full_date(found: re.Match[str], _: date | None) -> DueReading:
    return _on(day_or_none(int(found["y"]), int(found["m"]), int(found["d"])))


def _serial(found: re.Match[str], _: date | None) -> DueReading | None:
    number = int(found["n"])
    if not 40_000 <= number <= 60_000:
        return None
    return _on(SERIAL_DAY_ZERO + timedelta(days=number), note=Reason.DUE_SERIAL)


def _whole_month(found: re.Match[str], _: date | None) -> DueReading:
    return _last_of_month(int(found["y"]), int(found["m"]), None)


def _last_of_month(year: int, month: int, note: Reason | None) -> DueReading:
    day = month_end(year, month) if day_or_none(year, month, 1) else None
    return _on(day, DueKind.MONTH_END, note)


def _xun(found: re.Match[str], _: date | None) -> DueReading:
    return _end_of_xun(int(found["y"]), int(found["m"]), found["xun"])


def _end_of_xun(year: int, month: int, xun: str) -> DueReading:
    if not day_or_none(year, month, 1):
        return INVALID
    day = date(year, month, XUN_END[xun]) if xun in XUN_END else month_end(year, month)
    return _on(day, DueKind.XUN, Reason.DUE_PERIOD)


def _quarter(found: re.Match[str], _: date | None) -> DueReading:
    return _end_of_quarter(int(found["y"]), _quarter_of(found))


def _quarter_of(found: re.Match[str]) -> int:
    said = found["q"] or found["en"]
    return DIGITS[said] if said in DIGITS else int(said)


def _end_of_quarter(year: int, quarter: int) -> DueReading:
    month = 3 * quarter
    day = month_end(year, month) if day_or_none(year, month, 1) else None
    return _on(day, DueKind.QUARTER_END, Reason.DUE_PERIOD)


def _half_year(found: re.Match[str], _: date | None) -> DueReading:
    return _last_of_month(int(found["y"]), 6 if found["half"] == "上" else 12, Reason.DUE_PERIOD)


def _year_end(found: re.Match[str], _: date | None) -> DueReading:
    return _last_of_month(int(found["y"]), 12, Reason.DUE_PERIOD)


def _without_year(read_in_year: Callable[[re.Match[str], int], DueReading]) -> _Read:
    """Read in the year of issue, or in the next one if the day would lie before the issue."""

    def read(found: re.Match[str], issued_on: date | None) -> DueReading | None:
        if issued_on is None:
            return None
        for year in (issued_on.year, issued_on.year + 1):
            reading = read_in_year(found, year)
            if reading.due_on and reading.due_on >= issued_on:
                return replace(reading, note=Reason.DUE_NO_YEAR)
        return INVALID

    return read


# --- the table of forms ------------------------------------------------------------------------------------------

_BEFORE = r"(?:截至|截止到?|限期?至?|不晚于|不迟于|最迟|于|在|原定(?:时限)?[::]?)?"
_DONE = r"(?:(?:全面|全部|基本)?(?:完成整改|整改完成|整改到位|整改|完成|到位|办结|销号))?"
_AFTER = rf"(?:之前|以前|前)?{_DONE}(?:之前|以前|前|止|为止)?"
_MONTH = r"(?P<m>\d{1,2})月(?:份|底|末|内|份?以内)?"
_DAY = r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]"
_XUN = r"(?P<m>\d{1,2})月(?:份)?(?P<xun>[上中下])旬"
_QUARTER = r"(?:第?(?P<q>[一二三四1-4])季度?|Q(?P<en>[1-4]))(?:末|底|内)?"
_Y = r"(?P<y>\d{4})年"


_FORMS: tuple[tuple[str, str, _Read], ...] = (
    # 2026年12月5日, 2026年12月5日前, 二〇二六年十二月五日
    (_Y, _DAY, _full_date),
    # 2026-12-05, 2026.12.5, 2026/12/5
    (r"(?P<y>\d{4})(?P<sep>[-./])", r"(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})", _full_date),
    # 20261205
    (r"(?P<y>(?:19|20)\d{2})", r"(?P<m>\d{2})(?P<d>\d{2})", _full_date),
    # 46361, a date whose cell lost its format
    ("", r"(?P<n>\d{5})", _serial),
    # 2026年12月, 2026年12月底前
    (_Y, _MONTH, _whole_month),
    # 2026-12, 2026.12, 2026/12
    (r"(?P<y>\d{4})[-./]", r"(?P<m>\d{1,2})", _whole_month),
    # 2026年12月中旬
    (_Y, _XUN, _xun),
    # 2026年第四季度, 2026年Q4
    (r"(?P<y>\d{4})年?", _QUARTER, _quarter),
    # 2026年上半年
    (_Y, r"(?P<half>[上下])半年", _half_year),
    # 2026年底前, 2026年内
    (r"(?P<y>\d{4})", r"年(?:年?[底末]|内)?", _year_end),
    # 12月10日前
    ("", _DAY, _without_year(lambda found, year: _on(day_or_none(year, int(found["m"]), int(found["d"]))))),
    # 12月底前
    ("", _MONTH, _without_year(lambda found, year: _last_of_month(year, int(found["m"]), None))),
    # 12月中旬
    ("", _XUN, _without_year(lambda found, year: _end_of_xun(year, int(found["m"]), found["xun"]))),
    # 第四季度
    ("", _QUARTER, _without_year(lambda found, year: _end_of_quarter(year, _quarter_of(found)))),
    # 年底前
    ("", r"年(?:底|末|内)", _without_year(lambda _, year: _last_of_month(year, 12, None))),
)
_PATTERNS = tuple((re.compile(_BEFORE + year + rest + _AFTER), read) for year, rest, read in _FORMS)

_IMMEDIATE = DueReading(kind=DueKind.IMMEDIATE, note=Reason.DUE_IMMEDIATE)
_LONG_TERM = DueReading(kind=DueKind.LONG_TERM)
_STANDING = {
    **dict.fromkeys(("立行立改", "立即整改", "立查立改", "即知即改", "立整立改"), _IMMEDIATE),
    **dict.fromkeys(("长期坚持", "长期", "长期整改", "长期推进", "持续推进", "持续整改", "持续坚持"), _LONG_TERM),
}
_NEAR_DAYS = {"前天": -2, "昨天": -1, "yesterday": -1, "今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2}
_TO = r"(?:延期至|延期到|延至|延长至|展期至|顺延至)"
# 2026年10月31日(经同意延期至2026年12月20日), 原定2026.10.31,延期至2026.12.20
_TWO_DATES = re.compile(rf"(?P<first>[^(,;]+?)[(,;]?(?:经[^\d]{{0,12}})?{_TO}(?P<second>[^()]+)\)?")

_WRITTEN_DAY = re.compile(r"(?<!\d)(?P<y>\d{4})[-年./]?(?P<m>\d{1,2})[-月./]?(?P<d>\d{1,2})(?!\d)")
_ENGLISH_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_ENGLISH_DAY = r"(?P<{name}>\d{{1,2}})(?:st|nd|rd|th)?"
_ENGLISH = re.compile(
    r"(?:by |before |no later than )?"
    rf"(?P<date>{_ENGLISH_MONTH} {_ENGLISH_DAY.format(name='after')},? (?P<y1>\d{{4}})"
    rf"|{_ENGLISH_DAY.format(name='ahead')} (?:of )?{_ENGLISH_MONTH},? (?P<y2>\d{{4}}))",
    re.IGNORECASE,
)


def _read_one(plain: str, issued_on: date | None) -> DueReading | None:
    for pattern, read in _PATTERNS:
        if (found := pattern.fullmatch(plain)) and (reading := read(found, issued_on)):
            return reading
    return None


def _two_dates(first: str, second: str, issued_on: date | None) -> DueReading | None:
    """Read 原定 and 延期至 in one cell; an extension that does not lie later is not understood."""
    original = _read_one(first, issued_on)
    extended = _read_one(second, original.due_on) if original and original.due_on else original
    if original is None or extended is None:
        return None
    if original.due_on is None or extended.due_on is None:
        return INVALID
    if extended.due_on <= original.due_on:
        return None
    return DueReading(
        kind=extended.kind, due_on=original.due_on, extended_to=extended.due_on, note=Reason.DUE_TWO_DATES
    )  # fmt: skip


def _read_english(text: str) -> DueReading | None:
    """Read "Dec 5, 2026" or "5 December 2026" through dateparser, which must find the very day that was written."""
    found = _ENGLISH.fullmatch(" ".join(text.split()))
    if not found:
        return None
    import dateparser  # costs a third of a second, and hardly a cell needs it

    parsed: datetime | None = dateparser.parse(
        found["date"], languages=["en"], settings={"RELATIVE_BASE": datetime(2000, 1, 1)}  # noqa: DTZ001
    )  # fmt: skip
    day, year = int(found["after"] or found["ahead"]), int(found["y1"] or found["y2"])
    if parsed is None or (parsed.day, parsed.year) != (day, year):
        return INVALID
    return _on(day_or_none(year, parsed.month, day))
