"""What the browser tests share: the rehearsal as `make run` starts it, Debian's chromium, and a clerk's few moves."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

HOME = Path(__file__).parent.parent.parent
PICTURES = HOME / "docs" / "pictures"
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 20_000  # milliseconds until something shows; a crowded machine is slow
START_SECONDS = 60  # from the command to a page that answers

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
    pytest.mark.xdist_group("browser"),
]


@asynccontextmanager
async def rehearsal(*options: str) -> AsyncIterator[str]:
    """Start the rehearsal as `make run` does, and wait until it says where it is."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rehearsal", *options, "0", cwd=HOME,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert program.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        while not (found := re.search(rb"http://127\.0\.0\.1:\d+/", line := await program.stdout.readline())):
            assert line, "the rehearsal ended before it began"
    yield found[0].decode()
    program.terminate()
    assert await program.wait() == 0, "Ctrl-C and SIGTERM end it in order"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
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
    """Take a picture for the documents, where that is asked for."""
    if os.environ.get("UPDATE_DOCS"):
        PICTURES.mkdir(exist_ok=True)
        await page.screenshot(path=PICTURES / f"{name}.png")
