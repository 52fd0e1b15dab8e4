"""Which pieces of a sentence may be names of regions; what they name, the gazetteer says."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HAN = "一-龥"
_COUNTY_WORDS = ("county", "district", "city")
_LATIN_WORD = re.compile(r"(?<![a-z0-9_@.])[a-z]+(?![a-z0-9_@]|-\d|\.[a-z0-9])")
_KIND = re.compile(rf"(?<=[{_HAN}]{{2}})[县区市旗]")
_OFFICE = "(?:人民政府|政府)?"
# 枫塘市 is not 枫塘县, but 枫塘市场 is 枫塘's market
_NO_OTHER_KIND = "(?![县区市旗](?![场级域民]))"
LONGEST_NAME = 4  # characters before 县, words before County
# initials and short pinyin that are words of English sentences
_ENGLISH_WORDS = """
ah all also am an and any are as ask at bad ban bang be box bus but by can china dang date day did do fan few fix for
gang gas get go got ha had hang has he her hi him his how id if in is it its let long man may me men my new no not now
of off oh ok old on one or our out own pan pen per pls pm put ran rid run sad say see set she sir six so song tan tax
than the then to top tv two up us use vs wan was way we who why yes yet yo you
"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a sentence, and what is said there."""

    start: int
    end: int
    said: str


class Words:
    """The names to look for, made ready to be looked for in sentences."""

    def __init__(self, names: Iterable[str], before: Iterable[str]) -> None:
        """Take the names, and those that may stand before another one: the city's."""
        self._latin = {name for name in names if name.isascii() and len(name) > 1} - set(_ENGLISH_WORDS.split())
        han = [name for name in names if not name.isascii() and len(name) > 1]
        self._han = re.compile(f"(?:{_any_of(before)})?(?:{_any_of(han)}){_OFFICE}{_NO_OTHER_KIND}") if han else None

    def names(self, sentence: str) -> list[Piece]:
        """Return where the names stand, in the order of the sentence."""
        folded = _fold(sentence)
        return sorted((*self._in_han(folded), *self._in_latin(folded)), key=lambda piece: piece.start)

    def _in_han(self, folded: str) -> Iterator[Piece]:
        for match in self._han.finditer(folded) if self._han else ():
            yield Piece(start=match.start(), end=match.end(), said=match[0])

    def _in_latin(self, folded: str) -> Iterator[Piece]:
        end = 0
        for pieces in _latin_pieces(folded):
            for piece in pieces:
                name, _, kind = piece.said.rpartition(" ")
                name = name.replace(" ", "") if kind in _COUNTY_WORDS else piece.said
                if piece.start >= end and name in self._latin:
                    end = piece.end
                    yield piece
                    break

    def like_names(self, sentence: str) -> Iterator[list[Piece]]:
        """Return, for each 县 or County, the pieces before it that may be a name, the longest first."""
        folded = _fold(sentence)
        for kind in _KIND.finditer(folded):
            starts = range(max(0, kind.start() - LONGEST_NAME), kind.start() - 1)
            yield [Piece(start=start, end=kind.end(), said=folded[start : kind.end()]) for start in starts]
        for pieces in _latin_pieces(folded):
            if before_kind := [piece for piece in pieces if piece.said.endswith(_COUNTY_WORDS)]:
                yield before_kind


def _latin_pieces(folded: str) -> Iterator[list[Piece]]:
    """Return, for each Latin word, what begins with it: up to four words and the County behind them, longest first."""
    words = list(_LATIN_WORD.finditer(folded))
    for first, word in enumerate(words):
        last = [other.end() for other in words[first : first + LONGEST_NAME + 1]]
        texts = [folded[word.start() : end] for end in reversed(last)]
        yield [
            Piece(start=word.start(), end=word.start() + len(text), said=text)
            for text in texts
            if re.fullmatch(r"[a-z]+(?: [a-z]+)*", text) and (" " not in text or text.endswith(_COUNTY_WORDS))
        ]


def _any_of(names: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"


def _fold(sentence: str) -> str:
    """Fold width and case, each character in its place."""
    return "".join(_fold_one(character) for character in sentence)


def _fold_one(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character
