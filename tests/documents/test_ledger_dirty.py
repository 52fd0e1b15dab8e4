"""Every line of rehearsal/city/ledger_dirty.md ends with the outcome and the value that it asks for."""

import csv
import re
from typing import NamedTuple

import pytest

from documents.ledger import LedgerReading, Outcome
from documents.records import DUTY_COLUMNS
from tests.documents.test_sample_city import ANSWERS, CITY, read
from text.reasons import Reason


class Line(NamedTuple):
    number: int
    sheet: str
    cell: str
    duty: str
    column: str
    raw: str
    problem: str
    deed: str
    way: str
    value: str
    flag: str


def lines() -> list[Line]:
    written = (CITY / "ledger_dirty.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip().strip("`") for cell in line.strip("| ").split("|")] for line in written]
    return [Line(int(first), *rest) for first, *rest in cells if first.isdecimal()]


NOTES = {  # flag of a line that is converted with a hint -> the reason by which the row says so
    "due_immediate": Reason.DUE_IMMEDIATE,
    "person_missing": Reason.PERSON_MISSING,
    "approx_value": Reason.AREA_APPROXIMATE,
    "date_two_in_one": Reason.DUE_TWO_DATES,
    "unit_converted_ha": Reason.AREA_CONVERTED,
    "unit_converted_wan_mu": Reason.AREA_CONVERTED,
    "date_no_year": Reason.DUE_NO_YEAR,
    "date_serial": Reason.DUE_SERIAL,
    "sum_expression": Reason.AREA_SUM,
    "date_quarter_end": Reason.DUE_PERIOD,
    "date_xun": Reason.DUE_PERIOD,
    "rectified_gt_area": Reason.RECTIFIED_EXCEEDS_AREA,
    "hidden_row": Reason.ROW_HIDDEN,
    "percent_as_area": Reason.AREA_PERCENT,
}
DOUBTS = {
    "due_invalid": Reason.DATE_IMPOSSIBLE,
    "due_before_issue": Reason.DUE_BEFORE_ISSUE,
    "closed_but_incomplete": Reason.CLOSED_BUT_SHORT,
    "farmland_gt_area": Reason.FARMLAND_EXCEEDS_AREA,
    "county_typo": Reason.COUNTY_UNKNOWN,
    "id_missing": Reason.NUMBER_MISSING,
}
NO_DUTIES = {
    "blank_row": Reason.ROW_BLANK,
    "subtotal_row": Reason.ROW_SUBTOTAL,
    "total_row": Reason.ROW_TOTAL,
    "note_rows": Reason.ROW_NOTE,
    "duplicate_row": Reason.ROW_DUPLICATE,
}


@pytest.fixture(scope="module")
def ledger() -> LedgerReading:
    return read(CITY / "ledger.xlsx")


@pytest.fixture(scope="module")
def answered() -> LedgerReading:
    return read(CITY / "ledger.xlsx", ANSWERS)


@pytest.fixture(scope="module")
def clean() -> dict[str, dict[str, str]]:
    with (CITY / "ledger_clean.csv").open(encoding="utf-8-sig", newline="") as file:
        return {line["duty_id"]: line for line in csv.DictReader(file)}


def rows_of(line: Line) -> range:
    first, *last = [int(digits) for digits in re.findall(r"\d+", line.cell)]
    return range(first, (last[0] if last else first) + 1)


def test_the_list_has_66_lines_of_46_kinds():
    assert [line.number for line in lines()] == list(range(1, 67))
    assert len({line.flag for line in lines()}) == 46


def duty_texts(one) -> dict[str, str]:
    """A duty's fields as texts, as a clean csv has them, areas with two decimals."""
    values = {**vars(one.duty), "person": "、".join(one.duty.persons)}
    return {name: "" if values[name] is None else str(values[name]) for name in DUTY_COLUMNS}


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line.number}-{line.flag}")
def test_a_dirty_cell_ends_as_the_list_asks(line, ledger, answered, clean):
    if line.flag in NO_DUTIES:
        why = {(one.sheet, one.row): one.reason for one in ledger.skipped}
        assert {why[line.sheet, row] for row in rows_of(line)} == {NO_DUTIES[line.flag]}
        return
    if line.flag == "merged_county":
        rows = [one for one in answered.rows if one.sheet == line.sheet]
        assert rows
        assert all(one.duty.county == clean[one.duty.duty_id]["county"] for one in rows)
        return
    (row,) = rows_of(line)
    (final,) = [one for one in answered.rows if (one.sheet, one.row) == (line.sheet, row)]
    (first,) = [one for one in (*ledger.rows, *ledger.unread) if (one.sheet, one.row) == (line.sheet, row)]
    right = clean[line.duty]
    for name, text in duty_texts(final).items():
        assert text == right[name] or (name.endswith("_mu") and float(text) == float(right[name])), name
    assert stated(line.value, right, line)
    if line.way == "请人确认":
        assert [(doubt.cell, doubt.reason) for doubt in first.doubts] == [(line.cell, DOUBTS[line.flag])]
        assert first.outcome is Outcome.WAITING
        return
    assert (first.doubts, final.doubts) == ((), ())
    if line.way == "自动+提示" and line.flag != "stale_official":  # who left is known to services, not to a reader
        noted = {(note.cell, note.reason) for note in first.notes}
        place = f"A{row}" if line.flag == "hidden_row" else line.cell
        assert (place, NOTES[line.flag]) in noted
        assert first.outcome is Outcome.WARNED


def stated(value: str, right: dict[str, str], line: Line) -> bool:
    """Whether the clean duty has the value that the list states, so that the list itself is held to it."""
    plain, _, kind = value.partition("(")
    if plain == "空":
        return kind.rstrip(")") in ("", right["due_kind"]) and "" in (right["due_on"], right["person"])
    if kind.rstrip(")") not in ("", "补号") and kind.rstrip(")") != right["due_kind"]:
        return False
    return plain in ("照常导入", *right.values())
