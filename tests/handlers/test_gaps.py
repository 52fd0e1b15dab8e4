"""/gaps: what the ledger lacks, reckoned here from the files themselves, and nobody is told another county's."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.city_files import day, open_duties, rows_of
from tests.handlers.dialogue import STRANGER, Town, names_nobody, tells_nothing

TODAY = date(2026, 11, 18)
A_WEEK_LATER = datetime.fromisoformat("2026-11-25T09:00+08:00")
NUMBER = re.compile(r"[A-Z]{2}-2026-\d{3}")


def lacking_persons() -> list[dict[str, str]]:
    """Open duties whose responsible persons are all unknown in their county, or left with nobody in their post."""
    officials = rows_of("officials.csv")

    def answers(county: str, name: str) -> bool:
        known = [one for one in officials if (one["county"], one["name"]) == (county, name)]
        if len(known) != 1:
            return False
        post = [one for one in officials if all(one[k] == known[0][k] for k in ("county", "level", "unit", "post"))]
        return len([one for one in post if not one["in_post_to"] or day(one, "in_post_to") >= TODAY]) == 1

    return [
        row
        for row in open_duties()
        if not any(answers(row["county"], name) for name in re.split("[、,;]", row["person"]))
    ]


def without_deadline() -> list[dict[str, str]]:
    return [row for row in open_duties() if not row["due_on"] and row["due_kind"] != "long_term"]


def first_line(town: Town, says: str, who: str = "任景斌") -> str:
    return town.told(who, says).lines[0]


def test_the_first_line_says_how_many_lack_what_and_the_next_in_which_counties(town: Town) -> None:
    said = town.told("任景斌", "缺项")
    undated, unnamed = without_deadline(), lacking_persons()
    gaps = {row["duty_id"]: row["county"] for row in undated + unnamed}
    assert said.lines[0].startswith(
        f"青澜市 待完善{len(gaps)}件：缺时限{len(undated)}，缺责任人{len(unnamed)}（截至11月18日"
    )
    assert (len(undated), len(unnamed)) == (2, 1)
    for county, count in Counter(gaps.values()).items():
        assert f"{county}{count}" in said.lines[1]
    assert set(NUMBER.findall(said.text)) == set(gaps)
    assert {f"/duty {number}" for number in gaps} <= set(said.commands)


def test_what_nobody_signed_for_is_listed_after_two_working_days_of_being_known(town: Town) -> None:
    unsigned = [row for row in open_duties() if row["status"] == "not_started"]
    assert "未签收" not in town.told("任景斌", "缺项").text
    town.now = datetime.fromisoformat("2026-11-20T23:00+08:00")  # the ledger came on the 18th, a Wednesday
    assert "未签收" not in town.told("任景斌", "缺项").text
    town.now = datetime.fromisoformat("2026-11-21T09:00+08:00")
    assert f"未签收{len(unsigned)}" in first_line(town, "缺项")
    town.told("马景民", "签收 DC-2026-002")
    assert f"未签收{len(unsigned) - 1}" in first_line(town, "缺项")


def test_an_office_without_that_station_misses_no_signature(town: Town) -> None:
    policy = replace(town.office.policy, stations=("close",))
    town.office, town.now = replace(town.office, policy=policy), A_WEEK_LATER
    assert "未签收" not in town.told("任景斌", "缺项 未签收").text


@pytest.mark.parametrize(("issued", "lacks"), [(30, True), (29, False)])
def test_a_plan_is_missing_thirty_days_after_the_issue(town: Town, issued: int, lacks: bool) -> None:
    issued_on = (TODAY - timedelta(days=issued)).isoformat()
    town.edit("UPDATE duty SET measures = '', issued_on = ? WHERE number = 'DC-2026-001'", issued_on)
    assert ("缺方案1" in first_line(town, "缺项")) == lacks
    assert ("DC-2026-001" in town.told("马景民", "缺项").text) == lacks


def test_who_left_is_a_gap_until_somebody_follows(town: Town) -> None:
    town.edit("UPDATE person SET in_post_to = '2026-11-01' WHERE official_id = 'QL0014'")
    mine = [row["duty_id"] for row in open_duties() if row["person"] == "马景民" and row["county"] == "澜东区"]
    said = town.told("李明波", "缺项")
    assert f"缺责任人{len(mine)}" in said.lines[0]
    assert "缺责任人（已离任，无人接任）" in said.text
    town.edit(
        "UPDATE person SET in_post_to = NULL, level = 'responsible', unit = (SELECT unit FROM person WHERE"
        " official_id = 'QL0014'), post = (SELECT post FROM person WHERE official_id = 'QL0014')"
        " WHERE official_id = 'QL0018'"
    )
    assert "没有缺项" in town.told("李明波", "缺项").text


def test_a_name_that_the_list_of_officials_does_not_know_is_a_gap(town: Town) -> None:
    town.edit(
        "UPDATE dutyofficial SET person_id = NULL WHERE level = 'responsible' AND duty_id ="
        " (SELECT id FROM duty WHERE number = 'DC-2026-001')"
    )
    town.play([("马景民", "私聊", "缺项", "缺责任人1", "DC-2026-001", "（与名册对不上）", "[/duty DC-2026-001")])


def test_pages_are_turned_and_one_gap_is_looked_at_alone(town: Town) -> None:
    town.now = A_WEEK_LATER
    town.play(
        [
            ("姜启林", "私聊", "缺项", "待完善24件", "第1/5页", "[/gaps 青澜市 p2", "[/gaps 青澜市 signature"),
            ("姜启林", "私聊", "⏎/gaps 青澜市 p2", "第2/5页", "[/gaps 青澜市 p3"),
            ("姜启林", "私聊", "⏎/gaps 青澜市 deadline", "DC-2026-029", "DC-2026-052", "!KS-2026-036", "!页"),
            ("姜启林", "私聊", "缺项 全市", "第1/5页"),
            ("姜启林", "私聊", "缺项 p9", "没看懂"),
            ("姜启林", "私聊", "缺项 沙栗县 督察", "沙栗县 督察问题整改 待完善2件"),
        ]
    )
    longest_overdue = min((row for row in open_duties() if row["status"] == "not_started"), key=lambda r: r["due_on"])
    assert NUMBER.findall(town.told("姜启林", "缺项").text)[0] == longest_overdue["duty_id"]


def test_a_county_hears_of_its_own_and_groups_of_no_names(town: Town) -> None:
    town.play(
        [
            ("戚启", "私聊", "缺项", "沙栗县 待完善2件", "!禾泉县"),
            ("马景民", "私聊", "缺项", "澜东区没有缺项"),
            ("马景民", "私聊", "缺项 沙栗县", "您只能查看澜东区"),
            ("戚启", "沙栗群", "缺项", "沙栗县 待完善2件"),
        ]
    )
    names_nobody(town, town.told("姜启林", "/gaps", "市群"))
    tells_nothing(town, town.say(STRANGER, "/gaps"))
