"""What is to be said, merged: one message a person and day, or in a group for whom it stands in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from db.looking import DutyRow, rows_of_day
from db.models import Notice, Outbox, OutboxKind, OutboxState, Person
from db.queries import insert_new
from rules.policy import Office
from rules.reminders import Rule
from scheduler.hours import moment_of
from services.notices import Reach, Route

DIGEST = OutboxKind.DIGEST


@dataclass(kw_only=True)
class Scene:
    """What planning looks at, read once."""

    session: Session
    office: Office
    now: datetime
    today: date
    reach: Reach
    waiting_for_digest: set[int] = field(default_factory=set)


@dataclass(slots=True, eq=False)  # not frozen: one is made for each notice, and freezing doubles its price
class Item:
    """One rule that holds today for one duty and the person to be told; or that may come along with such a one."""

    duty: DutyRow
    person: Person
    rule: Rule
    comes_along: bool
    next_look: date | None

    @property
    def key(self) -> str:
        """What makes it one and the same notice, whenever and by whomever it is planned."""
        return f"{self.duty.number}/{self.duty.due_on}/{self.rule.name}/{self.person.official_id}"


def write(
    scene: Scene, items: Sequence[Item], routes: Mapping[Item, Route | None], digests: Mapping[int, int]
) -> dict[Item, int]:
    """Write what is ready to be said, merged by address; return the message of each notice that was written."""
    ready = _ready(scene, items, routes)
    messages = messages_of_day(scene, OutboxKind.REMINDER, _needed(ready, routes, digests))
    written = {}
    for item in ready:
        outbox_id = _digest_of(routes[item], digests) or messages.get(_address(routes[item]))
        if outbox_id is not None:
            written[item] = outbox_id
    _write_notices(scene, written)
    return written


def routes_of(scene: Scene, items: Iterable[Item]) -> dict[Item, Route | None]:
    """Return where each notice goes; None where nobody can be reached."""
    known: dict[tuple[int | None, int, str], Route | None] = {}
    found: dict[Item, Route | None] = {}
    for item in items:
        key = (item.person.id, item.duty.region_id, item.duty.workstream)
        if key not in known:
            known[key] = scene.reach.route(item.person, item.duty)
        found[item] = known[key]
    return found


def _ready(scene: Scene, items: Iterable[Item], routes: Mapping[Item, Route | None]) -> list[Item]:
    """Leave out who waits for his digest, or is not reached, and what comes along with nothing."""
    open_now = [item for item in items if _is_open(scene, routes[item])]
    written_to = {item.person.id for item in open_now if not item.comes_along}
    come_along = [item for item in open_now if item.comes_along and item.person.id in written_to]
    return [item for item in open_now if not item.comes_along] + come_along


def _is_open(scene: Scene, route: Route | None) -> bool:
    return route is not None and (route.person is None or route.person.id not in scene.waiting_for_digest)


def _digest_of(route: Route | None, digests: Mapping[int, int]) -> int | None:
    return digests.get(route.person.id or 0) if digests and route and route.person else None


def _address(route: Route | None) -> str:
    return route.address if route else ""


def _needed(items: Iterable[Item], routes: Mapping[Item, Route | None], digests: Mapping[int, int]) -> list[Route]:
    """Return the ways for which there is no digest, each once."""
    needed = {route.address: route for item in items if (route := routes[item]) and not _digest_of(route, digests)}
    return list(needed.values())


def messages_of_day(scene: Scene, kind: OutboxKind, routes: Sequence[Route]) -> dict[str, int]:
    """Return by address the message that takes something more along today; none where the day's message went out.

    A person hears once a day, and what still waits takes more along; a group stands in for several persons, who may be
    found unreachable one by one, so it may get another one, if none has failed: what it refuses is not tried at once.
    """
    if not routes:
        return {}
    earlier = {one: rows_of_day(scene.session, one, scene.today) for one in (kind, DIGEST)}
    blank = Outbox(kind=kind, chat="", day=scene.today, created_at=scene.now, send_after=scene.now)
    common = blank.model_dump(exclude={"id"})
    keys, rows = {}, []
    for route in routes:
        who = route.person.official_id if route.person else route.address
        key = _key(kind, who, scene.today)
        before = earlier[kind].get(key, [])
        waiting = [row.key for row in before if row.state == OutboxState.WAITING]
        if waiting:
            keys[route.address] = waiting[0]
        elif _may_get_another(route, before, earlier[DIGEST].get(_key(DIGEST, who, scene.today), [])):
            keys[route.address] = f"{key}:{len(before) + 1}" if before else key
            rows.append(common | _own_fields(scene, kind, who, route) | {"key": keys[route.address]})
    insert_new(scene.session, Outbox, rows)
    now = {row.key: row.id for together in rows_of_day(scene.session, kind, scene.today).values() for row in together}
    return {address: now[key] for address, key in keys.items()}


def _key(kind: OutboxKind, who: str, day: date) -> str:
    return f"{kind.value}:{who}:{day}"


def _own_fields(scene: Scene, kind: OutboxKind, who: str, route: Route) -> dict[str, object]:
    return {
        "chat": route.address, "person_id": route.person.id if route.person else None,
        "send_after": moment_of(scene.office, kind, who, scene.today, scene.now),
    }  # fmt: skip


def _may_get_another(route: Route, before: Sequence[sa.Row[Any]], digests: Sequence[sa.Row[Any]]) -> bool:
    """Whether a message more may go today: to a group whose others were taken, to a person who had none.

    What was dropped, as nothing of it was true just then, did not arrive.
    """
    if route.person is None:
        return all(row.state != OutboxState.FAILED for row in before)
    return not any(row.state != OutboxState.DROPPED or row.possibly_repeated for row in (*before, *digests))


def _write_notices(scene: Scene, written: Mapping[Item, int]) -> None:
    rows = [
        {"key": item.key, "duty_id": item.duty.id, "person_id": item.person.id, "due_on": item.duty.due_on,
         "rule": item.rule.name, "day": scene.today, "late": item.rule.late, "outbox_id": outbox_id}
        for item, outbox_id in written.items()
    ]  # fmt: skip
    insert_new(scene.session, Notice, rows)
