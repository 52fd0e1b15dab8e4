import csv
import re
from datetime import date
from pathlib import Path

import pytest

from db.models import DueKind
from documents.ledger import LedgerReading, read_ledger
from rules.policy import WORKSTREAMS
from text.reasons import Reason

CITY = Path(__file__).parents[2] / "rehearsal" / "city"


def read(path: Path) -> LedgerReading:
    with (CITY / "county_state.csv").open(encoding="utf-8-sig") as file:
        codes = {line["county"]: line["county_code"] for line in csv.DictReader(file)}
    names = {**{name: name for name in codes}, **{name[:-1]: name for name in codes}}
    return read_ledger(path, find_county=names.get, workstreams=WORKSTREAMS, county_codes=codes)


@pytest.fixture(scope="module")
def clean() -> LedgerReading:
    return read(CITY / "ledger_clean.csv")


@pytest.fixture(scope="module")
def ledger() -> LedgerReading:
    return read(CITY / "ledger.xlsx")


def dirty_cells() -> set[tuple[str, str]]:
    lines = (CITY / "ledger_dirty.md").read_text(encoding="utf-8").splitlines()
    cells = [line.split("|") for line in lines if re.match(r"\| \d+ \|", line)]
    return {(cell[2].strip(), cell[3].strip()) for cell in cells if "请人确认" in cell[9]}


def test_the_clean_csv_is_taken_whole(clean):
    assert (len(clean.rows), clean.unread) == (240, ())
    assert [one.reason for one in clean.skipped] == [Reason.ROW_HEAD]


def test_the_clean_csv_is_taken_exactly_as_written(clean):
    with (CITY / "ledger_clean.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [one.raw for one in clean.rows] == lines
    for one, line in zip(clean.rows, lines, strict=True):
        assert (one.sheet, str(one.row), ";".join(one.flags)) == (line["sheet"], line["row"], line["flags"])
        assert one.duty.due_on == (date.fromisoformat(line["due_on"]) if line["due_on"] else None)
        assert "、".join(one.duty.persons) == line["person"]
    assert {one.duty.due_kind for one in clean.rows} == set(DueKind) - {DueKind.MISSING}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_clean_csv_is_read_in_every_usual_encoding(clean, tmp_path, encoding):
    text = (CITY / "ledger_clean.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "ledger_clean.csv").write_text(text, encoding=encoding)
    assert read(tmp_path / "ledger_clean.csv") == clean


def test_every_row_imported_from_the_workbook_equals_the_clean_one(clean, ledger):
    right = {(one.sheet, one.row): one.duty for one in clean.rows}
    assert len(ledger.rows) == 234
    for one in ledger.rows:
        assert one.duty == right[one.sheet, one.row]


def test_every_duty_that_is_missing_is_listed_with_a_cell_that_needs_a_person(clean, ledger):
    read_surely = {one.duty.duty_id for one in ledger.rows}
    missing = {(one.sheet, one.row) for one in clean.rows if one.duty.duty_id not in read_surely}
    assert {(one.sheet, one.row) for one in ledger.unread} == missing
    assert {(one.sheet, one.cell) for one in ledger.unread} == dirty_cells()


def test_the_rows_that_need_a_person_say_why(ledger):
    assert [(one.duty_id, one.raw, one.reason) for one in ledger.unread] == [
        ("DC-2026-052", "2026年11月31日", Reason.DATE_IMPOSSIBLE),
        ("WF-2026-017", "2026年3月15日", Reason.DUE_BEFORE_ISSUE),
        ("WF-2026-022", "13.25", Reason.CLOSED_BUT_SHORT),
        ("WF-2026-068", "9.4", Reason.FARMLAND_EXCEEDS_AREA),
        ("GD-2026-042", "竹埔县", Reason.COUNTY_UNKNOWN),
        ("", "", Reason.NUMBER_MISSING),
    ]


def test_what_was_read_with_a_hint_is_noted_at_its_cell(ledger):
    noted = {(one.duty.duty_id, note.cell, note.reason) for one in ledger.rows for note in one.notes}
    assert noted == {
        ("DC-2026-029", "K34", Reason.DUE_IMMEDIATE),
        ("DC-2026-032", "R37", Reason.PERSON_MISSING),
        ("DC-2026-042", "H47", Reason.AREA_APPROXIMATE),
        ("WF-2026-005", "M9", Reason.DUE_TWO_DATES),
        ("WF-2026-018", "I22", Reason.AREA_CONVERTED),
        ("WF-2026-019", "M23", Reason.DUE_NO_YEAR),
        ("WF-2026-025", "M29", Reason.DUE_SERIAL),
        ("WF-2026-045", "I50", Reason.AREA_SUM),
        ("WF-2026-064", "M70", Reason.DUE_PERIOD),
        ("GD-2026-035", "I18", Reason.AREA_CONVERTED),
        ("GD-2026-029", "T57", Reason.RECTIFIED_EXCEEDS_AREA),
        ("GD-2026-045", "L59", Reason.DUE_PERIOD),
        ("KS-2026-012", "A16", Reason.ROW_HIDDEN),
        ("KS-2026-013", "T18", Reason.AREA_PERCENT),
    }


def test_every_sheet_row_ends_in_exactly_one_list(ledger):
    ends = [(one.sheet, one.row) for one in (*ledger.rows, *ledger.unread, *ledger.skipped)]
    assert len(ends) == len(set(ends))
    last_rows = {
        "1-督察问题整改": 60,
        "2-违法用地整改": 77,
        "3-耕地恢复和退库整改": 65,
        "4-矿山生态修复": 47,
        "5-节约集约用地": 43,
    }
    every_row = {(sheet, row) for sheet, last in last_rows.items() for row in range(1, last + 1)}
    assert set(ends) == every_row | {("8月调度会汇总", 0)}


def test_the_rows_that_are_no_duties_say_why(ledger):
    why = {(one.sheet, one.row): one.reason for one in ledger.skipped}
    assert why["8月调度会汇总", 0] is Reason.SHEET_NOT_A_LEDGER
    assert why["1-督察问题整改", 12] is Reason.ROW_BLANK
    assert why["2-违法用地整改", 48] is Reason.ROW_DUPLICATE
    assert why["3-耕地恢复和退库整改", 6] is Reason.ROW_SUBTOTAL
    assert why["1-督察问题整改", 58] is Reason.ROW_TOTAL
    assert why["1-督察问题整改", 59] is why["1-督察问题整改", 60] is Reason.ROW_NOTE


def test_the_columns_of_the_clean_csv_may_stand_in_any_order(clean, tmp_path):
    with (CITY / "ledger_clean.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    with (tmp_path / "ledger_clean.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([line[::-1] for line in lines])
    again = read(tmp_path / "ledger_clean.csv")
    assert [one.duty for one in again.rows] == [one.duty for one in clean.rows]
