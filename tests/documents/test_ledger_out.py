import csv
import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from db.models import DueKind, Status
from documents.defused import defuse, restore
from documents.ledger_out import LedgerLine, write_ledger, write_ledger_csv
from documents.records import DutyFields, LedgerReading
from documents.sheet_rows import DASHES, DITTO
from documents.table_out import FIRST_ROW, LIGHT_FILLS, LIGHT_WORDS
from rules.lights import Light
from rules.policy import WORKSTREAMS, Workstream
from tests.documents.test_sample_city import CITY, read

AS_OF, NOW = date(2026, 11, 18), datetime(2026, 11, 18, 9, 30)
DOUBTED = {  # duty, field, cell as written: what ledger_dirty.md leaves to a person, even when confirmed
    ("DC-2026-052", "due_original", "2026年11月31日"), ("WF-2026-017", "due_original", "2026年3月15日"),
    ("WF-2026-022", "rectified_area_mu", "13.25"), ("WF-2026-068", "farmland_mu", "9.4"),
}  # fmt: skip
WRITTEN = {number: raw for number, name, raw in DOUBTED if name == "due_original"}
FIRST = FIRST_ROW + 1  # as openpyxl counts

DUTY = DutyFields(
    duty_id="X-1", workstream="inspection", sub_type="督察反馈问题", county="澜东区", county_code="990102", town="",
    source="", problem_type="", title="占用耕地建厂", spot_no="", approval_no="",
    area_mu=Decimal("10.5"), farmland_mu=Decimal(4), basic_farmland_mu=Decimal(0),
    rectified_area_mu=Decimal(5), rectified_farmland_mu=Decimal(0),
    issued_on=date(2026, 3, 1), due_original=date(2026, 12, 31), due_extended=None, due_on=date(2026, 12, 31),
    due_kind=DueKind.DATE, measures="", lead_unit="", co_units="", principal="", deputy="", persons=(),
    status=Status.IN_PROGRESS, closed_on=None, remark="",
)  # fmt: skip


def line(duty: DutyFields = DUTY, light: Light = Light.GREEN, due_written: str = "") -> LedgerLine:
    return LedgerLine(duty=duty, light=light, due_written=due_written)


def written(*lines: LedgerLine, workstreams=WORKSTREAMS) -> bytes:
    return write_ledger(
        lines, city="青澜市", office="青澜市督察办", as_of=AS_OF, written_at=NOW, workstreams=workstreams
    )


def book_of(*lines: LedgerLine, workstreams=WORKSTREAMS, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(written(*lines, workstreams=workstreams)), data_only=values)


def read_back(tmp_path, content: bytes, name: str = "out.xlsx", answers=None) -> LedgerReading:
    (tmp_path / name).write_bytes(content)
    return read(tmp_path / name, answers)


def duties_of(reading: LedgerReading) -> dict[str, DutyFields]:
    return {one.duty.duty_id: one.duty for one in reading.rows}


def column(sheet, *words: str) -> int:
    """The 1-based column under these words of the head, the group's first."""
    group = ""
    for at in range(1, sheet.max_column + 1):
        group = sheet.cell(3, at).value or group
        if [one for one in (group, sheet.cell(4, at).value) if one] == list(words):
            return at
    raise AssertionError(words)


@pytest.fixture(scope="module")
def city() -> list[LedgerLine]:
    return [
        line(one.duty, due_written=WRITTEN.get(one.duty.duty_id, "")) for one in read(CITY / "ledger_clean.csv").rows
    ]


def test_the_city_comes_back_from_its_workbook_the_same(tmp_path, city):
    reading = read_back(tmp_path, written(*city))
    assert (reading.unread, reading.columns) == ((), ())
    assert duties_of(reading) == {one.duty.duty_id: one.duty for one in city}
    assert len(reading.rows) == 240


def test_what_was_answered_is_known_again_by_the_same_words(tmp_path, city):
    reading = read_back(tmp_path, written(*city))
    assert {one.key for one in reading.doubts} == DOUBTED
    again = read_back(tmp_path, written(*city), answers=dict.fromkeys(DOUBTED))
    assert again.doubts == ()


def test_what_was_imported_and_written_again_is_the_same_file(tmp_path, city):
    content = written(*city)
    again = duties_of(read_back(tmp_path, content))
    assert written(*(replace(one, duty=again[one.duty.duty_id]) for one in city)) == content


def test_the_city_comes_back_from_its_csv_the_same(tmp_path, city):
    content = write_ledger_csv(city)
    assert content.startswith(b"\xef\xbb\xbf")
    reading = read_back(tmp_path, content, "out.csv")
    assert (duties_of(reading), reading.unread) == ({one.duty.duty_id: one.duty for one in city}, ())


def test_the_csv_has_the_columns_of_the_clean_form(city):
    (head, *_) = csv.reader(io.StringIO(write_ledger_csv(city[:1]).decode("utf-8-sig")))
    clean = (CITY / "ledger_clean.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert head == clean.split(",")


@pytest.mark.parametrize(
    ("kind", "day", "words"),
    [
        (DueKind.DATE, date(2026, 11, 30), datetime(2026, 11, 30)),
        (DueKind.MONTH_END, date(2026, 11, 30), "2026年11月"),
        (DueKind.XUN, date(2026, 12, 10), "2026年12月上旬"),
        (DueKind.XUN, date(2026, 12, 20), "2026年12月中旬"),
        (DueKind.XUN, date(2028, 2, 29), "2028年2月下旬"),
        (DueKind.QUARTER_END, date(2026, 12, 31), "2026年第四季度"),
        (DueKind.IMMEDIATE, None, "立行立改"),
        (DueKind.LONG_TERM, None, "长期坚持"),
        (DueKind.MISSING, None, None),
    ],
)
def test_a_deadline_comes_back_as_precise_as_it_was(tmp_path, kind, day, words):
    duty = replace(DUTY, due_kind=kind, due_original=day, due_on=day)
    content = written(line(duty))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.cell(FIRST, column(sheet, "整改时限", "原定时限")).value == words
    assert duties_of(read_back(tmp_path, content)) == {"X-1": duty}


@pytest.mark.parametrize(
    ("kind", "extended"), [(DueKind.DATE, date(2027, 1, 5)), (DueKind.MONTH_END, date(2027, 1, 31))]
)
@pytest.mark.parametrize("original", [date(2026, 11, 30), None])
def test_an_extended_deadline_comes_back_with_its_kind(tmp_path, kind, extended, original):
    duty = replace(DUTY, due_original=original, due_extended=extended, due_on=extended, due_kind=kind)
    assert duties_of(read_back(tmp_path, written(line(duty)))) == {"X-1": duty}


@pytest.mark.parametrize(("due_written", "shown"), [("2026年11月31日", "2026年11月31日"), ("", "时限无效,待核实")])
def test_an_invalid_deadline_is_written_as_somebody_wrote_it_and_doubted_again(tmp_path, due_written, shown):
    duty = replace(DUTY, due_original=None, due_on=None, due_kind=DueKind.INVALID)
    content = written(line(duty, due_written=due_written))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.cell(FIRST, column(sheet, "整改时限", "原定时限")).value == shown
    reading = read_back(tmp_path, content)
    assert duties_of(reading) == {"X-1": duty}
    assert [(one.field, one.raw) for one in reading.doubts] == [("due_original", shown)]


@pytest.mark.parametrize(
    ("due_written", "shown"),
    [
        ("2026年2月1日", "2026年2月1日"),  # before the issue: asked about, so its words stay
        ("2026年2月2日", datetime(2026, 2, 1)),  # moved since it was written
        ("2026年13月", datetime(2026, 2, 1)),
        ("", datetime(2026, 2, 1)),
    ],
)
def test_words_of_another_deadline_are_not_written(due_written, shown):
    duty = replace(DUTY, due_original=date(2026, 2, 1), due_on=date(2026, 2, 1))
    sheet = book_of(line(duty, due_written=due_written)).worksheets[0]
    assert sheet.cell(FIRST, column(sheet, "整改时限", "原定时限")).value == shown


def test_a_deadline_that_nobody_doubts_is_a_real_date():
    sheet = book_of(line(due_written="2026年12月31日")).worksheets[0]
    assert sheet.cell(FIRST, column(sheet, "整改时限", "原定时限")).value == datetime(2026, 12, 31)


def test_a_missing_area_stays_missing_and_a_zero_stays_a_zero():
    lines = (line(replace(DUTY, farmland_mu=None)), line(replace(DUTY, duty_id="X-2", farmland_mu=Decimal(0))))
    sheet = book_of(*lines).worksheets[0]
    at = column(sheet, "面积(亩)", "其中耕地")
    assert [sheet.cell(row, at).value for row in (FIRST, FIRST + 1)] == [None, 0]


def test_a_ledger_of_mines_has_no_farmland_until_one_has(tmp_path):
    mine = replace(
        DUTY, workstream="mine", sub_type="其他历史遗留", farmland_mu=Decimal(0), rectified_farmland_mu=Decimal(0)
    )
    assert column(book_of(line(mine)).worksheets[0], "面积(亩)")
    assert duties_of(read_back(tmp_path, written(line(mine)))) == {"X-1": mine}
    tilled = replace(mine, duty_id="X-2", farmland_mu=Decimal(1), basic_farmland_mu=Decimal("0.5"))
    assert duties_of(read_back(tmp_path, written(line(mine), line(tilled)))) == {"X-1": mine, "X-2": tilled}


def test_a_workstream_whose_name_is_not_enough_is_told_in_every_row(tmp_path):
    doubled = Workstream(code="farmland", zh="违法占用耕地整改", en="Both", keywords=("耕地",))
    sheet = book_of(line(replace(DUTY, workstream="farmland")), workstreams=[*WORKSTREAMS[:2], doubled]).worksheets[0]
    assert sheet.cell(FIRST, column(sheet, "工作类别")).value == "违法占用耕地整改"
    with pytest.raises(AssertionError):
        column(book_of(line()).worksheets[0], "工作类别")


def test_the_form_has_title_unit_line_merged_heads_and_county_blocks():
    duties = [replace(DUTY, duty_id=f"X-{at}", county=county) for at, county in enumerate(("甲县", "乙市", "甲县"))]
    sheet = book_of(*(line(duty) for duty in duties)).worksheets[0]
    assert sheet.title == "1-督察问题整改"
    assert sheet["A1"].value == "青澜市督察问题整改工作台账"
    assert "截至日期:2026年11月18日" in sheet["A2"].value
    assert "单位:个、亩" in sheet["A2"].value
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"A3:A4", "H3:I3", "C5:C6", "A8:B8"} <= merged
    assert [sheet.cell(row, 3).value for row in (5, 7)] == ["甲县", "乙市"]
    assert [sheet.cell(row, 2).value for row in (5, 6, 7)] == ["X-0", "X-2", "X-1"]
    assert sheet["A9"].value.startswith("备注:")
    assert "填表人:" in sheet["A10"].value
    assert "审核人:" in sheet["A10"].value


def test_the_head_stays_in_sight_and_on_every_printed_page():
    sheet = book_of(line()).worksheets[0]
    assert sheet.freeze_panes == "D5"
    assert sheet.auto_filter.ref.startswith("A4:")
    assert (sheet.print_title_rows, sheet.page_setup.orientation) == ("$3:$4", "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)


def test_totals_are_real_sums_that_carry_their_value():
    lines = [line(), line(replace(DUTY, duty_id="X-2", area_mu=Decimal("0.2"), rectified_area_mu=None))]
    formulas, values = book_of(*lines).worksheets[0], book_of(*lines, values=True).worksheets[0]
    area, rectified = column(formulas, "面积(亩)", "总面积"), column(formulas, "已整改面积(亩)", "总面积")
    assert formulas.cell(FIRST + 2, area).value == "=SUM(H5:H6)"
    assert [values.cell(FIRST + 2, at).value for at in (area, rectified)] == [10.7, 5]


@pytest.mark.parametrize("light", Light)
def test_a_light_is_a_word_on_its_colour(light):
    sheet = book_of(line(light=light)).worksheets[0]
    cell = sheet.cell(FIRST, column(sheet, "亮灯"))
    assert (cell.value, cell.fill.fgColor.rgb) == (LIGHT_WORDS[light], "FF" + LIGHT_FILLS[light].removeprefix("#"))


def test_a_ledger_without_duties_is_an_empty_form():
    sheet = book_of().worksheets[0]
    assert sheet.cell(3, 2).value == "编号"
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_duties_of_a_dropped_workstream_are_written_too():
    dropped = replace(DUTY, workstream="old/[work]:*?", duty_id="X-2")
    assert [one.title for one in book_of(line(), line(dropped)).worksheets] == ["1-督察问题整改", "2-old  work"]


HOSTILE = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "{=1}",
    "http://example.org",
    "00123",
    "2026-11-18",
    "1e5",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_is_never_run_linked_or_reckoned(tmp_path, text):
    duty = replace(DUTY, title=text, county="=2+2", duty_id="=3+3", remark=text, persons=("=4+4",))
    sheet = book_of(line(duty), line(replace(duty, duty_id="=5+5"))).worksheets[0]
    rows = list(sheet.iter_rows(min_row=FIRST, max_row=FIRST + 1))
    cells = [cell for row in rows for cell in row if isinstance(cell.value, str)]
    assert {text, "=2+2", "=3+3", "=4+4", "=5+5"} <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell for cell in cells if cell.hyperlink]


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_no_cell_of_a_csv_runs_and_all_come_back(tmp_path, text):
    duty = replace(DUTY, title=text, remark=f"'{text}")
    content = write_ledger_csv([line(duty)])
    cells = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert (cells["title"], cells["remark"]) == (f"'{text}", f"''{text}")
    assert duties_of(read_back(tmp_path, content, "out.csv")) == {"X-1": duty}


def test_what_a_workbook_cannot_hold_is_left_out():
    sheet = book_of(line(replace(DUTY, title="甲\x00乙\x07\uffff丙\ud800\r\n丁\r戊"))).worksheets[0]
    assert sheet.cell(FIRST, column(sheet, "问题描述")).value == "甲乙丙\n丁\n戊"


def test_every_row_of_a_county_block_is_found_by_a_filter():
    """Below the merged cell each row keeps the county, which openpyxl does not show."""
    content = written(line(), line(replace(DUTY, duty_id="X-2")))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[FIRST_ROW : FIRST_ROW + 2]] == ["澜东区", "澜东区"]


@given(st.text(alphabet="'=+-@ \t\r\na一＝", max_size=6))
def test_defusing_is_undone_exactly(text):
    assert restore(defuse(text)) == text
    assert not defuse(text).startswith(("\t", "\r", "\n"))
    assert not defuse(text).lstrip().startswith(("=", "+", "-", "@", "＝"))


# --- any ledger ----------------------------------------------------------------------------------------------------

TEXTS = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")) | st.sampled_from("\n=+-@_x0041'\""), max_size=40)
    .map(str.strip)
    .filter(lambda text: text not in DASHES | DITTO)
)
AREAS = st.decimals(0, 10_000, places=4)
NAMES = st.text(st.sampled_from("王志远李明赵安景俞"), min_size=2, max_size=4)
DAYS = st.dates(date(2026, 4, 1), date(2030, 12, 31))


@st.composite
def duties(draw, number: int) -> DutyFields:
    """A duty that does not contradict itself; one that does is asked about again, and rightly."""
    workstream = draw(st.sampled_from(WORKSTREAMS))
    by_area = workstream.rate_basis == "area"
    basic, farmland, area = sorted(draw(st.tuples(AREAS, AREAS, AREAS)))
    rectified_farmland, rectified = sorted(draw(st.tuples(AREAS, AREAS)))
    status = draw(st.sampled_from([one for one in Status if one is not Status.CLOSED]))
    original = draw(DAYS)
    extended = draw(st.none() | DAYS.filter(lambda day: day >= original))
    return DutyFields(
        **{name: draw(TEXTS) for name in ("town", "source", "problem_type", "title", "spot_no", "approval_no")},
        **{name: draw(TEXTS) for name in ("measures", "lead_unit", "co_units", "remark")},
        duty_id=f"X-{number}", workstream=workstream.code, sub_type=draw(st.sampled_from(workstream.sub_types)),
        county=draw(st.sampled_from(["澜东区", "鹿溪市"])), county_code="", area_mu=area,
        farmland_mu=Decimal(0) if by_area else farmland, basic_farmland_mu=Decimal(0) if by_area else basic,
        rectified_area_mu=rectified, rectified_farmland_mu=Decimal(0) if by_area else rectified_farmland,
        issued_on=draw(st.dates(date(2020, 1, 1), date(2026, 3, 31))), due_original=original, due_extended=extended,
        due_on=extended or original, due_kind=DueKind.DATE, principal=draw(NAMES), deputy="、".join({draw(NAMES)}),
        persons=tuple(dict.fromkeys(draw(st.lists(NAMES, max_size=3)))), status=status, closed_on=None,
    )  # fmt: skip


@st.composite
def ledgers(draw) -> list[DutyFields]:
    return [draw(duties(number)) for number in range(draw(st.integers(1, 8)))]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(ledgers())
def test_any_ledger_comes_back_the_same(tmp_path, ledger):
    lines = [line(duty) for duty in ledger]
    codes = {"澜东区": "990102", "鹿溪市": "990121"}
    right = {duty.duty_id: replace(duty, county_code=codes[duty.county]) for duty in ledger}
    reading = read_back(tmp_path, written(*lines))
    assert reading.unread == ()
    assert duties_of(reading) == right
    assert duties_of(read_back(tmp_path, write_ledger_csv(lines), "out.csv")) == {d.duty_id: d for d in ledger}
