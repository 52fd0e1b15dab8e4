"""The process that works on files: there when it is needed, the same for many files, and never left behind."""

import asyncio
import os
import signal

import pytest
from sqlmodel import select

from bot.workshop import Step, Workshop
from db.files import Upload, UploadState
from tests.bot.living import City, until
from tests.bot.test_uploads import OPERATOR, send, told
from tests.conftest import NOW


async def test_nothing_stands_ready_before_the_first_file_and_the_next_ones_find_it_so_until_it_idles(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.uploads.IDLE_SECONDS", 0.1)
    async with city.running() as program:
        workshop = program.uploads._workshop
        city.say(OPERATOR, "帮助")
        await city.answered(city.person(OPERATOR))
        assert workshop.process is None
        first = await refused(city, workshop, "一.pdf")
        assert await refused(city, workshop, "二.pdf") == first
        os.kill(first, signal.SIGKILL)
        second = await refused(city, workshop, "三.pdf")
        assert second != first
        monkeypatch.setattr("bot.uploads.KEPT_SECONDS", 0.0)
        await until(lambda: gone(second))
    assert city.rows(select(Upload.state)) == [(UploadState.REFUSED,)] * 3


async def refused(city: City, workshop: Workshop, name: str) -> int:
    """Send what is no ledger, wait until that is said, and return the process that found out."""
    send(city, OPERATOR, b"%PDF-1.7 nothing of interest", name)
    await told(city, OPERATOR, f"“{name}”没有导入")
    assert workshop.process is not None
    return workshop.process.pid


async def test_a_step_that_crashes_harms_no_other_and_the_process_goes_with_the_program(city: City) -> None:
    workshop = Workshop()
    await workshop.open()
    process = workshop.process
    assert process is not None
    assert process.stdin is not None
    office = city.settings.office
    no_upload = Step(url=city.store.url, office=office, upload_id=999, now=NOW, fetched=False)
    assert [await workshop.do(no_upload) for _each in range(2)] == [False, False]
    assert workshop.process is process
    process.stdin.close()  # as it is once the program was killed
    async with asyncio.timeout(5):
        assert await process.wait() == 0
    await workshop.close()


def gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False
