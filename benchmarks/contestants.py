"""The bots that are compared, each run in a process of its own: ``python -m benchmarks.contestants NAME …``.

Every line that comes in is answered by the process's CPU seconds (``getrusage``: all threads, user and system) and
its resident memory, now and at most.
"""

import json
import logging
import resource
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from benchmarks.city import TOKEN


def report_usage() -> None:
    """Answer every line on stdin; a thread that waits costs nothing."""
    for _line in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        # not ru_maxrss: that remembers the process which started this one
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        memory = {"rss": status["VmRSS"], "peak": status["VmHWM"]}
        answer = {"cpu": used.ru_utime + used.ru_stime, **{k: int(v.split()[0]) / 1024 for k, v in memory.items()}}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def duban(config: str) -> None:
    """Run the real program, ``duban run``, as from the command line."""
    from bot.main import main

    sys.argv = ["duban", "run", "--config", config]
    main()


def ptb(origin: str, concurrency: str) -> None:
    """Run python-telegram-bot's Application with an echo handler, all else as it comes (httpx)."""
    from telegram import Update
    from telegram.ext import Application, ContextTypes, MessageHandler, filters

    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    builder = Application.builder().token(TOKEN).base_url(f"{origin}/bot").job_queue(None)
    application = builder.concurrent_updates(int(concurrency)).build()
    application.add_handler(MessageHandler(filters.ALL, echo))
    application.run_polling()


def aiogram(origin: str) -> None:
    """Run aiogram's Dispatcher with an echo handler, all else as it comes (aiohttp, a task for each update)."""
    import asyncio

    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message

    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    async def run() -> None:
        bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(origin)))
        await dispatcher.start_polling(bot)

    asyncio.run(run())


BOTS: dict[str, Callable[..., None]] = {"duban": duban, "ptb": ptb, "aiogram": aiogram}

if __name__ == "__main__":
    logging.disable(logging.INFO)
    threading.Thread(target=report_usage, daemon=True).start()
    BOTS[sys.argv[1]](*sys.argv[2:])
