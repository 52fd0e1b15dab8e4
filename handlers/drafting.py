"""A new duty while it is being drafted: its parts as words, read one by one, and what may be chosen for each.

A draft is nowhere but in the words of its buttons and of the question that is open, like ``county=澜东区 area=20``.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlmodel import Session, col

from db.models import DueKind, Duty, Level, Person, Region
from db.queries import people
from handlers.reading import find_workstream, readable
from handlers.request import Call
from handlers.sentences import assign_words, words_of
from rules.officials import in_post
from rules.policy import Workstream
from rules.refusal import Refusal, Why
from services.assigning import Draft, in_charge
from services.identity import find_person
from text.grammar import Words, understand
from text.grammar.pieces import Kind, cut
from text.quantities import read_area, say_area
from text.reply import N_, say_day

TAGS = (
    "draft",
    "by",
    "case",
    "duty",
    "meeting",
    "county",
    "text",
    "due",
    "stream",
    "area",
    "farmland",
    "person",
    "go",
    "ask",
)
NOBODY = "none"
UNDATED = (DueKind.IMMEDIATE, DueKind.LONG_TERM)
LONGEST_TEXT = 200
KEY_LENGTH = 12
_TAG = re.compile(rf"(?P<name>{'|'.join(TAGS)})=(?P<value>.+)", re.DOTALL)
_CHANGED_ON_THE_WAY = re.compile(r"[\s、;,%]")  # words are cut there, and folded by width
# 海川县3号图斑; 北山 3号图斑, as it stands after its deadline was taken out
_UNKNOWN_COUNTY = re.compile(r"(?![全各本该我贵两])(?:[一-龥]{1,5}?县(?![级城域里委直])|[一-龥]{2,3}(?= ))")
_BEGINS = re.compile(r"^(?:请|让|给|把|将|在|于|完成|[\s,，。;；、:：])+(?=.)|\s+(?:完成|前|之前)$")
_STANDING = re.compile("立行立改|立查立改|即知即改|立即整改|长期坚持|持续整改")
_TOWN = re.compile(r"(?:^|[\s,，。;；、:：])(?P<town>[一-龥]{2,3}(?:镇|乡|街道))")
_NO_AREA = re.compile(r"(?:不涉及|没有|无)(?:面积)?|0|零|none|no")
_NO_FARMLAND = re.compile(r"(?:不涉及|没有|无|不占)(?:耕地)?|0|零|none|no")
_ALL_FARMLAND = re.compile(r"(?:全部?|都)是?(?:耕地)?|all")

Choices = list[tuple[str, str]]  # label, value


class Trouble(Exception):  # noqa: N818  (it is an answer, not an error)
    """Words that are not what a part needs; the part is asked for again."""

    def __init__(self, code: str, word: str = "") -> None:
        super().__init__(code)
        self.code, self.word = code, word


@dataclass
class Drafting:
    """What is known of a draft so far: parts that were read, as their words."""

    call: Call
    known: dict[str, str] = field(default_factory=dict)

    @cached_property
    def county(self) -> Region:
        """The county, which is read first of all."""
        found = self.call.gazetteer.exact(self.known["county"])
        assert found is not None
        return found

    @property
    def stream(self) -> Workstream:
        """The workstream."""
        return self.call.office.policy.workstream(self.known["stream"])

    @property
    def area(self) -> Decimal:
        """The whole area, in mu."""
        return Decimal(self.known["area"])

    @property
    def due_on(self) -> date:
        """The deadline, where it is a day."""
        return date.fromisoformat(self.known["due"])

    @property
    def responsible(self) -> list[Person]:
        """The responsible officials of the workstream in the county."""
        return in_charge(self.call.session, self.county, Level.RESPONSIBLE, self.known["stream"], self.call.today)

    @property
    def officials(self) -> list[Person]:
        """All responsible officials of the county who are in post, those of the workstream first."""
        here = [person for person in people(self.call.session) if self._may_answer(person)]
        return sorted(here, key=lambda person: self.known["stream"] not in person.workstreams)

    def _may_answer(self, person: Person) -> bool:
        is_here = person.region_id == self.county.id and person.level == Level.RESPONSIBLE
        return is_here and in_post(person, self.call.today)

    @property
    def draft(self) -> Draft:
        """The draft, when all its parts are known."""
        due = self.known["due"]
        undated = due in UNDATED
        return Draft(
            key=self.known["draft"], county=self.county, title=self.known["text"], workstream=self.stream,
            due_on=None if undated else self.due_on, due_kind=DueKind(due) if undated else DueKind.DATE,
            area_mu=self.area, farmland_mu=Decimal(self.known["farmland"]),
            person=next((one for one in self.officials if one.official_id == self.known["person"]), None),
            town=town_in(self.call.session, self.county, self.known["text"]), spot_no=_spot(self),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a duty: how its words are read, what may be chosen, and which other parts it upsets."""

    name: str
    read: Callable[[Drafting, str], str]
    choices: Callable[[Drafting, str], Choices]
    default: Callable[[Drafting], str] = lambda _drafting: ""
    upsets: tuple[str, ...] = ()

    def put(self, known: dict[str, str], value: str) -> dict[str, str]:
        """Return a draft with another value for this part; what hung on the old one is to be said anew."""
        upset = self.upsets if known.get(self.name) else ()
        return {name: said for name, said in known.items() if name not in upset} | {self.name: value}


# --- words


def read_words(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Part the words of a command into tags and the rest."""
    tags: dict[str, str] = {}
    rest: list[str] = []
    for word in words:
        tag = _TAG.fullmatch(word)
        if tag and "ask" not in tags:
            tags[tag["name"]] = unquote(tag["value"])
        else:
            rest.append(word)
    return tags, rest


def command_for(known: dict[str, str], command: str = "assign", **more: str) -> str:
    """Return the command that says a draft again, in any button or question."""
    said = {**known, **more}
    return " ".join([f"/{command}", *(f"{name}={_as_word(said[name])}" for name in TAGS if said.get(name))])


def _as_word(value: str) -> str:
    return "".join(quote(one, safe="") if _is_changed(one) else one for one in value)


def _is_changed(character: str) -> bool:
    is_folded = unicodedata.normalize("NFKC", character) != character
    return is_folded or _CHANGED_ON_THE_WAY.match(character) is not None


def begin(call: Call, known: dict[str, str], rest: Sequence[str]) -> dict[str, str]:
    """Return what a first line says of a duty, read as a sentence where nobody has done that yet."""
    tags = {"text": " ".join(rest), **known} if known else understood(call, _as_written(call, rest))
    if "due" not in tags:
        tags = _with_odd_deadline(call, tags)
    if "county" not in tags:
        tags = with_unknown_county(tags)
    if "county" not in tags and call.group and call.home in call.gazetteer.counties:
        tags["county"] = call.home.name
    return {**tags, **new_draft(call)}


def new_draft(call: Call) -> dict[str, str]:
    """Name a draft that this message begins, and whose it is."""
    key = hashlib.sha256(call.request.key.encode()).hexdigest()[:KEY_LENGTH]
    return {"draft": key, "by": call.known.official_id}


def check_drafter(call: Call, by: str) -> None:
    """Refuse a draft that somebody else has begun."""
    if by != call.known.official_id:
        other = find_person(call.session, by)
        raise Refusal(Why.NOT_YOUR_DRAFT, name=other.name if call.names_people else other.post)


def missing_part(
    drafting: Drafting, known: dict[str, str], parts: Iterable[Part], asked: str = ""
) -> tuple[Part, Trouble | None] | None:
    """Read part after part; return the first that is missing, not understood or to be changed."""
    for part in parts:
        word = known.get(part.name) or part.default(drafting)
        if part.name == asked or not word:
            return part, None
        try:
            drafting.known[part.name] = part.read(drafting, word)
        except Trouble as trouble:
            return part, trouble
    return None


def understood(call: Call, said: str) -> dict[str, str]:
    """Read what somebody wrote of a duty; what nothing else accounts for is what is to be done."""
    # whoever says /assign orders something, in whatever words
    readings = understand(f"下达 {said}", words_of(call), may_assign=True) if said else ()
    meant = next((one for one in readings if one.command == "assign"), None)
    if meant is not None:
        tags, rest = read_words(assign_words(meant))
        return {**tags, "text": " ".join(rest)}
    place = next(iter(call.gazetteer.in_text(said)), None)
    if place is None or place.region is None:
        return {"text": said}
    return {"county": place.region.name, "text": (said[: place.start] + said[place.end :]).strip()}


def is_order(call: Call, said: str) -> bool:
    """Tell whether words are another duty to be issued, and no answer to a question about this one."""
    return any(meant.command == "assign" for meant in understand(said, words_of(call), may_assign=True))


def _as_written(call: Call, words: Sequence[str]) -> str:
    """Return words with the marks that stood between them."""
    written = unicodedata.normalize("NFKC", call.request.text)
    return written[written.find(words[0]) :].strip() if words else ""


def _with_odd_deadline(call: Call, tags: dict[str, str]) -> dict[str, str]:
    """Take a deadline that is no day: 立行立改, and 2月30日, which is asked about."""
    words, text = words_of(call), tags.get("text", "")
    found = words.reader.find(call.request.text, words.now)
    standing = [word for word in _STANDING.findall(text) if _is_undated(words, word)]
    due = found.words if found else next(iter(standing), "")
    return {**tags, "due": due, "text": text.replace(due, "", 1)} if due else tags


def _is_undated(words: Words, word: str) -> bool:
    read = words.reader.read(word, words.now)
    return read is not None and read.kind in UNDATED


def with_unknown_county(tags: dict[str, str]) -> dict[str, str]:
    """Take a county's name that nobody knows from the beginning of the words."""
    found = _UNKNOWN_COUNTY.match(tags.get("text", ""))
    return {**tags, "county": found[0], "text": tags["text"][found.end() :]} if found else tags


# --- parts


def read_county(drafting: Drafting, word: str) -> str:
    """Read a county that may be spoken of here."""
    found = drafting.call.gazetteer.exact(word)
    if found is None or found not in drafting.call.gazetteer.counties:
        raise Trouble("unknown_county", word)
    return readable(drafting.call, found).name


def county_choices(drafting: Drafting, word: str) -> Choices:
    """Offer the counties that may be spoken of here, those like the word first."""
    call = drafting.call
    likely = [region for region in call.gazetteer.nearest(word) if region in call.gazetteer.counties] if word else []
    rest = [county for county in call.gazetteer.counties if county not in likely]
    return [(county.name, county.name) for county in (*likely, *rest) if call.may_read(county)]


def _read_text(_drafting: Drafting, word: str) -> str:
    text = _BEGINS.sub("", " ".join(word.split()))
    if len(text) > LONGEST_TEXT:
        raise Trouble("long_text", text[:LONGEST_TEXT])
    return text


def no_choices(_drafting: Drafting, _word: str) -> Choices:
    """Offer nothing: any words may be the answer."""
    return []


def read_due(drafting: Drafting, word: str) -> str:
    """Read a deadline that is not over, or words that set none."""
    if word in UNDATED:
        return word
    words = words_of(drafting.call)
    found = words.reader.read(word, words.now) or words.reader.find(word, words.now)
    if found is None:
        raise Trouble("bad_date", word)
    if found.kind == DueKind.INVALID or (found.when is None and found.kind not in UNDATED):
        raise Trouble("no_such_day", word)
    if found.when is None:
        return found.kind.value
    if found.when.date() < drafting.call.today:
        raise Trouble("past_date", found.when.date().isoformat())
    return found.when.date().isoformat()


def day_choices(drafting: Drafting, _word: str) -> Choices:
    """Offer the likeliest deadlines."""
    today, speech = drafting.call.today, drafting.call.speech
    this_month, next_month = _month_end(today), _month_end(_month_end(today) + timedelta(days=1))
    days = {
        N_("7日内"): today + timedelta(days=7), N_("本月底"): this_month, N_("下月底"): next_month,
        N_("年底"): date(today.year, 12, 31),
    }  # fmt: skip
    labels = {day: word for word, day in reversed(days.items())}  # in November the end of next month is the year's
    return [
        (f"{speech.word(labels[day])} {say_day(day, speech.language, today)}", day.isoformat())
        for day in sorted(labels)
    ]


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _read_stream(drafting: Drafting, word: str) -> str:
    found = find_workstream(drafting.call, word)
    if found is None:
        raise Trouble("unknown_stream", word)
    return found.code


def _streams(drafting: Drafting, _word: str) -> Choices:
    language = drafting.call.speech.language
    return [
        (one.zh if language == "zh" else one.en, one.code) for one in drafting.call.office.policy.workstreams
    ]  # fmt: skip


def read_area_word(_drafting: Drafting, word: str) -> str:
    """Read an area in mu."""
    if _NO_AREA.fullmatch(word):
        return "0"
    found = read_area(word)
    if found is None or found.mu is None or found.is_addition:
        raise Trouble("bad_area", word)
    return say_area(found.mu)


def _no_area(drafting: Drafting, _word: str) -> Choices:
    return [(drafting.call.speech.word(N_("不涉及面积")), "0")]


def _read_farmland(drafting: Drafting, word: str) -> str:
    if not drafting.area or _NO_FARMLAND.fullmatch(word):
        return "0"
    if _ALL_FARMLAND.fullmatch(word):
        return drafting.known["area"]
    farmland = read_area_word(drafting, word)
    if Decimal(farmland) > drafting.area:
        raise Trouble("much_farmland", farmland)
    return farmland


def _farmland(drafting: Drafting, _word: str) -> Choices:
    word = drafting.call.speech.word
    return [(word(N_("没有耕地")), "0"), (word(N_("全部是耕地")), drafting.known["area"])]


def _read_person(drafting: Drafting, word: str) -> str:
    if word == NOBODY:
        return word
    found = [person for person in drafting.officials if word in (person.name, person.official_id)]
    if len(found) != 1:
        raise Trouble("unknown_person", word)
    return found[0].official_id


def _only_official(drafting: Drafting) -> str:
    return drafting.responsible[0].official_id if len(drafting.responsible) == 1 else ""


def _people(drafting: Drafting, _word: str) -> Choices:
    """Offer the county's officials; in a group only their posts are named."""
    named = drafting.call.names_people
    officials = [(f"{one.name} {one.post}" if named else one.post, one.official_id) for one in drafting.officials]
    return [*officials, (drafting.call.speech.word(N_("暂不确定")), NOBODY)]


def town_in(session: Session, county: Region, text: str) -> str:
    """Return the town that a text names: one of those in the ledger, or what looks like one."""
    rows = session.execute(sa.select(col(Duty.town)).where(col(Duty.region_id) == county.id).distinct())
    known: Iterable[str] = (town for (town,) in rows if town and town in text)
    found = _TOWN.search(text)
    return max(known, key=len, default=found["town"] if found else "")


def _spot(drafting: Drafting) -> str:
    pieces = cut(drafting.known["text"], words_of(drafting.call))
    said = next((piece.text for piece in pieces if piece.kind == Kind.SPOT), "")
    digits = re.search(r"\d[\dA-Za-z-]*", unicodedata.normalize("NFKC", said))
    return digits[0] if digits else said


# in the order in which they are asked for
PARTS = (
    Part(name="county", read=read_county, choices=county_choices, upsets=("person",)),
    Part(name="text", read=_read_text, choices=no_choices),
    Part(name="due", read=read_due, choices=day_choices),
    Part(name="stream", read=_read_stream, choices=_streams, upsets=("person",)),
    Part(name="area", read=read_area_word, choices=_no_area, upsets=("farmland",)),
    Part(
        name="farmland", read=_read_farmland, choices=_farmland, default=lambda drafting: "" if drafting.area else "0"
    ),
    Part(name="person", read=_read_person, choices=_people, default=_only_official),
)
BY_NAME = {part.name: part for part in PARTS}
