"""The steps of a duty's life as they are said: sign, plan, check, accept, return, close, and the way back."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from db.life import Phase
from db.models import Duty
from handlers.asking import REASON, forget_question, remember_question
from handlers.dates import as_written, find_date, read_due
from handlers.numbers import duties_of_word, find_duty
from handlers.reading import is_amount, read_duty, read_total, unknown_region
from handlers.request import Call
from rules.refusal import Refusal, Why
from rules.steps import BY_NAME, STEPS, Need, Step, is_open, steps_open
from services import evidence, life, queueing, steps
from services.agenda import open_duties_for
from services.steps import Taken
from text.reply import N_, Button, Reply
from text.step_words import BUTTON, DONE_SAID

MOST_CHOICES = 6
MOST_DAYS = 365  # of a public notice
CLEAR = frozenset({"ok", "未反弹", "没反弹", "没有反弹", "正常", "完好"})
RELAPSED = frozenset({"反弹", "relapsed"})
PHASES = {
    "plan": Phase.PAPER, "selfcheck": Phase.CHECK, "check": Phase.CHECK, "recheck": Phase.CHECK, "done": Phase.AFTER,
}  # fmt: skip
_DAYS = re.compile(r"(\d{1,3})(?:天|日|days?)?$")
_CLAUSES = re.compile(r"[;；\n。]+")
_PERCENT = re.compile(r"(\d{1,3})\s*[%％]")
_INTO = re.compile(r"(?:并入|合并到|合并入)")

Deed = Callable[[Duty, str], Taken]


def sign(call: Call) -> Reply:
    """Sign for duties, or take over one that was offered."""
    return _several(call, "sign", lambda duty: life.sign(call.session, call.office, call.act, duty))


def accept(call: Call) -> Reply:
    """Accept what was reported done."""
    return _several(call, "accept", lambda duty: _judge(call, "accept")(duty, ""))


def close(call: Call) -> Reply:
    """Strike duties off."""
    return _several(call, "close", lambda duty: _judge(call, "close")(duty, ""))


def resume(call: Call) -> Reply:
    """Let the clock of suspended duties run on."""
    return _several(call, "resume", lambda duty: _judge(call, "resume")(duty, ""))


def selfcheck(call: Call) -> Reply:
    """Write down that the county checked the work itself, with what it found if that was said."""
    duty, words = one_duty(call, "selfcheck")
    return _take(call, duty, "selfcheck", lambda: _judge(call, "selfcheck")(duty, as_written(call, words)))


def check(call: Call) -> Reply:
    """Write down what the city's check on the spot found; the duty still waits for the decision."""
    return _with_reason(call, "check", _judge(call, "check"))


def send_back(call: Call) -> Reply:
    """Return what was reported, with the reason; the common ones are buttons."""
    return _with_reason(call, "return", _judge(call, "return"))


def suspend(call: Call) -> Reply:
    """Stop the clock of a duty, for a reason."""
    return _with_reason(call, "suspend", _judge(call, "suspend"))


def long_term(call: Call) -> Reply:
    """Make a duty a standing requirement."""
    return _with_reason(call, "longterm", _judge(call, "longterm"))


def keep(call: Call) -> Reply:
    """Leave a duty with the county that called it another's."""
    return _with_reason(
        call, "keep", lambda duty, reason: life.keep(call.session, call.office, call.act, duty, reason)
    )  # fmt: skip


def decline(call: Call) -> Reply:
    """Say that a duty is not the county's own, or give back one that was offered."""
    return _with_reason(
        call, "decline", lambda duty, reason: life.decline(call.session, call.office, call.act, duty, reason)
    )  # fmt: skip


def transfer(call: Call) -> Reply:
    """Offer a duty to another county: /transfer NUMBER COUNTY REASON."""
    duty, words = one_duty(call, "transfer")
    _check_now(call, "transfer", duty)
    words = " ".join(words).split()  # an answer to our question comes as one
    if not words:
        return _ask(call, "transfer", duty, f"/transfer {duty.number}", choices=_counties(call, duty))
    to = call.gazetteer.exact(words[0])
    if to is None:
        raise unknown_region(call, words[0])
    reason = as_written(call, words[1:]) or duty.declined
    if not reason:
        return _ask(call, "transfer", duty, f"/transfer {duty.number} {to.name}")
    return _take(
        call, duty, "transfer", lambda: life.transfer(call.session, call.office, call.act, duty, to, reason)
    )  # fmt: skip


def plan(call: Call) -> Reply:
    """Write down a plan; the days and shares in its clauses become milestones."""
    duty, words = one_duty(call, "plan")
    _check_now(call, "plan", duty)
    text = as_written(call, words)
    if not text and not call.request.attachments:
        return _ask(call, "plan", duty, f"/plan {duty.number}")
    text = text or duty.measures
    milestones = _milestones(call, text, duty)
    return _take(
        call, duty, "plan", lambda: life.plan(call.session, call.office, call.act, duty, text, milestones)
    )  # fmt: skip


def publish(call: Call) -> Reply:
    """Begin the public notice of accepted work: /publish NUMBER [DAYS] [WHERE]."""
    duty, words = one_duty(call, "publish")
    days = call.office.policy.notice_days
    if words and (said := _DAYS.match(words[0])):
        days, words = int(said[1]), words[1:]
        if not 0 < days <= MOST_DAYS:
            raise Refusal(Why.BAD_DAYS, days=days)
    where = as_written(call, words)
    return _take(
        call, duty, "publish", lambda: life.publish(call.session, call.office, call.act, duty, days, where)
    )  # fmt: skip


def recheck(call: Call) -> Reply:
    """Write down a re-check of closed work: /recheck NUMBER ok [WORDS]; else ask what was found."""
    duty, words = one_duty(call, "recheck")
    _check_now(call, "recheck", duty)
    if words and words[0].lower() in CLEAR:
        found = as_written(call, words[1:])
        return _take(call, duty, "recheck", lambda: _judge(call, "recheck")(duty, found))
    if words and words[0] in RELAPSED:
        return relapse(call)
    choices = [(call.speech.word(N_("未反弹")), f"/recheck {duty.number} ok")]
    choices.append((call.speech.word(N_("反弹")), f"/relapse {duty.number}"))
    return _ask(call, "recheck", duty, "", choices=choices)


def relapse(call: Call) -> Reply:
    """Reopen closed work: /relapse NUMBER DEADLINE [AREA that relapsed] REASON."""
    duty, words = one_duty(call, "relapse")
    _check_now(call, "relapse", duty)
    said = " ".join(word for word in words if word not in RELAPSED).split()
    due, rest = read_due(call, said, call.today)
    if due is None:
        return _ask(call, "relapse_date", duty, f"/relapse {duty.number}")
    left, rest = _left(rest, duty)
    reason = as_written(call, rest)
    if not reason:
        return _ask(call, "relapse", duty, f"/relapse {duty.number} {due}")
    return _take(
        call, duty, "relapse", lambda: life.relapse(call.session, call.office, call.act, duty, due, left, reason)
    )  # fmt: skip


def void(call: Call) -> Reply:
    """Take a duty out of the ledger: /void NUMBER REASON, or /void NUMBER 并入 NUMBER REASON."""
    duty, words = one_duty(call, "void")
    _check_now(call, "void", duty)
    into, words = _into(call, " ".join(words).split())
    reason = as_written(call, words) or (call.speech.word(N_("重复下发")) if into else "")
    if not reason:
        return _ask(call, "void", duty, f"/void {duty.number}")
    return _take(
        call, duty, "void", lambda: life.void(call.session, call.office, call.act, duty, reason, into)
    )  # fmt: skip


# --- what is meant


def duties_meant(call: Call, command: str) -> tuple[list[Duty], list[str]]:
    """Return the duties that the first words name, and the other words; without one, those of the message quoted."""
    duties: list[Duty] = []
    words = list(call.words)
    while words and (duties == [] or not is_amount(words[0])) and (found := duties_of_word(call, words[0])):
        duties += found
        words.pop(0)
    if not duties:
        duties = [duty for number in call.quoted if (duty := find_duty(call, number))]
    if not duties and words:
        duties = [read_duty(call, words.pop(0))]
    if not duties:
        raise _which(call, command)
    return list({duty.number: duty for duty in duties}.values()), words


def _which(call: Call, command: str) -> Refusal:
    """Ask which duty is meant, with the likeliest: those on which the person may take the step now."""
    here = open_duties_for(call.session, call.known, call.today)
    here += [one.duty for one in queueing.to_judge(call.session, call.office, call.known, call.today)]
    near = [duty for duty in here if call.may_see(duty) and _may_take(call, command, duty)][:MOST_CHOICES]
    choices = tuple((duty.number, f"/{command} {duty.number}") for duty in near)
    return Refusal(Why.WHICH_DUTY if near else Why.NO_NUMBER, choices=choices, command=command)


def _may_take(call: Call, command: str, duty: Duty) -> bool:
    return is_open(command, steps.stage(call.session, call.office, call.known, duty, call.today))


def one_duty(call: Call, command: str) -> tuple[Duty, list[str]]:
    """Return the one duty that is meant, and the words behind it; of several, ask."""
    duties, words = duties_meant(call, command)
    if len(duties) > 1:
        rest = as_written(call, words)
        choices = [(duty.number, f"/{command} {duty.number} {rest}".strip()) for duty in duties[:MOST_CHOICES]]
        raise Refusal(Why.WHICH_DUTY, choices=tuple(choices))
    return duties[0], words


def _into(call: Call, words: list[str]) -> tuple[Duty | None, list[str]]:
    """Read 并入 DC-2026-005; the words that are left are the reason."""
    joined = _INTO.match(words[0]) if words else None
    if joined is None:
        return None, words
    words = [word for word in (words[0][joined.end() :], *words[1:]) if word]
    if not words:
        raise Refusal(Why.NO_NUMBER, command="void")
    return read_duty(call, words[0]), words[1:]


def _left(words: Sequence[str], duty: Duty) -> tuple[Decimal, Sequence[str]]:
    """Read how much relapsed; nothing said: all of it. Return what is still in order, in mu."""
    if words and is_amount(words[0]):
        return max(duty.rectified_area_mu - read_total(words[0], Decimal(0)), Decimal(0)), words[1:]
    return Decimal(0), words


def _milestones(call: Call, text: str, duty: Duty) -> list[dict[str, Any]]:
    """Read the clauses that name a day: until when how much is to be done; none may lie after the deadline."""
    found: list[dict[str, Any]] = []
    for clause in _CLAUSES.split(text):
        understood = find_date(call, clause)
        if understood is None or understood.when is None:
            continue
        due = understood.when.date()
        if duty.due_on and due > duty.due_on:
            raise Refusal(Why.MILESTONE_LATE, number=duty.number, due=due, due_on=duty.due_on)
        share = _PERCENT.search(clause)
        percent = min(int(share[1]), 100) if share else None
        found.append({"due_on": due.isoformat(), "words": clause.strip(), "percent": percent})
    return sorted(found, key=lambda one: str(one["due_on"]))


# --- doing it


def _several(call: Call, command: str, deed: Callable[[Duty], Taken]) -> Reply:
    """Take a step on every duty that is named, or on none."""
    duties, words = duties_meant(call, command)
    if words:
        raise Refusal(Why.UNKNOWN_WORD, word=words[0])
    for duty in duties:
        keep_proofs(call, duty, command)
    return answer_steps(call, [deed(duty) for duty in duties])


def _with_reason(call: Call, command: str, deed: Deed) -> Reply:
    """Take a step on one duty for a reason; one that is missing is asked for."""
    duty, words = one_duty(call, command)
    _check_now(call, command, duty)
    reason = as_written(call, words)
    if not reason:
        common = call.office.policy.return_reasons if command == "return" else ()
        choices = [(one, f"/return {duty.number} {one}") for one in common]
        return _ask(call, command, duty, f"/{command} {duty.number}", choices=choices)
    return _take(call, duty, command, lambda: deed(duty, reason))


def _take(call: Call, duty: Duty, command: str, deed: Callable[[], Taken]) -> Reply:
    keep_proofs(call, duty, command)
    return answer_steps(call, [deed()])


def _judge(call: Call, name: str) -> Deed:
    return lambda duty, reason: life.judge(call.session, call.office, call.act, BY_NAME[name], duty, reason)


def keep_proofs(call: Call, duty: Duty, command: str) -> None:
    """Keep what came with the words as proof, before the step asks whether there is any."""
    if call.request.attachments:
        evidence.keep(
            call.session, call.act, call.request.attachments, duty=duty, phase=PHASES.get(command),
            album=call.request.album,
        )  # fmt: skip


def _check_now(call: Call, command: str, duty: Duty) -> None:
    """Refuse at once what the person may not do now: nobody types a reason for nothing."""
    steps.check(call.session, call.office, call.act, _step(command, duty), duty, given=tuple(Need))


def _step(command: str, duty: Duty) -> Step:
    """Return the step that a command takes from where the duty is."""
    named = [step for step in STEPS if command in (step.name, step.command)]
    return next((step for step in named if duty.status in step.moves), named[0])


# --- saying it


def answer_steps(call: Call, taken: Sequence[Taken]) -> Reply:
    """Say what was done, what follows, and who is told."""
    forget_question(call)
    first = taken[0]
    rows = [(call.button(N_("撤销"), f"/undo {first.event.id}"), *_follow(call, first))]
    unreached = {one.id: one for step in taken for one in step.unreached}.values()
    told = {one.id: one for step in taken for one in step.told if one not in step.unreached}.values()
    return call.reply(
        "stepped", *rows, steps=[_said(call, one) for one in taken], names_people=call.names_people,
        told=[one.name if call.names_people else one.post for one in told],
        unreached=[one.name if call.names_people else one.post for one in unreached],
        numbers=[one.duty.number for one in taken], replaces=True,
    )  # fmt: skip


def _said(call: Call, taken: Taken) -> dict[str, Any]:
    duty = taken.duty
    to = call.gazetteer.get(duty.transfer_to_id).name if duty.transfer_to_id else ""
    return {
        "taken": taken, "duty": duty, "step": taken.step.name, "said": DONE_SAID[taken.step.kind], "to": to,
        "county": _county(call, duty), "proofs": evidence.count(call.session, duty),
    }  # fmt: skip


def _follow(call: Call, taken: Taken) -> tuple[Button, ...]:
    """Offer what comes next: the reviewer's next card, or the duty."""
    if taken.step.name in ("accept", "return", "close", "check"):
        return (call.button(N_("下一件"), "/queue"),)
    return (call.button(N_("查看"), f"/duty {taken.duty.number}"),)


def _ask(
    call: Call, step: str, duty: Duty, command: str, choices: Sequence[tuple[str, str]] = ()
) -> Reply:  # fmt: skip
    """Ask for what is missing, with its likeliest values as buttons."""
    if command:
        remember_question(call, command, REASON)
    buttons = [Button(label=label, command=said) for label, said in choices]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    return call.reply(
        "step_question", *rows, step=step, duty=duty, county=_county(call, duty), is_group=call.request.is_group,
        numbers=[duty.number],
    )  # fmt: skip


def _counties(call: Call, duty: Duty) -> list[tuple[str, str]]:
    others = [county for county in call.gazetteer.counties if county.id != duty.region_id]
    return [(county.name, f"/transfer {duty.number} {county.name}") for county in others]


def _county(call: Call, duty: Duty) -> str:
    return call.gazetteer.get(duty.region_id).name


def step_buttons(call: Call, duty: Duty) -> list[Button]:
    """Offer the steps that the person may take on the duty now, but for reporting, which has its own buttons."""
    if call.person is None:
        return []
    here = steps.stage(call.session, call.office, call.person, duty, call.today)
    open_ = [step for step in steps_open(here) if step.name in ON_CARD]
    return [call.button(BUTTON[step.name], f"/{step.command or step.name} {duty.number}") for step in open_]


# what a card offers; the rest is rare, and typed
ON_CARD = frozenset({"sign", "take", "give_back", "selfcheck", "accept", "return", "publish", "close", "resume"})
