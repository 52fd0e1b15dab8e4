"""Names of regions as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Region, RegionKind
from text.regions import Gazetteer, key, short_name, spellings

NAMES = ("青澜市", "澜东区", "澜西区", "沙栗县", "鹿溪市", "石桐县", "枫塘县")


def region(number: int, name: str, **more: object) -> Region:
    return Region(
        id=number,
        code=str(number),
        name=name,
        short_name=short_name(name),
        spellings=spellings(name),
        kind=RegionKind.COUNTY if number else RegionKind.CITY,
        parent_id=0 if number else None,
        **more,
    )


GAZETTEER = Gazetteer([region(n, name) for n, name in enumerate(NAMES)])


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("澜东区", "澜东区"),
        ("澜东", "澜东区"),
        ("澜东区人民政府", "澜东区"),
        ("澜东区政府", "澜东区"),
        (" 澜 东 区 ", "澜东区"),
        ("landongqu", "澜东区"),
        ("LanDong", "澜东区"),
        ("ldq", "澜东区"),
        ("Lan Dong District", "澜东区"),
        ("landong county", "澜东区"),
        ("沙栗县委", "沙栗县"),
        ("沙栗", "沙栗县"),
        ("鹿溪市委", "鹿溪市"),
        ("全市", "青澜市"),
        ("city", "青澜市"),
        ("青澜", "青澜市"),
        ("市", "青澜市"),
        ("ALL", "青澜市"),
        ("ｌｄｑ", "澜东区"),
    ],
)
def test_a_name_is_known_however_it_is_written(said: str, name: str) -> None:
    found = GAZETTEER.exact(said)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("said", ["", "县", "澜", "澜南区", "澜东区澜西区", "东", "xyz"])
def test_what_names_no_region_is_not_guessed(said: str) -> None:
    assert GAZETTEER.exact(said) is None


def test_a_spelling_of_two_regions_names_neither() -> None:
    twins = Gazetteer([region(0, "青澜市"), region(1, "石桐县"), region(2, "十同县")])
    assert twins.exact("shitongxian") is None
    assert twins.exact("stx") is None
    assert twins.exact("石桐县") is twins.regions[1]


def test_three_of_one_spelling_name_nobody_either() -> None:
    triplets = Gazetteer([region(1, "石桐县"), region(2, "十同县"), region(3, "时通县")])
    assert triplets.exact("shitong") is None


def test_an_alias_names_its_region() -> None:
    assert Gazetteer([region(1, "澜东区", aliases=["东区"])]).exact("东区") is not None


@pytest.mark.parametrize(
    ("said", "first"),
    [("澜冬区", "澜东区"), ("沙粟县", "沙栗县"), ("landon", "澜东区"), ("fengtan", "枫塘县"), ("鹿西市", "鹿溪市")],
)
def test_the_nearest_names_come_first(said: str, first: str) -> None:
    found = [region.name for region in GAZETTEER.nearest(said)]
    assert first in found[:2]
    assert len(found) <= 3
    assert len(set(found)) == len(found)


def test_what_is_like_nothing_has_no_neighbours() -> None:
    assert GAZETTEER.nearest("😀😀😀") == []
    assert GAZETTEER.nearest("") == []


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("澜东区", "澜东"),
        ("沙栗县", "沙栗"),
        ("鹿溪市", "鹿溪"),
        ("东区", "东区"),
        ("单县", "单县"),
        ("某某自治县", "某某"),
        ("长阳土家族自治县", "长阳"),
        ("双江拉祜族佤族布朗族傣族自治县", "双江"),
        ("杜尔伯特蒙古族自治县", "杜尔伯特"),
        ("龙胜各族自治县", "龙胜"),
        ("东乡族自治县", "东乡族"),
        ("敖汉旗", "敖汉"),
        ("巴林左旗", "巴林左旗"),
        ("六枝特区", "六枝"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


def test_a_city_covers_its_counties_and_a_county_itself() -> None:
    assert GAZETTEER.city is not None
    assert [r.name for r in GAZETTEER.below(GAZETTEER.city)] == list(NAMES[1:])
    assert GAZETTEER.below(GAZETTEER.counties[0]) == [GAZETTEER.counties[0]]


@given(st.text(max_size=60))
def test_any_text_folds_to_a_key_that_stays_the_same_for_upper_and_lower_case(text: str) -> None:
    assert key(f" {text} ") == key(text)
    assert len(GAZETTEER.nearest(text)) <= 3
    GAZETTEER.exact(text)
