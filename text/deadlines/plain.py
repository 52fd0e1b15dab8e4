"""One form for every way of writing: width, old characters, blanks, numerals and the words around a deadline."""

from __future__ import annotations

import re
import unicodedata

DIGITS = {**{digit: value for value, digit in enumerate("〇一二三四五六七八九")}, "零": 0, "○": 0, "元": 1, "两": 2}
_OLD = str.maketrans(
    "週兩個內後點號時鐘禮這節國慶開當進發於從銷週間畫",
    "周两个内后点号时钟礼这节国庆开当进发于从销周间画",
)
_SIGNS = str.maketrans({"—": "-", "–": "-", "―": "-", "~": "-", "“": "", "”": "", '"': "", "「": "", "」": ""})
NUMERAL = "〇零○一二三四五六七八九十百两廿卅"
_ALIAS = {
    "今晚": "今天晚上", "当晚": "今天晚上", "今夜": "今天晚上", "明晚": "明天晚上", "后晚": "后天晚上",
    "今早": "今天早上", "明早": "明天早上", "今日": "今天", "本日": "今天", "明日": "明天", "次日": "明天",
    "翌日": "明天", "后日": "后天", "星期": "周", "礼拜": "周", "元月": "1月",
}  # fmt: skip
_ALIASES = re.compile("|".join(_ALIAS))
_YEAR_IN_WORDS = re.compile(r"[〇零○一二三四五六七八九]{4}(?=年|[./-])")
_DIGIT_BY_DIGIT = re.compile(
    r"(?<=[年./-])(?P<m>[〇零○一二]{1,2})(?P<s>[月./-])(?P<d>[〇零○一二三四五六七八九]{1,2})(?=$|[日号])"
)
_UNIT = r"个?(?:月|年|天|日|号|周(?!边)|点|时|小时|分|刻|季度?|工作日|自然日|日历日|钟头)"
_NUMBER_IN_WORDS = re.compile(rf"(?<![周{NUMERAL}\d])[{NUMERAL}]{{1,5}}(?={_UNIT})")
_WEEK_THEN_NUMBER = re.compile(rf"(?<=周[一二三四五六日天])[{NUMERAL}]{{1,3}}(?=[点时])")
_TENS = re.compile("(?P<tens>[一二三四五六七八九])?十(?P<ones>[一二三四五六七八九])?")
_REMARK = re.compile(r"\((?:含|包含|包括|北京时间|暂定|当[天日])[^()]*\)")


def fold(text: str) -> str:
    """Bring each character to its plain form and keep their number, so that places in the text stay the same."""
    return text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """The plain form of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char).lower().translate(_OLD)
        self[code] = plain if len(plain) == 1 else char
        return self[code]


_FOLDED = _Folded()


def plain_phrase(text: str) -> str:
    """Return a phrase without blanks beside Chinese, with digits for Chinese numerals."""
    folded = fold(text) if not text.isascii() else text.lower()
    folded = re.sub(r"\s+", " ", folded.strip(" \t\r\n。.!,;、，"))
    if folded.isascii():
        return folded
    plain = folded.translate(_SIGNS)
    plain = re.sub(r" ?([^\x00-\x7f]) ?", r"\1", plain)
    plain = _ALIASES.sub(lambda found: _ALIAS[found[0]], plain)
    plain = _REMARK.sub("", plain)
    plain = _YEAR_IN_WORDS.sub(_by_digit, plain)
    plain = _DIGIT_BY_DIGIT.sub(lambda found: _by_digit(found[1]) + found[2] + _by_digit(found[3]), plain)
    plain = _WEEK_THEN_NUMBER.sub(_number, plain)
    return _NUMBER_IN_WORDS.sub(_number, plain)


def _by_digit(found: re.Match[str] | str) -> str:
    return "".join(str(DIGITS[digit]) for digit in (found if isinstance(found, str) else found[0]))


def _number(found: re.Match[str]) -> str:
    """Turn 五, 十二, 廿五, 一百二十 into digits; what is no number (三五) stays as it is."""
    number = number_in_words(found[0])
    return found[0] if number is None else str(number)


def number_in_words(words: str) -> int | None:
    """Read a Chinese numeral below a thousand."""
    hundreds, hundred, rest = words.replace("廿", "二十").replace("卅", "三十").rpartition("百")
    base = 100 * DIGITS.get(hundreds, 0) if hundred else 0
    rest = rest.lstrip("零〇")
    if not rest and (hundred or words in "零〇○"):
        return base
    if len(rest) == 1 and rest in DIGITS:
        return base + DIGITS[rest]
    if found := _TENS.fullmatch(rest):
        return base + 10 * DIGITS[found["tens"] or "一"] + DIGITS[found["ones"] or "零"]
    return None
