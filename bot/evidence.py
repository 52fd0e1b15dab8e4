"""Proofs are copied into the office's own folder: a messenger promises nobody to keep a file for years.

What is to be copied stands in the database, so that a restart goes on where it was. A copy has its final name only when
all of it is on the disk, and is in the ledger only when it has that name: killed between, it is made again.
"""

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from uuid import uuid4

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from bot.download import Download, FileGone, FileTooBig, growing_wait
from bot.http import FILE_SECONDS
from db.life import EVIDENCE_KEPT, Case, Evidence
from db.models import Duty
from db.store import Store
from rules.policy import Office
from scheduler.sender import TryLater
from services.chain import Act, record
from services.ledger import DUTY
from text.reasons import Reason

log = structlog.get_logger()

IDLE_SECONDS = 5.0
LEASE = timedelta(seconds=FILE_SECONDS + 60)
LONGEST_RETRY = timedelta(days=1)
LARGEST_COPY = 20 * 1024 * 1024  # bytes; Telegram hands no more to bots
INCOMING = ".incoming"  # where a copy is until it is whole: on the same disk, or it could not be moved at once
CASE = "case:"  # in front of a number, it names the subject of the event chain
LONGEST_NAME = 120  # bytes; with the day and the id in front well below what any disk takes
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|]')


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A proof that is being copied: where it is, where it goes within the folder, and whose chain says so."""

    id: int
    address: str
    place: PurePosixPath
    subject: str
    attempts: int


class Keeper:
    """Copies proofs until it is stopped; a second one, in another process, is harmless."""

    def __init__(
        self, store: Store, office: Office, download: Download, folder: Path, *, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._office, self._download, self._folder, self._clock = store, office, download, folder, clock
        self._name = uuid4().hex[:12]
        self._wake = asyncio.Event()
        self._stopping = False
        self._busy = False

    def wake(self) -> None:
        """Say that there may be something to copy; from the event loop's thread."""
        self._wake.set()

    async def run(self) -> None:
        """Copy one proof after the other; what a process that died had taken is free again."""
        await self._store.write(_release)
        _sweep(self._folder / INCOMING)
        while not self._stopping:
            self._wake.clear()
            try:
                while not self._stopping and (proof := await self._store.write(self._claim)) is not None:
                    self._busy = True
                    await self._keep(proof)
            except Exception:  # whatever is wrong with one, the next has its turn
                log.exception("evidence_round_failed")
            finally:
                self._busy = False
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._wake.wait()

    async def stop(self) -> None:
        """Take no more; a copy that is under way and not through in time is made again after the next start."""
        self._stopping = True
        self._wake.set()

    async def idle(self) -> bool:
        """Tell whether nothing can be copied now."""
        return not self._busy and await self._store.write(lambda session: _next(session, self._clock())) is None

    def _claim(self, session: Session) -> Proof | None:
        now = self._clock()
        evidence = _next(session, now)
        if evidence is None:
            return None
        evidence.try_after = now + LEASE
        evidence.attempts += 1
        assert evidence.id is not None
        subject = _subject(session, evidence)
        day = self._office.today(evidence.sent_at).isoformat()
        place = PurePosixPath(
            safe_name(subject.partition(":")[2]), f"{day}-{evidence.id}-{safe_name(evidence.name or 'file')}"
        )
        return Proof(id=evidence.id, address=evidence.address, place=place, subject=subject, attempts=evidence.attempts)

    async def _keep(self, proof: Proof) -> None:
        try:
            sha256, size = await self._copy(proof)
        except FileTooBig:
            await self._store.write(partial(_gone, proof=proof, why=Reason.FILE_TOO_LARGE))
        except FileGone:
            await self._store.write(partial(_gone, proof=proof, why=Reason.FILE_GONE))
        except (TryLater, OSError) as trouble:  # Telegram's trouble or the disk's: both may pass
            log.warning("evidence_not_copied", evidence=proof.id, why=str(trouble), attempts=proof.attempts)
            until = self._clock() + growing_wait(proof.attempts, LONGEST_RETRY)
            await self._store.write(partial(_later, proof=proof, until=until))
        else:
            await self._store.write(partial(_kept, proof=proof, sha256=sha256, size=size, now=self._clock()))

    async def _copy(self, proof: Proof) -> tuple[str, int]:
        """Fetch a proof to its place; return its hash and its size."""
        part = self._folder / INCOMING / f"{proof.id}-{self._name}"
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as into:
                await self._download(proof.address, LARGEST_COPY, into)
            return await asyncio.to_thread(_settle, part, self._folder / proof.place)
        finally:
            part.unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """Return a name that is one plain file's or folder's on every disk, as like the given one as possible."""
    plain = _UNSAFE.sub("_", name).strip(" .") or "_"
    if len(plain.encode()) <= LONGEST_NAME:
        return plain
    ending = Path(plain).suffix if len(Path(plain).suffix) <= len(".xlsx") else ""
    return plain.encode()[: LONGEST_NAME - len(ending.encode())].decode(errors="ignore") + ending


def _settle(part: Path, target: Path) -> tuple[str, int]:
    """Give a whole copy its final name, when it is really on the disk; return its hash and its size."""
    with part.open("rb+") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)
    return sha256, size


def _sweep(incoming: Path) -> None:
    """Remove what processes that were killed left half; what is new may be another one's that lives."""
    for part in incoming.glob("*"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > LEASE.total_seconds():
                part.unlink()


def _next(session: Session, now: datetime) -> Evidence | None:
    query = (
        sa.select(Evidence)
        .where(sa.text("stored_as = '' AND gone = ''"))
        .where(sa.or_(col(Evidence.duty_id).is_not(None), col(Evidence.case_id).is_not(None)))
        .where(sa.or_(col(Evidence.try_after).is_(None), col(Evidence.try_after) <= now))
        .order_by(col(Evidence.id))
        .limit(1)
    )
    return session.execute(query.with_for_update(skip_locked=True)).scalars().first()


def _subject(session: Session, evidence: Evidence) -> str:
    """Name whose proof it is; a duty may be gone with its import, its proofs are kept all the same."""
    if evidence.duty_id is not None:
        duty = session.get(Duty, evidence.duty_id)
        return DUTY + (duty.number if duty else f"id-{evidence.duty_id}")
    case = session.get(Case, evidence.case_id)
    return CASE + (case.number if case else f"id-{evidence.case_id}")


def _kept(session: Session, proof: Proof, sha256: str, size: int, now: datetime) -> None:
    """Say in the ledger and in the chain what was copied where; no duty is named, for none was changed."""
    evidence = session.get_one(Evidence, proof.id)
    if evidence.stored_as:
        return  # another process was faster
    evidence.stored_as, evidence.sha256, evidence.try_after = str(proof.place), sha256, None
    act = Act(key=f"evidence:{proof.id}", at=now, said_in=evidence.said_in)
    after = {"evidence": proof.id, "sha256": sha256, "size": size}
    record(session, act, subject=proof.subject, kind=EVIDENCE_KEPT, after=after)


def _gone(session: Session, proof: Proof, why: Reason) -> None:
    log.error("evidence_gone", evidence=proof.id, subject=proof.subject, why=why.value)
    session.get_one(Evidence, proof.id).gone = why.value


def _later(session: Session, proof: Proof, until: datetime) -> None:
    session.get_one(Evidence, proof.id).try_after = until


def _release(session: Session) -> None:
    waiting = sa.text("stored_as = '' AND gone = ''")
    session.execute(sa.update(Evidence).where(waiting, col(Evidence.try_after).is_not(None)).values(try_after=None))
