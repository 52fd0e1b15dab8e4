"""A file that the office sends: received, compared, asked about, confirmed, taken back; said as ``/import``."""

import re
from datetime import timedelta
from typing import NoReturn

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.files import CellAnswer, Upload, UploadState
from db.models import Question
from db.queries import people
from documents.limits import FILE_BYTES
from documents.records import COLUMN, ROW, Doubt
from handlers.importing import LEDGER, known_of, words_of
from handlers.questions import (
    CONFLICTS,
    UNUSED,
    keep_label,
    key_of,
    kind_of_question,
    likely_label,
    read_answer,
    remember_answer,
    stored,
    unanswered,
    unpacked,
    written,
)
from handlers.request import Call
from rules.permission import may_suspend
from rules.refusal import Refusal, Why
from services import ledger
from services.chain import Act
from services.differences import SUSPEND, VANISHED
from text.field_words import FIELD_WORDS
from text.reasons import Reason
from text.reply import N_, Button, Reply, Speech

ASK, AGAIN, YES, NO, UNDO, KEEP = "ask", "again", "yes", "no", "undo", "keep"
OVER = (UploadState.CANCELLED, UploadState.REFUSED)
LIKELY_A_ROW = 2
MB = 1024 * 1024
PERSONS = ("person", "principal", "deputy")


def import_(call: Call) -> Reply:
    """Take a file, or what is said about one that was taken."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    if call.request.attachments:
        return _receive(call)
    upload = _upload(call)
    word, *rest = call.words[1:] or (ASK,)
    if word == ASK:
        return _ask(call, upload, skipped=rest[0] if rest else None)
    if word == AGAIN:
        return _ask(call, upload, again=rest[0] if rest else None)
    if word == YES:
        return _confirm(call, upload)
    if word == NO:
        return _cancel(call, upload)
    if word == UNDO:
        return _take_back(call, upload)
    return _answer(call, upload, word, " ".join(rest))


def _receive(call: Call) -> Reply:
    """Take a file, or each of several that came at once."""
    everything = call.request.attachments
    files = [one for one in everything if not one.is_picture] or everything[:1]
    for place, sent in enumerate(files):
        if sent.size > FILE_BYTES:
            raise Refusal(Why.FILE_TOO_LARGE, name=sent.name, size=sent.size // MB, most=FILE_BYTES // MB)
        call.session.add(
            Upload(
                key=f"{call.request.key}/{place}" if place else call.request.key, name=sent.name, address=sent.address,
                chat=call.request.chat, person_id=call.known.id or 0, language=call.speech.language,
                sent_at=call.request.now,
            )
        )  # fmt: skip
    return call.reply("upload_received", name="、".join(one.name for one in files), stays=True)


def _upload(call: Call) -> Upload:
    """Return the upload that is named, or else the newest that is not over."""
    if call.words and re.fullmatch("[0-9]{1,9}", call.words[0]):
        found = call.session.get(Upload, int(call.words[0]))
    else:
        mine = select(Upload).where(Upload.person_id == call.known.id, col(Upload.state).not_in(OVER))
        found = call.session.exec(mine.order_by(col(Upload.id).desc()).limit(1)).first()
    if found is None:
        raise Refusal(Why.NO_UPLOAD)
    return found


def _ask(
    call: Call, upload: Upload, *, skipped: str | None = None, again: str | None = None, answered: str | None = None
) -> Reply:
    """Ask about the next cell, or say that nothing is left to ask; what was skipped comes last."""
    _check_open(upload)
    questions = unpacked(upload.questions)
    left = unanswered(call.session, questions)
    left = [*(one for one in questions if key_of(one) == again and one not in left), *left]
    is_read_again = upload.state == UploadState.SENT
    if not left or is_read_again:
        return call.reply(
            "upload_answered", *(() if is_read_again else decide(call.speech, upload, 0)), upload=upload,
            is_written=_is_written(upload), is_read_again=is_read_again, replaces=True,
        )  # fmt: skip
    doubt = _after(left, skipped)[0]
    _remember_question(call, upload, doubt)
    buttons = _choices(call, upload, doubt, others=len(left) > 1, answered=answered)
    return call.reply("upload_asks", *buttons, name=upload.name, left=len(left), replaces=True, **_facts(call, doubt))


def _facts(call: Call, doubt: Doubt) -> dict[str, object]:
    return {
        "doubt": doubt,
        "kind": kind_of_question(doubt),
        "place": f"{doubt.sheet} {doubt.cell}".strip(),
        "field": _field(call, doubt),
        "raw": written(doubt, call.speech),
        "stored": stored(doubt, call.speech),
        "why": words_of(doubt.reason, call.speech.language),
        "likely": _example(doubt),
    }


def _example(doubt: Doubt) -> str | None:
    """Return an answer to show as the form that works; what stands for a choice is no form."""
    is_form = doubt.likely and doubt.field != COLUMN and doubt.reason not in CONFLICTS
    return doubt.likely[0] if is_form else None


def _after(left: list[Doubt], skipped: str | None) -> list[Doubt]:
    at = next((i + 1 for i, doubt in enumerate(left) if skipped is not None and key_of(doubt) == skipped), 0)
    return [*left[at:], *left[:at]]


def _choices(
    call: Call, upload: Upload, doubt: Doubt, *, others: bool, answered: str | None
) -> list[tuple[Button, ...]]:
    key = key_of(doubt)
    said = f"/import {upload.id} {key}"
    likely = [Button(label=likely_label(doubt, text, call.speech), command=f"{said} {text}") for text in doubt.likely]
    if doubt.keepable:
        likely.append(Button(label=keep_label(doubt, call.speech), command=f"{said} {KEEP}"))
    if doubt.field == COLUMN:
        likely.append(call.button(N_("不用这一列"), f"{said} {UNUSED}"))
    if doubt.field == VANISHED and may_suspend(call.person):
        likely.append(call.button(N_("暂缓督办"), f"{said} {SUSPEND}"))
    rows = [tuple(likely[i : i + LIKELY_A_ROW]) for i in range(0, len(likely), LIKELY_A_ROW)]
    last = [call.button(N_("跳过，下一处"), f"/import {upload.id} {ASK} {key}")] if others else []
    if answered:
        last.append(call.button(N_("改上一处"), f"/import {upload.id} {AGAIN} {answered}"))
    return [*rows, tuple(last)]


def _field(call: Call, doubt: Doubt) -> str:
    return call.speech.word(FIELD_WORDS[doubt.field]) if doubt.field in FIELD_WORDS else ""


def _remember_question(call: Call, upload: Upload, doubt: Doubt) -> None:
    """Let the next words in this chat be the answer."""
    here = (col(Question.chat) == call.request.chat, col(Question.person_id) == call.known.id)
    call.session.execute(sa.delete(Question).where(*here))
    expires = call.request.now + timedelta(minutes=call.office.policy.question_minutes)
    call.session.add(
        Question(
            chat=call.request.chat, person_id=call.known.id or 0, command=f"/import {upload.id} {key_of(doubt)}",
            expects=doubt.field, expires_at=expires,
        )
    )  # fmt: skip


def _answer(call: Call, upload: Upload, key: str, text: str) -> Reply:
    _check_open(upload)
    doubt = next((one for one in unpacked(upload.questions) if key_of(one) == key), None)
    if doubt is None:
        raise Refusal(Why.NO_UPLOAD)
    remember_answer(
        call.session, doubt, _meaning(call, doubt, text), at=call.request.now, person_id=call.known.id,
        upload_id=upload.id,
    )  # fmt: skip
    upload.answers += 1
    left = unanswered(call.session, unpacked(upload.questions))
    if _is_written(upload):
        set_state(call.session, upload, UploadState.CONFIRMED)
    elif not left or doubt.field == ROW or (doubt.field == COLUMN and left[0].field != COLUMN):
        set_state(call.session, upload, UploadState.SENT)  # read again with what is known now
    return _ask(call, upload, answered=key)


def _meaning(call: Call, doubt: Doubt, text: str) -> str | None:
    """Read an answer: None where the cell is right as written. Refuse what answers nothing."""
    if text == KEEP and doubt.keepable:
        return None
    read = read_answer(doubt, text, known_of(call.session, call.office))
    if doubt.field == VANISHED and not may_suspend(call.person):
        read = Reason.VALUE_BAD
    if doubt.field in PERSONS and read and not isinstance(read, Reason):
        read = _known_names(call, read)
    if isinstance(read, Reason):
        _refuse_answer(call, doubt, text, read)
    return read


def _known_names(call: Call, names: str) -> str | Reason:
    """Take for a person only who is on the list of officials: 谢谢 has the form of a name too."""
    listed = {person.name for person in people(call.session)}
    return names if all(name in listed for name in names.split("、")) else Reason.PERSON_NOT_LISTED


def _refuse_answer(call: Call, doubt: Doubt, text: str, reason: Reason) -> NoReturn:
    raise Refusal(Why.BAD_ANSWER, word=text, reason=words_of(reason, call.speech.language), example=_example(doubt))


def _confirm(call: Call, upload: Upload) -> Reply:
    if upload.state != UploadState.COMPARED:
        return _ask(call, upload)
    # whoever confirms it has done it, and hears of it
    upload.person_id, upload.chat, upload.language = call.known.id or 0, call.request.chat, call.speech.language
    upload.confirmed_by = f"upload:{upload.id}"
    set_state(call.session, upload, UploadState.CONFIRMED)
    return call.reply("upload_writing", name=upload.name, stays=True)


def _cancel(call: Call, upload: Upload) -> Reply:
    if upload.state not in (UploadState.COMPARED, UploadState.SENT):
        raise Refusal(Why.UPLOAD_OVER, name=upload.name)
    set_state(call.session, upload, UploadState.CANCELLED)
    return call.reply("upload_cancelled", name=upload.name, stays=True)


def _take_back(call: Call, upload: Upload) -> Reply:
    if not _is_written(upload) or upload.kind != LEDGER:
        raise Refusal(Why.IMPORT_NOT_UNDONE)
    act = Act(key=call.request.key, at=call.request.now, person=call.person, said_in=call.request.chat)
    taken = ledger.take_back(call.session, act, upload.confirmed_by, call.office.policy)
    call.session.execute(sa.delete(CellAnswer).where(col(CellAnswer.upload_id) == upload.id))
    set_state(call.session, upload, UploadState.CANCELLED)
    return call.reply("upload_undone", name=upload.name, taken=taken, stays=True)


def _check_open(upload: Upload) -> None:
    if upload.state in OVER:
        raise Refusal(Why.UPLOAD_OVER, name=upload.name)


def _is_written(upload: Upload) -> bool:
    return bool(upload.confirmed_by)


def set_state(session: Session, upload: Upload, state: UploadState) -> None:
    """Move an upload on; what nobody can answer any more is no longer waited for."""
    upload.state, upload.claimed_until, upload.attempts = state, None, 0
    if state in OVER:
        session.execute(sa.delete(Question).where(col(Question.command).like(f"/import {upload.id} %")))


def decide(voice: Speech, upload: Upload, left: int, *, changes: bool = True) -> list[tuple[Button, ...]]:
    """Offer what can be done with an upload now: answer what waits, write what it changes, give it up, take it back."""
    rows = []
    if left:
        rows.append((voice.button(N_("逐处回答（%(left)s）"), f"/import {upload.id} {ASK}", left=left),))
    if _is_written(upload):
        return [*rows, (voice.button(N_("撤销这次导入"), f"/import {upload.id} {UNDO}"),)]
    yes = (voice.button(N_("确认写入"), f"/import {upload.id} {YES}"),) if changes else ()
    return [*rows, (*yes, voice.button(N_("取消"), f"/import {upload.id} {NO}"))]
