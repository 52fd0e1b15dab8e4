"""The ladder in the browser, on a phone's width: a week on letters wait, one is signed; the pictures of docs/chase.md.

``UPDATE_DOCS=1 pytest tests/rehearsal/test_letters.py``.
"""

import re

from playwright.async_api import Locator, Page, expect

from tests.rehearsal.browsing import MARKS, be, chromium, last_with, open_chat, picture, rehearsal, says

SECONDS = 20_000  # milliseconds, as the browser counts
PHONE = {"width": 390, "height": 844}
WORKDAYS_TO_THE_FIRST_LETTERS = 5

pytestmark = MARKS


async def test_letters_wait_a_week_on_and_nobody_gets_one_before_it_is_signed() -> None:
    async with rehearsal() as address, chromium() as browser:
        page = await browser.new_page(viewport=PHONE)
        await page.goto(address)
        for _ in range(WORKDAYS_TO_THE_FIRST_LETTERS):
            await next_morning(page)
        await be(page, "姜启林")
        await open_chat(page, "督办")
        await says(page, "待签发")
        await expect(last_with(page, "待签发16件")).to_contain_text("提醒函 · 澜东区", timeout=SECONDS)
        await picture(page, "chase-queue-phone")
        await press(page, r"^\d+ 澜东区$")
        await expect(last_with(page, "待签发（督察办主任）")).to_contain_text("经查，以下", timeout=SECONDS)
        await picture(page, "chase-letter-phone")
        await expect(await letters_of(page, "马景民")).to_have_count(0)
        await become(page, "姜启林")
        await press(page, "^签发$")
        await expect(last_with(page, "已签发：提醒函")).to_contain_text("〔2026〕1号", timeout=SECONDS)
        await next_morning(page)
        letters = await letters_of(page, "马景民")
        await expect(letters).to_have_count(1, timeout=SECONDS)
        await expect(letters).to_contain_text("书面报告原因、措施、完成时间和责任人")
        await picture(page, "chase-told-phone")


async def letters_of(page: Page, name: str) -> Locator:
    """Return the letters that a person got, once his chat is there."""
    await become(page, name)
    await expect(last_with(page, "【整改提醒】")).to_be_visible(timeout=SECONDS)
    return page.get_by_test_id("message").filter(has_text="📄")


async def become(page: Page, name: str) -> None:
    await page.get_by_test_id("back").click()
    await be(page, name)
    await open_chat(page, "督办")


async def next_morning(page: Page) -> None:
    await page.get_by_test_id("clock-next-workday").click()
    await page.get_by_test_id("sent-close").click(timeout=SECONDS)


async def press(page: Page, label: str) -> None:
    await page.get_by_test_id("button").filter(has_text=re.compile(label)).last.click()
