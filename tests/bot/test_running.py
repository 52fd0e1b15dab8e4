"""`duban run` as an office runs it: started, stopped, started twice, with a wrong token, before its network."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.settings import TOKEN_ENV
from db.models import Inbox, Outbox, OutboxState
from rehearsal.faults import Fault
from tests.bot.living import NUMBER, OFFICER, SECRET, TOKEN, City, alive, until

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def duban(city: City, tmp_path: Path, *, token: str = TOKEN, base_url: str = "") -> AsyncIterator[Process]:
    config = tmp_path / "config.toml"
    config.write_text(
        '[office]\nname = "青澜市自然资源督察办公室"\n'
        f'[telegram]\ntoken = "{token}"\nbase_url = "{base_url or city.telegram.base_url}"\n'
        '[database]\nurl = "sqlite:///duban.db"\n'
        "[delivery]\nper_second = 1000\nchat_seconds = 0\nlease_seconds = 2\n",
        encoding="utf-8",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.main", "run", "--config", str(config), cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != TOKEN_ENV},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: Process) -> tuple[int, str]:
    async with asyncio.timeout(30):
        _out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, err.decode()


async def test_sigterm_lets_what_is_under_way_arrive_and_loses_nothing(city: City, tmp_path: Path) -> None:
    def cards() -> list[str]:
        return [text for text in city.told(OFFICER) if f"责任人:{OFFICER}" in text.replace("：", ":")]  # no notices

    async with duban(city, tmp_path) as process:
        await until(lambda: city.telegram.menu("zh-hans"))
        city.telegram.latency = 0.15
        for _ in range(20):
            city.say(OFFICER, NUMBER)
        await until(lambda: len(cards()) >= 3)
        process.send_signal(signal.SIGTERM)
        code, said = await ended(process)
    assert code == 0, said
    assert "@duban_bot is running" in said
    assert "Traceback" not in said
    city.telegram.latency = 0.0
    mine = col(Outbox.chat) == f"telegram:{city.person(OFFICER)}"
    states = {row.state for row in city.rows(sa.select(col(Outbox.state)).where(mine))}
    assert OutboxState.SENDING not in states  # what was under way arrived, and was noted
    city.watch.put_to(datetime.now(UTC))  # the process lived in the present; this one goes on there
    async with city.running():
        await until(lambda: len(cards()) >= 20)
        await until(lambda: not city.first(sa.select(Inbox.id).where(col(Inbox.done_at).is_(None))))
    assert len(cards()) == 20


async def test_a_wrong_token_ends_with_a_sentence_that_names_its_key(city: City, tmp_path: Path) -> None:
    async with duban(city, tmp_path, token="4242:wrong") as process:
        code, said = await ended(process)
    assert code == 2
    assert "config: [telegram] token is refused by Telegram" in said or "config: [telegram] token: is refused" in said
    assert "Traceback" not in said


async def test_a_wrong_token_ends_with_that_sentence_and_nothing_after_it(city: City, tmp_path: Path) -> None:
    async with duban(city, tmp_path, token="4242:wrong") as process:
        _code, said = await ended(process)
    assert said.strip().splitlines()[-1].startswith("config: [telegram] token")


async def test_started_before_its_network_it_waits_and_then_works(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.program.LONGEST_WAIT", 0.1)
    port = int(city.telegram.origin.rpartition(":")[2])
    await city.telegram.stop()
    program = city.program()
    running = asyncio.create_task(program.run())
    await asyncio.sleep(0.3)
    city.say(OFFICER, NUMBER)
    await city.telegram.start(port)
    await city.answered(city.person(OFFICER))
    program.stop()
    async with asyncio.timeout(20):
        await running


async def test_asked_to_stop_while_telegram_is_unreachable_it_stops(city: City, tmp_path: Path) -> None:
    async with duban(city, tmp_path, base_url="http://127.0.0.1:9/bot") as process:
        assert process.stderr is not None
        async with asyncio.timeout(30):
            while b"cannot_connect" not in await process.stderr.readline():
                pass
        process.send_signal(signal.SIGTERM)
        code, said = await ended(process)
    assert code == 0, said
    assert "Traceback" not in said
    assert SECRET not in said


async def test_two_programs_on_one_database_answer_everything_once_and_in_order(city: City) -> None:
    """Telegram gives updates to one of them at a time; both answer and send what is stored."""
    people = [OFFICER, "姜启林", "澜东区 王志远", "澜东区 俞景生"]
    first, second = city.program(), city.program()

    async def nothing(_offset: int | None) -> list[dict[str, object]]:
        await asyncio.sleep(3600)
        return []

    second.telegram.fetch = nothing  # type: ignore[method-assign]
    async with alive(first), alive(second):
        for turn in range(1, 16):
            for person in people:
                city.say(person, f"/due {turn}")
        await until(lambda: len(city.telegram.sent) >= 60)
        await asyncio.sleep(0.3)
    assert len(city.telegram.sent) == 60
    for person in people:
        assert [int(re.search(r"(\d+)日内", text)[1]) for text in city.told(person)] == list(range(1, 16))


async def test_two_programs_that_poll_at_once_disturb_each_other_and_lose_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.program.LONGEST_WAIT", 0.2)
    first, second = city.program(), city.program()
    async with alive(first), alive(second):
        for _ in range(5):
            city.say(OFFICER, NUMBER)
            await asyncio.sleep(0.1)
        await city.answered(city.person(OFFICER), 5)
        await asyncio.sleep(0.3)
    assert len(city.told(OFFICER)) == 5


async def test_what_was_stored_before_a_stop_is_answered_first_at_the_next_start(city: City) -> None:
    async with city.running(stop_seconds=5.0) as program:
        city.telegram.fail_next("sendMessage", Fault(drop="before"))
        city.say(OFFICER, NUMBER)
        await until(lambda: city.outbox(city.person(OFFICER)) and city.outbox(city.person(OFFICER))[0].error)
        program.stop()
    assert not city.told(OFFICER)
    async with city.running():
        await city.answered(city.person(OFFICER))


async def test_a_proxy_carries_everything_that_is_asked_of_telegram(city: City) -> None:
    """The address can be resolved by nobody; the look-alike takes a proxy's requests for its own."""
    nowhere = "http://telegram.invalid/bot"
    async with city.running(base_url=nowhere, proxy=city.telegram.origin):
        city.say(OFFICER, NUMBER)
        await city.answered(city.person(OFFICER))
