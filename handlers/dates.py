"""Deadlines among the words of a command: the date, and the words that are left as they were written."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time

from db.models import DueKind
from handlers.request import Call
from rules.refusal import Refusal, Why
from services.office import office_now
from text.deadlines import Reader, Understood

MOST_DATE_WORDS = 5  # by the end of December 2026
# a span alone counts from the deadline that it lengthens, not from today
_SPAN = re.compile(
    r"(?:再|延期|延长|顺延|展期|延)*"
    r"(?P<span>(?:\d+|[一二两三四五六七八九十半]+)个?(?:工作日|天|周|星期|半?月)|\d+ (?:days?|weeks?|months?))"
)


def read_due(call: Call, words: Sequence[str], present: date) -> tuple[date | None, Sequence[str]]:
    """Find a deadline in the first words, or in the last ones; spans count from ``present``."""
    for count in range(min(len(words), MOST_DATE_WORDS), 0, -1):
        for part, rest in ((words[:count], words[count:]), (words[-count:], words[:-count])):
            if due := read_date(call, " ".join(part), present):
                return due, rest
    return None, words


def read_date(call: Call, phrase: str, present: date) -> date | None:
    """Read a phrase that is nothing but a deadline; refuse a date that does not exist."""
    now = _now(call)
    if span := _SPAN.fullmatch(phrase):
        phrase, now = span["span"], datetime.combine(present, time())
    read = _reader(call).read(phrase, now)
    if read is not None and read.kind == DueKind.INVALID:
        raise Refusal(Why.BAD_DATE, word=phrase)
    return read.when.date() if read and read.when else None


def find_date(call: Call, sentence: str) -> Understood | None:
    """Find the deadline inside a sentence."""
    return _reader(call).find(sentence, _now(call))


def _reader(call: Call) -> Reader:
    return Reader(office_now(call.session, call.office).calendar)


def _now(call: Call) -> datetime:
    return call.office.local(call.request.now).replace(tzinfo=None)


def as_written(call: Call, words: Sequence[str]) -> str:
    """Return words with the marks that stood between them."""
    written = unicodedata.normalize("NFKC", call.request.text)
    found = re.search(r"[\s、;,]+".join(re.escape(word) for word in words), written) if words else None
    return found[0] if found else " ".join(words)
