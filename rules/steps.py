"""The life of a duty as one table: from where, which step, where to, by whom, what it needs, whom it tells.

PRACTICE 3.2 said in data. Permission checks, buttons, help and the picture in ``docs/states.md`` are made from it; the
words for the steps are in ``text/step_words.py``. Which of the optional stations an office uses is ``Policy.stations``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from db.models import OPEN, WITH_CITY, Duty, Level, Person, Status
from rules.officials import in_post, stand_in
from rules.permission import standing
from rules.policy import Policy
from rules.refusal import Refusal, Why


class Role(StrEnum):
    """In what capacity a person takes a step on a duty."""

    REPORTER = "reporter"  # whom the duty names, his successor, delegate or deputy; the operator on their behalf
    COUNTY_LEADER = "county_leader"  # the deputy in charge of the workstream; the operator on his behalf
    NEW_COUNTY = "new_county"  # who is in charge of the workstream where the duty is offered
    REVIEWER = "reviewer"  # of the workstream, or his delegate while he is away
    HEAD = "head"  # of the office, or his delegate while he is away
    OPERATOR = "operator"


class Need(StrEnum):
    """What a step asks for before it is taken."""

    REASON = "reason"
    DEADLINE = "deadline"
    MEASURES = "measures"
    COUNTY = "county"
    EVIDENCE = "evidence"  # one proof at least, where the workstream demands it
    SELF_CHECK = "self_check"  # the county's own, where the office uses that station
    ALL_UNITS = "all_units"  # where each unit has to finish its part
    NOT_OWN = "not_own"  # neither he nor his unit reported it
    NOTICE_OVER = "notice_over"


class Audience(StrEnum):
    """Who is told of a step at once."""

    RESPONSIBLE = "responsible"
    DEPUTY = "deputy"
    REVIEWER = "reviewer"
    HEAD = "head"
    NEW_COUNTY = "new_county"


BACK = None  # to where the duty was before it was suspended or offered


def _to(target: Status | None, *sources: Status) -> dict[Status, Status | None]:
    return dict.fromkeys(sources, target)


def _stay(*sources: Status) -> dict[Status, Status | None]:
    return {source: source for source in sources}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One way on; ``moves`` says from where to where. ``kind`` is the event that it leaves.

    ``command`` is what is said for it, if that is not its name: who is offered a duty signs for it, too.
    """

    name: str
    kind: str
    command: str = ""
    moves: Mapping[Status, Status | None] = field(default_factory=lambda: MappingProxyType({}))
    who: tuple[Role, ...]
    needs: tuple[Need, ...] = ()
    tells: tuple[Audience, ...] = ()


UNTOUCHED = (Status.NOT_STARTED, Status.RECEIVED, Status.PLANNED)
AT_WORK = (Status.IN_PROGRESS, Status.COUNTY_CHECKED, Status.RETURNED, Status.RELAPSED)
COUNTY = (Audience.RESPONSIBLE, Audience.DEPUTY)

STEPS = (
    Step(
        name="assign", kind="assigned", who=(Role.HEAD, Role.OPERATOR), needs=(Need.COUNTY, Need.DEADLINE),
        tells=COUNTY,
    ),
    Step(
        name="sign", kind="signed", who=(Role.REPORTER,), moves=_to(Status.RECEIVED, Status.NOT_STARTED),
    ),
    Step(
        name="decline", kind="declined", who=(Role.REPORTER,), needs=(Need.REASON,), tells=(Audience.HEAD,),
        moves=_stay(*OPEN),
    ),
    Step(
        name="transfer", kind="transferred", who=(Role.HEAD,), needs=(Need.COUNTY, Need.REASON),
        tells=(*COUNTY, Audience.NEW_COUNTY), moves=_to(Status.TRANSFERRED, *OPEN),
    ),
    Step(
        name="keep", kind="transfer_refused", who=(Role.HEAD,), needs=(Need.REASON,), tells=(Audience.RESPONSIBLE,),
        moves=_stay(*OPEN),
    ),
    Step(
        name="take", command="sign", kind="taken_over", who=(Role.NEW_COUNTY,),
        tells=(Audience.RESPONSIBLE, Audience.HEAD), moves=_to(Status.RECEIVED, Status.TRANSFERRED),
    ),
    Step(
        name="give_back", command="decline", kind="given_back", who=(Role.NEW_COUNTY, Role.HEAD), needs=(Need.REASON,),
        tells=(Audience.RESPONSIBLE, Audience.HEAD), moves=_to(BACK, Status.TRANSFERRED),
    ),
    Step(
        name="handover", kind="handed_over", who=(Role.HEAD, Role.OPERATOR),
        moves=_stay(*OPEN, *WITH_CITY, Status.SUSPENDED, Status.LONG_TERM, Status.TRANSFERRED),
    ),
    Step(
        name="plan", kind="planned", who=(Role.REPORTER,), needs=(Need.MEASURES,),
        moves={**_to(Status.PLANNED, *UNTOUCHED), **_stay(*AT_WORK)},
    ),
    Step(
        name="progress", kind="progress", who=(Role.REPORTER,),
        moves={
            **_to(Status.IN_PROGRESS, *UNTOUCHED, Status.COUNTY_CHECKED),
            **_stay(Status.IN_PROGRESS, Status.RETURNED, Status.RELAPSED, Status.LONG_TERM),
        },
    ),
    Step(
        name="selfcheck", kind="county_checked", who=(Role.COUNTY_LEADER,),
        moves=_to(Status.COUNTY_CHECKED, Status.IN_PROGRESS, Status.RETURNED, Status.RELAPSED),
    ),
    Step(
        name="done", kind="reported_done", who=(Role.REPORTER,), needs=(Need.ALL_UNITS, Need.EVIDENCE, Need.SELF_CHECK),
        tells=(Audience.REVIEWER,), moves=_to(Status.AWAITING_ACCEPTANCE, *UNTOUCHED, *AT_WORK),
    ),
    Step(
        name="check", kind="city_checked", who=(Role.REVIEWER,), needs=(Need.REASON,),
        moves=_stay(Status.AWAITING_ACCEPTANCE),
    ),
    Step(
        name="accept", kind="accepted", who=(Role.REVIEWER,), needs=(Need.EVIDENCE, Need.NOT_OWN),
        tells=(Audience.RESPONSIBLE, Audience.HEAD), moves=_to(Status.ACCEPTED, Status.AWAITING_ACCEPTANCE),
    ),
    Step(
        name="return", kind="returned", who=(Role.REVIEWER, Role.HEAD), needs=(Need.REASON,), tells=COUNTY,
        moves=_to(Status.RETURNED, *WITH_CITY),
    ),
    Step(
        name="publish", kind="published", who=(Role.REVIEWER, Role.HEAD, Role.OPERATOR),
        moves=_to(Status.PUBLIC_NOTICE, Status.ACCEPTED),
    ),
    Step(
        name="close", kind="closed", who=(Role.HEAD,), needs=(Need.NOT_OWN, Need.NOTICE_OVER),
        tells=(Audience.RESPONSIBLE,), moves=_to(Status.CLOSED, Status.ACCEPTED, Status.PUBLIC_NOTICE),
    ),
    Step(
        name="recheck", kind="rechecked", who=(Role.REVIEWER, Role.HEAD, Role.OPERATOR), moves=_stay(Status.CLOSED),
    ),
    Step(
        name="relapse", kind="relapsed", who=(Role.REVIEWER, Role.HEAD), needs=(Need.DEADLINE, Need.REASON),
        tells=COUNTY, moves=_to(Status.RELAPSED, Status.CLOSED),
    ),
    Step(
        name="suspend", kind="suspended", who=(Role.HEAD,), needs=(Need.REASON,), tells=COUNTY,
        moves=_to(Status.SUSPENDED, *OPEN),
    ),
    Step(
        name="resume", kind="resumed", who=(Role.HEAD,), tells=COUNTY, moves=_to(BACK, Status.SUSPENDED),
    ),
    Step(
        name="longterm", kind="made_long_term", who=(Role.HEAD,), needs=(Need.REASON,), tells=COUNTY,
        moves=_to(Status.LONG_TERM, *OPEN),
    ),
    Step(
        name="void", kind="voided", who=(Role.HEAD,), needs=(Need.REASON,), tells=COUNTY,
        moves=_to(
            Status.VOID, *OPEN, *WITH_CITY, Status.SUSPENDED, Status.LONG_TERM, Status.TRANSFERRED,
        ),
    ),
)  # fmt: skip

COMMANDS = frozenset(step.command or step.name for step in STEPS)
BY_NAME = {step.name: step for step in STEPS}
_NAMED_BY = {name: [step for step in STEPS if name in (step.name, step.command)] for name in {*BY_NAME, *COMMANDS}}
BY_KIND = {step.kind: step for step in STEPS}


_REPORTING = frozenset({Level.RESPONSIBLE, Level.DEPUTY, Level.CITY_OPERATOR})
_LEVELS: Mapping[Role, frozenset[Level]] = {
    Role.REPORTER: _REPORTING,
    Role.COUNTY_LEADER: frozenset({Level.DEPUTY, Level.CITY_OPERATOR}),
    Role.NEW_COUNTY: _REPORTING,
    Role.REVIEWER: frozenset({Level.CITY_REVIEWER}),
    Role.HEAD: frozenset({Level.CITY_OFFICE}),
    Role.OPERATOR: frozenset({Level.CITY_OPERATOR}),
}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What the table is asked about: a person before a duty on a day, and what is known of both."""

    duty: Duty
    person: Person
    named: Collection[Person]  # the persons responsible that the ledger names
    people: Collection[Person]
    today: date
    policy: Policy
    reporters: Collection[Person] = ()  # whose reports wait to be judged
    proofs: int = 0
    units_missing: Collection[str] = ()  # that have not finished their part


def roles(stage: Stage) -> set[Role]:
    """Return every capacity in which the person may act on the duty."""
    person, duty = stage.person, stage.duty
    if not in_post(person, stage.today):
        return set()
    found = set()
    if person.level == Level.CITY_OPERATOR:
        found |= {Role.OPERATOR, Role.REPORTER, Role.COUNTY_LEADER, Role.NEW_COUNTY}
    elif standing(person, duty, stage.named, stage.people, stage.today) is not None:
        found.add(Role.REPORTER)
    if _is_deputy(person, duty.region_id, duty):
        found.add(Role.COUNTY_LEADER)
    if duty.transfer_to_id is not None and _is_in_charge(person, duty.transfer_to_id, duty):
        found.add(Role.NEW_COUNTY)
    if acts_as(person, Level.CITY_REVIEWER, stage.people, stage.today, duty.workstream):
        found.add(Role.REVIEWER)
    if acts_as(person, Level.CITY_OFFICE, stage.people, stage.today):
        found.add(Role.HEAD)
    return found


def acts_as(person: Person, level: Level, people: Collection[Person], on: date, workstream: str = "") -> bool:
    """Tell whether the person holds a post of that level, or stands in for a holder who is away."""
    holders = [p for p in people if p.level == level and in_post(p, on)]
    holders = [p for p in holders if not workstream or workstream in p.workstreams]
    able = [one for p in holders for one in (p, stand_in(p, people, on)) if one is not None]
    return any(one.id == person.id for one in able)


def _is_deputy(person: Person, region_id: int, duty: Duty) -> bool:
    return person.level == Level.DEPUTY and person.region_id == region_id and duty.workstream in person.workstreams


def _is_in_charge(person: Person, region_id: int, duty: Duty) -> bool:
    in_county = person.region_id == region_id and duty.workstream in person.workstreams
    return in_county and person.level in (Level.RESPONSIBLE, Level.DEPUTY)


def steps_open(stage: Stage) -> list[Step]:
    """Return the steps that the person may take on the duty now, in the order of the table; needs aside."""
    mine = roles(stage)
    return [
        step for step in STEPS
        if stage.duty.status in step.moves and mine & set(step.who) and uses(step, stage.policy)
    ]  # fmt: skip


def is_open(command: str, stage: Stage) -> bool:
    """Tell whether a command takes a step that the person may take now; what takes no step is open."""
    takes_step = any(command in (step.name, step.command) for step in STEPS)
    return not takes_step or any(command in (step.name, step.command) for step in steps_open(stage))


def may_ever_take(command: str, person: Person, policy: Policy) -> bool:
    """Tell whether there can be duties on which the person takes a command's step: for menus and help."""
    named = [step for step in _NAMED_BY.get(command, ()) if uses(step, policy)]
    return any(person.level in _LEVELS[role] for step in named for role in step.who)


def check(step: Step, stage: Stage, given: Collection[Need] = ()) -> None:
    """Refuse the step: not used here, not his, not now, or something that it needs is missing."""
    if not uses(step, stage.policy):
        raise Refusal(Why.STEP_NOT_USED, step=step.name)
    if not roles(stage) & set(step.who):
        raise Refusal(_why_not_his(step), number=stage.duty.number, step=step.name)
    if stage.duty.status not in step.moves:
        raise Refusal(Why.STEP_NOT_NOW, number=stage.duty.number, step=step.name, status=stage.duty.status)
    for need in step.needs:
        if need in SAID and need not in given:
            raise Refusal(Why.STEP_NEEDS, number=stage.duty.number, step=step.name, need=need.value)
        if need in _CHECKED and (missing := _CHECKED[need](stage)):
            raise missing


def _why_not_his(step: Step) -> Why:
    if Role.REPORTER in step.who:
        return Why.NOT_YOUR_DUTY
    if Role.REVIEWER in step.who:
        return Why.REVIEWER_ONLY
    return {Role.HEAD: Why.HEADS_STEP, Role.COUNTY_LEADER: Why.DEPUTY_ONLY}.get(step.who[0], Why.NEW_COUNTY_ONLY)


SAID = frozenset({Need.REASON, Need.DEADLINE, Need.MEASURES, Need.COUNTY})  # comes with the words


def _evidence(stage: Stage) -> Refusal | None:
    demanded = stage.policy.workstream(stage.duty.workstream).needs_evidence
    return Refusal(Why.NO_EVIDENCE, number=stage.duty.number) if demanded and not stage.proofs else None


def _self_check(stage: Stage) -> Refusal | None:
    demanded = "selfcheck" in stage.policy.stations
    is_checked = stage.duty.status == Status.COUNTY_CHECKED
    return Refusal(Why.NO_SELF_CHECK, number=stage.duty.number) if demanded and not is_checked else None


def _all_units(stage: Stage) -> Refusal | None:
    missing = "、".join(stage.units_missing)
    return Refusal(Why.UNITS_MISSING, number=stage.duty.number, units=missing) if missing else None


def _not_own(stage: Stage) -> Refusal | None:
    own = is_own(stage.person, stage.duty, stage.reporters)
    return Refusal(Why.OWN_WORK, number=stage.duty.number) if own else None


def _notice_over(stage: Stage) -> Refusal | None:
    duty, demanded = stage.duty, "publish" in stage.policy.stations
    over = not demanded or is_notice_over(duty, stage.today)
    return None if over else Refusal(Why.NOTICE_NOT_OVER, number=duty.number, until=duty.notice_until)


_CHECKED = {
    Need.EVIDENCE: _evidence, Need.SELF_CHECK: _self_check, Need.ALL_UNITS: _all_units, Need.NOT_OWN: _not_own,
    Need.NOTICE_OVER: _notice_over,
}  # fmt: skip


def is_own(person: Person, duty: Duty, reporters: Iterable[Person]) -> bool:
    """Tell whether the person, or his unit, did or reported what is to be judged.

    The operator writes down what counties report: to him all of it is his own, whomever he stands in for.
    """
    if person.level == Level.CITY_OPERATOR:
        return True
    units = {duty.lead_unit, *(one.unit for one in reporters)} - {""}
    return person.unit in units or any(one.id == person.id for one in reporters)


def is_notice_over(duty: Duty, today: date) -> bool:
    """Tell whether the public notice was given and its last day is past."""
    return duty.notice_until is not None and duty.notice_until < today


def uses(step: Step, policy: Policy) -> bool:
    """Tell whether the office takes this step at all: stations of the way that it left out are refused.

    A public notice has to end somehow: whoever gives one strikes off.
    """
    ends_notice = step.name == "close" and "publish" in policy.stations
    return step.name not in OPTIONAL or step.name in policy.stations or ends_notice


def target(step: Step, duty: Duty, policy: Policy) -> Status:
    """Return the state to which the step leads. Without striking off as a step of its own, acceptance closes."""
    found = step.moves[duty.status]
    if found is BACK:
        return duty.resumes_as or Status.IN_PROGRESS
    if found == Status.ACCEPTED and "close" not in policy.stations and "publish" not in policy.stations:
        return Status.CLOSED
    return found


OPTIONAL = frozenset({"sign", "plan", "selfcheck", "publish", "close"})


def stopped_days(duty: Duty, after: Status, today: date) -> int:
    """Return by how many days the deadline moves when the county's turn comes again: those it had to wait."""
    back = after in OPEN and duty.stopped_on is not None
    return (today - duty.stopped_on).days if back and duty.stopped_on else 0


def stops_clock(before: Status, after: Status, policy: Policy) -> bool:
    """Tell whether the county's clock stands still from this step on."""
    waits = after in WITH_CITY and policy.waiting_stops_clock
    return before in OPEN and (waits or after in (Status.SUSPENDED, Status.TRANSFERRED))
