"""One working day in the browser, as `make run` gives it: ask, report, undo, and the next morning's messages.

The pictures in the README are made here: ``UPDATE_DOCS=1 pytest tests/rehearsal/test_working_day.py``.
"""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from rehearsal.cast import CITY

HOME = Path(__file__).parent.parent.parent
PICTURES = HOME / "docs" / "pictures"
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
EXPECTED = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))
START_SECONDS = 60  # from the command to a page that answers

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Start the rehearsal as `make run` does, and wait until it says where it is."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rehearsal", "0", cwd=HOME,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert program.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        while not (found := re.search(rb"http://127\.0\.0\.1:\d+/", line := await program.stdout.readline())):
            assert line, "the rehearsal ended before it began"
    yield found[0].decode()
    program.terminate()
    assert await program.wait() == 0, "Ctrl-C and SIGTERM end it in order"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def be(page: Page, name: str) -> None:
    """Become somebody."""
    search = page.get_by_test_id("person-search")
    if not await search.is_visible():
        await page.get_by_test_id("person-current").click()
    await search.fill(name)
    await page.locator("[data-testid^=person-1]", has_text=name).first.click()


async def open_chat(page: Page, title: str) -> None:
    await page.locator("[data-testid^=chat-]", has_text=title).first.click()


async def says(page: Page, words: str) -> None:
    await page.get_by_test_id("composer").fill(words)
    await page.get_by_test_id("send").click()


def last_with(page: Page, words: str) -> Locator:
    return page.get_by_test_id("message").filter(has_text=words).last


async def picture(page: Page, name: str) -> None:
    if os.environ.get("UPDATE_DOCS"):
        PICTURES.mkdir(exist_ok=True)
        await page.screenshot(path=PICTURES / f"{name}.png")


async def test_a_working_day(address: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    await page.goto(address)

    await be(page, "姜启林")
    await open_chat(page, "青澜市督察整改工作群")
    await says(page, "/status 澜东区")
    answer = last_with(page, "澜东区 整改进度")
    await expect(answer).to_be_visible(timeout=10_000)
    figures, said = EXPECTED["by_county"]["澜东区"], await answer.inner_text()
    assert f"共{figures['count']}件：已销号{figures['done_count']}" in said
    assert f"超期{figures['overdue']}件" in said
    assert f"上报{figures['rate_by_farmland']}%" in said
    assert f"认定{figures['rate_by_farmland_accepted']}%" in said
    for cell in EXPECTED["cells"]["澜东区"].values():
        assert f"销号{cell['done_count']}/{cell['count']}" in said
    await picture(page, "status")

    await be(page, "马景民")
    await open_chat(page, "督办")
    await says(page, "完成 DC-2026-004")
    done = last_with(page, "已报完成，待市级验收：DC-2026-004")
    await expect(done).to_be_visible(timeout=10_000)
    await picture(page, "done")
    await page.get_by_test_id("button").filter(has_text="撤销").last.click()
    await expect(last_with(page, "已撤销：DC-2026-004 恢复为整改中")).to_be_visible(timeout=10_000)

    await page.get_by_test_id("clock-next-workday").click()
    panel = page.get_by_test_id("sent-panel")
    await expect(panel).to_be_visible(timeout=30_000)
    recipients = panel.get_by_test_id("sent-recipient")
    leader = recipients.filter(has_text="任景斌")
    await expect(leader).to_contain_text("【青澜市整改日报 11月19日（周四）】")
    official = recipients.filter(has_text="马景民")
    await expect(official).to_contain_text("【整改提醒】马景民，超期1件")
    assert await official.get_by_test_id("sent-text").count() == 1, "one merged message a day"
    assert "11-19T08:30" in str(await page.get_by_test_id("clock-now").get_attribute("data-now"))
    await picture(page, "morning")


async def test_the_same_on_a_phone(address: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    await page.goto(address)
    await page.get_by_test_id("clock-next-workday").click()
    await expect(page.get_by_test_id("sent-panel")).to_be_visible(timeout=30_000)
    await page.get_by_test_id("sent-close").click()
    await be(page, "马景民")
    await open_chat(page, "督办")
    reminder = last_with(page, "【整改提醒】马景民")
    await expect(reminder).to_be_visible(timeout=10_000)
    await picture(page, "phone")
    await page.get_by_test_id("button").filter(has_text="DC-2026-004 报完成").last.click()
    await expect(last_with(page, "已报完成，待市级验收：DC-2026-004")).to_be_visible(timeout=10_000)
