"""What the ledger lacks of open duties; decided here alone, in SQL, so that it is counted and listed alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col

from db.figures import by_urgency, is_open
from db.models import DueKind, Duty, DutyOfficial, Event, Level, Status


class Gap(StrEnum):
    """What an open duty may lack."""

    DEADLINE = "deadline"  # a valid one; what is to be kept up for good needs none
    PERSON = "person"  # somebody in post who answers for it
    PLAN = "plan"
    SIGNATURE = "signature"


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What is still no gap on a day.

    ``gone`` are the persons who left and whom nobody followed; a plan is missing of what was issued until
    ``planned_since``, a signature of what was issued before ``signed_since`` and known before ``known_since`` (None:
    this office asks for none).
    """

    gone: Sequence[int]
    planned_since: date
    signed_since: date | None = None
    known_since: datetime | None = None


Conditions = Mapping[Gap, sa.ColumnElement[bool]]


def conditions(allowed: Allowed) -> Conditions:
    """Return for each gap what a duty fulfils that has it."""
    found = {
        Gap.DEADLINE: sa.and_(is_open, col(Duty.due_on).is_(None), col(Duty.due_kind) != DueKind.LONG_TERM),
        Gap.PERSON: sa.and_(is_open, ~_answers(allowed.gone)),
        Gap.PLAN: sa.and_(
            is_open, col(Duty.measures) == "", col(Duty.issued_on) <= allowed.planned_since, ~_was_planned()
        ),
    }
    if allowed.signed_since is not None:
        found[Gap.SIGNATURE] = sa.and_(
            col(Duty.status) == Status.NOT_STARTED, col(Duty.issued_on) < allowed.signed_since,
            col(Duty.known_at) < allowed.known_since,
        )  # fmt: skip
    return found


def _answers(gone: Sequence[int]) -> sa.Exists:
    """Whether one at least of those named is known, and in post or followed by somebody."""
    return sa.exists().where(
        col(DutyOfficial.duty_id) == col(Duty.id), col(DutyOfficial.level) == Level.RESPONSIBLE,
        col(DutyOfficial.person_id).is_not(None), col(DutyOfficial.person_id).not_in(gone),
    )  # fmt: skip


def _was_planned() -> sa.Exists:
    taken_back = sa.select(col(Event.undoes_id)).where(col(Event.undoes_id).is_not(None))
    return sa.exists().where(
        col(Event.subject) == sa.literal("duty:") + col(Duty.number), col(Event.kind) == "planned",
        col(Event.undoes_id).is_(None), col(Event.id).not_in(taken_back),
    )  # fmt: skip


def count_gaps(
    session: Session, looked_for: Conditions, within: sa.ColumnElement[bool]
) -> dict[int, dict[Gap | None, int]]:
    """Return by region id how many open duties lack what; under None, how many lack anything."""
    hits = [sa.func.sum(sa.case((condition, 1), else_=0)) for condition in looked_for.values()]
    lacking = sa.func.sum(sa.case((sa.or_(*looked_for.values()), 1), else_=0))
    query = sa.select(col(Duty.region_id), lacking, *hits).where(is_open, within)
    rows = session.execute(query.group_by(col(Duty.region_id))).all()
    return {row[0]: dict(zip((None, *looked_for), row[1:], strict=True)) for row in rows}


def page_of_gaps(
    session: Session, looked_for: Conditions, gap: Gap | None, within: sa.ColumnElement[bool], page: int, size: int
) -> list[tuple[Duty, list[Gap]]]:  # fmt: skip
    """Return one page (from 1) of the duties that lack something, most urgent first, each with all that it lacks."""
    lacks = looked_for[gap] if gap else sa.or_(*looked_for.values())
    flags = [condition.label(f"lacks_{name}") for name, condition in looked_for.items()]
    query = by_urgency(sa.select(Duty, *flags).where(lacks, within))
    rows = session.execute(query.offset((page - 1) * size).limit(size)).all()
    return [(row[0], [name for name, has in zip(looked_for, row[1:], strict=True) if has]) for row in rows]
