"""``make run``: the real program against the look-alike, with a chat page to live a working day in.

``python -m rehearsal --without-ledger`` is the office's first day instead: everything is there but the ledger, which
苗宏宁 sends in the page (``rehearsal/city/ledger.xlsx``).
"""

import argparse
import asyncio
import signal
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot import logs
from bot.program import Program, utc_now
from bot.settings import Settings, from_values
from db.migrations import upgrade
from db.store import Store
from rehearsal.cast import FILES, load_city, move_in
from rehearsal.clock import VirtualClock
from rehearsal.lookalike import Lookalike
from rehearsal.page import Page

START = "2026-11-18T09:00+08:00"
TOKEN = "100001:rehearsal"
BOT_NAME = "duban_bot"
PORT = 8400
OFFICE = {
    "office": {"name": "青澜市自然资源督察办公室"},
    "reminders": {"jitter_minutes": 0},  # whoever turns the clock to half past eight sees what comes
    # virtual time: a month's messages are not to take a month's pace
    "delivery": {"per_second": 1000, "chat_seconds": 0, "group_per_minute": 1000, "lease_seconds": 5},
}


async def rehearse(port: int, home: Path, *, with_ledger: bool = True) -> None:
    """Run until interrupted."""
    start = datetime.fromisoformat(START)
    database = {"url": f"sqlite:///{home}/duban.db"}
    settings = from_values({**OFFICE, "telegram": {"token": TOKEN}, "database": database}, home)
    say("正在导入样例城市 … / loading the sample city …")
    store = Store(settings.database_url)
    upgrade(store.engine)
    files = [one for one in FILES if with_ledger or one[0] != "ledger"]
    load_city(store, settings.office, start - timedelta(minutes=30), files)
    clock = VirtualClock(settings.office, start, utc_now)
    telegram = Lookalike(token=TOKEN, username=BOT_NAME, clock=clock.now, history=5000)
    await telegram.start()
    residents = move_in(store, telegram, start - timedelta(minutes=20))
    store.close()
    program = Program(_pointed_at(settings, telegram), clock=clock.now)

    async def live() -> None:
        await program.tick()
        await program.settle()

    clock.live = live
    page = Page(telegram, residents, clock)
    await _open(page, port)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, program.stop)
    await program.run(ready=lambda: say(f"请在浏览器打开 / open in a browser: {page.url}  (Ctrl-C 结束 / to stop)"))
    await page.stop()
    await telegram.stop()


async def _open(page: Page, port: int) -> None:
    try:
        await page.start(port)
    except OSError:  # somebody else's: any other port will do, the address is printed
        await page.start(0)


def _pointed_at(settings: Settings, telegram: Lookalike) -> Settings:
    return replace(settings, base_url=telegram.base_url, base_file_url=telegram.base_file_url)


def say(line: str) -> None:
    """Tell whoever started the rehearsal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Rehearse in a database that is gone afterwards."""
    asked = _arguments()
    logs.set_up((TOKEN,))
    with tempfile.TemporaryDirectory(prefix="duban-rehearsal-") as home:
        asyncio.run(rehearse(asked.port, Path(home), with_ledger=not asked.without_ledger))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description="Duban in a Telegram of your own.")
    parser.add_argument("port", nargs="?", type=int, default=PORT, help=f"of the chat page; {PORT} if not given")
    parser.add_argument(
        "--without-ledger", action="store_true", help="the first day: send rehearsal/city/ledger.xlsx as 苗宏宁"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
