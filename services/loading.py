"""An office's tables to what is stored: officials, counties, targets, workdays; the ledger is in services/ledger.py."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.looking import look_again
from db.models import CountyState, Duty, DutyOfficial, Level, Person, Region, RegionKind, Target
from db.models import WorkdayOverride as Workday
from db.queries import city, people, regions
from db.trends import Checkpoint, Snapshot, checkpoints
from services.chain import Act, plain, record
from text.regions import short_name, spellings

IMPORTED = "imported"
MU_PER_WAN_MU = 10_000
STATE_NAMES = (
    "veto_risk", "veto_risk_month", "approval_suspended", "suspended_since", "suspended_reason",
    "approved_unused_task_mu", "interviews",
)  # fmt: skip
PERSON_NAMES = (
    "name", "level", "post", "unit", "workstreams", "phone", "leave_from", "leave_to", "in_post_from", "in_post_to",
    "remark",
)  # fmt: skip


class Waits(StrEnum):
    """Why a row of a readable file was not written."""

    UNKNOWN_COUNTY = "unknown_county"
    UNKNOWN_DUTY = "unknown_duty"


@dataclass(kw_only=True)
class Loaded:
    """What an import did, by the rows' own names; ``waiting`` holds (name, why) of rows that nobody wrote."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    waiting: list[tuple[str, Waits]] = field(default_factory=list)

    def count(self, name: str, outcome: str) -> None:
        """File a row under its outcome."""
        {"new": self.new, "changed": self.changed, "same": self.same}[outcome].append(name)


def load_counties(session: Session, act: Act, city_name: str, rows: Iterable[Mapping[str, Any]]) -> Loaded:
    """Store the city, its counties and their state."""
    loaded = Loaded()
    root = city(session)
    rows = list(rows)
    if root is None and rows:
        root = Region(code=f"{rows[0]['county_code'][:4]}00", name=city_name, short_name=short_name(city_name),
                      kind=RegionKind.CITY, spellings=spellings(city_name))  # fmt: skip
        session.add(root)
        session.flush()
    known = {region.code: region for region in regions(session)}
    for order, row in enumerate(rows, start=1):
        region = known.get(row["county_code"]) or Region(
            code=row["county_code"], name="", short_name="", kind=RegionKind.COUNTY
        )
        state = _state(session, region) if region.id else None
        before = _county_facts(region, state) if state else {}
        if region.name != row["county"]:
            region.name, region.short_name = row["county"], short_name(row["county"])
            region.spellings = spellings(row["county"])
        region.parent_id, region.display_order = root.id if root else None, order
        session.add(region)
        session.flush()
        state = _state(session, region)
        state.retention_target_mu = row["farmland_target_wan_mu"] * MU_PER_WAN_MU
        state.retention_actual_mu = row["farmland_actual_wan_mu"] * MU_PER_WAN_MU
        for name in STATE_NAMES:
            setattr(state, name, row[name])
        session.add(state)
        after = _county_facts(region, state)
        if before != after:
            record(session, act, subject=f"region:{region.code}", kind=IMPORTED, before=before, after=after)
        loaded.count(region.name, _outcome(before, after))
    return loaded


def _county_facts(region: Region, state: CountyState) -> dict[str, Any]:
    facts = {name: getattr(state, name) for name in (*STATE_NAMES, "retention_target_mu", "retention_actual_mu")}
    return {name: plain(value) for name, value in {"name": region.name, **facts}.items()}


def _outcome(before: Any, after: Any) -> str:
    return "new" if not before else "same" if before == after else "changed"


def _state(session: Session, region: Region) -> CountyState:
    assert region.id is not None
    found = session.exec(select(CountyState).where(CountyState.region_id == region.id)).first()
    return found or CountyState(
        region_id=region.id, retention_target_mu=Decimal(0), retention_actual_mu=Decimal(0),
        approved_unused_task_mu=Decimal(0),
    )  # fmt: skip


def load_officials(session: Session, act: Act, rows: Iterable[Mapping[str, Any]]) -> Loaded:
    """Store the officials, then match the ledger's names to them anew."""
    loaded = Loaded()
    rows = list(rows)
    place = {region.name: region for region in regions(session)}
    known = {person.official_id: person for person in people(session)}
    before = {official_id: _person_facts(person, known) for official_id, person in known.items()}
    for row in rows:
        region = place.get(row["county"])
        if region is None or region.id is None:
            loaded.waiting.append((row["official_id"], Waits.UNKNOWN_COUNTY))
            continue
        person = known.get(row["official_id"]) or Person(
            official_id=row["official_id"], name=row["name"], region_id=region.id, level=Level(row["level"])
        )
        person.region_id = region.id
        for name in PERSON_NAMES:
            setattr(person, name, row[name])
        session.add(person)
        known[person.official_id] = person
    session.flush()
    for row in rows:
        if row["official_id"] not in known:
            continue
        person, delegate = known[row["official_id"]], known.get(row["delegate_id"] or "")
        person.delegate_id = delegate.id if delegate else None
        earlier, now = before.get(person.official_id, {}), _person_facts(person, known)
        if earlier != now:
            record(session, act, subject=f"person:{person.official_id}", kind=IMPORTED, before=earlier, after=now)
        loaded.count(person.official_id, _outcome(earlier, now))
    match_officials(session)
    return loaded


def _person_facts(person: Person, known: Mapping[str, Person]) -> dict[str, Any]:
    delegate = next((p.official_id for p in known.values() if p.id and p.id == person.delegate_id), None)
    facts = {name: getattr(person, name) for name in ("region_id", *PERSON_NAMES)}
    return {name: plain(value) for name, value in {**facts, "delegate": delegate}.items()}


def match_officials(session: Session) -> None:
    """Match every name in the ledger to the one person of that county with that name; two of a name match nobody."""
    only = sa.case((sa.func.count(col(Person.id)) == 1, sa.func.min(col(Person.id))), else_=None)
    matches = (
        sa.select(col(DutyOfficial.id), col(DutyOfficial.person_id), only, col(DutyOfficial.duty_id))
        .join(Duty, col(Duty.id) == col(DutyOfficial.duty_id))
        .outerjoin(
            Person, sa.and_(col(Person.region_id) == col(Duty.region_id), col(Person.name) == col(DutyOfficial.name))
        )
        .group_by(col(DutyOfficial.id), col(DutyOfficial.person_id), col(DutyOfficial.duty_id))
    )
    changed = [row for row in session.execute(matches) if row[1] != row[2]]
    if changed:
        named = [{"id": row_id, "person_id": now} for row_id, _before, now, _duty in changed]
        session.execute(sa.update(DutyOfficial), named)
        look_again(session, {duty_id for *_match, duty_id in changed})  # somebody else is told of them


def load_targets(session: Session, act: Act, rows: Iterable[Mapping[str, Any]]) -> Loaded:
    """Store the cumulative monthly targets."""
    loaded = Loaded()
    place = {region.name: region for region in regions(session)}
    known = {(t.region_id, t.workstream, t.sub_type, t.year, t.month): t for t in session.exec(select(Target))}
    for row in rows:
        name = f"{row['county']} {row['workstream']} {row['sub_type']} {row['year']}-{row['month']:02}"
        region = place.get(row["county"])
        if region is None or region.id is None:
            loaded.waiting.append((name, Waits.UNKNOWN_COUNTY))
            continue
        key = (region.id, row["workstream"], row["sub_type"], row["year"], row["month"])
        target = known.get(key)
        before = (target.cumulative_mu, target.year_target_mu, target.metric) if target else None
        after = (row["target_cumulative_mu"], row["year_target_mu"], row["metric"])
        if before != after:
            target = target or Target(
                region_id=key[0], workstream=key[1], sub_type=key[2], year=key[3], month=key[4],
                metric="", cumulative_mu=Decimal(0), year_target_mu=Decimal(0),
            )  # fmt: skip
            target.cumulative_mu, target.year_target_mu, target.metric = after
            session.add(target)
        loaded.count(name, _outcome(before, after))
    if loaded.new or loaded.changed:
        counts = {"new": len(loaded.new), "changed": len(loaded.changed)}
        record(session, act, subject="targets", kind=IMPORTED, after=counts)
    return loaded


def load_history(session: Session, act: Act, rows: Iterable[Mapping[str, Any]]) -> Loaded:
    """Store how duties stood on earlier days; each of these days is one that later figures are compared with.

    The file says nothing of a duty's size: it is taken as it is now.
    """
    loaded = Loaded()
    duties = {duty.number: duty for duty in session.exec(select(Duty))}
    known = {(one.duty_id, one.day): one for one in session.exec(select(Snapshot))}
    days = {checkpoint.day for checkpoint in checkpoints(session)}
    for row in rows:
        name, duty = f"{row['duty_id']} {row['as_of']}", duties.get(row["duty_id"])
        if duty is None or duty.id is None:
            loaded.waiting.append((name, Waits.UNKNOWN_DUTY))
            continue
        if row["as_of"] not in days:
            days.add(row["as_of"])
            session.add(Checkpoint(day=row["as_of"]))
        stored = known.get((duty.id, row["as_of"]))
        before = (stored.status, stored.rectified_area_mu, stored.rectified_farmland_mu) if stored else None
        after = (row["status"], row["rectified_area_mu"], row["rectified_farmland_mu"])
        if before != after:
            stored = stored or Snapshot(
                duty_id=duty.id, day=row["as_of"], status=after[0], area_mu=duty.area_mu, farmland_mu=duty.farmland_mu,
                rectified_area_mu=Decimal(0), rectified_farmland_mu=Decimal(0),
            )  # fmt: skip
            stored.status, stored.rectified_area_mu, stored.rectified_farmland_mu = after
            session.add(stored)
        loaded.count(name, _outcome(before, after))
    if loaded.new or loaded.changed:
        counts = {"new": len(loaded.new), "changed": len(loaded.changed)}
        record(session, act, subject="history", kind=IMPORTED, after=counts)
    return loaded


def load_workdays(session: Session, act: Act, rows: Iterable[Mapping[str, Any]]) -> Loaded:
    """Store the days that the office declares working or free."""
    loaded = Loaded()
    for row in rows:
        stored = session.get(Workday, row["date"])
        before = (stored.is_workday, stored.note) if stored else None
        after = (row["is_workday"], row["note"])
        if before != after:
            session.merge(Workday(day=row["date"], is_workday=row["is_workday"], note=row["note"]))
        loaded.count(str(row["date"]), _outcome(before, after))
    if loaded.new or loaded.changed:
        record(session, act, subject="workdays", kind=IMPORTED, after={"days": len(loaded.new) + len(loaded.changed)})
    return loaded
