"""A small office with one county: who is there on the first day, and what people may do afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import Session, select

from db.looking import look_at_all
from db.models import (
    DueKind,
    Duty,
    DutyOfficial,
    Extension,
    ExtensionState,
    Level,
    Person,
    Region,
    RegionKind,
    Status,
    WorkdayOverride,
)
from rules.policy import Office
from rules.steps import BY_NAME
from services import assigning, extending, identity, life, people, reporting, steps, urging
from services.chain import Act
from services.undoing import deed_meant

STREAM = "mine"
GROUP = "telegram:-100"
COUNTY_LEVELS = (Level.RESPONSIBLE, Level.DEPUTY)


@dataclass(frozen=True, kw_only=True)
class Official:
    """Somebody of the county; days are counted from the first day of the walk, colleagues from 0."""

    level: Level
    has_joined: bool = True
    blocks: bool = False  # his account is bound, and takes nothing
    left_after: int | None = None
    leave: tuple[int, int] | None = None  # first day, and how many more
    delegate: int = 0
    same_post: bool = False  # as everybody else who has it: one who left may have a successor
    wants_digest: bool = False


@dataclass(frozen=True, kw_only=True)
class Task:
    """A duty of the county; days are counted from the first day of the walk."""

    due: int
    known: int
    named: tuple[int, ...] = ()
    farmland: bool = False
    source: str = "2026年市级日常督察"
    status: Status = Status.IN_PROGRESS


@dataclass(frozen=True, kw_only=True)
class Town:
    """The office, whom it knows, and what it knows of on the first day."""

    office: Office
    first: date
    officials: tuple[Official, ...]
    tasks: tuple[Task, ...]
    declared: tuple[tuple[int, bool], ...] = ()  # days that the database declares worked or free
    has_group: bool = False
    head_reads: bool = False

    def day(self, days: int | None) -> date | None:
        return None if days is None else self.first + timedelta(days=days)


def address_of(person: Person) -> str:
    """Return where a person's account is."""
    return f"telegram:{person.id}"


# --- who is there at the beginning


def settle(session: Session, town: Town) -> None:
    """Write the town into an empty database; persons and duties get their numbers in order, from 1."""
    city = Region(code="1", name="青澜市", short_name="青澜", kind=RegionKind.CITY)
    session.add(city)
    session.flush()
    county = Region(code="2", name="北山县", short_name="北山", kind=RegionKind.COUNTY, parent_id=city.id)
    session.add(county)
    session.flush()
    midnight = datetime.combine(town.first, time(0), tzinfo=town.office.zone).astimezone(UTC)
    act = Act(key="begin", at=midnight - timedelta(days=40))
    for number, official in enumerate(town.officials):
        _move_in(session, town, act, county, number, official)
    for number, official in enumerate(town.officials):
        session.get_one(Person, number + 1).delegate_id = official.delegate + 1
    for level in (Level.CITY_OFFICE, Level.CITY_OPERATOR):
        session.add(Person(official_id=level.value, name=level.value, region_id=city.id or 0, level=level))
    session.flush()
    if town.head_reads:
        identity.link(session, act, _holder(session, Level.CITY_OFFICE), "telegram:head")
    if town.has_group:
        identity.bind(session, act, GROUP, "北山县群", county)
    for days, is_workday in town.declared:
        session.add(WorkdayOverride(day=town.first + timedelta(days=days), is_workday=is_workday))
    for number, task in enumerate(town.tasks):
        _hand_out(session, town, county, number, task, midnight)
    look_at_all(session)


def _move_in(session: Session, town: Town, act: Act, county: Region, number: int, official: Official) -> None:
    begin, more = official.leave or (None, 0)
    person = Person(
        official_id=f"P{number}", name=f"张{number}", region_id=county.id or 0, level=official.level,
        workstreams=[STREAM], unit="局", post="股长" if official.same_post else f"股长{number}",
        leave_from=town.day(begin), leave_to=town.day(None if begin is None else begin + more),
        in_post_to=town.day(official.left_after), wants_digest=official.wants_digest,
    )  # fmt: skip
    session.add(person)
    session.flush()
    if official.has_joined:
        identity.link(session, act, person, address_of(person))


def _hand_out(session: Session, town: Town, county: Region, number: int, task: Task, midnight: datetime) -> None:
    due = town.first + timedelta(days=task.due)
    duty = Duty(
        number=f"KS-2026-{number + 1:03}", workstream=STREAM, region_id=county.id or 0, title="复垦",
        source=task.source, status=task.status, due_on=due, due_original=due, due_kind=DueKind.DATE,
        issued_on=town.first - timedelta(days=60), area_mu=Decimal(5), farmland_mu=Decimal(2 * task.farmland),
        known_at=midnight + timedelta(days=task.known, hours=12),
    )  # fmt: skip
    session.add(duty)
    session.flush()
    for position, official in enumerate(task.named):
        named = {"level": Level.RESPONSIBLE, "position": position, "name": "张", "person_id": official + 1}
        session.add(DutyOfficial(duty_id=duty.id or 0, **named))


# --- what people do


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a deed is about; ``closed`` are the addresses that take nothing, and it may change them."""

    session: Session
    office: Office
    now: datetime
    key: str
    duty: Duty
    person: Person
    other: Person
    days: int
    closed: set[str]

    def by(self, level: Level) -> Act:
        return Act(key=self.key, at=self.now, person=_holder(self.session, level))

    @property
    def head(self) -> Act:
        return self.by(Level.CITY_OFFICE)

    @property
    def operator(self) -> Act:
        return self.by(Level.CITY_OPERATOR)

    @property
    def today(self) -> date:
        return self.office.today(self.now)


def _holder(session: Session, level: Level) -> Person:
    return session.exec(select(Person).where(Person.level == level)).one()


def _undo(one: Choice) -> None:
    event = deed_meant(one.session, one.operator, None, steps.UNDOABLE)
    steps.undo(one.session, one.office, one.operator, event)


def _judge(step: str) -> Callable[[Choice], object]:
    return lambda one: life.judge(one.session, one.office, one.head, BY_NAME[step], one.duty, "理由")


def _extend(one: Choice) -> None:
    due = (one.duty.due_on or one.today) + timedelta(days=one.days)
    extending.ask(one.session, one.operator, one.office, one.duty, due, "雨", None)
    asked = select(Extension).where(Extension.duty_id == one.duty.id, Extension.state == ExtensionState.ASKED)
    extending.approve(one.session, one.head, one.office, one.session.exec(asked).one(), due)


def _assign(one: Choice) -> None:
    draft = assigning.Draft(
        key=one.key, county=one.session.get_one(Region, one.person.region_id), title="新事项",
        workstream=one.office.policy.workstream(STREAM), due_on=one.today + timedelta(days=one.days),
        person=one.person if one.person.level == Level.RESPONSIBLE else None,
    )  # fmt: skip
    assigning.assign(one.session, one.office, one.head, draft)


def _take_leave(one: Choice) -> None:
    end = one.today + timedelta(days=one.days)
    people.take_leave(one.session, one.office, one.head, one.person, one.today, end, one.other)


def _join(one: Choice) -> None:
    one.closed.discard(address_of(one.person))
    identity.link(one.session, one.operator, one.person, address_of(one.person))


def _write_again(one: Choice) -> None:
    """He who had blocked the bot starts it again: what the inbox notes then."""
    one.closed.discard(address_of(one.person))
    identity.reachable_again(one.session, address_of(one.person))


DEEDS: Mapping[str, Callable[[Choice], object]] = {
    "done": lambda one: reporting.report_done(one.session, one.office, one.operator, one.duty),
    "undo": _undo,
    "return": _judge("return"),
    "suspend": _judge("suspend"),
    "resume": _judge("resume"),
    "extend": _extend,
    "assign": _assign,
    "urge": lambda one: urging.urge(one.session, one.office, one.head, one.duty, ""),
    "take_leave": _take_leave,
    "leave_post": lambda one: people.leave_post(one.session, one.head, one.person, one.today),
    "hand_over": lambda one: people.hand_over(one.session, one.office, one.head, one.person, one.other),
    "join": _join,
    "unlink": lambda one: people.unlink(one.session, one.head, one.person),
    "block": lambda one: one.closed.add(address_of(one.person)),
    "write_again": _write_again,
    "close_group": lambda one: one.closed.add(GROUP),
}
