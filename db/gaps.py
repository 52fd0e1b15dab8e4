"""What the ledger lacks of open duties; decided here alone, in SQL, so that it is counted and listed alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

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


UNPLANNED = sa.text("duty.measures = ''")  # as the partial index says it
Conditions = Mapping[Gap, sa.ColumnElement[bool]]


def conditions(allowed: Allowed) -> Conditions:
    """Return for each gap what a duty fulfils that has it."""
    found = {
        Gap.DEADLINE: sa.and_(is_open, col(Duty.due_on).is_(None), col(Duty.due_kind) != DueKind.LONG_TERM),
        Gap.PERSON: sa.and_(is_open, ~_answers(allowed.gone)),
        Gap.PLAN: sa.and_(is_open, UNPLANNED, col(Duty.issued_on) <= allowed.planned_since, ~_was_planned()),
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
    lacking = _lacking(looked_for, within).c
    columns = [lacking.region_id, *(lacking[gap] for gap in looked_for)]
    found: dict[int, dict[Gap | None, int]] = {}
    for region_id, *flags, count in session.execute(sa.select(*columns, sa.func.count()).group_by(*columns)):
        counts = found.setdefault(region_id, dict.fromkeys((None, *looked_for), 0))
        for gap in (None, *_named(looked_for, flags)):
            counts[gap] += count
    return found


def page_of_gaps(
    session: Session, looked_for: Conditions, gap: Gap | None, within: sa.ColumnElement[bool], page: int, size: int
) -> list[tuple[Duty, list[Gap]]]:
    """Return one page (from 1) of the duties that lack something, most urgent first, each with all that it lacks."""
    lacking = _lacking(looked_for, within).c
    query = sa.select(Duty, *(lacking[one] for one in looked_for)).where(lacking.duty_id == col(Duty.id))
    if gap is not None:
        query = query.where(lacking[gap] == 1)
    rows = session.execute(by_urgency(query).offset((page - 1) * size).limit(size)).all()
    return [(row[0], _named(looked_for, row[1:])) for row in rows]


def _lacking(looked_for: Conditions, within: sa.ColumnElement[bool]) -> sa.Subquery:
    """Select each duty that lacks something with what it lacks, as 1 or 0.

    Each gap is looked for by itself, in an index that leads to it: a duty's row is long, and most lack nothing.
    """
    key: list[sa.Label[Any]] = [col(Duty.id).label("duty_id"), col(Duty.region_id).label("region_id")]
    each = sa.union_all(
        *(
            sa.select(*key, *(sa.literal(int(one == gap)).label(one) for one in looked_for)).where(condition, within)
            for gap, condition in looked_for.items()
        )
    ).subquery()
    flags = [sa.func.max(each.c[gap]).label(gap) for gap in looked_for]
    return sa.select(each.c.duty_id, each.c.region_id, *flags).group_by(each.c.duty_id, each.c.region_id).subquery()


def _named(looked_for: Conditions, flags: Sequence[int]) -> list[Gap]:
    return [gap for gap, has in zip(looked_for, flags, strict=True) if has]
