"""What of a letter is still true: its duties that are open, not paused and not a step further."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.ladder import Letter, LetterDuty, LetterState
from db.life import Commitment
from db.models import OPEN, Duty, Extension, ExtensionState
from db.queries import in_parts
from rules.policy import Office, Trigger


@dataclass(frozen=True, kw_only=True)
class Line:
    """A duty that a letter is about, and why it came to the step."""

    duty: Duty
    trigger: Trigger
    reported_then_mu: Decimal


def lines_of(session: Session, office: Office, letter: Letter, today: date) -> list[Line]:
    """Return what a letter is about that is still true: open, the same deadline, not paused and not a step further."""
    return _lines(session, [letter], today)[letter.id or 0]


def _lines(session: Session, letters: Sequence[Letter], today: date) -> dict[int, list[Line]]:
    states = {letter.id or 0: letter.state for letter in letters}
    found: dict[int, list[Line]] = {letter_id: [] for letter_id in states}
    for part in in_parts(list(states)):
        rows = session.exec(
            select(LetterDuty, Duty)
            .join(Duty, col(Duty.id) == col(LetterDuty.duty_id))
            .where(col(LetterDuty.letter_id).in_(part))
            .order_by(col(Duty.due_on), col(Duty.number))
        ).all()
        duties = list({duty.id: duty for _line, duty in rows}.values())
        paused, highest = paused_duties(session, duties, today), _highest_steps(session, duties)
        for line, duty in rows:
            is_true = duty.status in OPEN and duty.due_on == line.due_on and highest[line.duty_id] == line.step
            if is_true and (states[line.letter_id] != LetterState.WAITING or duty.id not in paused):
                said = Line(duty=duty, trigger=Trigger(line.trigger), reported_then_mu=line.reported_then_mu)
                found[line.letter_id].append(said)
    return found


def _highest_steps(session: Session, duties: Sequence[Duty]) -> dict[int, int]:
    """Return the highest step to which each duty's present deadline came."""
    query = (
        sa.select(col(LetterDuty.duty_id), sa.func.max(col(LetterDuty.step)))
        .join(Duty, (col(Duty.id) == col(LetterDuty.duty_id)) & (col(Duty.due_on) == col(LetterDuty.due_on)))
        .where(col(LetterDuty.duty_id).in_([duty.id for duty in duties]))
        .group_by(col(LetterDuty.duty_id))
    )
    return defaultdict(int, {row[0]: row[1] for row in session.execute(query)})


def drop_settled(session: Session, office: Office, today: date) -> int:
    """Drop the drafts about nothing any more; a duty that is only paused may come to the step again."""
    about_duties = select(Letter).where(Letter.state == LetterState.WAITING, Letter.trigger == "")
    waiting = session.exec(about_duties).all()
    true = _lines(session, waiting, today)
    settled = [letter for letter in waiting if not true[letter.id or 0]]
    for letter in settled:
        letter.state = LetterState.DROPPED
        session.add(letter)
    _forget_paused(session, [letter.id or 0 for letter in waiting], today)
    session.flush()
    return len(settled)


def _forget_paused(session: Session, letter_ids: Sequence[int], today: date) -> None:
    for part in in_parts(letter_ids):
        here = col(LetterDuty.letter_id).in_(part)
        in_letters = select(Duty).where(col(Duty.id).in_(sa.select(col(LetterDuty.duty_id)).where(here)))
        paused = paused_duties(session, list(session.exec(in_letters)), today)
        session.execute(sa.delete(LetterDuty).where(here, col(LetterDuty.duty_id).in_(paused)))


def paused_duties(session: Session, duties: Sequence[Duty], today: date) -> set[int]:
    """Return the duties for which a request waits, or a promise that is credible: none before it was broken."""
    ids = [duty.id or 0 for duty in duties]
    asked = sa.select(col(Extension.duty_id)).where(
        col(Extension.duty_id).in_(ids), col(Extension.state) == ExtensionState.ASKED
    )
    promised = (
        sa.select(col(Commitment.duty_id))
        .where(col(Commitment.duty_id).in_(ids), col(Commitment.withdrawn).is_(False))
        .group_by(col(Commitment.duty_id))
        .having(sa.func.min(col(Commitment.due_on)) >= today)
    )
    return {row[0] for query in (asked, promised) for row in session.execute(query)}
