"""Lives of the bot that end with SIGKILL at a moment asked for. A script, not a test.

It composes the real `Program`; what a moment needs is wrapped around the program's functions from here. Imports take
longer than a life, so they are done once and every life is a fork: a new process with its own loop, threads and
connections, of which nothing survives but the database. A line in: ``{"moment": ..., "count": n, "with_worker": no}``,
where the worker is that of files; one out when it lives: ``{"pid": ...}``; one when it is dead: ``{"signal": ...,
"reached": ...}``.
"""

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import sqlalchemy as sa
from sqlmodel import Session

import bot.evidence
import bot.inbox
import bot.program
import bot.uploads
import scheduler.sender
from bot import logs
from bot.inbox import undone
from bot.program import Program
from bot.settings import Settings
from bot.telegram import Telegram
from bot.uploads import Uploads
from db.files import Upload
from db.models import Event
from rules.policy import Office
from scheduler.pace import Limits

BEFORE_INTAKE_COMMIT = "before the intake's commit"
BEFORE_CONFIRMATION = "before its confirmation"
INSIDE_THE_DEED = "inside the deed's transaction"
AFTER_THE_DEED = "after its commit"
AFTER_THE_SEND = "after the send"
BEFORE_THE_FETCH = "before a file is fetched"
BEFORE_THE_WORKER = "before a file is worked on"
AS_IT_STARTS = "as the worker starts"
BEFORE_THE_COPY_MOVES = "before a proof's copy has its name"
AFTER_THE_COPY_MOVED = "after a proof's copy has its name"
WHILE_IT_READS = "while the worker reads"
WHILE_IT_WRITES = "between the worker's reading and the end of its writing"


class Doom:
    """Counts down to a moment; when it has come, says so and dies."""

    def __init__(self, moment: str | None, count: int, last_words: int, *, with_worker: bool = False) -> None:
        self.moment, self.left, self.last_words, self.with_worker = moment, count, last_words, with_worker
        self.worker: int | None = None  # the process that works on a file now
        self.deed = False  # whether the transaction at hand has changed a duty
        self.deeds = 0  # how many answers were written in it since then

    def at(self, moment: str) -> None:
        if moment != self.moment:
            return
        self.left -= 1
        if self.left == 0:
            os.write(self.last_words, moment.encode())
            if self.with_worker and self.worker is not None:  # as when the power fails
                os.killpg(self.worker, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)


class ForgetfulProgram(Program):
    """The planted fault: updates are confirmed when they are in memory, and stored when it is their turn."""

    memory: ClassVar[deque[dict[str, Any]]] = deque()

    @classmethod
    def forget(cls) -> None:
        bot.program.store_updates = lambda _session, updates, now: cls.memory.extend(updates)  # type: ignore[assignment]

    def _answer_batch(self) -> int:
        if self.memory:
            with self.store.writing() as session:
                bot.inbox.store_updates(session, [self.memory.popleft()], self.clock())
        with self.store.reading() as session:
            ids = undone(session, 1, self.clock()).ids
        for inbox_id in ids:
            bot.program.answer_updates(self.store, self.office, self.telegram.understand, [inbox_id], self.clock)
            self._loop.call_soon_threadsafe(self.sender.wake)
        return len(ids)


def arm(doom: Doom) -> None:
    """Wrap the program's functions so that it dies at the moment."""
    store_updates, answer_updates, post = bot.program.store_updates, bot.program.answer_updates, bot.inbox.post
    fetch, deliver = Telegram.fetch, Telegram.deliver
    confirmed: set[int] = set()

    def storing(session: Session, *given: Any, **named: Any) -> None:
        store_updates(session, *given, **named)
        doom.at(BEFORE_INTAKE_COMMIT)

    async def fetching(self: Telegram, offset: int | None) -> list[dict[str, Any]]:
        if offset is not None and offset not in confirmed:
            confirmed.add(offset)
            doom.at(BEFORE_CONFIRMATION)
        return await fetch(self, offset)

    def flushed(session: Session, _context: object) -> None:
        doom.deed = doom.deed or any(isinstance(new, Event) for new in session.new)

    def posting(*given: Any, **named: Any) -> None:
        post(*given, **named)
        if doom.deed:
            doom.deeds += 1
            doom.at(INSIDE_THE_DEED)

    def answering(*given: Any, **named: Any) -> None:
        doom.deed, doom.deeds = False, 0
        answer_updates(*given, **named)
        for _deed in range(doom.deeds):  # several may share the commit
            doom.at(AFTER_THE_DEED)

    async def delivering(self: Telegram, outgoing: Any) -> str | None:
        message_id = await deliver(self, outgoing)
        doom.at(AFTER_THE_SEND)
        return message_id

    sa.event.listen(Session, "after_flush", flushed)
    bot.program.store_updates, bot.program.answer_updates, bot.inbox.post = storing, answering, posting
    Telegram.fetch, Telegram.deliver = fetching, delivering  # type: ignore[method-assign]


def arm_uploads(doom: Doom) -> None:
    """Wrap the work on files likewise; what the worker does shows by the child that reads the workbook for it."""
    fetch, work = Uploads._fetch, Uploads._in_process

    async def fetching(self: Uploads, upload: Upload, into: BinaryIO) -> None:
        doom.at(BEFORE_THE_FETCH)
        await fetch(self, upload, into)

    async def working(self: Uploads, upload: Upload) -> bool:
        doom.at(BEFORE_THE_WORKER)
        if doom.moment:
            threading.Thread(target=watch_worker, args=(self, doom), daemon=True).start()
        return await work(self, upload)

    Uploads._fetch, Uploads._in_process = fetching, working  # type: ignore[method-assign]


def arm_evidence(doom: Doom) -> None:
    """Wrap the copying of proofs likewise."""
    settle = bot.evidence._settle

    def settling(part: Path, target: Path) -> tuple[str, int]:
        doom.at(BEFORE_THE_COPY_MOVES)
        settled = settle(part, target)
        doom.at(AFTER_THE_COPY_MOVED)
        return settled

    bot.evidence._settle = settling


def watch_worker(uploads: Uploads, doom: Doom) -> None:
    """Look after the worker in a thread of its own, until it is no more."""
    while uploads._workshop.process is None:
        time.sleep(0.005)
    doom.worker = uploads._workshop.process.pid
    time.sleep(0.1)  # until it has been told what to do
    doom.at(AS_IT_STARTS)
    with suppress(OSError):
        while not (steps := children_of(doom.worker)):
            time.sleep(0.005)
        [step] = steps
        while not children_of(step):
            time.sleep(0.005)
        doom.at(WHILE_IT_READS)
        while children_of(step):
            time.sleep(0.005)
        doom.at(WHILE_IT_WRITES)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def live(given: dict[str, Any], order: dict[str, Any], last_words: int) -> None:
    """One life, until killed or asked to stop."""
    start = datetime.fromisoformat(given["now"])

    def clock() -> datetime:
        return start + timedelta(seconds=time.time() - given["begun"])

    settings = Settings(
        office=Office(name="青澜市自然资源督察办公室", city="青澜市"), database_url=given["database"],
        token=given["token"], base_url=given["base_url"], base_file_url=given["base_file_url"], lease_seconds=1.0,
        limits=Limits(per_second=1000, chat_seconds=0.0, group_per_minute=1000), stop_seconds=5.0,
        evidence_folder=Path(given["database"].removeprefix("sqlite:///")).parent / "evidence",
    )  # fmt: skip

    async def run() -> None:
        if given["forgetful"]:
            ForgetfulProgram.forget()
        doom = Doom(order["moment"], order["count"], last_words, with_worker=order["with_worker"])
        arm(doom)
        arm_uploads(doom)
        arm_evidence(doom)
        program = (ForgetfulProgram if given["forgetful"] else Program)(settings, clock=clock)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, program.stop)
        await program.run()

    asyncio.run(run())


def say(**about: Any) -> None:
    sys.stdout.write(json.dumps(about) + "\n")
    sys.stdout.flush()


def main() -> None:
    given = json.loads(sys.argv[1])
    logs.set_up((given["token"],))
    bot.uploads.KEPT_SECONDS = given["kept_seconds"]
    scheduler.sender.IDLE_SECONDS = 0.2  # what was under way at a death is taken over as soon as its lease is out
    for line in sys.stdin:
        order = json.loads(line)
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(read)
            live(given, order, write)
            os._exit(0)
        os.close(write)
        say(pid=pid)
        reached = os.read(read, 100).decode()  # ends with the life, whether or not there were last words
        os.close(read)
        _pid, status = os.waitpid(pid, 0)
        say(reached=reached, signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)


if __name__ == "__main__":
    main()
