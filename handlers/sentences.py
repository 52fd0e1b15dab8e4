"""Sentences made into commands: numbers found in the ledger, a sure reading carried out, an unsure one offered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from db.models import Duty
from db.queries import number_kinds, people, spotted_duties, titled_duties
from handlers.numbers import MOST_CANDIDATES, Ways, candidates, find_duty
from handlers.request import Call
from rules.permission import may_assign
from rules.refusal import Refusal, Why
from text.deadlines import Reader
from text.grammar import Meant, Place, Spoken, Words, is_courtesy, understand
from text.quantities import AreaReading, say_area
from text.regions import SURE_SCORE
from text.reply import N_

MOST_CHOICES = 3
_WHOLE_CITY = re.compile(r"全市|(?:the )?(?:whole|entire) city|city-?wide")
REPORTS = frozenset({"done", "progress"})
ABOUT_DUTIES = REPORTS | {"duty", "why", "extend"}
_KIND = re.compile(r"(?P<kind>.*?)[^A-Za-z一-龥]*\d*$")


@dataclass(frozen=True)
class Choice:
    """A command that was perhaps meant, as its words."""

    command: str
    words: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The command as somebody would type it."""
        return " ".join((f"/{self.command}", *self.words))


def read_sentence(call: Call) -> Spoken | None:
    """Read a sentence; refuse with the likeliest readings where none is sure; None where it says nothing to us."""
    words = words_of(call)
    text = call.request.text
    if is_courtesy(text, words):
        raise Refusal(Why.COURTESY)
    meanings = [
        meant
        for meant in understand(text, words, quotes=bool(call.quoted), may_assign=may_assign(call.person, call.today))
        if meant.command in call.commands
    ]
    if not meanings:
        return None
    ways = [_choices(call, meant) for meant in meanings]
    choices = [choice for way in ways for choice in way.choices]
    if not choices:
        return None
    if strange := _strange_total(call, meanings[0], choices):
        raise _did_you_mean(call, strange, explained=True)
    certain = meanings[0].sure and ways[0].certain and len(ways[0].choices) == 1
    if certain and not _is_doubtful(call, meanings[0], choices[0]):
        return Spoken(
            command=choices[0].command,
            words=choices[0].words,
            guessed=_guessed(meanings[0]),
            explained=not meanings[0].unexplained,
        )
    raise _did_you_mean(call, choices, explained=not meanings[0].unexplained)


def words_of(call: Call) -> Words:
    """Return what this office calls things."""
    streams = {
        word: stream.code
        for stream in call.office.policy.workstreams
        for word in (stream.zh, stream.en, *stream.keywords, *stream.sub_types)
    }
    return Words(
        places=lambda sentence: _places(call, sentence),
        near=lambda piece: _near(call, piece),
        kinds=number_kinds(call.session),
        streams=streams,
        people=[person.name for person in people(call.session)],
        reader=Reader(call.office.calendar),
        now=call.office.local(call.request.now).replace(tzinfo=None),
    )  # fmt: skip


def _places(call: Call, sentence: str) -> list[Place]:
    found = [*call.gazetteer.in_text(sentence), *call.gazetteer.near_in_text(sentence)]
    places = [
        Place(one.start, one.end, tuple(region.name for region in one.match.likely), guessed=not one.match.exact)
        for one in found
    ]
    city = _WHOLE_CITY.search(sentence.lower())
    if city and call.gazetteer.city:
        places.append(Place(city.start(), city.end(), (call.gazetteer.city.name,)))
    return places


def _near(call: Call, piece: str) -> tuple[str, ...]:
    found = call.gazetteer.find(piece)
    if found is None or (found.region is None and found.score < SURE_SCORE):
        return ()
    return (found.region.name,) if found.region else tuple(region.name for region in found.likely)


def _guessed(meant: Meant) -> str:
    return meant.place.name if meant.place and meant.place.guessed else ""


def _is_doubtful(call: Call, meant: Meant, choice: Choice) -> bool:
    """Whether something that the ledger knows speaks against writing at once."""
    if not call.commands[choice.command].writes or meant.command == "assign":
        return False
    if meant.place is None:
        return False
    home = call.gazetteer.exact(meant.place.name)
    duties = [duty for word in choice.words if (duty := find_duty(call, word))]
    return meant.place.guessed or home is None or any(duty.region_id != home.id for duty in duties)


def _strange_total(call: Call, meant: Meant, choices: list[Choice]) -> list[Choice]:
    """Ask about a total that is more than the whole, and of one below the last whether it was done since: 整改了5亩."""
    if meant.command not in REPORTS or meant.area is None or meant.area.mu is None or len(choices) != 1:
        return []
    number, *areas = choices[0].words or ("",)
    duty = find_duty(call, number)
    if duty is None or not areas or areas[0].startswith("+"):
        return []
    if meant.area.mu > duty.area_mu:
        return choices
    if meant.area.mu >= duty.rectified_area_mu:
        return []
    added = Choice("progress", (number, *(f"+{area}" for area in areas)))
    corrected = Choice("progress", (number, *areas))
    return [corrected] if duty.rectified_area_mu + meant.area.mu > duty.area_mu else [added, corrected]


def _did_you_mean(call: Call, choices: Iterable[Choice], *, explained: bool) -> Refusal:
    unique = list(dict.fromkeys(choices))[:MOST_CANDIDATES]
    writes = any(call.commands[choice.command].writes for choice in unique)
    labelled = tuple((label_of(call, choice), choice.line) for choice in unique)
    return Refusal(Why.DID_YOU_MEAN, writes=writes, explained=explained, choices=labelled)


# --- from what was meant to the words of a command


def _choices(call: Call, meant: Meant) -> Ways[Choice]:
    """Return the commands that a reading comes to: one, or several where a number may be several duties."""
    if meant.command in ABOUT_DUTIES or (meant.command in ("undo", "who") and meant.numbers):
        found = _duties(call, meant)
        choices = [Choice(meant.command, _about(meant, duties)) for duties in found.choices]
        return Ways(choices, certain=found.certain)
    if meant.place and len(meant.place.names) > 1 and meant.command != "assign":
        one_each = [replace(meant, place=replace(meant.place, names=(name,))) for name in meant.place.names]
        return Ways([choice for one in one_each for choice in _choices(call, one).choices], certain=False)
    place = (meant.place.name,) if meant.place else ()
    stream = (meant.stream,) if meant.stream else ()
    each = ("counties",) if meant.each and not meant.place else ()
    days = (str(meant.days),) if meant.days is not None else ()
    words = {
        "assign": assign_words(meant), "due": (*days, *place, *stream), "rank": (*place, *stream),
        "status": (*place, *stream, *each), "overdue": (*place, *stream), "who": (*place, *stream),
    }  # fmt: skip
    return Ways([Choice(meant.command, words.get(meant.command, ()))])


def _about(meant: Meant, duties: list[Duty]) -> tuple[str, ...]:
    numbers = tuple(duty.number for duty in duties)
    if meant.command in REPORTS:
        return numbers + _amounts(meant, duties)
    if meant.command == "extend":
        day = (meant.day.when.date().isoformat(),) if meant.day and meant.day.when else ()
        return (*numbers[:1], *day, *((meant.text,) if meant.text else ()))
    return numbers


def _amounts(meant: Meant, duties: list[Duty]) -> tuple[str, ...]:
    """Return the words for the areas; a share is reckoned from the one duty that it is of."""
    if meant.share is not None and meant.area is None:
        if len(duties) != 1:
            return ()
        return tuple(say_area(part * meant.share) for part in (duties[0].area_mu, duties[0].farmland_mu) if part)
    if meant.area is None:
        return (_amount(meant.farmland, meant),) * 2 if meant.farmland else ()
    return (_amount(meant.area, meant), *((_amount(meant.farmland, meant),) if meant.farmland else ()))


def _amount(area: AreaReading, meant: Meant) -> str:
    if area.mu is None:
        return f"{area.percent}%"
    return ("+" if meant.adds or area.is_addition else "") + say_area(area.mu)


def assign_words(meant: Meant) -> tuple[str, ...]:
    """Return what is known of a new duty as the words that /assign takes."""
    day = meant.day.when.date().isoformat() if meant.day and meant.day.when else ""
    named = {
        "county": meant.place.name if meant.place else "", "due": day, "stream": meant.stream or "",
        "area": say_area(meant.area.mu) if meant.area and meant.area.mu else "",
        "farmland": say_area(meant.farmland.mu) if meant.farmland and meant.farmland.mu else "",
        "person": meant.person or "",
    }  # fmt: skip
    return (*(f"{name}={value}" for name, value in named.items() if value), *meant.text.split())


# --- which duties


def _duties(call: Call, meant: Meant) -> Ways[list[Duty]]:
    """Return the duties that a sentence may be about: each list is one way to read it."""
    if not meant.numbers:
        return _unnumbered(call, meant)
    found_each = [candidates(call, number, to_report=meant.command in REPORTS) for number in meant.numbers]
    missing = [number for number, found in zip(meant.numbers, found_each, strict=True) if not found.choices]
    if missing and (len(missing) == len(meant.numbers) or len(meant.numbers) <= 2):
        if meant.described:
            return Ways([])  # talk, with digits in it
        raise Refusal(Why.UNKNOWN_NUMBER, number=str(missing[0]))
    found = [one for one in found_each if one.choices]
    certain = not missing and all(one.certain for one in found)
    if all(len(one.choices) == 1 for one in found):
        return Ways([[one.choices[0] for one in found]], certain)
    if len(found) == 1:
        return Ways([[duty] for duty in found[0].choices], certain=False)
    one_by_one = [[duty] for one in found if len(one.choices) > 1 for duty in one.choices]
    return Ways(_of_one_kind([one.choices for one in found]) or one_by_one, certain=False)


def _unnumbered(call: Call, meant: Meant) -> Ways[list[Duty]]:
    """Take the duties of the message replied to, or those whose titles hold the words that were said."""
    quoted = [duty for number in call.quoted if (duty := find_duty(call, number))]
    if len(quoted) > 1:
        each = [[duty] for duty in quoted]
        return Ways([*each, quoted] if meant.command in REPORTS else each, certain=False)
    if quoted:
        return Ways([quoted])
    if meant.spot or meant.described:
        found = [[duty] for duty in _described(call, meant)]
        if found or meant.described:
            return Ways(found, certain=False)
    return Ways([[]])


def _described(call: Call, meant: Meant) -> list[Duty]:
    """Return the few duties whose spot or title is named."""
    if meant.spot and (found := [duty for duty in spotted_duties(call.session, meant.spot) if call.may_see(duty)]):
        return found[:MOST_CHOICES]
    said = [form for words in meant.described for form in (words, words[:-1]) if len(form) > 1]
    found = [duty for words in said for duty in titled_duties(call.session, words) if call.may_see(duty)]
    counted = Counter(duty.number for duty in found)
    most = max(counted.values(), default=0)
    return [duty for duty in {duty.number: duty for duty in found}.values() if counted[duty.number] == most][
        :MOST_CHOICES
    ]


def _of_one_kind(each: list[list[Duty]]) -> list[list[Duty]]:
    """Read 004 and 007 as of one kind: DC-2026-004 with DC-2026-007, WF-2026-004 with WF-2026-007."""
    by_kind = [{_kind(duty): duty for duty in found} for found in each]
    return [[found[kind] for found in by_kind] for kind in by_kind[0] if all(kind in found for found in by_kind)]


def _kind(duty: Duty) -> str:
    found = _KIND.match(duty.number)
    return found["kind"] if found else duty.number


# --- in words


def label_of(call: Call, choice: Choice) -> str:
    """Name a command that was perhaps meant, on a button."""
    numbers = [word for word in choice.words if find_duty(call, word)]
    rest = [word for word in choice.words if word not in numbers]
    facts = {"numbers": short_list(numbers), "rest": " ".join(rest), "first": rest[0] if rest else ""}
    if choice.command == "progress":
        facts["rest"] = _amounts_in_words(call, rest)
    word = _LABELS[choice.command] if numbers or choice.command not in _WITHOUT else _WITHOUT[choice.command]
    return " ".join((call.speech.word(word) % facts).split())


def _amounts_in_words(call: Call, amounts: list[str]) -> str:
    if not amounts:
        return ""
    said = call.speech.word(N_("%(area)s亩")) % {"area": amounts[0]}
    if len(amounts) > 1:
        said += call.speech.word(N_("（耕地%(farmland)s亩）")) % {"farmland": amounts[1]}
    return said


def short_list(numbers: list[str]) -> str:
    """Say DC-2026-004、007 for two numbers of one kind."""
    said: list[str] = []
    before = ""
    for number in numbers:
        kind, dash, serial = number.rpartition("-")
        said.append(serial if dash and kind == before else number)
        before = kind
    return "、".join(said)


_LABELS = {
    "done": N_("报完成 %(numbers)s %(rest)s"),
    "progress": N_("报进展 %(numbers)s %(rest)s"),
    "duty": N_("查看 %(numbers)s"),
    "why": N_("为什么 %(numbers)s"),
    "extend": N_("%(numbers)s 申请延期 %(first)s"),
    "who": N_("谁负责 %(numbers)s%(rest)s"),
    "undo": N_("撤销对 %(numbers)s 的上报"),
    "status": N_("%(rest)s进度"),
    "overdue": N_("%(rest)s超期事项"),
    "due": N_("%(rest)s日内到期"),
    "rank": N_("%(rest)s排名"),
    "mine": N_("我的事项"),
    "help": N_("使用说明"),
    "assign": N_("下达整改事项"),
}
_WITHOUT = {
    "done": N_("报完成"),
    "progress": N_("报进展"),
    "duty": N_("查看事项"),
    "why": N_("为什么超期"),
    "extend": N_("申请延期"),
    "undo": N_("撤销刚才的上报"),
}
