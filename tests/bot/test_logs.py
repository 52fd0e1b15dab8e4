"""The token is in no log, whatever goes wrong, and whoever writes it there."""

import asyncio
import logging
import sys
from pathlib import Path

import pytest
import structlog

from bot import logs
from tests.bot.living import SECRET, TOKEN

ROOT = Path(__file__).parents[2]
TROUBLED = f"""
import asyncio, sys
from pathlib import Path
import structlog, logging
from bot import logs
from bot.program import Program
from bot.settings import from_values
from rehearsal.faults import dropped_after, dropped_before, forbidden_by, server_error
from rehearsal.lookalike import Lookalike
import bot.program

async def live(home):
    clock = bot.program.utc_now
    telegram = Lookalike(token={TOKEN!r}, username="duban_bot", clock=clock)
    telegram.add_person(7, "somebody")
    await telegram.start()
    settings = from_values({{"office": {{"name": "青澜市督察办"}}, "database": {{"url": f"sqlite:///{{home}}/d.db"}},
        "telegram": {{"token": {TOKEN!r}, "base_url": telegram.base_url}}}}, Path(home))
    logs.set_up((settings.token,))
    bot.program.LONGEST_WAIT = 0.05
    program = Program(settings)
    for fault in (dropped_before(), server_error(), dropped_after()):
        telegram.fail_next("getMe", fault)
        telegram.fail_next("getUpdates", fault)
    for fault in (dropped_before(), dropped_after(), server_error(), forbidden_by()):
        telegram.fail_next("sendMessage", fault)
    telegram.raw_update({{"message": {{"text": "broken"}}}})
    telegram.say(7, 7, "/help")
    running = asyncio.create_task(program.run())
    await asyncio.sleep(4)
    await telegram.stop()  # and now nobody is there
    await asyncio.sleep(0.5)
    structlog.get_logger().error("planted", token={TOKEN!r}, url="http://x/bot{TOKEN}/getMe")
    logging.getLogger("planted").error("%s and %s", {TOKEN!r}, "x")
    try:
        raise ValueError({TOKEN!r})
    except ValueError:
        structlog.get_logger().exception("planted")
        logging.getLogger("planted").exception("planted")
    print(repr(settings), file=sys.stderr)
    program.stop()
    await running

asyncio.run(live(sys.argv[1]))
"""


async def test_the_token_is_in_no_line_that_a_troubled_bot_logs(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "dev", "-W", "ignore::ResourceWarning", "-c", TROUBLED, str(tmp_path), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, _nothing = await process.communicate()
    log = said.decode()
    assert process.returncode == 0, log
    for expected in ("cannot_connect", "fetch_failed", "try_later", "update_failed", "planted"):
        assert expected in log, log
    assert log.count(logs.HIDDEN) >= 5
    assert SECRET not in log


def test_a_secret_is_blotted_out_of_every_kind_of_value(capsys: pytest.CaptureFixture[str]) -> None:
    handlers, level = list(logging.root.handlers), logging.root.level
    try:
        logs.set_up((TOKEN, ""))
        structlog.get_logger().warning("x", text=TOKEN, deep={"url": [f"bot{TOKEN}/"]}, bad=ValueError(TOKEN))
        logging.getLogger("library").warning("url %s", f"http://h/bot{TOKEN}/m")
    finally:
        structlog.reset_defaults()
        logging.root.handlers, logging.root.level = handlers, level
    said = capsys.readouterr().err
    assert SECRET not in said
    assert said.count(logs.HIDDEN) >= 4
