from datetime import date

import pytest

from db.models import DueKind, Status
from documents.answers import Answers, check_answer
from documents.ledger import BadFile, Outcome, read_sheets
from documents.records import COLUMN, ROW, Doubt
from tests.documents.conftest import DUTY, known, only, read
from tests.documents.test_other_offices import book
from text.reasons import Reason

IMPOSSIBLE = {"完成时限": "2026年11月31日"}


def answers(texts):
    return {"answers": Answers(texts)}


def questions(reading):
    return [(doubt.key, doubt.likely) for doubt in reading.doubts]


def test_a_text_stands_for_the_cells_own(read_duties):
    one = only(read_duties(IMPOSSIBLE, **answers({("X-1", "due_original", "2026年11月31日"): "2026-11-30"})))
    assert (one.duty.due_on, one.duty.due_kind) == (date(2026, 11, 30), DueKind.DATE)
    assert one.raw["due_original"] == "2026年11月31日"


def test_right_as_written_leaves_the_interim_value_and_a_note(read_duties):
    one = only(read_duties(IMPOSSIBLE, **answers({("X-1", "due_original", "2026年11月31日"): None})))
    assert (one.duty.due_on, one.duty.due_kind, one.outcome) == (None, DueKind.INVALID, Outcome.WARNED)
    assert Reason.DATE_IMPOSSIBLE in {note.reason for note in one.notes}


def test_an_answer_about_another_text_or_duty_says_nothing(read_duties):
    others = {("X-1", "due_original", "2026年11月32日"): None, ("X-2", "due_original", "2026年11月31日"): None}
    assert [key for key, _ in questions(read_duties(IMPOSSIBLE, **answers(others)))] == [
        ("X-1", "due_original", "2026年11月31日")
    ]


def test_a_doubtful_answer_leaves_the_same_question(read_duties):
    given = {("X-1", "due_original", "2026年11月31日"): "2026年2月30日"}
    assert [key for key, _ in questions(read_duties(IMPOSSIBLE, **answers(given)))] == list(given)


def test_a_word_is_asked_about_once_for_all_rows_and_sheets(read_duties):
    changes = [{"整改状态": "快好了"}, {"整改状态": "快好了"}, {"整改状态": None}]
    reading = read_duties(*changes)
    assert [key for key, _ in questions(reading)] == [("", "status", "快好了"), ("X-3", "status", "")]
    assert {one.duty.status for one in reading.rows} == {Status.NOT_STARTED}
    reading = read_duties(
        *changes, **answers({("", "status", "快好了"): "in_progress", ("X-3", "status", ""): "未启动"})
    )
    assert reading.doubts == ()
    assert [one.duty.status.value for one in reading.rows] == ["in_progress", "in_progress", "not_started"]


def test_a_ditto_is_asked_about_by_what_it_repeats(read_duties):
    reading = read_duties({"县区": "丙县"}, {"县区": "同上"})
    assert [key for key, _ in questions(reading)] == [("", "county", "丙县")]
    reading = read_duties({"县区": "丙县"}, {"县区": "同上"}, **answers({("", "county", "丙县"): "乙市"}))
    assert [one.duty.county for one in reading.rows] == ["乙市", "乙市"]


def test_a_ditto_with_nothing_above_is_never_a_word_of_its_own(read_duties):
    assert [key for key, _ in questions(read_duties({"县区": "同上"}))] == [("X-1", "county", "同上")]


@pytest.mark.parametrize("field", ["duty_id", "county", "status"])
def test_what_has_no_interim_value_cannot_be_right_as_written(read_duties, field):
    change = {"duty_id": {"编号": None}, "county": {"县区": "丙县"}, "status": {"整改状态": "快好了"}}[field]
    (doubt,) = read_duties(change).doubts
    assert not doubt.keepable
    assert read_duties(change, **answers({doubt.key: None})).doubts == (doubt,)


def test_a_row_without_a_number_is_told_by_its_spot_or_its_content_and_never_by_its_place(read_duties):
    spotted = {"编号": None, "图斑编号": "T 7"}
    (doubt,) = read_duties(spotted, {}).doubts
    assert doubt.key == ("spot:T7", "duty_id", "")
    plain = {"编号": None, "问题描述": "挖塘"}
    (first,) = read_duties(plain, {}, {}).doubts
    (moved,) = read_duties({}, {}, plain).doubts
    (other,) = read_duties({**plain, "问题描述": "建房"}, {}, {}).doubts
    assert first.key == moved.key != other.key
    answered = read_duties({}, {}, plain, **answers({first.key: "X-9"}))
    assert {one.duty.duty_id for one in answered.rows} == {"X-1", "X-2", "X-9"}


def test_the_number_of_the_stored_duty_with_the_same_spot_is_taken_and_noted(read_duties):
    change = {"编号": None, "图斑编号": "T7"}
    stored = {"numbers_by_spot": {("甲县", "T7"): "K-7"}}
    one = only(read_duties(change, **stored))
    assert (one.duty.duty_id, [note.reason for note in one.notes]) == ("K-7", [Reason.NUMBER_BY_SPOT])


@pytest.mark.parametrize(
    "rows",
    [
        [{"编号": None, "图斑编号": "T7"}, {"编号": None, "图斑编号": "T7", "面积": 11}],  # whose is it?
        [{"编号": None, "图斑编号": "T7"}, {"编号": "K-7"}],  # taken
        [{"编号": None, "图斑编号": "T7", "县区": "乙市"}],  # another county's
    ],
)
def test_a_spot_that_is_not_surely_the_stored_one_gives_no_number(read_duties, rows):
    reading = read_duties(*rows, numbers_by_spot={("甲县", "T7"): "K-7"})
    assert {doubt.reason for doubt in reading.doubts} == {Reason.NUMBER_MISSING}


@pytest.mark.parametrize(
    ("numbers", "likely"),
    [
        (["KS-2026-024", None, "KS-2026-026"], ("KS-2026-025",)),
        (["KS-2026-026", None, "KS-2026-024"], ("KS-2026-025",)),
        (["A-1", None, "A-3", None, "A-5"], ("A-2", "A-4")),
        (["A-1", None, "A-5"], ()),
        (["A-1", None, "A-3", "A-2"], ()),
        ([None, "A-2"], ()),
    ],
)
def test_a_missing_number_is_likely_the_only_gap(read_duties, numbers, likely):
    rows = [{"编号": number, "问题描述": f"问题{place}"} for place, number in enumerate(numbers)]
    found = [one for doubt in read_duties(*rows).doubts for one in doubt.likely]
    assert tuple(found) == likely


def test_rows_that_contradict_each_other_wait_until_one_is_said_to_count(read_duties):
    rows = ({}, {"编号": "X-1", "面积": 11})
    first, second = read_duties(*rows).doubts
    assert (first.field, first.raw, second.raw, first.number) == (ROW, "10", "11", "X-1")
    reading = read_duties(*rows, **answers({second.key: None}))
    assert (reading.doubts, [one.duty.area_mu for one in reading.rows]) == ((), [11])
    assert [one.reason for one in reading.skipped] == [Reason.ROW_HEAD, Reason.ROW_OVERRULED]
    swapped = read_duties({"面积": 11}, {"编号": "X-1"}, **answers({second.key: None}))
    assert [one.duty.area_mu for one in swapped.rows] == [11]
    assert len(read_duties(*rows, **answers({first.key: None, second.key: None})).unread) == 2


def test_an_unknown_column_is_used_as_answered(read_cells):
    head = [{"面积": "规模"}.get(name, name) for name in DUTY]
    reading = read_cells(head, list(DUTY.values()))
    assert (reading.rows, [doubt.key for doubt in reading.columns]) == ((), [("", COLUMN, "规模")])
    assert reading.columns[0].likely[0] == "area_mu"
    assert [one.key for one in reading.doubts] == [("", COLUMN, "规模")]
    assert only(read_cells(head, list(DUTY.values()), **answers({("", COLUMN, "规模"): "area_mu"}))).duty.area_mu == 10


def test_a_column_that_is_not_used_is_not_asked_about_again(read_duties):
    assert read_duties({"联系电话": "000"}, **answers({("", COLUMN, "联系电话"): ""})).columns == ()


def test_of_two_columns_for_a_field_the_answered_one_counts(read_duties):
    change = {"图斑面积": 12}
    reading = read_duties(change)
    assert {doubt.raw for doubt in reading.columns} == {"面积", "图斑面积"}
    assert only(read_duties(change, **answers({("", COLUMN, "图斑面积"): "area_mu"}))).duty.area_mu == 12


def test_an_answer_for_another_file_does_not_push_a_column_aside_in_silence(read_duties):
    reading = read_duties({"规模": 12}, **answers({("", COLUMN, "规模"): "area_mu"}))
    assert {doubt.raw for doubt in reading.columns} == {"面积", "规模"}


def test_a_sheet_without_workstream_or_county_is_asked_once(read_cells):
    head = [name for name in DUTY if name != "县区"]
    rows = [[*(value for name, value in {**DUTY, "编号": f"X-{n}"}.items() if name != "县区")] for n in range(3)]
    title = ["某地工作台账"]
    reading = read_cells(title, head, *rows, name="Sheet1")
    assert [key[:2] for key, _ in questions(reading)] == [("", "workstream"), ("", "county")]
    given = {key: {"workstream": "illegal_land", "county": "乙"}[key[1]] for key, _ in questions(reading)}
    reading = read_cells(title, head, *rows, name="Sheet1", **answers(given))
    assert {(one.duty.workstream, one.duty.county) for one in reading.rows} == {("illegal_land", "乙市")}
    assert reading.doubts == ()


def doubt(field, reason=Reason.VALUE_BAD):
    return Doubt(sheet="", cell="A1", field=field, raw="", reason=reason)


@pytest.mark.parametrize(
    ("field", "typed", "answer"),
    [
        ("due_original", "2026年11月30日", "2026-11-30"),
        ("due_original", "2026年11月31日", Reason.DATE_IMPOSSIBLE),
        ("due_original", "快了", Reason.DATE_UNREADABLE),
        ("due_original", "长期坚持", "长期坚持"),
        ("due_extended", "长期坚持", Reason.DATE_UNREADABLE),
        ("issued_on", "2026.3.1", "2026-03-01"),
        ("issued_on", "2026年3月", Reason.DATE_UNREADABLE),
        ("closed_on", "", Reason.DATE_MISSING),
        ("closed_on", "无", "无"),
        ("county", " 甲 ", "甲县"),
        ("county", "丙县", Reason.COUNTY_UNKNOWN),
        ("status", "正在整改", "in_progress"),
        ("status", "完成", Reason.STATUS_UNKNOWN),
        ("workstream", "矿山", "mine"),
        ("workstream", "其他", Reason.WORKSTREAM_UNKNOWN),
        ("sub_type", "闲置土地", "闲置土地"),
        ("sub_type", "其他", Reason.SUB_TYPE_UNKNOWN),
        ("area_mu", "12.5", "12.5"),
        ("area_mu", "十亩", Reason.AREA_UNREADABLE),
        ("area_mu", "", Reason.AREA_MISSING),
        ("area_mu", "50%", Reason.AREA_UNREADABLE),
        ("rectified_area_mu", "50%", "50%"),
        ("area_mu", "6666.67㎡", "6666.67㎡"),
        ("area_mu", "0.01平方米", Reason.AREA_UNREADABLE),
        ("duty_id", "ＫＳ-1", "KS-1"),
        ("duty_id", "", Reason.NUMBER_MISSING),
        ("duty_id", "待编", Reason.NUMBER_MISSING),
        ("person", "王志远 李明", "王志远、李明"),
        ("person", "王(副)", Reason.PERSON_UNREADABLE),
        (COLUMN, "area_mu", "area_mu"),
        (COLUMN, "总面积(亩)", "area_mu"),
        (COLUMN, "", ""),
        (COLUMN, "due_kind", Reason.COLUMN_UNKNOWN),
        (ROW, "X", Reason.VALUE_BAD),
        ("title", " 挖塘 ", "挖塘"),
    ],
)
def test_a_typed_answer_is_judged_at_once(field, typed, answer):
    assert check_answer(doubt(field), typed, known()) == answer


def test_what_a_blank_area_means_is_asked_once_for_the_whole_column(read_duties):
    blank = [{"已整改面积": None}, {"已整改面积": None}, {}]
    reading = read_duties(*blank)
    assert questions(reading) == [(("", "rectified_area_mu", ""), ("0",))]
    said = read_duties(*blank, **answers({("", "rectified_area_mu", ""): "0"}))
    assert ("", "rectified_area_mu", "") not in [key for key, _ in questions(said)]
    assert [one.duty.rectified_area_mu for one in said.rows][:2] == [0, 0]
    assert said.rows[2].duty.rectified_area_mu != 0
    assert [key for key, _ in questions(read_duties({"面积": None}))] == [("X-1", "area_mu", "")]


def test_a_question_about_the_unit_is_answered_with_one():
    unit = doubt("area_mu", Reason.AREA_UNIT_UNCLEAR)
    assert check_answer(unit, "10", known()) is Reason.AREA_UNIT_UNCLEAR
    assert check_answer(unit, "10公顷", known()) == "10公顷"


def test_every_likely_text_answers_its_question(read_duties):
    rows = [
        IMPOSSIBLE,
        {"完成时限": "2026-02-28"},
        {"整改状态": "完成"},
        {"县区": "丙县"},
        {"编号": None, "问题描述": "挖塘"},
        {},
        {"问题面积数": "1"},
    ]
    facts = {"nearest_counties": lambda _: ["甲县"]}
    reading = read_duties(*rows, **facts)
    offered = [(one, text) for one in reading.doubts for text in one.likely]
    assert {one.field for one, _ in offered} == {"due_original", "status", "county", "duty_id", COLUMN}
    assert all(check_answer(one, text, known(**facts)) == text for one, text in offered)
    assert all(len(one.likely) <= 4 for one in reading.doubts)


def test_nothing_is_read_from_no_sheets():
    with pytest.raises(BadFile):
        read_sheets([], known())


def test_rows_written_alike_in_two_workstreams_are_asked_about_apart(tmp_path):
    sheets = {"违法用地": [list(DUTY), list(DUTY.values())], "卫片(公顷)": [list(DUTY), list(DUTY.values())]}
    sheets["废弃矿山"] = sheets["违法用地"]
    path = book(tmp_path / "a.xlsx", **sheets)
    asked = [one for one in read(path).doubts if one.field == ROW]
    assert [one.raw for one in asked] == list(sheets)
    assert len({one.key for one in asked}) == 3
    for one in asked:
        reading = read(path, **answers({one.key: None}))
        assert [row.sheet for row in reading.rows] == [one.sheet]
        assert ROW not in {doubt.field for doubt in reading.doubts}


def test_rows_that_were_all_said_to_count_are_asked_about_again(read_duties):
    rows = ({}, {"编号": "X-1", "面积": 11})
    asked = read_duties(*rows).doubts
    again = read_duties(*rows, **answers({one.key: None for one in asked}))
    assert (again.doubts, again.rows) == (asked, ())


TWO_DATES = "原定2026年1月31日(延期至2026年2月15日)"  # both before the day of issue


@pytest.mark.parametrize(
    ("change", "field", "worse", "keepable"),
    [
        ({"面积": "十亩"}, "area_mu", "50%", True),
        ({"完成时限": "2026-02-28"}, "due_original", "2026-01-31", True),
        ({"耕地面积": 11}, "farmland_mu", "12", True),
        ({"已整改耕地面积": 6}, "rectified_farmland_mu", "7", True),
        ({"整改状态": "已销号"}, "rectified_area_mu", "6", True),
        ({"销号日期": "2026-05-01"}, "closed_on", "2026-06-01", True),
        ({"完成时限": TWO_DATES}, "due_extended", "2026-02-16", True),
        ({"延期至": "2026-12-01"}, "due_extended", "2026-12-02", True),
        ({"责任人": "王(副)"}, "person", "王(副)", True),
        ({"编号": None}, "duty_id", "待编", False),
        ({"县区": "丙县"}, "county", "丁县", False),
        ({"整改状态": "快好了"}, "status", "差不多", False),
        ({"规模": 3}, COLUMN, "area_mu", False),
    ],
)
def test_an_answer_that_does_not_settle_a_doubt_leaves_it_asked_and_right_as_written_never_does(
    read_duties, change, field, worse, keepable
):
    (asked,) = (one for one in read_duties(change).doubts if one.field == field)
    again = [one for one in read_duties(change, **answers({asked.key: worse})).doubts if one.key == asked.key]
    assert [one.keepable for one in again] == [keepable] == [asked.keepable]
    if keepable:
        assert asked.key not in [one.key for one in read_duties(change, **answers({asked.key: None})).doubts]


def test_an_extension_beside_the_deadline_is_put_right_by_its_answer(read_duties):
    given = {("X-1", "due_extended", ""): "2026-12-31", ("X-1", "due_original", TWO_DATES): None}
    one = only(read_duties({"完成时限": TWO_DATES}, **answers(given))).duty
    assert (one.due_original, one.due_extended) == (date(2026, 1, 31), date(2026, 12, 31))
