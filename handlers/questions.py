"""What a file leaves to a person: how it is asked, what an answer means, and where it is remembered."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.files import CellAnswer
from documents.answers import check_answer
from documents.known import Known
from documents.records import COLUMN, ROW, Doubt
from services.differences import VANISHED
from text.field_words import FIELD_WORDS
from text.reasons import Reason
from text.reply import N_, STATUS_WORDS, Speech

BLANK = "blank"
UNUSED = "-"  # said of a column that is not used
EMPTY = frozenset({Reason.DATE_IMPOSSIBLE, Reason.DATE_UNREADABLE, Reason.AREA_MISSING, Reason.AREA_UNREADABLE})


def answers(session: Session) -> dict[tuple[str, str, str], str | None]:
    """Return everything that people said about cells: (subject, field, raw) -> text, None where it is right so."""
    return {(one.subject, one.field, one.raw): one.text for one in session.exec(select(CellAnswer))}


def unanswered(session: Session, doubts: Iterable[Doubt]) -> list[Doubt]:
    """Return what still waits for a person."""
    said = answers(session)
    return [doubt for doubt in doubts if doubt.key not in said]


def remember_answer(session: Session, doubt: Doubt, text: str | None, person_id: int | None, at: datetime) -> None:
    """Remember an answer; a later one takes the place of an earlier one."""
    here = (
        col(CellAnswer.subject) == doubt.subject,
        col(CellAnswer.field) == doubt.field,
        col(CellAnswer.raw) == doubt.raw,
    )
    session.execute(sa.delete(CellAnswer).where(*here))
    answer = CellAnswer(
        subject=doubt.subject, field=doubt.field, raw=doubt.raw, text=text, person_id=person_id, answered_at=at
    )
    session.add(answer)
    session.flush()


def read_answer(doubt: Doubt, text: str, known: Known) -> str | Reason:
    """Read what somebody typed or pressed; the reason where it answers nothing."""
    if doubt.reason == Reason.LOWERS_ACCEPTED:
        return text if text in doubt.likely else Reason.VALUE_BAD
    if doubt.field == VANISHED:
        return Reason.VALUE_BAD
    if doubt.field == COLUMN and text == UNUSED:
        return ""
    return check_answer(doubt, text, known)


def key_of(doubt: Doubt) -> str:
    """Return a short name of a question that stays the same however the file is sorted."""
    return sha256("\n".join(doubt.key).encode()).hexdigest()[:8]


def packed(doubts: Sequence[Doubt]) -> list[dict[str, Any]]:
    """Pack questions for the upload's row."""
    return [asdict(doubt) for doubt in doubts]


def unpacked(questions: Sequence[dict[str, Any]]) -> list[Doubt]:
    """Unpack questions from the upload's row."""
    return [Doubt(**{**one, "reason": Reason(one["reason"]), "likely": tuple(one["likely"])}) for one in questions]


# --- in words


def kind_of_question(doubt: Doubt) -> str:
    """Return by which words a question is asked."""
    if doubt.field in (COLUMN, VANISHED, ROW):
        return doubt.field
    if not doubt.subject and not doubt.raw.strip():
        return BLANK
    return "lowers" if doubt.reason == Reason.LOWERS_ACCEPTED else "word" if not doubt.subject else "cell"


def written(doubt: Doubt, voice: Speech) -> str:
    """Return what is written in the cell; of a contradiction with an acceptance, the status that the file says."""
    return status_word(doubt.raw.partition("|")[0], voice) if doubt.reason == Reason.LOWERS_ACCEPTED else doubt.raw


def likely_label(doubt: Doubt, text: str, voice: Speech) -> str:
    """Name a likely answer."""
    if doubt.reason == Reason.LOWERS_ACCEPTED:
        return voice.word(N_("保持已销号"))
    if doubt.field == COLUMN:
        return voice.word(FIELD_WORDS[text]) if text in FIELD_WORDS else text
    if kind_of_question(doubt) == BLANK:
        return voice.word(N_("空着就是%(text)s")) % {"text": text}
    return status_word(text, voice) if doubt.field == "status" else text


def keep_label(doubt: Doubt, voice: Speech) -> str:
    """Name the answer that the cell is right as written."""
    if doubt.field == VANISHED:
        return voice.word(N_("保留，继续督办"))
    if doubt.reason == Reason.LOWERS_ACCEPTED:
        return voice.word(N_("按文件改"))
    if doubt.field == ROW:
        return voice.word(N_("以这一行为准"))
    return voice.word(N_("先空着") if doubt.reason in EMPTY else N_("没写错，照此登记"))


def status_word(value: str, voice: Speech) -> str:
    """Say a status by its code; a word that is none stays as it is."""
    word = next((word for status, word in STATUS_WORDS.items() if status.value == value), None)
    return voice.word(word) if word else value
