"""/who: who answers for what; names in private, posts alone in groups, a telephone number never."""

import csv
import re

import pytest

from rehearsal.cast import CITY
from tests.handlers.dialogue import STRANGER, Town, names_nobody, tells_nothing

PHONES = [
    row["phone"]
    for row in csv.DictReader((CITY / "officials.csv").read_text(encoding="utf-8-sig").splitlines())
    if row["phone"]
]


@pytest.mark.parametrize(
    "says", ["/who 澜东区", "负责人 澜东区", "澜东区谁负责", "责任人 澜东", "澜东区负责人", "who landong", "/who"]
)
def test_a_countys_officials_are_named_by_workstream_with_post_and_unit(town: Town, says: str) -> None:
    said = town.told("马景民", says)
    town.play([("马景民", "私聊", says, "澜东区", "凤新", "澜东区人民政府", "截至11月18日")])
    blocks = {block.splitlines()[0]: block for block in said.text.split("\n\n")}
    assert "马景民 澜东区自然资源局 局长" in blocks["督察问题整改"]
    assert "李明波 澜东区人民政府 副区长(分管自然资源)" in blocks["督察问题整改"]
    assert "王志远 澜东区自然资源局 执法大队大队长" in blocks["违法用地整改"]
    assert "窦思康" in blocks["耕地保护"]
    assert "曹振然" in blocks["矿山生态修复"]
    assert "严宏敏" in blocks["节约集约用地"]
    assert len(blocks) == 6
    assert len(said.text) < 700


def test_one_workstream_names_only_its_officials(town: Town) -> None:
    town.play([("任景斌", "私聊", "/who 澜东区 耕地", "俞景生", "窦思康", "凤新", "!马景民", "!李明波", "!袁振亮")])


def test_two_of_one_name_are_told_apart_by_county(town: Town) -> None:
    with town.store.reading() as session:
        twins = session.connection().exec_driver_sql("SELECT region_id FROM person WHERE name = '王志远'").fetchall()
    assert len(twins) == 2
    assert town.told("任景斌", "/who 澜东区 违法用地").text.count("王志远") == 1


def test_who_is_on_leave_and_who_stands_in(town: Town) -> None:
    town.play(
        [("任景斌", "私聊", "/who 枫塘县 耕地", "张立军", "休假至11月27日", "现由赵伟生 枫塘县自然资源局 局长代理")]
    )
    town.edit("UPDATE person SET delegate_id = NULL WHERE name = '张立军'")
    town.play([("任景斌", "私聊", "/who 枫塘县 耕地", "张立军", "没有人代理", "!赵伟生")])
    town.edit("UPDATE person SET leave_to = '2026-11-17' WHERE name = '张立军'")
    town.play([("任景斌", "私聊", "/who 枫塘县 耕地", "张立军", "!休假", "!代理")])


def test_who_left_is_named_behind_his_successor(town: Town) -> None:
    shown = ("贺启宁 沙栗县自然资源局 土地利用股股长", "接替苏启健", "10月15日离任")
    for says in ("/who 沙栗县 集约", "/who JY-2026-021"):
        town.play([("任景斌", "私聊", says, *shown)])
        assert town.told("任景斌", says).text.count("贺启宁") == 1
    town.edit("UPDATE person SET post = '办公室主任', workstreams = '[]' WHERE name = '贺启宁'")
    for says in ("/who 沙栗县 集约", "/who JY-2026-021"):
        town.play([("任景斌", "私聊", says, "土地利用股股长（空缺，苏启健，10月15日离任）")])


def test_a_post_left_vacant_is_not_said_where_another_is_in_charge(town: Town) -> None:
    town.edit("UPDATE person SET in_post_to = '2026-11-01' WHERE name = '俞景生'")
    town.edit("""UPDATE person SET workstreams = '["inspection", "farmland"]' WHERE name = '马景民'""")
    town.play([("任景斌", "私聊", "/who 澜东区 耕地", "马景民", "!空缺")])


def test_a_duty_is_answered_for_by_those_whom_the_ledger_names(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "/who DC-2026-004", "DC-2026-004", "马景民 澜东区自然资源局 局长", "李明波", "凤新", "牵头"),
        ("任景斌", "私聊", "DC-2026-004谁负责", "马景民"),
        ("任景斌", "私聊", "/who WF-2026-048", "姜景敏", "水立强"),
        ("任景斌", "私聊", "/who DC-2026-032", "责任人：未落实", "卫伟斌", "褚正健"),
    ])  # fmt: skip


def test_somebody_whom_no_list_of_officials_knows_is_said_to_be_so(town: Town) -> None:
    town.edit(
        "UPDATE dutyofficial SET person_id = NULL, name = '李不明' WHERE level = 'responsible' "
        "AND duty_id = (SELECT id FROM duty WHERE number = 'DC-2026-004')"
    )
    town.play([
        ("任景斌", "私聊", "/who DC-2026-004", "李不明（名册里没有）"),
        ("任景斌", "市群", "/who DC-2026-004", "名册里没有这个人", "!李不明"),
    ])  # fmt: skip


def test_in_reply_to_a_message_about_one_duty_it_is_that_duty(town: Town) -> None:
    about_one = town.reminded("马景民", "DC-2026-004")
    assert "DC-2026-004" in town.told("马景民", "谁负责", replied_to=about_one).text
    assert "耕地保护" in town.told("马景民", "负责人 澜东区", replied_to=about_one).text
    about_two = town.reminded("马景民", "DC-2026-003", "DC-2026-004")
    assert "耕地保护" in town.told("马景民", "谁负责", replied_to=about_two).text


@pytest.mark.parametrize("who", ["任景斌", "马景民", STRANGER])
@pytest.mark.parametrize(
    ("says", "shown"),
    [
        ("/who 澜东区", "执法大队大队长"),
        ("/who", "澜东区自然资源局 局长"),
        ("/who DC-2026-004", "澜东区自然资源局 局长"),
        ("/who 澜东区 耕地", "耕地保护股股长"),
    ],
)
def test_in_a_group_only_unit_and_post_are_said(town: Town, who: str, says: str, shown: str) -> None:
    said = town.told(who, says, "澜东群")
    names_nobody(town, said)
    assert shown in said.text


def test_in_a_group_neither_leave_nor_predecessor_betrays_a_person(town: Town) -> None:
    for says in ("/who 枫塘县", "/who 沙栗县", "/who 沙栗县 集约", "/who JY-2026-021"):
        said = town.told("姜启林", says, "市群")
        names_nobody(town, said)
        assert "休假" not in said.text
        assert "离任" not in said.text
    town.play([("姜启林", "市群", "/who 枫塘县 耕地", "耕地保护股股长（现由枫塘县自然资源局 局长代理）")])


def test_no_telephone_number_is_ever_said(town: Town) -> None:
    for county in town.counties:
        for says in (f"/who {county}", f"/who {county} 督察"):
            said = town.told("任景斌", says).everything
            assert not [phone for phone in PHONES if phone in said]
            assert not re.search(r"\d{4,}-\d{3,}|\d{3}-\d{4}-\d{4}", said)
    assert len(PHONES) > 100


def test_the_city_is_asked_which_county(town: Town) -> None:
    said = town.told("任景斌", "谁负责 督察")
    assert said.text == "督察问题整改：要看哪个县（市、区）的负责人？"
    assert len(said.commands) == 12
    pressed = town.press("任景斌", said, "/who 沙栗县")
    assert pressed.reply.replaces
    assert "戚启" in pressed.text
    assert "奚安涛" not in pressed.text
    assert "/who 沙栗县" in town.told("任景斌", "/who 全市").commands


@pytest.mark.parametrize("says", ["/who 沙栗县", "沙栗县谁负责", "/who DC-2026-028", "/who 全市"])
@pytest.mark.parametrize("where", ["私聊", "澜东群"])
def test_a_county_does_not_learn_who_answers_elsewhere(town: Town, says: str, where: str) -> None:
    said = town.told("马景民", says, where)
    names_nobody(town, said)
    assert said.commands == []
    assert "局长" not in said.text


@pytest.mark.parametrize(("who", "where"), [(STRANGER, "私聊"), (STRANGER, "新群"), ("马景民", "新群")])
def test_a_stranger_and_an_unbound_group_learn_nobody(town: Town, who: str, where: str) -> None:
    for says in ("/who", "/who 澜东区", "/who DC-2026-004", "谁负责"):
        tells_nothing(town, town.say(who, says, where))


def test_an_unknown_number_or_county_is_told_so(town: Town) -> None:
    town.play([
        ("任景斌", "私聊", "/who DC-2099-001", "没有查到编号“DC-2099-001”"),
        ("任景斌", "私聊", "/who 沙粟县", "没有找到", "[/who 沙栗县"),
    ])  # fmt: skip
