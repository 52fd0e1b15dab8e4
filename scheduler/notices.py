"""Notices put into words when they are sent, from the state of that moment; None when nothing is true any more."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from db.models import OPEN, Duty, Level, Notice, Outbox, OutboxKind, Person
from db.queries import city, duties_by_id, language_at, named_officials, people, regions
from rules.lights import done_percent, is_overdue, light
from rules.officials import Told, in_charge_of, in_post, told_of
from rules.permission import reads_whole_city
from rules.policy import Office
from scheduler.backlog import still_late
from scheduler.outbox import leave_out
from scheduler.told import tell_acts
from services import overview
from services.digest import MOST_OVERDUE, ForReader, make_digest
from services.queueing import Waiting
from text.reply import N_, Button, Reply, Speech, speech

MOST_LINES = 8  # the rest is behind /mine
MARKS = "①②③"  # of the lines that have a row of buttons


def render(session: Session, row: Outbox, office: Office, now: datetime) -> Reply | None:
    """Say a notice now."""
    person = session.get(Person, row.person_id) if row.person_id else None
    if person is not None and not in_post(person, office.today(now)):
        return None
    voice = speech(language_at(session, row.chat) or office.language)
    if row.kind == OutboxKind.ACT:
        return tell_acts(session, row, office, now, voice)
    reminder = _reminder(session, row, office, now, person, voice)
    if row.kind == OutboxKind.REMINDER:
        return reminder
    assert person is not None, "a digest has a reader"
    return _digest(session, office, now, person, voice, reminder)


def _digest(
    session: Session, office: Office, now: datetime, person: Person, voice: Speech, reminder: Reply | None
) -> Reply:
    whole_city = city(session) if reads_whole_city(person) else None
    region = whole_city or next(region for region in regions(session) if region.id == person.region_id)
    made = make_digest(session, office, region, now)
    own = ForReader.of(session, office, person, office.today(now))
    html = voice.say("digest", digest=made, own=own, most=MOST_OVERDUE, reminder=reminder.html if reminder else "")
    buttons: list[Button] = []
    if made.figures.overdue:
        buttons.append(voice.button(N_("超期清单"), f"/overdue {region.name}"))
    buttons.append(voice.button(N_("7日内到期"), f"/due 7 {region.name}"))
    buttons.append(voice.button(N_("进度"), f"/status {region.name}"))
    to_sign = ((voice.button(N_("待签发"), "/drafts"),),) if own.letters else ()
    return Reply(
        html=html, buttons=(tuple(buttons), *to_sign), numbers=reminder.numbers if reminder else (), stays=True
    )


def _reminder(
    session: Session, row: Outbox, office: Office, now: datetime, person: Person | None, voice: Speech
) -> Reply | None:
    today = office.today(now)
    notices = list(session.exec(select(Notice).where(Notice.outbox_id == row.id)))
    duties = duties_by_id(session, {notice.duty_id for notice in notices})
    hearers = _hearers(session, list(duties.values()), today)
    # done, extended, withdrawn, or another's by now: no longer worth a word
    true = [n for n in notices if duties[n.duty_id].status in OPEN and duties[n.duty_id].due_on == n.due_on]
    true = [n for n in true if n.person_id in {one.person.id for one in hearers[n.duty_id]}]
    checks = still_late(session, office, notices, duties, person, today)
    leave_out(session, [notice for notice in notices if notice not in true and notice.duty_id not in checks])
    told = sorted({n.duty_id: duties[n.duty_id] for n in true}.values(), key=lambda d: (d.due_on or date.max, d.number))
    if not told and not checks:
        return None
    shown = told[:MOST_LINES]
    groups = _groups(office, shown, person, hearers, today)
    overdue = sum(is_overdue(duty, today) for duty in told)
    acts = any(group["title"] != "deputy" for group in groups)
    place = next(iter(told), None) or next(iter(checks.values())).duty
    html = voice.say(
        "reminder", person=person, place=_county(session, place), checks=_checks(session, checks), groups=groups,
        more=len(told) - len(shown), overdue_count=overdue, due_count=len(told) - overdue,
        late=_was_missed(session, true), unreached=person is None, acts=acts, most=office.policy.check_workdays,
        today=today, basis=overview.basis(session, office, today),
    )  # fmt: skip
    numbers = [duty.number for duty in told] + [one.duty.number for one in checks.values()]
    queue = ((voice.button(N_("待验收"), "/queue"),),) if checks else ()
    rows = _buttons(voice, groups, person) if told else ()
    return Reply(html=html, buttons=(*queue, *rows), numbers=tuple(numbers), stays=True)


def _checks(session: Session, checks: Mapping[int, Waiting]) -> list[tuple[str, list[Waiting]]]:
    """Group what waits to be judged by county, in the order of the counties."""
    found = [(region.name, [one for one in checks.values() if one.duty.region_id == region.id])
             for region in regions(session)]  # fmt: skip
    return [(county, together) for county, together in found if together]


def _was_missed(session: Session, notices: list[Notice]) -> bool:
    """Tell whether something comes late that nobody was told in time: neither a predecessor nor who paused."""
    late = [notice for notice in notices if notice.late]
    others = session.exec(select(Notice).where(col(Notice.duty_id).in_([notice.duty_id for notice in late])))
    in_time = {(one.duty_id, one.due_on, one.rule) for one in others if not one.late}
    return any((one.duty_id, one.due_on, one.rule) not in in_time for one in late)


def _hearers(session: Session, duties: list[Duty], today: date) -> dict[int, list[Told]]:
    """Return for each duty who is reminded of it today, its deputies last, who are so only when it is overdue."""
    everyone, ids = people(session), [duty.id or 0 for duty in duties]
    by_id = {person.id: person for person in everyone}
    names = named_officials(session, ids, Level.RESPONSIBLE)
    found: dict[int, list[Told]] = {}
    for duty in duties:
        named = [by_id[one.person_id] for one in names.get(duty.id or 0, []) if one.person_id in by_id]
        told = told_of(duty, named, everyone, today, by_clock=True)
        found[duty.id or 0] = told + in_charge_of(duty, everyone, today, by_clock=True)
    return found


def _groups(
    office: Office, shown: list[Duty], person: Person | None, hearers: dict[int, list[Told]], today: date
) -> list[dict[str, Any]]:
    """Group the duties by why the person is told: his own, those he looks after, those he is in charge of.

    The group with the most urgent duty comes first.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for duty in shown:
        why = _why_told(person, hearers[duty.id or 0], today) if person else ("own", "")
        groups.setdefault(why, []).append(_line(duty, office, today))
    made = [{"title": title, "name": name, "lines": lines} for (title, name), lines in groups.items()]
    acting = _acting(made)
    for mark, line in zip(MARKS, acting, strict=False):
        line["mark"] = mark if len(acting) > 1 else ""
    return made


def _line(duty: Duty, office: Office, today: date) -> dict[str, Any]:
    return {
        "duty": duty, "county": "", "mark": "", "light": light(duty, today, office.policy),
        "done": done_percent(duty), "days_left": (duty.due_on - today).days if duty.due_on else None,
    }  # fmt: skip


def _acting(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines that get buttons: the first ones that the reader is to see to himself."""
    own = [line for group in groups if group["title"] != "deputy" for line in group["lines"]]
    return own[: len(MARKS)]


def _why_told(person: Person, hearers: list[Told], today: date) -> tuple[str, str]:
    """Return as what the person hears of a duty, and for whom if he stands in for somebody."""
    mine = [one for one in hearers if one.person.id == person.id]
    away = [one.stands_for for one in mine if one.stands_for and in_post(one.stands_for, today)]
    if person.level == Level.DEPUTY and not away:  # also in the place of somebody who cannot be reached
        return "deputy", ""
    is_own = any(one.stands_for not in away for one in mine)
    return ("delegate", away[0].name) if away and not is_own else ("own", "")


def _county(session: Session, duty: Duty) -> str:
    return next(region.name for region in regions(session) if region.id == duty.region_id)


def _buttons(voice: Speech, groups: list[dict[str, Any]], person: Person | None) -> tuple[tuple[Button, ...], ...]:
    if person is None:
        return ()
    acting = _acting(groups)
    rows = [_deeds(voice, line["mark"], line["duty"].number) for line in acting]
    last = voice.button(N_("我的事项"), "/mine") if acting else voice.button(N_("超期清单"), "/overdue")
    return (*rows, (last,))


def _deeds(voice: Speech, mark: str, number: str) -> tuple[Button, ...]:
    """Offer what can be done about a duty, in one row of a phone's width."""
    return (
        voice.button(N_("%(mark)s完成"), f"/done {number}", mark=mark),
        voice.button(N_("进展"), f"/progress {number}"),
        voice.button(N_("延期"), f"/extend {number}"),
        voice.button(N_("详情"), f"/duty {number}"),
    )
