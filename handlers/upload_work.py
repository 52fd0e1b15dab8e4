"""The work behind an upload, done beside the chat: read the file, compare it, and write it once it is confirmed.

It runs in a process of its own (``bot/uploads.py``), so that no file holds up or harms the program.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from db.files import StoredFile, Upload, UploadState
from db.models import Person, Status
from db.store import Store
from documents import kinds
from documents.marked import Mark, MarkLevel, mark_workbook, marked_name
from documents.records import BadFile, Doubt, LedgerReading, LedgerRow, Unread
from handlers.importing import Draft, TableRead, drafted, load_table, read_file, words_of
from handlers.questions import forget_answers, packed
from handlers.uploads import decide, set_state
from rules.policy import Office
from services import ledger
from services.chain import Act
from services.differences import Change
from text.field_words import FIELD_WORDS
from text.reasons import Reason
from text.reply import STATUS_WORDS, Reply, Speech, speech

MOST_SHOWN = 6  # changes listed in a message; the rest is counted

EXPECTED = (Reason.ROW_TITLE, Reason.ROW_HEAD, Reason.ROW_BLANK)  # nobody misses them
FOLLOWING = ("due_on", "due_kind", "county_code")

Say = Callable[[Session, Upload, Reply], None]  # puts an answer into the outbox, in the same transaction


def keep_file(store: Store, upload_id: int, content: bytes, now: datetime) -> None:
    """Store a file as it came, so that it need not be fetched again."""
    with store.writing() as session:
        upload = _taken(session, upload_id)
        if upload.file_id is None:  # another process, left over from before a crash, may have been first
            stored = StoredFile(name=upload.name, content=content, created_at=now)
            session.add(stored)
            session.flush()
            upload.file_id = stored.id
            upload.attempts = 1  # how often it was hard to fetch says nothing of the file


def work_on(store: Store, office: Office, upload_id: int, now: datetime, say: Say) -> None:
    """Bring an upload one step further: compare one that was sent, write one that was confirmed."""
    with store.reading() as session:
        upload = session.get_one(Upload, upload_id)
        content, answers = session.get_one(StoredFile, upload.file_id).content, upload.answers
    step = _write if upload.state == UploadState.CONFIRMED else _compare
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _file_name(upload)
        path.write_bytes(content)
        try:
            read = read_file(store, office, kinds.kind_of_file(path), path)
        except BadFile as bad:
            with store.writing() as session:
                refuse(session, upload_id, bad.reason, say)
            return
    step(store, office, _Work(upload_id=upload_id, answers=answers, read=read, now=now, say=say))


def _taken(session: Session, upload_id: int) -> Upload:
    """Return an upload that no other process changes meanwhile: a worker outlives a program that is killed."""
    return session.get_one(Upload, upload_id, with_for_update=True)


@dataclass(frozen=True, kw_only=True)
class _Work:
    """A file as it was read for an upload, with what had been answered until then."""

    upload_id: int
    answers: int
    read: LedgerReading | TableRead
    now: datetime
    say: Say

    def upload(self, session: Session, state: UploadState) -> Upload | None:
        """Return the upload if it still waits for this; who answered meanwhile has it read again."""
        upload = _taken(session, self.upload_id)
        if upload.state == state and upload.answers == self.answers:
            return upload
        upload.claimed_until = None
        return None


def _file_name(upload: Upload) -> str:
    """Return a name that is safe on this machine and tells the sheet's name of a csv."""
    name = upload.name.replace("/", "_").replace("\0", "").encode()[-200:].decode(errors="ignore").lstrip(".")
    return name or "file"


def refuse(session: Session, upload_id: int, reason: Reason, say: Say) -> None:
    """Tell why a file cannot be imported; nothing of it was stored."""
    upload = _taken(session, upload_id)
    if upload.state not in (UploadState.SENT, UploadState.CONFIRMED):  # cancelled, or refused already
        return
    set_state(session, upload, UploadState.REFUSED)
    html = speech(upload.language).say("upload_refused", name=upload.name, why=words_of(reason, upload.language))
    say(session, upload, Reply(html=html))


def _compare(store: Store, office: Office, work: _Work) -> None:
    read, marked = work.read, None
    with store.reading() as session:
        if isinstance(read, LedgerReading):
            upload = session.get_one(Upload, work.upload_id)
            draft = drafted(session, office, read, office.today(work.now))
            marked = _marked(upload, session.get_one(StoredFile, upload.file_id).content, draft)
    with store.writing() as session:
        found = work.upload(session, UploadState.SENT)
        if found is None:
            return
        set_state(session, found, UploadState.COMPARED)
        if isinstance(read, TableRead):
            work.say(session, found, _table_compared(session, office, found, read, work.now))
        else:
            draft = drafted(session, office, read, office.today(work.now))
            work.say(session, found, _ledger_compared(session, found, draft, marked, work.now))


def _ledger_compared(session: Session, upload: Upload, draft: Draft, marked: bytes | None, now: datetime) -> Reply:
    left = _ask(session, upload, draft)
    voice = speech(upload.language)
    if draft.difference.is_empty and not left and not draft.reading.unread:
        upload.state = UploadState.WRITTEN
        return Reply(html=voice.say("upload_same", name=upload.name, count=len(draft.difference.same)))
    file_id = None
    if marked is not None:
        stored = StoredFile(name=marked_name(upload.name), content=marked, created_at=now)
        session.add(stored)
        session.flush()
        file_id = stored.id
    buttons = decide(voice, upload, len(left), changes=not draft.difference.is_empty)
    html = voice.say("upload_compared", upload=upload, left=len(left), most=MOST_SHOWN, **_facts(draft, voice))
    return Reply(html=html, buttons=tuple(buttons), stays=True, file=file_id)


def _facts(draft: Draft, voice: Speech) -> dict[str, object]:
    difference, reading = draft.difference, draft.reading
    sheets = [one.sheet for one in reading.skipped if one.row == 0]
    return {
        "difference": difference,
        "lines": [_line(change, voice) for change in difference.changed[:MOST_SHOWN]],
        "read": len(reading.rows),
        "unread": len(reading.unread),
        "notes": len({(note.sheet, note.cell, note.number) for note in draft.notes}),
        "sheets": sheets,
        "skipped": sum(one.row > 0 and one.reason not in EXPECTED for one in reading.skipped),
        "repeated": sum(one.reason == Reason.ROW_DUPLICATE for one in reading.skipped),
    }


def _line(change: Change, voice: Speech) -> dict[str, object]:
    """Say what changes in one duty; what only follows from another field is left out."""
    shown = {name: pair for name, pair in change.changes.items() if name not in FOLLOWING} or change.changes
    parts = [
        (voice.word(FIELD_WORDS[name]), *(_said(name, one, voice) for one in pair)) for name, pair in shown.items()
    ]
    return {"number": change.number, "parts": parts}


def _said(name: str, value: Any, voice: Speech) -> str:
    if name == "status" and value:
        return voice.word(STATUS_WORDS[Status(value)])
    return ("、".join(value) if isinstance(value, list) else str(value or "")) or "—"


def _marked(upload: Upload, content: bytes, draft: Draft) -> bytes | None:
    asked = {doubt.key for doubt in draft.questions}
    rows: list[LedgerRow | Unread] = [*draft.reading.rows, *draft.reading.unread]
    everywhere = [doubt for row in rows for doubt in row.doubts if doubt.key in asked]  # each is asked only once
    others = [doubt for doubt in draft.questions if doubt.cell and doubt not in everywhere]
    marks = [
        *(_mark(doubt, MarkLevel.WAITING, upload.language) for doubt in (*others, *everywhere)),
        *(_mark(note, MarkLevel.WARNED, upload.language) for note in draft.notes if note.cell),
    ]
    return mark_workbook(content, upload.name, marks) if marks else None


def _mark(doubt: Doubt, level: MarkLevel, language: str) -> Mark:
    return Mark(sheet=doubt.sheet, cell=doubt.cell, words=words_of(doubt.reason, language), level=level, raw=doubt.raw)


def _table_compared(session: Session, office: Office, upload: Upload, read: TableRead, now: datetime) -> Reply:
    upload.kind = read.kind
    voice = speech(upload.language)
    imported = load_table(session, Act(key=f"upload:{upload.id}", at=now), office, read, dry_run=True)
    if imported.changes_nothing:
        upload.state = UploadState.CANCELLED
        return Reply(html=voice.say("table_same", name=upload.name, imported=imported, most=MOST_SHOWN))
    html = voice.say("table_compared", upload=upload, imported=imported, most=MOST_SHOWN)
    return Reply(html=html, buttons=tuple(decide(voice, upload, 0)), stays=True)


def _ask(session: Session, upload: Upload, draft: Draft) -> list[Doubt]:
    """Store what is left to ask. What is asked although it was answered was not settled by that answer."""
    upload.kind, upload.questions = kinds.LEDGER, packed(draft.questions)
    forget_answers(session, draft.questions)
    return list(draft.questions)


def _write(store: Store, office: Office, work: _Work) -> None:
    with store.writing() as session:
        upload = work.upload(session, UploadState.CONFIRMED)
        if upload is None:
            return
        again = upload.kind == kinds.LEDGER and bool(upload.written_at)
        set_state(session, upload, UploadState.WRITTEN)
        upload.written_at = work.now
        act = Act(
            key=upload.confirmed_by, at=work.now, person=session.get_one(Person, upload.person_id), said_in=upload.chat
        )
        if isinstance(work.read, TableRead):
            imported = load_table(session, act, office, work.read)
            html = speech(upload.language).say("table_written", upload=upload, imported=imported, most=MOST_SHOWN)
            work.say(session, upload, Reply(html=html))
            return
        draft = drafted(session, office, work.read, office.today(work.now))
        ledger.write(session, act, draft.difference)
        left = _ask(session, upload, draft)
        if not (again and left):  # then the next question is before the person already
            work.say(session, upload, _ledger_written(upload, draft, left, again=again))


def _ledger_written(upload: Upload, draft: Draft, left: list[Doubt], *, again: bool) -> Reply:
    voice = speech(upload.language)
    html = voice.say(
        "upload_written", upload=upload, left=len(left), again=again, most=MOST_SHOWN, **_facts(draft, voice)
    )
    return Reply(html=html, buttons=tuple(decide(voice, upload, len(left))), stays=True)
