"""Ledgers of offices that nobody has seen: other orders, words, sheets, units and heads than the sample's."""

import random
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from db.models import Status
from documents.ledger import Answers, BadFile
from documents.records import COLUMN
from tests.documents.conftest import DUTY, only, read
from text.reasons import Reason


def book(path, **sheets):
    """Write sheets of rows; a tuple of rows and merged ranges merges those."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        rows, merged = rows if isinstance(rows, tuple) else (rows, ())
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    made.save(path)
    return path


def duty(**changes):
    return list({**DUTY, **changes}.values())


def test_an_attachment_line_a_title_and_a_unit_line_stand_above(tmp_path):
    rows = [["附件1"], ["乙市卫片整改清单"], [None, "填报单位:乙市公顷局", None, "计量单位:公顷"], list(DUTY), duty()]
    one = only(read(book(tmp_path / "a.xlsx", 清单=rows)))
    assert (one.row, one.duty.workstream, one.duty.area_mu) == (5, "illegal_land", 150)
    assert one.notes == ()  # the unit was declared for all


def test_each_sheet_has_its_own_unit_order_and_workstream(tmp_path):
    other = dict(reversed({**DUTY, "编号": "X-2"}.items()))
    path = book(
        tmp_path / "a.xlsx",
        违法用地=[["单位:平方米"], list(DUTY), duty(面积=2000, 耕地面积=0, 已整改面积=1000, 已整改耕地面积=0)],
        闲置土地=[["单位:万亩"], [*other, "任务类型"], [*other.values(), "闲置土地"]],
    )
    first, second = read(path).rows
    assert (first.duty.area_mu, first.duty.rectified_area_mu) == (3, Decimal("1.5"))
    assert (second.duty.area_mu, second.duty.workstream) == (100_000, "intensive_use")


WORDS = [
    {"编号": "台账编号", "县区": "责任县区", "完成时限": "办结期限", "责任人": "直接责任人", "整改状态": "办理进度"},
    {"编号": "督办编号", "县区": "行政区", "完成时限": "要求完成时间", "下发日期": "交办时间", "责任人": "经办人"},
    {"编号": "事项编号 ①", "县区": "管理区名称", "面积": "图斑面积(亩)②", "问题描述": "项目名称"},
]


@pytest.mark.parametrize("words", WORDS)
def test_other_words_over_the_columns_are_understood(tmp_path, words):
    rows = [[words.get(name, name) for name in DUTY], duty()]
    expected = only(read(book(tmp_path / "b.xlsx", 违法用地=[list(DUTY), duty()]))).duty
    assert only(read(book(tmp_path / "a.xlsx", 违法用地=rows))).duty == expected


@pytest.mark.parametrize(
    ("word", "status"),
    [("尚未启动", Status.NOT_STARTED), ("正在办理", Status.IN_PROGRESS), ("核查退回", Status.RETURNED)],
)
def test_other_words_for_a_status_are_understood(tmp_path, word, status):
    assert only(read(book(tmp_path / "a.xlsx", 卫片=[list(DUTY), duty(整改状态=word)]))).duty.status is status


def test_a_guide_and_a_sample_row_are_no_duties(tmp_path):
    head = ["序号", *DUTY]
    path = book(
        tmp_path / "a.xlsx",
        填报说明=[["填报说明:请如实填写"], head, [1, *duty(编号="GUIDE-1")]],
        违法用地=[head, ["示例", *duty(编号="SAMPLE-1")], ["例:", *duty(编号="SAMPLE-2")], [1, *duty()]],
    )
    reading = read(path)
    assert [one.duty.duty_id for one in reading.rows] == ["X-1"]
    assert [(one.sheet, one.row) for one in reading.skipped if one.reason is Reason.ROW_EXAMPLE] == [
        ("填报说明", 0),
        ("违法用地", 2),
        ("违法用地", 3),
    ]


def test_a_row_of_column_numbers_below_the_head_is_part_of_it(tmp_path):
    reading = read(book(tmp_path / "a.xlsx", 违法用地=[list(DUTY), list(range(1, len(DUTY) + 1)), duty()]))
    assert [one.row for one in reading.rows] == [3]
    assert [one.reason for one in reading.skipped] == [Reason.ROW_HEAD, Reason.ROW_HEAD]


DEEP = (
    [
        ["违法用地整改台账"],
        ["基本情况", None, None, None, None, None, None, "整改落实情况", None, None, None, None],
        ["编号", "县区", "描述", "违法用地情况", None, None, "整改时限", "已整改", None, "责任人", None, "整改状态"],
        [None, None, None, "面积", None, None, None, "面积", None, "主要领导", "具体责任人", None],
        [None, None, None, "总面积", "其中", None, None, "总面积", "其中耕地", None, None, None],
        ["X-1", "甲县", "挖塘", 10, 4, 1, "2026-12-31", 5, 2, "张三", "李四", "整改中"],
    ],
    ("A2:G2", "H2:L2", "D3:F3", "H3:I3", "D4:F4", "H4:I4", "J3:K3", "A3:A5", "B3:B5", "C3:C5", "G3:G5", "L3:L5"),
)


def test_a_head_of_four_rows_is_understood_at_every_level(tmp_path):
    rows, merged = DEEP
    rows = [list(row) for row in rows]
    rows[4][4:6] = ["其中耕地", "永久基本农田"]
    one = only(read(book(tmp_path / "a.xlsx", 台账=(rows, merged)))).duty
    assert (one.area_mu, one.farmland_mu, one.basic_farmland_mu) == (10, 4, 1)
    assert (one.rectified_area_mu, one.rectified_farmland_mu) == (5, 2)
    assert (one.principal, one.persons, one.title) == ("张三", ("李四",), "挖塘")


def test_a_word_of_which_stands_alone_belongs_to_what_is_below_it(tmp_path):
    rows = [
        ["编号", "县区", "完成时限", "整改状态", "问题面积", None, "已整改面积", None],
        [None, None, None, None, "总面积", "其中", "总面积", "其中"],
        [None, None, None, None, None, "耕地", None, "耕地"],
        ["X-1", "甲县", "2026-12-31", "整改中", 10, 4, 5, 2],
    ]
    merged = ("E1:F1", "G1:H1", "E2:E3", "G2:G3", "A1:A3", "B1:B3", "C1:C3", "D1:D3")
    one = only(read(book(tmp_path / "a.xlsx", 违法用地=(rows, merged)))).duty
    assert (one.farmland_mu, one.rectified_farmland_mu) == (4, 2)


def test_repeated_heads_under_groups_nobody_knows_are_asked_about_by_their_whole_path(tmp_path):
    """As a provincial export has it: one head under several groups, only the group tells them apart."""
    head = ["编号", "县区", "完成时限", "整改状态", "问题面积", None, "待举证", None, "已整改", None]
    below = [None, None, None, None, "总面积", "耕地面积", "总面积", "耕地面积", "总面积", "耕地面积"]
    row = ["X-1", "甲县", "2026-12-31", "整改中", 10, 4, 1, 1, 5, 2]
    merged = ("E1:F1", "G1:H1", "I1:J1", "A1:A2", "B1:B2", "C1:C2", "D1:D2")
    path = book(tmp_path / "a.xlsx", 违法用地=([head, below, row], merged))
    reading = read(path)
    assert [one.raw for one in reading.columns] == ["待举证/总面积", "待举证/耕地面积"]
    assert (reading.rows[0].duty.area_mu, reading.rows[0].duty.rectified_farmland_mu) == (10, 2)
    unused = Answers({("", COLUMN, one.raw): "" for one in reading.columns})
    assert only(read(path, answers=unused)).duty == reading.rows[0].duty


def test_statistics_are_no_ledger(tmp_path):
    """As a city's four-row table of numbers has it: counties with counts, no duty of its own in any row."""
    rows = [
        ["查处整改情况统计表"],
        ["行政区", "违法宗数", None, "已立案宗数", None, "整改到位率", "备注"],
        [None, "宗数①", "违法用地面积", "未结案", None, None, None],
        [None, None, None, "本月数", "上月数", None, None],
        ["甲县", 3, 20.5, 1, 2, "50%", None],
    ]
    with pytest.raises(BadFile) as refused:
        read(book(tmp_path / "a.xlsx", 统计=(rows, ("B2:C2", "D2:E2", "D3:E3", "A2:A4"))))
    assert refused.value.reason is Reason.FILE_WITHOUT_LEDGER


def test_a_summary_beside_a_ledger_is_not_imported_whatever_its_columns_are(tmp_path):
    summary = [
        ["县区", "工作", "面积", "已整改面积", "完成时限", "状态"],
        ["甲县", "违法用地", 10, 5, "2026-12-31", "整改中"],
    ]
    reading = read(book(tmp_path / "a.xlsx", 汇总=summary, 违法用地=[list(DUTY), duty()]))
    assert [one.sheet for one in reading.rows] == ["违法用地"]
    assert (reading.unread, reading.columns) == ((), ())


@pytest.mark.parametrize(
    ("sheet", "title"), [("甲县", "违法用地台账"), ("违法用地-甲", "台账"), ("违法用地", "甲县违法用地整改台账")]
)
def test_a_ledger_without_a_county_column_tells_it_by_its_name_or_title(tmp_path, sheet, title):
    head = [name for name in DUTY if name != "县区"]
    rows = [[title], head, [DUTY[name] for name in head]]
    assert only(read(book(tmp_path / "a.xlsx", **{sheet: rows}))).duty.county == "甲县"


def test_two_counties_in_a_title_are_not_chosen_between(tmp_path):
    head = [name for name in DUTY if name != "县区"]
    rows = [["甲县、乙市违法用地台账"], head, [DUTY[name] for name in head]]
    (one,) = read(book(tmp_path / "a.xlsx", 违法用地=rows)).doubts
    assert (one.field, one.likely) == ("county", ("甲县", "乙市"))


def test_a_csv_has_no_merged_cells_so_a_group_holds_for_the_columns_beside_it(tmp_path):
    lines = [
        "编号,县区,问题描述,问题面积(亩),,下发日期,整改时限,,已整改面积(亩),,整改状态",
        ",,,总面积,其中耕地,,原定时限,延期至,总面积,其中耕地,",
        "X-1,甲县,挖塘,10,4,2026-03-01,2026-10-31,2026-12-31,5,2,整改中",
    ]
    (tmp_path / "违法用地.csv").write_text("\n".join(lines), encoding="gb18030")
    one = only(read(tmp_path / "违法用地.csv")).duty
    assert (one.area_mu, one.farmland_mu, one.rectified_area_mu, one.rectified_farmland_mu) == (10, 4, 5, 2)
    assert (one.due_on, one.status) == (date(2026, 12, 31), Status.IN_PROGRESS)


def test_sheets_and_rows_in_another_order_are_the_same_duties_and_questions(tmp_path):
    rows = [
        duty(编号=f"X-{n}", 完成时限="2026-11-31" if n % 3 == 0 else "2026-12-31", 县区="丙县" if n == 4 else "乙")
        for n in range(9)
    ]
    rows += [duty(编号=None, 问题描述="无号"), duty(编号="X-1", 面积=99)]
    mixed = random.Random(7).sample(rows, len(rows))
    first = read(book(tmp_path / "a.xlsx", 违法用地=[list(DUTY), *rows[:6]], 卫片执法=[list(DUTY), *rows[6:]]))
    second = read(book(tmp_path / "b.xlsx", 卫片执法=[list(DUTY), *mixed[:5]], 违法用地=[list(DUTY), *mixed[5:]]))
    assert {one.key for one in first.doubts} == {one.key for one in second.doubts}
    assert {one.duty.duty_id: one.duty for one in first.rows} == {one.duty.duty_id: one.duty for one in second.rows}
    assert len(first.doubts) == 7


def test_a_blank_county_below_a_filled_one_may_have_been_merged_where_the_file_cannot_tell(tmp_path):
    rows = [
        list(DUTY),
        *(list(map(str, duty(编号=f"X-{n}", 县区="" if n in (1, 3, 4) else "乙"))) for n in range(1, 5)),
    ]
    (tmp_path / "违法用地.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    reading = read(tmp_path / "违法用地.csv")
    unknown = Reason.FILE_MERGES_UNKNOWN
    assert [doubt.reason for doubt in reading.doubts] == [Reason.COUNTY_MISSING, unknown, unknown]


def areas_below(tmp_path, *lines, name="违法用地", head=None):
    """Read an area of 10 below these lines."""
    path = book(tmp_path / "a.xlsx", **{name: [*([line] for line in lines), head or list(DUTY), duty()]})
    return read(path).rows[0]


@pytest.mark.parametrize(
    ("lines", "mu"),
    [
        (["违法用地整改台账（公顷）"], 150),
        (["违法用地整改台账", "（面积：公顷）"], 150),
        (["违法用地整改台账(单位:公顷、个)"], 150),
        (["违法用地整改台账 面积单位为公顷"], 150),
        (["本表面积单位均为公顷"], 150),
        (["违法用地整改台账（以公顷计）"], 150),
        (["违法用地整改台账", "公顷"], 150),
        (["违法用地整改台账 公顷"], 150),
        (["违法用地整改台账【万亩】"], 100_000),
        (["违法用地整改台账（亩）"], 10),
        (["违法用地整改台账（公顷）", "单位:公顷"], 150),
        (["1.2万亩耕地恢复台账"], 10),
        (["某地15公顷违法用地整改台账(2026年)"], 10),
        (["违法用地整改台账(共1.2万亩)"], 10),
        (["万亩良田整改台账"], 10),
        (["责任单位:乙市公顷局"], 10),
        (["填报单位（公顷局）：乙市"], None),
    ],
)
def test_a_unit_may_be_declared_anywhere_above_the_head(tmp_path, lines, mu):
    one = areas_below(tmp_path, *lines)
    assert one.duty.area_mu == mu
    reasons = {doubt.reason for doubt in one.doubts}
    assert reasons == (set() if mu else {Reason.AREA_UNIT_UNCLEAR})


@pytest.mark.parametrize(
    "lines",
    [
        ["违法用地整改台账（公顷）", "单位:亩"],
        ["违法用地整改台账（公顷、亩）"],
        ["违法用地整改台账（耕地折算公顷数）"],
        ["面积单位:垧"],
        ["违法用地整改台账（英亩）"],
        ["单位:顷"],
    ],
)
def test_units_that_disagree_or_are_not_understood_are_asked_about(tmp_path, lines):
    one = areas_below(tmp_path, *lines)
    assert {doubt.reason for doubt in one.doubts} == {Reason.AREA_UNIT_UNCLEAR}


def test_a_sheets_name_may_declare_the_unit_and_a_columns_head_outweighs_both(tmp_path):
    assert areas_below(tmp_path, "台账", name="违法用地(公顷)").duty.area_mu == 150
    head = [f"{name}(亩)" if name == "面积" else name for name in DUTY]
    one = areas_below(tmp_path, "违法用地台账（公顷）", head=head).duty
    assert (one.area_mu, one.farmland_mu) == (10, 60)
