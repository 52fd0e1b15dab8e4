"""/schedule, /compare and /meeting: the oracle's figures, and nobody is told another county's."""

import json

import pytest

from rehearsal.cast import CITY
from tests.handlers.dialogue import STRANGER, Town, tells_nothing

EXPECTED = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))


def test_a_county_is_told_every_line_of_its_targets_by_lag(town: Town) -> None:
    said = town.told("马景民", "序时").text
    lines = sorted(EXPECTED["schedule"]["澜东区"].items(), key=lambda one: -one[1]["lag_pp"])
    at = [said.index(f"{name.split('/')[1]} 落后{line['lag_pp']:.2f}点") for name, line in lines]
    assert at == sorted(at)
    assert said.count("🔴") == sum(line["light"] == "red" for _name, line in lines)


def test_the_city_is_told_how_many_lights_each_county_has(town: Town) -> None:
    said = town.told("任景斌", "/schedule").text
    for county, lines in EXPECTED["schedule"].items():
        red = sum(line["light"] == "red" for line in lines.values())
        shown = next(line for line in said.splitlines() if line.endswith(county))
        assert (f"🔴{red}" in shown) == bool(red)


def test_the_comparison_is_the_oracles_on_the_same_duties_and_on_all(town: Town) -> None:
    said = town.told("任景斌", "较8月").text
    for one in EXPECTED["comparison_with_august"].values():
        assert f"同一批{one['count_then']}件：" in said
        assert f"，+{one['change_pp_same_duties']:.2f}点" in said
        assert f"，其中新增{one['new_since']}件" in said


@pytest.mark.parametrize("says", ["较上次 10-31 矿山", "/compare 矿山 2026-10-31", "compare 10月31日 矿山"])
def test_an_earlier_day_may_be_named(town: Town, says: str) -> None:
    said = town.told("任景斌", says).text
    then = EXPECTED["checkpoints"]["2026-10-31"]["mine"]
    assert "较10月31日" in said
    assert f"同一批{then['count']}件：{then['rate_by_area']}%" in said


def test_a_meeting_is_kept_by_the_office_alone_and_compared_by_its_name(town: Town) -> None:
    assert "只有市督察办" in town.told("任景斌", "会议 记 11月调度会").text
    assert "已把现在的数据记为：11月调度会" in town.told("苗宏宁", "会议 记 11月调度会").text
    assert "11月调度会" in town.told("苗宏宁", "/meeting").text
    assert "11月调度会" in town.told("任景斌", "/meeting").text
    assert "11月调度会" in town.told("任景斌", "/compare 11月调度会").text


def test_nobody_hears_of_another_county_and_strangers_hear_nothing(town: Town) -> None:
    for command in ("/schedule", "/compare"):
        assert "澜西区" not in town.told("马景民", command).text
        assert "落后" not in town.told("马景民", f"{command} 澜西区").text
        tells_nothing(town, town.say(STRANGER, command))
