"""Notices put into words when they are sent, from the state of that moment; None when nothing is true any more."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from db.models import OPEN, Account, Chat, Duty, Notice, Outbox, OutboxKind, Person
from db.queries import city, duties_by_id, named_people, people, regions
from rules.lights import done_percent, is_overdue, light
from rules.permission import Standing, reads_whole_city, standing
from rules.policy import Office
from scheduler.told import tell_acts
from services import letters, overview
from services.digest import MOST_OVERDUE, make_digest
from text.reply import N_, Button, Reply, Speech, speech

MOST_LINES = 8  # the rest is behind /mine
MOST_BUTTONS = 3
GROUPS = ("own", "delegate", "deputy")


def render(session: Session, row: Outbox, office: Office, now: datetime) -> Reply | None:
    """Say a notice now."""
    person = session.get(Person, row.person_id) if row.person_id else None
    voice = speech(_language(session, row) or office.language)
    if row.kind == OutboxKind.ACT:
        return tell_acts(session, row, office, now, voice)
    reminder = _reminder(session, row, office, now, person, voice)
    if row.kind == OutboxKind.REMINDER:
        return reminder
    assert person is not None, "a digest has a reader"
    return _digest(session, office, now, person, voice, reminder)


def _language(session: Session, row: Outbox) -> str | None:
    account = session.exec(select(Account.language).where(Account.address == row.chat)).first()
    return account or session.exec(select(Chat.language).where(Chat.address == row.chat)).first()


def _digest(
    session: Session, office: Office, now: datetime, person: Person, voice: Speech, reminder: Reply | None
) -> Reply:
    whole_city = city(session) if reads_whole_city(person) else None
    region = whole_city or next(region for region in regions(session) if region.id == person.region_id)
    made = make_digest(session, office, region, now)
    to_sign = letters.waiting_for(session, office, person, office.today(now))
    html = voice.say(
        "digest", digest=made, most=MOST_OVERDUE, reminder=reminder.html if reminder else "", letters=len(to_sign)
    )  # fmt: skip
    buttons: list[Button] = []
    if made.figures.overdue:
        buttons.append(voice.button(N_("超期清单"), f"/overdue {region.name}"))
    buttons.append(voice.button(N_("7日内到期"), f"/due 7 {region.name}"))
    buttons.append(voice.button(N_("进度"), f"/status {region.name}"))
    if to_sign:
        buttons.append(voice.button(N_("待签发"), "/drafts"))
    return Reply(html=html, buttons=(tuple(buttons),), numbers=reminder.numbers if reminder else (), stays=True)


def _reminder(
    session: Session, row: Outbox, office: Office, now: datetime, person: Person | None, voice: Speech
) -> Reply | None:
    today = office.today(now)
    notices = list(session.exec(select(Notice).where(Notice.outbox_id == row.id)))
    duties = duties_by_id(session, {notice.duty_id for notice in notices})
    # done, extended or withdrawn since it was planned: no longer worth a word
    true = [n for n in notices if duties[n.duty_id].status in OPEN and duties[n.duty_id].due_on == n.due_on]
    for left_out in (notice for notice in notices if notice not in true):
        session.delete(left_out)  # not said: should it be true once more, it still has to be
    told = sorted({n.duty_id: duties[n.duty_id] for n in true}.values(), key=lambda d: (d.due_on or date.max, d.number))
    if not told:
        return None
    shown = told[:MOST_LINES]
    groups = _groups(session, office, shown, person, today)
    overdue = sum(is_overdue(duty, today) for duty in told)
    acts = any(group["title"] != "deputy" for group in groups)
    html = voice.say(
        "reminder", person=person, place=_place(session, told), groups=groups, more=len(told) - len(shown),
        overdue_count=overdue, due_count=len(told) - overdue, late=any(notice.late for notice in true),
        unreached=person is None, acts=acts, today=today, basis=overview.basis(session, office, today),
    )  # fmt: skip
    return Reply(
        html=html, buttons=_buttons(voice, groups, person), numbers=tuple(duty.number for duty in told), stays=True
    )


def _groups(
    session: Session, office: Office, shown: list[Duty], person: Person | None, today: date
) -> list[dict[str, Any]]:
    """Group the duties by why the person is told: his own, those he looks after, those he is in charge of."""
    everyone = people(session)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for duty in shown:
        named = named_people(session, duty)
        how = standing(person, duty, named, everyone, today) if person else None
        name = named[0].name if how == Standing.DELEGATE and named else ""
        title = {Standing.DEPUTY: "deputy", Standing.DELEGATE: "delegate"}.get(how, "own") if how else "own"
        line = {"duty": duty, "county": "", "light": light(duty, today, office.policy), "done": done_percent(duty),
                "days_left": (duty.due_on - today).days if duty.due_on else None}  # fmt: skip
        groups.setdefault((title, name), []).append(line)
    in_order = sorted(groups.items(), key=lambda group: GROUPS.index(group[0][0]))
    return [{"title": title, "name": name, "lines": lines} for (title, name), lines in in_order]


def _place(session: Session, told: list[Duty]) -> str:
    return next(region.name for region in regions(session) if region.id == told[0].region_id)


def _buttons(voice: Speech, groups: list[dict[str, Any]], person: Person | None) -> tuple[tuple[Button, ...], ...]:
    if person is None:
        return ()
    mine = [line["duty"].number for group in groups if group["title"] != "deputy" for line in group["lines"]]
    done = [(voice.button(N_("%(number)s 报完成"), f"/done {n}", number=n),) for n in mine[:MOST_BUTTONS]]
    last = (voice.button(N_("我的事项"), "/mine"),) if mine else (voice.button(N_("超期清单"), "/overdue"),)
    return (*done, last)
