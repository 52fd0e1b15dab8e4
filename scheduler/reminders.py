"""The reminders of a day: the rules asked of the duties that are to be looked at, one merged message per person.

The rules are asked once for all that they answer alike, and rows are read and written many at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from db.looking import DutyRow, duty_rows, move_on, named_ids, notices_about, rows_of_day
from db.models import OPEN, Notice, Outbox, OutboxKind, OutboxState, Person
from db.queries import in_parts, insert_new
from rules.calendar import ONE_DAY
from rules.officials import in_charge_of, stand_for
from rules.policy import Office
from rules.reminders import Rule, is_strict, next_look, rule_for, rule_soon
from scheduler.hours import moment_of
from services.notices import Reach, Route

DIGEST = OutboxKind.DIGEST
NOTHING: frozenset[tuple[str, date]] = frozenset()
AT_A_TIME = 5_000  # duties; all that is read of them is in memory at once


@dataclass(kw_only=True)
class Scene:
    """What planning looks at, read once."""

    session: Session
    office: Office
    now: datetime
    today: date
    reach: Reach
    waiting_for_digest: set[int] = field(default_factory=set)


class Hearing(NamedTuple):
    """How a person stands to the deadline of an open duty: where all of this is alike, the rules answer alike."""

    due_on: date | None
    is_strict: bool
    known_on: date
    could_hear: date  # late is only what could have been told before
    hears_leads: bool
    heard: frozenset[tuple[str, date]]  # (rule, day)


class Answer(NamedTuple):
    """What the rules say to a hearing today, and when there is something to say after that has been said."""

    rule: Rule | None
    comes_along: bool  # with other reminders for the person, if there are any
    next_look: date | None


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


def remind(scene: Scene, duty_ids: Sequence[int], digests: Mapping[int, int]) -> int:
    """Write what is to be said of some duties, and when they are looked at next; return in how many reminders.

    ``digests`` are the digests that still wait, by reader; they take his reminders along.
    """
    rules = Rules(scene)
    items, looks = _look(scene, rules, duty_ids)
    routes = routes_of(scene, items)
    written = write(scene, items, routes, digests)
    for item in items:
        # who cannot be reached has as good as heard: it is looked at again when he can
        is_settled = item in written or routes[item] is None
        looks[item.duty.id] = _sooner(looks[item.duty.id], item.next_look if is_settled else scene.today)
    move_on(scene.session, looks)
    return len(set(written.values()) - set(digests.values()))


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


class Rules:
    """The rules as of a day, asked once for all hearings that are alike."""

    def __init__(self, scene: Scene) -> None:
        self._rest, self._today = (scene.office.policy, scene.office.calendar), scene.today
        self._known: dict[Hearing, Answer] = {}

    def answer(self, duty: DutyRow, hearing: Hearing) -> Answer:
        """Return what is said of an open dated duty."""
        found = self._known.get(hearing)
        if found is None:
            found = self._known[hearing] = self._ask(duty, hearing)
        return found

    def _ask(self, duty: DutyRow, hearing: Hearing) -> Answer:
        heard = dict(hearing.heard)
        rule, comes_along = self._rule(duty, hearing, heard)
        said = {rule.name: self._today} if rule else {}
        asked = (duty, self._today, hearing.known_on, heard | said, hearing.hears_leads)
        return Answer(rule, comes_along, next_look(*asked, *self._rest))

    def _rule(self, duty: DutyRow, hearing: Hearing, heard: Mapping[str, date]) -> tuple[Rule | None, bool]:
        if hearing.known_on >= self._today:
            return None, False
        rule = rule_for(duty, self._today, hearing.could_hear, heard, hearing.hears_leads, *self._rest)
        if rule is not None or not hearing.hears_leads:
            return rule, False
        return rule_soon(duty, self._today, hearing.known_on, heard, *self._rest), True


def _look(scene: Scene, rules: Rules, duty_ids: Sequence[int]) -> tuple[list[Item], dict[int, date | None]]:
    """Return what may be said today, and for the rest of what was looked at the day of the next look."""
    items: list[Item] = []
    looks: dict[int, date | None] = dict.fromkeys(duty_ids)
    audience = Audience(scene)
    for part in in_parts(duty_ids, AT_A_TIME):
        named, said = named_ids(scene.session, part), said_to(scene.session, part)
        for duty in _spoken_of(duty_rows(scene.session, part)):
            known_on, strict = audience.known_on(duty.known_at), audience.is_strict(duty)
            for person, person_id, since, hears_leads in audience.of(duty, named.get(duty.id, ())):
                if not hears_leads and (late_from := _late_from(duty, scene.today)):
                    looks[duty.id] = _sooner(looks[duty.id], late_from)
                    continue
                heard = said.get((duty.id, duty.due_on, person_id), NOTHING)
                hearing = Hearing(duty.due_on, strict, known_on, max(known_on, since), hears_leads, heard)
                rule, comes_along, day = rules.answer(duty, hearing)
                if rule is None:
                    looks[duty.id] = _sooner(looks[duty.id], day)
                else:
                    items.append(Item(duty, person, rule, comes_along, day))
    return items, looks


def _spoken_of(duties: Iterable[DutyRow]) -> Iterator[DutyRow]:
    """Leave out what is done or has no deadline: nobody hears of it before that changes."""
    return (duty for duty in duties if duty.status in OPEN and duty.due_on is not None)


def _late_from(duty: DutyRow, today: date) -> date | None:
    """Return the day from which a duty is late, if it is still to come."""
    return duty.due_on + ONE_DAY if duty.due_on and duty.due_on >= today else None


def _sooner(one: date | None, other: date | None) -> date | None:
    return min(one, other) if one and other else one or other


class Listener(NamedTuple):
    """Somebody who is to hear of a duty, and since when he could."""

    person: Person
    id: int
    since: date
    hears_leads: bool


class Audience:
    """Who is reminded of a duty, and its deputies, who hear of it only once it is overdue; each found once."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._people, self._today = scene, scene.reach.people, scene.today
        self._by_id = {person.id: person for person in self._people}
        self._by_county: dict[int, list[Person]] = defaultdict(list)
        for person in self._people:
            self._by_county[person.region_id].append(person)
        self._found: dict[tuple[Sequence[int], int, str], list[Listener]] = {}
        self._named: dict[Sequence[int], list[Listener]] = {}
        self._deputies: dict[tuple[int, str], list[Listener]] = {}
        self._days: dict[datetime, date] = {}
        self._strict: dict[tuple[bool, str], bool] = {}

    def known_on(self, moment: datetime) -> date:
        """Return the office's date at a moment; many duties share one."""
        if moment not in self._days:
            self._days[moment] = self._scene.office.today(moment)
        return self._days[moment]

    def is_strict(self, duty: DutyRow) -> bool:
        """Tell whether it has the longer lead time; many duties have one source."""
        key = (duty.has_farmland, duty.source)
        if key not in self._strict:
            self._strict[key] = is_strict(duty, self._scene.office.policy)
        return self._strict[key]

    def of(self, duty: DutyRow, named: Sequence[int]) -> list[Listener]:
        """Return who hears of a duty that names some."""
        key = (named, duty.region_id, duty.workstream)
        if key not in self._found:
            self._found[key] = self._find(duty, named)
        return self._found[key]

    def _find(self, duty: DutyRow, named: Sequence[int]) -> list[Listener]:
        told, deputies = self._standing_for(named), self._in_charge(duty)
        if not told:  # then it is the deputies who answer for it
            return [deputy._replace(hears_leads=True) for deputy in deputies]
        ids = [listener.id for listener in told]
        return [*told, *(deputy for deputy in deputies if deputy.id not in ids)]

    def _standing_for(self, named: Sequence[int]) -> list[Listener]:
        if named not in self._named:
            persons = [self._by_id[one] for one in named if one in self._by_id]
            told = {t.person.id: t.person for t in stand_for(persons, self._people, self._today, by_clock=True)}
            self._named[named] = [self._listener(person) for person in told.values()]
        return self._named[named]

    def _in_charge(self, duty: DutyRow) -> list[Listener]:
        place = (duty.region_id, duty.workstream)
        if place not in self._deputies:
            here = self._by_county[duty.region_id]  # whoever stands in for a deputy is of his county, too
            found = {t.person.id: t.person for t in in_charge_of(duty, here, self._today, by_clock=True)}
            self._deputies[place] = [self._listener(one)._replace(hears_leads=False) for one in found.values()]
        return self._deputies[place]

    def _listener(self, person: Person) -> Listener:
        account = self._scene.reach.accounts.get(person.id or 0)
        joined_on = self._scene.office.today(account.joined_at) if account else date.min
        since = max(joined_on, person.in_post_from or date.min)
        return Listener(person=person, id=person.id or 0, since=since, hears_leads=True)


def said_to(
    session: Session, duty_ids: Sequence[int]
) -> dict[tuple[int, date | None, int], frozenset[tuple[str, date]]]:
    """Return what each person heard of each deadline; who heard the same shares one set."""
    said: dict[tuple[int, date | None, int], frozenset[tuple[str, date]]] = {}
    more: dict[tuple[frozenset[tuple[str, date]], str, date], frozenset[tuple[str, date]]] = {}
    for duty_id, due_on, person_id, rule, day in notices_about(session, duty_ids):
        whose = (duty_id, due_on, person_id)
        before = said.get(whose, NOTHING)
        said[whose] = more.setdefault((before, rule, day), before | {(rule, day)})
    return said


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
