"""Hostile files sent to the running program: each answered in one sentence and soon, and nobody else notices.

The program lives in a process of its own, so that what it holds can be told from what its Telegram holds.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, select

from db.files import Upload, UploadState
from db.models import Duty
from rehearsal.town import Sent
from tests.bot.living import City, until
from tests.bot.test_killed import children
from tests.documents import hostile
from text.reasons import REASON_WORDS

OPERATOR, OTHERS = "苗宏宁", ("马景民", "姜启林")
MOST_SECONDS = 15.0  # from sending a file to the sentence that refuses it
MOST_WAIT = 1.0  # of somebody who asks meanwhile
MOST_GROWTH = 50 * 1024  # KB, of the main process over all files
AT_THE_DOOR = (hostile.hundred_megabytes, hostile.one_line_csv)  # Telegram tells their size: they are never fetched
FILES = (
    hostile.zip_bomb, hostile.dense_bomb, hostile.corner_cell, hostile.hundred_megabytes, hostile.encrypted_package,
    hostile.document, hostile.macros, hostile.truncated, hostile.no_ledger, hostile.laughs, hostile.empty,
    hostile.rubbish_csv, hostile.one_line_within_size_csv, hostile.repeated_ods,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Refused:
    """How one file was answered."""

    name: str
    seconds: float
    waited: float  # the longest time that somebody else waited meanwhile
    sentence: str


async def test_hostile_files_are_refused_soon_while_everybody_else_is_served(city: City, tmp_path: Path) -> None:
    duties = count_duties(city)
    async with living(city) as pid:
        await send(city, hostile.document, tmp_path)  # whatever is loaded at the first file is not the files' doing
        before = memory_kb(pid, "VmRSS")
        forget_peak(pid)
        refused = [await send(city, make, tmp_path) for make in FILES]
        grown, peak = memory_kb(pid, "VmRSS") - before, memory_kb(pid, "VmHWM") - before
    print(f"\nmain process: {before / 1024:.0f} MB, {grown / 1024:+.1f} MB after all, {peak / 1024:+.1f} MB at most")
    for one in refused:
        print(f"{one.name:26} {one.seconds:5.1f} s  others {one.waited:4.2f} s  {one.sentence}")
    assert [one for one in refused if one.seconds > MOST_SECONDS] == []
    assert [one for one in refused if one.waited > MOST_WAIT] == []
    assert peak < MOST_GROWTH
    uploads = city.rows(select(Upload.name, Upload.state).order_by(col(Upload.id)))
    fetched = [make for make in FILES if make not in AT_THE_DOOR]
    assert [state for _name, state in uploads] == [UploadState.REFUSED] * (1 + len(fetched))
    assert count_duties(city) == duties


@asynccontextmanager
async def living(city: City) -> AsyncIterator[int]:
    """Let the program live in a process of its own; yields its id."""
    async with children(city, forgetful=False) as (start, death):
        pid = await start(None, 0)
        yield pid
        os.kill(pid, signal.SIGTERM)
        assert await death() == {"reached": "", "signal": 0}


async def send(city: City, make: Callable[[Path], Path], folder: Path) -> Refused:
    """Send a file, and let somebody else ask for help again and again until it is refused."""
    path, chat = make(folder), city.person(OPERATOR)
    content, heard = path.read_bytes(), len(city.sent(chat))
    path.unlink()
    begun = time.monotonic()
    city.telegram.send_file(chat, chat, path.name, content)
    del content
    waited = []
    while (refusal := refusal_in(city.sent(chat)[heard:])) is None:
        assert time.monotonic() - begun < 2 * MOST_SECONDS, f"{path.name}: no refusal"
        waited.append(await ask_for_help(city, OTHERS[len(waited) % len(OTHERS)]))
        await asyncio.sleep(0.2)
    said = "最多只能收20MB" if make in AT_THE_DOOR else REASON_WORDS[hostile.HOSTILE[make]][0]
    assert said in refusal.text
    assert len(city.sent(chat)[heard:]) <= 2, "the receipt, and one sentence"
    return Refused(
        name=path.name, seconds=time.monotonic() - begun, waited=max(waited, default=0.0), sentence=refusal.text
    )


def refusal_in(sent: list[Sent]) -> Sent | None:
    return next((one for one in sent if "收到" not in one.text), None)


async def ask_for_help(city: City, name: str) -> float:
    """Ask for help; return for how long one waits."""
    chat, begun = city.person(name), time.monotonic()
    heard = len(city.sent(chat))
    city.say(name, "帮助")
    await until(lambda: len(city.sent(chat)) > heard)
    return time.monotonic() - begun


def memory_kb(pid: int, which: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(which)).split()[1])


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def count_duties(city: City) -> int:
    return len(city.rows(select(Duty.id)))
