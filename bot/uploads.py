"""Files that the office sent are worked on one after the other, each step in a process of its own.

What is to be done stands in the database, so that a restart goes on where it was; the process keeps a file that is
slow, huge or hostile away from the chats that are answered meanwhile.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from bot.download import Download, FileGone, FileTooBig, growing_wait
from bot.upload_worker import say
from bot.workshop import WORK_SECONDS, Step, Workshop
from db.files import Upload
from db.store import Store
from documents.limits import FILE_BYTES
from handlers.upload_work import refuse
from rules.policy import Office
from scheduler.sender import TryLater
from text.reasons import Reason

log = structlog.get_logger()

IDLE_SECONDS = 5.0
KEPT_SECONDS = 600.0  # for which what works on files stays ready, and in memory: people answer questions meanwhile
LEASE = timedelta(seconds=WORK_SECONDS + 60)
MOST_ATTEMPTS = 3  # at a file that brings its worker down
MOST_FETCHES = 40  # of a file that cannot be fetched: half a day
LONGEST_RETRY = timedelta(minutes=20)


class Uploads:
    """Works on uploads until it is stopped; a second one, in another process, is harmless."""

    def __init__(
        self, store: Store, office: Office, download: Download, *, clock: Callable[[], datetime],
        done: Callable[[], None],
    ) -> None:  # fmt: skip
        self._store, self._office, self._download, self._clock, self._done = store, office, download, clock, done
        self._wake = asyncio.Event()
        self._stopping = False
        self._busy = False
        self._workshop = Workshop()
        self._worked_at = 0.0

    def wake(self) -> None:
        """Say that there may be something to do; from the event loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Take one upload after the other; what a process that died had taken is free again."""
        await self._store.write(_release)
        try:
            while not self._stopping:
                self._wake.clear()
                await self._round()
                if asyncio.get_running_loop().time() - self._worked_at >= KEPT_SECONDS:
                    await self._workshop.close()
                with suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_SECONDS):
                        await self._wake.wait()
        finally:
            await self._workshop.close()

    async def _round(self) -> None:
        try:
            while not self._stopping and (upload := await self._store.write(self._claim)) is not None:
                self._busy = True
                await self._work(upload)
                self._done()
        except Exception:  # whatever a file does to us, the next one has its turn
            log.exception("upload_round_failed")
        finally:
            self._busy = False

    async def stop(self) -> None:
        """End at once: what was under way is done again after the next start."""
        self._stopping = True
        self._wake.set()
        self._workshop.kill()

    async def idle(self) -> bool:
        """Tell whether nothing is left to do."""
        return not self._busy and not await self._store.write(lambda session: _next(session, self._clock()))

    def _claim(self, session: Session) -> Upload | None:
        now = self._clock()
        upload = _next(session, now)
        if upload is not None:
            upload.claimed_until = now + LEASE
            upload.attempts += 1
        return upload

    async def _work(self, upload: Upload) -> None:
        assert upload.id is not None
        try:
            fetched = await self._workshop.open()  # it gets ready while the file comes
            if upload.file_id is None:
                await self._fetch(upload, fetched)
            worked = await self._in_process(upload)
        except FileTooBig:
            await self._refuse(upload.id, Reason.FILE_TOO_LARGE)
        except FileGone:
            await self._refuse(upload.id, Reason.FILE_GONE)
        except TryLater as trouble:
            await self._fetch_later(upload, trouble)
        else:
            if not worked and not self._stopping:
                await self._give_back(upload)

    async def _fetch(self, upload: Upload, into: BinaryIO) -> None:
        await self._download(upload.address, FILE_BYTES, into)
        into.flush()

    async def _in_process(self, upload: Upload) -> bool:
        """Let the worker do the step; False where it crashed or took too long."""
        assert upload.id is not None
        fetched, now = upload.file_id is None, self._clock()
        step = Step(url=self._store.url, office=self._office, upload_id=upload.id, now=now, fetched=fetched)
        worked = await self._workshop.do(step)
        self._worked_at = asyncio.get_running_loop().time()
        return worked

    async def _fetch_later(self, upload: Upload, trouble: TryLater) -> None:
        """Telegram says of a file that is gone and of one that is late the same: some day it is gone."""
        assert upload.id is not None
        log.warning("download_failed", upload=upload.id, why=str(trouble), attempts=upload.attempts)
        if upload.attempts >= MOST_FETCHES:
            await self._refuse(upload.id, Reason.FILE_GONE)
            return
        wait = growing_wait(upload.attempts, LONGEST_RETRY)
        await self._store.write(partial(_later, upload_id=upload.id, until=self._clock() + wait))

    async def _give_back(self, upload: Upload) -> None:
        """Try again; a file that brings the worker down every time is refused instead."""
        assert upload.id is not None
        attempts = await self._store.write(partial(_later, upload_id=upload.id, until=None))
        log.error("upload_failed", upload=upload.id, attempts=attempts)
        if attempts >= MOST_ATTEMPTS:
            await self._refuse(upload.id, Reason.FILE_TROUBLE)

    async def _refuse(self, upload_id: int, reason: Reason) -> None:
        await self._store.write(lambda session: refuse(session, upload_id, reason, partial(say, now=self._clock())))


# asked with every batch of messages, and nearly always for nothing: cheaper than taking an upload that is not there
_WAITING = sa.select(col(Upload.id)).where(sa.text("state IN ('sent', 'confirmed')")).limit(1)


def waiting(session: Session) -> bool:
    """Tell whether an upload is to be worked on."""
    return session.connection().execute(_WAITING).first() is not None


def _next(session: Session, now: datetime) -> Upload | None:
    free = sa.or_(col(Upload.claimed_until).is_(None), col(Upload.claimed_until) < now)
    query = sa.select(Upload).where(sa.text("state IN ('sent', 'confirmed')"), free).order_by(col(Upload.id)).limit(1)
    return session.execute(query.with_for_update(skip_locked=True)).scalars().first()


def _later(session: Session, upload_id: int, until: datetime | None) -> int:
    """Give an upload back until then; return how often it was tried."""
    upload = session.get_one(Upload, upload_id)
    upload.claimed_until = until
    return upload.attempts


def _release(session: Session) -> None:
    session.execute(sa.update(Upload).where(col(Upload.claimed_until).is_not(None)).values(claimed_until=None))
