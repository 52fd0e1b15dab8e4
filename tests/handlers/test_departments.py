"""/status UNIT: what a department leads and co-operates in, reckoned here from the files themselves."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.city_files import OPEN, day, duties, mu
from tests.handlers.dialogue import STRANGER, Town, names_nobody, tells_nothing

TODAY = date(2026, 11, 18)
Rows = list[dict[str, str]]


def led_by(unit: str) -> Rows:
    return [row for row in duties() if row["lead_unit"] == unit]


def helped_by(unit: str) -> Rows:
    return [row for row in duties() if unit in row["co_units"].split("、")]


def overdue(rows: Rows) -> Rows:
    late = [row for row in rows if row["status"] in OPEN and (due := day(row, "due_on")) and due < TODAY]
    return sorted(late, key=lambda row: (row["due_on"], row["duty_id"]))


def counted(rows: Rows) -> str:
    """What is said of some duties, of those alone of which there are any."""
    of = {status: len([row for row in rows if row["status"] in status]) for status in (OPEN, ("closed",))}
    waiting = len([row for row in rows if row["status"] == "awaiting_acceptance"])
    soon = [
        row
        for row in rows
        if row["status"] in OPEN and (due := day(row, "due_on")) and TODAY <= due <= TODAY + timedelta(days=7)
    ]
    said = f"在办{of[OPEN]}，待验收{waiting}，已销号{of[('closed',)]}"
    said += f"；🔴 超期{len(late)}件" if (late := overdue(rows)) else ""
    return said + (f"；7日内到期{len(soon)}件" if soon else "")


def rate(rows: Rows, part: str, whole: str) -> str:
    exact = sum((mu(row, part) for row in rows), Decimal(0)) * 100 / sum(mu(row, whole) for row in rows)
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")


@pytest.mark.parametrize("unit", ["沙栗县自然资源局", "澜东区自然资源局", "鹿溪市自然资源局"])
def test_a_department_is_told_by_what_it_leads(town: Town, unit: str) -> None:
    said = town.told("任景斌", f"进度 {unit}").text
    led = led_by(unit)
    assert said.startswith(f"{unit} 牵头{len(led)}件，配合0件（截至11月18日）\n牵头：{counted(led)}\n")
    mines = [row for row in led if row["workstream"] == "mine"]
    closed = [row | {"accepted": row["rectified_area_mu"] if row["status"] == "closed" else "0"} for row in mines]
    assert f"上报{rate(mines, 'rectified_area_mu', 'area_mu')}% 认定{rate(closed, 'accepted', 'area_mu')}%" in said


@pytest.mark.parametrize("unit", ["澜东区农业农村局", "沙栗县林业局", "云墩县生态环境局"])
def test_a_department_is_told_by_what_it_helps_with(town: Town, unit: str) -> None:
    said = town.told("任景斌", f"进度 {unit}")
    helped = helped_by(unit)
    assert said.text.startswith(f"{unit} 牵头0件，配合{len(helped)}件（截至11月18日）\n配合：{counted(helped)}\n")
    assert "整改率" not in said.text
    assert [one for one in said.commands if one.startswith("/duty")] == [
        f"/duty {row['duty_id']}" for row in overdue(helped)[:5]
    ]


def test_a_unit_named_in_a_longer_cell_is_not_its_longer_namesake(town: Town) -> None:
    town.edit("UPDATE duty SET co_units = '林业局、澜东区林业局' WHERE number = 'DC-2026-001'")
    assert town.told("马景民", "进度 林业局").text.startswith("林业局 牵头0件，配合1件")


def test_what_it_leads_is_not_counted_as_help_too(town: Town) -> None:
    unit = "澜东区自然资源局"
    town.edit("UPDATE duty SET co_units = ? WHERE number = 'DC-2026-001'", f"{unit}、澜东区林业局")
    assert f"牵头{len(led_by(unit))}件，配合0件" in town.told("马景民", "进度 自然资源局").text


def test_a_part_of_a_name_is_enough_where_it_names_one_and_else_all_are_offered(town: Town) -> None:
    everywhere = {row["lead_unit"] for row in duties() if row["lead_unit"].endswith("自然资源局")}
    offered = town.told("任景斌", "进度 自然资源局")
    assert "是哪个单位" in offered.text
    assert {command.removeprefix("/status ") for command in offered.commands} == everywhere
    town.play(
        [
            ("任景斌", "私聊", "⏎/status 竹浦县", "竹浦县自然资源局 牵头16件"),
            ("马景民", "私聊", "进度 区自然资源局", "澜东区自然资源局 牵头16件"),
            ("任景斌", "私聊", "进度 竹浦县 自然资源局", "竹浦县自然资源局 牵头16件"),
            ("马景民", "私聊", "澜东区农业农村局进度", "澜东区农业农村局 牵头0件，配合9件"),
            ("马景民", "私聊", "进度 区自然资源局 督察", "澜东区自然资源局 督察问题整改 牵头4件", "!违法用地"),
        ]
    )


def test_a_county_or_a_workstream_goes_before_a_unit_and_a_slip_is_still_a_slip(town: Town) -> None:
    town.play(
        [
            ("任景斌", "私聊", "进度 沙栗县", "沙栗县 整改进度"),
            ("任景斌", "私聊", "进度 督察", "督察问题整改"),
            ("任景斌", "私聊", "进度 桐县", "没有找到“桐县”", "[/status 石桐县"),
            ("任景斌", "私聊", "进度 局", "没有找到“局”"),
        ]
    )


def test_overdue_duties_are_paged_longest_first(town: Town) -> None:
    town.edit("UPDATE duty SET due_on = '2026-11-01' WHERE lead_unit = '沙栗县自然资源局' AND status = 'in_progress'")
    town.play(
        [
            ("戚启", "私聊", "进度 自然资源局", "第1/", "[/status 沙栗县 沙栗县自然资源局 p2"),
            ("戚启", "私聊", "⏎/status 沙栗县 沙栗县自然资源局 p2", "第2/", "[/status 沙栗县 沙栗县自然资源局 p1"),
            ("戚启", "私聊", "进度 自然资源局 p40", "没看懂"),
        ]
    )


def test_nobody_hears_of_another_countys_departments(town: Town) -> None:
    for who, where in (("马景民", "私聊"), ("马景民", "澜东群"), ("任景斌", "澜东群")):
        said = town.told(who, "/status 沙栗县自然资源局", where).text
        assert "牵头" not in said
        assert "DC-" not in said
        assert "牵头" not in town.told(who, "/status 沙栗县 自然资源局", where).text
    names_nobody(town, town.told("姜启林", "/status 沙栗县自然资源局", "市群"))
    tells_nothing(town, town.say(STRANGER, "/status 沙栗县自然资源局"))
