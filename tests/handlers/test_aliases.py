"""/alias: what the office calls its counties besides their names, and what cannot be an alias."""

from datetime import timedelta
from pathlib import Path

import pytest

from db.queries import regions
from handlers.importing import import_file
from rehearsal.cast import CITY
from services.chain import broken_links
from tests.conftest import NOW
from tests.handlers.dialogue import STRANGER, Town


def aliases(town: Town, county: str) -> list[str]:
    with town.store.reading() as session:
        return next(region.aliases for region in regions(session) if region.name == county)


def test_an_alias_of_the_office_names_the_county_at_once_and_until_it_is_taken_away(town: Town) -> None:
    town.play(
        [
            ("姜启林", "私聊", "/alias", "还没有别名", "别名 澜东区"),
            ("姜启林", "私聊", "/status 老城", "没有找到"),
            ("姜启林", "私聊", "/alias 澜东区 老城 东城", "已登记", "澜东区的别名：老城、东城"),
            ("任景斌", "私聊", "/status 老城", "澜东区", "!没有找到"),
            ("苗宏宁", "私聊", "别名 澜东", "!已登记", "澜东区的别名：老城、东城"),
            ("苗宏宁", "私聊", "/alias", "澜东区的别名：老城、东城"),
            ("苗宏宁", "私聊", "/alias 澜东区 -老城", "已登记", "澜东区的别名：东城"),
            ("任景斌", "私聊", "/status 老城", "没有找到"),
            ("任景斌", "私聊", "/status 东城", "澜东区", "!没有找到"),
            ("苗宏宁", "私聊", "/alias 澜东区 -东城 新东", "已登记", "澜东区的别名：新东"),
            ("苗宏宁", "私聊", "/alias 澜东区 -新东", "已登记", "澜东区没有别名"),
        ]
    )
    assert aliases(town, "澜东区") == []


def test_every_change_of_aliases_is_a_link_of_the_chain_and_no_change_is_none(town: Town) -> None:
    before = len(town.events())
    town.told("姜启林", "/alias 澜东区 老城")
    town.told("姜启林", "/alias 澜东区 老城")
    town.told("姜启林", "/alias 澜东区 澜东")
    town.told("姜启林", "/alias 澜东区 -无名")
    (event,) = town.events()[before:]
    assert event.kind == "aliases"
    assert event.subject == "region:990102"
    assert (event.before, event.after) == ({"aliases": []}, {"aliases": ["老城"]})
    assert event.person_id is not None
    with town.store.reading() as session:
        assert broken_links(session) == []


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("澜西", "已经指澜西区"),
        ("澜西区", "已经指澜西区"),
        ("lanxiqu", "已经指澜西区"),
        ("青澜", "已经指青澜市"),
        ("全市", "已经指青澜市"),
        ("古镇", "已经指鹿溪市"),
        ("进度", "不能作别名"),
        ("督察", "不能作别名"),
        ("东", "不能作别名"),
        ("30亩", "不能作别名"),
        ("某" * 21, "不能作别名"),
    ],
)
def test_an_alias_that_means_something_else_is_refused_and_nothing_of_the_message_is_written(
    town: Town, word: str, why: str
) -> None:
    town.told("姜启林", "/alias 鹿溪市 古镇")
    before = town.contents()
    said = town.told("姜启林", f"/alias 澜东区 老城 {word}")
    assert why in said.text
    assert town.changed_tables(before) == set()


def test_initials_of_two_counties_may_be_given_to_one(town: Town) -> None:
    town.play(
        [
            ("姜启林", "私聊", "/status ld", "没有找到"),
            ("姜启林", "私聊", "/alias 澜东区 ld", "澜东区的别名：ld"),
            ("姜启林", "私聊", "/status ld", "澜东区", "!没有找到"),
        ]
    )


def test_a_county_that_is_nearly_named_is_asked_about_with_all_else_that_was_said(town: Town) -> None:
    before = town.contents()
    said = town.told("姜启林", "/alias 澜冬区 老城")
    assert said.commands[0] == "/alias 澜东区 老城"
    assert town.changed_tables(before) == set()
    town.press("姜启林", said, "/alias 澜东区")
    assert aliases(town, "澜东区") == ["老城"]


@pytest.mark.parametrize("who", [STRANGER, "马景民", "李明波", "凤新", "任景斌", "葛正超"])
def test_nobody_but_the_office_changes_or_lists_aliases(town: Town, who: str) -> None:
    town.told("姜启林", "/alias 澜东区 老城")
    before = town.contents()
    for says in ("/alias", "/alias 澜东区", "/alias 澜东区 某城", "/alias 澜东区 -老城", "别名 澜东区 某城"):
        assert "老城" not in town.told(who, says).text, says
        assert town.changed_tables(before) == set(), says


def test_an_import_of_counties_keeps_the_aliases_even_where_it_renames_the_county(town: Town, tmp_path: Path) -> None:
    town.told("姜启林", "/alias 澜东区 老城")
    text = (CITY / "county_state.csv").read_text(encoding="utf-8-sig")
    for name in ("澜东区", "澜东新区"):
        file = tmp_path / "county_state.csv"
        file.write_text(text.replace("澜东区", name), encoding="utf-8")
        import_file(town.store, town.office, "counties", file, NOW + timedelta(hours=1), None)
        assert aliases(town, name) == ["老城"]
