"""Days and deadlines as a ledger's cells write them: what ``text.deadlines`` reads, where nobody speaks.

Of its forms a cell takes those that need no day of speaking (2026年12月中旬), and those without a year, reckoned from
the day of issue. What cannot be read surely is None; a date that does not exist is invalid and never moved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from db.models import DueKind
from text.deadlines.days import day_or_none, month_end
from text.deadlines.phrase import Understood, read_written
from text.deadlines.plain import plain_phrase
from text.deadlines.rule import Written
from text.reasons import Reason

SERIAL_DAY_ZERO = date(1899, 12, 30)  # Excel's 1900 system, for days after February 1900
FIRST_SERIAL, LAST_SERIAL = 40_000, 60_000  # 2009 to 2064; other numbers are no days
_NO_ISSUE = date(2000, 1, 1)  # what is read without a day of issue does not hang on this one


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
_NOTES = {Written.PERIOD: Reason.DUE_PERIOD, Written.NO_YEAR: Reason.DUE_NO_YEAR}
_NEAR_DAYS = {"前天": -2, "昨天": -1, "yesterday": -1, "今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2}
_TIME_OF_DAY = re.compile(r"(?<=\d)[T ]+([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d)?(\.0+)?$", re.ASCII)
_TO = r"(?:延期至|延期到|延至|延长至|展期至|顺延至)"
# 2026年10月31日(经同意延期至2026年12月20日), 原定2026.10.31,延期至2026.12.20
_TWO_DATES = re.compile(rf"(?P<first>[^(,;]+?)[(,;]?(?:经[^\d]{{0,12}})?{_TO}(?P<second>[^()]+)\)?")
_WRITTEN_DAY = re.compile(r"(?<!\d)(?P<y>\d{4})[-年./]?(?P<m>\d{1,2})[-月./]?(?P<d>\d{1,2})(?!\d)")


def read_due(text: str, *, issued_on: date | None) -> DueReading | None:
    """Read a deadline; without a year it is the first such day on or after ``issued_on``."""
    if serial := _serial(text):
        return serial
    if two := _TWO_DATES.fullmatch(plain_phrase(text)):
        return _two_dates(two["first"], two["second"], issued_on)
    return _read_one(text, issued_on)


def read_date(text: str, *, today: date) -> date | None:
    """Read a day for a command-line option: 2026-12-05, 2026年12月5日, Dec 5, 2026, 今天, yesterday."""
    if (days := _NEAR_DAYS.get(plain_phrase(text))) is not None:
        return today + timedelta(days=days)
    reading = _read_one(text, None)
    return reading.due_on if reading and reading.kind is DueKind.DATE else None


def days_beside(text: str) -> tuple[date, ...]:
    """Return the days on both sides of a date that does not exist: 2026-11-31 lies between 11-30 and 12-01."""
    found = _WRITTEN_DAY.search(plain_phrase(text))
    if not found or day_or_none(int(found["y"]), int(found["m"]), 1) is None or int(found["d"]) < 1:
        return ()
    last = month_end(int(found["y"]), int(found["m"]))
    return () if int(found["d"]) <= last.day else (last, last + timedelta(days=1))


def same_day_after(day: date, start: date) -> date | None:
    """Return the first such day of a year on or after ``start``: what a deadline with a wrong year was meant to be."""
    years = range(start.year, start.year + 2)
    days = (day_or_none(year, day.month, day.day) for year in years)
    return next((one for one in days if one and one >= start), None)


def _serial(text: str) -> DueReading | None:
    """Read 46361, a date whose cell lost its format."""
    written = plain_phrase(text)
    if not re.fullmatch(r"\d{5}", written) or not FIRST_SERIAL <= int(written) <= LAST_SERIAL:
        return None
    return DueReading(
        kind=DueKind.DATE, due_on=SERIAL_DAY_ZERO + timedelta(days=int(written)), note=Reason.DUE_SERIAL
    )  # fmt: skip


def _read_one(text: str, issued_on: date | None) -> DueReading | None:
    """Read one day or period; a time of day is dropped, a remark in brackets is more than a day."""
    if "(" in text or "（" in text:
        return None
    understood = read_written(_TIME_OF_DAY.sub("", text.strip()), issued_on or _NO_ISSUE)
    if understood is None or (understood.written is Written.NO_YEAR and issued_on is None):
        return None
    return _as_cell(understood, issued_on)


def _as_cell(understood: Understood, issued_on: date | None) -> DueReading:
    if understood.kind is DueKind.IMMEDIATE:
        return DueReading(kind=understood.kind, note=Reason.DUE_IMMEDIATE)
    if understood.when is None:
        return DueReading(kind=understood.kind)
    day = understood.when.date()
    if understood.written is Written.NO_YEAR and issued_on and day.year > issued_on.year + 1:
        return INVALID  # 29 February of some year to come
    return DueReading(kind=understood.kind, due_on=day, note=_NOTES.get(understood.written))


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
