import csv
import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from db.models import Status
from documents.figures_out import FiguresTable, write_figures, write_figures_csv
from documents.ledger import BadFile
from documents.overdue_out import OverdueLine, write_overdue, write_overdue_csv
from documents.table_out import LIGHT_FILLS
from rules.figures import Figures, together
from rules.lights import Light
from tests.documents.conftest import read
from text.reasons import Reason

AS_OF, NOW = date(2026, 11, 18), datetime(2026, 11, 18, 9, 30)
LATE = OverdueLine(
    number="X-1", county="甲县", workstream="督察问题整改", title="=1+1", due_on=date(2026, 11, 6), days_late=12,
    status=Status.IN_PROGRESS, light=Light.RED, area_mu=Decimal("10.5"), farmland_mu=None,
    rectified_area_mu=Decimal(5), rectified_farmland_mu=Decimal(0), lead_unit="甲局", persons=("王志远", "李明"),
)  # fmt: skip
A = Figures(
    count=2, done_count=1, claimed_done_count=2, area=Decimal(30), farmland=Decimal(10), rectified_area=Decimal(20),
    rectified_farmland=Decimal(10), accepted_area=Decimal(10), accepted_farmland=Decimal("2.5"),
    open_count=1, overdue=1,
)  # fmt: skip
B = Figures(count=1, area=Decimal("0.5"), open_count=1, due_within_7=1, due_within_30=1)
TOGETHER = together([A, B])


def overdue(*lines: OverdueLine) -> bytes:
    return write_overdue(lines, city="青澜市", office="青澜市督察办", as_of=AS_OF, written_at=NOW)


def figures(ledger_of: date | None = date(2026, 11, 17)) -> bytes:
    tables = [
        FiguresTable(name="全部工作", counties={"甲县": A, "乙市": B}, city=TOGETHER),
        FiguresTable(name="督察问题整改", counties={"甲县": B}, city=B),
    ]
    return write_figures(tables, city="青澜市", office="青澜市督察办", as_of=AS_OF, ledger_of=ledger_of, written_at=NOW)


def sheets(content: bytes, *, values: bool = True) -> list:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values).worksheets


def by_head(sheet, row: int) -> dict[str, object]:
    """A row's values under "group/words"."""
    found, group = {}, ""
    for at in range(1, sheet.max_column + 1):
        group = sheet.cell(3, at).value or group
        below = sheet.cell(4, at).value
        found[f"{group}/{below}" if below else group] = sheet.cell(row, at).value
    return found


def test_the_overdue_list_says_who_is_late_with_what_and_how_late():
    (sheet,) = sheets(overdue(LATE))
    assert by_head(sheet, 5) == {
        "序号": 1, "超期事项": "X-1", "县(市、区)": "甲县", "工作类别": "督察问题整改", "问题描述": "=1+1",
        "有效时限": datetime(2026, 11, 6), "超期天数": 12, "面积(亩)/总面积": 10.5, "面积(亩)/其中耕地": None,
        "已整改面积(亩)/总面积": 5, "已整改面积(亩)/其中耕地": 0, "当前状态": "整改中", "亮灯": "红",
        "牵头单位": "甲局", "具体责任人": "王志远、李明",
    }  # fmt: skip
    assert sheet["E5"].data_type == "s"
    assert sheet["M5"].fill.fgColor.rgb == "FF" + LIGHT_FILLS[Light.RED].removeprefix("#")
    assert "截至日期:2026年11月18日" in sheet["A2"].value
    assert "口径:" in sheet["A2"].value


def test_the_overdue_list_adds_up_what_was_and_is_not_done():
    content = overdue(LATE, LATE)
    assert sheets(content, values=False)[0]["H7"].value == "=SUM(H5:H6)"
    assert [sheets(content)[0].cell(7, at).value for at in (1, 7, 8, 10)] == ["合计", None, 21, 10]


def test_an_overdue_list_that_is_empty_says_so():
    (sheet,) = sheets(overdue())
    assert sheet["A6"].value.endswith("共0件。")


@pytest.mark.parametrize("content", [overdue(LATE), figures()], ids=["overdue", "figures"])
def test_what_is_no_ledger_is_not_read_as_one(tmp_path, content):
    (tmp_path / "sent back.xlsx").write_bytes(content)
    with pytest.raises(BadFile) as refused:
        read(tmp_path / "sent back.xlsx")
    assert refused.value.reason is Reason.FILE_WITHOUT_LEDGER


def test_the_figures_stand_county_by_county_on_both_bases():
    sheet, other = sheets(figures())
    assert (sheet.title, other.title) == ("1-全部工作", "2-督察问题整改")
    row = by_head(sheet, 5)
    assert [row["县(市、区)"], row["事项(件)/事项总数"], row["事项(件)/已销号"], row["事项(件)/待验收"]] == [
        "甲县",
        2,
        1,
        1,
    ]
    assert [row["上报口径/按耕地到位率(%)"], row["认定口径/按耕地到位率(%)"]] == [100, 25]
    assert [row["上报口径/按面积到位率(%)"], row["认定口径/按面积到位率(%)"]] == [66.67, 33.33]
    assert [row["时限情况(件)/超期"], row["时限情况(件)/未完成"]] == [1, 1]
    assert by_head(sheet, 6)["上报口径/按耕地到位率(%)"] is None  # nothing to rectify, so no rate


def test_the_city_s_rates_are_its_own_and_its_sums_are_real():
    formulas, values = sheets(figures(), values=False)[0], sheets(figures())[0]
    total = by_head(values, 7)
    assert [total["县(市、区)"], total["事项(件)/事项总数"], total["任务面积(亩)/总面积"]] == ["合计", 3, 30.5]
    assert total["上报口径/按面积到位率(%)"] == float(TOGETHER.rate_by_area)
    assert [formulas.cell(7, at).value for at in (2, 11)] == ["=SUM(B5:B6)", float(TOGETHER.rate_by_area)]


@pytest.mark.parametrize(("ledger_of", "words"), [(date(2026, 11, 17), "台账截至2026年11月17日"), (None, "尚无数据")])
def test_the_figures_say_what_they_rest_on(ledger_of, words):
    line = sheets(figures(ledger_of))[0]["A2"].value
    assert words in line
    assert "截至日期:2026年11月18日" in line


def test_the_same_lists_as_csv():
    content = write_overdue_csv([LATE])
    assert content.startswith(b"\xef\xbb\xbf")
    (line,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (line["问题描述"], line["有效时限"], line["面积(亩)/总面积"], line["亮灯"]) == (
        "'=1+1", "2026-11-06", "10.5", "红",
    )  # fmt: skip
    table = FiguresTable(name="全部工作", counties={"甲县": A}, city=A)
    content = write_figures_csv([table], city="青澜市", as_of=AS_OF)
    county, city = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert (county.pop("县(市、区)"), city.pop("县(市、区)")) == ("甲县", "青澜市")
    assert county == city
    assert (city["截至日期"], city["认定口径/按耕地到位率(%)"]) == ("2026-11-18", "25")
