import io
import subprocess
import time
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.worksheet.formula import ArrayFormula

from documents import marked, marking_limits
from documents.marked import Mark, MarkLevel, mark_workbook, marked_name
from documents.marks_list import LEVEL_FILLS, LIST_TITLE
from documents.table_out import Column, Table, write_workbook
from tests.documents.test_sample_city import CITY, read

WAITING = Mark(sheet="台账", cell="B3", words="没有这一天,请改正", level=MarkLevel.WAITING, raw="2026年11月31日")
WARNED = Mark(sheet="台账", cell="C3", words="已按约数读取", level=MarkLevel.WARNED, raw="约12.5")
YELLOW, PALE = ("FF" + LEVEL_FILLS[level] for level in (MarkLevel.WAITING, MarkLevel.WARNED))


def workbook(touch=None) -> bytes:
    """A workbook with a look of its own, a formula, a hidden sheet and a merged county."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "台账"
    for row in (["标题"], ["县", "时限", "面积"], ["甲县", "2026年11月31日", "约12.5"], [None, "2026-12-01", 3]):
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    sheet["B4"].font, sheet["B4"].border = Font(name="楷体", strike=True), Border(left=Side("thick"))
    sheet["B4"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.column_dimensions["B"].width = 33
    sheet.row_dimensions[4].hidden = True
    sheet.freeze_panes = "B3"
    sheet.sheet_view.tabSelected = True
    sheet["D3"], sheet["D4"] = "=1+1", "=1+1"
    sheet["D4"].data_type = "s"
    book.create_sheet("底稿").sheet_state = "hidden"
    if touch:
        touch(book)
    return saved(book)


def saved(book) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def opened(content: bytes, *, values: bool = False):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def marked_book(*marks: Mark, touch=None):
    return opened(mark_workbook(workbook(touch), "台账.xlsx", marks))


def lines(book) -> list[list]:
    return [[cell.value for cell in row] for row in book["待确认"].iter_rows(min_row=4)]


def test_a_doubtful_cell_is_filled_and_says_what_is_asked():
    sheet = marked_book(WAITING, WARNED)["台账"]
    assert (sheet["B3"].fill.fgColor.rgb, sheet["C3"].fill.fgColor.rgb) == (YELLOW, PALE)
    assert sheet["B3"].comment.text == "【待确认】没有这一天,请改正"
    assert sheet["C3"].comment.text == "【请核对】已按约数读取"
    assert [sheet["B3"].value, sheet["C3"].value] == ["2026年11月31日", "约12.5"]
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == ["B3", "C3"]


def test_a_list_in_front_leads_to_every_doubtful_cell():
    book = marked_book(WAITING, WARNED)
    assert book.sheetnames == ["待确认", "台账", "底稿"]
    assert (book.active.title, [one.title for one in book if one.sheet_view.tabSelected]) == ("待确认", ["待确认"])
    assert lines(book) == [
        [1, "台账", "B3", "2026年11月31日", "待确认", "没有这一天,请改正"],
        [2, "台账", "C3", "约12.5", "请核对", "已按约数读取"],
    ]
    assert [book["待确认"].cell(row, 3).hyperlink.location for row in (4, 5)] == ["'台账'!B3", "'台账'!C3"]
    assert book["待确认"]["A2"].value.startswith("1处待确认(深黄),1处请核对(浅黄)")


def test_the_person_s_own_look_and_sheets_stay():
    book = marked_book(WAITING)
    sheet, before = book["台账"], opened(workbook())["台账"]
    assert book["底稿"].sheet_state == "hidden"
    assert sheet.merged_cells == before.merged_cells
    assert (sheet.freeze_panes, sheet.row_dimensions[4].hidden) == ("B3", True)
    assert sheet.column_dimensions["B"].width == 33
    for name in ("font", "border", "fill"):
        assert repr(getattr(sheet["B4"], name)) == repr(getattr(before["B4"], name))


def test_a_text_that_looks_like_a_formula_stays_a_text():
    sheet = marked_book(WAITING)["台账"]
    assert [(sheet[at].value, sheet[at].data_type) for at in ("D3", "D4")] == [("=1+1", "f"), ("=1+1", "s")]


def test_what_people_wrote_is_not_run_in_the_list():
    sheet = marked_book(Mark(sheet="台账", cell="B3", words="=2+2", level=MarkLevel.WARNED, raw="=1+1"))["待确认"]
    assert [(sheet[at].value, sheet[at].data_type) for at in ("D4", "F4")] == [("=1+1", "s"), ("=2+2", "s")]


def test_a_mark_within_merged_cells_stands_at_their_corner():
    sheet = marked_book(Mark(sheet="台账", cell="A4", words="不在名录内", level=MarkLevel.WAITING))["台账"]
    assert (sheet["A3"].fill.fgColor.rgb, sheet["A3"].comment.text) == (YELLOW, "【待确认】不在名录内")


def test_several_doubts_of_a_cell_share_a_comment_and_the_strongest_fill():
    sheet = marked_book(Mark(sheet="台账", cell="B3", words="先看", level=MarkLevel.WARNED), WAITING)["台账"]
    assert sheet["B3"].comment.text == "【请核对】先看\n【待确认】没有这一天,请改正"
    assert sheet["B3"].fill.fgColor.rgb == YELLOW


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [("没有", "A1"), ("", "A1"), *(("台账", cell) for cell in ("", "4:4", "A1:B2", "ZZZ9999999", "XFD5", "A1048576"))],
)
def test_a_place_that_is_not_there_is_only_listed(sheet, cell):
    book = marked_book(WAITING, Mark(sheet=sheet, cell=cell, words="不知道在哪", level=MarkLevel.WAITING))
    assert book["待确认"]["F5"].value == "不知道在哪"
    assert book["待确认"]["C5"].hyperlink is None
    assert book["台账"]["B3"].comment
    assert (book["台账"].max_row, book["台账"].max_column) == (4, 4)


def test_an_own_comment_is_kept_above_ours():
    def touch(book):
        book["台账"]["B3"].comment = Comment("局长问过", "李明")

    comment = marked_book(WAITING, touch=touch)["台账"]["B3"].comment
    assert comment.text.startswith("局长问过\n")
    assert comment.text.endswith("没有这一天,请改正")
    assert comment.author == "李明"


def test_marks_of_an_earlier_time_go_when_the_workbook_is_sent_again():
    def touch(book):
        book["台账"]["C3"].comment = Comment("局长问过", "李明")

    first = mark_workbook(workbook(touch), "台账.xlsx", [WAITING, WARNED])
    book = opened(mark_workbook(first, "台账.xlsx", [WAITING]))
    assert book.sheetnames == ["待确认", "台账", "底稿"]
    assert len(lines(book)) == 1
    sheet = book["台账"]
    assert (sheet["C3"].comment.text, sheet["C3"].fill.fill_type) == ("局长问过", None)
    assert sheet["B3"].comment.text == "【待确认】没有这一天,请改正"


def test_results_of_formulas_stay():
    """A phone shows them without reckoning, and reading again finds what it found."""
    columns = [Column(words="县"), Column(words="面积", is_summed=True)]
    content = write_workbook(
        [Table(name="台账", title="题", unit_line="", columns=columns, rows=[["甲县", 3]], total=["合计", 3])],
        written_at=marked._NO_TIME,
    )
    marks = [Mark(sheet="1-台账", cell="B5", words="看", level=MarkLevel.WARNED)]
    again = mark_workbook(content, "x.xlsx", marks)
    assert opened(again)["1-台账"]["B6"].value == "=SUM(B5:B5)"
    assert opened(again, values=True)["1-台账"]["B6"].value == 3


@pytest.mark.parametrize(("kind", "text", "value"), [("str", "甲", "甲"), ("b", "1", True), ("e", "#N/A", "#N/A")])
@pytest.mark.parametrize("array", [False, True])
def test_results_of_every_type_stay(kind, text, value, array):
    def touch(book):
        book["台账"]["D3"] = ArrayFormula("D3", "=1+1") if array else "=1+1"

    content = with_result(workbook(touch), f'<c r="D3" t="{kind}">', f"<v>{text}</v>")
    assert opened(content, values=True)["台账"]["D3"].value == value
    assert opened(mark_workbook(content, "x.xlsx", [WAITING]), values=True)["台账"]["D3"].value == value


def with_result(content: bytes, cell: str, result: str) -> bytes:
    """Give the formula in D3 a result, as Excel does and openpyxl does not."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                start, formula, rest = text.decode().partition('<c r="D3">')
                assert formula
                text = (start + cell + rest.replace("<v />", result, 1).replace("<v></v>", result, 1)).encode()
            new.writestr(name, text)
    return file.getvalue()


def test_a_marked_ledger_is_read_as_it_was_before(tmp_path):
    ledger = (CITY / "ledger.xlsx").read_bytes()
    before = read(CITY / "ledger.xlsx")
    marks = [
        Mark(sheet=one.sheet, cell=one.cell, words="请确认", level=MarkLevel.WAITING, raw=one.raw)
        for one in before.doubts
    ]
    assert len(marks) == 6
    (tmp_path / "ledger.xlsx").write_bytes(mark_workbook(ledger, "ledger.xlsx", marks))
    after = read(tmp_path / "ledger.xlsx")
    assert "待确认" in opened((tmp_path / "ledger.xlsx").read_bytes()).sheetnames
    assert (after.rows, after.unread) == (before.rows, before.unread)
    assert {one for one in after.skipped if one.sheet != "待确认"} == set(before.skipped)


def is_list_alone(content: bytes) -> bool:
    book = opened(content)
    (sheet,) = book.worksheets
    assert sheet["A1"].value == LIST_TITLE
    assert [cell.value for cell in sheet[5]][1:] == ["台账", "B3", "2026年11月31日", "待确认", "没有这一天,请改正"]
    return not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]


@pytest.mark.parametrize("name", ["台账.csv", "台账.xls", "台账.ods", "台账.xlsm", "台账"])
def test_of_another_format_a_list_alone_is_sent(name):
    assert is_list_alone(mark_workbook(workbook(), name, [WAITING]))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x03\x04 no zip", workbook()[:-200], workbook()[:500]],
    ids=["nothing", "two letters", "a sign", "without its end", "its beginning"],  # bytes would have the time in them
)  # fmt: skip
def test_of_what_cannot_be_opened_a_list_alone_is_sent(content):
    assert is_list_alone(mark_workbook(content, "台账.xlsx", [WAITING]))


def test_of_a_workbook_with_too_many_rows_a_list_alone_is_sent():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    for _ in range(marking_limits.ROWS + 1):
        sheet.append([1])
    assert is_list_alone(mark_workbook(saved(book), "台账.xlsx", [WAITING]))


def test_many_marks_in_a_large_workbook_are_made_in_time():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("台账")
    for number in range(5_000):
        sheet.append([number, "文字"] * 5)
    marks = [Mark(sheet="台账", cell=f"B{row}", words="看", level=MarkLevel.WARNED) for row in range(1, 2_001)]
    begun = time.monotonic()
    assert "台账" in opened(mark_workbook(saved(book), "台账.xlsx", marks)).sheetnames
    assert time.monotonic() - begun < 15


def test_of_a_workbook_merged_all_over_a_list_alone_is_sent_at_once():
    """A range that is merged over the whole sheet, which openpyxl would fill with billions of cells."""
    content = workbook(lambda book: book["台账"].merge_cells("F1:G2"))
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'ref="F1:G2"', b'ref="F1:XFD1048576"'))
    begun = time.monotonic()
    assert is_list_alone(mark_workbook(file.getvalue(), "台账.xlsx", [WAITING]))
    assert time.monotonic() - begun < 10


def test_a_workbook_is_marked_without_secrets_and_in_limited_time(monkeypatch):
    monkeypatch.setenv("DUBAN_TOKEN", "123:secret")
    known = {}
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: known.update(options) or run(*args, **options))
    assert opened(mark_workbook(workbook(), "台账.xlsx", [WAITING])).sheetnames[1:] == ["台账", "底稿"]
    assert "DUBAN_TOKEN" not in known["env"]
    assert known["timeout"] == marking_limits.WALL_SECONDS


def test_a_date_stays_a_date():
    def touch(book):
        book["台账"]["B4"] = date(2026, 12, 1)

    book = marked_book(WAITING, touch=touch)
    assert book["台账"]["B4"].value.date() == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("name", "marked_as"),
    [("台账.xlsx", "台账(待确认).xlsx"), ("台账(待确认).xlsx", "台账(待确认).xlsx"), ("a.b.csv", "a.b(待确认).xlsx")],
)
def test_the_marked_workbook_has_a_name_of_its_own(name, marked_as):
    assert marked_name(name) == marked_as
