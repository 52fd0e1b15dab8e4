"""Read a whole phrase as a deadline: take off what stands around the day, then ask the tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from datetime import time as clock_time

from db.models import DueKind
from rules.calendar import Calendar
from text.deadlines.chinese import CHINESE, WEEKDAYS
from text.deadlines.chinese_spans import CHINESE_SPANS
from text.deadlines.english import ENGLISH, MONTH
from text.deadlines.hours import END_OF_DAY, split_time
from text.deadlines.plain import plain_phrase
from text.deadlines.rule import Found, Moment, Written

LONGEST = 60  # no deadline is longer, and a pasted page must not cost time
_LOCAL = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A deadline as it was understood; ``when`` is None for words without a day and for a day that does not exist."""

    when: datetime | None
    kind: DueKind
    words: str
    written: Written = Written.SPOKEN
    sure: bool = True
    timed: bool = False


_AT_ONCE = ("立行立改", "立即整改", "立查立改", "即知即改", "立整立改")
_FOR_LONG = ("长期坚持", "长期", "长期整改", "长期推进", "持续推进", "持续整改", "持续坚持")
_STANDING = {**dict.fromkeys(_AT_ONCE, DueKind.IMMEDIATE), **dict.fromkeys(_FOR_LONG, DueKind.LONG_TERM)}
_UNTIL = "|".join((
    "截止到?", "截至到?", "限期?[在于至]?", "不得?(?:[迟晚]于|超过)", "[最至][迟晚]于?", "于", "在", "至", "到",
    "by ?", "until ?", "till ?", "(?:no|not) later than ", "due (?:by |on )?", "latest ", "on ",
    "(?P<before>(?:on or )?before )",
))  # fmt: skip
_NAMED_DEADLINE = "原定(?:时限)?|(?:整改|完成|办结|销号|报送|反馈|截止)?(?:时限|期限|时间|日期)|deadline:? ?|:"
_PLEASE = "务必|必须|请|争取|力争|确保"
# 自收到本通知之日起 and the like, where a span follows
_SINCE_NOW = (
    r"(?:自|从|在)?(?:收到|接到?)?(?:本?通知书?|文件|督办函|[^\d\s,]{0,4}函|发文|收文|下发|收到|接到|今天|现在|即)"
    r"(?:下发|送达)?之?(?:日|后)?起?的?(?=\d+个?(?:工作)?[日天周月小])"
)
_LEAD = re.compile(f"(?:{_SINCE_NOW}|{_NAMED_DEADLINE}|{_UNTIL}|{_PLEASE})+")
_DEED = "完成|整改|到位|办结|销号|上报|反馈|报送|回复|清零"
_DONE = re.compile(rf"(?:(?:全面|全部|基本)?(?:{_DEED})+(?:之前|以前|前|止|为止)?| at the latest)$")
_BEFORE = re.compile(r"(?:或者?)?(?:之前|以前|前)$|(?:为?止|当[天日])$")
_WEEKDAY_BESIDE = re.compile(r"\((?:周(?P<w>[一二三四五六日天])|(?P<day>[^()]{2,12}))\)")
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})")
_RANGE = re.compile(r"(?: to | until | through |起?至|到|(?<=[\d日号月一二三四五六天末]) ?- ?|(?<=[底末旬])(?=\d))")
_HEAD_OF_DAY = re.compile(r"(?P<month>(?:(?:\d{4}|\d{2}|[今明后])年)?(?:\d{1,2}|本|下个?|这个?)月)?\d{1,2}[日号]?")
_DATEPARSER = re.compile(rf"(?=.*\b{MONTH}\b)(?=.*\d)[a-z0-9 ,.:]{{6,40}}")
_DATEPARSER_WORDS = re.compile(rf"(?:{MONTH}|\d{{1,4}}(?:st|nd|rd|th)?|of|the|day|year|in)")
_WEEKDAY_ALONE = re.compile("周[一二三四五六日天]")
_CHINESE_RULES = (*CHINESE, *CHINESE_SPANS)
_ALL_RULES = (*_CHINESE_RULES, *ENGLISH)


def read_phrase(text: str, now: datetime, calendar: Calendar, *, marked: bool = False) -> Understood | None:
    """Read a phrase that is nothing but a deadline."""
    if not text or len(text) > LONGEST:
        return None
    plain = plain_phrase(text)
    words = text.strip()
    if kind := _STANDING.get(plain):
        return Understood(when=None, kind=kind, words=words)
    if _ISO_MOMENT.fullmatch(plain):
        return _iso_moment(plain, words)
    moment = Moment(now, calendar, marked)
    understood = _read_plain(plain, moment) or _read_range(plain, moment) or _read_left_over(plain, moment)
    return replace(understood, words=words) if understood else None


def read_written(text: str, today: date) -> Understood | None:
    """Read a phrase that says its day without anybody speaking: with a year, or with one reckoned from ``today``.

    A time of day, a range, or words like 周五 and 3天内 say nothing where nobody speaks.
    """
    if not text or len(text) > LONGEST:
        return None
    plain = plain_phrase(text)
    words = text.strip()
    if kind := _STANDING.get(plain):
        return Understood(when=None, kind=kind, words=words)
    understood = _read_plain(plain, Moment(datetime.combine(today, clock_time()), Calendar()))
    if understood is None or understood.written is Written.SPOKEN or understood.timed:
        return None
    return replace(understood, words=words)


def _iso_moment(plain: str, words: str) -> Understood | None:
    try:
        when = datetime.fromisoformat(plain.upper()).astimezone(_LOCAL).replace(tzinfo=None)
    except ValueError:
        return None
    return Understood(when=when, kind=DueKind.DATE, words=words, written=Written.FULL, timed=True)


def _read_plain(plain: str, moment: Moment) -> Understood | None:
    lead = _LEAD.match(plain)
    core = plain[lead.end() :] if lead else plain
    core = _DONE.sub("", core)
    tail = _BEFORE.search(core)
    is_marked = moment.marked or bool(lead) or core != plain
    is_before = bool(lead and lead["before"])
    if tail:
        beside = moment.beside(marked=True, before=is_before or "前" in tail[0])
        if understood := _read_day(core[: tail.start()], beside):
            return understood
    return _read_day(core, moment.beside(marked=is_marked, before=is_before and not tail))


def _read_day(core: str, moment: Moment) -> Understood | None:
    """Read a day with or without a time of day; the words without a time are tried first."""
    if found := _WEEKDAY_BESIDE.search(core):
        return _read_with_beside(core, found, moment)
    if core and (one := _ask_tables(core, moment)):
        return _end(*one)
    split = split_time(core)
    if split is None or split[1] is None:
        return None
    rest, at = split[0].rstrip("之的"), split[1]
    if not rest:
        return _next_such_time(at, moment)
    rest = _LEAD.sub("", rest, count=1) if rest.isascii() else rest
    one = _ask_tables(rest, moment)
    return _end(*one, at=at) if one else None


def _read_with_beside(core: str, found: re.Match[str], moment: Moment) -> Understood | None:
    """Read 本周五(11月20日): both must say the same day, or nothing is read."""
    first, rest = core[: found.start()], core[found.end() :]
    understood = _read_day(first + rest, moment)
    if understood is None or understood.when is None:
        return understood
    if found["w"]:
        agrees = understood.when.weekday() == WEEKDAYS[found["w"]]
    else:
        beside = _ask_tables(found["day"], moment.beside(marked=True, before=moment.before))
        agrees = bool(beside and beside[0].when and _day_of(beside[0].when) == understood.when.date())
    return understood if agrees else None


def _day_of(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


def _ask_tables(core: str, moment: Moment) -> tuple[Found, bool] | None:
    """Ask each rule, Chinese first; what has no Chinese word may be digits, which both tables read."""
    for rule in _ALL_RULES if core.isascii() else _CHINESE_RULES:
        if (match := rule.pattern.fullmatch(core)) and (found := rule.read(match, moment)):
            return found, rule.sure or moment.marked
    return None


def _end(found: Found, sure: bool, at: clock_time | None = None) -> Understood | None:
    """Return the end of the day, or the time that was said; a span of hours has no other time of day."""
    if isinstance(found.when, datetime):
        return None if at else Understood(when=found.when, kind=found.kind, words="", sure=sure, timed=True)
    when = datetime.combine(found.when, at or END_OF_DAY) if found.when else None
    return Understood(
        when=when, kind=found.kind, words="", written=found.written, sure=sure or at is not None, timed=at is not None
    )  # fmt: skip


def _next_such_time(at: clock_time, moment: Moment) -> Understood:
    when = datetime.combine(moment.today, at)
    if when < moment.now:
        when += timedelta(days=1)
    return Understood(when=when, kind=DueKind.DATE, words="", sure=moment.marked, timed=True)


def _read_range(plain: str, moment: Moment) -> Understood | None:
    """Read the end of a range; what its end leaves out (the month, the year) is what its start said."""
    plain = plain.removeprefix("从").removeprefix("自").removeprefix("from ").removeprefix("between ")
    for found in _RANGE.finditer(plain):
        first, last = plain[: found.start()], plain[found.end() :]
        if _WEEKDAY_ALONE.fullmatch(first) and _WEEKDAY_ALONE.fullmatch(last):
            return None  # 周一至周五 is every week
        start = _read_start(first, last, moment)
        if start is None or start.when is None:
            continue
        end = _read_last(first, last, moment)
        if end and end.when and end.when >= start.when:
            return end
    return None


def _read_start(first: str, last: str, moment: Moment) -> Understood | None:
    moment = moment.beside(marked=True, before=moment.before)
    if (head := _HEAD_OF_DAY.fullmatch(first)) and first[-1].isdigit() and re.match(r"\d{1,2}[日号]", last):
        first += "日" if head["month"] or len(first) < 3 else ""
    return _read_day(first, moment)


def _read_last(first: str, last: str, moment: Moment) -> Understood | None:
    moment = moment.beside(marked=True, before=moment.before)
    inherited = []
    if (head := _HEAD_OF_DAY.match(first)) and head["month"] and re.match(r"\d{1,2}[日号]", last):
        inherited.append(head["month"] + last)
    if (year := re.match(r"\d{4}年", first)) and re.match(r"\d{1,2}月", last):
        inherited.append(year[0] + last)
    if (month := re.match(MONTH, first)) and re.match(r"\d{1,2}(?:\D|$)", last):
        inherited.append(f"{month[0]} {last}")
    for one in (*inherited, last):
        if understood := _read_plain(one, moment):
            return understood
    return None


def _read_left_over(plain: str, moment: Moment) -> Understood | None:
    """Ask dateparser about English that no rule reads: it must have a month, a day, and nothing that is no date."""
    if not plain.isascii() or not _DATEPARSER.fullmatch(plain):
        return None
    words = re.split(r"[ ,.]+", plain)
    numbers = [int(word) for word in re.findall(r"\d+", plain)]
    if not all(_DATEPARSER_WORDS.fullmatch(word) for word in words if word):
        return None
    import dateparser  # costs a third of a second, and hardly a phrase needs it

    parsed: datetime | None = dateparser.parse(
        plain, languages=["en"], settings={"RELATIVE_BASE": moment.now, "PREFER_DATES_FROM": "future"}
    )
    if parsed is None or parsed.day not in numbers or (len(numbers) > 1 and parsed.year not in numbers):
        return None
    return Understood(when=datetime.combine(parsed.date(), END_OF_DAY), kind=DueKind.DATE, words="")
