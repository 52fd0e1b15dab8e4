"""The process that works on one upload: ``python -m bot.upload_worker``, started by ``bot/uploads.py`` alone.

It knows nothing of Telegram, whose library alone takes a second to load.
"""

import os
import pickle
import sys
from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot.buttons import remember
from bot.logs import set_up
from db.files import Upload
from db.store import Store
from handlers.upload_work import keep_file, work_on
from scheduler.outbox import Envelope, post
from text.reply import Reply


def main() -> None:
    """Do the step that standard input names; what goes wrong is logged, and the exit code tells."""
    set_up(())
    url, office, upload_id, now, handed = pickle.load(sys.stdin.buffer)  # noqa: S301  (from our own parent)
    store = Store(url)
    try:
        if handed is not None:
            with os.fdopen(handed, "rb") as file:
                file.seek(0)
                keep_file(store, upload_id, file.read(), now)
        work_on(store, office, upload_id, now, partial(say, now=now))
    finally:
        store.close()


def say(session: Session, upload: Upload, reply: Reply, now: datetime) -> None:
    """Put what is to be said about an upload into the outbox, in the caller's transaction."""
    remember(session, reply)
    post(session, upload.chat, Envelope(reply=reply), now)


if __name__ == "__main__":
    main()
