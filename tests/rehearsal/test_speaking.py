"""People write as they speak, in the browser: asked, reported, given out.

The pictures in the documents are made here: ``UPDATE_DOCS=1 pytest tests/rehearsal/test_speaking.py``.
"""

import re

from playwright.async_api import Locator, Page, expect

from tests.rehearsal.browsing import MARKS, be, chromium, last_with, open_chat, picture, rehearsal, says

SECONDS = 20_000  # milliseconds, as the browser counts
PHONE = {"width": 390, "height": 844}

pytestmark = MARKS


async def test_officials_speak_and_the_bot_understands_or_asks() -> None:
    async with rehearsal() as address, chromium() as browser:
        page = await browser.new_page(viewport=PHONE)
        await page.goto(address)
        await ask_in_the_group(page)
        await report_two(page)
        await give_out(page)


async def ask_in_the_group(page: Page) -> None:
    await be(page, "姜启林")
    await open_chat(page, "青澜市督察整改工作群")
    await says(page, "@duban_bot 澜东怎么样了")
    await expect(last_with(page, "澜东区 整改进度")).to_be_visible(timeout=SECONDS)
    await back(page)


async def report_two(page: Page) -> None:
    """Two numbers that may be of two kinds: asked, and then written by one press."""
    await be(page, "马景民")
    await open_chat(page, "督办")
    await says(page, "004和003搞完了")
    asked = last_with(page, "还没有登记")
    await expect(asked).to_be_visible(timeout=SECONDS)
    await picture(page, "sentence-asked-phone")
    await button(page, "报完成 DC-2026-004、003").click()
    await expect(last_with(page, "待市级验收")).to_contain_text("DC-2026-004", timeout=SECONDS)
    await back(page)


async def give_out(page: Page) -> None:
    """A county that there is not: chosen; what is missing: asked; then one card, and one press."""
    await be(page, "姜启林")
    await open_chat(page, "督办")
    await says(page, "北山12月底前把3号图斑那20亩整改到位")
    for label in ("澜东区", "违法用地整改", "没有耕地"):
        await expect(button(page, label)).to_be_visible(timeout=SECONDS)
        await button(page, label).click()
    await expect(button(page, "确认下达")).to_be_visible(timeout=SECONDS)
    await picture(page, "assign-card-phone")
    await button(page, "确认下达").click()
    await expect(last_with(page, "已下达")).to_contain_text(re.compile(r"WF-2026-\d{3}"), timeout=SECONDS)


def button(page: Page, label: str) -> Locator:
    return page.locator("[data-testid=button]").filter(has_text=label).last


async def back(page: Page) -> None:
    """From a chat to the list of chats, as on a phone."""
    await page.get_by_test_id("back").click()
