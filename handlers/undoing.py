"""/undo: take back one's last deed, or the one whose button was pressed; each kind by what did it."""

from collections.abc import Callable, Mapping

from db.models import Event
from handlers import assigning, cases, commitments, people
from handlers.request import Call
from rules.refusal import Refusal, Why
from services import cases as found_cases
from services import commitments as promises
from services import people as officials
from services import steps
from services.assigning import ASSIGNED
from services.undoing import deed_meant
from text.reply import Reply

LONGEST_ID = 18  # digits


def undo(call: Call) -> Reply:
    """Take back what the person did last, whatever it was; nothing older in its place."""
    word = call.words[0] if call.words else None
    if word is not None and not (word.isdecimal() and len(word) <= LONGEST_ID):
        raise Refusal(Why.NOTHING_TO_UNDO)
    event = deed_meant(call.session, call.act, int(word) if word else None, TAKEN_BACK_BY)
    return TAKEN_BACK_BY[event.kind](call, event)


def _steps(call: Call, event: Event) -> Reply:
    undone = steps.undo(call.session, call.office, call.act, event)
    elsewhere = [report.duty for report in undone if not call.may_see(report.duty)]
    if elsewhere:  # what happens in one county is not said in another's group
        raise Refusal(Why.PRIVATE_ONLY)
    numbers = [report.duty.number for report in undone]
    return call.reply("undone", reports=undone, numbers=numbers, replaces=True)


# the kind of a deed -> what takes it back
TAKEN_BACK_BY: Mapping[str, Callable[[Call, Event], Reply]] = {
    **dict.fromkeys(steps.UNDOABLE, _steps),
    **dict.fromkeys(found_cases.UNDOABLE, cases.undo),
    **dict.fromkeys(officials.UNDOABLE, people.undo),
    promises.COMMITTED: commitments.undo,
    ASSIGNED: assigning.undo,
}
