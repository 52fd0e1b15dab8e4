"""/stalled and /pace, reckoned here from the files themselves; and nobody is told another county's."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import pytest

from tests.city_files import OPEN, day, duties, mu, open_duties, standing_on
from tests.handlers.dialogue import STRANGER, Town, tells_nothing

TODAY, AUGUST, OCTOBER = date(2026, 11, 18), date(2026, 8, 20), date(2026, 10, 31)
BY_AREA = ("mine", "intensive_use")
COUNTIES = sorted({row["county"] for row in duties()})
WITH_CITY = ("awaiting_acceptance",)
NUMBER = re.compile(r"[A-Z]{2}-2026-\d{3}")
Rows = list[dict[str, str]]


def rose(row: dict[str, str], then: dict[str, str]) -> bool:
    return any(mu(row, name) > mu(then, name) for name in ("rectified_area_mu", "rectified_farmland_mu"))


def stalled(since: date) -> Rows:
    """What stood on that day as it does now, was open, and still is."""
    then = standing_on(since)
    still = [
        row
        for row in open_duties()
        if row["due_on"] and (was := then.get(row["duty_id"])) and was["status"] in OPEN and not rose(row, was)
    ]
    return sorted(still, key=lambda row: (row["due_on"], row["duty_id"]))


def test_what_stood_in_august_as_it_does_now_stalls(town: Town) -> None:
    still = stalled(AUGUST)
    said = town.told("任景斌", "停滞")
    assert len(still) == 20
    assert said.lines[0].startswith("青澜市 停滞20件：4周以上上报面积没有增加（截至11月18日")
    for county, count in Counter(row["county"] for row in still).items():
        assert f"{county}{count}" in said.lines[1]
    assert NUMBER.findall(said.text) == [row["duty_id"] for row in still[:5]]
    assert said.text.count("8月20日以来没有进展（90天）") == 5


def test_a_duty_that_moved_between_august_and_october_stalls_four_weeks_after_october(town: Town) -> None:
    now_in_october = {row["duty_id"] for row in stalled(OCTOBER)}
    assert now_in_october > {row["duty_id"] for row in stalled(AUGUST)}
    town.now = datetime.fromisoformat("2026-11-27T09:00+08:00")
    assert "停滞20件" in town.told("任景斌", "停滞").text
    town.now = datetime.fromisoformat("2026-11-28T09:00+08:00")
    assert f"停滞{len(now_in_october)}件" in town.told("任景斌", "停滞").text


def test_a_report_ends_a_stall_and_a_note_without_progress_does_not(town: Town) -> None:
    town.play(
        [
            ("马景民", "私聊", "停滞", "澜东区 停滞3件", "DC-2026-002", "[/duty DC-2026-002"),
            ("马景民", "私聊", "进展 DC-2026-002 5 3", "5"),
            ("马景民", "私聊", "停滞", "澜东区 停滞2件", "!DC-2026-002"),
            ("马景民", "私聊", "停滞 沙栗县", "您只能查看澜东区"),
            ("马景民", "澜东群", "/stalled 督察", "澜东区 督察问题整改 停滞1件"),
        ]
    )
    town.office = replace(town.office, policy=replace(town.office.policy, stall_weeks=20))
    assert "没有停滞的事项（20周" in town.told("马景民", "停滞").text


def by(row: dict[str, str]) -> str:
    return "area_mu" if row["workstream"] in BY_AREA else "farmland_mu"


def accepted(row: dict[str, str] | None, name: str) -> Decimal:
    return mu(row, name) if row and row["status"] == "closed" else Decimal(0)


def reckoned(rows: Rows, basis: str) -> tuple[Decimal, Decimal, date | None, int]:
    """What is left, what came since August (both in mu), the last deadline of what is open, and how many are left."""
    then, whole = standing_on(AUGUST), by(rows[0])
    part = f"rectified_{whole}"
    left = [row for row in rows if row["status"] in (OPEN if basis == "reported" else (*OPEN, *WITH_CITY))]
    if basis == "reported":
        remains = sum((max(mu(row, whole) - mu(row, part), Decimal(0)) for row in left), Decimal(0))
        came = sum((mu(row, part) - mu(then.get(row["duty_id"], {part: ""}), part) for row in rows), Decimal(0))
    else:
        remains = sum((mu(row, whole) for row in left), Decimal(0))
        came = sum((accepted(row, part) - accepted(then.get(row["duty_id"]), part) for row in rows), Decimal(0))
    ends = [due for row in rows if row["status"] in OPEN and (due := day(row, "due_on"))]
    return remains, came, max(ends, default=None), len(left)


def said_of(rows: Rows, basis: str) -> tuple[str, date | None]:
    """The line on a basis as it should be said, and the finish."""
    left, came, end, count = reckoned(rows, basis)
    word = "上报" if basis == "reported" else "认定"
    if not count:
        return f"{word} 已全部完成", None
    if not left:
        return f"{word} 余0，还有{count}件", None
    week = f"{(came * 7 / 90).quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"
    if came <= 0:
        return f"{word} 余{left.normalize():f}，每周{week} ⛔", None
    finish = TODAY + timedelta(days=int((left * 90 / came).to_integral_value(ROUND_CEILING)))
    shown = f"{f'{finish.year}年' if finish.year != 2026 else ''}{finish.month}月{finish.day}日"
    late = " ⚠️" if end and finish > end else ""
    return f"{word} 余{left.normalize():f}，每周{week} → {shown}{late}", finish


@pytest.mark.parametrize("stream", ["inspection", "illegal_land", "farmland", "mine", "intensive_use"])
def test_each_county_is_told_when_it_will_be_through_with_a_workstream(town: Town, stream: str) -> None:
    said = town.told("任景斌", f"/pace {stream}")
    assert "按8月20日以来90天的进度推算" in said.text
    assert ("按面积；" if stream in BY_AREA else "按耕地面积；") in said.text
    for county in COUNTIES:
        rows = [row for row in duties() if (row["county"], row["workstream"]) == (county, stream)]
        if not rows:
            assert county not in said.text
            continue
        at = next(i for i, line in enumerate(said.lines) if county in line)
        assert said.lines[at + 1 : at + 3] == [said_of(rows, basis)[0] for basis in ("reported", "accepted")]


def test_a_county_is_through_with_its_last_workstream_and_how_many_are_late_is_said(town: Town) -> None:
    said = town.told("任景斌", "预计完成")
    for county in COUNTIES:
        own = [row for row in duties() if row["county"] == county]
        streams = [[row for row in own if row["workstream"] == code] for code in {row["workstream"] for row in own}]
        told = next(line for line in said.lines if county in line)
        parts = re.search("上报(.*) 认定(.*)", told)
        assert parts, told
        for basis, line in zip(("reported", "accepted"), parts.groups(), strict=True):
            lines = [said_of(rows, basis) for rows in streams]
            last = max((finish for _line, finish in lines if finish), default=None)
            assert (f"{last.year}年{last.month}月{last.day}日" in line) if last else ("—" in line)
            for mark in "⚠⛔":
                count = sum(mark in one for one, _finish in lines)
                assert re.findall(rf"{mark}\ufe0f?(\d+)", line) == ([str(count)] if count else [])


def test_the_pace_is_that_of_the_last_weeks_once_the_ledger_is_known_so_long(town: Town) -> None:
    town.now = datetime.fromisoformat("2026-12-31T09:00+08:00")
    assert "按10月31日以来61天的进度推算" in town.told("任景斌", "/pace 督察").text  # November 5th has no figures
    town.now = datetime.fromisoformat("2027-01-20T09:00+08:00")
    assert "按2026年11月25日以来56天的进度推算" in town.told("任景斌", "/pace 督察").text


def test_without_figures_a_week_old_nothing_is_foretold(town: Town) -> None:
    town.edit("DELETE FROM checkpoint")
    town.edit("DELETE FROM snapshot")
    said = town.told("任景斌", "/pace 督察").text
    assert "还没有一周前的数据" in said
    assert "→ 完成日" in said
    assert "每周0" not in said
    assert "⛔" not in said.split("\n", 3)[3]


def test_a_county_hears_of_its_own_workstreams_alone(town: Town) -> None:
    town.play(
        [
            ("马景民", "私聊", "预计完成", "澜东区 预计完成", "督察问题整改", "矿山生态修复（按面积）", "!沙栗县"),
            ("马景民", "澜东群", "/pace 督察", "澜东区 督察问题整改 预计完成", "!沙栗县"),
            ("马景民", "私聊", "/pace 沙栗县", "您只能查看澜东区"),
            ("任景斌", "私聊", "/pace", "[/pace mine"),
            ("任景斌", "私聊", "⏎/pace mine", "矿山生态修复", "[/pace 青澜市"),
        ]
    )
    for command in ("/pace", "/stalled"):
        tells_nothing(town, town.say(STRANGER, command))
