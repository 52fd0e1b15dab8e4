"""The counties of China, each in an office of its own city's: how many names are understood, and none wrongly.

``pytest -s`` prints the rates and the microseconds of a look-up.
"""

import csv
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db.models import Region, RegionKind
from text.regions import Gazetteer, key, short_name, spellings
from text.regions.syllables import syllable

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COMMON = [bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
Say = Callable[[Region, random.Random], str]


@pytest.fixture(scope="module")
def counties() -> list[Region]:
    with Path(__file__).with_name("real_counties.csv").open(encoding="utf-8") as file:
        return [
            Region(
                id=number,
                code=row["code"],
                name=row["county"],
                short_name=short_name(row["county"]),
                spellings=spellings(row["county"]),
                kind=RegionKind.COUNTY,
            )
            for number, row in enumerate(csv.DictReader(file), start=1)
        ]


@pytest.fixture(scope="module")
def offices(counties: list[Region]) -> list[Gazetteer]:
    by_city = defaultdict(list)
    for county in counties:
        by_city[county.code[:4]].append(county)
    return [Gazetteer(of_city) for of_city in by_city.values()]


def pinyin(county: Region) -> str:
    return county.spellings[0]


def short_pinyin(county: Region) -> str:
    return next(spelt for spelt in reversed(county.spellings) if len(spelt) > len(county.name))


def dropped(county: Region, chance: random.Random) -> str:
    place = chance.randrange(len(pinyin(county)))
    return pinyin(county)[:place] + pinyin(county)[place + 1 :]


def swapped(county: Region, chance: random.Random) -> str:
    place = chance.randrange(len(pinyin(county)) - 1)
    first, second = pinyin(county)[place : place + 2]
    return pinyin(county)[:place] + second + first + pinyin(county)[place + 2 :]


def mistyped(county: Region, chance: random.Random) -> str:
    place = chance.randrange(len(pinyin(county)))
    return pinyin(county)[:place] + chance.choice(LETTERS) + pinyin(county)[place + 1 :]


def homophone(name: str, chance: random.Random) -> str:
    """One character for another of the same sound, as an input method offers it."""
    places = [place for place in range(len(name)) if len(SOUNDING[syllable(name[place])]) > 1]
    if not places:
        return name
    place = chance.choice(places)
    others = [one for one in SOUNDING[syllable(name[place])] if one != name[place]]
    return name[:place] + chance.choice(others) + name[place + 1 :]


def other_kind(county: Region, _chance: random.Random) -> str:
    return county.short_name + ("县" if county.name.endswith("市") else "市")


SOUNDING: dict[str, list[str]] = defaultdict(list)
for character in filter(None, COMMON):
    SOUNDING[syllable(character)].append(character)

# how a county may be said, and which part of the counties must be understood at once
WAYS: dict[str, tuple[Say, float]] = {
    "full name": (lambda county, _: county.name, 1),
    "short name": (lambda county, _: county.short_name, 0.97),
    "full pinyin": (lambda county, _: pinyin(county), 0.99),
    "short pinyin": (lambda county, _: short_pinyin(county), 0.99),
    "County": (lambda county, _: f"{short_pinyin(county)} County", 0.99),
    "initials": (lambda county, _: county.spellings[1], 0.97),
    "letter dropped": (dropped, 0.98),
    "letters swapped": (swapped, 0.98),
    "letter mistyped": (mistyped, 0.98),
    "homophone": (lambda county, chance: homophone(county.name, chance), 0.96),
    "homophone, short": (lambda county, chance: homophone(county.short_name, chance), 0.98),
    "another kind": (other_kind, 0.98),
}


def outcomes(offices: list[Gazetteer], say: Say) -> Iterator[str]:
    chance = random.Random(20261118)
    for office in offices:
        for county in office.counties:
            said = say(county, chance)
            match = office.find(said)
            if match is None or match.region is None:
                yield "asks"
            elif match.region is county:
                assert not match.exact or key(said) in names(county), said
                yield "right"
            else:
                assert not match.exact or key(said) in names(match.region), said
                yield "names another" if match.exact else "wrong"


def names(region: Region) -> set[str]:
    return {key(name) for name in (region.name, region.short_name, *region.spellings)}


@pytest.mark.parametrize("way", WAYS)
def test_real_counties_are_understood_within_their_city_and_none_exactly_that_is_not_named(
    offices: list[Gazetteer], way: str
) -> None:
    say, at_least = WAYS[way]
    counted = Counter(outcomes(offices, say))
    total = counted.total()
    print(f"\n{way:18}", {outcome: f"{number / total:.1%}" for outcome, number in counted.items()})
    assert total >= 2_800
    assert counted["right"] / total >= at_least
    assert counted["wrong"] / total <= 0.001


def test_in_one_office_of_all_a_short_name_is_exact_or_is_that_of_several(counties: list[Region]) -> None:
    everywhere = Gazetteer(counties)
    bearers = Counter(name for county in counties for name in {county.name, county.short_name})
    for county in counties:
        match = everywhere.find(county.short_name)
        assert match is not None
        assert county in match.likely or len(match.likely) > 1
        if bearers[county.short_name] == 1:
            assert match.exact
            assert match.region is county
    alone = sum(bearers[county.short_name] == 1 for county in counties)
    print(f"\nshort names that one county alone has: {alone / len(counties):.1%}, all exact")


def test_what_a_look_up_costs_is_printed(offices: list[Gazetteer], counties: list[Region]) -> None:
    chance = random.Random(1)
    for size, some in (("a city's", offices), ("all", [Gazetteer(counties)])):
        for way in ("full name", "letter dropped", "homophone"):
            asked = [(office, WAYS[way][0](one, chance)) for office in some for one in office.counties[:300]]
            for office, said in asked:
                office.find(said)  # the tables are made with the first question
            begun = time.perf_counter()
            for office, said in asked:
                office.find(said)
            print(f"\n{size} counties, {way}: {(time.perf_counter() - begun) / len(asked) * 1e6:.1f} µs", end="")
