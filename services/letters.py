"""The office's queue of letters: looked at with the figures of the day, changed, signed and sent, or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.ladder import Letter, LetterState
from db.models import CountyState, Duty, Event, Person, Region, RegionKind
from db.queries import regions
from rules.commitments import Fulfilment, Outcome
from rules.figures import Figures
from rules.lights import done_percent
from rules.officials import in_post
from rules.permission import may_bind, may_sign, reads_letters, reads_whole_city
from rules.policy import Addressee, Office, Rung
from rules.refusal import Refusal, Why
from rules.retention import Retention
from services import commitments, overview, schedule
from services.chain import Act, Link, record, record_all
from services.letter_lines import Line, lines_of
from services.notices import tell

SENT, FILED, DISMISSED, CHANGED = "letter_sent", "letter_filed", "letter_dismissed", "letter_changed"
LETTER = "letter:"
MOST_LINES = 6
MOST_PROMISES = 3
MOST_UNITS = 3
BULLETIN_STEP = 4


@dataclass(frozen=True, kw_only=True)
class Content:
    """A letter as it reads on a day; figures are as reported unless they say otherwise."""

    id: int
    step: int
    rung: Rung
    state: LetterState
    region: Region
    trigger: str
    drafted_on: date
    as_of: date
    answer_by: date
    office: str
    year: int
    serial: int | None
    signed_on: date | None
    why: str
    to: list[Person]
    copied: list[Person]
    lines: list[Line]
    bottom: int
    promises: list[Fulfilment] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    stream: str = ""
    first: list[overview.Place] = field(default_factory=list)
    last: list[overview.Place] = field(default_factory=list)
    overdue_counties: list[tuple[Region, int]] = field(default_factory=list)
    state_of_county: CountyState | None = None
    retention: Retention | None = None

    @property
    def shown(self) -> list[Line]:
        """The duties that it names, most urgent first."""
        return self.lines[:MOST_LINES]

    @property
    def addressed(self) -> list[str]:
        """The units that it addresses, where it goes to those and not to the county."""
        if self.rung.to != Addressee.BUREAU:
            return []
        return list(dict.fromkeys(line.duty.lead_unit for line in self.lines if line.duty.lead_unit))[:MOST_UNITS]

    @property
    def is_sent_out(self) -> bool:
        """Whether it ever leaves the office."""
        return self.rung.to != Addressee.NOBODY

    @property
    def is_settled(self) -> bool:
        """Whether it was about duties of which none is left to speak of."""
        return not self.trigger and not self.lines

    @staticmethod
    def done(duty: Duty) -> Decimal:
        """Return a duty's share in percent, as reported."""
        return done_percent(duty)


def find(session: Session, number: str) -> Letter:
    """Return a letter by its number."""
    letter = session.get(Letter, int(number)) if number.isdecimal() and len(number) < 10 else None
    if letter is None:
        raise Refusal(Why.NO_LETTER)
    return letter


def of_event(session: Session, event: Event) -> Letter:
    """Return the letter that an event is about."""
    return session.get_one(Letter, int(event.subject.removeprefix(LETTER)))


def waiting(session: Session) -> list[Letter]:
    """Return the letters that wait, the highest step first."""
    query = select(Letter).where(Letter.state == LetterState.WAITING)
    return list(session.exec(query.order_by(col(Letter.step).desc(), col(Letter.id))))


def waiting_for(session: Session, office: Office, person: Person | None, today: date) -> list[Letter]:
    """Return the letters about which a person can do something: the office about all, a leader about what he signs.

    What goes out comes before papers that are only to be read.
    """
    if not reads_letters(person, today):
        return []
    rungs = [(letter, office.policy.rung(letter.step)) for letter in waiting(session)]
    theirs = [one for one in rungs if may_bind(person, today) or may_sign(person, one[1].signed_by, today)]
    return [letter for letter, _rung in sorted(theirs, key=lambda one: one[1].to == Addressee.NOBODY)]


def content(session: Session, office: Office, letter: Letter, today: date) -> Content:
    """Read a letter with the figures of a day."""
    rung = office.policy.rung(letter.step)
    everywhere = {region.id: region for region in regions(session)}
    region = everywhere[letter.region_id]
    decided = office.today(letter.decided_at) if letter.decided_at else today
    default = office.calendar.shift(decided, office.policy.answer_workdays)
    return Content(
        id=letter.id or 0, step=letter.step, rung=rung, state=letter.state, region=region, trigger=letter.trigger,
        drafted_on=letter.drafted_on, as_of=today, answer_by=letter.answer_by or default,
        office=office.name, year=decided.year, serial=letter.serial, signed_on=decided if letter.serial else None,
        why=letter.why, to=_persons(session, letter.to_ids), copied=_persons(session, letter.copy_ids),
        lines=lines_of(session, office, letter, today),
        bottom=office.policy.bottom_counties, **_beside(session, office, letter, region, today),
    )  # fmt: skip


def _beside(session: Session, office: Office, letter: Letter, region: Region, today: date) -> dict[str, Any]:
    """Gather what only some letters say."""
    if region.kind == RegionKind.CITY:
        return _bulletin(session, office, letter, today)
    state = session.exec(select(CountyState).where(CountyState.region_id == region.id)).first()
    found = schedule.retention(session).get(region.id or 0) if state else None
    broken = [one for one in commitments.of_counties(session, [region.id or 0], today) if one.outcome == Outcome.BROKEN]
    promises = broken[-MOST_PROMISES:] if letter.step > BULLETIN_STEP else []
    return {"state_of_county": state, "retention": found[1] if found else None, "promises": promises}


def _bulletin(session: Session, office: Office, letter: Letter, today: date) -> dict[str, Any]:
    stream = office.policy.workstreams[0]
    counties = [one for one in regions(session) if one.kind == RegionKind.COUNTY]
    figures = overview.by_county(session, today, None, stream.code)
    places = overview.ranking(counties, figures, stream.rate_basis, accepted=False)
    rated = [place for place in places if place.rank is not None]
    number = min(office.policy.bottom_counties, len(rated) // 2)
    everything = overview.by_county(session, today, None)
    late = [(one, everything[one.id or 0].overdue) for one in counties if one.id in everything]
    return {
        "figures": overview.total(session, today, None), "stream": stream.zh,
        "first": rated[:number], "last": rated[len(rated) - number :],
        "overdue_counties": sorted([one for one in late if one[1]], key=lambda one: (-one[1], one[0].display_order)),
    }  # fmt: skip


def _persons(session: Session, ids: Sequence[int]) -> list[Person]:
    return [person for one in ids if (person := session.get(Person, one)) is not None]


# --- what the office does with them


def sign(session: Session, office: Office, act: Act, letter: Letter, today: date) -> list[Person]:
    """Send a letter to whom it is for; return who cannot be reached."""
    rung = office.policy.rung(letter.step)
    _check_waiting(session, letter)
    if rung.to == Addressee.NOBODY:
        raise Refusal(Why.LETTER_NOT_SENT, id=letter.id)
    if not may_sign(act.person, rung.signed_by, today):
        raise Refusal(Why.SIGNER_ONLY, id=letter.id, level=rung.signed_by.value)
    made = content(session, office, letter, today)
    if made.is_settled:
        raise Refusal(Why.LETTER_EMPTY, id=letter.id)
    letter.serial = _next_serial(session, office, letter, today)
    letter.answer_by = made.answer_by
    event = _decide(session, act, letter, LetterState.SENT, SENT, "")
    links = [
        Link(subject=f"duty:{line.duty.number}", kind=SENT, duty_id=line.duty.id,
             after={"letter": letter.id, "step": letter.step}, why=rung.name)
        for line in made.lines
    ]  # fmt: skip
    if links:
        record_all(session, act, links)
    return tell(session, office, event, [*made.to, *made.copied], act.at)


def dismiss(session: Session, act: Act, letter: Letter, why: str) -> None:
    """Put a draft away, with the reason."""
    _check_waiting(session, letter)
    _decide(session, act, letter, LetterState.DISMISSED, DISMISSED, why)


def file(session: Session, office: Office, act: Act, letter: Letter) -> None:
    """Put a paper of the office's own away as read."""
    _check_waiting(session, letter)
    _decide(session, act, letter, LetterState.FILED, FILED, "")


def readdress(session: Session, act: Act, letter: Letter, persons: Sequence[Person], today: date) -> None:
    """Send a draft to others: officials of its county or of the city."""
    _check_waiting(session, letter)
    region = session.get_one(Region, letter.region_id)
    for person in persons:
        belongs = person.region_id == letter.region_id or reads_whole_city(person) or region.kind == RegionKind.CITY
        if not in_post(person, today) or not belongs:
            raise Refusal(Why.OUTSIDE_LETTER, name=person.name, region=region.name)
    before, letter.to_ids = letter.to_ids, [person.id or 0 for person in persons]
    letter.copy_ids = [one for one in letter.copy_ids if one not in letter.to_ids]
    _changed(session, act, letter, {"to_ids": before}, {"to_ids": letter.to_ids})


def set_answer_day(session: Session, act: Act, letter: Letter, day: date) -> None:
    """Ask for an answer by another day."""
    _check_waiting(session, letter)
    before, letter.answer_by = letter.answer_by, day
    _changed(session, act, letter, {"answer_by": str(before or "")}, {"answer_by": str(day)})


def _check_waiting(session: Session, letter: Letter) -> None:
    session.refresh(letter, with_for_update=True)
    if letter.state != LetterState.WAITING:
        raise Refusal(Why.LETTER_DECIDED, id=letter.id)


def _decide(session: Session, act: Act, letter: Letter, state: LetterState, kind: str, why: str) -> Event:
    letter.state, letter.why, letter.decided_at = state, why, act.at
    letter.decided_by_id = act.person.id if act.person else None
    session.add(letter)
    after = {"state": state.value, "to_ids": letter.to_ids, "serial": letter.serial}
    return record(
        session, act, subject=f"{LETTER}{letter.id}", kind=kind, before={"state": "waiting"}, after=after, why=why
    )


def _changed(session: Session, act: Act, letter: Letter, before: dict[str, object], after: dict[str, object]) -> None:
    session.add(letter)
    record(session, act, subject=f"{LETTER}{letter.id}", kind=CHANGED, before=before, after=after)


def _next_serial(session: Session, office: Office, letter: Letter, today: date) -> int:
    """Count the letters of a step that were sent in the year."""
    query = sa.select(col(Letter.decided_at)).where(col(Letter.step) == letter.step, col(Letter.serial).is_not(None))
    return sum(office.today(row[0]).year == today.year for row in session.execute(query)) + 1
