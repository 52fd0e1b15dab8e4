"""What somebody did, told to another when it is sent; what is no longer true is left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from db.models import OPEN, Duty, Event, Extension, ExtensionState, Level, Outbox, Person, Region, Status, Telling
from db.queries import named_officials, was_taken_back
from rules.extensions import overdue_days
from rules.lights import done_percent
from rules.policy import Office
from rules.steps import BY_KIND, BY_NAME, STEPS, is_open
from services import assigning, cooperating, evidence, extending, letters, people, urging
from services.chain import plain
from services.ledger import DUTY
from services.steps import UNDONE, stage
from text.reply import DECISION_WORDS, N_, Button, Reply, Speech
from text.step_words import BUTTON, DONE_SAID

MOST_TOLD = 6  # the rest is counted
ASSIGNED = assigning.ASSIGNED
PERSON = "person:"  # in front of an official's number, it names the subject of the event chain
Buttons = tuple[tuple[str, str], ...]  # (label, command)


@dataclass(frozen=True, kw_only=True)
class Block:
    """What is said of one act, and the buttons for it."""

    facts: dict[str, Any] = field(default_factory=dict)
    buttons: Buttons = ()
    number: str = ""


def tell_acts(session: Session, row: Outbox, office: Office, now: datetime, voice: Speech) -> Reply | None:
    """Say what a message carries; None when nothing of it is true any more."""
    reader = session.get(Person, row.person_id) if row.person_id else None
    found = [_read(session, event, office, reader, now) for event in _events(session, row)]
    blocks = [block for block in found if block is not None]
    if not blocks:
        return None
    shown = blocks[:MOST_TOLD]
    html = voice.say(
        "told", blocks=[block.facts for block in shown], more=len(blocks) - len(shown), unreached=reader is None,
        today=office.today(now),
    )  # fmt: skip
    numbers = [block.number for block in blocks]
    rows = _rows(voice, [block.buttons for block in shown], numbers) if reader else ()
    return Reply(html=html, buttons=rows, numbers=tuple(dict.fromkeys(filter(None, numbers))), stays=True)


def _read(session: Session, event: Event, office: Office, reader: Person | None, now: datetime) -> Block | None:
    """Return what is said of an act to a reader; None for what is no longer true."""
    if was_taken_back(session, event):
        return None
    if event.kind in ABOUT_PEOPLE:
        about = ABOUT_PEOPLE[event.kind](session, event, office, now)
        return about and replace(about, facts={"kind": event.kind, **about.facts})
    duty = _duty(session, event)
    block = _block(session, event, duty, office, now)
    if duty is None or block is None:
        return None
    county = session.get_one(Region, duty.region_id).name
    facts = {"kind": macro_of(event.kind), "event": event, "duty": duty, "county": county, **block.facts}
    buttons = _open_buttons(session, office, reader, duty, block.buttons, office.today(now))
    return Block(facts=facts, buttons=buttons, number=duty.number)


def macro_of(kind: str) -> str:
    """Return by which macro an act is said: the steps of a duty's life have one among them."""
    return "stepped" if TOLD[kind] is _stepped else kind


def _open_buttons(
    session: Session, office: Office, reader: Person | None, duty: Duty, buttons: Buttons, today: date
) -> Buttons:
    """Leave out what the reader may not do now."""
    if reader is None or not buttons:
        return ()
    here = stage(session, office, reader, duty, today)
    return tuple(one for one in buttons if is_open(one[1].removeprefix("/").split()[0], here))


def _events(session: Session, row: Outbox) -> list[Event]:
    told = select(Telling.event_id).where(Telling.outbox_id == row.id)
    return list(session.exec(select(Event).where(col(Event.id).in_(told)).order_by(col(Event.id))))


def _duty(session: Session, event: Event) -> Duty | None:
    """Return the duty that an act is about; of one that was taken away, what is told of it."""
    if event.kind != assigning.WITHDRAWN:
        return session.get(Duty, event.duty_id)
    was = event.before
    return Duty(
        number=event.subject.removeprefix(DUTY), title=was["title"], region_id=was["region_id"],
        workstream=was["workstream"], lead_unit=was["lead_unit"], known_at=event.at,
    )  # fmt: skip


def _block(session: Session, event: Event, duty: Duty | None, office: Office, now: datetime) -> Block | None:
    if duty is None:
        return None
    if duty.status == Status.CLOSED and event.kind not in (BY_NAME["close"].kind, BY_NAME["accept"].kind):
        return None
    return TOLD[event.kind](session, event, duty, office, now)


def _rows(voice: Speech, buttons: list[Buttons], numbers: list[str]) -> tuple[tuple[Button, ...], ...]:
    """Make a row of buttons for each act; of several, the first names its duty, if it is about one."""
    rows = []
    for row, number in zip(buttons, numbers, strict=False):
        made = [voice.button(label, command) for label, command in row]
        if len(buttons) > 1 and made and number:
            made[0] = Button(label=f"{number} {made[0].label}", command=made[0].command)
        rows.append(tuple(made))
    return tuple(row for row in rows if row)


def _asked(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block | None:
    extension = session.get_one(Extension, event.after["extension"])
    if extension.state != ExtensionState.ASKED or duty.status not in OPEN:
        return None
    facts = {
        "extension": extension, "done": done_percent(duty), "overdue": overdue_days(extension, office.today(now)),
        "asked_by": session.get(Person, extension.behalf_of_id or extension.asked_by_id),
    }  # fmt: skip
    buttons = tuple((label, f"/decide {extension.id} {word}") for word, label in DECISION_WORDS.items())
    return Block(facts=facts, buttons=buttons)


def _approved(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block | None:
    extension = session.get_one(Extension, event.after["extension"])
    if duty.due_on != extension.due_decided:
        return None
    facts = {"extension": extension, "overdue": event.after["overdue_days"]}
    return Block(facts=facts, buttons=_look(duty))


def _refused(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block | None:
    extension = session.get_one(Extension, event.after["extension"])
    return Block(facts={"extension": extension}, buttons=_look(duty)) if duty.due_on == extension.due_before else None


def _assigned(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block:
    levels = (Level.RESPONSIBLE, Level.DEPUTY, Level.PRINCIPAL)
    named = [named_officials(session, [duty.id or 0], level).get(duty.id or 0, []) for level in levels]
    officials = ["、".join(one.name for one in names) for names in named]
    return Block(facts={"officials": officials}, buttons=_look(duty))


def _withdrawn(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block:
    return Block()


def _stepped(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block | None:
    """Say a step as long as the duty stands where it led."""
    step = BY_KIND[event.kind]
    if event.after["status"] != duty.status and step.name != "close":
        return None
    to = session.get(Region, duty.transfer_to_id) if duty.transfer_to_id else None
    facts = {
        "step": step.name, "said": DONE_SAID[event.kind], "to": to.name if to else "",
        "by": session.get(Person, event.behalf_of_id or event.person_id or 0),
        "proofs": evidence.of_duty(session, duty),
    }  # fmt: skip
    return Block(facts=facts, buttons=_next_buttons(step.name, duty))


def _next_buttons(step: str, duty: Duty) -> Buttons:
    """Offer what whoever is told of a step will do next."""
    number = duty.number
    if step == "done":
        return ((BUTTON["accept"], f"/accept {number}"), (BUTTON["return"], f"/return {number}"), _proof(number))
    if step == "accept":
        return ((BUTTON["close"], f"/close {number}"), (N_("查看"), f"/duty {number}"))
    if step == "return":
        return ((BUTTON["done"], f"/done {number}"), (N_("查看"), f"/duty {number}"))
    if step == "decline":
        return ((BUTTON["transfer"], f"/transfer {number}"), (BUTTON["keep"], f"/keep {number}"))
    if step == "transfer":
        return ((BUTTON["take"], f"/sign {number}"), (BUTTON["give_back"], f"/decline {number}"))
    return ((N_("查看"), f"/duty {number}"),)


def _proof(number: str) -> tuple[str, str]:
    return (N_("看佐证"), f"/evidence {number}")


def _taken_back(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block | None:
    undone = session.get_one(Event, event.undoes_id)
    said = DONE_SAID.get(undone.kind)
    return Block(facts={"said": said}, buttons=_look(duty)) if said else None


def _look(duty: Duty) -> Buttons:
    return ((N_("报进展"), f"/progress {duty.number}"), (N_("查看"), f"/duty {duty.number}"))


def _commented(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block:
    return Block(
        facts={"by": session.get(Person, event.person_id or 0)}, buttons=((N_("查看"), f"/duty {duty.number}"),)
    )


def _urged(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block | None:
    """Urge as long as there is something to be done."""
    today = office.today(now)
    facts = {
        "done": done_percent(duty),
        "days_left": (duty.due_on - today).days if duty.due_on else None,
    }  # fmt: skip
    buttons = ((BUTTON["done"], f"/done {duty.number}"), *_look(duty))
    return Block(facts=facts, buttons=buttons) if duty.status in OPEN else None


def _all_finished(session: Session, event: Event, duty: Duty, office: Office, now: datetime) -> Block | None:
    button = (BUTTON["done"], f"/done {duty.number}")
    return Block(buttons=(button,)) if duty.status in OPEN and duty.each_unit else None


def _stood_aside(session: Session, event: Event, office: Office, now: datetime) -> Block | None:
    """Say a leave or a pause to whoever stands in, while it is as it was noted and not over."""
    person = _subject(session, event)
    last_days = [day for day in (event.after.get("leave_to"), event.after.get("paused_until")) if day]
    is_over = any(date.fromisoformat(day) < office.today(now) for day in last_days)
    if is_over or any(plain(getattr(person, name)) != value for name, value in event.after.items()):
        return None
    delegate = session.get(Person, person.delegate_id) if person.delegate_id else None
    return Block(facts={"person": person, "delegate": delegate}, buttons=((N_("我的事项"), "/mine"),))


def _received(session: Session, event: Event, office: Office, now: datetime) -> Block | None:
    former = session.get(Person, event.after["from"])
    return Block(facts={"former": former, "count": event.after["count"]}, buttons=((N_("我的事项"), "/mine"),))


def _letter(session: Session, event: Event, office: Office, now: datetime) -> Block | None:
    """Say a signed letter as long as something of it is left to be done."""
    content = letters.content(session, office, letters.of_event(session, event), office.today(now))
    if content.is_settled:
        return None
    county = content.region.name
    buttons = ((N_("超期清单"), f"/overdue {county}"), (N_("进度"), f"/status {county}"))
    return Block(facts={"letter": content}, buttons=buttons)


def _subject(session: Session, event: Event) -> Person:
    return session.exec(select(Person).where(Person.official_id == event.subject.removeprefix(PERSON))).one()


# acts about people or letters and not about one duty
ABOUT_PEOPLE: Mapping[str, Callable[[Session, Event, Office, datetime], Block | None]] = {
    people.ON_LEAVE: _stood_aside,
    people.PAUSED: _stood_aside,
    people.RECEIVED: _received,
    letters.SENT: _letter,
}

# an act's kind -> what is said of it, by the macro of that name in told_parts.j2
TOLD: Mapping[str, Callable[[Session, Event, Duty, Office, datetime], Block | None]] = {
    extending.ASKED: _asked,
    extending.APPROVED: _approved,
    extending.REFUSED: _refused,
    ASSIGNED: _assigned,
    assigning.WITHDRAWN: _withdrawn,
    UNDONE: _taken_back,
    cooperating.COMMENT: _commented,
    cooperating.ALL_DONE: _all_finished,
    urging.URGED: _urged,
    **{step.kind: _stepped for step in STEPS if step.tells and step.kind != ASSIGNED},
}
