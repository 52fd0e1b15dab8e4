"""Region names as people write them: exact first, and otherwise the nearest ones to choose from."""

import json
import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from db.models import Region, RegionKind

_SUFFIX = re.compile(r"(?:自治县|林区|特区|新区|县|区|市)$")
_UNIT = re.compile(r"(?:人民政府|县委|区委|市委|政府)$")
_COUNTY_WORD = re.compile(r"(?: county| district| city)$")
WHOLE_CITY = frozenset({"city", "全市", "全部", "all", "市"})
NEAR_SCORE = 30  # out of 100; below it a name is no help


def key(name: str) -> str:
    """Fold what makes no difference: width, spaces, case, 人民政府, County."""
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().lower()
    folded = _COUNTY_WORD.sub("", folded).replace(" ", "")
    return _UNIT.sub("", folded) or folded


def short_name(name: str) -> str:
    """Return the name without 县, 区, 市; a name that would be one character long keeps it."""
    short = _SUFFIX.sub("", name)
    return short if len(short) >= 2 else name


def spellings(name: str) -> list[str]:
    """Return how the name is typed in Latin letters: beishanxian, beishan, bsx, bs."""
    from pypinyin import lazy_pinyin  # 55 MB and 0.3 s: only when regions are loaded

    found = []
    for form in (name, short_name(name)):
        syllables = lazy_pinyin(form)
        found += ["".join(syllables), "".join(syllable[0] for syllable in syllables)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=2)
def gazetteer(rows: tuple[Any, ...]) -> "Gazetteer":
    """Return the gazetteer of ``db.queries.region_rows``, built anew only when the rows are others."""
    return Gazetteer([_region(row) for row in rows])


def _region(row: Any) -> Region:
    stored = row._asdict()
    lists = {name: json.loads(stored[name]) for name in ("aliases", "spellings")}
    return Region(**stored | lists)


class Gazetteer:
    """The regions of an office by every key that names exactly one of them."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self.regions = regions
        self.city = next((region for region in regions if region.kind == RegionKind.CITY), None)
        self.counties = [region for region in regions if region.kind == RegionKind.COUNTY]
        self._by_id = {region.id: region for region in regions}

    @cached_property
    def _by_key(self) -> dict[str, Region | None]:
        found: dict[str, Region | None] = {}
        for region in self.regions:
            for form in {key(form) for form in (region.name, region.short_name, *region.aliases, *region.spellings)}:
                # two regions of one spelling: the spelling names neither
                found[form] = None if form in found else region
        return found

    def get(self, region_id: int) -> Region:
        """Return a region by its id."""
        return self._by_id[region_id]

    def exact(self, name: str) -> Region | None:
        """Return the one region of that name, short name, alias or spelling."""
        folded = key(name)
        return self.city if folded in WHOLE_CITY else self._by_key.get(folded)

    def nearest(self, name: str, most: int = 3) -> list[Region]:
        """Return the regions that were perhaps meant, likeliest first."""
        keys = {form: region for form, region in self._by_key.items() if region is not None}
        scored = process.extract(key(name), keys.keys(), scorer=fuzz.ratio, limit=None, score_cutoff=NEAR_SCORE)
        found = dict.fromkeys(keys[form].id for form, _score, _index in scored)
        return [self._by_id[region_id] for region_id in found][:most]

    def below(self, region: Region) -> list[Region]:
        """Return the counties that a region covers: itself, or all of the city's."""
        return self.counties if region.kind == RegionKind.CITY else [region]
