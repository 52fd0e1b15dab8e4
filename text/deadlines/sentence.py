"""Find the deadline inside a sentence.

Runs of words that may name a day are read as phrases; what stands around them (``context``) says which one wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.calendar import Calendar
from text.deadlines.chinese import DAYS_OFF
from text.deadlines.context import (
    ASKED,
    DEEDS,
    DONE_COUNT,
    EXTENDED,
    LIKELIER,
    NAMED,
    NO_DAY_BEFORE,
    NO_DAY_BEHIND,
    NO_DEADLINE,
    OVER_BEFORE,
    OVER_BEHIND,
    STOOD,
    STOOD_BEFORE,
    UNTIL,
    ahead,
    behind,
)
from text.deadlines.days import FESTIVALS
from text.deadlines.english import MONTH, WEEKDAY
from text.deadlines.phrase import Understood, read_phrase
from text.deadlines.plain import NUMERAL, fold
from text.deadlines.rule import Written

LONGEST_SENTENCE = 1000
MOST_WORDS = 16
LONGEST_CLAUSE = 40
A_SEASON = timedelta(days=90)  # what nobody asks for is hardly agreed longer ahead
_NAMES = "|".join(sorted(FESTIVALS, key=len, reverse=True))
_UNITS = (
    "个?(?:工作日|自然日|日历日|小时|钟头|分钟|季度)", "个?(?:半?月份?|周|星期|礼拜)", "半年", "年?度[末内]", "年",
    "天", "日", "号", "点半?", "时", "分", "刻钟?", "半",
)  # fmt: skip
_CHINESE = (
    "大后天", "今天", "今日", "明天", "明日", "后天", "今晚", "明晚", "今早", "明早", "当天",
    rf"(?:本|这|当|下下|下|最后|第)个?(?=[{NUMERAL}\d个周月季年工星礼])",
    "[上中下]旬", "[上下]半年", "(?:周|星期|礼拜)[一二三四五六日天末1-7]", "[年月]?年?[底末初]", "岁末",
    "[年月]中(?!旬)", "[今明后]年",
    rf"(?:{_NAMES})节?{DAYS_OFF}", "节日?(?=前|之前|以前)", "(?:上午|中午|下午)?[上下]班",
    "上午|下午|中午|晚上|早上|傍晚|凌晨",
    "“?十[四五六七]五”?期?末", "q[1-4]", rf"\d+(?:[-./:]\d+)*|[{NUMERAL}]+", *_UNITS,
    "之前|以前|前(?![往来述期提沿])", "之内|以内|内", "之后|以后|后", "中", "[-~至到—–]",
    r"\((?:周|星期)[一二三四五六日天]\)", r"\(\d{1,2}月\d{1,2}[日号]\)",
)  # fmt: skip
_ENGLISH = (
    MONTH, WEEKDAY, "today|tomorrow|tonight|noon|midnight|morning|afternoon|evening|eod|cob|eo[wmqy]|q[1-4]",
    "close|business|before|end|of|the|this|next|last|first|second|third|day|after|in|within|from|now|half|couple",
    "early|mid|late|minutes?|hours?|hrs?|days?|weeks?|fortnight|months?|quarter|years?|weekend|working|on|at|to",
    "an?|one|two|three|four|five|six|seven|eight|nine|ten|christmas|new year|spring festival|national day",
)  # fmt: skip
_CLOCK = r"(?<!\d)\d{1,2}(?:(?::\d{2})? ?[ap]\.?m(?![a-z])\.?|(?:st|nd|rd|th|h|hrs?)(?![a-z]))"
_NO_DAY_BEHIND, _NO_DAY_BEFORE = behind(NO_DAY_BEHIND, between=""), ahead(NO_DAY_BEFORE, between="")
_OVER_BEHIND, _OVER_BEFORE = behind(OVER_BEHIND), ahead(OVER_BEFORE)
_STOOD, _STOOD_BEFORE = ahead((STOOD,)), ahead((STOOD_BEFORE,))
_UNTIL, _EXTENDED, _ASKED, _LIKELIER = behind(UNTIL), behind(EXTENDED), behind(ASKED), behind(LIKELIER)
_NAMED = behind(NAMED)
_ASKED_IN_CLAUSE = re.compile(
    r"请|务必|必须|要求|争取|力争|确保|\b(?:please|must|should|need|(?:can|could) you)\b[^,.;!?]*$"
)
_DEED = ahead(DEEDS, DONE_COUNT)
_AS_OF = re.compile(r"截[至止]到?\s*$")
_AT_LATEST = re.compile(r"前|内$|\b(?:within|before)\b")
_END_OF_PERIOD = re.compile(r"[底末]$|\bend of\b")
_PERIOD = re.compile(r"[周度]$|月份?$|半年$|\b(?:week|month|quarter|year)$")
_SAYS_WHEN = re.compile(r"年|后|later|year|from|\d{4}")
# Names that are also days: 周一鸣, 王国庆, May.
_WEEKDAY_ALONE = re.compile(r"周[一二三四五六日天末]$")
_AFTER_WEEKDAY = re.compile(
    r"$|[\s,。!?;、()]|[上下中晚早完反报交到必可能要提办整的把给请去在开再都就之前内会吗行吧呢我你他不]"
)
_FESTIVAL_ALONE = re.compile(rf"(?!.*节)(?:{_NAMES})(?:之?前|以前)?$")
_BEFORE_FESTIVAL = re.compile(r"(?:^|[\s,。!?;、()于在到至限年的把赶请必县区市局须应拟划]|争取?|力争|确保|务必|要求)$")
_NO_DAY = re.compile(rf"[-~至到—–前内之以]|后(?![天年])|中(?!午|秋|旬)|半$|(?:\d{{1,7}}|[{NUMERAL}]*)$")
_OPEN_NUMBER = re.compile(rf"[{NUMERAL}\d个]$")
_GOES_ON = f"{NUMERAL}0123456789半个年月日周天时"
_SKIPPED = rf"{NO_DEADLINE}|(?<![a-z0-9-])(?!{MONTH})[a-z]{{1,4}}(?:-\d+)+"
_WORD = re.compile(
    rf"(?P<skipped>{_SKIPPED})|(?:{_CLOCK}|{'|'.join(_CHINESE)}|(?<![a-z])(?:{'|'.join(_ENGLISH)})(?![a-z])\.?)[ ,]*"
)
_PLAN = re.compile("十[四五六七]五")
_SENTENCE_SIGNS = re.compile("[,。;!?]")
_NAME_MONTHS = re.compile(r"(?:may|march|sat|sun|second)$")
_SIGNS = str.maketrans("，！（）；？", ",!();?")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a sentence that may name a day, in their plain form, and what stands around them."""

    words: str
    before: str
    clause: str
    after: str

    @property
    def is_limit(self) -> bool:
        """Whether the words or those before them say that a day is the last one."""
        return bool(_UNTIL.search(self.before) or _AT_LATEST.search(self.words))

    @property
    def is_marked(self) -> bool:
        """Whether words beside it make a deadline of what may be something else as well."""
        if any(cues.search(self.before) for cues in (_UNTIL, _EXTENDED, _NAMED, _ASKED)):
            return True
        is_period = bool(_PERIOD.search(self.words))
        return is_period and bool(_DEED.match(self.after) or _ASKED_IN_CLAUSE.search(self.clause))


def find_in(sentence: str, now: datetime, calendar: Calendar) -> Understood | None:
    """Return the surest deadline of a sentence; None if there is none, or two are equally sure and differ."""
    sentence = sentence[:LONGEST_SENTENCE]
    folded = fold(sentence).translate(_SIGNS)
    scored = [(_score(piece, one, now), one) for piece, one in _readings(sentence, folded, now, calendar)]
    best = max((score for score, _ in scored), default=0)
    surest = [one for score, one in scored if score == best > 0]
    return surest[0] if len({one.when for one in surest}) == 1 else None


def _readings(
    sentence: str, folded: str, now: datetime, calendar: Calendar
) -> Iterator[tuple[Piece, Understood]]:  # fmt: skip
    """Read the longest words that name a day, from each place on; what was read is not read again."""
    for tokens in _runs(folded):
        start = 0
        while start < len(tokens):
            for end in range(min(len(tokens), start + MOST_WORDS), start, -1):
                first, last = tokens[start][0], tokens[end - 1][1]
                words = sentence[first:last].rstrip(" ,，")
                piece = _piece(folded, first, first + len(words))
                if found := _read_piece(piece, words, now, calendar):
                    yield piece, found
                    start = end - 1
                    break
            start += 1


def _piece(folded: str, start: int, end: int) -> Piece:
    before = folded[max(0, start - LONGEST_CLAUSE) : start]
    return Piece(folded[start:end], before[-16:], _SENTENCE_SIGNS.split(before)[-1], folded[end : end + 20])


def _runs(folded: str) -> Iterator[list[tuple[int, int]]]:
    """Return the runs of neighbouring words that may name a day; what stands right behind 去年 or 每周 is none."""
    run: list[tuple[int, int]] = []
    place, is_skipped = 0, False
    for found in _WORD.finditer(folded):
        if found.start() != place or found["skipped"]:
            if run:
                yield run
            run, is_skipped = [], bool(found["skipped"])
        if not is_skipped:
            run.append(found.span())
        place = found.end()
    if run:
        yield run


def _read_piece(piece: Piece, words: str, now: datetime, calendar: Calendar) -> Understood | None:
    if _NO_DAY.match(piece.words) or _cuts_number(piece):
        return None
    if _NO_DAY_BEHIND.search(piece.before) or _NO_DAY_BEFORE.match(piece.after) or not _is_whole(piece):
        return None
    marked = piece.is_marked
    understood = read_phrase(words, now, calendar, marked=marked)
    return understood if understood and (understood.sure or marked) else None


def _cuts_number(piece: Piece) -> bool:
    """Whether a numeral or 个 before the piece belongs to it: 两个半小时 is not 半小时."""
    return bool(_OPEN_NUMBER.search(piece.before)) and piece.words[0] in _GOES_ON


def _is_whole(piece: Piece) -> bool:
    """Whether words that are also names (周一鸣, 王国庆, May) stand as a day here."""
    if _WEEKDAY_ALONE.fullmatch(piece.words) and not _AFTER_WEEKDAY.match(piece.after):
        return False
    if _FESTIVAL_ALONE.fullmatch(piece.words) and not _BEFORE_FESTIVAL.search(piece.before):
        return False
    return not _NAME_MONTHS.fullmatch(piece.words) or bool(_UNTIL.search(piece.before))


def _score(piece: Piece, one: Understood, now: datetime) -> int:
    """Say how much speaks for a deadline: an extension most, then words like 前 and "by"; 下发 speaks against it."""
    if _OVER_BEFORE.match(piece.after):
        return 0
    if _EXTENDED.search(piece.before):
        return 8
    if _OVER_BEHIND.search(piece.before) or _is_over(piece, one, now):
        return 0
    is_limit = piece.is_limit or _END_OF_PERIOD.search(piece.words) or _NAMED.search(piece.before)
    is_asked = _ASKED_IN_CLAUSE.search(piece.clause) or _LIKELIER.search(piece.before)
    return 1 + 4 * bool(is_limit) + 2 * bool(is_asked)


def _is_over(piece: Piece, one: Understood, now: datetime) -> bool:
    """Whether a day that nobody asks for is likelier the one behind us: 11月10日 said on 18 November, 截至10月底."""
    as_of = _AS_OF.search(piece.before)
    if as_of and _STOOD.match(piece.after):
        return True
    if one.when is None or _ASKED.search(piece.before) or (_UNTIL.search(piece.before) and not as_of):
        return False
    if _PLAN.search(piece.words):
        return False
    if one.when.date() < now.date():
        return True
    if one.written is Written.FULL or _SAYS_WHEN.search(piece.words):
        return False
    is_limit = _AT_LATEST.search(piece.words) and not _STOOD_BEFORE.match(piece.after)
    return one.when - now > A_SEASON and not is_limit
