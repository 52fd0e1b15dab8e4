"""From rows that a document gave to the stored ledger: new, changed, the same, or waiting for a person.

A row is compared with what the last file said, not with what is stored: a number that somebody reported in the chat
since then is not overwritten by a file that did not change it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import CountyState, Duty, DutyOfficial, Level, Person, Progress, Region, RegionKind, Status, Target
from db.models import WorkdayOverride as Workday
from db.queries import city, people, regions
from services.chain import Act, record
from text.regions import short_name, spellings

IMPORTED = "imported"
MU_PER_WAN_MU = 10_000
STATE_NAMES = (
    "veto_risk", "approval_suspended", "suspended_since", "suspended_reason", "approved_unused_task_mu", "interviews",
)  # fmt: skip
LEVELS = ((Level.PRINCIPAL, "principal"), (Level.DEPUTY, "deputy"), (Level.RESPONSIBLE, "persons"))
PERSON_NAMES = (
    "name", "level", "post", "unit", "workstreams", "phone", "leave_from", "leave_to", "in_post_from", "in_post_to",
    "remark",
)  # fmt: skip
SAME_NAMES = (
    "workstream", "sub_type", "town", "source", "problem_type", "title", "spot_no", "approval_no", "area_mu",
    "farmland_mu", "basic_farmland_mu", "rectified_area_mu", "rectified_farmland_mu", "issued_on", "due_original",
    "due_extended", "due_on", "due_kind", "measures", "lead_unit", "co_units", "status", "closed_on", "remark",
)  # fmt: skip


class Waits(StrEnum):
    """Why a row of a readable file was not written."""

    UNKNOWN_COUNTY = "unknown_county"
    LOWERS_ACCEPTED = "lowers_accepted"


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
    return {name: _plain(value) for name, value in {"name": region.name, **facts}.items()}


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
    return {name: _plain(value) for name, value in {**facts, "delegate": delegate}.items()}


def match_officials(session: Session) -> None:
    """Match every name in the ledger to the one person of that county with that name; two of a name match nobody."""
    only = sa.case((sa.func.count(col(Person.id)) == 1, sa.func.min(col(Person.id))), else_=None)
    matches = (
        sa.select(col(DutyOfficial.id), col(DutyOfficial.person_id), only)
        .join(Duty, col(Duty.id) == col(DutyOfficial.duty_id))
        .outerjoin(
            Person, sa.and_(col(Person.region_id) == col(Duty.region_id), col(Person.name) == col(DutyOfficial.name))
        )
        .group_by(col(DutyOfficial.id), col(DutyOfficial.person_id))
    )
    changed = [{"id": row_id, "person_id": now} for row_id, before, now in session.execute(matches) if before != now]
    if changed:
        session.execute(sa.update(DutyOfficial), changed)


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


def load_ledger(session: Session, act: Act, rows: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]]) -> Loaded:
    """Store ledger rows (fields under the names of ``ledger_clean.csv``, and raw cell texts)."""
    loaded = Loaded()
    place = {region.name: region for region in regions(session)}
    known = {duty.number: duty for duty in session.exec(select(Duty))}
    for fields, raw in rows:
        number, region = fields["duty_id"], place.get(fields["county"])
        if region is None or region.id is None:
            loaded.waiting.append((number, Waits.UNKNOWN_COUNTY))
            continue
        duty = known.get(number) or Duty(
            number=number, workstream=fields["workstream"], region_id=region.id, known_at=act.at
        )
        said = {name: _plain(value) for name, value in fields.items()}
        changes = {name: value for name, value in fields.items() if said[name] != duty.imported.get(name)}
        if duty.status == Status.CLOSED and changes.get("status", Status.CLOSED) != Status.CLOSED:
            loaded.waiting.append((number, Waits.LOWERS_ACCEPTED))
            continue
        outcome = "new" if duty.id is None else "changed" if changes else "same"
        if changes:
            _write(session, act, duty, changes, said, raw, region)
            known[number] = duty
        loaded.count(number, outcome)
    match_officials(session)
    return loaded


def _write(
    session: Session, act: Act, duty: Duty, changes: Mapping[str, Any], said: dict[str, Any], raw: Mapping[str, str],
    region: Region,
) -> None:  # fmt: skip
    assert region.id is not None
    stored = {name: _plain(getattr(duty, name)) for name in SAME_NAMES if name in changes and duty.id is not None}
    duty.region_id = region.id
    for name in SAME_NAMES:
        if name in changes:
            setattr(duty, name, Decimal(0) if name.endswith("_mu") and changes[name] is None else changes[name])
    duty.imported, duty.raw = said, dict(raw)
    session.add(duty)
    session.flush()
    assert duty.id is not None
    event = record(
        session, act, subject=f"duty:{duty.number}", kind=IMPORTED, duty_id=duty.id,
        before=stored, after={name: said[name] for name in changes},
    )  # fmt: skip
    assert event.id is not None
    _write_officials(session, duty.id, changes)
    if "rectified_area_mu" in changes or "rectified_farmland_mu" in changes:
        session.add(
            Progress(
                duty_id=duty.id, event_id=event.id, area_mu=duty.rectified_area_mu, said_at=act.at, note=IMPORTED,
                farmland_mu=duty.rectified_farmland_mu, person_id=event.person_id, said_in=act.said_in,
            )
        )  # fmt: skip


def _write_officials(session: Session, duty_id: int, changes: Mapping[str, Any]) -> None:
    for level, column in LEVELS:
        if column not in changes:
            continue
        session.execute(
            sa.delete(DutyOfficial).where(col(DutyOfficial.duty_id) == duty_id, col(DutyOfficial.level) == level)
        )
        names = changes[column] if level == Level.RESPONSIBLE else (changes[column],)
        rows = [DutyOfficial(duty_id=duty_id, level=level, position=i, name=n) for i, n in enumerate(names) if n]
        session.add_all(rows)


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it, so that what was said last time compares equal."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
