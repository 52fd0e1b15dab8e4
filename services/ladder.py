"""The ladder climbed once a working day: letters are drafted into the office's queue, none is sent (PRACTICE 4.3).

A duty that climbs leaves the letter of the step before; a letter about nothing any more is dropped.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.figures import overdue
from db.ladder import Letter, LetterDuty, LetterState
from db.models import (
    OPEN,
    CountyState,
    Duty,
    Event,
    Extension,
    ExtensionState,
    Level,
    Person,
    Region,
    RegionKind,
)
from db.queries import city, in_parts, insert_new, mark, named_officials, people, regions, set_mark
from db.trends import Snapshot
from rules.ladder import COUNTY_TRIGGERS, Lagging, Step, month_end_before, months_between, next_rung
from rules.lights import Light, light
from rules.officials import deputies_of, in_post, told_of
from rules.policy import Addressee, Office, Rung, Trigger
from rules.retention import Retention
from services import overview, schedule
from services.letter_lines import drop_settled, paused_duties

CLIMBED_MARK = "ladder"
REFUSED, RELAPSED = "extension_refused", "relapsed"
MOST_YELLOW_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Climbed:
    """A duty that came to a rung today."""

    duty: Duty
    rung: Rung
    trigger: Trigger


def climb(session: Session, office: Office, now: datetime) -> int:
    """Draft what came to a new step today, once a day; return how many letters were drafted."""
    today = office.today(now)
    before = mark(session, CLIMBED_MARK)
    if before is not None and date.fromisoformat(before) >= today:
        return 0
    is_new_month = before is None or months_between(date.fromisoformat(before), today) > 0
    everyone = people(session)
    letters = _draft_duties(session, office, today, is_new_month, everyone)
    letters += _draft_counties(session, office, today, is_new_month, everyone)
    drop_settled(session, office, today)
    set_mark(session, CLIMBED_MARK, str(today))
    return letters


# --- duties


def _draft_duties(session: Session, office: Office, today: date, is_new_month: bool, everyone: Sequence[Person]) -> int:
    groups: dict[tuple[int, int], list[Climbed]] = defaultdict(list)
    for lagging in _lagging(session, office, _candidates(session, office, today, is_new_month), today):
        found = next_rung(lagging, today, office.policy, office.calendar)
        if found is not None:
            climbed = Climbed(duty=lagging.duty, rung=found[0], trigger=found[1])
            groups[(climbed.rung.step, climbed.duty.region_id)].append(climbed)
    for (step, region_id), together in sorted(groups.items()):
        duties = [one.duty for one in together]
        letter = _letter(session, office, everyone, today, office.policy.rung(step), region_id, f"{today}", duties)
        insert_new(session, LetterDuty, [_line(letter, one) for one in together])
    return len(groups)


def _line(letter: Letter, climbed: Climbed) -> dict[str, object]:
    duty = climbed.duty
    return {
        "letter_id": letter.id, "duty_id": duty.id, "due_on": duty.due_on, "step": letter.step,
        "trigger": climbed.trigger.value, "reported_then_mu": duty.rectified_area_mu,
    }  # fmt: skip


def _candidates(session: Session, office: Office, today: date, is_new_month: bool) -> list[Duty]:
    """Return the open dated duties for which a rung may be due: a month's end may turn a duty twice yellow."""
    open_dated = select(Duty).where(col(Duty.status).in_(OPEN), col(Duty.due_on).is_not(None))
    if not is_new_month:
        refused = sa.select(col(Extension.duty_id)).where(col(Extension.state) == ExtensionState.REFUSED)
        lettered = sa.select(col(LetterDuty.duty_id))
        fell = sa.exists().where(col(Event.duty_id) == col(Duty.id), col(Event.kind) == RELAPSED)
        events = (col(Duty.id).in_(refused), col(Duty.id).in_(lettered), fell)
        open_dated = open_dated.where(sa.or_(overdue(_first_day(office, today)), *events))
    return list(session.exec(open_dated.order_by(col(Duty.due_on), col(Duty.number))))


def _first_day(office: Office, today: date) -> date:
    """Return the day after the latest deadline for which an overdue trigger can hold: sooner ones are not looked at."""
    days = (Trigger.OVERDUE_WORKDAYS, Trigger.OVERDUE_DAYS)
    fewest = min((rung.when[one] for rung in office.policy.ladder for one in days if one in rung.when), default=0)
    return today - timedelta(days=max(fewest - 1, 0))


def _lagging(session: Session, office: Office, duties: Sequence[Duty], today: date) -> Iterable[Lagging]:
    for part in in_parts(duties):
        ids = [duty.id or 0 for duty in part]
        last, refusals = _last_steps(session, office, part), _refusals(session, ids)
        relapses, paused = _relapses(session, ids), paused_duties(session, part, today)
        yellow = _yellow_months(session, office, part, today)
        for duty in part:
            key = duty.id or 0
            yield Lagging(
                duty=duty, known_on=office.today(duty.known_at), last=last.get(key), refusals=refusals.get(key, 0),
                relapses=relapses.get(key, 0), yellow_months=yellow.get(key, 0), is_paused=key in paused,
            )  # fmt: skip


def _last_steps(session: Session, office: Office, duties: Sequence[Duty]) -> dict[int, Step]:
    due = {duty.id: duty for duty in duties}
    query = (
        select(LetterDuty, Letter)
        .join(Letter, col(Letter.id) == col(LetterDuty.letter_id))
        .where(col(LetterDuty.duty_id).in_(list(due)))
        .order_by(col(LetterDuty.step))
    )
    found: dict[int, Step] = {}
    for line, letter in session.exec(query):
        duty = due[line.duty_id]
        if line.due_on == duty.due_on:
            found[line.duty_id] = _step(session, office, line, letter, duty)
    return found


def _step(session: Session, office: Office, line: LetterDuty, letter: Letter, duty: Duty) -> Step:
    sent = letter.state in (LetterState.SENT, LetterState.FILED) and letter.decided_at is not None
    day = office.today(letter.decided_at) if letter.decided_at else letter.drafted_on
    answered = sent and letter.decided_at is not None and was_answered(session, duty, letter.decided_at)
    return Step(step=line.step, day=day, sent=sent, reported_then_mu=line.reported_then_mu, answered=answered)


def was_answered(session: Session, duty: Duty, since: datetime) -> bool:
    """Tell whether somebody of the county did something about the duty after a moment."""
    theirs = sa.select(col(Person.id)).where(col(Person.region_id) == duty.region_id)
    here = (Event.subject == f"duty:{duty.number}", col(Event.at) > since, col(Event.person_id).in_(theirs))
    return session.exec(select(Event.id).where(*here).limit(1)).first() is not None


def _refusals(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Count the refused requests for the deadline that still stands."""
    query = (
        sa.select(col(Extension.duty_id), sa.func.count())
        .join(Duty, col(Duty.id) == col(Extension.duty_id))
        .where(
            col(Extension.duty_id).in_(ids),
            col(Extension.state) == ExtensionState.REFUSED,
            col(Extension.due_before) == col(Duty.due_on),
        )
        .group_by(col(Extension.duty_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _relapses(session: Session, ids: Collection[int]) -> dict[int, int]:
    undone = sa.select(col(Event.undoes_id)).where(col(Event.undoes_id).is_not(None))
    query = sa.select(col(Event.duty_id), sa.func.count()).where(
        col(Event.duty_id).in_(ids), col(Event.kind) == RELAPSED, col(Event.id).not_in(undone)
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(col(Event.duty_id)))}


def _yellow_months(session: Session, office: Office, duties: Sequence[Duty], today: date) -> dict[int, int]:
    """Count for each duty at how many months' ends running, until the last one, it was yellow."""
    longest = max((rung.when.get(Trigger.YELLOW_MONTHS, 0) for rung in office.policy.ladder), default=0)
    standing, found = list(duties), dict[int, int]()
    end = today
    for _ in range(min(longest, MOST_YELLOW_MONTHS)):
        end = month_end_before(end)
        then = _stood(session, [duty.id or 0 for duty in standing], end)
        standing = [duty for duty in standing if duty.id in then and _was_yellow(office, duty, then[duty.id], end)]
        for duty in standing:
            found[duty.id or 0] = found.get(duty.id or 0, 0) + 1
    return found


def _was_yellow(office: Office, duty: Duty, then: Snapshot, day: date) -> bool:
    """Judge a duty as it stood, by the deadline that it has now; before Duban knew of it, nobody had been reminded."""
    if office.today(duty.known_at) > day or (duty.issued_on is not None and duty.issued_on > day):
        return False
    was = Duty(**{**duty.model_dump(), **then.model_dump(exclude={"id", "duty_id", "day"})})
    return light(was, day, office.policy) == Light.YELLOW


def _stood(session: Session, ids: Sequence[int], day: date) -> dict[int, Snapshot]:
    query = select(Snapshot).where(col(Snapshot.duty_id).in_(ids), col(Snapshot.day) <= day)
    return {one.duty_id: one for one in session.exec(query.order_by(col(Snapshot.day)))}  # the newest stays


# --- counties


def _draft_counties(
    session: Session, office: Office, today: date, is_new_month: bool, everyone: Sequence[Person]
) -> int:
    drafted = 0
    for rung in office.policy.ladder:
        for trigger in [one for one in rung.when if one in COUNTY_TRIGGERS]:
            for region, what in _due_counties(session, office, rung, trigger, today, is_new_month):
                key = f"{rung.step}/{region.code}/{trigger.value}/{what}"
                if session.exec(select(Letter.id).where(Letter.key == key)).first() is None:
                    letter = _letter(session, office, everyone, today, rung, region.id or 0, what, (), key=key)
                    letter.trigger = trigger.value
                    if trigger == Trigger.BULLETIN_MONTHS:
                        letter.named_ids = last_counties(session, office, today)
                    session.add(letter)
                    drafted += 1
    return drafted


def _due_counties(
    session: Session, office: Office, rung: Rung, trigger: Trigger, today: date, is_new_month: bool
) -> list[tuple[Region, str]]:
    """Return the counties (of a bulletin: the city) that a trigger names, each with what makes it once."""
    number = rung.when[trigger]
    counties = {one.id or 0: one for one in regions(session) if one.kind == RegionKind.COUNTY}
    if trigger == Trigger.BULLETIN_MONTHS:
        root, first = city(session), mark(session, CLIMBED_MARK) is None
        is_due = is_new_month and not first and today.month % number == 0
        return [(root, f"{today:%Y-%m}")] if root and is_due else []
    if trigger == Trigger.BOTTOM_BULLETINS:
        return [(counties[one], f"{today:%Y-%m}") for one in _often_last(session, number) if is_new_month]
    if trigger == Trigger.VETO_MONTHS:
        declared = _declared(schedule.retention(session).values(), today, number)
        return [(counties[state.region_id], state.veto_risk_month) for state in declared if state.region_id in counties]
    stopped = session.exec(select(CountyState).where(col(CountyState.approval_suspended).is_(True)))
    return [(counties[one.region_id], str(one.suspended_since)) for one in stopped if one.region_id in counties]


def _declared(states: Iterable[tuple[CountyState, Retention]], today: date, months: int) -> list[CountyState]:
    """Return the counties at risk of 一票否决 since so many months ago, and still."""
    return [
        state
        for state, retention in states
        if state.veto_risk and retention.veto_risk and state.veto_risk_month
        and months_between(date.fromisoformat(f"{state.veto_risk_month}-01"), today) >= months
    ]  # fmt: skip


def _often_last(session: Session, number: int) -> list[int]:
    """Return the counties that each of the last bulletins names as last ones; one that was dismissed does not count."""
    bulletins = select(Letter).where(Letter.trigger == Trigger.BULLETIN_MONTHS, Letter.state != LetterState.DISMISSED)
    last = session.exec(bulletins.order_by(col(Letter.id).desc()).limit(number)).all()
    if len(last) < number:
        return []
    return [one for one in last[0].named_ids if all(one in bulletin.named_ids for bulletin in last)]


def last_counties(session: Session, office: Office, today: date) -> list[int]:
    """Return the counties with the lowest rates in the first kind of duty, as reported, the very last one first."""
    stream = office.policy.workstreams[0]
    counties = [one for one in regions(session) if one.kind == RegionKind.COUNTY]
    figures = overview.by_county(session, today, None, stream.code)
    places = overview.ranking(counties, figures, stream.rate_basis, accepted=False)
    rated = [place for place in places if place.rank is not None]
    return [place.county.id or 0 for place in reversed(rated[-office.policy.bottom_counties :])]


# --- letters


def _letter(
    session: Session, office: Office, everyone: Sequence[Person], today: date, rung: Rung, region_id: int, what: str,
    duties: Sequence[Duty], *, key: str = "",
) -> Letter:  # fmt: skip
    def whom(addressee: Addressee) -> list[int]:
        return _addressees(session, everyone, addressee, region_id, duties, today)

    to = whom(rung.to)
    letter = Letter(
        key=key or f"{rung.step}/{region_id}/{what}", step=rung.step, region_id=region_id, drafted_on=today,
        to_ids=to, copy_ids=[one for one in whom(rung.copy) if one not in to],
    )  # fmt: skip
    session.add(letter)
    session.flush()
    return letter


def _addressees(
    session: Session, everyone: Sequence[Person], addressee: Addressee, region_id: int, duties: Sequence[Duty],
    today: date,
) -> list[int]:  # fmt: skip
    here = [p for p in everyone if p.region_id == region_id and in_post(p, today)]
    if addressee == Addressee.BUREAU:
        named = _named(session, duties, everyone)
        found = [told.person for duty in duties for told in told_of(duty, named[duty.id or 0], everyone, today)]
    elif addressee == Addressee.DEPUTY:
        found = [p for duty in duties for p in deputies_of(duty, everyone, today)] if duties else []
        found = found or [p for p in here if p.level == (Level.DEPUTY if duties else Level.PRINCIPAL)]
    elif addressee == Addressee.PRINCIPAL:
        found = [p for p in here if p.level == Level.PRINCIPAL]
    elif addressee == Addressee.EVERYBODY:
        levels = (Level.PRINCIPAL, Level.DEPUTY, Level.CITY_LEADER)
        found = [p for p in everyone if p.level in levels and in_post(p, today)]
    else:
        found = []
    return list(dict.fromkeys(p.id for p in found if p.id is not None))


def _named(session: Session, duties: Sequence[Duty], everyone: Sequence[Person]) -> Mapping[int, list[Person]]:
    by_id = {person.id: person for person in everyone}
    named = named_officials(session, [duty.id or 0 for duty in duties], Level.RESPONSIBLE)
    return defaultdict(list, {
        duty_id: [by_id[one.person_id] for one in officials if one.person_id in by_id]
        for duty_id, officials in named.items()
    })  # fmt: skip
