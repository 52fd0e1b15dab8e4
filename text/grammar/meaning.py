"""What a sentence means: the first rule of the table that fits its pieces.

A reading is sure only when nothing in the sentence speaks against it and nothing is left unexplained; what is not sure
is offered to the person, never written. Futures, wishes, negations, questions and what others say are no reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from text.deadlines import Understood
from text.grammar.cues import Cue
from text.grammar.numbers import NumberWord, as_digits
from text.grammar.pieces import Kind, Piece, Place, Words, cues_of, cut
from text.quantities import AreaReading

LEAST_TITLE = 2
MOST_UNEXPLAINED = 4  # characters that a mere question may hold and still be answered
CERTAIN_PAST = re.compile(r"了|已|完毕|过$")
_AGAINST_A_REPORT = {
    Cue.NOT,
    Cue.LATER,
    Cue.SAID,
    Cue.QUESTION,
    Cue.URGE,
    Cue.HOLD,
    Cue.WHY,
    Cue.UNDO,
    Cue.EXTEND,
    Cue.ASSIGN,
}


@dataclass(frozen=True, kw_only=True)
class Meant:
    """A command as a sentence says it; what is None or empty was not said."""

    command: str
    numbers: tuple[NumberWord, ...] = ()
    place: Place | None = None
    stream: str | None = None
    area: AreaReading | None = None
    share: Decimal | None = None
    farmland: AreaReading | None = None
    adds: bool = False
    day: Understood | None = None
    days: int | None = None
    person: str | None = None
    spot: str | None = None
    each: bool = False
    described: tuple[str, ...] = ()  # words that nothing else accounts for: perhaps a duty's title
    text: str = ""
    unexplained: int = 0  # characters
    sure: bool = True


@dataclass(frozen=True)
class Heard:
    """A sentence in pieces, and what is known of whoever says it and where."""

    sentence: str
    pieces: tuple[Piece, ...]
    today: date
    quotes: bool = False  # whether it replies to a message about duties
    may_assign: bool = False
    cues: set[Cue] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cues", cues_of(self.pieces))

    def has(self, *cues: Cue) -> bool:
        """Tell whether one of the cues is in the sentence."""
        return not self.cues.isdisjoint(cues)

    def values(self, kind: Kind) -> list[Piece]:
        """Return the pieces of a kind."""
        return [piece for piece in self.pieces if piece.kind == kind]

    def first(self, kind: Kind) -> Piece | None:
        """Return the first piece of a kind."""
        return next(iter(self.values(kind)), None)

    @cached_property
    def numbers(self) -> tuple[NumberWord, ...]:
        """The duty numbers said, each once; three digits alone are a number where an area makes no sense."""
        said = [number for piece in self.values(Kind.NUMBER) for number in piece.value]
        return tuple(dict.fromkeys(said))

    @cached_property
    def guesses(self) -> bool:
        """Whether a misspelt word was taken for another."""
        return any(piece.is_guess for piece in self.pieces)

    @cached_property
    def unexplained(self) -> int:
        """How many characters nothing accounts for."""
        left = (piece.text for piece in self.pieces if piece.kind in (Kind.UNKNOWN, Kind.BARE))
        return sum(len(text.strip()) for text in left)

    @cached_property
    def describes(self) -> tuple[str, ...]:
        """The unexplained words that are long enough to be a part of a duty's title."""
        return tuple(
            piece.text.strip() for piece in self.values(Kind.UNKNOWN) if piece.end - piece.start >= LEAST_TITLE
        )

    @property
    def names_a_place(self) -> bool:
        """Whether a region is named as it is written."""
        place = self.first(Kind.PLACE)
        return place is not None and not place.value.guessed

    @cached_property
    def names_surely(self) -> bool:
        """Whether each duty is named on its own and by at least three digits; a range may hold others than meant."""
        return all(len(piece.value) == 1 and len(piece.value[0].serial) >= 3 for piece in self.values(Kind.NUMBER))

    @property
    def about_duties(self) -> bool:
        """Whether duties are named or quoted."""
        return bool(self.numbers) or self.quotes

    @cached_property
    def reads_well(self) -> bool:
        """Whether so little is unexplained that a mere question may be answered."""
        return self.unexplained <= MOST_UNEXPLAINED or 3 * self.unexplained <= len(self.sentence)

    def about(self, command: str, *, sure: bool) -> Meant:
        """Return a reading with all that was said of places, numbers, amounts and days."""
        place, stream = self.first(Kind.PLACE), self.first(Kind.STREAM)
        areas, farmland = self.values(Kind.AREA), self.first(Kind.FARMLAND)
        one_area = not areas or (len(areas) == 1 and not areas[0].value.approximate)
        share, day, days = self.first(Kind.SHARE), self.first(Kind.DAY), self.first(Kind.DAYS)
        person, spot = self.first(Kind.PERSON), self.first(Kind.SPOT)
        return Meant(
            command=command, numbers=self.numbers, sure=sure and one_area,
            place=place.value if place else None, stream=stream.value if stream else None,
            area=areas[0].value if areas else None, farmland=farmland.value if farmland else None,
            share=share.value if share else None, adds=self.has(Cue.ADD),
            day=day.value if day else None, days=days.value if days else None,
            person=person.value if person else None, spot=spot.value if spot else None,
            each=self.has(Cue.EACH), described=self.describes, unexplained=self.unexplained,
        )  # fmt: skip


def understand(
    sentence: str, words: Words, *, quotes: bool = False, may_assign: bool = False
) -> tuple[Meant, ...]:  # fmt: skip
    """Return what a sentence means: one sure reading, or the likeliest ones, or none."""
    heard = Heard(sentence, tuple(cut(sentence, words)), words.now.date(), quotes, may_assign)
    readings = _first_reading(heard)
    if readings and not readings[0].sure and (clauses := _clauses(heard)):
        # 019搞完了020没搞完: each says its own; all of it is asked about
        each = [_first_reading(replace(heard, sentence=text, pieces=tuple(cut(text, words)))) for text in clauses]
        return tuple(replace(one[0], sure=False) for one in each if one)
    return readings


def _first_reading(heard: Heard) -> tuple[Meant, ...]:
    """Ask the rules; a misspelt word alone is too little to speak of."""
    about = heard.about_duties or heard.first(Kind.PLACE) or heard.first(Kind.STREAM)
    if heard.guesses and not about and not heard.has(Cue.OVERDUE, Cue.RANK, Cue.UNDO):
        return ()
    return next((readings for _example, rule in RULES if (readings := rule(heard))), ())


def _clauses(heard: Heard) -> list[str]:
    """Cut a sentence before each duty number that does not merely go on with a list."""
    starts = [piece.start for piece in heard.values(Kind.NUMBER)]
    ends = [piece.end for piece in heard.values(Kind.NUMBER)]
    between = [heard.sentence[end:start] for end, start in zip(ends, starts[1:], strict=False)]
    cuts = [start for start, text in zip(starts[1:], between, strict=False) if len(text.strip(" ,，、和跟与及")) > 1]
    if not cuts:
        return []
    return [heard.sentence[start:end] for start, end in zip([0, *cuts], [*cuts, len(heard.sentence)], strict=True)]


def is_courtesy(sentence: str, words: Words) -> bool:
    """Tell whether a sentence is politeness and nothing else: 好的, 收到, 谢谢."""
    rest = _COURTESY.sub("", sentence.lower())
    return rest != sentence.lower() and all(piece.value == Cue.NEEDLESS for piece in cut(rest, words))


_COURTESY = re.compile(
    r"收到|明白|知道了|了解|好的?|谢谢|多谢|辛苦|没问题|可以|行|ok(?:ay)?|thanks?(?: you)?|thx|noted|roger|got it"
    r"|understood|great|👌|👍|🙏"
)


def _undo(heard: Heard) -> tuple[Meant, ...]:
    if not heard.has(Cue.UNDO):
        return ()
    sure = not heard.has(Cue.NOT, Cue.QUESTION, Cue.SAID, Cue.WHY) and heard.unexplained == 0
    return (Meant(command="undo", numbers=heard.numbers, sure=sure),)


def _help(heard: Heard) -> tuple[Meant, ...]:
    if heard.has(Cue.HELP) and not heard.about_duties and heard.reads_well:
        return (Meant(command="help"),)
    return ()


def _extend(heard: Heard) -> tuple[Meant, ...]:
    if not heard.has(Cue.EXTEND):
        return ()
    if heard.has(Cue.WHY):
        return (heard.about("duty", sure=True),) if heard.about_duties else ()
    if not (heard.about_duties or heard.first(Kind.DAY) or heard.first(Kind.DAYS) or heard.reads_well):
        return ()
    reason = heard.first(Kind.REASON)
    text = reason.value if reason else " ".join(heard.describes)
    unsure = heard.has(Cue.NOT, Cue.QUESTION, Cue.SAID, Cue.UNDO) or heard.unexplained or heard.first(Kind.DAYS)
    asked = replace(heard.about("extend", sure=not unsure and heard.names_surely), text=text)
    looks = heard.has(Cue.QUESTION) and heard.about_duties and not heard.first(Kind.DAY)
    return (asked, heard.about("duty", sure=False)) if looks else (asked,)


def _assign(heard: Heard) -> tuple[Meant, ...]:
    if heard.has(Cue.QUESTION, Cue.WHY, Cue.WHO, Cue.UNDO) or heard.numbers or heard.quotes:
        return ()
    whom = heard.first(Kind.PLACE) or heard.first(Kind.PERSON)
    what = heard.first(Kind.SPOT) or heard.first(Kind.AREA)
    does = heard.has(Cue.DONE, Cue.PART, Cue.URGE, Cue.HOLD, Cue.NAMED)
    orders = heard.has(Cue.ASSIGN) or _ORDERS.match(heard.sentence) is not None
    if heard.may_assign:
        is_order = (orders and (whom or what)) or (heard.first(Kind.DAY) and (what or (whom and does)))
    else:
        is_order = orders and whom and heard.first(Kind.DAY)
    if is_order:
        return (replace(heard.about("assign", sure=True), person=_named(heard), text=_matter(heard)),)
    return ()


def _why(heard: Heard) -> tuple[Meant, ...]:
    if not heard.has(Cue.WHY) or heard.has(Cue.HELP):
        return ()
    if heard.about_duties:
        return (heard.about("why", sure=True),)
    if heard.first(Kind.PLACE):
        return (heard.about("overdue", sure=False), heard.about("status", sure=False))
    return (heard.about("why", sure=True),) if heard.has(Cue.OVERDUE, Cue.THIS) and heard.reads_well else ()


def _who(heard: Heard) -> tuple[Meant, ...]:
    if not heard.has(Cue.WHO) or (heard.has(Cue.OVERDUE) and not heard.about_duties):
        return ()
    has_object = heard.about_duties or heard.first(Kind.PLACE) or heard.first(Kind.STREAM)
    return (heard.about("who", sure=True),) if has_object or heard.unexplained == 0 else ()


def _rank(heard: Heard) -> tuple[Meant, ...]:
    if not heard.has(Cue.RANK) or heard.about_duties or heard.has(Cue.NOT):
        return ()
    return (heard.about("rank", sure=True),) if heard.reads_well else ()


def _asked_of_a_duty(heard: Heard) -> tuple[Meant, ...]:
    """完成了吗 asks; it does not report."""
    if not heard.has(Cue.QUESTION) or not heard.about_duties:
        return ()
    knows = heard.has(Cue.DONE, Cue.PART, Cue.LATER, Cue.NOT, Cue.DUTY, Cue.STATUS, Cue.DUE, Cue.OVERDUE)
    return (heard.about("duty", sure=True),) if knows or heard.numbers or heard.reads_well else ()


def _overdue(heard: Heard) -> tuple[Meant, ...]:
    if not heard.has(Cue.OVERDUE) or heard.has(Cue.SAID):
        return ()
    if heard.about_duties:
        return (heard.about("duty", sure=heard.has(Cue.QUESTION)),)
    return (heard.about("overdue", sure=True),) if heard.reads_well else ()


def _due(heard: Heard) -> tuple[Meant, ...]:
    asks_when = heard.has(Cue.QUESTION) and not heard.about_duties
    period = _period(heard)
    if heard.about_duties and heard.has(Cue.DUE):
        return (heard.about("duty", sure=True),)
    if not heard.has(Cue.DUE) and not (asks_when and period is not None and heard.has(Cue.DONE, Cue.PART, Cue.MINE)):
        return ()
    if not heard.reads_well or heard.has(Cue.SAID):
        return ()
    return (replace(heard.about("due", sure=True), days=period),)


def _mine(heard: Heard) -> tuple[Meant, ...]:
    if not heard.has(Cue.MINE) or heard.about_duties or not heard.reads_well:
        return ()
    return (Meant(command="mine"),)


def _report(heard: Heard) -> tuple[Meant, ...]:
    """Read what was done; in reply to a reminder an amount alone says so."""
    amount = heard.first(Kind.AREA) or heard.first(Kind.SHARE) or heard.first(Kind.FARMLAND)
    says_done = heard.has(Cue.DONE)
    if not (says_done or (amount and (heard.has(Cue.PART, Cue.ADD) or heard.about_duties))):
        return ()
    if not heard.about_duties and not says_done and not heard.has(Cue.PART):
        return ()
    partial = heard.first(Kind.FARMLAND) or heard.first(Kind.SHARE) or heard.has(Cue.PART, Cue.ADD) or not says_done
    command = "progress" if amount and partial and not heard.has(Cue.REST) else "done"
    said = len(heard.numbers)
    counts_others = said > 1 and any(count != said for count in _counts(heard.sentence))
    asks_status = heard.has(Cue.STATUS) and not amount  # 进度:完成200亩 reports, 完成了多少亩 asks
    against = (
        bool(heard.cues & _AGAINST_A_REPORT)
        or counts_others
        or asks_status
        or _other_day(heard)
        or heard.unexplained
        or heard.guesses
    )
    reckoned = heard.first(Kind.SHARE) or (heard.first(Kind.FARMLAND) and not heard.first(Kind.AREA))
    sure = not against and not reckoned and not heard.first(Kind.PERSON) and heard.names_surely
    reading = heard.about(command, sure=sure)
    if not against:
        return (reading,)
    if not heard.about_duties:
        return _talk_about_work(heard, reading)
    look = heard.about("duty", sure=False)
    if heard.has(Cue.NOT, Cue.LATER) or _other_day(heard):
        return (
            look,
            replace(heard.about("progress", sure=False), area=reading.area if command == "progress" else None),
        )
    return (replace(reading, sure=False), look)


_COUNT = re.compile(r"([一二两三四五六七八九十]+|\d{1,3})[个件宗处项](?!工作日|月)")


def _counts(sentence: str) -> list[int | None]:
    """Return how many duties a sentence speaks of: 三个都完成了, and of three 完成了两个."""
    return [int(digits) if (digits := as_digits(said)) else None for said in _COUNT.findall(sentence)]


def _talk_about_work(heard: Heard, reading: Meant) -> tuple[Meant, ...]:
    if heard.names_a_place and heard.reads_well:
        return (heard.about("status", sure=heard.has(Cue.QUESTION, Cue.STATUS)),)
    if heard.has(Cue.QUESTION, Cue.SAID):
        return ()
    if heard.describes or heard.first(Kind.SPOT):
        return (replace(reading, sure=False),)
    return () if heard.unexplained else (Meant(command="mine", sure=False),)


def _status(heard: Heard) -> tuple[Meant, ...]:
    has_object = heard.first(Kind.PLACE) or heard.first(Kind.STREAM)
    if heard.about_duties or heard.has(Cue.SAID) or not (has_object or heard.has(Cue.STATUS, Cue.EACH)):
        return ()
    if not heard.has(Cue.STATUS, Cue.QUESTION):
        named = heard.names_a_place or heard.first(Kind.STREAM)
        return (heard.about("status", sure=heard.unexplained == 0),) if heard.reads_well and named else ()
    if has_object:
        return (heard.about("status", sure=heard.reads_well),)
    return (heard.about("status", sure=True),) if heard.unexplained == 0 else ()


def _work(heard: Heard) -> tuple[Meant, ...]:
    """还在拆, not yet: nothing to write, but perhaps to be looked at or reported on."""
    of_work = heard.numbers or heard.has(Cue.PART, Cue.DONE, Cue.THIS) or heard.first(Kind.DAY)
    promises = heard.has(Cue.LATER) and of_work
    if not heard.about_duties or not (heard.has(Cue.NOT) or promises) or heard.has(Cue.SAID):
        return ()
    return (heard.about("duty", sure=False), heard.about("progress", sure=False)) if heard.reads_well else ()


def _described(heard: Heard) -> tuple[Meant, ...]:
    """沙埠萤石矿怎么样了: no number, but perhaps the words of a title."""
    if (
        heard.about_duties
        or not heard.describes
        or not heard.has(Cue.STATUS, Cue.DUTY, Cue.QUESTION, Cue.WHY, Cue.DONE, Cue.PART)
    ):
        return ()
    return (heard.about("duty", sure=False),)


def _duty(heard: Heard) -> tuple[Meant, ...]:
    if not heard.numbers and not (heard.quotes and heard.has(Cue.DUTY, Cue.STATUS, Cue.QUESTION)):
        return ()
    asks = heard.has(Cue.DUTY, Cue.STATUS, Cue.QUESTION)
    if heard.unexplained and not asks and not any(number.kind for number in heard.numbers):
        return ()  # 028室: three digits among other words are no duty's
    return (heard.about("duty", sure=heard.unexplained == 0 or (asks and heard.reads_well)),)


# the first that fits is taken; what a rule is for shows in its example
RULES: tuple[tuple[str, Callable[[Heard], tuple[Meant, ...]]], ...] = (
    ("刚才报错了，撤销", _undo),
    ("你能做什么", _help),
    ("004延期到12月20日，因为下雨", _extend),
    ("请北山县12月15日前完成3号图斑20亩整改", _assign),
    ("004为什么亮红灯", _why),
    ("澜东谁负责", _who),
    ("哪个县最慢", _rank),
    ("004完成了吗", _asked_of_a_duty),
    ("北山超期的有哪些", _overdue),
    ("这周五前要完成哪些", _due),
    ("我手上还有什么", _mine),
    ("004和007搞完了", _report),
    ("澜东怎么样了", _status),
    ("004还在拆", _work),
    ("004", _duty),
    ("沙埠萤石矿怎么样了", _described),
)


def _other_day(heard: Heard) -> bool:
    """Whether a day is named that is not plainly today's past: 今天完成了 is a report, 周五完成 a promise."""
    day = heard.first(Kind.DAY)
    if day is None:
        return heard.first(Kind.DAYS) is not None
    when = day.value.when
    return when is None or when.date() != heard.today or not CERTAIN_PAST.search(heard.sentence)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


_PERIODS: tuple[tuple[re.Pattern[str], Callable[[date], date]], ...] = (
    (re.compile(r"(?:本|这个?)(?:周|星期|礼拜)|this week"), lambda day: day + timedelta(days=6 - day.weekday())),
    (re.compile(r"下个?(?:周|星期|礼拜)|next week"), lambda day: day + timedelta(days=13 - day.weekday())),
    (re.compile(r"(?:本|这个?)月|this month"), _month_end),
)


def _period(heard: Heard) -> int | None:
    """Return how many days from today a question reaches."""
    if days := heard.first(Kind.DAYS):
        return int(days.value)
    day = heard.first(Kind.DAY)
    if day and day.value.when:
        when: date = day.value.when.date()
        return max(0, (when - heard.today).days)
    lowered = heard.sentence.lower()
    ends = (end(heard.today) for period, end in _PERIODS if period.search(lowered))
    last = next(ends, None)
    return (last - heard.today).days if last else None


_ORDERS = re.compile(r"\s*(?:请|让|给|责成|要求|限)|please have|assign", re.IGNORECASE)
_AFTER_NAMED = re.compile(r"\s*[:：是为]?\s*([一-龥]{2,4}?|[A-Za-z]+(?: [A-Za-z]+)?)(?=负责|牵头|[\s,，。;；、]|$)")


def _named(heard: Heard) -> str | None:
    """Return the person whom a sentence makes responsible, by a name that may be unknown."""
    if person := heard.first(Kind.PERSON):
        return str(person.value)
    for piece in heard.pieces:
        if (
            piece.kind == Kind.CUE
            and piece.value == Cue.NAMED
            and (found := _AFTER_NAMED.match(heard.sentence, piece.end))
        ):
            return found[1]
    return None


_LEFT_OUT = {Kind.PLACE, Kind.DAY, Kind.PERSON}
_ENDS = re.compile(r"^(?:请|把|将|于|在|给|下达|交办|[\s,，。;；、:：])+|(?:[\s,，。;；、:：]|前|之前)+$")


def _matter(heard: Heard) -> str:
    """Return what is to be done: the sentence without county, deadline, person and politeness."""
    left, end = [], 0
    for piece in heard.pieces:
        leaves = piece.kind in _LEFT_OUT or (
            piece.kind == Kind.CUE and piece.value in (Cue.ASSIGN, Cue.NAMED, Cue.URGE)
        )
        if leaves:
            left.append(heard.sentence[end : piece.start])
            end = piece.end
    left.append(heard.sentence[end:])
    joined = " ".join(_ENDS.sub("", part) for part in left if _ENDS.sub("", part))
    return _ENDS.sub("", joined)
