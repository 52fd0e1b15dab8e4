import re
import zipfile

import openpyxl
import pytest

from documents.ledger import BadFile
from tests.documents.conftest import read
from text.reasons import Reason

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def refusal(path):
    with pytest.raises(BadFile) as refused:
        read(path)
    return refused.value.reason


def small_workbook(path, value="x"):
    book = openpyxl.Workbook()
    book.active.append([value])
    book.save(path)
    return path


def changed(path, part, change):
    """Write the workbook again with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def test_an_empty_file(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"")
    assert refusal(tmp_path / "a.xlsx") is Reason.FILE_EMPTY


def test_an_empty_workbook(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    assert refusal(tmp_path / "a.xlsx") is Reason.FILE_EMPTY


def test_a_workbook_without_a_ledger(tmp_path):
    assert refusal(small_workbook(tmp_path / "a.xlsx")) is Reason.FILE_WITHOUT_LEDGER


@pytest.mark.parametrize("text", ["<html><table><tr><td>编号", "%PDF-1.7\n", "{\\rtf1 编号}"])
def test_a_text_that_is_no_csv_under_a_workbooks_name(tmp_path, text):
    (tmp_path / "a.xls").write_text(text, encoding="utf-8")
    assert refusal(tmp_path / "a.xls") is Reason.FILE_NOT_A_WORKBOOK


def test_a_document_that_is_called_a_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(tmp_path / "a.xlsx") is Reason.FILE_NOT_A_WORKBOOK


def test_a_truncated_workbook(tmp_path):
    path = small_workbook(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-400])
    assert refusal(path) is Reason.FILE_TRUNCATED


def test_broken_xml(tmp_path):
    path = changed(small_workbook(tmp_path / "a.xlsx"), SHEET, lambda data: data[: len(data) // 2])
    assert refusal(path) is Reason.FILE_TRUNCATED


def test_a_workbook_under_a_password(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(OLE + bytes(1024) + "EncryptedPackage".encode("utf-16-le") + bytes(1024))
    assert refusal(tmp_path / "a.xlsx") is Reason.FILE_ENCRYPTED


def test_an_old_workbook_that_this_reader_does_not_know(tmp_path):
    (tmp_path / "a.xls").write_bytes(OLE + bytes(2048))
    assert refusal(tmp_path / "a.xls") is Reason.FILE_NOT_A_WORKBOOK


def test_a_zip_bomb(tmp_path):
    path = changed(small_workbook(tmp_path / "a.xlsx"), SHEET, lambda data: data + b" " * 60_000_000)
    assert refusal(path) is Reason.FILE_TOO_LARGE


def test_a_zip_that_lies_about_its_sizes(tmp_path):
    path = changed(small_workbook(tmp_path / "a.xlsx"), SHEET, lambda data: data + b" " * 3_000_000)
    data = path.read_bytes()
    real = (len(zipfile.ZipFile(path).read(SHEET))).to_bytes(4, "little")
    path.write_bytes(data.replace(real, (100).to_bytes(4, "little")))
    assert refusal(path) is Reason.FILE_TRUNCATED


def test_a_cell_in_the_far_corner(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    assert refusal(tmp_path / "a.xlsx") is Reason.FILE_TOO_LARGE


def test_a_dimension_that_claims_the_far_corner_harms_nothing(tmp_path):
    path = changed(
        small_workbook(tmp_path / "a.xlsx"),
        SHEET,
        lambda data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data),
    )
    assert refusal(path) in (Reason.FILE_WITHOUT_LEDGER, Reason.FILE_TOO_LARGE)


def test_entities_that_grow(tmp_path):
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
    path = changed(
        small_workbook(tmp_path / "a.xlsx"), SHEET, lambda data: bomb + re.sub(rb"<\?xml[^>]*\?>", b"", data)
    )
    assert refusal(path) is Reason.FILE_TRUNCATED


@pytest.mark.parametrize(
    ("length", "reason"),
    [(1_000, Reason.FILE_WITHOUT_LEDGER), (30_000, Reason.FILE_TOO_LARGE), (40_000, Reason.FILE_TOO_LARGE)],
)
def test_one_long_text_that_many_cells_share(tmp_path, length, reason):
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 100_001))
    strings = f"<sst xmlns='{MAIN}' count='1' uniqueCount='1'><si><t>{'长' * length}</t></si></sst>"
    path = changed(small_workbook(tmp_path / "a.xlsx"), "xl/sharedStrings.xml", lambda _: strings.encode())
    path = changed(path, SHEET, lambda data: re.sub(rb"<row .*</row>", cells.encode(), data))
    assert refusal(path) is reason


def test_a_csv_that_is_no_ledger(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert refusal(tmp_path / "a.csv") is Reason.FILE_WITHOUT_LEDGER


def test_a_csv_of_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(bytes(range(256)))
    assert refusal(tmp_path / "a.csv") is Reason.FILE_ENCODING


def test_a_csv_with_an_open_quote(tmp_path):
    (tmp_path / "a.csv").write_text('a,"b\n1,2\n', encoding="utf-8")
    assert refusal(tmp_path / "a.csv") is Reason.FILE_TRUNCATED
