"""New duties of the office: numbered as its ledger numbers them, told to whom they are for, taken back as one."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session, select

from db.models import DueKind, Duty, DutyOfficial, Event, Level, Mark, Person, Region
from db.queries import duty_by_number, insert_new, last_event, mark, people, standing_events, was_taken_back
from rules.officials import in_post, told_of
from rules.policy import Office, Policy, Workstream
from rules.refusal import Refusal, Why
from services.chain import Act, plain, record
from services.ledger import DUTY, STORED, remove_duties
from services.notices import already_told, tell
from text.regions.syllables import syllable

ASSIGNED = "assigned"
WITHDRAWN = "assignment_undone"
LEVELS = (Level.PRINCIPAL, Level.DEPUTY, Level.RESPONSIBLE)
FIRST_SERIAL = "001"
_WITH_YEAR = re.compile(r"(?P<kind>.*?)(?P<year>(?:19|20)\d\d)(?P<mark>\D*)(?P<serial>\d+)(?P<end>\D*)")
_WITHOUT_YEAR = re.compile(r"(?P<kind>.*?)(?P<year>)(?P<mark>)(?P<serial>\d+)(?P<end>\D*)")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A duty as it is to be written; areas in mu. ``key`` names the draft: it is written once."""

    key: str
    county: Region
    title: str
    workstream: Workstream
    due_on: date | None
    due_kind: DueKind = DueKind.DATE
    area_mu: Decimal = Decimal(0)
    farmland_mu: Decimal = Decimal(0)
    person: Person | None = None
    town: str = ""
    spot_no: str = ""


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A duty that was issued or taken back, who is told of it, and whom nothing could tell."""

    duty: Duty
    event: Event
    told: list[Person] = field(default_factory=list)
    unreached: list[Person] = field(default_factory=list)


def in_charge(session: Session, county: Region, level: Level, workstream: str, on: date) -> list[Person]:
    """Return who holds a post of that level in a county on that day, for a workstream."""
    return [
        person for person in people(session)
        if person.region_id == county.id and person.level == level and workstream in person.workstreams
        and in_post(person, on)
    ]  # fmt: skip


def officials_of(session: Session, draft: Draft, on: date) -> dict[Level, list[Person]]:
    """Return the three levels that a draft names."""
    above = {
        level: in_charge(session, draft.county, level, draft.workstream.code, on)
        for level in (Level.PRINCIPAL, Level.DEPUTY)
    }
    return {**above, Level.RESPONSIBLE: [draft.person] if draft.person else []}


def number_for(session: Session, workstream: Workstream, on: date) -> str:
    """Return the number that the next duty of a workstream gets; one that was taken back is not given again."""
    numbers = list(session.exec(select(Duty.number).where(Duty.workstream == workstream.code)))
    number = next_number(numbers, on.year, _initials(workstream))
    while duty_by_number(session, number) or last_event(session, DUTY + number):
        numbers.append(number)
        number = next_number(numbers, on.year, _initials(workstream))
    return number


def next_number(numbers: Iterable[str], year: int, initials: str) -> str:
    """Count on in the form that most numbers of the year have; the first of a year begins anew."""
    forms = [form for number in numbers if (form := _WITH_YEAR.fullmatch(number) or _WITHOUT_YEAR.fullmatch(number))]
    if not forms:
        return f"{initials}-{year}-{FIRST_SERIAL}"
    present = [form for form in forms if form["year"] in (str(year), "")]
    kind, has_year, mark_between, end = Counter(map(_shape, present or forms)).most_common(1)[0][0]
    alike = [form for form in forms if _shape(form) == (kind, has_year, mark_between, end)]
    serial = 1 + max((int(form["serial"]) for form in present if form in alike), default=0)
    width = max(len(form["serial"]) for form in alike)
    return f"{kind}{year if has_year else ''}{mark_between}{serial:0{width}}{end}"


def _shape(form: re.Match[str]) -> tuple[str, bool, str, str]:
    return form["kind"], bool(form["year"]), form["mark"], form["end"]


def _initials(workstream: Workstream) -> str:
    """Return what numbers of a new workstream begin with: DC of 督察."""
    initials = "".join(syllable(character)[0] for character in workstream.zh[:2]).upper()
    return initials if initials.isascii() and initials.isalpha() else workstream.code[:2].upper()


def assign(session: Session, office: Office, act: Act, draft: Draft) -> Assigned:
    """Write a draft as a new duty, once, and tell whom it is for."""
    _write_once(session, act, draft)
    today = office.today(act.at)
    named = officials_of(session, draft, today)
    duty = Duty(
        number=number_for(session, draft.workstream, today), workstream=draft.workstream.code,
        region_id=draft.county.id or 0, town=draft.town, title=draft.title, spot_no=draft.spot_no,
        area_mu=draft.area_mu, farmland_mu=draft.farmland_mu, issued_on=today, due_original=draft.due_on,
        due_on=draft.due_on, due_kind=draft.due_kind, lead_unit=draft.person.unit if draft.person else "",
        known_at=act.at,
    )  # fmt: skip
    duty.imported = _as_in_a_file(duty, draft.county, named)
    session.add(duty)
    session.flush()
    assert duty.id is not None
    session.add_all(
        DutyOfficial(duty_id=duty.id, level=level, position=position, name=person.name, person_id=person.id)
        for level in LEVELS
        for position, person in enumerate(named[level])
    )
    event = record(
        session, act, subject=f"{DUTY}{duty.number}", kind=ASSIGNED, duty_id=duty.id,
        after={**duty.imported, "region_id": duty.region_id},
    )  # fmt: skip
    told = [one.person for one in told_of(duty, named[Level.RESPONSIBLE], people(session), today)]
    return Assigned(
        duty=duty, event=event, told=told, unreached=tell(session, office, event, told, act.at)
    )  # fmt: skip


def _write_once(session: Session, act: Act, draft: Draft) -> None:
    """Take the draft's key for this act; whoever comes second, in whatever process, finds it taken."""
    name = f"{ASSIGNED}:{draft.key}"
    insert_new(session, Mark, [{"name": name, "value": act.key}])
    taken_by = mark(session, name)
    if taken_by != act.key:
        raise already_assigned(session, taken_by or "")


def check_unwritten(session: Session, key: str) -> None:
    """Refuse a draft that was written already."""
    if taken_by := mark(session, f"{ASSIGNED}:{key}"):
        raise already_assigned(session, taken_by)


def already_assigned(session: Session, act_key: str) -> Refusal:
    """Say as which duty a draft was written."""
    event = session.exec(select(Event).where(Event.act == act_key, Event.kind == ASSIGNED)).one()
    return Refusal(Why.ALREADY_ASSIGNED, number=event.subject.removeprefix(DUTY))


def _as_in_a_file(duty: Duty, county: Region, named: dict[Level, list[Person]]) -> dict[str, Any]:
    """Return what a ledger with the duty would say, so that its next changes are known as such.

    Only its number is left out: no file has had it yet, and so none can miss it (``services/differences.py``).
    """
    principals, deputies, persons = ([person.name for person in named[level]] for level in LEVELS)
    officials = {"principal": "、".join(principals[:1]), "deputy": "、".join(deputies[:1]), "persons": persons}
    stored = {name: plain(getattr(duty, name)) for name in STORED}
    return {**stored, "county": county.name, "county_code": county.code, **officials}


def take_back(session: Session, office: Office, act: Act, event: Event) -> Assigned:
    """Take a duty away that nothing was built on; whoever was told of it is told of that too."""
    duty = _check_may_take_back(session, act, event, office.policy)
    undone = record(
        session, act, subject=event.subject, kind=WITHDRAWN, duty_id=event.duty_id, undoes_id=event.id,
        before=event.after,
    )  # fmt: skip
    told = already_told(session, event)
    remove_duties(session, [duty.id or 0])
    session.expunge(duty)
    return Assigned(
        duty=duty, event=undone, told=told, unreached=tell(session, office, undone, told, act.at)
    )  # fmt: skip


def _check_may_take_back(session: Session, act: Act, event: Event, policy: Policy) -> Duty:
    assert act.person is not None
    if event.person_id != act.person.id:
        raise Refusal(Why.NOT_YOUR_ACT)
    if was_taken_back(session, event):
        raise Refusal(Why.NOTHING_TO_UNDO)
    number = event.subject.removeprefix(DUTY)
    if standing_events(session, [event.subject]).get(event.subject) != event.id:
        raise Refusal(Why.ASSIGNMENT_STANDS, number=number, hours=None)
    if act.at - event.at > timedelta(hours=policy.undo_hours):
        raise Refusal(Why.ASSIGNMENT_STANDS, number=number, hours=policy.undo_hours)
    return session.get_one(Duty, event.duty_id)
