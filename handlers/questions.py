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
from services.differences import SUSPEND, VANISHED
from text.field_words import FIELD_WORDS
from text.reasons import Reason
from text.reply import N_, STATUS_WORDS, Speech

BLANK = "blank"
CONFLICTS = (Reason.LOWERS_ACCEPTED, Reason.TAKES_BACK_REPORT)  # between the file and what is stored
UNUSED = "-"  # said of a column that is not used
EMPTY = frozenset({Reason.DATE_IMPOSSIBLE, Reason.DATE_UNREADABLE, Reason.AREA_MISSING, Reason.AREA_UNREADABLE})


def answers(session: Session) -> dict[tuple[str, str, str], str | None]:
    """Return everything that people said about cells: (subject, field, raw) -> text, None where it is right so."""
    return {(one.subject, one.field, one.raw): one.text for one in session.exec(select(CellAnswer))}


def unanswered(session: Session, doubts: Iterable[Doubt]) -> list[Doubt]:
    """Return what still waits for a person."""
    said = answers(session)
    return [doubt for doubt in doubts if doubt.key not in said]


def remember_answer(
    session: Session, doubt: Doubt, text: str | None, *, at: datetime, person_id: int | None = None,
    upload_id: int | None = None,
) -> None:  # fmt: skip
    """Remember an answer; a later one takes the place of an earlier one."""
    forget_answers(session, [doubt])
    answer = CellAnswer(
        subject=doubt.subject, field=doubt.field, raw=doubt.raw, text=text, person_id=person_id, upload_id=upload_id,
        answered_at=at,
    )  # fmt: skip
    session.add(answer)
    session.flush()


def forget_answers(session: Session, doubts: Iterable[Doubt]) -> None:
    """Forget what was said about some cells: it did not settle them, or somebody says something else."""
    for doubt in doubts:
        here = (
            col(CellAnswer.subject) == doubt.subject,
            col(CellAnswer.field) == doubt.field,
            col(CellAnswer.raw) == doubt.raw,
        )
        session.execute(sa.delete(CellAnswer).where(*here))


def read_answer(doubt: Doubt, text: str, known: Known) -> str | Reason:
    """Read what somebody typed or pressed; the reason where it answers nothing."""
    if doubt.reason in CONFLICTS:
        return text if text in doubt.likely else Reason.VALUE_BAD
    if doubt.field == VANISHED:
        return text if text == SUSPEND else Reason.VALUE_BAD
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
    return "conflict" if doubt.reason in CONFLICTS else "word" if not doubt.subject else "cell"


def written(doubt: Doubt, voice: Speech) -> str:
    """Return what is written in the cell; of a contradiction with what is stored, what the file says."""
    return _value(doubt, doubt.raw.partition("|")[0], voice) if doubt.reason in CONFLICTS else doubt.raw


def stored(doubt: Doubt, voice: Speech) -> str:
    """Return what is stored where a file contradicts it."""
    return _value(doubt, doubt.raw.partition("|")[2], voice)


def _value(doubt: Doubt, text: str, voice: Speech) -> str:
    return status_word(text, voice) if doubt.field == "status" else text


def likely_label(doubt: Doubt, text: str, voice: Speech) -> str:
    """Name a likely answer."""
    if doubt.reason in CONFLICTS:
        return voice.word(N_("保持%(stored)s")) % {"stored": stored(doubt, voice)}
    if doubt.field == COLUMN:
        return voice.word(FIELD_WORDS[text]) if text in FIELD_WORDS else text
    if kind_of_question(doubt) == BLANK:
        return voice.word(N_("空着就是%(text)s")) % {"text": text}
    return status_word(text, voice) if doubt.field == "status" else text


def keep_label(doubt: Doubt, voice: Speech) -> str:
    """Name the answer that the cell is right as written."""
    if doubt.field == VANISHED:
        return voice.word(N_("保留，继续督办"))
    if doubt.reason in CONFLICTS:
        return voice.word(N_("按文件改"))
    if doubt.field == ROW:
        return voice.word(N_("以这一行为准"))
    return voice.word(N_("先空着") if doubt.reason in EMPTY else N_("没写错，照此登记"))


def status_word(value: str, voice: Speech) -> str:
    """Say a status by its code; a word that is none stays as it is."""
    word = next((word for status, word in STATUS_WORDS.items() if status.value == value), None)
    return voice.word(word) if word else value
