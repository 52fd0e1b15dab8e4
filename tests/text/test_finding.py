"""Names with slips, by sound, of the wrong kind, and inside sentences: over the sample's twelve counties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Region, RegionKind
from text.regions import SURE_SCORE, Gazetteer, key, short_name, spellings

COUNTIES = (
    *("澜东区", "澜西区", "鹿溪市", "望岭县", "云墩县", "石桐县"),
    *("沙栗县", "竹浦县", "枫塘县", "梅冈县", "柳渡县", "禾泉县"),
)


def region(number: int, name: str, *aliases: str) -> Region:
    return Region(
        id=number,
        code=str(number),
        name=name,
        short_name=short_name(name),
        spellings=spellings(name),
        aliases=list(aliases),
        kind=RegionKind.COUNTY if number else RegionKind.CITY,
    )


SAMPLE = Gazetteer([region(number, name) for number, name in enumerate(("青澜市", *COUNTIES))])
EVERY_NAME = {key(form) for one in SAMPLE.regions for form in (one.name, one.short_name, *one.spellings)} | {"市"}

EXACT = {
    "澜东区": "澜东区|澜东|LanDong|landongqu|ldq|澜 东|Landong District|LAN DONG|澜东区人民政府|青澜市澜东区",
    "澜西区": "lanxi|lxq",
    "鹿溪市": "鹿溪市政府|lxs|luxi city",
    "望岭县": "望岭|wlx|wangling",
    "云墩县": "云墩县委|ydx",
    "石桐县": "shitong county|石桐|stx|st",
    "沙栗县": "沙栗|slx",
    "竹浦县": "zhupuxian|ｚｐｘ",
    "枫塘县": "ftx|Feng Tang",
    "梅冈县": "meigang|mg",
    "柳渡县": "liuduxian|ldx",
    "禾泉县": "禾泉县政府|hqx",
    "青澜市": "全市|青澜|qinglan city",
}
NEARLY = {
    "澜东区": "澜冬区|兰东区|南东区|澜东县|landong区|landogn|ladongqu|langdong",
    "澜西区": "蓝西|lanxxi",
    "鹿溪市": "鹿西市|路溪|鹿溪县",
    "望岭县": "旺岭县|望领|wanglin|wnagling",
    "云墩县": "云敦县|yundon|yndun",
    "石桐县": "石铜县|十同|shitonh|shiton|石洞",
    "沙栗县": "沙利县|沙丽|shalli",
    "竹浦县": "竹铺县|祖浦县|zhpu",
    "枫塘县": "枫糖县|风塘|枫糖|枫塘市|fengtan|fengtagn|Fentang County",
    "梅冈县": "梅刚县|没冈|meigan|meiganf",
    "柳渡县": "柳度县|liuduu",
    "禾泉县": "和泉县|河泉|hequna|hequanxain",
}


def each(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(said, name) for name, all_said in table.items() for said in all_said.split("|")]


ASKED = {
    "ld": {"澜东区", "柳渡县"},
    "lx": {"澜西区", "鹿溪市"},
    "沙粟县": {"沙栗县"},
    "澜南区": {"澜东区", "澜西区"},
    "云县": {"云墩县"},
}
FOREIGN = ("上海", "北京市", "朝阳区", "zzz", "xyz", "is", "", "县", "市区", "😀", "进度", "督察", "DC-2026-004")


@pytest.mark.parametrize(("said", "name"), each(EXACT))
def test_what_is_a_name_is_exact(said: str, name: str) -> None:
    match = SAMPLE.find(said)
    assert match is not None
    assert match.exact
    assert match.region is not None
    assert match.region.name == name
    assert match.region is SAMPLE.exact(said)
    assert match.likely == (match.region,)


@pytest.mark.parametrize(("said", "name"), each(NEARLY))
def test_what_is_nearly_a_name_is_found_and_is_not_exact(said: str, name: str) -> None:
    match = SAMPLE.find(said)
    assert match is not None
    assert match.region is not None
    assert match.region.name == name
    assert not match.exact
    assert SURE_SCORE <= match.score < 100
    assert match.likely[0] is match.region
    assert SAMPLE.exact(said) is None


@pytest.mark.parametrize(("said", "likely"), ASKED.items())
def test_what_may_be_several_or_is_too_far_off_is_asked(said: str, likely: set[str]) -> None:
    match = SAMPLE.find(said)
    assert match is not None
    assert match.region is None
    assert not match.exact
    assert likely <= {one.name for one in match.likely}


@pytest.mark.parametrize("said", FOREIGN)
def test_what_is_no_name_is_taken_for_none(said: str) -> None:
    match = SAMPLE.find(said)
    assert match is None or match.region is None


def test_two_regions_as_near_are_both_asked_about() -> None:
    twins = Gazetteer([region(1, "石桐县"), region(2, "石彤县")])
    match = twins.find("石铜县")
    assert match is not None
    assert match.region is None
    assert {one.name for one in match.likely} == {"石桐县", "石彤县"}


def test_an_alias_goes_before_a_spelling_and_a_full_name_before_an_alias() -> None:
    office = Gazetteer([region(1, "北山县", "bs"), region(2, "白沙县"), region(3, "东区县"), region(4, "东区")])
    assert office.exact("bs") is office.regions[0]
    assert office.exact("东区") is office.regions[3]


@given(st.text(st.sampled_from("澜东西鹿溪望岭石桐县区市青蓝兰路溪 landogxiqust"), max_size=8))
def test_only_a_name_is_ever_exact(said: str) -> None:
    match = SAMPLE.find(said)
    within_the_city = key(said).removeprefix("青澜市").removeprefix("青澜")
    if match is not None and match.exact:
        assert {key(said), within_the_city} & EVERY_NAME
    else:
        assert SAMPLE.exact(said) is None
        assert match is None or match.likely


@given(st.sampled_from(COUNTIES), st.integers(0, 2), st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5))
def test_a_name_with_another_character_is_never_exact(name: str, place: int, other: str) -> None:
    slip = name[:place] + other + name[place + 1 :]
    match = SAMPLE.find(slip)
    assert match is None or match.exact == (slip in EVERY_NAME)


SENTENCES = {
    "澜东怎么样了": [("澜东", "澜东区")],
    "枫塘和梅冈哪个快": [("枫塘", "枫塘县"), ("梅冈", "梅冈县")],
    "how is Landong doing": [("Landong", "澜东区")],
    "Landong's figures, please": [("Landong", "澜东区")],
    "青澜市澜东区政府的事项": [("青澜市澜东区政府", "澜东区")],
    "青澜和鹿溪": [("青澜", "青澜市"), ("鹿溪", "鹿溪市")],
    "全市超期": [("全市", "青澜市")],
    "沙栗县委托的": [("沙栗县", "沙栗县")],
    "枫塘市场": [("枫塘", "枫塘县")],
    "Lan Dong District and meigang": [("Lan Dong District", "澜东区"), ("meigang", "梅冈县")],
    "landong/lanxi": [("landong", "澜东区"), ("lanxi", "澜西区")],
    "ＬＤＱ怎么样": [("ＬＤＱ", "澜东区")],
    "ftx进度": [("ftx", "枫塘县")],
    "澜东区澜西区": [("澜东区", "澜东区"), ("澜西区", "澜西区")],
    # nothing is guessed
    "枫塘市怎么样": [],
    "ld怎么样": [],
    "Wang Ling reports today": [],
    "ftx-2026-003": [],
    "see fengtang.xlsx": [],
    "上海怎么样": [],
    "shitongs": [],
    "": [],
}


@pytest.mark.parametrize(("sentence", "named"), SENTENCES.items())
def test_a_sentence_names_what_stands_in_it(sentence: str, named: list[tuple[str, str]]) -> None:
    places = SAMPLE.in_text(sentence)
    assert [(sentence[one.start : one.end], one.region and one.region.name) for one in places] == named
    assert all(one.match.exact for one in places)


def test_initials_that_are_an_english_word_name_nobody_in_a_sentence_but_do_alone() -> None:
    office = Gazetteer([region(1, "蒙恩县")])
    assert office.in_text("tell me more") == []
    assert office.exact("me") is office.regions[0]
    assert [one.region for one in office.in_text("tell mex more")] == list(office.regions)


def test_an_alias_stands_in_a_sentence_like_a_name() -> None:
    office = Gazetteer([region(1, "澜东区", "老城"), region(2, "老城厢县")])
    assert [one.region and one.region.name for one in office.in_text("老城快，老城厢慢")] == ["澜东区", "老城厢县"]


@pytest.mark.parametrize(
    ("sentence", "piece", "name"),
    [
        ("请问澜冬区怎么样", "澜冬区", "澜东区"),
        ("枫塘市怎么样", "枫塘市", "枫塘县"),
        ("how is Landon County", "Landon County", "澜东区"),
        ("澜东区和沙利县", "沙利县", "沙栗县"),
    ],
)
def test_what_looks_like_a_name_in_a_sentence_is_offered(sentence: str, piece: str, name: str) -> None:
    (place,) = SAMPLE.near_in_text(sentence)
    assert sentence[place.start : place.end] == piece
    assert place.region is not None
    assert place.region.name == name
    assert not place.match.exact


@pytest.mark.parametrize(
    "sentence", ["全县怎么样", "澜东区的进度", "各县区都要", "which county is slowest", "landing", ""]
)
def test_where_nothing_looks_like_a_name_nothing_is_offered(sentence: str) -> None:
    assert SAMPLE.near_in_text(sentence) == []


@given(st.text(st.sampled_from("澜东县市沙栗 Landong county/-.'ＬＤ全İ"), max_size=30))
def test_places_lie_in_order_within_any_sentence_and_say_what_they_cover(sentence: str) -> None:
    end = 0
    for place in SAMPLE.in_text(sentence):
        assert end <= place.start < place.end <= len(sentence)
        end = place.end
        assert SAMPLE.exact(sentence[place.start : place.end]) is place.region
    assert not any(place.match.exact for place in SAMPLE.near_in_text(sentence))
