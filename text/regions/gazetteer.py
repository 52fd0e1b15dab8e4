"""The regions of an office by name: exact first, otherwise the likely ones; alone, and inside a sentence."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from db.models import Region, RegionKind
from db.queries import REGION_FIELDS
from text.regions.names import key, short_name
from text.regions.sentences import Piece, Words
from text.regions.syllables import sound

WHOLE_CITY = frozenset({"city", "全市", "全部", "all", "市"})
NEAR_SCORE = 45  # out of 100; below it a name is no help
SURE_SCORE, SURE_LEAD = 70, 8
FAR_BEHIND = 30  # points behind the likeliest, and a name is no choice any more
EXACT, ALMOST = 100.0, 99.0  # what is not a name of the region itself never has the whole 100
ALIKE = 0.9  # what only sounds alike counts less than what is written alike
SHORTEST_TYPED = 4  # letters: a slip in initials makes other initials
MOST_LIKELY = 3


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a name was taken for. Only what is ``exact`` may be written without a yes.

    ``region`` is None where several are as likely; ``likely`` holds those to choose from, likeliest first.
    """

    region: Region | None
    likely: tuple[Region, ...]
    score: float  # up to 100
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a sentence a region is named: ``sentence[start:end]``."""

    start: int
    end: int
    match: Match

    @property
    def region(self) -> Region | None:
        """The region that is named; None where several may be meant."""
        return self.match.region


@lru_cache(maxsize=2)
def gazetteer(rows: tuple[tuple[Any, ...], ...]) -> "Gazetteer":
    """Return the gazetteer of ``db.queries.region_rows``, built anew only when the rows are others."""
    return Gazetteer([_region(row) for row in rows])


def _region(row: tuple[Any, ...]) -> Region:
    stored = dict(zip(REGION_FIELDS, row, strict=True))
    lists = {name: json.loads(stored[name]) for name in ("aliases", "spellings")}
    return Region(**stored | lists | {"kind": RegionKind(stored["kind"])})


class Gazetteer:
    """The regions of an office by every key that names exactly one of them."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self.regions = regions
        self.city = next((region for region in regions if region.kind == RegionKind.CITY), None)
        self.counties = [region for region in regions if region.kind == RegionKind.COUNTY]
        self._by_id = {region.id: region for region in regions}

    def get(self, region_id: int) -> Region:
        """Return a region by its id."""
        return self._by_id[region_id]

    def below(self, region: Region) -> list[Region]:
        """Return the counties that a region covers: itself, or all of the city's."""
        return self.counties if region.kind == RegionKind.CITY else [region]

    def exact(self, name: str) -> Region | None:
        """Return the one region of that name, short name, alias or spelling."""
        named = self._named(key(name))
        return named[0] if len(named) == 1 else None

    def find(self, name: str) -> Match | None:
        """Return what a name names or was perhaps to name; None where nothing is like it."""
        folded = key(name)
        if named := self._named(folded):
            only = named[0] if len(named) == 1 else None
            return Match(region=only, likely=named, score=EXACT, exact=only is not None)
        scored = self._scored(folded)
        if not scored:
            return None
        (region, best), (_, second) = (*scored, (None, 0.0))[:2]
        is_sure = best >= SURE_SCORE and best - second >= SURE_LEAD
        likely = tuple(region for region, score in scored[:MOST_LIKELY] if score >= best - FAR_BEHIND)
        return Match(region=region if is_sure else None, likely=likely, score=best)

    def nearest(self, name: str, most: int = MOST_LIKELY) -> list[Region]:
        """Return the regions that were perhaps meant, likeliest first."""
        folded = key(name)
        return [*self._named(folded)][:most] or [region for region, _ in self._scored(folded)][:most]

    def in_text(self, sentence: str) -> list[Place]:
        """Return where a sentence names regions exactly; the longest name counts, and nothing is guessed.

        A name of several regions is left out. Latin letters count as whole words, a county's name of several words
        only before County: Wang Ling is a person.
        """
        found = ((piece, self.find(piece.said)) for piece in self._words.names(sentence))
        return [Place(start=piece.start, end=piece.end, match=match) for piece, match in found if match and match.exact]

    def near_in_text(self, sentence: str) -> list[Place]:
        """Return where a sentence has what looks like a county's name (…县, … County) and is nearly one."""
        exact = self.in_text(sentence)
        found = [self._nearest_piece(pieces) for pieces in self._words.like_names(sentence)]
        return [
            place for place in found
            if place and not any(place.start < one.end and one.start < place.end for one in exact)
        ]  # fmt: skip

    def _nearest_piece(self, pieces: Iterable[Piece]) -> Place | None:
        matches = [(piece, match) for piece in pieces if (match := self.find(piece.said))]
        if not matches:
            return None
        piece, match = max(matches, key=lambda found: found[1].score)
        return Place(start=piece.start, end=piece.end, match=match) if match.score >= SURE_SCORE else None

    def _named(self, folded: str) -> tuple[Region, ...]:
        if folded in WHOLE_CITY:
            return (self.city,) if self.city else ()
        if self.city and folded not in self._by_key:
            for prefix in (self.city.name, self.city.short_name):  # 青澜市澜东区
                folded = folded.removeprefix(prefix) or folded
        return self._by_key.get(folded, ())

    @cached_property
    def _by_key(self) -> dict[str, tuple[Region, ...]]:
        """A full name goes before a short name or an alias, and these before a spelling."""
        found: dict[str, tuple[Region, ...]] = {}
        for forms in (_full_names, _other_names, _spellings):
            named = defaultdict(list)
            for region in self.regions:
                for form in {key(form) for form in forms(region)} - {""}:
                    named[form].append(region)
            found = {form: tuple(regions) for form, regions in named.items()} | found
        return found

    @cached_property
    def _words(self) -> Words:
        if self.city is None:
            return Words(self._by_key, ())
        return Words((*self._by_key, "全市"), (self.city.name, self.city.short_name))

    def _scored(self, folded: str) -> list[tuple[Region, float]]:
        """Return the regions whose names are like a name, each with its best score, likeliest first."""
        stem = short_name(folded)
        scores: dict[int, float] = defaultdict(float)
        for regions, score in (*self._written_like(stem), *self._sounding_like(stem), *self._typed_like(stem)):
            for region_id in regions:
                scores[region_id] = max(scores[region_id], min(score, ALMOST))
        ranked = sorted(scores.items(), key=lambda scored: -scored[1])
        return [(self._by_id[region_id], score) for region_id, score in ranked]

    def _written_like(self, stem: str) -> Iterable[tuple[set[int], float]]:
        scored = process.extract(stem, self._stems.keys(), scorer=fuzz.ratio, limit=None, score_cutoff=NEAR_SCORE)
        return [(self._stems[form], score) for form, score, _ in scored]

    def _sounding_like(self, stem: str) -> Iterable[tuple[set[int], float]]:
        if stem.isascii():
            return []
        return [(regions, score * ALIKE) for regions, score in _alike(sound(stem), self._sounds)]

    def _typed_like(self, stem: str) -> Iterable[tuple[set[int], float]]:
        return _alike(stem, self._typed) if len(stem) >= SHORTEST_TYPED and stem.isascii() else []

    @cached_property
    def _stems(self) -> dict[str, set[int]]:
        return self._ids_by(lambda region: [short_name(key(name)) for name in _names(region) if not name.isascii()])

    @cached_property
    def _sounds(self) -> dict[str, set[int]]:
        """How the names sound by the table that a query is heard by, and by the dictionary: 长 is chang and zhang."""
        return self._ids_by(
            lambda region: [*(sound(short_name(name)) for name in _names(region)), *_pinyin(region)[-1:]]
        )

    @cached_property
    def _typed(self) -> dict[str, set[int]]:
        return self._ids_by(
            lambda region: [*_pinyin(region), *(key(alias) for alias in region.aliases if alias.isascii())]
        )

    def _ids_by(self, forms: Callable[[Region], Iterable[str]]) -> dict[str, set[int]]:
        found = defaultdict(set)
        for region in self.regions:
            for form in forms(region):
                found[form].add(region.id or 0)
        return found


def _alike(said: str, forms: dict[str, set[int]]) -> Iterable[tuple[set[int], float]]:
    scorer = OSA.normalized_similarity
    scored = process.extract(said, forms.keys(), scorer=scorer, limit=None, score_cutoff=NEAR_SCORE / 100)
    return [(forms[form], score * 100) for form, score, _ in scored]


def _names(region: Region) -> list[str]:
    return [region.name, region.short_name, *region.aliases]


def _full_names(region: Region) -> list[str]:
    return [region.name]


def _other_names(region: Region) -> list[str]:
    return [region.short_name, *region.aliases]


def _spellings(region: Region) -> list[str]:
    return region.spellings


def _pinyin(region: Region) -> list[str]:
    """Return the spellings that are syllables and no initials, the full name's first."""
    return [spelling for spelling in region.spellings if len(spelling) > len(region.name)]
