"""/rank: who leads by results; the order is the oracle's, and a county is told its own place alone."""

import json
import re

import pytest

from rehearsal.cast import CITY
from tests.handlers.dialogue import STRANGER, Said, Town, tells_nothing

EXPECTED = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))
LINE = re.compile(r"^ *(\d+|—) +([\d.]+%|—) +([\d.]+%|—)  (\S+)$", re.MULTILINE)


def table(said: Said) -> list[tuple[str, ...]]:
    return LINE.findall(said.text)


def order(said: Said) -> list[str]:
    return [line[3] for line in table(said)]


def by_oracle(workstream: str | None, rate: str) -> list[str]:
    """The counties by a rate of expected.json; it names them in the order of their codes, which a sort keeps."""
    figures = {name: cells[workstream] for name, cells in EXPECTED["cells"].items()} if workstream else None
    shown = figures or EXPECTED["by_county"]
    return sorted(shown, key=lambda name: -shown[name][rate])


@pytest.mark.parametrize("says", ["/rank 督察 上报", "排名 督察 上报", "/rank inspection reported", "/rank 上报 督察"])
def test_the_reported_order_of_inspection_is_the_oracles(town: Town, says: str) -> None:
    said = town.told("任景斌", says)
    assert order(said) == EXPECTED["ranking_inspection_by_farmland_rate"]
    assert "按上报口径排；按耕地面积" in said.text


@pytest.mark.parametrize(
    ("says", "workstream", "rate", "basis"),
    [
        ("/rank", None, "rate_by_farmland_accepted", "按耕地面积"),
        ("排行", None, "rate_by_farmland_accepted", "按耕地面积"),
        ("晾晒", None, "rate_by_farmland_accepted", "按耕地面积"),
        ("督察排名", "inspection", "rate_by_farmland_accepted", "按耕地面积"),
        ("/rank 耕地", "farmland", "rate_by_farmland_accepted", "按耕地面积"),
        ("/rank 矿山", "mine", "rate_by_area_accepted", "按面积"),
        ("/rank 集约", "intensive_use", "rate_by_area_accepted", "按面积"),
    ],
)
@pytest.mark.parametrize("where", ["私聊", "市群"])
def test_the_headline_order_is_by_what_is_accepted_on_the_workstreams_basis(
    town: Town, where: str, says: str, workstream: str | None, rate: str, basis: str
) -> None:
    said = town.told("姜启林", says, where)
    assert order(said) == by_oracle(workstream, rate)
    assert f"按认定口径排；{basis}" in said.text
    assert "截至11月18日" in said.lines[0]


def test_both_rates_of_every_county_are_the_oracles(town: Town) -> None:
    for _rank, accepted, reported, county in table(town.told("任景斌", "/rank 督察")):
        cell = EXPECTED["cells"][county]["inspection"]
        assert accepted == f"{cell['rate_by_farmland_accepted']:.2f}%", county
        assert reported == f"{cell['rate_by_farmland']:.2f}%", county


def test_ties_share_the_rank_and_the_next_rank_counts_them_all(town: Town) -> None:
    lines = table(town.told("任景斌", "/rank 督察"))
    assert [line[0] for line in lines] == ["1", "2", "3", "4", "5", "6", "7", "8", "8", "8", "8", "8"]
    town.edit(
        "UPDATE duty SET status = 'closed', rectified_farmland_mu = farmland_mu WHERE workstream = 'inspection' "
        "AND region_id IN (SELECT id FROM region WHERE name IN ('梅冈县', '澜东区'))"
    )
    lines = table(town.told("任景斌", "/rank 督察"))
    assert [line[0] for line in lines[:3]] == ["1", "1", "3"]
    assert [line[3] for line in lines[:3]] == ["澜东区", "梅冈县", "澜西区"]


def test_who_has_nothing_to_rectify_stands_last_without_a_rank(town: Town) -> None:
    town.edit(
        "UPDATE duty SET farmland_mu = 0, rectified_farmland_mu = 0 WHERE workstream = 'inspection' "
        "AND region_id IN (SELECT id FROM region WHERE name IN ('澜西区', '枫塘县'))"
    )
    lines = table(town.told("任景斌", "/rank 督察"))
    assert lines[-2:] == [("—", "—", "—", "澜西区"), ("—", "—", "—", "枫塘县")]
    assert lines[0][:1] == ("1",)
    assert "第6/10位" in town.told("马景民", "/rank 督察").text
    town.edit("UPDATE duty SET farmland_mu = 0 WHERE region_id = (SELECT id FROM region WHERE name = '澜东区')")
    assert "不参加排名" in town.told("马景民", "/rank 督察").text


@pytest.mark.parametrize(
    ("who", "where"),
    [("马景民", "私聊"), ("凤新", "私聊"), ("任景斌", "澜东群"), ("戚启", "澜东群"), (STRANGER, "澜东群")],
)
def test_a_county_is_told_its_own_place_and_rates_and_no_other_countys(town: Town, who: str, where: str) -> None:
    said = town.told(who, "/rank 督察", where)
    assert "澜东区 督察问题整改 整改率第8/12位" in said.lines[0]
    assert re.findall(r"[\d.]+%", said.text) == ["28.53%", "0%"]
    assert [county for county in town.counties if county in said.everything] == ["澜东区"]


@pytest.mark.parametrize("says", ["/rank 沙栗县", "/rank 全市", "排名 青澜市 督察", "沙栗县排名"])
@pytest.mark.parametrize("where", ["私聊", "澜东群"])
def test_a_county_does_not_read_the_ranking_of_others(town: Town, says: str, where: str) -> None:
    said = town.told("马景民", says, where)
    assert "%" not in said.text
    assert "位" not in said.text


def test_the_city_may_ask_for_one_countys_place(town: Town) -> None:
    town.play([("任景斌", "私聊", "/rank 澜东区", "第9/12位", "3.93%", "48.11%", "!63.63%")])


def test_buttons_lead_to_the_other_basis_and_to_all_work(town: Town) -> None:
    first = town.told("任景斌", "/rank 督察")
    assert first.commands == ["/rank 青澜市 inspection reported", "/rank 青澜市"]
    reported = town.press("任景斌", first, "/rank 青澜市 inspection reported")
    assert reported.reply.replaces
    assert order(reported) == EXPECTED["ranking_inspection_by_farmland_rate"]
    assert order(town.press("任景斌", reported, "/rank 青澜市 inspection")) == order(first)
    assert reported.commands == ["/rank 青澜市 inspection", "/rank 青澜市"]
    whole = town.told("任景斌", reported.commands[1], replied_to=reported.message_id, pressed=True)
    assert order(whole) == by_oracle(None, "rate_by_farmland_accepted")


def test_a_line_of_the_table_fits_a_phone(town: Town) -> None:
    said = town.told("任景斌", "/rank")
    assert max(len(line) for line in re.findall(r"<pre>(.*)</pre>", said.html, re.DOTALL)[0].splitlines()) <= 24


def test_asking_is_counted_nowhere_and_changes_no_rank(town: Town) -> None:
    before, first = town.contents(), town.told("任景斌", "/rank").text
    for _ in range(3):
        town.told("马景民", "/rank")
        town.told("马景民", "/status")
    assert town.told("任景斌", "/rank").text == first
    assert town.changed_tables(before) == set()


@pytest.mark.parametrize(("who", "where"), [(STRANGER, "私聊"), (STRANGER, "新群"), ("马景民", "新群")])
def test_nobody_learns_a_rank_outside(town: Town, who: str, where: str) -> None:
    tells_nothing(town, town.say(who, "/rank", where))
    tells_nothing(town, town.say(who, "排名 督察", where))
