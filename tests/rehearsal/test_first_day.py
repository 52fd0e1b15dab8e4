"""An office's first day in the browser: send the ledger, answer what it leaves open, write it, ask, take it out again.

The pictures in the documents are made here: ``UPDATE_DOCS=1 pytest tests/rehearsal/test_first_day.py``.
"""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from rehearsal.cast import CITY
from tests.rehearsal.browsing import MARKS, be, chromium, last_with, open_chat, picture, rehearsal, says

EXPECTED = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))
OPERATOR, HEAD = "苗宏宁", "姜启林"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
ASKED = {  # cell: what ledger_dirty.md says of it; a button's label, or words to type
    "K57": "先空着",
    "M21": "没写错，照此登记",
    "U26": "没写错，照此登记",
    "J74": "没写错，照此登记",
    "C41": "竹浦县",
    "B31": "KS-2026-025",
}
TYPED = ("B31",)
SECONDS = 20_000  # milliseconds, as the browser counts

pytestmark = MARKS


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with rehearsal("--without-ledger") as address:
        yield address


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def test_the_first_day(address: str, browser: Browser, tmp_path: Path) -> None:
    page = await browser.new_page(viewport=DESKTOP)
    await page.goto(address)
    await be(page, OPERATOR)
    await open_chat(page, "督办")
    await send_ledger(page)
    summary = last_with(page, "读完了")
    await expect(summary).to_contain_text("新增238件", timeout=SECONDS)
    await expect(summary).to_contain_text("6处要请您定")
    await pictures(page, "ledger-read")
    check_marks(await downloaded(page, summary, tmp_path))

    await button(page, "逐处回答").click()
    assert await answer_everything(page) == set(ASKED)
    again = last_with(page, "新增240件")
    await expect(again).to_be_visible(timeout=SECONDS)
    await expect(again).not_to_contain_text("要请您定")
    await button(page, "确认写入").click()
    await expect(last_with(page, "已写入台账")).to_contain_text("新增240件", timeout=SECONDS)
    await pictures(page, "ledger-written")

    await be(page, HEAD)
    await open_chat(page, "青澜市督察整改工作群")
    await says(page, "/status 澜东区")
    await check_figures(last_with(page, "澜东区 整改进度"))

    await open_chat(page, "督办")
    await check_exports(page, tmp_path)


async def send_ledger(page: Page) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_test_id("attach").click()
    await (await chooser.value).set_files(CITY / "ledger.xlsx")


def button(page: Page, label: str) -> Locator:
    return page.get_by_test_id("button").filter(has_text=label).last


async def downloaded(page: Page, message: Locator, folder: Path) -> Path:
    """Save a message's file under its own name."""
    async with page.expect_download() as download:
        await message.get_by_test_id("document").click()
    saved = await download.value
    path = folder / saved.suggested_filename
    await saved.save_as(path)
    return path


def check_marks(path: Path) -> None:
    """See every cell that is asked about marked, and said why."""
    assert path.name == "ledger(待确认).xlsx"
    book = openpyxl.load_workbook(path)
    marked = {
        cell.coordinate
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment is not None and cell.fill.fgColor.rgb not in (None, "00000000")
    }
    assert set(ASKED) <= marked
    assert "不存在的日期" in book["1-督察问题整改"]["K57"].comment.text


async def answer_everything(page: Page) -> set[str]:
    """Answer one question after the other, and return the cells that were asked about."""
    cells: set[str] = set()
    question = last_with(page, "处要问")
    while len(cells) < len(ASKED):
        await expect(question).to_contain_text(f"还有{len(ASKED) - len(cells)}处要问", timeout=SECONDS)
        found = re.search(r"([A-Z]+\d+)）", await question.inner_text())
        assert found is not None, await question.inner_text()
        cells.add(found[1])
        if found[1] in TYPED:
            await pictures(page, "ledger-question")
            await says(page, ASKED[found[1]])
        else:
            await button(page, ASKED[found[1]]).click()
    await expect(last_with(page, "记住了")).to_be_visible(timeout=SECONDS)
    return cells


async def check_figures(answer: Locator) -> None:
    await expect(answer).to_be_visible(timeout=SECONDS)
    figures, said = EXPECTED["by_county"]["澜东区"], await answer.inner_text()
    assert f"共{figures['count']}件：已销号{figures['done_count']}" in said
    assert f"超期{figures['overdue']}件" in said
    assert f"上报{figures['rate_by_farmland']}%" in said
    assert f"认定{figures['rate_by_farmland_accepted']}%" in said
    for cell in EXPECTED["cells"]["澜东区"].values():
        assert f"销号{cell['done_count']}/{cell['count']}" in said


async def check_exports(page: Page, folder: Path) -> None:
    """Take the ledger and the overdue list out again; the ledger by the button that is offered."""
    await says(page, "导出")
    await expect(last_with(page, "导出哪一种")).to_be_visible(timeout=SECONDS)
    await button(page, "整改台账").click()
    ledger = last_with(page, "青澜市整改台账")
    await expect(ledger.get_by_test_id("document")).to_be_visible(timeout=SECONDS)
    assert rows_of(await downloaded(page, ledger, folder)) >= EXPECTED["duties"]
    await says(page, "导出 超期")
    overdue = last_with(page, "青澜市超期清单")
    await expect(overdue.get_by_test_id("document")).to_be_visible(timeout=SECONDS)
    assert rows_of(await downloaded(page, overdue, folder)) >= EXPECTED["city"]["overdue"]
    await pictures(page, "export")


def rows_of(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    rows = sum(any(cell is not None for cell in row) for sheet in book for row in sheet.iter_rows(values_only=True))
    book.close()
    return rows


async def pictures(page: Page, name: str) -> None:
    """See that nothing hangs over the edge, at a desk and on a telephone, and take a picture of each."""
    for size, suffix in ((PHONE, "-phone"), (DESKTOP, "")):
        await page.set_viewport_size(size)
        await page.evaluate("document.querySelector('#messages').scrollTo(0, 1e9)")
        whole, seen = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert whole <= seen, f"{name}{suffix}"
        await picture(page, f"{name}{suffix}")
