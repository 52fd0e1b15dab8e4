"""/assign: a new duty is understood, what is missing is asked for, and one confirmation of the card writes it."""

from collections.abc import Iterable, Sequence

from db.models import Event, Level, Person
from handlers.asking import forget_question, remember_question
from handlers.drafting import (
    BY_NAME,
    PARTS,
    Choices,
    Drafting,
    Part,
    Trouble,
    begin,
    check_drafter,
    command_for,
    is_order,
    missing_part,
    read_words,
    understood,
)
from handlers.request import Call
from rules.refusal import Refusal, Why
from services import assigning, cases
from text.reply import N_, Button, Reply

CONFIRM, CANCEL = "yes", "no"
SHORT_LABEL = 6  # characters; of labels no longer three go in a row
CHANGES = {
    "county": N_("改县"), "due": N_("改时限"), "area": N_("改面积"), "person": N_("改责任人"), "stream": N_("改类别"),
    "text": N_("改内容"),
}  # fmt: skip


def assign(call: Call) -> Reply:
    """Draft a new duty: /assign COUNTY DEADLINE TEXT; the words of a draft's own buttons carry it on."""
    if call.request.is_group and call.group is None:
        raise Refusal(Why.GROUP_NOT_BOUND)
    said, rest = read_words(call.words)
    go, asked = said.pop("go", ""), said.pop("ask", "")
    known = said if {"draft", "by"} <= said.keys() else begin(call, said, rest)
    _check_own(call, known)
    if go == CANCEL:
        forget_question(call)
        return call.reply("assign_cancelled", replaces=True)
    if asked in BY_NAME and rest:
        return _go_on(call, _with_answer(call, known, BY_NAME[asked], " ".join(rest)))
    return _go_on(call, known, asked=asked, confirmed=go == CONFIRM)


def undo(call: Call, event: Event) -> Reply:
    """Take back an assignment."""
    cases.take_duty_back(call.session, call.act, event)
    taken = assigning.take_back(call.session, call.office, call.act, event)
    if not call.may_see(taken.duty):  # what happens in one county is not said in another's group
        raise Refusal(Why.PRIVATE_ONLY)
    county = call.gazetteer.get(taken.duty.region_id).name
    return call.reply("assign_undone", taken=taken, county=county, names_people=call.names_people, replaces=True)


def _check_own(call: Call, known: dict[str, str]) -> None:
    """Refuse a draft that somebody else has begun, or that was written already."""
    check_drafter(call, known["by"])
    assigning.check_unwritten(call.session, known["draft"])


def _with_answer(call: Call, known: dict[str, str], part: Part, answer: str) -> dict[str, str]:
    """Put an answer into its part; what is to be done may say what else is missing: 3号图斑20亩整改."""
    if part.name == "text":
        return {**understood(call, answer), **part.put(known, answer)}
    return begin(call, {}, [answer]) if is_order(call, answer) else part.put(known, answer)


def _go_on(call: Call, known: dict[str, str], *, asked: str = "", confirmed: bool = False) -> Reply:
    """Read part after part; the first that is missing, not understood or to be changed is asked for."""
    drafting = Drafting(call, {name: known[name] for name in ("draft", "by", "case") if name in known})
    if missing := missing_part(drafting, known, PARTS, asked):
        part, trouble = missing
        return _ask(drafting, {**known, part.name: ""} if trouble else known, part, trouble)
    forget_question(call)
    return _write(call, drafting) if confirmed else _card(call, drafting)


def _card(call: Call, drafting: Drafting) -> Reply:
    draft, known = drafting.draft, drafting.known
    officials = assigning.officials_of(call.session, draft, call.today)
    yes = call.button(N_("确认下达"), command_for(known, go=CONFIRM))
    changes = [call.button(label, command_for(known, ask=name)) for name, label in CHANGES.items()]
    return call.reply(
        "assign_card", (yes,), *_in_rows(changes, 3), (_cancel(call, known),), draft=draft,
        number=assigning.number_for(call.session, draft.workstream, call.today),
        days_left=(draft.due_on - call.today).days if draft.due_on else None,
        officials=[_named(call, officials[level]) for level in (Level.RESPONSIBLE, Level.DEPUTY, Level.PRINCIPAL)],
        replaces=True,
    )  # fmt: skip


def _named(call: Call, persons: Iterable[Person]) -> str:
    """Name officials; in a group only by their posts."""
    return "、".join(one.name if call.names_people else one.post for one in persons)


def _write(call: Call, drafting: Drafting) -> Reply:
    assigned = assigning.assign(call.session, call.office, call.act, drafting.draft)
    if case := cases.by_number(call.session, drafting.known.get("case", "")):
        cases.give_out(call.session, call.act, case, assigned.duty)
    number = assigned.duty.number
    undo_, look = call.button(N_("撤销"), f"/undo {assigned.event.id}"), call.button(N_("查看"), f"/duty {number}")
    told = [person for person in assigned.told if person not in assigned.unreached]
    return call.reply(
        "assign_done", (undo_, look), assigned=assigned, county=drafting.county.name, told=_named(call, told),
        unreached=_named(call, assigned.unreached), numbers=[number], replaces=True,
    )  # fmt: skip


# --- what is missing is asked for


def _ask(drafting: Drafting, known: dict[str, str], part: Part, trouble: Trouble | None = None) -> Reply:
    """Ask for a part with buttons for its likeliest values, and remember what the answer completes."""
    call, known = drafting.call, {**known, **drafting.known}
    remember_question(call, command_for(known, ask=part.name), part.name)
    choices = part.choices(drafting, trouble.word if trouble else "")
    buttons = [Button(label=label, command=command_for(part.put(known, value))) for label, value in choices]
    rows = [*_in_rows(buttons, _a_row(choices)), (_cancel(call, known),)]
    so_far = {one.name: drafting.known.get(one.name, "") for one in PARTS}
    return call.reply(
        "assign_question", *rows, part=part.name, so_far=so_far, trouble=trouble, is_group=call.request.is_group,
        replaces=True,
    )  # fmt: skip


def _cancel(call: Call, known: dict[str, str]) -> Button:
    return call.button(N_("取消"), command_for({name: known[name] for name in ("draft", "by")}, go=CANCEL))


def _a_row(choices: Choices) -> int:
    return 3 if all(len(label) <= SHORT_LABEL for label, _ in choices) else 2


def _in_rows(buttons: Sequence[Button], count: int) -> list[tuple[Button, ...]]:
    return [tuple(buttons[start : start + count]) for start in range(0, len(buttons), count)]
