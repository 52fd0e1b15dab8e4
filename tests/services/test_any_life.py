"""Random people take random steps on a few duties: what must hold whatever they do.

Who may do what, and what leads where, is said here a second time, from PRACTICE 3.1 and 3.2 and DESIGN 4, without
asking ``rules.steps``: two statements that agree are worth more than one. Each life is one transaction, thrown away.
"""

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from db.models import Duty, DutyOfficial, Event, Extension, ExtensionState, Level, Person, Region
from db.queries import duty_by_number
from db.store import Store
from rules.policy import Office
from rules.refusal import Refusal, Why
from rules.steps import BY_NAME, OPTIONAL, STEPS
from services import extending, life, overview, reporting, steps
from services.chain import Act, broken_links
from services.undoing import deed_meant
from tests.conftest import NOW

STEPS_EACH, PARTS = 200, 4
LIVES = 25 if os.environ.get("CI") else 3  # of each part: 20,000 steps in all, or 2,400 of them on one's own machine
OPEN = {"not_started", "received", "planned", "in_progress", "county_checked", "returned", "relapsed"}
WITH_CITY = {"awaiting_acceptance", "accepted", "public_notice"}
STILL = {"suspended", "transferred"}
CAST = (
    "QL0001", "QL0003", "QL0004", "QL0005", "QL0009", "QL0010", "QL0011", "QL0012", "QL0014", "QL0015", "QL0018",
    "QL0065", "QL0068", "QL0072", "QL9001", "QL0088",
)  # fmt: skip
DUTIES = ("DC-2026-002", "DC-2026-003", "DC-2026-004", "DC-2026-028", "DC-2026-031", "WF-2026-001")
COUNTIES = ("澜东区", "沙栗县")

# step -> (from, to): what is said in PRACTICE 3.1; "=": it stays, "back": where it was before
LEADS: dict[str, list[tuple[set[str], str]]] = {
    "sign": [({"not_started"}, "received")],
    "take": [({"transferred"}, "received")],
    "decline": [(OPEN, "=")],
    "give_back": [({"transferred"}, "back")],
    "transfer": [(OPEN, "transferred")],
    "keep": [(OPEN, "=")],
    "plan": [({"not_started", "received", "planned"}, "planned"), (OPEN, "=")],
    "progress": [
        ({"not_started", "received", "planned", "county_checked"}, "in_progress"),
        (OPEN | {"long_term"}, "="),
    ],
    "selfcheck": [({"in_progress", "returned", "relapsed"}, "county_checked")],
    "done": [(OPEN, "awaiting_acceptance")],
    "check": [({"awaiting_acceptance"}, "=")],
    "accept": [({"awaiting_acceptance"}, "accepted")],
    "return": [(WITH_CITY, "returned")],
    "publish": [({"accepted"}, "public_notice")],
    "close": [({"accepted", "public_notice"}, "closed")],
    "recheck": [({"closed"}, "=")],
    "relapse": [({"closed"}, "relapsed")],
    "suspend": [(OPEN, "suspended")],
    "resume": [({"suspended"}, "back")],
    "longterm": [(OPEN, "long_term")],
    "void": [(OPEN | WITH_CITY | STILL | {"long_term"}, "void")],
}
COUNTY_STEPS = {"sign", "decline", "plan", "progress", "done"}
HEADS_STEPS = {"transfer", "keep", "close", "suspend", "resume", "longterm", "void"}
AMOUNTS = ("area_mu", "farmland_mu", "rectified_area_mu", "rectified_farmland_mu")


@pytest.fixture(scope="module")
def town(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample city with only a few people and duties left, so that a step is quick."""
    path = tmp_path_factory.mktemp("any_life") / "city.db"
    shutil.copy(city_file, path)
    store = Store(f"sqlite:///{path}")
    with store.writing() as session:
        raw = session.connection().exec_driver_sql
        keep, cast = str(DUTIES), str(CAST)
        for table in ("progress", "dutyofficial", "snapshot"):
            raw(f"DELETE FROM {table} WHERE duty_id NOT IN (SELECT id FROM duty WHERE number IN {keep})")
        subjects = str(tuple(f"duty:{number}" for number in DUTIES))
        raw(f"DELETE FROM event WHERE subject NOT IN {subjects}")
        raw(f"DELETE FROM duty WHERE number NOT IN {keep}")
        raw(f"UPDATE dutyofficial SET person_id = NULL WHERE person_id NOT IN "
            f"(SELECT id FROM person WHERE official_id IN {cast})")  # fmt: skip
        raw("UPDATE person SET delegate_id = NULL WHERE delegate_id NOT IN "
            f"(SELECT id FROM person WHERE official_id IN {cast})")  # fmt: skip
        raw(f"DELETE FROM person WHERE official_id NOT IN {cast}")
        raw("UPDATE person SET leave_from = '2026-11-20', leave_to = '2026-12-10' WHERE official_id = 'QL0004'")
        raw("UPDATE person SET delegate_id = (SELECT id FROM person WHERE official_id = 'QL0001') "
            "WHERE official_id = 'QL0004'")  # fmt: skip
        raw("UPDATE person SET unit = '澜东区自然资源局' WHERE official_id = 'QL0005'")  # judges what his own unit did
    yield store
    store.close()


@dataclass
class Snapshot:
    """What a duty was before an event, to compare with what an undo restores."""

    status: str
    due_on: date | None
    rectified: Decimal
    region_id: int


@dataclass
class Life:
    """One run: who is there, what time it is, and what happened so far."""

    session: Session
    office: Office
    rng: random.Random
    now: datetime = NOW
    before: dict[int, Snapshot] = field(default_factory=dict)
    stopped: dict[str, date] = field(default_factory=dict)
    was: dict[str, str] = field(default_factory=dict)  # state before it was suspended or offered
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def __post_init__(self) -> None:
        self.people = list(self.session.exec(select(Person).order_by(col(Person.id))))
        self.regions = {r.name: r for r in self.session.exec(select(Region))}

    @property
    def today(self) -> date:
        return self.office.today(self.now)

    def step(self) -> None:
        """Let somebody do something, check what came of it, and let some time pass."""
        self.count += 1
        if self.rng.random() < 0.15:
            self.now += timedelta(hours=self.rng.choice((1, 5, 26, 100)))
        duties = list(self.session.exec(select(Duty).where(col(Duty.number).in_(DUTIES)).order_by(col(Duty.number))))
        with_city = [one for one in duties if one.status in WITH_CITY]
        duty = self.rng.choice([*duties, *with_city, *with_city, *with_city])
        name = self.rng.choice(self._likely_deeds(duty))
        person = self.rng.choice(self._likely(duty, name))
        act = Act(key=f"any:{self.count}", at=self.now, person=person)
        if name == "undo":
            self._undo(act)
        elif name in ("extend", "decide"):
            self._extend(act, duty, name)
        else:
            self._take(act, duty, name)

    def _likely_deeds(self, duty: Duty) -> list[str]:
        """Every deed, and more often those that lead on from where the duty is: else nearly all would be refused."""
        onward = [name for name in DEEDS if any(duty.status in sources for sources, _end in LEADS.get(name, ()))]
        if duty.status in ("accepted", "public_notice"):
            onward += ["close"] * 4 + ["publish"]
        rare = {"void", "longterm"} if self.rng.random() < 0.9 else set()  # or soon nothing would be left to live
        return [name for name in (*DEEDS, *onward, *onward, *onward, "undo") if name not in rare]

    def _likely(self, duty: Duty, name: str) -> list[Person]:
        """The whole cast, and more often those whose part such a deed mostly is."""
        levels = ("city_office",) if name in HEADS_STEPS or name == "decide" else ("city_reviewer", "city_office")
        if name in COUNTY_STEPS | {"selfcheck", "extend", "undo"}:
            levels = ("responsible", "deputy", "city_operator")
        fit = [one for one in self.people if one.level in levels and duty.workstream in one.workstreams]
        near = [one for one in fit if one.region_id == duty.region_id or one.level.startswith("city")]
        return [*self.people, *(near * 12)]

    def _take(self, act: Act, duty: Duty, name: str) -> None:
        step = {"sign": "take", "decline": "give_back"}.get(name, name) if duty.status == "transferred" else name
        was, named = self._snapshot(duty), self._named(duty)
        newest = self._newest()
        reporters = self._reporters(duty) if name in ("accept", "close") else set()
        nested = self.session.begin_nested()
        try:
            taken = DEEDS[name](self, act, duty)
        except Refusal as refusal:
            nested.rollback()
            self.session.refresh(duty)
            self.refused[step] += 1
            self.why[refusal.why.value] += 1
            assert (self._snapshot(duty), self._newest()) == (was, newest)  # a refusal writes nothing
            return
        nested.commit()
        self.taken[step] += 1
        self.before[taken.event.id or 0] = was
        assert act.person is not None
        assert self._may(act.person, was, duty, step, named), f"{act.person.official_id} took {step}"
        if step in ("accept", "close"):
            assert act.person.id not in reporters, "own work"
            units = {one.unit for one in self.people if one.id in reporters} | {duty.lead_unit}
            assert act.person.unit not in units, "his own unit's work"
        assert duty.status in self._ends(was.status, step, duty.number), f"{step}: {was.status} -> {duty.status}"
        self._check_clock(duty, was, step)

    def _check_clock(self, duty: Duty, was: Snapshot, step: str) -> None:
        """The days for which the county had to wait are given back when its turn comes again, and only then."""
        number, now = duty.number, duty.status.value
        if was.status in OPEN and now in WITH_CITY | STILL:
            self.stopped[number], self.was[number] = self.today, was.status
        since = self.stopped.get(number)
        if step in ("relapse", "longterm"):
            self.stopped.pop(number, None)
        elif was.status not in OPEN and now in OPEN and since is not None:
            days = (self.today - since).days
            assert duty.due_on == (was.due_on + timedelta(days=days) if was.due_on else None)
            self.stopped.pop(number)
        else:
            assert duty.due_on == was.due_on
        if now in ("closed", "void"):
            self.stopped.pop(number, None)

    def _ends(self, status: str, step: str, number: str) -> set[str]:
        end = next((end for sources, end in LEADS[step] if status in sources), None)
        if end is None:
            return set()
        if end == "back":
            return {self.was.get(number, "in_progress")}
        if step == "accept" and not {"close", "publish"} & self._stations():
            return {"closed"}
        # nothing done is no beginning
        return {status} if end == "=" else {end, status} if step == "progress" else {end}

    def _stations(self) -> set[str]:
        return set(self.office.policy.stations)

    def _may(self, person: Person, was: Snapshot, duty: Duty, step: str, named: set[int]) -> bool:
        """DESIGN 4 and PRACTICE 3.2, of a person in post."""
        if not self._in_post(person):
            return False
        operator, head = person.level == Level.CITY_OPERATOR, self._stands(person, Level.CITY_OFFICE, "")
        reviewer = self._stands(person, Level.CITY_REVIEWER, duty.workstream)
        in_charge = duty.workstream in person.workstreams
        deputy = person.level == Level.DEPUTY and person.region_id == was.region_id and in_charge
        if step in COUNTY_STEPS:
            return operator or deputy or self._is_named(person, named)
        if step == "selfcheck":
            return operator or deputy
        if step in ("take", "give_back"):
            there = person.region_id != was.region_id and in_charge and person.level in ("responsible", "deputy")
            return operator or there or (head and step == "give_back")
        if step in HEADS_STEPS:
            return head
        if step in ("accept", "check"):
            return reviewer
        if step in ("return", "relapse"):
            return reviewer or head
        return reviewer or head or operator

    def _is_named(self, person: Person, named: set[int]) -> bool:
        """Named, his successor in the post, or the delegate of one of these."""
        by_id = {one.id: one for one in self.people}
        holders = []
        for one in (by_id[key] for key in named if key in by_id):
            post = (one.region_id, one.level, one.unit, one.post)
            others = [p for p in self.people if p.id != one.id and self._in_post(p)]
            same = [p for p in others if (p.region_id, p.level, p.unit, p.post) == post]
            holders += [one] if self._in_post(one) else same[:1]
        return person.id in named or person.id in {p.id for p in holders} | {p.delegate_id for p in holders}

    def _stands(self, person: Person, level: Level, workstream: str) -> bool:
        holders = [p for p in self.people if p.level == level and (not workstream or workstream in p.workstreams)]
        away = [p for p in holders if p.leave_from and p.leave_from <= self.today <= (p.leave_to or p.leave_from)]
        return person in holders or person.id in {p.delegate_id for p in away}

    def _in_post(self, person: Person) -> bool:
        begin, end = person.in_post_from or date.min, person.in_post_to or date.max
        return begin <= self.today <= end

    def _undo(self, act: Act) -> None:
        """An undo restores exactly what was before, of one's own last step that nothing was built on."""
        newest = self._newest()
        nested = self.session.begin_nested()
        try:
            event = deed_meant(self.session, act, None, steps.UNDOABLE)
            undone = steps.undo(self.session, self.office, act, event)
        except Refusal as refusal:
            nested.rollback()
            self.refused["undo"] += 1
            self.why[refusal.why.value] += 1
            assert self._newest() == newest
            return
        nested.commit()
        self.taken["undo"] += 1
        for one in undone:
            event = self.session.get_one(Event, one.event.undoes_id)
            assert event.person_id == (act.person.id if act.person else None)
            assert act.at - event.at <= timedelta(hours=self.office.policy.undo_hours)
            built_on = select(Event).where(Event.subject == event.subject, col(Event.sequence) > event.sequence)
            later = [e for e in self.session.exec(built_on) if e.undoes_id is None and e.id != one.event.id]
            gone = {e.undoes_id for e in self.session.exec(built_on)}
            assert {e.id for e in later} <= gone
            assert self._snapshot(one.duty) == self.before[event.id or 0]
            self._rewind(one.duty, event)

    def _rewind(self, duty: Duty, event: Event) -> None:
        if duty.stopped_on is None:
            self.stopped.pop(duty.number, None)
        else:
            self.stopped[duty.number] = duty.stopped_on
        if duty.resumes_as is not None:
            self.was[duty.number] = duty.resumes_as.value

    def _extend(self, act: Act, duty: Duty, name: str) -> None:
        was = self._snapshot(duty)
        nested = self.session.begin_nested()
        try:
            if name == "extend":
                reporting.check_may_report(self.session, act, duty, self.today)
                due = (duty.due_on or self.today) + timedelta(days=self.rng.choice((5, 40, 89)))
                extending.ask(self.session, act, self.office, duty, due, "雨", None)
            else:
                self._decide(act, duty)
        except Refusal as refusal:
            nested.rollback()
            self.session.refresh(duty)
            self.refused[name] += 1
            self.why[refusal.why.value] += 1
            assert self._snapshot(duty) == was
            return
        nested.commit()
        self.taken[name] += 1
        assert act.person is not None
        if name == "decide":
            assert act.person.level == Level.CITY_OFFICE
        else:
            assert self._snapshot(duty) == was

    def _decide(self, act: Act, duty: Duty) -> None:
        query = select(Extension).where(Extension.duty_id == duty.id, Extension.state == ExtensionState.ASKED)
        extension = self.session.exec(query).first()
        if extension is None:
            raise Refusal(Why.NO_EXTENSION)
        if self.rng.random() < 0.7:
            extending.approve(self.session, act, self.office, extension, extension.due_asked)
        else:
            extending.refuse(self.session, act, self.office, extension, "不行")

    # --- what is known of a duty

    def _snapshot(self, duty: Duty) -> Snapshot:
        return Snapshot(duty.status.value, duty.due_on, duty.rectified_area_mu, duty.region_id)

    def _newest(self) -> int:
        return self.session.exec(select(Event.id).order_by(col(Event.id).desc()).limit(1)).one() or 0

    def _named(self, duty: Duty) -> set[int]:
        query = select(DutyOfficial.person_id).where(
            DutyOfficial.duty_id == duty.id, DutyOfficial.level == Level.RESPONSIBLE
        )
        return {one for one in self.session.exec(query) if one is not None}

    def _reporters(self, duty: Duty) -> set[int]:
        found: dict[int, int] = {}
        for event in self.session.exec(select(Event).where(Event.subject == f"duty:{duty.number}")):
            if event.kind in ("reported_done", "progress"):
                found[event.id or 0] = event.behalf_of_id or event.person_id or 0
            elif event.undoes_id is not None:
                found.pop(event.undoes_id, None)
        return set(found.values())

    # --- what must hold of all together

    def check_all(self) -> None:
        """The chain is whole, and every figure by SQL is what the chain alone says."""
        assert broken_links(self.session) == []
        state: dict[str, dict[str, Any]] = {}
        by_code = {region.code: region.id for region in self.regions.values()}
        for event in self.session.exec(select(Event).order_by(col(Event.id))):
            if not event.subject.startswith("duty:"):
                continue
            said = dict(event.after)
            if "county_code" in said:
                said["region_id"] = by_code[said["county_code"]]
            state.setdefault(event.subject, {}).update(said)
        for region in COUNTIES:
            region_id = self.regions[region].id or 0
            for stream in ("inspection", "illegal_land"):
                mine = [one for one in state.values() if one["region_id"] == region_id and
                        one["workstream"] == stream and one["status"] != "void"]  # fmt: skip
                figures = overview.total(self.session, self.today, [region_id], stream)
                self._check_figures(figures, mine)

    def _check_figures(self, figures: Any, mine: list[dict[str, Any]]) -> None:
        closed = [one for one in mine if one["status"] == "closed"]
        open_ = [one for one in mine if one["status"] in OPEN]
        late = [one for one in open_ if one["due_on"] and date.fromisoformat(one["due_on"]) < self.today]

        def total(name: str, among: list[dict[str, Any]]) -> Decimal:
            return sum((Decimal(one[name]) for one in among), Decimal(0))

        assert (figures.count, figures.done_count, figures.open_count) == (len(mine), len(closed), len(open_))
        assert figures.claimed_done_count == len(closed) + sum(one["status"] in WITH_CITY for one in mine)
        assert figures.overdue == len(late)
        assert (figures.area, figures.farmland) == (total("area_mu", mine), total("farmland_mu", mine))
        assert figures.rectified_area == total("rectified_area_mu", mine)
        assert figures.rectified_farmland == total("rectified_farmland_mu", mine)
        assert figures.accepted_area == total("rectified_area_mu", closed)
        assert figures.accepted_farmland == total("rectified_farmland_mu", closed)
        assert figures.accepted_area <= figures.rectified_area
        assert figures.accepted_farmland <= figures.rectified_farmland


def _judge(name: str, reason: str = "") -> Callable[[Life, Act, Duty], Any]:
    return lambda run, act, duty: life.judge(run.session, run.office, act, BY_NAME[name], duty, reason)


def _progress(run: Life, act: Act, duty: Duty) -> Any:
    share = Decimal(run.rng.choice((0, 25, 60, 100))) / 100
    area, farmland = (
        (duty.area_mu * share).quantize(Decimal("0.01")),
        (duty.farmland_mu * share).quantize(Decimal("0.01")),
    )
    return reporting.report_progress(run.session, run.office, act, duty, area, min(area, farmland))


def _transfer(run: Life, act: Act, duty: Duty) -> Any:
    to = run.regions[run.rng.choice(COUNTIES)]
    return life.transfer(run.session, run.office, act, duty, to, "界线")


def _relapse(run: Life, act: Act, duty: Duty) -> Any:
    left = duty.rectified_area_mu * run.rng.choice((Decimal(0), Decimal("0.5")))
    due = run.today + timedelta(days=run.rng.choice((-3, 20, 60)))
    return life.relapse(run.session, run.office, act, duty, due, left.quantize(Decimal("0.01")), "又建")


def _void(run: Life, act: Act, duty: Duty) -> Any:
    into = duty_by_number(run.session, run.rng.choice(DUTIES))
    return life.void(run.session, run.office, act, duty, "重复", into)


DEEDS: dict[str, Callable[[Life, Act, Duty], Any]] = {
    "sign": lambda run, act, duty: life.sign(run.session, run.office, act, duty),
    "decline": lambda run, act, duty: life.decline(run.session, run.office, act, duty, "不属本县"),
    "transfer": _transfer,
    "keep": lambda run, act, duty: life.keep(run.session, run.office, act, duty, "核过"),
    "plan": lambda run, act, duty: life.plan(run.session, run.office, act, duty, "复垦", []),
    "progress": _progress,
    "selfcheck": _judge("selfcheck"),
    "done": lambda run, act, duty: reporting.report_done(run.session, run.office, act, duty),
    "check": _judge("check", "看过"),
    "accept": _judge("accept"),
    "return": _judge("return", "面积不符"),
    "publish": lambda run, act, duty: life.publish(run.session, run.office, act, duty, 3),
    "close": _judge("close"),
    "recheck": _judge("recheck"),
    "relapse": _relapse,
    "suspend": _judge("suspend", "诉讼"),
    "resume": _judge("resume"),
    "longterm": _judge("longterm", "管护"),
    "void": _void,
    "undo": lambda run, act, duty: None,
    "extend": lambda run, act, duty: None,
    "decide": lambda run, act, duty: None,
}


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_people_do(town: Store, office: Office, part: int) -> None:
    taken: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    why: Counter[str] = Counter()

    @settings(max_examples=LIVES, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(dice=st.randoms(use_true_random=True))
    def live(dice: random.Random) -> None:
        stations = tuple(station for station in sorted(OPTIONAL) if dice.random() < 0.6)
        policy = replace(office.policy, stations=stations)
        with Session(town.engine, expire_on_commit=False) as session:
            run = Life(session, replace(office, policy=policy), dice)
            for turn in range(STEPS_EACH):
                run.step()
                if turn % 50 == 49:
                    run.check_all()
            session.rollback()
        for total, own in ((taken, run.taken), (refused, run.refused), (why, run.why)):
            total.update(own)

    seed(part)(live)()
    steps_taken = taken.total() + refused.total()
    print(f"{steps_taken} steps: {taken.total()} taken {dict(taken)}; refused for {dict(why)}")
    assert steps_taken >= LIVES * STEPS_EACH
    names = {step.name for step in STEPS} - {"assign", "handover"}
    if LIVES < 25:
        return
    assert (names - set(taken), names - set(refused)) == (set(), set())  # what never happens proves nothing
