"""Proofs (佐证材料): what came with or after a message, kept with the duty or case that it proves something of."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.life import Case, Evidence, Phase
from db.models import OPEN, Duty, Status
from services.chain import Act, record

ADDED = "evidence_added"
UNTOUCHED = (Status.NOT_STARTED, Status.RECEIVED, Status.PLANNED)


class Sent(Protocol):
    """A file that came with a message, as the outside describes it."""

    @property
    def address(self) -> str: ...
    @property
    def unique_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...


def keep(
    session: Session, act: Act, sent: Iterable[Sent], *, duty: Duty | None = None, case: Case | None = None,
    phase: Phase | None = None, album: str = "",
) -> list[Evidence]:  # fmt: skip
    """Keep what came with a message; the same file once per duty. Without a duty or case it waits for one."""
    assert act.person is not None
    assert act.person.id is not None
    known = {one.unique_id for one in of_duty(session, duty)} if duty else set()
    rows = [
        Evidence(
            duty_id=duty.id if duty else None, case_id=case.id if case else None, act=act.key, album=album,
            address=one.address, unique_id=one.unique_id, name=one.name, media_type=one.media_type, size=one.size,
            phase=phase or (phase_now(duty) if duty else Phase.AFTER), person_id=act.person.id, sent_at=act.at,
            said_in=act.said_in,
        )
        for one in sent if not one.unique_id or one.unique_id not in known
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    if duty is not None:
        _note(session, act, duty, rows)
    return rows


def phase_now(duty: Duty) -> Phase:
    """Say what a picture shows that comes now: the place before the work, the work, or its result."""
    if duty.status in UNTOUCHED and not duty.rectified_area_mu:
        return Phase.BEFORE
    return Phase.DURING if duty.status in OPEN else Phase.AFTER


def of_duty(session: Session, duty: Duty) -> list[Evidence]:
    """Return the proofs of a duty, oldest first."""
    query = select(Evidence).where(Evidence.duty_id == duty.id).order_by(col(Evidence.id))
    return list(session.exec(query))


def of_case(session: Session, case: Case) -> list[Evidence]:
    """Return the proofs of a case, oldest first."""
    return list(session.exec(select(Evidence).where(Evidence.case_id == case.id).order_by(col(Evidence.id))))


def count(session: Session, duty: Duty) -> int:
    """Return how many proofs a duty has that say something of the work: what it looked like before proves none."""
    query = sa.select(sa.func.count()).where(col(Evidence.duty_id) == duty.id, col(Evidence.phase) != Phase.BEFORE)
    return int(session.execute(query).scalar_one())


def homeless(session: Session, act: Act, minutes: int) -> list[Evidence]:
    """Return what the person sent here lately and nobody has said of which duty it is."""
    assert act.person is not None
    since: datetime = act.at - timedelta(minutes=minutes)
    query = select(Evidence).where(
        Evidence.said_in == act.said_in, Evidence.person_id == act.person.id, col(Evidence.duty_id).is_(None),
        col(Evidence.case_id).is_(None), Evidence.sent_at >= since,
    )  # fmt: skip
    return list(session.exec(query.order_by(col(Evidence.id))))


def give(session: Session, act: Act, rows: Sequence[Evidence], duty: Duty, phase: Phase | None = None) -> None:
    """Say of which duty the proofs are."""
    for row in rows:
        row.duty_id, row.phase = duty.id, phase or phase_now(duty)
    session.add_all(rows)
    _note(session, act, duty, rows)


def give_to_case(session: Session, rows: Sequence[Evidence], case: Case) -> None:
    """Say of which case the proofs are."""
    for row in rows:
        row.case_id = case.id
    session.add_all(rows)


class Shown(Protocol):
    """What somebody shows: files of one album."""

    @property
    def attachments(self) -> tuple[Sent, ...]: ...
    @property
    def album(self) -> str: ...


def follow_album(session: Session, act: Act, shown: Shown) -> bool:
    """Keep a late part of an album with the rest of it; False where nothing is known of the rest."""
    query = select(Evidence).where(Evidence.album == shown.album).order_by(col(Evidence.id))
    first = session.exec(query).first() if shown.album else None
    if first is None:
        return False
    duty = session.get(Duty, first.duty_id) if first.duty_id else None
    case = session.get(Case, first.case_id) if first.case_id else None
    keep(session, act, shown.attachments, duty=duty, case=case, phase=first.phase, album=shown.album)
    return True


def _note(session: Session, act: Act, duty: Duty, rows: Sequence[Evidence]) -> None:
    """Write into the chain what was given as proof of a duty."""
    if not rows:
        return
    after = {"evidence": [row.id for row in rows], "unique_ids": [row.unique_id for row in rows]}
    event = record(session, act, subject=f"duty:{duty.number}", kind=ADDED, duty_id=duty.id, after=after)
    for row in rows:
        row.event_id = event.id
    session.add_all(rows)


def by_phase(proofs: Iterable[Evidence]) -> dict[Phase, int]:
    """Count proofs by what they show, in the order of the work."""
    counts = dict.fromkeys(Phase, 0)
    for proof in proofs:
        counts[proof.phase] += 1
    return {phase: number for phase, number in counts.items() if number}
