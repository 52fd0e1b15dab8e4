"""What somebody did, told to another when it is sent; what is no longer true is left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from db.models import OPEN, Duty, Event, Extension, ExtensionState, Level, Outbox, Person, Region, Status, Telling
from db.queries import named_officials, was_taken_back
from rules.extensions import overdue_days
from rules.lights import done_percent
from rules.policy import Office
from services import assigning, extending
from services.ledger import DUTY
from text.reply import DECISION_WORDS, N_, Button, Reply, Speech

MOST_TOLD = 6  # the rest is counted
ASSIGNED = assigning.ASSIGNED


@dataclass(frozen=True, kw_only=True)
class Block:
    """What is said of one act, and the buttons for it: (label, command)."""

    facts: dict[str, Any] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()


def tell_acts(session: Session, row: Outbox, office: Office, now: datetime, voice: Speech) -> Reply | None:
    """Say what a message carries; None when nothing of it is true any more."""
    blocks: list[dict[str, Any]] = []
    buttons: list[tuple[tuple[str, str], ...]] = []
    for event in _events(session, row):
        duty = _duty(session, event)
        block = _block(session, event, duty, office, now)
        if duty is not None and block is not None:
            county = session.get_one(Region, duty.region_id).name
            blocks.append({"kind": event.kind, "event": event, "duty": duty, "county": county, **block.facts})
            buttons.append(block.buttons)
    if not blocks:
        return None
    shown = blocks[:MOST_TOLD]
    html = voice.say(
        "told", blocks=shown, more=len(blocks) - len(shown), unreached=row.person_id is None, today=office.today(now)
    )
    numbers = [block["duty"].number for block in blocks]
    rows = _rows(voice, buttons[:MOST_TOLD], numbers) if row.person_id else ()
    return Reply(html=html, buttons=rows, numbers=tuple(dict.fromkeys(numbers)), stays=True)


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
    if duty is None or duty.status == Status.CLOSED or was_taken_back(session, event):
        return None
    return TOLD[event.kind](session, event, duty, office, now)


def _rows(
    voice: Speech, buttons: list[tuple[tuple[str, str], ...]], numbers: list[str]
) -> tuple[tuple[Button, ...], ...]:
    """Make a row of buttons for each act; of several, the first names its duty."""
    rows = []
    for row, number in zip(buttons, numbers, strict=False):
        made = [voice.button(label, command) for label, command in row]
        if len(buttons) > 1 and made:
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


def _look(duty: Duty) -> tuple[tuple[str, str], ...]:
    return ((N_("报进展"), f"/progress {duty.number}"), (N_("查看"), f"/duty {duty.number}"))


# an act's kind -> what is said of it, by the macro of that name in told_parts.j2
TOLD: Mapping[str, Callable[[Session, Event, Duty, Office, datetime], Block | None]] = {
    extending.ASKED: _asked,
    extending.APPROVED: _approved,
    extending.REFUSED: _refused,
    ASSIGNED: _assigned,
    assigning.WITHDRAWN: _withdrawn,
}
