"""One of several processes that speak at once: ``python -m tests.bot.concurrent_child DATABASE ME TIMES SENDER TEXT``.

It says that it is ready, waits for a line, then speaks; each answer goes out as a line of JSON.
"""

import json
import sys

from db.store import Store
from handlers.answer import answer
from handlers.request import Request
from rules.policy import Office
from tests.conftest import NOW
from text.reply import plain


def main() -> None:
    url, me, times, sender, text = sys.argv[1:]
    store = Store(url)
    office = Office(name="青澜市自然资源督察办公室", city="青澜市")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for turn in range(int(times)):
        request = Request(key=f"{me}:{turn}", sender=sender, chat=sender, text=text, now=NOW)
        with store.writing() as session:
            reply = answer(request, session, office)
        sys.stdout.write(json.dumps(plain(reply.html) if reply else None) + "\n")
    store.close()


if __name__ == "__main__":
    main()
