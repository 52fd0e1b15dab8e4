"""Words of a command made into duties, regions, workstreams, areas and pages; a word nobody knows is refused."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from db.models import Duty, Region, RegionKind
from handlers.numbers import duties_of_word, find_duty
from handlers.paging import page_in
from handlers.request import Call
from rules.policy import Workstream
from rules.refusal import Refusal, Why
from text.numerals import CHARACTERS, number_in_words
from text.quantities import AreaReading, read_area

_DAYS = re.compile(r"(?:(\d{1,5})(?:天|日)?(?:内|以内|之内)?|今天|今日)$")
_FARMLAND_PREFIX = re.compile(r"^\(?(?:其中)?(?:耕地|farmland)")
LAST_DIGITS = 3
_IN_WORDS = re.compile(rf"[{CHARACTERS}]+(?=万?(?:亩|公顷|平方米))")
EACH_COUNTY = frozenset({"counties", "各县", "分县", "各县区"})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What figures or lists are asked for."""

    region: Region
    workstream: Workstream | None = None
    each_county: bool = False
    page: int = 1
    number: int | None = None


def read_scope(call: Call) -> Scope:
    """Read [region] [workstream] [days] [page] in any order; without a region, the group's or the person's own."""
    region, workstream, each, page, number = None, None, False, 1, None
    for word in _joined(call):
        if (turned := page_in(word)) is not None:
            page = turned
        elif match := _DAYS.match(word):
            number = int(match[1] or 0)
        elif word in EACH_COUNTY:
            each = True
        elif found := call.gazetteer.exact(word):
            region = found
        elif stream := find_workstream(call, word):
            workstream = stream
        elif any(character.isdigit() for character in word):
            raise Refusal(Why.BAD_DAYS, days=word)
        else:
            raise unknown_region(call, word)
    region = readable(call, region or call.home)
    return Scope(region=region, workstream=workstream, each_county=each, page=page, number=number)


def _joined(call: Call) -> tuple[str, ...]:
    """Take all words for one when together they name a region: 北山 县, Beishan County."""
    whole = " ".join(call.words)
    return (whole,) if len(call.words) > 1 and call.gazetteer.exact(whole) else call.words


def readable(call: Call, region: Region) -> Region:
    """Return the region if it may be read here, otherwise refuse."""
    if call.may_read(region):
        return region
    if call.group is not None:
        raise Refusal(Why.NOT_THIS_GROUP, region=region.name, home=call.home.name)
    raise Refusal(Why.NOT_YOUR_REGION, region=region.name, home=call.home.name)


def unknown_region(call: Call, word: str) -> Refusal:
    """Refuse a word that names no region; the nearest readable ones are offered with all else that was said."""
    near = [region for region in call.gazetteer.nearest(word) if call.may_read(region)]
    said = " ".join(["/" + call.command, *call.words])
    return Refusal(
        Why.UNKNOWN_REGION, choices=tuple((region.name, said.replace(word, region.name)) for region in near), word=word
    )


def find_workstream(call: Call, word: str) -> Workstream | None:
    """Return the workstream that a word names: its code, its name, or one of its keywords."""
    folded = unicodedata.normalize("NFKC", word).lower()
    for stream in call.office.policy.workstreams:
        if folded in (stream.code, stream.zh, stream.en.lower(), *stream.keywords, *stream.sub_types):
            return stream
    parts = [stream for stream in call.office.policy.workstreams if len(folded) >= 2 and folded in stream.zh]
    return parts[0] if len(parts) == 1 else None  # "整改" is a part of two names, so it names neither


def read_duty(call: Call, number: str) -> Duty:
    """Return the duty of that number, or refuse; one that may not be seen here is as unknown as one that is none."""
    found = duties_of_word(call, number)
    if not found:
        raise Refusal(Why.UNKNOWN_NUMBER, number=number)
    return found[0]


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """The duties that a report is about and the words for areas that follow them."""

    duties: tuple[Duty, ...]
    area_words: tuple[str, ...]


def read_report(call: Call) -> Amounts:
    """Read NUMBER... [area words]; without a number, the duties of the message replied to."""
    duties: list[Duty] = []
    words = list(call.words)
    while words and (found := _numbered(call, words[0], is_first=not duties)):
        duties += found
        words.pop(0)
    if not duties and words and not is_amount(words[0]):
        raise Refusal(Why.UNKNOWN_NUMBER, number=words[0])
    if duties and words and _looks_like_number(words[0]):
        raise Refusal(Why.UNKNOWN_NUMBER, number=words[0])
    if not duties:
        duties = [duty for number in call.quoted if (duty := find_duty(call, number))]
    unique = {duty.number: duty for duty in duties}
    return Amounts(duties=tuple(unique.values()), area_words=tuple(words))


def _numbered(call: Call, word: str, *, is_first: bool) -> list[Duty]:
    """Return the duties that a word names; 004 is a number, and 120 an amount where one may stand."""
    if is_amount(word) and not (word.startswith("0") or (is_first and not call.quoted and len(word) == LAST_DIGITS)):
        return []
    return duties_of_word(call, word, to_report=True)


def _looks_like_number(word: str) -> bool:
    return bool(re.search(r"[A-Za-z一-龥]+[-〔(]?\d{4}", word)) and read_area(word) is None


def is_amount(word: str) -> bool:
    """Tell whether a word is an area, or the farmland part of one."""
    return _read_amount(word) is not None


def _read_amount(word: str) -> AreaReading | None:
    said = _FARMLAND_PREFIX.sub("", word).strip("()")
    return read_area(_IN_WORDS.sub(_as_figures, said))


def _as_figures(found: re.Match[str]) -> str:
    """Turn 二十 before a unit into 20; what is no number stays."""
    number = number_in_words(found[0])
    return found[0] if number is None else str(number)


def read_total(word: str, before: Decimal) -> Decimal:
    """Read an area as the total to date; "+20" and "又完成20亩" add to what was reported before."""
    reading = _read_amount(word)
    if reading is None or reading.mu is None:
        raise Refusal(Why.BAD_AREA, word=word)
    return before + reading.mu if reading.is_addition else reading.mu


def is_city(region: Region) -> bool:
    """Tell whether the region is the whole city."""
    return region.kind == RegionKind.CITY
