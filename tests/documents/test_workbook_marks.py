"""Searching a worksheet's bytes finds the same marks as walking its XML, and leaves what is unusual to the walk."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import mark_search
from documents.marks import _SheetReader, sheet_marks
from documents.sheet_marks import Mark
from tests.documents.hostile import text_cell, worksheet

FORMATS = {5: "0%", 12: '0.0"公顷"'}
TEXTS = st.text(alphabet='亩 <>&"=te/fvc', max_size=12)

FORMULAS = st.one_of(
    st.sampled_from(["", "<f/>", '<f t="shared" si="0"/>', '<f t="shared" ref="A1:B2" si="0">A1+1</f>']),
    TEXTS.map(lambda text: f"<f>{html.escape(text)}</f>"),
)


@st.composite
def cells(draw, row, column):
    at = f"{'ABCDEFGH'[column]}{row}"
    style = draw(st.sampled_from(["", ' s="0"', ' s="5"', ' s="12"', ' s="51"']))
    formula = draw(FORMULAS)
    value = draw(st.sampled_from(["", "<v/>", "<v></v>", "<v>0.5</v>", "<v>#N/A</v>"]))
    kind = draw(st.sampled_from(["", ' t="n"', ' t="str"', ' t="e"', ' t="b"']))
    if draw(st.booleans()):
        return f'<c r="{at}"{style}{kind}>{formula}{value}</c>'
    if draw(st.booleans()):
        return f'<c r="{at}"{style}/>'
    return text_cell(at, html.escape(draw(TEXTS)))


@st.composite
def sheets(draw):
    rows = []
    for row in range(1, draw(st.integers(1, 5)) + 1):
        hidden = draw(st.sampled_from(["", ' hidden="1"', ' hidden="0"', ' s="5" customFormat="1" hidden="true"']))
        inside = "".join(draw(cells(row, column)) for column in range(draw(st.integers(0, 4))))
        rows.append(f'<row r="{row}"{hidden}>{inside}</row>')
    return worksheet("".join(rows)).encode()


@given(sheets())
def test_the_search_finds_what_the_walk_finds(data):
    found = mark_search.search(data, FORMATS)
    assert found is not None
    assert found == _SheetReader(FORMATS).read(data)


MARKED = (
    '<row r="1" hidden="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>A1</f></c><c r="C1" s="5"><v>1</v></c></row>'
)
MARKS = {(1, 1): Mark("error", "#N/A"), (1, 2): Mark("formula", "=A1"), (1, 3): Mark("format", "0%")}


def prefixed(data):
    data = data.replace(b"</", b"<%").replace(b"<", b"<x:").replace(b"<x:%", b"</x:").replace(b"<x:?", b"<?")
    return data.replace(b"xmlns=", b"xmlns:x=")


@pytest.mark.parametrize(
    ("change", "searched"),
    [
        (lambda data: data, True),
        (prefixed, True),
        (lambda data: data + b"\r\n", True),
        (lambda data: b"\xef\xbb\xbf" + data, True),
        (lambda data: data.replace(b"><", b">\n  <"), True),
        (lambda data: data.replace(b'"', b"'"), False),
        (lambda data: data.replace(b' t="e"', b' t = "e"'), False),
        (lambda data: data.replace(b"<sheetData>", b"<sheetData><!-- x -->"), False),
        (lambda data: data.replace(b' r="B1"', b""), False),
        (lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16"), False),
    ],
)
def test_what_is_written_in_another_way_is_walked(change, searched):
    data = change(worksheet(MARKED).encode())
    assert (mark_search.search(data, FORMATS) is not None) is searched
    found = sheet_marks(data, FORMATS)
    assert (found.cells, found.hidden_rows) == (MARKS, {1})
