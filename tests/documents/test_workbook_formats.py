"""Every format comes through one door and means the same, whatever its name says."""

import shutil
import zipfile
from datetime import date

import openpyxl
import pytest
import xlwt

from documents.ledger import BadFile
from documents.workbook import Cell, CellKind, read_workbook
from tests.documents.conftest import COUNTIES, DUTY, read
from tests.documents.hostile import zipped
from text.reasons import Reason

HEAD = list(DUTY)
PERCENT, DAY = "0.0%", "yyyy-mm-dd"


def write_xlsx(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "违法用地"
    sheet["A1"], sheet["A3"] = "甲县", "隐藏"
    sheet.merge_cells("A1:A2")
    sheet.row_dimensions[3].hidden = True
    sheet["B1"], sheet["B2"], sheet["B3"] = date(2026, 3, 1), 0.5, 12.5
    sheet["B1"].number_format, sheet["B2"].number_format = DAY, PERCENT
    sheet["C2"] = True
    sheet["D1"], sheet["D2"] = 1, 0.5
    book.save(path)


def write_xls(path, dates_1904=False):
    book = xlwt.Workbook()
    book.dates_1904 = dates_1904
    sheet = book.add_sheet("违法用地")
    day, percent = xlwt.easyxf(num_format_str=DAY), xlwt.easyxf(num_format_str=PERCENT)
    sheet.write_merge(0, 1, 0, 0, "甲县")
    sheet.write(2, 0, "隐藏")
    sheet.row(2).hidden = True
    sheet.write(0, 1, date(2026, 3, 1), day)
    sheet.write(1, 1, 0.5, percent)
    sheet.write(2, 1, 12.5)
    sheet.write(1, 2, True)
    sheet.write(0, 3, 1)
    sheet.write(1, 3, 0.5)
    book.save(str(path))


def write_ods(path):
    def cell(kind, value="", text="", more=""):
        return f'<table:table-cell office:value-type="{kind}" {value} {more}><text:p>{text}</text:p></table:table-cell>'

    rows = (
        "<table:table-row>",
        cell("string", text="甲县", more='table:number-rows-spanned="2" table:number-columns-spanned="1"'),
        cell("date", 'office:date-value="2026-03-01"'),
        "<table:table-cell/>",
        cell("float", 'office:value="1"'),
        "</table:table-row><table:table-row><table:covered-table-cell/>",
        cell("percentage", 'office:value="0.5"'),
        cell("boolean", 'office:boolean-value="true"'),
        cell("float", 'office:value="0.5"'),
        '</table:table-row><table:table-row table:visibility="collapse">',
        cell("string", text="隐藏"),
        cell("float", 'office:value="12.5"'),
        '</table:table-row><table:table-row table:number-rows-repeated="1048573" table:visibility="filter">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
    )
    ods(path, "".join(rows))


def ods(path, rows):
    office = "urn:oasis:names:tc:opendocument:xmlns"
    zipped(
        path,
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f'<office:document-content xmlns:office="{office}:office:1.0" '
            f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0" xmlns:calcext="urn:calcext">'
            f'<office:body><office:spreadsheet><table:table table:name="违法用地">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        },
    )


@pytest.mark.parametrize("write", [write_xlsx, write_xls, write_ods])
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.csv", "台账"])
def test_a_format_is_known_by_what_is_in_the_file(tmp_path, write, name):
    write(tmp_path / name)
    (sheet,) = read_workbook(tmp_path / name)
    half = Cell(CellKind.NUMBER, "0.5")
    told = "0%" if write is write_ods else PERCENT
    assert {row: dict(cells) for row, cells in sheet.rows.items()} == {
        1: {
            1: Cell(CellKind.TEXT, "甲县"),
            2: Cell(CellKind.DATE, "2026-03-01"),
            4: Cell(CellKind.NUMBER, "1"),
        },
        2: {2: half._replace(number_format=told), 3: Cell(CellKind.TEXT, "TRUE"), 4: half},
        3: {1: Cell(CellKind.TEXT, "隐藏"), 2: Cell(CellKind.NUMBER, "12.5")},
    }
    assert (sheet.name, sheet.merged, sheet.merged_known) == ("违法用地", ((1, 1, 2, 1),), True)
    assert sheet.hidden_rows == {3}
    assert sheet.last_row == 3


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active["A1"] = date(2026, 3, 1)
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b'date1904="1"' in archive.read("xl/workbook.xml")
    write_xls(tmp_path / "a.xls", dates_1904=True)
    (new,), (old,) = read_workbook(tmp_path / "a.xlsx"), read_workbook(tmp_path / "a.xls")
    assert new.rows[1][1] == old.rows[1][2] == Cell(CellKind.DATE, "2026-03-01")


def test_errors_and_formulas_without_a_result_of_an_ods(tmp_path):
    ods(
        tmp_path / "a.ods",
        '<table:table-row><table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error" table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=[.A1]+1"/><table:table-cell office:value-type="float" office:value="2" '
        'table:formula="of:=1+1"/></table:table-row>',
    )
    (sheet,) = read_workbook(tmp_path / "a.ods")
    assert sheet.rows[1] == {
        1: Cell(CellKind.ERROR, "#DIV/0!"),
        2: Cell(CellKind.FORMULA, "=[.A1]+1"),
        3: Cell(CellKind.NUMBER, "2"),
    }


def test_an_ods_under_a_password(tmp_path):
    write_ods(tmp_path / "a.ods")
    with zipfile.ZipFile(tmp_path / "a.ods") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["META-INF/manifest.xml"] = b"<manifest:encryption-data/>"
    zipped(tmp_path / "a.ods", {**parts, "content.xml": b"\x8a\x00"})
    with pytest.raises(BadFile) as refused:
        read_workbook(tmp_path / "a.ods")
    assert refused.value.reason is Reason.FILE_ENCRYPTED


def test_a_csv_under_a_workbooks_name(tmp_path):
    (tmp_path / "a.xlsx").write_text("编号,县区\nX-1,甲县\n", encoding="gb18030")
    (sheet,) = read_workbook(tmp_path / "a.xlsx")
    assert sheet.rows[2][2] == Cell(CellKind.TEXT, "甲县")
    assert not sheet.merged_known


def test_a_ledger_of_an_old_workbook(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("违法用地")
    for column, (name, value) in enumerate(DUTY.items()):
        sheet.write(0, column, name)
        sheet.write(1, column, value)
    book.save(str(tmp_path / "a.xls"))
    shutil.copy(tmp_path / "a.xls", tmp_path / "台账.xlsx")
    old, renamed = read(tmp_path / "a.xls"), read(tmp_path / "台账.xlsx")
    assert old == renamed
    assert [one.duty.county for one in old.rows] == [COUNTIES[DUTY["县区"]]]
