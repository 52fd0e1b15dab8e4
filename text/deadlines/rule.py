"""What a rule is: the form of words it reads, how it reads them, and examples that a test runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from db.models import DueKind
from rules.calendar import Calendar


class Written(Enum):
    """How much was written, and how much had to be added from the day on which it was said."""

    FULL = "full"
    PERIOD = "period"  # a span of one written year: 2026年第四季度
    NO_YEAR = "no_year"
    SPOKEN = "spoken"  # sure among people who speak today; in a ledger it is a guess


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where something is said; ``marked`` says that words like 前 or "by" stand beside the date."""

    now: datetime
    calendar: Calendar
    marked: bool = False
    before: bool = False

    @property
    def today(self) -> date:
        """The day of speaking."""
        return self.now.date()

    def beside(self, *, marked: bool, before: bool) -> Moment:
        """Return the moment with what stands beside the words that are read next."""
        return Moment(self.now, self.calendar, marked, before)


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule understood: the end of a day, or an exact time; None where such a day does not exist."""

    when: date | None
    kind: DueKind = DueKind.DATE
    written: Written = Written.SPOKEN


Read = Callable[[re.Match[str], Moment], Found | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of words; ``sure`` is false where a sentence must say 前, 截止, "by" beside it to mean a deadline."""

    pattern: re.Pattern[str]
    read: Read
    examples: tuple[tuple[str, str], ...]
    sure: bool


def rule(pattern: str, read: Read, *examples: tuple[str, str], sure: bool = True) -> Rule:
    """Write a row of a table; its examples are said on Wednesday 2026-11-18 at 10:30."""
    return Rule(re.compile(pattern), read, examples, sure)


def spoken(day: date | None, kind: DueKind = DueKind.DATE) -> Found:
    """Return a day that hangs on the day of speaking."""
    return Found(day, kind) if day else no_such_day(Written.SPOKEN)


def no_such_day(written: Written) -> Found:
    """Return what was written like a day and is none: 11月31日."""
    return Found(None, DueKind.INVALID, written)
