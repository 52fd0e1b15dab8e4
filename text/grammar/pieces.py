"""A sentence cut into pieces: duty numbers, areas, days, places, cues; whatever is left is unknown.

Each pass takes what it surely recognises and leaves the rest to the next, so that no character means two things.
Only what is wholly accounted for may lead to a write without a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz, process

from text.deadlines import Reader, Understood
from text.deadlines.plain import fold
from text.grammar.cues import PATTERNS, Cue
from text.grammar.numbers import Found, as_digits, last_digits, ordinals, whole_numbers
from text.numerals import CHARACTERS, number_in_words
from text.quantities import UNIT_WORDS, AreaReading, read_area
from text.regions.syllables import sound

COMMON = {
    "completed": Cue.DONE, "complete": Cue.DONE, "finished": Cue.DONE, "restored": Cue.DONE, "rectified": Cue.DONE,
    "overdue": Cue.OVERDUE, "status": Cue.STATUS, "progress": Cue.STATUS, "ranking": Cue.RANK, "extension": Cue.EXTEND,
    "extend": Cue.EXTEND, "responsible": Cue.WHO,
}  # fmt: skip
SOUNDS = {
    sound(word): (word, cue)
    for cue, words in {
        Cue.DONE: "完成 搞完 做完 办完 弄完 到位 办结 整改完", Cue.STATUS: "进度 怎么样", Cue.OVERDUE: "超期 逾期",
        Cue.DUE: "到期", Cue.EXTEND: "延期", Cue.UNDO: "撤销 撤回", Cue.RANK: "排名", Cue.WHO: "谁负责",
    }.items()
    for word in words.split()
}  # fmt: skip
LEAST_LIKE = 82  # out of 100
_LATIN = re.compile("[a-z]{5,}")
LONGEST_SENTENCE = 300  # a longer text is a document, not a sentence
SHORTEST_NAME, LONGEST_NAME = 2, 12  # of a misspelt county, in characters


class Kind(StrEnum):
    """What a piece is."""

    NUMBER = "number"
    SPOT = "spot"
    AREA = "area"
    FARMLAND = "farmland"
    SHARE = "share"
    BARE = "bare"  # a number without a unit
    DAY = "day"
    DAYS = "days"
    PLACE = "place"
    STREAM = "stream"
    PERSON = "person"
    REASON = "reason"
    CUE = "cue"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Place:
    """Where a sentence names a region: the full names that it may mean; ``guessed`` if it only comes near them."""

    start: int
    end: int
    names: tuple[str, ...]
    guessed: bool = False

    @property
    def name(self) -> str:
        """The likeliest full name."""
        return self.names[0]


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the office calls things; handed in, so that the grammar knows no office."""

    places: Callable[[str], Sequence[Place]]
    near: Callable[[str], tuple[str, ...]] = lambda _piece: ()  # the regions that a misspelt name may mean
    kinds: Collection[str] = ()  # what the numbers of the ledger begin with
    streams: Mapping[str, str] = field(default_factory=dict)  # word -> code
    people: Sequence[str] = ()
    reader: Reader
    now: datetime  # naive, on the office's clock


@dataclass(frozen=True)
class Piece:
    """A run of characters that means one thing."""

    kind: Kind
    start: int
    end: int
    text: str
    value: Any = None
    is_guess: bool = False


_NUMERAL = rf"\d[\d,]*(?:\.\d+)?|[{CHARACTERS}]+"
_UNIT = "|".join(sorted(UNIT_WORDS, key=len, reverse=True))
_AREA = re.compile(
    rf"(?P<plus>\+\s*)?(?P<number>{_NUMERAL})\s*(?P<about>[多来几]|余)?(?P<unit>{_UNIT})(?![a-z])(?:地(?!块))?"
)
_FARMLAND_BEFORE = re.compile(r"(?:耕地|farmland)(?:面积)?\s*(?:是|为|有|of|:)?\s*$")
_FARMLAND_AFTER = re.compile(r"\s*(?:的|of|is|are)?\s*(?:是)?(?:耕地|farmland)")
_OF_WHICH = re.compile(r"(?:其中|含|包括|包含|including|incl\.?|of which)\s*(?:的|有)?\s*$")
_SHARE = re.compile(
    r"(?P<half>一半儿?|半数|\bhalf\b)|(?P<of>[一二三四五六七八九])分之(?P<part>[一二两三四五六七八九])"
    r"|(?P<percent>\d+(?:\.\d+)?)\s*%|百分之(?P<words>[零一二三四五六七八九十百]+)|(?P<tenths>[一二两三四五六七八九])成"
)
_SPOT = re.compile(
    r"(?P<n>\d{1,4}|[零一二三四五六七八九十]{1,3})号?(?:图斑|地块|宗地|点位|矿坑|采坑)|图斑\s*(?P<code>\d[\w-]{2,})"
)
_BARE = re.compile(r"(?<![\w.])\+?\d[\d,]*(?:\.\d+)?(?![\w%])")
_DAYS = re.compile(
    rf"(?:未来|今后|接下来|最近|近)?(?P<n>\d{{1,4}}|[{CHARACTERS}]{{1,4}})(?:天|日)(?:之内|以内|内|里)?(?!前)"
    r"|(?:in |within |next )(?P<en>\d{1,3}) days"
)
_REASON = re.compile(r"(?:因为?|由于|原因是?:?|理由是?:?|because(?: of)?|due to|since)\s*(?P<why>[^,，。;；]{2,})")
EXTENDS = re.compile("|".join(pattern.pattern for cue, pattern in PATTERNS if cue == Cue.EXTEND))
_EDGE = " \t\r\n,，。.!！;；:：、…~～()（）[]【】<>《》\"'“”‘’-—_|·*"
_BLANK = re.compile(r"[\s,，。.!！;；:：、…~～()（）\[\]【】<>《》\"'“”‘’\-—_|·*]+")


def cut(sentence: str, words: Words) -> list[Piece]:
    """Cut a sentence into its pieces, in their order."""
    return _Cutter(sentence[:LONGEST_SENTENCE], words).cut()


class _Cutter:
    def __init__(self, sentence: str, words: Words) -> None:
        self.sentence = sentence
        self.folded = fold(sentence).replace("，", ",").replace("！", "!").replace("；", ";").replace("：", ":")
        self.words = words
        self.free = [True] * len(sentence)
        self.pieces: list[Piece] = []

    def cut(self) -> list[Piece]:
        for take in (
            self._reason, self._places, self._people, self._whole_numbers, self._spots, self._ordinals, self._deadline,
            self._areas, self._shares, self._serials, self._days, self._streams, self._bare, self._misheard, self._cues,
            self._near_places, self._slips, self._unknown,
        ):  # fmt: skip
            take()
        return sorted(self.pieces, key=lambda piece: piece.start)

    def _take(self, kind: Kind, start: int, end: int, value: Any = None, *, is_guess: bool = False) -> bool:
        if start >= end or not all(self.free[start:end]):
            return False
        self.free[start:end] = [False] * (end - start)
        self.pieces.append(Piece(kind, start, end, self.sentence[start:end], value, is_guess))
        return True

    def _places(self) -> None:
        for place in self.words.places(self.sentence):
            self._take(Kind.PLACE, place.start, place.end, place)

    def _reason(self) -> None:
        """Take the reason that an extension is asked for; 因为 in other sentences is a word like others."""
        if EXTENDS.search(self.folded) and (one := _REASON.search(self.folded)):
            self._take(Kind.REASON, one.start(), one.end(), self.sentence[one.start("why") : one.end("why")].strip())

    def _near_places(self) -> None:
        """Take what is left over and comes near the name of one region: 澜动区."""
        for start, end in list(self._free_runs()):
            text = self.sentence[start:end]
            said = text.strip(_EDGE)
            if SHORTEST_NAME <= len(said) <= LONGEST_NAME and (names := self.words.near(said)):
                first = start + text.index(said)
                place = Place(first, first + len(said), names, guessed=True)
                self._take(Kind.PLACE, place.start, place.end, place)

    def _people(self) -> None:
        for name in self.words.people:
            start = self.sentence.find(name)
            if start >= 0:
                self._take(Kind.PERSON, start, start + len(name), name)

    def _whole_numbers(self) -> None:
        self._numbers(whole_numbers(self.folded, self.words.kinds))

    def _serials(self) -> None:
        self._numbers(last_digits(self.folded))

    def _ordinals(self) -> None:
        self._numbers(ordinals(self.folded))

    def _numbers(self, found: Iterable[Found]) -> None:
        for one in found:
            self._take(Kind.NUMBER, one.start, one.end, one.numbers)

    def _spots(self) -> None:
        for one in _SPOT.finditer(self.folded):
            if (one["n"] or "").startswith("0"):  # 035图斑 is a duty's last digits
                continue
            self._take(Kind.SPOT, one.start(), one.end(), self.sentence[one.start() : one.end()])

    def _deadline(self) -> None:
        understood: Understood | None = self.words.reader.find(self.sentence, self.words.now)
        if understood is None or not understood.words:
            return
        start = self.sentence.find(understood.words)
        if start >= 0:
            self._take(Kind.DAY, start, start + len(understood.words), understood)

    def _areas(self) -> None:
        for one in _AREA.finditer(self.folded):
            reading = _area(one)
            if reading is None or not all(self.free[one.start() : one.end()]):
                continue
            start, kind = one.start(), Kind.AREA
            if before := _FARMLAND_BEFORE.search(self.folded, 0, one.start()):
                start, kind = before.start(), Kind.FARMLAND
            of_which = _OF_WHICH.search(self.folded, 0, start)
            after = _FARMLAND_AFTER.match(self.folded, one.end())
            end = one.end()
            if of_which:
                start = of_which.start()
                if after and kind == Kind.AREA:
                    kind, end = Kind.FARMLAND, after.end()
            elif after and kind == Kind.AREA and any(piece.kind == Kind.AREA for piece in self.pieces):
                kind, end = Kind.FARMLAND, after.end()
            self._take(kind, start, end, reading) or self._take(Kind.AREA, one.start(), one.end(), reading)

    def _shares(self) -> None:
        for one in _SHARE.finditer(self.folded):
            self._take(Kind.SHARE, one.start(), one.end(), _share(one))

    def _days(self) -> None:
        for one in _DAYS.finditer(self.folded):
            said = one["n"] or one["en"]
            if digits := as_digits(said):
                self._take(Kind.DAYS, one.start(), one.end(), int(digits))

    def _streams(self) -> None:
        for word in sorted(self.words.streams, key=len, reverse=True):
            for one in re.finditer(re.escape(word.lower()), self.folded):
                if len(word) > 1:
                    self._take(Kind.STREAM, one.start(), one.end(), self.words.streams[word])

    def _bare(self) -> None:
        for one in _BARE.finditer(self.folded):
            self._take(Kind.BARE, one.start(), one.end(), one[0].replace(",", ""))

    def _cues(self) -> None:
        """Take the longest word of the table at each place."""
        place = 0
        while place < len(self.folded):
            if not self.free[place]:
                place += 1
                continue
            cue, end = self._longest_cue(place)
            if cue is not None and self._take(Kind.CUE, place, end, cue):
                place = end
            else:
                place += 1

    def _longest_cue(self, place: int) -> tuple[Cue | None, int]:
        best: tuple[Cue | None, int] = (None, place)
        for cue, pattern in PATTERNS:
            found = pattern.match(self.folded, place)
            end = found.end() if found else place
            while end > place and not all(self.free[place:end]):
                end = 0  # it would reach into another piece
            if end > best[1]:
                best = (cue, end)
        return best

    def _slips(self) -> None:
        """Take a misspelt English word for what it was to be: compelted."""
        for start, end in list(self._free_runs()):
            for word in _LATIN.finditer(self.folded, start, end):
                likely = process.extractOne(word[0], COMMON.keys(), scorer=fuzz.ratio, score_cutoff=LEAST_LIKE)
                if likely:
                    self._take(Kind.CUE, word.start(), word.end(), COMMON[likely[0]], is_guess=True)

    def _misheard(self) -> None:
        """Take what sounds like a common word and is written otherwise for it: 搞玩了, 整改道位, 逾其."""
        for length in sorted({len(word) for word, _ in SOUNDS.values()}, reverse=True):
            for start in range(len(self.folded) - length + 1):
                said = self.folded[start : start + length]
                word, cue = SOUNDS.get(sound(said), ("", None)) if not said.isascii() else ("", None)
                if cue and said != word:
                    self._take(Kind.CUE, start, start + length, cue, is_guess=True)

    def _unknown(self) -> None:
        for start, end in list(self._free_runs()):
            text = self.sentence[start:end]
            if _says_something(text):
                self._take(Kind.UNKNOWN, start, end)

    def _free_runs(self) -> Iterator[tuple[int, int]]:
        start = None
        for place, is_free in enumerate([*self.free, False]):
            if is_free and start is None:
                start = place
            elif not is_free and start is not None:
                yield start, place
                start = None


def _says_something(text: str) -> bool:
    """Whether a rest holds letters or digits; marks and emoji say nothing."""
    return any(character.isalnum() for character in _BLANK.sub("", text))


def _area(one: re.Match[str]) -> AreaReading | None:
    number = one["number"]
    if not number[0].isdigit():
        value = number_in_words(number)
        if value is None:
            return None
        number = str(value)
    return read_area(("约" if one["about"] else "") + ("+" if one["plus"] else "") + number + one["unit"])


def _share(one: re.Match[str]) -> Decimal | None:
    if one["half"]:
        return Decimal("0.5")
    if one["of"]:
        whole, part = number_in_words(one["of"]), number_in_words(one["part"])
        return part / whole if whole and part and part <= whole else None
    if one["tenths"]:
        tenths = number_in_words(one["tenths"])
        return tenths / 10 if tenths else None
    said = Decimal(one["percent"]) if one["percent"] else number_in_words(one["words"])
    return said / 100 if said is not None and said <= 100 else None


def cues_of(pieces: Iterable[Piece]) -> set[Cue]:
    """Return what the words of a sentence say."""
    return {piece.value for piece in pieces if piece.kind == Kind.CUE}
