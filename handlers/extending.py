"""/extend, /decide, /extensions: a later deadline is asked for, and the head of the office decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from db.models import Duty, Extension, Person
from handlers.asking import REASON, expected, forget_question, remember_question
from handlers.dates import as_written, read_due
from handlers.numbers import find_duty
from handlers.reading import read_duty
from handlers.request import Call
from rules.extensions import check_may_decide, check_new_deadline, is_late, may_decide, overdue_days
from rules.lights import done_percent
from rules.refusal import Refusal, Why
from services import extending
from services.agenda import open_duties_for
from services.extending import Extending
from services.reporting import check_may_report
from text.reply import DECISION_WORDS, N_, Button, Reply

MOST_CHOICES = 6
MOST_SHOWN = 5  # with their buttons, one phone screen
LONGEST_ID = 18  # digits
DUE = "due"  # what a question of ours expects, beside REASON
DECISIONS = {
    **dict.fromkeys(("yes", "同意", "批准", "准", "可以", "是"), "yes"),
    **dict.fromkeys(("change", "改期"), "change"),
    **dict.fromkeys(("no", "不同意", "不批准", "不批", "驳回", "否"), "no"),
}


def extend(call: Call) -> Reply:
    """Ask for a later deadline of one duty: /extend NUMBER DATE REASON."""
    duty, words = _duty_meant(call)
    behalf_of = check_may_report(call.session, call.act, duty, call.today)
    present = extending.check_may_ask(call.session, duty, call.office.policy)
    said = _read_answer(call, words, present)
    if said.due is None:
        return _ask_for(call, DUE, f"/extend {duty.number} {said.rest}", duty)
    check_new_deadline(duty, said.due, call.today, call.office.policy)
    if not said.rest:
        return _ask_for(call, REASON, f"/extend {duty.number} {said.due}", duty, due=said.due)
    asked = extending.ask(call.session, call.act, call.office, duty, said.due, said.rest, behalf_of)
    forget_question(call)
    return call.reply(
        "extend_asked", asked=asked, county=_county(call, duty), days=(said.due - present).days, behalf_of=behalf_of,
        overdue=overdue_days(asked.extension, call.today), names_people=call.names_people, numbers=[duty.number],
    )  # fmt: skip


def decide(call: Call) -> Reply:
    """Decide a request: /decide ID yes|no [DATE] [WHY]; without a decision, show it with its buttons."""
    if not call.words:
        return extensions(call)
    extension, duty = _request_meant(call)
    check_may_decide(call.known, extension, call.today)
    decision = DECISIONS.get(call.words[1].lower()) if len(call.words) > 1 else None
    if decision is None:
        return _list(call, [(extension, duty)])
    return _refuse(call, extension, duty) if decision == "no" else _approve(call, extension, duty, decision)


def extensions(call: Call) -> Reply:
    """List the requests that wait for a decision; with a duty and a date, ask for one."""
    if call.words:
        return extend(call)
    here = [(one, duty) for one, duty in extending.open_requests(call.session) if call.may_see(duty)]
    return _list(call, here)


def _approve(call: Call, extension: Extension, duty: Duty, decision: str) -> Reply:
    said = _read_answer(call, call.words[2:], extension.due_before)
    if said.due is None and decision == "change":
        return _ask_for(call, DUE, f"/decide {extension.id} change {said.rest}", duty, decides=True)
    if said.due is None and any(character.isdigit() for character in said.rest):  # a date that was not understood
        raise Refusal(Why.BAD_DATE, word=said.rest)
    due = said.due or extension.due_asked
    return _decided(
        call, extending.approve(call.session, call.act, call.office, extension, due, said.rest)
    )  # fmt: skip


def _refuse(call: Call, extension: Extension, duty: Duty) -> Reply:
    why = as_written(call, call.words[2:])
    if not why:
        return _ask_for(call, REASON, f"/decide {extension.id} no", duty, decides=True)
    return _decided(call, extending.refuse(call.session, call.act, call.office, extension, why))


def _decided(call: Call, decided: Extending) -> Reply:
    forget_question(call)
    duty = decided.duty
    overdue = overdue_days(decided.extension, call.today)
    look = call.button(N_("查看"), f"/duty {duty.number}")
    return call.reply(
        "extend_decided", (look,), decided=decided, county=_county(call, duty), overdue=overdue,
        names_people=call.names_people, numbers=[duty.number],
    )  # fmt: skip


def _list(call: Call, requests: Sequence[tuple[Extension, Duty]]) -> Reply:
    shown = requests[:MOST_SHOWN]
    lines = [
        {"extension": one, "duty": duty, "county": _county(call, duty), "done": done_percent(duty),
         "overdue": overdue_days(one, call.today), "asked_by": _asked_by(call, one)}
        for one, duty in shown
    ]  # fmt: skip
    rows = [_decision_row(call, one, duty) for one, duty in shown if may_decide(call.person, one, call.today)]
    numbers = [duty.number for _one, duty in shown]
    return call.reply("extend_list", *rows, lines=lines, count=len(requests), numbers=numbers, stays=True)


def _decision_row(call: Call, extension: Extension, duty: Duty) -> tuple[Button, ...]:
    yes, *others = [call.button(word, f"/decide {extension.id} {code}") for code, word in DECISION_WORDS.items()]
    return (Button(label=f"{duty.number} {yes.label}", command=yes.command), *others)


def _asked_by(call: Call, extension: Extension) -> Person | None:
    if not call.names_people:
        return None
    return call.session.get(Person, extension.behalf_of_id or extension.asked_by_id)


def _county(call: Call, duty: Duty) -> str:
    return call.gazetteer.get(duty.region_id).name


# --- what is meant


def _duty_meant(call: Call) -> tuple[Duty, tuple[str, ...]]:
    """Return the duty and the words behind its number; without a number, the duty of the message replied to."""
    if call.words and (named := find_duty(call, call.words[0])):
        return named, call.words[1:]
    quoted = [duty for number in call.quoted if (duty := find_duty(call, number))]
    if len(quoted) == 1:
        return quoted[0], call.words
    if call.words and not quoted:
        return read_duty(call, call.words[0]), ()
    mine = quoted or [d for d in open_duties_for(call.session, call.known, call.today) if call.may_see(d) and d.due_on]
    choices = tuple((duty.number, f"/extend {duty.number}") for duty in mine[:MOST_CHOICES])
    raise Refusal(Why.WHICH_DUTY if choices else Why.NO_NUMBER, choices=choices, command="extend")


def _request_meant(call: Call) -> tuple[Extension, Duty]:
    """Return a request by its own number or by its duty's, if the duty may be spoken of here."""
    word = call.words[0]
    if named := find_duty(call, word):
        found = [one for one, duty in extending.open_requests(call.session) if duty.id == named.id]
        if not found:
            raise Refusal(Why.NO_EXTENSION)
        return found[0], named
    if not (word.isdecimal() and len(word) <= LONGEST_ID):
        raise Refusal(Why.NO_EXTENSION)
    extension = extending.find_request(call.session, int(word))
    duty = call.session.get_one(Duty, extension.duty_id)
    if not call.may_see(duty):  # what happens in one county is not said in another's group
        raise Refusal(Why.NO_EXTENSION)
    return extension, duty


# --- dates and reasons


@dataclass(frozen=True, kw_only=True)
class _Said:
    """The new deadline, and what else was said."""

    due: date | None
    rest: str


def _read_answer(call: Call, words: Sequence[str], present: date) -> _Said:
    """Read [date] [reason] in either order; what answers a question of ours is what was asked for."""
    answers = bool(words) and words[-1] == call.request.text.strip()
    asked_for = expected(call) if answers else ""
    begun, answer = (words[:-1], words[-1].split()) if asked_for else ((), list(words))
    if asked_for == REASON:  # whatever days it speaks of, the new deadline was said before
        due, begun = read_due(call, begun, present)
        return _Said(due=due, rest=" ".join((*begun, *answer)))
    due, rest = read_due(call, answer, present)
    if due is None and asked_for == DUE:
        raise Refusal(Why.BAD_DATE, word=words[-1])
    return _Said(due=due, rest=" ".join(part for part in (*begun, as_written(call, rest)) if part))


# --- what is missing is asked for


def _ask_for(call: Call, expects: str, command: str, duty: Duty, **facts: object) -> Reply:
    """Ask for the date or the reason, and remember what the answer completes."""
    remember_question(call, command, expects)
    known = {"due": None, "decides": False, "late": is_late(duty, call.today)} | facts
    return call.reply(
        "extend_question", duty=duty, expects=expects, is_group=call.request.is_group, numbers=[duty.number], **known
    )  # fmt: skip
