"""Files that nobody should send, each made into a directory by a function, with the reason that answers it."""

import os
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import xlwt

from text.reasons import Reason

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def worksheet(rows: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    )


def parts_of_book(rows: str = "", sheets: int = 1) -> dict[str, str | bytes]:
    """Return the parts of the least .xlsx that every reader takes."""
    named = "".join(f'<sheet name="表{one}" sheetId="{one}" r:id="r{one}"/>' for one in range(1, sheets + 1))
    related = "".join(
        f'<Relationship Id="r{one}" Type="{REL}/worksheet" Target="worksheets/sheet{one}.xml"/>'
        for one in range(1, sheets + 1)
    )
    xml = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{related}</Relationships>',
    }
    return {**xml, **{f"xl/worksheets/sheet{one}.xml": worksheet(rows) for one in range(1, sheets + 1)}}


def zipped(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def text_cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


A_ROW = f'<row r="1">{text_cell("A1", "通讯录")}</row>'


def zip_bomb(folder: Path) -> Path:
    """Write three hundred megabytes of blanks in three hundred kilobytes."""
    return zipped(folder / "bomb.xlsx", {**parts_of_book(A_ROW), "xl/worksheets/sheet2.xml": b" " * 300_000_000})


def dense_bomb(folder: Path) -> Path:
    """Write five million cells that are packed no better than a ledger's."""
    digits = random.Random(1)
    cells = ["".join(f"<c><v>{digits.randrange(10_000)}</v></c>" for _ in range(20)) for _ in range(1000)]
    rows = "".join(f'<row r="{row}">{cells[row % 1000]}</row>' for row in range(1, 250_001))
    return zipped(folder / "dense.xlsx", parts_of_book(rows))


def corner_cell(folder: Path) -> Path:
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    return zipped(folder / "corner.xlsx", parts_of_book(rows))


def hundred_megabytes(folder: Path) -> Path:
    path = zipped(folder / "large.xlsx", parts_of_book(A_ROW))
    os.truncate(path, 100 * 1024 * 1024)
    return path


def encrypted_package(folder: Path) -> Path:
    """Write what Excel makes of an .xlsx with a password, as far as it shows: an OLE file with that directory entry."""
    path = folder / "password.xlsx"
    path.write_bytes(OLE + bytes(1024) + "EncryptedPackage".encode("utf-16-le") + bytes(1024))
    return path


def encrypted_entry(folder: Path) -> Path:
    """Set the bit that says encrypted in the zip's directory and at each entry."""
    path = zipped(folder / "encrypted.xlsx", parts_of_book(A_ROW))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            data[entry.header_offset + 6] |= 1
    at = 0
    while (at := data.find(b"PK\1\2", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    path.write_bytes(data)
    return path


def encrypted_xls(folder: Path) -> Path:
    """Turn the record of the writer's name into the record of a password."""
    path = folder / "encrypted.xls"
    book = xlwt.Workbook()
    book.add_sheet("表").write(0, 0, "x")
    book.save(str(path))
    data = path.read_bytes()
    write_access, file_pass = struct.pack("<HH", 0x5C, 112), struct.pack("<HHH", 0x2F, 112, 1)
    assert write_access in data
    at = data.index(write_access)
    path.write_bytes(data[:at] + file_pass + data[at + len(file_pass) :])
    return path


def document(folder: Path) -> Path:
    return zipped(folder / "notice.xlsx", {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})


def macros(folder: Path) -> Path:
    return zipped(folder / "macros.xlsm", {**parts_of_book(A_ROW), "xl/vbaProject.bin": OLE})


def macros_of_old(folder: Path) -> Path:
    path = folder / "macros.xls"
    path.write_bytes(OLE + bytes(1024) + "_VBA_PROJECT_CUR".encode("utf-16-le") + "Workbook".encode("utf-16-le"))
    return path


def truncated(folder: Path) -> Path:
    path = zipped(folder / "half.xlsx", parts_of_book(A_ROW * 1000))
    os.truncate(path, path.stat().st_size // 2)
    return path


def truncated_xls(folder: Path) -> Path:
    path = folder / "half.xls"
    book = xlwt.Workbook()
    book.add_sheet("表").write(0, 0, "x")
    book.save(str(path))
    os.truncate(path, path.stat().st_size // 2)
    return path


def no_ledger(folder: Path) -> Path:
    """Write a million different numbers under heads that no ledger has; the calling process must not hold them."""
    heads = "".join(text_cell(f"{letter}1", f"指标{letter}") for letter in "ABCDEFGHIJ")
    rows = "".join(
        f'<row r="{row}">{"".join(f"<c><v>{row}{column}</v></c>" for column in range(10))}</row>'
        for row in range(2, 100_002)
    )
    return zipped(folder / "statistics.xlsx", parts_of_book(f'<row r="1">{heads}</row>{rows}'))


def laughs(folder: Path) -> Path:
    """Write entities that grow tenfold nine times."""
    entities = "".join(
        f'<!ENTITY l{one} "{f"&l{one - 1};" * 10}">' if one else '<!ENTITY l0 "ha">' for one in range(10)
    )
    parts = parts_of_book(f'<row r="1">{text_cell("A1", "&l9;")}</row>')
    sheet = str(parts["xl/worksheets/sheet1.xml"])
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("<worksheet", f"<!DOCTYPE worksheet [{entities}]><worksheet", 1)
    return zipped(folder / "laughs.xlsx", parts)


def many_sheets(folder: Path) -> Path:
    return zipped(folder / "sheets.xlsx", parts_of_book(A_ROW, sheets=10_000))


def one_part_as_many_sheets(folder: Path) -> Path:
    """Name one part as ten thousand sheets."""
    parts = parts_of_book(A_ROW)
    sheets = "".join(f'<sheet name="表{one}" sheetId="{one}" r:id="r1"/>' for one in range(1, 10_001))
    parts["xl/workbook.xml"] = f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{sheets}</sheets></workbook>'
    return zipped(folder / "same.xlsx", parts)


def empty(folder: Path) -> Path:
    path = folder / "empty.xlsx"
    path.touch()
    return path


def picture(folder: Path) -> Path:
    path = folder / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(range(256)) * 100)
    return path


def rubbish_csv(folder: Path) -> Path:
    path = folder / "rubbish.csv"
    path.write_bytes(random.Random(1).randbytes(5_000_000))
    return path


def one_line_csv(folder: Path, megabytes: int = 50) -> Path:
    path = folder / "line.csv"
    path.write_bytes(b"1234567,99" * (megabytes * 100_000))
    return path


def one_line_within_size_csv(folder: Path) -> Path:
    return one_line_csv(folder, 19)


def shared_text(folder: Path) -> Path:
    """Let two hundred thousand cells share one text of thirty thousand letters."""
    parts = parts_of_book(
        "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 200_001))
    )
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}"><si><t>{"长" * 30_000}</t></si></sst>'
    related = str(parts["xl/_rels/workbook.xml.rels"])
    shared = f'<Relationship Id="s" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = related.replace("</Relationships>", shared)
    return zipped(folder / "shared.xlsx", parts)


def repeated_ods(folder: Path) -> Path:
    """Say that one filled row stands for two thousand, and its one filled cell for ten thousand."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
        f'xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet><table:table table:name="表">'
        '<table:table-row table:number-rows-repeated="2000"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="10000"><text:p>x</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": "<manifest/>",
        "content.xml": content,
    }
    return zipped(folder / "repeated.ods", parts)


HOSTILE: dict[Callable[[Path], Path], Reason] = {
    zip_bomb: Reason.FILE_TOO_LARGE,
    dense_bomb: Reason.FILE_TOO_LARGE,
    corner_cell: Reason.FILE_TOO_LARGE,
    hundred_megabytes: Reason.FILE_TOO_LARGE,
    encrypted_package: Reason.FILE_ENCRYPTED,
    encrypted_entry: Reason.FILE_ENCRYPTED,
    encrypted_xls: Reason.FILE_ENCRYPTED,
    document: Reason.FILE_NOT_A_WORKBOOK,
    macros: Reason.FILE_WITH_MACROS,
    macros_of_old: Reason.FILE_WITH_MACROS,
    truncated: Reason.FILE_TRUNCATED,
    truncated_xls: Reason.FILE_TRUNCATED,
    no_ledger: Reason.FILE_WITHOUT_LEDGER,
    laughs: Reason.FILE_TRUNCATED,
    many_sheets: Reason.FILE_TOO_LARGE,
    one_part_as_many_sheets: Reason.FILE_TOO_LARGE,
    empty: Reason.FILE_EMPTY,
    picture: Reason.FILE_NOT_A_WORKBOOK,
    rubbish_csv: Reason.FILE_ENCODING,
    one_line_csv: Reason.FILE_TOO_LARGE,
    one_line_within_size_csv: Reason.FILE_TOO_LARGE,
    shared_text: Reason.FILE_TOO_LARGE,
    repeated_ods: Reason.FILE_TOO_LARGE,
}
