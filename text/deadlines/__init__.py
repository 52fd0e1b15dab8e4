"""Deadlines as people say and write them, alone or in a sentence; the tables are ``chinese`` and ``english``.

Order: bring the words to one form, take off 截止 and 前, ask the tables of rules on the whole phrase. What no rule
reads surely is no deadline: a wrong date written silently is worse than a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.calendar import Calendar
from text.deadlines.phrase import Understood, read_phrase
from text.deadlines.sentence import find_in

__all__ = ["Reader", "Understood", "find_deadline", "read_deadline"]


@dataclass(frozen=True)
class Reader:
    """Reads deadlines by the office's own calendar of working days."""

    calendar: Calendar

    def read(self, text: str, now: datetime) -> Understood | None:
        """Read a phrase that is nothing but a deadline."""
        return read_phrase(text, now, self.calendar)

    def find(self, sentence: str, now: datetime) -> Understood | None:
        """Find the deadline inside a sentence."""
        return find_in(sentence, now, self.calendar)


_PUBLISHED = Reader(Calendar())


def read_deadline(text: str, now: datetime) -> datetime | None:
    """Return the deadline that a phrase means, by the published calendar."""
    understood = _PUBLISHED.read(text, now)
    return understood.when if understood else None


def find_deadline(sentence: str, now: datetime) -> datetime | None:
    """Return the deadline that a sentence sets, by the published calendar."""
    understood = _PUBLISHED.find(sentence, now)
    return understood.when if understood else None
