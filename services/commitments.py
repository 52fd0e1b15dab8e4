"""What leaders promised (表态发言), kept beside a county or a duty with the totals of that day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.life import Commitment
from db.models import Duty, Event, Mark, Person, Region
from db.prepared import Prepared
from db.queries import insert_new, mark
from rules.commitments import Fulfilment, Totals, fulfilment, totals_of, totals_of_duty
from rules.figures import Figures
from rules.policy import Policy
from rules.refusal import Refusal, Why
from services import overview
from services.chain import Act, plain, record
from services.undoing import check_may_undo

COMMITTED, WITHDRAWN = "committed", "commitment_undone"
COMMITMENT = "commitment:"
_PROMISED = Prepared(
    sa.select(col(Commitment.id)).where(
        col(Commitment.region_id) == sa.bindparam("region_id"), col(Commitment.withdrawn).is_(False)
    )
)
CountyFigures = Callable[[int, str | None], Figures]


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What is promised, before it is written; ``key`` names the draft: it is written once."""

    key: str
    county: Region
    due_on: date
    area_mu: Decimal
    by_farmland: bool = False
    duty: Duty | None = None
    workstream: str = ""
    person: Person | None = None
    meeting: str = ""
    words: str = ""


def totals(
    session: Session, today: date, region_id: int, workstream: str, duty: Duty | None, *, by_farmland: bool
) -> Totals:
    """Return what was reported and accepted by today of a duty, or of a county's work."""
    if duty is not None:
        return totals_of_duty(duty, by_farmland=by_farmland)
    return totals_of(overview.total(session, today, [region_id], workstream or None), by_farmland=by_farmland)


def commit(session: Session, act: Act, promise: Promise, today: date) -> tuple[Commitment, Event]:
    """Write a promise, once, with the totals of today."""
    _write_once(session, act, promise.key)
    then = totals(
        session, today, promise.county.id or 0, promise.workstream, promise.duty, by_farmland=promise.by_farmland
    )
    commitment = Commitment(
        region_id=promise.county.id or 0, duty_id=promise.duty.id if promise.duty else None,
        workstream=promise.workstream, person_id=promise.person.id if promise.person else None,
        meeting=promise.meeting, said_on=today, due_on=promise.due_on, area_mu=promise.area_mu,
        by_farmland=promise.by_farmland, reported_then_mu=then.reported, accepted_then_mu=then.accepted,
        words=promise.words, known_at=act.at,
    )  # fmt: skip
    session.add(commitment)
    session.flush()
    after = {name: plain(value) for name, value in commitment.model_dump(exclude={"id", "known_at"}).items()}
    event = record(
        session, act, subject=f"{COMMITMENT}{commitment.id}", kind=COMMITTED, before={"withdrawn": True}, after=after
    )
    return commitment, event


def _write_once(session: Session, act: Act, key: str) -> None:
    """Take the draft's key for this act; whoever comes second, in whatever process, finds it taken."""
    name = f"{COMMITTED}:{key}"
    insert_new(session, Mark, [{"name": name, "value": act.key}])
    if mark(session, name) != act.key:
        raise Refusal(Why.ALREADY_COMMITTED)


def check_unwritten(session: Session, key: str) -> None:
    """Refuse a draft that was written already."""
    if mark(session, f"{COMMITTED}:{key}"):
        raise Refusal(Why.ALREADY_COMMITTED)


def of_event(session: Session, event: Event) -> Commitment:
    """Return the promise that an event is about, withdrawn or not."""
    return session.get_one(Commitment, int(event.subject.removeprefix(COMMITMENT)))


def undo(session: Session, act: Act, event: Event, policy: Policy) -> Commitment:
    """Withdraw a promise that was noted wrongly."""
    check_may_undo(session, act, event, policy)
    commitment = of_event(session, event)
    commitment.withdrawn = True
    session.add(commitment)
    record(
        session, act, subject=event.subject, kind=WITHDRAWN, undoes_id=event.id, before=event.after, after=event.before
    )  # fmt: skip
    return commitment


def of_counties(session: Session, region_ids: Sequence[int], today: date) -> list[Fulfilment]:
    """Return what was promised in some counties and what came of it, oldest first."""
    if not any(_PROMISED.run(session, region_id=region_id) for region_id in region_ids):
        return []
    here = (col(Commitment.region_id).in_(region_ids), col(Commitment.withdrawn).is_(False))
    query = select(Commitment).where(*here).order_by(col(Commitment.said_on), col(Commitment.id))
    figures = cache(lambda region_id, stream: overview.total(session, today, [region_id], stream))
    return [_fulfilment(session, one, today, figures) for one in session.exec(query)]


def of_duty(session: Session, duty: Duty, today: date) -> Fulfilment | None:
    """Return the newest promise about a duty and what came of it."""
    this = (Commitment.duty_id == duty.id, col(Commitment.withdrawn).is_(False))
    newest = session.exec(select(Commitment).where(*this).order_by(col(Commitment.id).desc()).limit(1)).first()
    return fulfilment(newest, totals_of_duty(duty, by_farmland=newest.by_farmland), today) if newest else None


def _fulfilment(session: Session, one: Commitment, today: date, figures: CountyFigures) -> Fulfilment:
    if one.duty_id is not None:
        now = totals_of_duty(session.get_one(Duty, one.duty_id), by_farmland=one.by_farmland)
    else:
        now = totals_of(figures(one.region_id, one.workstream or None), by_farmland=one.by_farmland)
    return fulfilment(one, now, today)
