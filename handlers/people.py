"""/leave, /pause, /handover, /left, /unlink, /invite: people change, and the work goes on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import select

from db.models import Account, Event, Person
from db.queries import people as everybody
from handlers.dates import read_date
from handlers.request import Call
from rules.officials import stand_in
from rules.permission import may_bind
from rules.refusal import Refusal, Why
from services import identity, people
from text.reply import N_, Button, Reply

MOST_CHOICES = 6
BACK = ("销假", "恢复提醒")  # aliases that end what /leave and /pause begin
OFF = frozenset({"off", "结束", *BACK, "取消", "恢复"})
YES = "yes"
TO = frozenset({"to", "给", "至", "→"})
_BETWEEN = re.compile(r"\s*(?:至|到|~|—+|-{2,}|\bto\b|\buntil\b)\s*")


@dataclass(frozen=True, kw_only=True)
class _Aside:
    """Who steps aside from when until when, and who sees to his duties meanwhile; no days: he is back."""

    person: Person
    begin: date | None = None
    end: date | None = None
    delegate: Person | None = None


def leave(call: Call) -> Reply:
    """Note one's own leave, or for the office anybody's: /leave [PERSON] FROM TO [DELEGATE]; off ends it."""
    said = _read_aside(call)
    if said is None:
        return _aside_now(call, people.ON_LEAVE)
    return _aside_noted(
        call, people.take_leave(call.session, call.office, call.act, said.person, said.begin, said.end, said.delegate)
    )  # fmt: skip


def pause(call: Call) -> Reply:
    """Let one's own reminders, or for the office anybody's, go to a delegate: /pause [PERSON] UNTIL [DELEGATE]; off."""
    said = _read_aside(call)
    if said is None:
        return _aside_now(call, people.PAUSED)
    if said.begin != said.end and said.begin and said.begin > call.today:  # a pause begins at once
        raise Refusal(Why.BAD_DATE, word=" ".join(call.words))
    return _aside_noted(
        call, people.pause(call.session, call.office, call.act, said.person, said.end, said.delegate)
    )  # fmt: skip


def _aside_now(call: Call, kind: str) -> Reply:
    person = call.known
    stands_in = stand_in(person, everybody(call.session), call.today)
    return call.reply("aside_now", kind=kind, person=person, delegate=_delegate(call, person), stands_in=stands_in)


def _aside_noted(call: Call, changed: people.Changed) -> Reply:
    undo_ = call.button(N_("撤销"), f"/undo {changed.event.id}")
    return call.reply(
        "aside_noted", (undo_,), kind=changed.event.kind, person=changed.person,
        delegate=_delegate(call, changed.person), unreached=[one.name for one in changed.unreached],
        own=changed.person.id == call.known.id,
    )  # fmt: skip


def handover(call: Call) -> Reply:
    """Let one official's duties name another: /handover PERSON to PERSON; shown first, done at the button."""
    words = [word for word in call.words if word.lower() not in (*TO, YES)]
    if len(words) < 2:
        raise Refusal(Why.UNKNOWN_WORD, word=" ".join(words) or "/handover")
    half = next((at for at, word in enumerate(call.words) if word.lower() in TO), len(words) // 2)
    person = _person(call, words[:half])
    successor = _person(call, words[half:], near=person)
    people.check_successor(person, successor, call.today)
    if YES not in call.words:
        duties = people.duties_of(call.session, person)
        command = f"/handover {person.official_id} {successor.official_id} yes"
        rows = [(call.button(N_("确认交接"), command),)] if duties else []
        return call.reply("handover_card", *rows, person=person, successor=successor, duties=duties)
    taken = people.hand_over(call.session, call.office, call.act, person, successor)
    if not taken:
        return call.reply("handover_card", person=person, successor=successor, duties=[])
    undo_ = call.button(N_("撤销"), f"/undo {taken[0].event.id}")
    return call.reply("handover_done", (undo_,), person=person, successor=successor, count=len(taken), replaces=True)


def left(call: Call) -> Reply:
    """Note that somebody left his post, and offer who could take over: /left PERSON [LAST DAY]."""
    words = list(call.words)
    if not words:
        raise Refusal(Why.UNKNOWN_WORD, word="/left")
    last_day = read_date(call, words[-1], call.today) if len(words) > 1 else None
    person = _person(call, words[:-1] if last_day else words)
    has_left = last_day is None and person.in_post_to is not None and person.in_post_to < call.today
    undo_: tuple[Button, ...] = ()
    if not has_left:  # else only who could take over is asked for
        changed = people.leave_post(call.session, call.act, person, last_day or call.today - timedelta(days=1))
        undo_ = (call.button(N_("撤销"), f"/undo {changed.event.id}"),)
    duties = people.duties_of(call.session, person)
    able = people.successors(call.session, person, call.today)[:MOST_CHOICES] if duties else []
    to = call.speech.word(N_("交接给"))
    offers = [
        Button(label=f"{to} {one.name}", command=f"/handover {person.official_id} {one.official_id}") for one in able
    ]
    rows = [tuple(offers[start : start + 2]) for start in range(0, len(offers), 2)]
    return call.reply("left_noted", *rows, undo_, person=person, count=len(duties))


def unlink(call: Call) -> Reply:
    """Let an account go: one's own after a yes, anybody's for the office."""
    words = [word for word in call.words if word != YES]
    if words and not may_bind(call.person, call.today):
        raise Refusal(Why.OFFICE_ONLY)
    person = _person(call, words) if words else call.known
    if not words and YES not in call.words:
        return call.reply("unlink_question", (call.button(N_("确认解绑"), f"/unlink {YES}"),))
    count = people.unlink(call.session, call.act, person)
    return call.reply("unlinked", person=person, count=count, own=not words, replaces=True)


def invite(call: Call) -> Reply:
    """Make a one-time code for an official; said to the office alone."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    if not call.words:
        raise Refusal(Why.UNKNOWN_WORD, word="/invite")
    person = _person(call, call.words)
    code = identity.invite(call.session, call.act, person, call.office.policy)
    known = call.session.exec(select(Account).where(Account.person_id == person.id)).first() is not None
    until = call.today + timedelta(days=call.office.policy.invite_days)
    return call.reply("invited", person=person, code=code, until=until, known=known)


def undo(call: Call, event: Event) -> Reply:
    """Take back what was noted about a person."""
    person = people.undo(call.session, call.office, call.act, event)
    return call.reply("person_undone", person=person, delegate=_delegate(call, person), replaces=True)


def _read_aside(call: Call) -> _Aside | None:
    """Read [PERSON] FROM TO [DELEGATE]; None without any words. Who is away is not said before a group."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    if call.request.text.strip().startswith(BACK):
        call = replace(call, words=(*call.words, "off"))
    words = list(call.words)
    if not words:
        return None
    person = call.known
    if len(words) > 1 and _is_name(call, words[0]):
        person, words = _whom(call, words[0]), words[1:]
    if words and words[0].lower() in OFF:
        return _Aside(person=person)
    delegate = _colleague(call, words[-1], person) if len(words) > 1 else None
    days = " ".join(words[:-1] if delegate else words)
    begin, *rest = [_day(call, part) for part in _BETWEEN.split(days) if part]
    end = rest[-1] if rest else begin
    if end < begin or end < call.today:
        raise Refusal(Why.BAD_DATE, word=days)
    return _Aside(person=person, begin=begin, end=end, delegate=delegate)


def _is_name(call: Call, word: str) -> bool:
    return any(word in (one.name, one.official_id) for one in everybody(call.session))


def _whom(call: Call, word: str) -> Person:
    """Return whom the office names, of several after asking; anybody else names himself alone."""
    if may_bind(call.person, call.today):
        return _person(call, [word])
    if word not in (call.known.name, call.known.official_id):
        raise Refusal(Why.OFFICE_ONLY)
    return call.known


def _day(call: Call, phrase: str) -> date:
    day = read_date(call, phrase, call.today)
    if day is None:
        raise Refusal(Why.BAD_DATE, word=phrase)
    return day


def _named(call: Call, word: str) -> Person | None:
    """Return the official of that name or number, where a word is one."""
    found = [one for one in everybody(call.session) if word in (one.name, one.official_id)]
    return found[0] if len(found) == 1 else None


def _colleague(call: Call, word: str, person: Person) -> Person | None:
    """Return the colleague of that name; a word that is no date has to be one."""
    found = [one for one in everybody(call.session) if one.region_id == person.region_id and word == one.name]
    if found:
        return found[0]
    if elsewhere := _named(call, word):
        raise Refusal(Why.NO_DELEGATE, name=elsewhere.name)
    return None


def _person(call: Call, words: Sequence[str], near: Person | None = None) -> Person:
    """Return whom the words name; of several of one name the one in somebody's county, else ask."""
    try:
        return identity.find_person(call.session, " ".join(words))
    except Refusal as refusal:
        if refusal.why != Why.UNKNOWN_PERSON or not refusal.facts["several"]:
            raise
        several = [one for one in everybody(call.session) if one.official_id in refusal.facts["several"]]
        said = f"/{call.command} {' '.join(call.words)}"
        here = [one for one in several if near and one.region_id == near.region_id]
        if len(here) == 1:
            return here[0]
        choices = [(f"{call.gazetteer.get(one.region_id).name} {one.post}", one.official_id) for one in several]
        whole = " ".join(words)
        raise Refusal(
            Why.WHICH_PERSON,
            name=whole,
            choices=tuple((label, said.replace(whole, key, 1)) for label, key in choices[:MOST_CHOICES]),
        ) from None


def _delegate(call: Call, person: Person) -> Person | None:
    return call.session.get(Person, person.delegate_id) if person.delegate_id else None
