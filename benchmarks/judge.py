"""The judge: the rehearsal's look-alike of Telegram in a process of its own, told what to do over its pipes.

Orders and answers are lines of JSON. ``speak`` queues messages from every chat in turn and answers when the last of
them has got its reply, with the seconds that it took and how many replies said what they should.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from benchmarks.city import TOKEN, accounts
from rehearsal.lookalike import Lookalike

LONGEST_SECONDS = 120.0


async def judge() -> None:
    """Serve the look-alike until the pipe closes."""
    telegram = Lookalike(token=TOKEN, username="bench_bot", clock=lambda: datetime.now(UTC))
    for account in accounts():
        telegram.add_person(account, f"官员{account}", started=True)
    await telegram.start()
    _say({"origin": telegram.origin})
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        telegram.latency = order["latency"]
        _say(await _speak(telegram, **order))
    await telegram.stop()


async def _speak(telegram: Lookalike, *, text: str, count: int, latency: float, expects: str) -> dict[str, Any]:
    before = len(telegram.sent)
    chats = accounts()
    begun = time.perf_counter()
    for number in range(count):
        chat = chats[number % len(chats)]
        telegram.say(chat, chat, text)
    while len(telegram.sent) < before + count and time.perf_counter() - begun < LONGEST_SECONDS:  # noqa: ASYNC110
        await asyncio.sleep(0.002)
    seconds = time.perf_counter() - begun
    replies = telegram.sent[before:]
    asked = Counter(chats[number % len(chats)] for number in range(count))
    fitting = Counter(reply.chat_id for reply in replies if expects in reply.text)
    return {"seconds": seconds, "fitting": sum((asked & fitting).values()), "replies": len(replies)}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(judge())
