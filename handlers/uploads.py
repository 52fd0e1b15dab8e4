"""A file that the office sends: received, compared, asked about, confirmed, taken back; said as ``/import``."""

from datetime import timedelta
from typing import NoReturn

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.files import Upload, UploadState
from db.models import Question
from documents.limits import FILE_BYTES
from documents.records import COLUMN, Doubt
from handlers.importing import known_of, words_of
from handlers.questions import (
    UNUSED,
    keep_label,
    key_of,
    kind_of_question,
    likely_label,
    read_answer,
    remember_answer,
    unanswered,
    unpacked,
    written,
)
from handlers.request import Call
from rules.permission import may_suspend
from rules.refusal import Refusal, Why
from services import ledger
from services.chain import Act
from services.differences import VANISHED
from text.field_words import FIELD_WORDS
from text.reasons import Reason
from text.reply import N_, Button, Reply, Speech

ASK, YES, NO, UNDO, KEEP, SKIP, SUSPEND = "ask", "yes", "no", "undo", "keep", "skip", "suspend"
OVER = (UploadState.CANCELLED, UploadState.REFUSED)
LIKELY_A_ROW = 2
MB = 1024 * 1024


def import_(call: Call) -> Reply:
    """Take a file, or what is said about one that was taken."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    if call.request.attachments:
        return _receive(call)
    upload = _upload(call)
    word, *rest = call.words[1:] or (ASK,)
    if word == ASK:
        return ask(call, upload, skipped=rest[0] if rest else None)
    if word == YES:
        return _confirm(call, upload)
    if word == NO:
        return _cancel(call, upload)
    if word == UNDO:
        return _take_back(call, upload)
    return _answer(call, upload, word, " ".join(rest))


def _receive(call: Call) -> Reply:
    sent = call.request.attachments[0]
    if sent.size > FILE_BYTES:
        raise Refusal(Why.FILE_TOO_LARGE, name=sent.name, size=sent.size // MB, most=FILE_BYTES // MB)
    call.session.add(
        Upload(
            key=call.request.key, name=sent.name, address=sent.address, chat=call.request.chat,
            person_id=call.known.id or 0, language=call.speech.language, sent_at=call.request.now,
        )
    )  # fmt: skip
    return call.reply("upload_received", name=sent.name, stays=True)


def _upload(call: Call) -> Upload:
    """Return the upload that is named, or else the newest that is not over."""
    if call.words and call.words[0].isdecimal():
        found = call.session.get(Upload, int(call.words[0]))
    else:
        query = select(Upload).where(Upload.person_id == call.known.id).order_by(col(Upload.id).desc()).limit(1)
        found = call.session.exec(query).first()
    if found is None:
        raise Refusal(Why.NO_UPLOAD)
    return found


def ask(call: Call, upload: Upload, skipped: str | None = None) -> Reply:
    """Ask about the next cell, or say that nothing is left to ask; what was skipped comes last."""
    _check_open(upload)
    left = unanswered(call.session, unpacked(upload.questions))
    is_read_again = upload.state == UploadState.SENT
    if not left or is_read_again:
        return call.reply(
            "upload_answered", *(() if is_read_again else decide(call.speech, upload, 0)), upload=upload,
            is_written=_is_written(upload), is_read_again=is_read_again, replaces=True,
        )  # fmt: skip
    order = _after(left, skipped)
    doubt = order[0]
    _remember_question(call, upload, doubt)
    facts = {"place": f"{doubt.sheet} {doubt.cell}".strip(), "why": words_of(doubt.reason, call.speech.language)}
    return call.reply(
        "upload_asks", *_choices(call, upload, doubt, others=len(left) > 1), doubt=doubt, left=len(left),
        name=upload.name, kind=kind_of_question(doubt), field=_field(call, doubt),
        raw=written(doubt, call.speech), likely=doubt.likely[0] if doubt.likely else None, replaces=True, **facts,
    )  # fmt: skip


def _after(left: list[Doubt], skipped: str | None) -> list[Doubt]:
    at = next((i + 1 for i, doubt in enumerate(left) if skipped is not None and key_of(doubt) == skipped), 0)
    return [*left[at:], *left[:at]]


def _choices(call: Call, upload: Upload, doubt: Doubt, *, others: bool) -> list[tuple[Button, ...]]:
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
            takes_text=True, expires_at=expires,
        )
    )  # fmt: skip


def _answer(call: Call, upload: Upload, key: str, text: str) -> Reply:
    _check_open(upload)
    doubt = next((one for one in unpacked(upload.questions) if key_of(one) == key), None)
    if doubt is None:
        raise Refusal(Why.NO_UPLOAD)
    remember_answer(call.session, doubt, _meaning(call, doubt, text), call.known.id, call.request.now)
    left = unanswered(call.session, unpacked(upload.questions))
    if _is_written(upload):
        set_state(call.session, upload, UploadState.CONFIRMED)
    elif not left or (doubt.field == COLUMN and left[0].field != COLUMN):
        set_state(call.session, upload, UploadState.SENT)  # read again with what is known now
    return ask(call, upload)


def _meaning(call: Call, doubt: Doubt, text: str) -> str | None:
    """Read an answer: None where the cell is right as written. Refuse what answers nothing."""
    if text == KEEP and doubt.keepable:
        return None
    if doubt.field == VANISHED and text == SUSPEND and may_suspend(call.person):
        ledger.suspend_vanished(call.session, call.act, doubt.number)
        return None
    read = read_answer(doubt, text, known_of(call.session, call.office))
    if isinstance(read, Reason):
        _refuse_answer(call, doubt, text, read)
    return read


def _refuse_answer(call: Call, doubt: Doubt, text: str, reason: Reason) -> NoReturn:
    example = doubt.likely[0] if doubt.likely and doubt.field != COLUMN else None
    raise Refusal(Why.BAD_ANSWER, word=text, reason=words_of(reason, call.speech.language), example=example)


def _confirm(call: Call, upload: Upload) -> Reply:
    if upload.state != UploadState.COMPARED:
        return ask(call, upload)
    upload.confirmed_by = f"upload:{upload.id}"
    set_state(call.session, upload, UploadState.CONFIRMED)
    return call.reply("upload_writing", name=upload.name, stays=True)


def _cancel(call: Call, upload: Upload) -> Reply:
    if upload.state not in (UploadState.COMPARED, UploadState.SENT):
        raise Refusal(Why.UPLOAD_OVER, name=upload.name)
    set_state(call.session, upload, UploadState.CANCELLED)
    return call.reply("upload_cancelled", name=upload.name, stays=True)


def _take_back(call: Call, upload: Upload) -> Reply:
    if not _is_written(upload):
        raise Refusal(Why.NOTHING_TO_UNDO)
    act = Act(key=call.request.key, at=call.request.now, person=call.person, said_in=call.request.chat)
    taken = ledger.take_back(call.session, act, upload.confirmed_by, call.office.policy)
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
