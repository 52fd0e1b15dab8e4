"""/commit, /commitments: what a leader promised is noted, and what came of it is said (表态兑现)."""

import re
from decimal import Decimal

from db.life import Commitment
from db.models import DueKind, Duty, Event, Person
from db.queries import people
from handlers.areas import said_areas
from handlers.asking import forget_question, remember_question
from handlers.dates import as_written
from handlers.drafting import (
    LONGEST_TEXT,
    Drafting,
    Part,
    Trouble,
    check_drafter,
    command_for,
    county_choices,
    day_choices,
    missing_part,
    new_draft,
    no_choices,
    read_area_word,
    read_county,
    read_due,
    read_words,
    with_unknown_county,
)
from handlers.numbers import find_duty
from handlers.paging import count_pages, on_page, turn_pages
from handlers.reading import is_city, read_duty, read_scope
from handlers.request import Call
from handlers.sentences import words_of
from rules.commitments import Fulfilment
from rules.officials import in_post
from rules.refusal import Refusal, Why
from services import commitments
from services.commitments import Promise
from text.grammar.pieces import Kind, Piece, cut
from text.quantities import say_area
from text.reply import N_, Button, Reply

PAGE_SIZE = 5
CHOICES_A_ROW = 3
CONFIRM, CANCEL = "yes", "no"
FARMLAND = "耕地"  # in front of an amount that is of farmland
_OF_FARMLAND = re.compile(
    r"(?:耕地|farmland)\s*(?P<behind>.+)|(?P<before>.+?)(?:的|of)?\s*(?:耕地|farmland)", re.IGNORECASE
)
_MEETING = re.compile(r"(?P<meeting>[^\s,，。;；:：、]{1,20}会)(?:议)?上")


def commit(call: Call) -> Reply:
    """Draft a promise: /commit COUNTY|NUMBER DATE AMOUNT [WORKSTREAM] [TEXT]; its own buttons carry it on."""
    said, rest = read_words(call.words)
    go, asked = said.pop("go", ""), said.pop("ask", "")
    known = said if {"draft", "by"} <= said.keys() else _begin(call, as_written(call, rest))
    check_drafter(call, known["by"])
    commitments.check_unwritten(call.session, known["draft"])
    if go == CANCEL:
        forget_question(call)
        return call.reply("assign_cancelled", replaces=True)
    if asked and rest:
        known = {**known, asked: " ".join(rest)}
    drafting = Drafting(call, {name: known[name] for name in KEPT if name in known})
    if missing := missing_part(drafting, known, PARTS):
        part, trouble = missing
        return _ask(drafting, {**known, part.name: ""}, part, trouble)
    forget_question(call)
    return _write(call, _promise(drafting)) if go == CONFIRM else _card(call, drafting)


def list_(call: Call) -> Reply:
    """Say what became of each promise, oldest first: /commitments [COUNTY]."""
    scope = read_scope(call)
    ids = [county.id for county in call.gazetteer.below(scope.region) if county.id is not None]
    promises = commitments.of_counties(call.session, ids, call.today)
    command = f"/commitments {scope.region.name}"
    pages = count_pages(scope.page, len(promises), PAGE_SIZE, command)
    shown = on_page(promises, scope.page, PAGE_SIZE)
    return call.reply(
        "commitments", turn_pages(call, command, scope.page, pages), region=scope.region,
        lines=[describe(call, one) for one in shown], count=len(promises), page=scope.page, pages=pages,
        outcomes=[one.outcome for one in promises], replaces=True,
    )  # fmt: skip


def undo(call: Call, event: Event) -> Reply:
    """Withdraw a promise."""
    commitment = commitments.undo(call.session, call.act, event, call.office.policy)
    if not call.may_read(call.gazetteer.get(commitment.region_id)):  # not said in another county's group
        raise Refusal(Why.PRIVATE_ONLY)
    return call.reply("commit_undone", **_said(call, commitment), replaces=True)


def describe(call: Call, one: Fulfilment) -> dict[str, object]:
    """Return what is said of a promise and of what came of it."""
    return {"one": one, **_said(call, one.commitment)}


def _said(call: Call, commitment: Commitment) -> dict[str, object]:
    duty = call.session.get(Duty, commitment.duty_id) if commitment.duty_id else None
    return {
        "commitment": commitment, "county": call.gazetteer.get(commitment.region_id).name,
        "number": duty.number if duty else "", "who": _who(call, commitment.person_id),
        "stream": call.office.policy.workstream(commitment.workstream) if commitment.workstream else None,
    }  # fmt: skip


def _who(call: Call, person_id: int | None) -> str:
    """Name who promised; in a group only by the post."""
    person = call.session.get(Person, person_id) if person_id else None
    if person is None:
        return ""
    return f"{person.name}（{person.post}）" if call.names_people else person.post


# --- a promise while it is being drafted


def _begin(call: Call, text: str) -> dict[str, str]:
    """Return what a first line says of a promise."""
    if len(text) > LONGEST_TEXT:
        raise Refusal(Why.LONG_TEXT, most=LONGEST_TEXT)
    pieces = cut(text, words_of(call))
    meeting = _MEETING.search(text)
    said = {
        **new_draft(call), **_whose(call, text, pieces), "due": _first(pieces, Kind.DAY),
        "area": _amount(call, text, pieces), "meeting": meeting["meeting"] if meeting else "", "text": text,
        "stream": next((piece.value for piece in pieces if piece.kind == Kind.STREAM), ""),
    }  # fmt: skip
    county = call.gazetteer.exact(said["county"]) if said.get("county") else None
    said["person"] = _official(call, county.id if county else None, _first(pieces, Kind.PERSON))
    return {name: word for name, word in said.items() if word}


def _whose(call: Call, text: str, pieces: list[Piece]) -> dict[str, str]:
    """Return the duty and its county, or the county that is named; in a county's group it is that one."""
    numbered = (piece for piece in pieces if piece.kind == Kind.NUMBER and piece.value[0].kind)
    first, _, _ = text.partition(" ")
    if number := next(numbered, None):
        duty: Duty | None = read_duty(call, number.text)
    else:
        duty = find_duty(call, first)
    if duty is not None:
        return {"duty": duty.number, "county": call.gazetteer.get(duty.region_id).name}
    places = [piece.value for piece in pieces if piece.kind == Kind.PLACE and not piece.value.guessed]
    if places:
        return {"county": places[0].name}
    unknown = with_unknown_county({"text": text}).get("county", "")
    return {"county": unknown or ("" if is_city(call.home) else call.home.name)}


def _amount(call: Call, text: str, pieces: list[Piece]) -> str:
    """Return the amount as a word: 50, 耕地50, or what is doubtful and is asked about."""
    areas = said_areas(call, text)
    if areas.area:
        is_farmland = areas.farmland == areas.area
        return (FARMLAND if is_farmland else "") + say_area(areas.area)
    bare = [piece.text for piece in pieces if piece.kind == Kind.BARE]
    return areas.doubtful or (bare[0] if len(bare) == 1 else "")


def _first(pieces: list[Piece], kind: Kind) -> str:
    return next((piece.text for piece in pieces if piece.kind == kind), "")


def _official(call: Call, county_id: int | None, name: str) -> str:
    """Return the id of the county's official of that name, if exactly one is in post."""
    found = [
        one for one in people(call.session)
        if name and one.name == name and one.region_id == county_id and in_post(one, call.today)
    ]  # fmt: skip
    return found[0].official_id if len(found) == 1 else ""


def _read_dated(drafting: Drafting, word: str) -> str:
    due = read_due(drafting, word)
    if due in (DueKind.IMMEDIATE, DueKind.LONG_TERM):
        raise Trouble("bad_date", word)
    return due


def _read_amount(drafting: Drafting, word: str) -> str:
    of_farmland = _OF_FARMLAND.fullmatch(word.strip())
    bare = (of_farmland["behind"] or of_farmland["before"]) if of_farmland else word
    amount = read_area_word(drafting, bare)
    if not Decimal(amount):
        raise Trouble("bad_area", word)
    return (FARMLAND if of_farmland else "") + amount


KEPT = ("draft", "by", "duty", "stream", "person", "meeting", "text")  # beside the parts that are asked for
PARTS = (
    Part(name="county", read=read_county, choices=county_choices),
    Part(name="due", read=_read_dated, choices=day_choices),
    Part(name="area", read=_read_amount, choices=no_choices),
)


def _promise(drafting: Drafting) -> Promise:
    call, known = drafting.call, drafting.known
    by_id = {person.official_id: person for person in people(call.session)}
    return Promise(
        key=known["draft"], county=drafting.county, due_on=drafting.due_on,
        area_mu=Decimal(known["area"].removeprefix(FARMLAND)), by_farmland=known["area"].startswith(FARMLAND),
        duty=read_duty(call, known["duty"]) if "duty" in known else None, workstream=known.get("stream", ""),
        person=by_id.get(known.get("person", "")), meeting=known.get("meeting", ""), words=known.get("text", ""),
    )  # fmt: skip


def _card(call: Call, drafting: Drafting) -> Reply:
    promise, known = _promise(drafting), drafting.known
    now = commitments.totals(
        call.session, call.today, promise.county.id or 0, promise.workstream, promise.duty,
        by_farmland=promise.by_farmland,
    )  # fmt: skip
    yes = call.button(N_("确认"), command_for(known, "commit", go=CONFIRM))
    person = promise.person
    return call.reply(
        "commit_card", (yes, _cancel(call, known)), promise=promise, who=_who(call, person.id if person else None),
        stream=call.office.policy.workstream(promise.workstream) if promise.workstream else None, now=now,
        days_left=(promise.due_on - call.today).days, replaces=True,
    )  # fmt: skip


def _write(call: Call, promise: Promise) -> Reply:
    commitment, event = commitments.commit(call.session, call.act, promise, call.today)
    undo_ = call.button(N_("撤销"), f"/undo {event.id}")
    look = call.button(N_("表态兑现"), f"/commitments {promise.county.name}")
    numbers = [promise.duty.number] if promise.duty else []
    return call.reply("commit_done", (undo_, look), **_said(call, commitment), numbers=numbers, replaces=True)


def _ask(drafting: Drafting, known: dict[str, str], part: Part, trouble: Trouble | None) -> Reply:
    """Ask for a part with buttons for its likeliest values, and remember what the answer completes."""
    call, known = drafting.call, {**known, **drafting.known}
    remember_question(call, command_for(known, "commit", ask=part.name), part.name)
    choices = part.choices(drafting, trouble.word if trouble else "")
    buttons = [Button(label=label, command=command_for({**known, part.name: one}, "commit")) for label, one in choices]
    rows = [tuple(buttons[start : start + CHOICES_A_ROW]) for start in range(0, len(buttons), CHOICES_A_ROW)]
    return call.reply(
        "commit_question", *rows, (_cancel(call, known),), part=part.name, trouble=trouble,
        is_group=call.request.is_group, replaces=True,
    )  # fmt: skip


def _cancel(call: Call, known: dict[str, str]) -> Button:
    return call.button(N_("取消"), command_for({name: known[name] for name in ("draft", "by")}, "commit", go=CANCEL))
