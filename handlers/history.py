"""/history: a duty's life as a timeline, newest last."""

from sqlmodel import col, select

from db.models import Event, Person
from handlers.duty import one_duty
from handlers.request import Call
from text.reply import N_, Reply
from text.step_words import DONE_SAID, OTHER_SAID

MOST_SHOWN = 12
QUIET = frozenset({"evidence_kept"})  # the office's own housekeeping


def history(call: Call) -> Reply:
    """Show what happened to a duty: when, who, what, why."""
    numbers, page = list(call.words[:1]) or call.quoted, _page(call)
    duty = one_duty(call, numbers)
    query = select(Event).where(Event.subject == f"duty:{duty.number}", col(Event.kind).not_in(QUIET))
    events = list(call.session.exec(query.order_by(col(Event.sequence))))
    undone = {event.undoes_id for event in events}
    pages = max(1, -(-len(events) // MOST_SHOWN))
    page = min(page, pages)
    end = len(events) - (page - 1) * MOST_SHOWN
    shown = events[max(end - MOST_SHOWN, 0) : end]
    rows = []
    if page < pages:
        rows.append(call.button(N_("‹ 更早"), f"/history {duty.number} p{page + 1}"))
    if page > 1:
        rows.append(call.button(N_("更晚 ›"), f"/history {duty.number} p{page - 1}"))
    return call.reply(
        "history", tuple(rows), duty=duty, county=call.gazetteer.get(duty.region_id).name, page=page, pages=pages,
        lines=[_line(call, event, event.id in undone) for event in shown], numbers=[duty.number], replaces=True,
    )  # fmt: skip


def _page(call: Call) -> int:
    """Return which page is asked for; the first holds the newest."""
    word = call.words[1] if len(call.words) > 1 else ""
    return max(int(word[1:]), 1) if word.startswith("p") and word[1:].isdecimal() and len(word) <= 4 else 1


def _line(call: Call, event: Event, was_undone: bool) -> dict[str, object]:
    person = call.session.get(Person, event.person_id) if event.person_id else None
    behalf_of = call.session.get(Person, event.behalf_of_id) if event.behalf_of_id else None
    names = call.names_people
    area, before = event.after.get("rectified_area_mu"), event.before.get("rectified_area_mu")
    return {
        "at": call.office.local(event.at), "said": DONE_SAID.get(event.kind) or OTHER_SAID.get(event.kind, ""),
        "kind": event.kind, "why": event.why, "undone": was_undone, "area": area if area != before else None,
        "by": (person.name if names else person.unit or person.post) if person else "",
        "behalf_of": behalf_of.name if behalf_of and names else "", "due": _moved(event),
        "proofs": len(event.after.get("evidence", [])) if event.kind == "evidence_added" else 0,
    }  # fmt: skip


def _moved(event: Event) -> str:
    """Return the deadline that an event set, where it is another one than before."""
    due = event.after.get("due_on")
    return str(due) if due and due != event.before.get("due_on") else ""
