"""Any ledger, written as carelessly as offices do, is read back as it was meant."""

from datetime import date
from decimal import Decimal

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.models import DueKind, Status
from tests.documents.conftest import read

COUNTY_WORDS = {"甲县": ("甲县", " 甲 县 ", "甲", "甲县人民政府"), "乙市": ("乙市", "乙", "乙 市")}
STATUS_WORDS = {
    Status.NOT_STARTED: ("未启动", "尚未启动", " 未整改"),
    Status.IN_PROGRESS: ("整改中", "正在整改", "推进中"),
    Status.AWAITING_ACCEPTANCE: ("待验收", "整改完成,待市级验收", "已完成待核查"),
    Status.RETURNED: ("退回重改", "核查退回"),
}
SINGLE_HEADS = {
    "duty_id": ("编号", "问题 编号", "台账编号"),
    "county": ("县(市、区)", "行政区", "属地", "责任县区"),
    "title": ("问题描述", "整改事项", "主要问题"),
    "issued_on": ("下发日期", "交办时间"),
    "status": ("整改状态", "办理状态"),
    "persons": ("具体责任人", "经办人", "直接责任人"),
    "remark": ("备注",),
}
GROUPS = {
    "area": (("面积", "问题面积", "违法面积"), ("area_mu", ("总面积", "小计")), ("farmland_mu", ("其中耕地", "耕地"))),
    "rectified": (
        ("已整改面积", "已恢复面积"),
        ("rectified_area_mu", ("总面积", "面积")),
        ("rectified_farmland_mu", ("其中耕地", "耕地面积")),
    ),
    "due": (("整改时限", "完成时限"), ("due_original", ("原定", "原定时限")), ("due_extended", ("延期至", "延期后"))),
}
UNITS = {"": 1, "亩": 1, "公顷": 15, "万亩": 10_000}
FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
CHINESE_DIGITS = "〇一二三四五六七八九"


def written_day(day: date, form: int) -> object:
    return (
        day, f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}", f"{day:%Y/%m/%d}",
        f"{day:%Y-%m-%d}", int(f"{day:%Y%m%d}"), f"{day:%Y-%m-%d}".translate(FULL_WIDTH),
        "".join(CHINESE_DIGITS[int(one)] for one in str(day.year)) + f"年{chinese(day.month)}月{chinese(day.day)}日",
    )[form]  # fmt: skip


def chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return {0: "", 1: "十"}.get(tens, f"{CHINESE_DIGITS[tens]}十") + (CHINESE_DIGITS[ones] if ones else "")


def written_area(area: Decimal, form: int, unit: str) -> object:
    """One area in one of the ways in which people write it, in a column whose head names the unit."""
    number = area / UNITS[unit]
    if number == 0:
        return (0, "—", "/", "无", "0", 0)[form % 6]
    plain = format(number.normalize(), "f")
    own = "" if unit else "亩"  # a unit in the cell beats the head's; it is only written where it says the same
    return (float(number), plain, f" {plain} ", f"{plain}{unit or own}", plain.translate(FULL_WIDTH), f"{number:,f}")[
        form % 6
    ]


@st.composite
def books(draw) -> tuple[openpyxl.Workbook, list[dict[str, object]]]:
    """A workbook and the duties that it means."""
    count = draw(st.integers(1, 8))
    unit = draw(st.sampled_from(sorted(UNITS)))
    grains = Decimal("0.15") if unit == "公顷" else Decimal(1) if unit == "万亩" else Decimal("0.01")
    duties = [draw(duty(number, grains)) for number in range(1, count + 1)]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = draw(st.sampled_from(["违法用地", "2-违法用地整改台账", "卫片执法"]))
    row = 1
    for line in draw(st.lists(st.sampled_from(["附件1", "整改台账", "单位:亩"]), unique=True, max_size=3)):
        if line != "单位:亩" or unit in ("", "亩"):
            sheet.cell(row, 1, line)
            row += 1
    columns = head(draw, sheet, row, unit)
    write_rows(draw, sheet, row + 2, columns, duties, unit)
    return book, duties


@st.composite
def duty(draw, number: int, grains: Decimal) -> dict[str, object]:
    farmland, area = sorted(draw(st.tuples(st.integers(0, 5000), st.integers(1, 5000))))
    rectified_farmland, rectified = sorted(draw(st.tuples(st.integers(0, farmland), st.integers(0, area))))
    issued = draw(st.dates(date(2026, 1, 1), date(2026, 6, 30)))
    due = draw(st.dates(date(2026, 7, 1), date(2028, 12, 31)))
    extended = draw(st.none() | st.dates(due, date(2029, 12, 31)))
    return {
        "duty_id": f"WF-2026-{number:03d}", "county": draw(st.sampled_from(sorted(COUNTY_WORDS))),
        "title": draw(st.sampled_from(["占用耕地建厂", "挖塘养殖", "堆放砂石"])), "issued_on": issued,
        "area_mu": area * grains, "farmland_mu": farmland * grains, "rectified_area_mu": rectified * grains,
        "rectified_farmland_mu": rectified_farmland * grains, "due_original": due, "due_extended": extended,
        "status": draw(st.sampled_from(sorted(STATUS_WORDS))), "remark": draw(st.sampled_from(["", "已约谈"])),
        "persons": tuple(draw(st.lists(st.sampled_from(["王志远", "李明", "水立强"]), unique=True, max_size=2))),
    }  # fmt: skip


def head(draw, sheet, row: int, unit: str) -> dict[str, int]:
    """Write a head of two rows in any order of columns; return where each field stands."""
    blocks = draw(st.permutations([*SINGLE_HEADS, *GROUPS]))
    columns: dict[str, int] = {}
    at = 1
    for block in blocks:
        if block in SINGLE_HEADS:
            sheet.cell(row, at, draw(st.sampled_from(SINGLE_HEADS[block])))
            sheet.merge_cells(start_row=row, end_row=row + 1, start_column=at, end_column=at)
            columns[block] = at
            at += 1
            continue
        words, *parts = GROUPS[block]
        named = f"({unit})" if unit and block != "due" else ""
        sheet.cell(row, at, draw(st.sampled_from(words)) + named)
        sheet.merge_cells(start_row=row, end_row=row, start_column=at, end_column=at + len(parts) - 1)
        for field, names in parts:
            sheet.cell(row + 1, at, draw(st.sampled_from(names)))
            columns[field] = at
            at += 1
    return columns


def write_rows(draw, sheet, row: int, columns: dict[str, int], duties: list[dict[str, object]], unit: str) -> None:
    """Write county blocks with the county merged down, and between them what real ledgers have between them."""
    for county in COUNTY_WORDS:
        block = [one for one in duties if one["county"] == county]
        begun = row
        for one in block:
            write_duty(draw, sheet, row, columns, one, unit)
            row += 1
        if len(block) > 1 and draw(st.booleans()):
            for inner in range(begun + 1, row):
                sheet.cell(inner, columns["county"]).value = None
            at = columns["county"]
            sheet.merge_cells(start_row=begun, end_row=row - 1, start_column=at, end_column=at)
        between = draw(st.sampled_from(["", "blank", "小计"]))
        if between == "小计":
            sheet.cell(row, 1, f"小计({county})")
        row += bool(between)
    sheet.cell(row, 1, "合计")
    if columns["area_mu"] > 1:  # else the sum would stand in the label's place
        sheet.cell(row, columns["area_mu"], f"=SUM(A1:A{row - 1})")
    sheet.cell(row + 1, 1, "备注:本表由县区填报")
    sheet.cell(row + 2, 1, "填表人:张三")


def write_duty(draw, sheet, row: int, columns: dict[str, int], one: dict[str, object], unit: str) -> None:
    form = draw(st.integers(0, 7))
    words = {
        **{name: written_area(one[name], draw(st.integers(0, 5)), unit) for name in columns if name.endswith("_mu")},
        **{name: written_day(one[name], form) for name in ("issued_on", "due_original")},
        "due_extended": written_day(one["due_extended"], form) if one["due_extended"] else None,
        "county": draw(st.sampled_from(COUNTY_WORDS[one["county"]])),
        "status": draw(st.sampled_from(STATUS_WORDS[one["status"]])),
        "persons": draw(st.sampled_from("、\n,;")).join(one["persons"]) or None,
        "duty_id": one["duty_id"].translate(FULL_WIDTH) if draw(st.booleans()) else one["duty_id"],
        "title": one["title"], "remark": one["remark"] or None,
    }  # fmt: skip
    for name, value in words.items():
        sheet.cell(row, columns[name], value)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(books())
def test_any_ledger_written_carelessly_is_read_as_it_was_meant(tmp_path, made) -> None:
    book, duties = made
    book.save(tmp_path / "messy.xlsx")
    reading = read(tmp_path / "messy.xlsx")
    assert reading.doubts == ()
    found = {row.duty.duty_id: row.duty for row in reading.rows}
    assert sorted(found) == sorted(one["duty_id"] for one in duties)
    for one in duties:
        got = found[one["duty_id"]]
        assert {name: getattr(got, name) for name in one} == one
        assert got.due_kind == DueKind.DATE
        assert got.due_on == (one["due_extended"] or one["due_original"])
