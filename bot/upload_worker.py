"""The process that works on one upload: ``python -m bot.upload_worker``, started by ``bot/uploads.py`` alone."""

import os
import pickle
import sys
from functools import partial

from bot.logs import set_up
from bot.uploads import say
from db.store import Store
from handlers.upload_work import keep_file, work_on


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


if __name__ == "__main__":
    main()
