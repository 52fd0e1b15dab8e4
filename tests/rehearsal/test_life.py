"""A duty's life in the browser, on a phone's width and on a desk's: the pictures of docs/life.md are made here.

``UPDATE_DOCS=1 pytest tests/rehearsal/test_life.py``.
"""

import re

from playwright.async_api import FilePayload, Page, expect

from tests.rehearsal.browsing import MARKS, be, chromium, last_with, open_chat, picture, rehearsal, says
from tests.rehearsal.conftest import pictures

SECONDS = 20_000  # milliseconds, as the browser counts
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
NUMBER = "DC-2026-004"

pytestmark = MARKS


async def test_a_duty_is_reported_returned_reported_again_accepted_and_struck_off() -> None:
    async with rehearsal() as address, chromium() as browser:
        page = await browser.new_page(viewport=PHONE)
        page.on("dialog", lambda dialog: dialog.accept())  # pictures, not files
        await page.goto(address)
        await report(page, f"完成 {NUMBER}", 3)
        await expect(last_with(page, "待市级验收")).to_contain_text("佐证3份", timeout=SECONDS)
        await picture(page, "life-1-report-phone")
        await look_and_return(page)
        await mend(page)
        await accept_and_close(page)
        await page.set_viewport_size(DESK)
        await tell_the_past(page)


async def report(page: Page, words: str, photos: int) -> None:
    await be(page, "马景民")
    await open_chat(page, "督办")
    files: list[FilePayload] = [
        {"name": one.name, "mimeType": "image/png", "buffer": one.content} for one in pictures(photos)
    ]
    await page.get_by_test_id("composer").fill(words)
    await page.get_by_test_id("file").set_input_files(files)


async def look_and_return(page: Page) -> None:
    await be_in_private(page, "葛正超")
    await next_morning(page)
    await expect(last_with(page, f"已报完成，待市级验收：{NUMBER}")).to_contain_text("佐证3份", timeout=SECONDS)
    await picture(page, "life-2-told-phone")
    await press(page, "看佐证")
    await expect(page.get_by_test_id("album").last.get_by_test_id("photo")).to_have_count(3, timeout=SECONDS)
    await expect(last_with(page, "佐证3份")).to_be_visible(timeout=SECONDS)
    await picture(page, "life-3-proofs-phone")
    await says(page, f"退回 {NUMBER}")
    await expect(last_with(page, "为什么退回")).to_be_visible(timeout=SECONDS)
    await picture(page, "life-4-why-phone")
    await press(page, "照片看不清")
    await expect(last_with(page, "退回重改")).to_contain_text("照片看不清", timeout=SECONDS)


async def mend(page: Page) -> None:
    await be_in_private(page, "马景民")
    await next_morning(page)
    await expect(last_with(page, f"退回重改：{NUMBER}")).to_contain_text("照片看不清", timeout=SECONDS)
    await picture(page, "life-5-returned-phone")
    await report_again(page)


async def report_again(page: Page) -> None:
    await says(page, f"完成 {NUMBER}")
    await expect(last_with(page, f"已报完成，待市级验收：{NUMBER}")).to_be_visible(timeout=SECONDS)


async def accept_and_close(page: Page) -> None:
    await be_in_private(page, "葛正超")
    await says(page, "待验收")
    await expect(last_with(page, "待验收 1/")).to_be_visible(timeout=SECONDS)
    await picture(page, "life-6-queue-phone")
    await says(page, f"通过 {NUMBER}")
    await expect(last_with(page, f"验收通过：{NUMBER}")).to_be_visible(timeout=SECONDS)
    await be_in_private(page, "姜启林")
    await says(page, "待销号")
    await expect(last_with(page, "其中待销号1件")).to_be_visible(timeout=SECONDS)
    await picture(page, "life-7-to-close-phone")
    await press(page, "全部销号")
    await expect(last_with(page, f"已销号：{NUMBER}")).to_contain_text("已计入认定", timeout=SECONDS)


async def tell_the_past(page: Page) -> None:
    await says(page, f"历史 {NUMBER}")
    await expect(last_with(page, "验收通过 · 葛正超")).to_be_visible(timeout=SECONDS)
    await picture(page, "life-8-history")
    await says(page, "进度 澜东区 督察")
    await expect(last_with(page, "澜东区")).to_contain_text(re.compile("认定"), timeout=SECONDS)


async def be_in_private(page: Page, name: str) -> None:
    await page.get_by_test_id("back").click()
    await be(page, name)
    await open_chat(page, "督办")


async def next_morning(page: Page) -> None:
    """Turn the clock, and look past what was sent to everybody at what came here."""
    await page.get_by_test_id("clock-next-workday").click()
    await page.get_by_test_id("sent-close").click()


async def press(page: Page, label: str) -> None:
    await page.locator("[data-testid=button]").filter(has_text=label).last.click()
