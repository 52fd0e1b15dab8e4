"""The process that works on uploads: ``python -m bot.upload_worker``, started by ``bot/workshop.py`` alone.

It knows nothing of Telegram, whose library alone takes a second to load.
"""

import gc
import os
import pickle
import sys
from contextlib import suppress
from datetime import datetime
from functools import partial

import structlog
from sqlmodel import Session

from bot.buttons import remember
from bot.logs import set_up
from bot.workshop import DONE, FAILED, Step
from db.files import Upload
from db.store import Store
from handlers.upload_work import keep_file, work_on
from scheduler.outbox import Envelope, post
from text.reply import Reply

log = structlog.get_logger()


def main(handed: int) -> None:
    """Do one step after the other, each in a fork of its own, until nobody is there to ask for more."""
    set_up(())
    gc.freeze()  # what is loaded stays, and stays shared with every fork
    with suppress(EOFError, BrokenPipeError):
        while True:
            step = pickle.load(sys.stdin.buffer)  # noqa: S301  (from our own parent)
            os.write(sys.stdout.fileno(), DONE if _forked(step, handed) else FAILED)


def _forked(step: Step, handed: int) -> bool:
    """Do a step in a process that ends with it: whatever a file does to it, the next one does not see."""
    child = os.fork()
    if child == 0:
        os._exit(_done(step, handed))
    _child, status = os.waitpid(child, 0)
    return status == 0


def _done(step: Step, handed: int) -> int:
    """Do a step; what goes wrong is logged, and the exit code tells."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, sys.stdin.fileno())  # the pipes are the parent's: by their end its own is seen
    os.dup2(nothing, sys.stdout.fileno())
    try:
        _do(step, handed)
    except BaseException:
        log.exception("upload_step_failed", upload=step.upload_id)
        return 1
    return 0


def _do(step: Step, handed: int) -> None:
    store = Store(step.url)
    try:
        if step.fetched:
            with os.fdopen(handed, "rb") as file:
                file.seek(0)
                keep_file(store, step.upload_id, file.read(), step.now)
        work_on(store, step.office, step.upload_id, step.now, partial(say, now=step.now))
    finally:
        store.close()


def say(session: Session, upload: Upload, reply: Reply, now: datetime) -> None:
    """Put what is to be said about an upload into the outbox, in the caller's transaction."""
    remember(session, reply)
    post(session, upload.chat, Envelope(reply=reply), now)


if __name__ == "__main__":
    main(int(sys.argv[1]))
