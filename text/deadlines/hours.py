"""Times of day, which stand behind a day (周五下午5点) or, in English, before it (3pm Dec 8)."""

from __future__ import annotations

import re
from datetime import time

END_OF_DAY = time(23, 59, 59)
_LAST_EARLY_HOUR = 6  # 5点 among colleagues is 17:00
_PARTS = {
    "上午": time(12), "早上": time(12), "早晨": time(12), "一早": time(12), "早": time(12), "中午": time(12),
    "下午": time(18), "傍晚": time(18), "晚上": END_OF_DAY, "晚间": END_OF_DAY, "夜里": END_OF_DAY, "晚": END_OF_DAY,
    "下班": time(18), "下班时": time(18), "下班时间": time(18), "上班": time(9), "上班时": time(9),
    "上午下班": time(12), "中午下班": time(12), "下午下班": time(18), "下午上班": time(14),
    "morning": time(12), "noon": time(12), "midday": time(12), "afternoon": time(18), "evening": END_OF_DAY,
    "night": END_OF_DAY, "tonight": END_OF_DAY, "eod": END_OF_DAY, "end of day": END_OF_DAY,
    "end of the day": END_OF_DAY, "midnight": END_OF_DAY, "cob": time(18), "close of business": time(18),
    "end of business": time(18), "eob": time(18),
}  # fmt: skip
_LATE_PARTS = {"下午", "傍晚", "晚上", "晚间", "夜里", "晚"}

_PART = "(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|早|晚)"
_MINUTE = r"(?:(?P<half>半)|(?P<quarter>[13])刻|(?P<minute>\d{1,2})分?|整)"
_COLON = r":(?P<colon>\d{2})(?::(?P<s>\d{2})(?:\.0+)?)?"
_CLOCK = re.compile(rf"{_PART}?(?P<h>\d{{1,2}})(?:(?P<word>[点时]){_MINUTE}?|{_COLON})钟?$")
_ALONE = re.compile(
    r"(?:(?:上午|中午|下午)?下班(?:时间?)?|下午上班时?|上班时?|上午|早上|早晨|一早|中午|下午|傍晚|晚上|晚间|夜里"
    r"|(?<=[天一二三四五六日号])[早晚])$"
)
_AM_PM = r"(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))? ?(?P<half>[ap])\.?m\.?(?: tonight)?"
_H24 = r"(?P<h24>\d{1,2}):(?P<m24>\d{2})(?::\d{2})?"
_WORD = "(?P<word>tonight|noon|midday|midnight|eo[db]|cob|end of(?: the)? day|(?:close|end) of business)"
_LATE = "(?:in the )?(?P<late>morning|afternoon|evening|night)"
_ENGLISH_END = re.compile(rf"(?:^|[ ,]+|(?<=[^\x00-\x7f]))(?:at |by |before )?(?:{_AM_PM}|{_H24}|{_WORD}|{_LATE})$")
_ENGLISH_START = re.compile(rf"^(?:at )?(?:{_AM_PM}|{_H24}|{_WORD})(?:,| on| of)?(?: |$)")


def split_time(phrase: str) -> tuple[str, time | None] | None:
    """Take the time of day off a phrase: the rest and the time (None = none said); None if there is no such time."""
    if found := _CLOCK.search(phrase):
        at = _clock(found)
        return (_without_joint(phrase[: found.start()]), at) if at else None
    if found := _ALONE.search(phrase):
        return phrase[: found.start()].removesuffix("的"), _PARTS[found[0]]
    for pattern in (_ENGLISH_END, _ENGLISH_START):
        if found := pattern.search(phrase):
            at = _english(found)
            rest = phrase[: found.start()] + phrase[found.end() :]
            return (rest.strip(" ,"), at) if at else None
    return phrase, None


def _without_joint(day: str) -> str:
    """Take off what joins a day and its clock time: 2026-12-08t15:00, Dec 8 at 15:00."""
    return day.removesuffix("t") if day.endswith("t") else day.rstrip(" ,").removesuffix(" at")


def _clock(found: re.Match[str]) -> time | None:
    hour, part = int(found["h"]), found["part"]
    minute = 30 if found["half"] else 15 * int(found["quarter"] or 0) or int(found["minute"] or found["colon"] or 0)
    if part in _LATE_PARTS:
        hour = 24 if hour == 12 and part != "下午" else hour + 12 if hour < 12 else hour
    elif part == "中午":
        hour = hour + 12 if hour < 3 else hour
    elif part is None and found["word"] == "点" and 0 < hour <= _LAST_EARLY_HOUR:
        hour += 12
    return _time(hour, minute)


def _english(found: re.Match[str]) -> time | None:
    groups = found.groupdict()
    if word := groups["word"] or groups.get("late"):
        return _PARTS[word]
    if groups["h24"]:
        return _time(int(groups["h24"]), int(groups["m24"]))
    hour = int(groups["h"])
    if not 1 <= hour <= 12:
        return None
    return _time(hour % 12 + (12 if groups["half"] == "p" else 0), int(groups["m"] or 0))


def _time(hour: int, minute: int) -> time | None:
    """Return a time; 24:00 is the end of the day."""
    if hour == 24 and minute == 0:
        return END_OF_DAY
    return time(hour, minute) if hour < 24 and minute < 60 else None
