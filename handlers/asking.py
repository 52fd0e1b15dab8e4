"""What the bot asks a person for, and remembers until he answers: the next words complete a command."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from db.models import Question
from handlers.request import Call

REASON = "reason"  # any words answer it


def remember_question(call: Call, command: str, expects: str = "") -> None:
    """Wait for the words that complete the command; a newer question takes the place of an older one.

    ``expects`` names what any words would fill; without it only amounts are an answer.
    """
    forget_question(call)
    expires = call.request.now + timedelta(minutes=call.office.policy.question_minutes)
    question = Question(
        chat=call.request.chat, person_id=call.known.id or 0, command=command.strip(), expects=expects,
        expires_at=expires,
    )  # fmt: skip
    call.session.add(question)


def forget_question(call: Call) -> None:
    """Wait for nothing any more."""
    call.session.execute(sa.delete(Question).where(*_here(call)))


def expected(call: Call) -> str:
    """Return what the open question asks for; empty where there is none."""
    return call.session.execute(sa.select(col(Question.expects)).where(*_here(call))).scalar() or ""


def _here(call: Call) -> tuple[sa.ColumnElement[bool], ...]:
    return col(Question.chat) == call.request.chat, col(Question.person_id) == call.known.id
