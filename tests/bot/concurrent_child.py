"""Several processes that speak at once: ``python -m tests.bot.concurrent_child DATABASE``, and jobs as JSON on stdin.

A job is (address, how often, words). Each has a process of its own, all begin when the last of them is ready; the
answers go out as one JSON list.
"""

import json
import multiprocessing
import sys
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier

from db.store import Store
from handlers.answer import answer
from handlers.request import Request
from rules.policy import Office
from tests.conftest import NOW
from text.reply import plain

MOST_SECONDS = 60.0


def speak(
    url: str, me: int, job: tuple[str, int, str], begin: Barrier, answers: "SimpleQueue[list[str | None]]"
) -> None:
    sender, times, text = job
    store, said = Store(url), []
    office = Office(name="青澜市自然资源督察办公室", city="青澜市")
    begin.wait(MOST_SECONDS)
    for turn in range(times):
        request = Request(key=f"{me}:{turn}", sender=sender, chat=sender, text=text, now=NOW)
        with store.writing() as session:
            reply = answer(request, session, office)
        said.append(plain(reply.html) if reply else None)
    store.close()
    answers.put(said)


def main() -> None:
    url, jobs = sys.argv[1], json.load(sys.stdin)
    forking = multiprocessing.get_context("fork")  # what is imported is imported once
    begin, answers = forking.Barrier(len(jobs)), forking.SimpleQueue()
    speakers = [forking.Process(target=speak, args=(url, me, job, begin, answers)) for me, job in enumerate(jobs)]
    for speaker in speakers:
        speaker.start()
    said = [answers.get() for _speaker in speakers]
    for speaker in speakers:
        speaker.join(MOST_SECONDS)
    assert [speaker.exitcode for speaker in speakers] == [0] * len(speakers)
    json.dump([line for lines in said for line in lines], sys.stdout)


if __name__ == "__main__":
    main()
