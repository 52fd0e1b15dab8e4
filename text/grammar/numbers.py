"""Duty numbers as people write them: DC-2026-004, dc2026004, DC-2026-004、007, 004至007, 4号事项, 尾号007."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from text.deadlines.plain import fold
from text.numerals import CHARACTERS, number_in_words, say_digits
from text.quantities import UNIT_WORDS

LONGEST_RANGE = 30
_UNIT = "|".join(sorted(UNIT_WORDS, key=len, reverse=True))
_YEAR = r"(?:(?:19|20)\d\d)"
_MEASURE = (
    rf"\s*(?:(?:{_UNIT})(?![a-z])|[天日月年周件宗个项条元万亿%‰块户人家起次遍批期级米吨点楼室层]|时(?!限)|分(?!管)"
    r"|(?:mu|days?|weeks?|months?)(?![a-z]))"
)
# dc 2026 004, DC-2026-004
_WHOLE = re.compile(
    rf"(?<![a-z0-9])(?P<kind>[a-z]{{1,4}})[-_ ./]{{0,2}}(?P<year>{_YEAR})[-_ ./]{{0,2}}(?P<serial>\d{{3,5}})(?!\d)"
)
# DC-226-004, a slip
_WRONG_YEAR = re.compile(r"(?<![a-z0-9])(?P<kind>[a-z]{1,4})-(?P<year>\d{2,6})-(?P<serial>\d{2,5})(?!\d)")
# DC-004, dc4
_SHORT = re.compile(r"(?<![a-z0-9])(?P<kind>[a-z]{1,4})[-_ ]?(?P<serial>\d{1,5})(?![\d.]*[a-z\d])")
# 004, 第004号, 零零四, 035图斑
_SERIAL = re.compile(
    r"(?:第|编号|no\.? ?|number |#)?(?P<serial>(?<![\d.a-z/:-])\d{3}|[零〇][零〇一二三四五六七八九]{2})"
    rf"(?:号|#)?(?:图斑)?(?![\d.:/%]*\d)(?!{_MEASURE})(?!-\d)"
)
# 4号事项, 八号搞完了, 尾号7
_ORDINAL = re.compile(
    rf"第?(?P<serial>\d{{1,3}}|[{CHARACTERS}]{{1,4}})(?:号|项|件)"
    r"(?:的?(?:事项|任务|整改|问题|那个|那件|$)|(?=[搞做弄办]完|完了|已))"
    r"|(?:编号|尾号|末尾|number |no\.? ?|#)(?:是|为)?\s*(?P<named>\d{1,3})(?!\d)"
)
_NEXT_SERIAL = re.compile(rf"(?P<serial>\d{{3}})(?!\d|[.,]\d|{_MEASURE})")
_RANGE_MARK = re.compile(r"\s*(?:至|到|-|~|—|–|to|through)\s*")
_LIST_MARK = re.compile(r"(?:\s|、|,|，|;|和|跟|与|及|还有|以及|and|&|/)+")


@dataclass(frozen=True)
class NumberWord:
    """A duty's number as it was said: whole, or its last digits; ``kind`` and ``year`` are empty where not said."""

    serial: str
    kind: str = ""
    year: str = ""

    def __str__(self) -> str:
        return "-".join(part for part in (self.kind, self.year, self.serial) if part)


@dataclass(frozen=True)
class Found:
    """Where numbers stand; several where a range holds them."""

    start: int
    end: int
    numbers: tuple[NumberWord, ...]


def numbers_in(word: str, kinds: Collection[str]) -> tuple[NumberWord, ...]:
    """Return the numbers that a word is made of, and nothing else; none where it holds anything besides."""
    folded = fold(word.strip())
    for finder in (whole_numbers(folded, kinds), last_digits(folded)):
        found = list(finder)
        covered = bool(found) and found[0].start == 0 and found[-1].end == len(folded)
        if covered and all(not folded[a.end : b.start].strip(" 、,和") for a, b in pairwise(found)):
            return tuple(number for one in found for number in one.numbers)
    return ()


def whole_numbers(folded: str, kinds: Collection[str]) -> Iterator[Found]:
    """Find numbers with their kind, and what a list or a range hangs on to them."""
    end = 0
    found = [one for form in (_WHOLE, _WRONG_YEAR, _SHORT) for one in form.finditer(folded)]
    for one in sorted(found, key=lambda one: (one.start(), -one.end())):
        year = one.groupdict().get("year") or ""
        # letters before digits may be a word's or a quarter's: Q4, is 004
        if one.start() < end or not (year or one["kind"].upper() in kinds):
            continue
        for number in _with_list(folded, one, NumberWord(one["serial"], one["kind"].upper(), year)):
            yield number
            end = number.end


def last_digits(folded: str) -> Iterator[Found]:
    """Find last digits alone."""
    yield from _bare(folded, _SERIAL)


def ordinals(folded: str) -> Iterator[Found]:
    """Find 4号事项 and the like."""
    yield from _bare(folded, _ORDINAL)


def _bare(folded: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    end = 0
    for one in pattern.finditer(folded):
        said = one.groupdict().get("serial") or one.groupdict().get("named") or ""
        serial = say_digits(said) if said[:1] in "零〇" else as_digits(said)
        if not serial or one.start() < end:
            continue
        for number in _with_list(folded, one, NumberWord(serial)):
            yield number
            end = number.end


def _with_list(folded: str, one: re.Match[str], first: NumberWord) -> Iterator[Found]:
    yield Found(one.start(), one.end(), (first,))
    place = one.end()
    while True:
        if (mark := _RANGE_MARK.match(folded, place)) and (last := _next(folded, mark.end(), first)):
            if not (between := _between(first, last[0])):
                return
            yield Found(place, last[1], between)
        elif (mark := _LIST_MARK.match(folded, place)) and (last := _next(folded, mark.end(), first)):
            yield Found(mark.end(), last[1], (last[0],))
        else:
            return
        first, place = last


def _next(folded: str, place: int, before: NumberWord) -> tuple[NumberWord, int] | None:
    """Read the next number of a list; last digits are those of a number like the one before."""
    if whole := _WHOLE.match(folded, place):
        return NumberWord(whole["serial"], whole["kind"].upper(), whole["year"]), whole.end()
    found = _NEXT_SERIAL.match(folded, place)
    return (NumberWord(found["serial"], before.kind, before.year), found.end()) if found else None


def _between(first: NumberWord, last: NumberWord) -> tuple[NumberWord, ...]:
    """Return the numbers after the first, up to the last; none where it is no range."""
    start, end = int(first.serial), int(last.serial)
    if (first.kind, first.year) != (last.kind, last.year) or not start < end <= start + LONGEST_RANGE:
        return ()
    return tuple(NumberWord(str(n).zfill(len(first.serial)), first.kind, first.year) for n in range(start + 1, end + 1))


def as_digits(words: str) -> str:
    """Turn 8 or 八 into 8; what is no whole number becomes nothing."""
    if words.isdecimal():
        return words
    number = number_in_words(words)
    return str(int(number)) if number is not None and number == int(number) else ""
