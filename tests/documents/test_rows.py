from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.models import Status
from documents.known import Answers
from documents.ledger import BadFile, read_sheets
from documents.workbook import Cell, CellKind, Sheet
from tests.documents.conftest import DUTY, asked, known, only
from text.reasons import Reason


def test_a_merged_county_holds_for_its_rows_and_for_no_other(read_duties):
    reading = read_duties({"县区": "乙市"}, {"县区": None}, {"县区": None}, merge=("B2:B3",))
    assert [one.duty.county for one in reading.rows] == ["乙市", "乙市"]
    assert [asked(one) for one in reading.unread] == [[("B4", "", Reason.COUNTY_MISSING)]]


def test_an_area_that_several_duties_share_is_not_counted_for_each(read_duties):
    reading = read_duties({"面积": 100}, {"面积": None}, merge=("D2:D3",))
    assert [asked(one) for one in reading.rows] == [
        [("D2", "100", Reason.AREA_MERGED)],
        [("D3", "100", Reason.AREA_MERGED)],
    ]
    assert [one.duty.area_mu for one in reading.rows] == [None, None]


def test_ditto_repeats_the_last_duty_and_not_a_subtotal_between(read_cells):
    duty = {**DUTY, "编号": "X-2", "问题描述": "同上", "县区": "〃", "完成时限": "同上"}
    reading = read_cells(
        list(DUTY), list(DUTY.values()), ["小计", None, None, 10], [None], list(duty.values())
    )  # fmt: skip
    first, second = reading.rows
    assert (second.duty.title, second.duty.county, second.duty.due_on) == ("占用耕地建厂", "甲县", first.duty.due_on)
    assert second.raw["title"] == "同上"
    assert [(one.row, one.reason) for one in reading.skipped[1:]] == [(3, Reason.ROW_SUBTOTAL), (4, Reason.ROW_BLANK)]


def test_a_row_below_the_notes_is_still_read(read_cells):
    reading = read_cells(list(DUTY), ["备注:以下为新增"], list(DUTY), list(DUTY.values()), ["填表人:"])
    assert [one.row for one in reading.rows] == [4]
    assert [one.reason for one in reading.skipped] == [
        Reason.ROW_HEAD,
        Reason.ROW_NOTE,
        Reason.ROW_HEAD,
        Reason.ROW_NOTE,
    ]


def test_a_row_prepared_with_a_serial_number_is_blank(read_cells):
    reading = read_cells(["序号", *DUTY], [1, *DUTY.values()], [2], [3])
    assert [one.reason for one in reading.skipped] == [Reason.ROW_HEAD, Reason.ROW_BLANK, Reason.ROW_BLANK]


def test_a_row_repeated_exactly_is_imported_once(read_duties):
    reading = read_duties({}, {"编号": "X-1", "问题描述": "占用耕地建厂 "})
    assert [one.row for one in reading.rows] == [2]
    assert [(one.row, one.reason) for one in reading.skipped] == [(1, Reason.ROW_HEAD), (3, Reason.ROW_DUPLICATE)]


@pytest.mark.parametrize("change", [{"面积": 11}, {"面积": "约十亩"}])
def test_rows_of_one_number_that_differ_are_both_kept_out(read_duties, change):
    reading = read_duties({}, {"编号": "Ｘ-1", **change})
    assert reading.rows == ()
    assert [one.row for one in reading.unread] == [2, 3]
    assert reading.unread[0].reason is Reason.DUPLICATE_CONTRADICTS


def test_hidden_rows_and_sheets_are_read_and_noted(read_duties):
    def touch(sheet):
        sheet.row_dimensions[2].hidden = True
        sheet.parent.create_sheet("封面").append(["封面"])
        sheet.sheet_state = "hidden"
        sheet.parent.active = 1

    reading = read_duties({}, touch=touch)
    assert {note.reason for note in reading.rows[0].notes} == {Reason.ROW_HIDDEN, Reason.SHEET_HIDDEN}
    assert [(one.sheet, one.row) for one in reading.skipped] == [("违法用地", 1), ("封面", 0)]


cells = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "甲县",
            "乙",
            "X-1",
            "X-2",
            "同上",
            "小计",
            "合计",
            "备注:",
            "2026年12月底前",
            "整改中",
            "已销号",
            "10",
            "3.5",
            "—",
            "90%",
        ]
    ),
    st.text(max_size=6),
)
kinds = st.sampled_from(CellKind)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rows=st.lists(st.lists(cells, min_size=len(DUTY), max_size=len(DUTY)), max_size=8), kind=kinds)
def test_every_row_ends_in_exactly_one_list(rows, kind):
    if kind in (CellKind.NUMBER, CellKind.DATE):
        kind = CellKind.TEXT
    duties = [list(map(str, DUTY.values())), *rows]
    content = {1: {at: Cell(CellKind.TEXT, name) for at, name in enumerate(DUTY, 1)}}
    for number, row in enumerate(duties, 2):
        content[number] = {at: Cell(kind, text) for at, text in enumerate(row, 1) if text}
    sheet = Sheet(name="违法用地", rows={row: some for row, some in content.items() if some})
    try:
        reading = read_sheets([sheet], known())
    except BadFile:
        pytest.fail("the head is there")
    ends = sorted(one.row for one in (*reading.rows, *reading.unread, *reading.skipped))
    assert ends == list(range(1, sheet.last_row + 1))


SLIM = ("编号", "县区", "面积", "完成时限", "整改状态")
SLIM_SAID = {
    "duty_id", "workstream", "sub_type", "county", "county_code", "area_mu", "due_original", "due_on", "due_kind",
    "status",
}  # fmt: skip


def test_a_row_tells_which_fields_its_sheet_speaks_about(read_cells, read_duties):
    slim = read_cells(list(SLIM), [DUTY[name] for name in SLIM])
    assert slim.rows[0].said == SLIM_SAID
    whole = read_duties({"配合单位": "农业农村局"}).rows[0].said
    assert whole == SLIM_SAID | {
        "title", "farmland_mu", "rectified_area_mu", "rectified_farmland_mu", "issued_on", "persons", "co_units",
    }  # fmt: skip


def test_an_extension_beside_the_deadline_is_spoken_about_where_it_stands(read_duties):
    both = "原定2026年10月31日(延期至2026年12月31日)"
    first, second = read_duties({"完成时限": both}, {}).rows
    assert (first.duty.due_extended is not None, first.said - second.said) == (True, {"due_extended"})


def test_what_the_sheet_has_no_column_for_is_spoken_about_once_it_is_answered(read_cells):
    head = [name for name in DUTY if name != "整改状态"]
    row = [DUTY[name] for name in head]
    (one,) = read_cells(head, row).rows
    assert ("status" in one.said, one.doubts[0].key) == (False, ("X-1", "status", ""))
    answered = only(read_cells(head, row, answers=Answers({one.doubts[0].key: "returned"})))
    assert (answered.duty.status, "status" in answered.said) == (Status.RETURNED, True)


@pytest.mark.parametrize("word", ["无", "暂 无", "同上", "待编", "待补", "暂无编号", "/", "——", "〃"])
def test_a_word_for_no_number_is_no_number(read_duties, word):
    reading = read_duties({"编号": word}, {"编号": word, "问题描述": "挖塘"})
    assert reading.rows == ()
    assert {doubt.reason for doubt in reading.doubts} == {Reason.NUMBER_MISSING}
    assert len(reading.doubts) == 2


def test_a_total_with_a_dash_for_a_number_is_a_total(read_cells):
    reading = read_cells(["序号", *DUTY], [1, *DUTY.values()], ["合计", "/", None, None, 10])
    assert [one.reason for one in reading.skipped] == [Reason.ROW_HEAD, Reason.ROW_TOTAL]


@pytest.mark.parametrize("rows", [[], [["小计", None, None, 10]], [[], ["填表人:"]]])
def test_a_file_with_a_head_and_no_duty_is_refused(read_cells, rows):
    with pytest.raises(BadFile) as refused:
        read_cells(list(DUTY), *rows)
    assert refused.value.reason is Reason.FILE_WITHOUT_DUTIES


ROUNDED, CONVERTED = Reason.AREA_ROUNDED, Reason.AREA_CONVERTED


@pytest.mark.parametrize(
    ("written", "head", "mu", "notes"),
    [
        (12.3333333, "面积", "12.3333", {ROUNDED}),
        ("12.33335", "面积", "12.3334", {ROUNDED}),
        (12.340000000000002, "面积", "12.34", set()),
        (0.1 + 0.2, "面积", "0.3", set()),
        ("6666.67平方米", "面积", "10", {ROUNDED, CONVERTED}),
        ("6667㎡", "面积", "10.0005", {CONVERTED}),
        ("6667.89m²", "面积", "10.0018", {ROUNDED, CONVERTED}),
        ("6667 平米", "面积", "10.0005", {CONVERTED}),
        (6667.89, "面积(平方米)", "10.0018", set()),
        (6667.89, "面积(㎡)", "10.0018", set()),
        (6667.89, "面积(m²)", "10.0018", set()),
        (6667.89, "面积(平米)", "10.0018", set()),
        (0.66678, "面积(万㎡)", "10.0017", set()),
        ("6667.89㎡", "面积(公顷)", "10.0018", {ROUNDED, CONVERTED}),
    ],
)
def test_an_area_finer_than_is_stored_is_rounded_and_says_so_where_its_own_cell_made_it(
    read_cells, written, head, mu, notes
):
    duty = {**DUTY, "耕地面积": 0, "已整改面积": 0, "已整改耕地面积": 0, "面积": written}
    (one,) = read_cells([head if name == "面积" else name for name in duty], list(duty.values())).rows
    assert (one.duty.area_mu, one.doubts) == (Decimal(mu), ())
    assert {note.reason for note in one.notes if note.field == "area_mu"} == notes


@pytest.mark.parametrize("written", [0.00001, "0.01平方米", -3, "1e5x"])
def test_an_area_that_would_round_to_nothing_is_asked_about(read_duties, written):
    assert Reason.AREA_UNREADABLE in {doubt.reason for doubt in read_duties({"面积": written}).doubts}


def test_a_percentage_of_an_area_is_rounded_too(read_duties):
    (one,) = read_duties({"面积": 12.35, "已整改面积": "33.33%"}).rows
    assert (one.duty.rectified_area_mu, one.doubts) == (Decimal("4.1163"), ())
