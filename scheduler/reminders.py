"""The reminders of a day: the rules asked of the duties that are to be looked at.

The rules are asked once for all that they answer alike, and rows are read and written many at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session

from db.looking import DutyRow, duty_rows, move_on, named_ids, notices_about
from db.models import OPEN, Person
from db.queries import in_parts
from rules.calendar import ONE_DAY
from rules.officials import in_charge_of, stand_for
from rules.reminders import Rule, is_strict, next_look, rule_for, rule_soon
from scheduler.merging import Item, Scene, routes_of, write

NOTHING: frozenset[tuple[str, date]] = frozenset()
AT_A_TIME = 5_000  # duties; all that is read of them is in memory at once


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
