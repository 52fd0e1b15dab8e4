"""Find the deadline inside a sentence: runs of words that may name a day, each read as a phrase, the surest one wins."""

# ruff: noqa: E501 -- a row of a table of forms stays on one line
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from rules.calendar import Calendar
from text.deadlines.days import FESTIVALS
from text.deadlines.english import MONTH, WEEKDAY
from text.deadlines.phrase import Understood, read_phrase
from text.deadlines.plain import NUMERAL, fold

LONGEST_SENTENCE = 1000
MOST_WORDS = 16
_NAMES = "|".join(sorted(FESTIVALS, key=len, reverse=True))
_NUMBER = rf"\d+(?:[-./:]\d+)*|[{NUMERAL}]+"
_UNIT = r"个?(?:工作日|自然日|日历日|小时|钟头|分钟|季度)|个?(?:半?月|周|星期|礼拜)|半年|年度末|年|月份|天|日|号|点半?|时|分|刻钟?|半"
_CHINESE = (
    rf"大后天|今天|今日|明天|明日|后天|今晚|明晚|今早|明早|(?:本|这|当|下下|下|最后|第)个?(?=[{NUMERAL}\d个周月季年工星礼])"
    rf"|[上中下]旬|[上下]半年|(?:周|星期|礼拜)[一二三四五六日天末1-7]|[年月]?年?[底末初]|年中|月中|[今明后]年"
    rf"|(?:{_NAMES})节?(?:长假)?|上午|下午|中午|晚上|早上|傍晚|凌晨|下班|上班|十[四五六]五期?末|q[1-4]"
    rf"|{_NUMBER}|{_UNIT}|之前|以前|前|之内|以内|内|之后|以后|后|中|[-~至到—–]|\((?:周|星期)[一二三四五六日天]\)|\(\d{{1,2}}月\d{{1,2}}[日号]\)"
)
_ENGLISH = (
    rf"\b(?:{MONTH}|{WEEKDAY}|today|tomorrow|tonight|noon|midnight|morning|afternoon|evening|eod|cob|eo[wmqy]|q[1-4]"
    r"|close|business|before|end|of|the|this|next|last|first|second|third|day|after|in|within|from|now|a|an|half|couple|early|mid|late"
    r"|minutes?|hours?|days?|weeks?|fortnight|months?|quarter|years?|weekend|working|on|at|to"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|christmas|new year|spring festival|national day)\b\.?"
    r"|-"
)
_CLOCK = r"\b\d{1,2}(?::\d{2})? ?[ap]\.?m\b\.?|\b\d{1,2}(?:st|nd|rd|th)\b"
_TOKEN = re.compile(rf"(?:{_CLOCK}|{_CHINESE}|{_ENGLISH})[ ,]*")
_PAST = re.compile(
    r"昨[天日晚]|(?<!大)前[天年]|去年|上上?个?(?:周|星期|礼拜|月|季度)|\byesterday\b|\b(?:last|past) (?:week|month|year|\d+)|\bago\b"
)
_MARK_BEFORE = re.compile(
    r"(?:截止到?|截至|限期?[在于至]?|不[迟晚]于|最[迟晚]|\bby|\buntil|\bbefore|later than|\bdue(?: on| by)?|deadline:?)\s*(?:the )?$"
)
_MARK_INSIDE = re.compile(r"前|内$|\bwithin\b|\bbefore\b|底$|末$|\bend of\b")
_ASKED = re.compile(r"(?:请|务必|必须|于|在|要求|争取|力争|确保|赶)\s*$")
_EXTENDED = re.compile(r"(?:延期?|延长|展期|顺延|推迟|改|宽限|extended?)\s*(?:至|到|to)\s*$")
_PAST_BEFORE = re.compile(r"(?:近|过去|过了|已|已经|超过?|逾期|超期|历时|拖了|前|原定|原|自|从|since)\s*$")
_NOTICE_AFTER = re.compile(
    r"\s*的?(?:以来|起|开始|已|下发|印发|收到|发现|发布|下达|通报|召开|接到|发的|发来|发出|来的|到的|上报的|的通知|的会|的文)"
)
_LETTER_BEFORE = re.compile(r"[a-z0-9_/.#+-]$|第$|[〔\[]$|\d[-.,:]$")
_MEASURE_AFTER = re.compile(
    r"\(周|\(\d+月|\s*or\b|天|[a-z0-9_%‰℃〕\]]|[-.:/+]\d|亩|公顷|平方|万|亿|元|人|件|宗|处|块|个|条|户|套|米|吨|公里|期|楼|栋|幢|路|街|巷|弄|门|线|图|地块|问题|案"
    r"|度(?!假)|文|令|院|头条|报|志|会议室|规划|级|届|批|次|组|班(?!前)|队|点钟?[^\d前]|公告|通知书|煤矿|广场|村|镇|乡|县|市|区"
)
_WEEKDAY_ALONE = re.compile(r"周[一二三四五六日天末]$")
_AFTER_WEEKDAY = re.compile(
    r"$|[\s,。!?;、()]|[上下中晚早完反报交到必可能要提办整的把给请去在开再都就之前内会吗行吧呢我你他不]"
)
_FESTIVAL_ALONE = re.compile(rf"(?:{_NAMES})(?:之?前|以前)?$")
_BEFORE_FESTIVAL = re.compile(r"(?:^|[\s,。!?;、()于在到至限年的把赶请必])$")
_NO_START = re.compile(r"[-~至到—–前内之以]|后(?![天年])|中(?!午|秋|旬)|半$")
_NAME_MONTHS = re.compile(r"(?:may|march|sat|sun|second)$")


def find_in(sentence: str, now: datetime, calendar: Calendar) -> Understood | None:
    """Return the surest deadline of a sentence; None if there is none, or two are equally sure and differ."""
    folded = (
        fold(sentence[:LONGEST_SENTENCE]).replace("，", ",").replace("！", "!").replace("（", "(").replace("）", ")")
    )
    scored = [(_score(folded, start, end, one), one) for start, end, one in _readings(sentence, folded, now, calendar)]
    likely = [(score, one) for score, one in scored if score > 0]
    if not likely:
        return None
    best = max(score for score, _ in likely)
    surest = [one for score, one in likely if score == best]
    return surest[0] if len({one.when for one in surest}) == 1 else None


def _readings(
    sentence: str, folded: str, now: datetime, calendar: Calendar
) -> Iterator[tuple[int, int, Understood]]:  # fmt: skip
    for tokens in _runs(folded):
        start = 0
        while start < len(tokens):
            for end in range(min(len(tokens), start + MOST_WORDS), start, -1):
                first, last = tokens[start][0], tokens[end - 1][1]
                words = sentence[first:last].rstrip(" ,，")
                found = _read_piece(words, folded, first, first + len(words), now, calendar)
                if found:
                    yield first, first + len(words), found
                    start = end - 1
                    break
            start += 1


def _runs(folded: str) -> Iterator[list[tuple[int, int]]]:
    """Return the runs of neighbouring words that may name a day; a run with 去年 or 上周 in it speaks of what is over."""
    run: list[tuple[int, int]] = []
    place = 0
    past = [(found.start(), found.end()) for found in _PAST.finditer(folded)]
    while place < len(folded):
        over = next((end for start, end in past if start <= place < end), None)
        found = None if over else _TOKEN.match(folded, place)
        if found and found.end() > place:
            run.append((place, found.end()))
            place = found.end()
            continue
        if run:
            yield run
            run = []
        place = _behind_past(folded, over) if over else place + 1
    if run:
        yield run


def _behind_past(folded: str, place: int) -> int:
    while (found := _TOKEN.match(folded, place)) and found.end() > place:
        place = found.end()
    return place


def _read_piece(
    words: str, folded: str, start: int, end: int, now: datetime, calendar: Calendar
) -> Understood | None:  # fmt: skip
    before, after = folded[max(0, start - 12) : start], folded[end : end + 12]
    piece = folded[start:end]
    if not piece or _LETTER_BEFORE.search(before) or _cut_number(before, piece) or _MEASURE_AFTER.match(after):
        return None
    if _NO_START.match(piece) or not _is_whole(piece, before, after):
        return None
    marked = bool(_MARK_BEFORE.search(before) or _EXTENDED.search(before))
    understood = read_phrase(words, now, calendar, marked=marked)
    if understood is None or not (understood.sure or marked):
        return None
    return replace(understood, words=words)


def _cut_number(before: str, piece: str) -> bool:
    """Whether a numeral or 个 before the piece belongs to it: 两个半小时 is not 半小时."""
    return bool(re.search(rf"[{NUMERAL}\d个]$", before)) and piece[0] in f"{NUMERAL}0123456789半个年月日周天时"


def _is_whole(piece: str, before: str, after: str) -> bool:
    """Whether words that are also names (周一鸣, 王国庆, May) stand as a day here."""
    if _WEEKDAY_ALONE.fullmatch(piece) and not _AFTER_WEEKDAY.match(after):
        return False
    if _FESTIVAL_ALONE.fullmatch(piece) and "节" not in piece and not _BEFORE_FESTIVAL.search(before):
        return False
    return not _NAME_MONTHS.fullmatch(piece) or bool(_MARK_BEFORE.search(before))


def _score(folded: str, start: int, end: int, one: Understood) -> int:
    """Say how much speaks for a deadline: words like 前 and "by" most, 下发 against it."""
    before, after, piece = folded[max(0, start - 16) : start], folded[end : end + 12], folded[start:end]
    if _NOTICE_AFTER.match(after):
        return 0
    if _EXTENDED.search(before):
        return 8
    score = 1 + 4 * bool(_MARK_BEFORE.search(before) or _MARK_INSIDE.search(piece)) + 2 * bool(_ASKED.search(before))
    return 0 if _PAST_BEFORE.search(before) else score
