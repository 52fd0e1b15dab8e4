"""One working day in the browser, as `make run` gives it: ask, report, undo, and the next morning's messages.

The pictures in the README are made here: ``UPDATE_DOCS=1 pytest tests/rehearsal/test_working_day.py``.
"""

import json
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from rehearsal.cast import CITY
from tests.rehearsal.browsing import MARKS, be, chromium, last_with, open_chat, picture, rehearsal, says

EXPECTED = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))

pytestmark = MARKS


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with rehearsal() as address:
        yield address


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


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
    await page.get_by_test_id("button").filter(has_text="①完成").last.click()
    await expect(last_with(page, "已报完成，待市级验收：DC-2026-004")).to_be_visible(timeout=10_000)
