from decimal import Decimal

import pytest

from tests.documents.conftest import only, read
from text.reasons import Reason

CLEAN = {
    "duty_id": "X-1",
    "workstream": "mine",
    "sub_type": "其他历史遗留",
    "county": "甲县",
    "county_code": "990001",
    "town": "",
    "source": "",
    "problem_type": "",
    "title": "旧矿",
    "spot_no": "",
    "approval_no": "",
    "area_mu": "10.5",
    "farmland_mu": "0",
    "basic_farmland_mu": "0",
    "rectified_area_mu": "0.00",
    "rectified_farmland_mu": "0",
    "issued_on": "2026-01-01",
    "due_original": "2026-12-31",
    "due_extended": "",
    "due_on": "2026-12-31",
    "due_kind": "date",
    "measures": "",
    "lead_unit": "",
    "co_units": "",
    "principal": "",
    "deputy": "",
    "person": "王志远、李明",
    "status": "in_progress",
    "closed_on": "",
    "remark": "",
    "sheet": "",
    "row": "",
    "flags": "",
}


UNNAMED = (Reason.NUMBER_MISSING, Reason.COUNTY_UNKNOWN, Reason.WORKSTREAM_UNKNOWN)


def read_clean(tmp_path, *lines):
    path = tmp_path / "clean.csv"
    path.write_text("\n".join([",".join(lines[0]), *(",".join(line.values()) for line in lines)]), encoding="utf-8")
    return read(path)


def test_a_clean_line_is_read_as_it_stands(tmp_path):
    one = only(read_clean(tmp_path, CLEAN))
    assert (one.sheet, one.row, one.duty.persons, one.duty.area_mu) == (
        "clean.csv",
        2,
        ("王志远", "李明"),
        Decimal("10.5"),
    )


@pytest.mark.parametrize(
    ("change", "cell", "reason"),
    [
        ({"duty_id": ""}, "A2", Reason.NUMBER_MISSING),
        ({"workstream": "other"}, "B2", Reason.WORKSTREAM_UNKNOWN),
        ({"sub_type": "其他"}, "C2", Reason.SUB_TYPE_UNKNOWN),
        ({"county": "甲"}, "D2", Reason.COUNTY_UNKNOWN),
        ({"area_mu": "10.12345"}, "L2", Reason.VALUE_BAD),
        ({"area_mu": "1E+1"}, "L2", Reason.VALUE_BAD),
        ({"area_mu": "NaN"}, "L2", Reason.VALUE_BAD),
        ({"issued_on": "2026-02-30"}, "Q2", Reason.VALUE_BAD),
        ({"issued_on": "20260101"}, "Q2", Reason.VALUE_BAD),
        ({"due_on": ""}, "U2", Reason.VALUE_BAD),
        ({"due_kind": "soon"}, "U2", Reason.VALUE_BAD),
        ({"status": "已销号"}, "AB2", Reason.VALUE_BAD),
    ],
)
def test_a_bad_value_in_a_clean_csv_is_listed_with_its_cell(tmp_path, change, cell, reason):
    reading = read_clean(tmp_path, {**CLEAN, **change})
    (one,) = (*reading.rows, *reading.unread)
    assert (one.sheet, one.row, one.doubts[0].cell, one.doubts[0].reason) == ("clean.csv", 2, cell, reason)
    assert (one in reading.unread) == (reason in UNNAMED)


def test_an_unknown_head_in_a_clean_csv_is_listed_and_the_duties_are_read(tmp_path):
    reading = read_clean(tmp_path, {**CLEAN, "colour": "red"})
    assert len(reading.rows) == 1
    assert [(one.cell, one.raw, one.reason) for one in reading.columns] == [("AH1", "colour", Reason.COLUMN_UNKNOWN)]


def test_a_missing_head_or_cell_in_a_clean_csv_keeps_the_line_out(tmp_path):
    without = {name: value for name, value in CLEAN.items() if name != "status"}
    assert [one.reason for one in read_clean(tmp_path, without).unread] == [Reason.COLUMN_MISSING]
    short = dict(list(CLEAN.items())[:-1])
    assert [[doubt.reason for doubt in one.doubts] for one in read_clean(tmp_path, CLEAN, short).unread] == [
        [Reason.DUPLICATE_CONTRADICTS],
        [Reason.DUPLICATE_CONTRADICTS, Reason.COLUMN_COUNT],
    ]
