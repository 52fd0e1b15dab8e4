"""On which day planning looks at each duty again, and how it found people when it last looked at them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from db.figures import is_open
from db.models import Duty, DutyOfficial, Level, Notice, Outbox, OutboxKind, Status
from db.queries import in_parts
from db.store import fetch

AT_ONCE = date.min  # the day of what changed since it was looked at


class Look(SQLModel, table=True):
    """The first day on which there may be something to say of a duty; no row: never, unless something changes.

    Not a column of the duty: its rows are wide, and would be written anew for everybody who is reminded.
    """

    # no foreign key, as with events: a duty that is taken away leaves a row, which the next look clears away
    duty_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    look_on: date = Field(index=True)


class Bearing(SQLModel, table=True):
    """What planning went by when it last looked at a person (``rules.officials.bearing``)."""

    person_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    value: list[Any] = Field(sa_type=sa.JSON)


_LOOK: sa.Table = Look.metadata.tables["look"]
_BEARING: sa.Table = Bearing.metadata.tables["bearing"]
_TO_LOOK_AT = sa.select(_LOOK.c.duty_id).where(_LOOK.c.look_on <= sa.bindparam("until")).order_by(_LOOK.c.duty_id)
_ANY = sa.select(_LOOK.c.duty_id).where(_LOOK.c.look_on < sa.bindparam("day")).limit(1)
_OPEN_DATED = sa.select(col(Duty.id), sa.literal(AT_ONCE, sa.Date)).where(is_open, col(Duty.due_on).is_not(None))


def is_any_overlooked(session: Session, day: date) -> bool:
    """Tell whether a duty was to be looked at before a day."""
    return fetch(session, _ANY, {"day": day}).first() is not None


def to_look_at(session: Session, until: date) -> Sequence[int]:
    """Return the ids of the duties to be looked at on or before a day, kept from other planners until the commit."""
    return fetch(session, _TO_LOOK_AT.with_for_update(), {"until": until}).scalars().all()


def move_on(session: Session, days: Mapping[int, date | None]) -> None:
    """Set when duties that were looked at are looked at next; None: never."""
    together: dict[date | None, list[int]] = defaultdict(list)
    for duty_id, day in days.items():
        together[day].append(duty_id)
    here = _LOOK.c.duty_id.in_(_listed(_dialect(session)))
    moved = sa.update(_LOOK).where(here).values(look_on=sa.bindparam("day"))
    for day, ids in together.items():
        if day is None:
            session.connection().execute(sa.delete(_LOOK).where(here), {"ids": ids})
        else:
            session.connection().execute(moved, {"ids": ids, "day": day})


def look_again(session: Session, duty_ids: Iterable[int], look_on: date = AT_ONCE) -> None:
    """Have duties looked at on a day, or at once; what is looked at before that stays so."""
    rows = [{"duty_id": duty_id, "look_on": look_on} for duty_id in duty_ids]
    if rows:
        session.flush()
        session.connection().execute(_sooner_rows(_dialect(session)), rows)


def look_at_all(session: Session) -> None:
    """Have every open dated duty looked at at once."""
    _look_at(session, _OPEN_DATED)


def look_at_duties_of(session: Session, person_ids: Sequence[int]) -> None:
    """Have the open dated duties looked at that name one of the persons responsible."""
    for part in in_parts(person_ids):
        named = sa.select(col(DutyOfficial.duty_id)).where(
            col(DutyOfficial.person_id).in_(part), col(DutyOfficial.level) == Level.RESPONSIBLE
        )
        _look_at(session, _OPEN_DATED.where(col(Duty.id).in_(named)))


def look_at_work(session: Session, region_id: int, workstreams: Sequence[str]) -> None:
    """Have the open dated duties of some workstreams in a county looked at."""
    here = (col(Duty.region_id) == region_id, col(Duty.workstream).in_(workstreams))
    _look_at(session, _OPEN_DATED.where(*here))


def _look_at(session: Session, duties: sa.Select[*tuple[Any, ...]]) -> None:
    session.flush()
    insert = _inserting(_dialect(session)).from_select(["duty_id", "look_on"], duties)
    session.connection().execute(_sooner(insert))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _inserting(dialect: str) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(_LOOK)


def _sooner(insert: Any) -> Any:
    """Where there is a row already, let the sooner day stay."""
    day = insert.excluded.look_on
    key = [_LOOK.c.duty_id]
    return insert.on_conflict_do_update(index_elements=key, set_={"look_on": day}, where=day < _LOOK.c.look_on)


@cache
def _sooner_rows(dialect: str) -> Any:  # every event asks it: building a statement costs more than running it
    return _sooner(_inserting(dialect))


def bearings(session: Session) -> dict[int, list[Any]]:
    """Return what planning last went by, by person id."""
    return {row[0]: row[1] for row in fetch(session, sa.select(_BEARING.c.person_id, _BEARING.c.value))}


def keep_bearings(session: Session, values: Mapping[int, list[Any]]) -> None:
    """Remember what planning goes by now."""
    for part in in_parts(list(values)):
        session.connection().execute(sa.delete(_BEARING).where(_BEARING.c.person_id.in_(part)))
    rows = [{"person_id": person_id, "value": value} for person_id, value in values.items()]
    if rows:
        session.connection().execute(sa.insert(_BEARING), rows)


# --- what is asked of many duties at once


@cache
def _listed(dialect: str) -> sa.Select[*tuple[Any, ...]]:
    """Select the numbers of a list: a query that names thousands of values costs more to build than to run."""
    ids = sa.bindparam("ids", type_=sa.JSON)
    if dialect == "postgresql":
        return sa.select(sa.cast(sa.func.json_array_elements_text(ids).column_valued("listed"), sa.Integer))
    return sa.select(sa.func.json_each(ids).table_valued("value").c.value)


class DutyRow(NamedTuple):
    """What is asked of many duties at once to decide who is told of them when: as plain columns, no nouns."""

    id: int
    number: str
    region_id: int
    workstream: str
    status: Status
    due_on: date | None
    has_farmland: bool
    source: str
    known_at: datetime


def duty_rows(session: Session, duty_ids: Sequence[int]) -> list[DutyRow]:
    """Return what of duties says who is told of them when."""
    rows = fetch(session, _duty_rows(_dialect(session)), {"ids": duty_ids}).all()
    return [DutyRow._make(row) for row in rows]


@cache
def _duty_rows(dialect: str) -> sa.Select[*tuple[Any, ...]]:
    columns = Duty.metadata.tables["duty"].c
    has_farmland = sa.type_coerce(columns.farmland_mu, sa.BigInteger) > 0
    chosen = (has_farmland if name == "has_farmland" else columns[name] for name in DutyRow._fields)
    return sa.select(*chosen).where(columns.id.in_(_listed(dialect)))


def named_ids(session: Session, duty_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the persons responsible that each duty names, in their order, as far as they are known."""
    found: dict[int, tuple[int, ...]] = {}
    for duty_id, person_id in fetch(session, _named_ids(_dialect(session)), {"ids": duty_ids}).all():
        found[duty_id] = (*found.get(duty_id, ()), person_id)
    return found


@cache
def _named_ids(dialect: str) -> sa.Select[*tuple[Any, ...]]:
    duty_id, person_id = col(DutyOfficial.duty_id), col(DutyOfficial.person_id)
    known = (col(DutyOfficial.level) == Level.RESPONSIBLE, person_id.is_not(None))
    query = sa.select(duty_id, person_id).where(duty_id.in_(_listed(dialect)), *known)
    return query.order_by(duty_id, col(DutyOfficial.position))


def notices_about(session: Session, duty_ids: Sequence[int]) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    """Return everything that was said about the duties: (duty, deadline, person, rule, day)."""
    return fetch(session, _notices(_dialect(session)), {"ids": duty_ids}).all()


@cache
def _notices(dialect: str) -> sa.Select[*tuple[Any, ...]]:
    columns = Notice.metadata.tables["notice"].c
    said = sa.select(columns.duty_id, columns.due_on, columns.person_id, columns.rule, columns.day)
    return said.where(columns.duty_id.in_(_listed(dialect)))


_OF_DAY = sa.select(col(Outbox.key), col(Outbox.id), col(Outbox.state), col(Outbox.possibly_repeated)).where(
    col(Outbox.day) == sa.bindparam("day"), col(Outbox.kind) == sa.bindparam("kind"), col(Outbox.key).is_not(None)
)


def rows_of_day(session: Session, kind: OutboxKind, day: date) -> dict[str, list[sa.Row[Any]]]:
    """Return a day's messages of a kind (key, id, state), oldest first, by key without a number behind the day."""
    found: dict[str, list[sa.Row[Any]]] = defaultdict(list)
    for row in fetch(session, _OF_DAY.order_by(col(Outbox.id)), {"day": day, "kind": kind}):
        who, is_dated, _number = row.key.rpartition(f":{day}")
        found[f"{who}{is_dated}"].append(row)
    return found
