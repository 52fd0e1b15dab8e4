import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from db.models import DueKind
from documents.ledger import Answers, Known, LedgerReading, read_ledger
from rules.policy import WORKSTREAMS
from text.reasons import Reason

CITY = Path(__file__).parents[2] / "rehearsal" / "city"


def known(**facts) -> Known:
    with (CITY / "county_state.csv").open(encoding="utf-8-sig") as file:
        codes = {line["county"]: line["county_code"] for line in csv.DictReader(file)}
    names = {**{name: name for name in codes}, **{name[:-1]: name for name in codes}}

    def nearest(name: str) -> list[str]:
        return [one for one, _, _ in process.extract(name, list(codes), scorer=fuzz.ratio, limit=1)]

    return Known(
        find_county=names.get, nearest_counties=nearest, workstreams=WORKSTREAMS, county_codes=codes, **facts
    )  # fmt: skip


def read(path: Path, answers: Mapping[tuple[str, str, str], str | None] | None = None) -> LedgerReading:
    return read_ledger(path, known(answers=Answers(answers)))


@pytest.fixture(scope="module")
def clean() -> LedgerReading:
    return read(CITY / "ledger_clean.csv")


@pytest.fixture(scope="module")
def ledger() -> LedgerReading:
    return read(CITY / "ledger.xlsx")


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


ANSWERS = {
    ("DC-2026-052", "due_original", "2026年11月31日"): None,
    ("WF-2026-017", "due_original", "2026年3月15日"): None,
    ("WF-2026-022", "rectified_area_mu", "13.25"): None,
    ("WF-2026-068", "farmland_mu", "9.4"): None,
    ("", "county", "竹埔县"): "竹浦县",
    ("spot:KS990126025", "duty_id", ""): "KS-2026-025",
}


def test_before_any_answer_all_but_two_duties_have_their_final_or_interim_values(clean, ledger):
    right = {one.duty.duty_id: one.duty for one in clean.rows}
    assert len(ledger.rows) == 238
    assert [one.duty for one in ledger.rows] == [right[one.duty.duty_id] for one in ledger.rows]
    assert [(one.sheet, one.row, one.number) for one in ledger.unread] == [
        ("3-耕地恢复和退库整改", 41, "GD-2026-042"),
        ("4-矿山生态修复", 31, ""),
    ]


def test_exactly_six_cells_are_asked_about(ledger):
    assert [(one.cell, one.key, one.likely, one.keepable) for one in ledger.doubts] == [
        ("K57", ("DC-2026-052", "due_original", "2026年11月31日"), ("2026-11-30", "2026-12-01"), True),
        ("M21", ("WF-2026-017", "due_original", "2026年3月15日"), ("2027-03-15",), True),
        ("U26", ("WF-2026-022", "rectified_area_mu", "13.25"), (), True),
        ("J74", ("WF-2026-068", "farmland_mu", "9.4"), (), True),
        ("C41", ("", "county", "竹埔县"), ("竹浦县",), False),
        ("B31", ("spot:KS990126025", "duty_id", ""), ("KS-2026-025",), False),
    ]
    assert ledger.columns == ()


def test_after_the_answers_all_240_duties_equal_the_clean_ones_and_nothing_waits(clean):
    answered = read(CITY / "ledger.xlsx", ANSWERS)
    assert (answered.doubts, answered.unread) == ((), ())
    assert {one.duty.duty_id: one.duty for one in answered.rows} == {one.duty.duty_id: one.duty for one in clean.rows}
    assert len(answered.rows) == 240
    kept = {(note.cell, note.reason) for one in answered.rows for note in one.notes}
    assert {("K57", Reason.DATE_IMPOSSIBLE), ("J74", Reason.FARMLAND_EXCEEDS_AREA)} < kept


@pytest.mark.parametrize("question", ANSWERS)
def test_each_answer_settles_its_own_cell_and_no_other(question):
    answered = read(CITY / "ledger.xlsx", {question: ANSWERS[question]})
    assert {one.key for one in answered.doubts} == set(ANSWERS) - {question}


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
