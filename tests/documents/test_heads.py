from datetime import date
from decimal import Decimal

import pytest

from db.models import DueKind
from tests.documents.conftest import DUTY, asked, only, read
from text.reasons import Reason


def test_an_everyday_ledger_is_read(read_duties):
    one = only(read_duties({}))
    assert (one.sheet, one.row, one.duty.workstream, one.duty.sub_type) == (
        "违法用地",
        2,
        "illegal_land",
        "新增非农建设违法用地",
    )
    assert (one.duty.area_mu, one.duty.farmland_mu, one.duty.basic_farmland_mu) == (10, 4, 0)
    assert (one.duty.county, one.duty.county_code, one.duty.persons) == ("甲县", "990001", ("王志远",))
    assert (one.duty.due_on, one.duty.due_kind) == (date(2026, 12, 31), DueKind.DATE)
    assert one.raw["area_mu"] == "10"


def test_columns_are_known_by_their_words_in_any_order(read_cells):
    head, duty = list(DUTY), list(DUTY.values())
    assert only(read_cells(head[::-1], duty[::-1])).duty == only(read_cells(head, duty)).duty


def test_the_group_tells_two_columns_of_one_name_apart(read_cells):
    one = only(
        read_cells(
            ["台账"],
            ["已整改面积", None, "完成期限", "行政区", "台账编号", "问题面积", None, "状态"],
            ["总面积", "其中耕地", None, None, None, "其中耕地", "总面积", None],
            [1, 0.5, "2026年12月底前", "甲", "A1", 2, 4, "未启动"],
            merge=("A2:B2", "F2:G2", "C2:C3", "D2:D3", "E2:E3", "H2:H3"),
        )
    )
    duty = one.duty
    assert (duty.area_mu, duty.farmland_mu) == (4, 2)
    assert (duty.rectified_area_mu, duty.rectified_farmland_mu) == (1, Decimal("0.5"))


def test_farmland_without_a_group_is_not_guessed(read_duties):
    reading = read_duties({"其中耕地": 1})
    assert columns(reading) == [("L1", "其中耕地", Reason.COLUMN_UNCLEAR)]
    assert reading.rows[0].duty.farmland_mu == 4


def test_a_necessary_column_that_stands_twice_is_not_chosen(read_cells):
    reading = read_cells([*DUTY, "编号"], [*DUTY.values(), "Y-1"])
    assert reading.rows == ()
    assert asked(reading.unread[0]) == columns(reading)
    assert columns(reading) == [("A1", "编号", Reason.COLUMN_UNCLEAR), ("L1", "编号 (2)", Reason.COLUMN_UNCLEAR)]


def test_an_unknown_column_is_asked_about_if_anything_stands_in_it(read_duties):
    reading = read_duties({"联系电话": "000", "空列": None})
    assert columns(reading) == [("L1", "联系电话", Reason.COLUMN_UNKNOWN)]
    assert len(reading.rows) == 1


def columns(reading):
    return [(doubt.cell, doubt.raw, doubt.reason) for doubt in reading.columns]


@pytest.mark.parametrize("missing", ["编号", "面积", "完成时限"])
def test_without_a_necessary_column_every_row_needs_a_person(read_cells, missing):
    rest = {name: value for name, value in DUTY.items() if name != missing}
    reading = read_cells(list(rest), list(rest.values()), [*rest.values()])
    assert [(one.row, one.reason) for one in reading.unread] == [(2, Reason.COLUMN_MISSING), (3, Reason.COLUMN_MISSING)]


def test_a_ledger_saved_as_csv_is_read_by_the_same_words(tmp_path):
    lines = [",".join(DUTY), ",".join(str(value) for value in DUTY.values())]
    (tmp_path / "违法用地.csv").write_text("\n".join(lines), encoding="gb18030")
    assert only(read(tmp_path / "违法用地.csv")).duty.area_mu == 10


def test_the_workstream_is_found_in_the_title_where_the_sheet_has_no_name(read_cells):
    title = ["某市自然资源督察办公室违法用地整改台账"]
    assert only(read_cells(title, list(DUTY), list(DUTY.values()), name="Sheet1")).duty.workstream == "illegal_land"


def test_the_workstream_is_found_by_a_column(read_duties):
    assert only(read_duties({"工作": "督察问题整改"}, name="Sheet1")).duty.workstream == "inspection"


def test_the_workstream_is_found_by_a_sub_type_that_only_one_has(read_duties):
    duty = only(read_duties({"任务类型": "闲置土地"}, name="Sheet1")).duty
    assert (duty.workstream, duty.sub_type) == ("intensive_use", "闲置土地")


def test_an_unknown_or_doubtful_workstream_is_asked_about(read_duties):
    assert read_duties({}, name="Sheet1").unread[0].reason is Reason.WORKSTREAM_UNKNOWN
    assert read_duties({}, name="矿山违法用地").unread[0].reason is Reason.WORKSTREAM_UNCLEAR


def test_an_unknown_sub_type_is_asked_about(read_duties):
    for change in ({"任务类型": "其他"}, {}):
        (one,) = read_duties(change, name="耕地恢复").rows
        assert [(doubt.reason, doubt.likely) for doubt in one.doubts] == [
            (Reason.SUB_TYPE_UNKNOWN, ("耕地恢复", "退库整改入库"))
        ]


def test_a_unit_is_taken_from_the_cell_then_the_head_then_the_unit_line(read_cells):
    head = ["编号", "县区", "面积(万亩)", "耕地面积", "已整改面积", "已整改耕地面积", "完成时限", "整改状态"]
    row = ["A1", "甲县", 0.01, 2, "15亩", 1, "2026-12-31", "整改中"]
    duty = only(read_cells(["填报单位:某公顷局  单位:公顷"], head, row)).duty
    assert (duty.area_mu, duty.farmland_mu, duty.rectified_area_mu, duty.rectified_farmland_mu) == (100, 30, 15, 15)


def test_two_units_in_the_unit_line_are_not_chosen_between(read_cells):
    reading = read_cells(["单位:亩、公顷"], list(DUTY), list(DUTY.values()))
    assert asked(reading.rows[0])[0] == ("D3", "10", Reason.AREA_UNIT_UNCLEAR)


def test_a_number_format_that_shows_a_unit_or_percent_counts(read_duties):
    def touch(sheet):
        sheet["D2"].number_format = '0.0"公顷"'
        sheet["F2"].number_format = "0%"

    duty = only(read_duties({"面积": 2, "已整改面积": 0.5}, touch=touch)).duty
    assert (duty.area_mu, duty.rectified_area_mu) == (30, 15)


def test_rows_below_another_head_are_not_read_by_the_first_ones_columns(read_cells):
    other = ["编号", "县区", "问题描述", "耕地面积", "面积(亩)", *list(DUTY)[5:]]
    first, second, third = ({**DUTY, "编号": f"X-{number}"}.values() for number in (1, 2, 3))
    reading = read_cells(list(DUTY), list(first), other, list(second), list(DUTY), list(third))
    assert [one.row for one in reading.rows] == [2, 6]
    assert [(one.row, one.number, one.reason) for one in reading.unread] == [(4, "X-2", Reason.HEAD_OTHER)]
    assert [(one.row, one.reason) for one in reading.skipped] == [(row, Reason.ROW_HEAD) for row in (1, 3, 5)]
    assert reading.doubts == ()  # no answer would help


def test_a_fuller_head_further_down_does_not_make_titles_of_the_duties_above(read_cells):
    fuller = ["县区", "编号", *list(DUTY)[2:], "备注", "乡镇"]
    reading = read_cells(list(DUTY), list(DUTY.values()), [], fuller, ["甲县", "X-2", *list(DUTY.values())[2:]])
    assert ([one.row for one in reading.rows], [one.row for one in reading.unread]) == ([2], [5])


@pytest.mark.parametrize(("again", "rows"), [("面积 (亩)", 2), ("总面积", 2), ("面积(公顷)", 1)])
def test_the_same_columns_under_other_words_are_no_other_head_unless_their_unit_is(read_cells, again, rows):
    head = [{"面积": "面积(亩)"}.get(name, name) for name in DUTY]
    other = [{"面积": again}.get(name, name) for name in DUTY]
    reading = read_cells(head, list(DUTY.values()), other, list({**DUTY, "编号": "X-2"}.values()))
    assert len(reading.rows) == rows


def test_a_unit_in_the_head_that_is_not_reckoned_with_is_asked_about(read_cells):
    head = [{"面积": "面积(英亩)"}.get(name, name) for name in DUTY]
    assert [doubt.reason for doubt in read_cells(head, list(DUTY.values())).doubts] == [Reason.AREA_UNIT_UNCLEAR]
