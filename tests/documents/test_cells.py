from datetime import date, datetime
from decimal import Decimal

import pytest

from db.models import DueKind, Status
from documents.ledger import Outcome, Unread
from tests.documents.conftest import DUTY, asked, only
from text.reasons import Reason


@pytest.mark.parametrize(
    ("change", "raw", "reason"),
    [
        ({"编号": None}, "", Reason.NUMBER_MISSING),
        ({"编号": datetime(2026, 1, 1)}, "2026-01-01", Reason.NUMBER_UNREADABLE),
        ({"编号": 1.5}, "1.5", Reason.NUMBER_UNREADABLE),
        ({"县区": None}, "", Reason.COUNTY_MISSING),
        ({"县区": "丙县"}, "丙县", Reason.COUNTY_UNKNOWN),
        ({"面积": None}, "", Reason.AREA_MISSING),
        ({"面积": "十亩"}, "十亩", Reason.AREA_UNREADABLE),
        ({"面积": "50%"}, "50%", Reason.AREA_UNREADABLE),
        ({"面积": -10}, "-10", Reason.AREA_UNREADABLE),
        ({"面积": "0.00001"}, "0.00001", Reason.AREA_UNREADABLE),
        ({"已整改面积": "+2"}, "+2", Reason.AREA_UNREADABLE),
        ({"已整改面积": "同上"}, "同上", Reason.AREA_UNREADABLE),
        ({"已整改面积": None}, "", Reason.AREA_MISSING),
        ({"耕地面积": 11}, "11", Reason.FARMLAND_EXCEEDS_AREA),
        ({"已整改耕地面积": 6}, "6", Reason.FARMLAND_EXCEEDS_AREA),
        ({"完成时限": "尽快"}, "尽快", Reason.DATE_UNREADABLE),
        ({"完成时限": 2026.1}, "2026.1", Reason.DATE_UNREADABLE),
        ({"完成时限": "2026-11-31"}, "2026-11-31", Reason.DATE_IMPOSSIBLE),
        ({"完成时限": "2026-02-28"}, "2026-02-28", Reason.DUE_BEFORE_ISSUE),
        ({"下发日期": "2026年3月"}, "2026年3月", Reason.DATE_UNREADABLE),
        ({"整改状态": "已完成"}, "已完成", Reason.STATUS_UNKNOWN),
        ({"整改状态": None}, "", Reason.STATUS_MISSING),
        ({"整改状态": "已销号"}, "5", Reason.CLOSED_BUT_SHORT),
        ({"销号日期": "2026-05-01"}, "2026-05-01", Reason.CLOSED_ON_BUT_OPEN),
        ({"延期至": "2026-12-01"}, "2026-12-01", Reason.EXTENSION_CONTRADICTS),
        ({"责任人": "王志远(副局长)"}, "王志远(副局长)", Reason.PERSON_UNREADABLE),
        ({"面积": "=1+1"}, "=1+1", Reason.FORMULA_WITHOUT_VALUE),
        ({"面积": "#N/A"}, "#N/A", Reason.CELL_ERROR),
        ({"问题描述": "同上"}, "同上", Reason.DITTO_WITHOUT_VALUE),
    ],
)
def test_a_cell_that_is_not_sure_waits_with_its_reason(read_duties, change, raw, reason):
    column = list({**DUTY, **change}).index(next(iter(change)))
    cell = "F2" if reason is Reason.CLOSED_BUT_SHORT else f"{'ABCDEFGHIJKLMN'[column]}2"
    reading = read_duties(change)
    (one,) = (*reading.rows, *reading.unread)
    assert asked(one) == [(cell, raw, reason)]
    assert one.outcome is Outcome.WAITING
    assert isinstance(one, Unread) == (next(iter(change)) in ("编号", "县区"))


@pytest.mark.parametrize(
    ("written", "persons"),
    [
        ("王志远(000-1234-5678)", ("王志远",)),
        ("王志远 13800000000", ("王志远",)),
        ("王志远 电话:0000-1234567", ("王志远",)),
        ("姜景敏\n水立强", ("姜景敏", "水立强")),
        ("姜景敏、水立强,王志远", ("姜景敏", "水立强", "王志远")),
        ("李 明", ("李明",)),
        ("王志远 李明", ("王志远", "李明")),
        ("阿不都·热合曼", ("阿不都·热合曼",)),
        ("待定", ()),
        ("—", ()),
        (None, ()),
    ],
)
def test_names_are_taken_from_a_cell_of_persons(read_duties, written, persons):
    one = only(read_duties({"责任人": written}))
    assert one.duty.persons == persons
    assert (Reason.PERSON_MISSING in {note.reason for note in one.notes}) == (not persons)


def test_a_duty_without_a_deadline_is_read_and_noted(read_duties):
    one = only(read_duties({"完成时限": None}))
    assert (one.duty.due_kind, one.duty.due_on) == (DueKind.MISSING, None)
    assert [(note.cell, note.reason) for note in one.notes] == [("I2", Reason.DUE_MISSING)]


def test_an_extension_of_its_own_column_counts(read_duties):
    duty = only(read_duties({"延期至": "2027年1月底前"})).duty
    assert (duty.due_original, duty.due_on, duty.due_kind) == (date(2026, 12, 31), date(2027, 1, 31), DueKind.MONTH_END)


def test_excels_own_arithmetic_noise_is_no_area(read_duties):
    assert only(read_duties({"面积": 12.5 + 3.1 + 0.1 + 0.2})).duty.area_mu == Decimal("15.9")


def test_a_dash_is_zero(read_duties):
    duty = only(read_duties({"已整改面积": "/", "已整改耕地面积": "无", "整改状态": "未启动"})).duty
    assert (duty.rectified_area_mu, duty.rectified_farmland_mu, duty.status) == (0, 0, Status.NOT_STARTED)


def test_a_number_is_brought_to_plain_width(read_duties):
    assert only(read_duties({"编号": "DC－２０２６－001"})).duty.duty_id == "DC-2026-001"
