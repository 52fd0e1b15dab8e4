"""Numbers in Chinese words: 二十, 一百二十, 三点五, 两万三千, 一千二, 半."""

import re
from decimal import Decimal

DIGITS = {**{digit: value for value, digit in enumerate("零一二三四五六七八九")}, "〇": 0, "○": 0, "两": 2}
CHARACTERS = "零〇○一二两三四五六七八九十百千万点半"

_D = "[一二两三四五六七八九]"
_BELOW_MYRIAD = re.compile(
    rf"(?:(?P<thousands>{_D})千)?(?:零?(?P<hundreds>{_D})百)?(?:(?P<gap>零)?(?P<tens>{_D})?(?P<ten>十))?"
    rf"(?:(?P<zero>零)?(?P<ones>{_D}))?"
)
_DECIMALS = re.compile(r"(?P<whole>[^点]+)点(?P<decimals>[零〇○一二三四五六七八九]+)")


def number_in_words(words: str) -> Decimal | None:
    """Read a number in Chinese words; None where it is none, as 十十 or 三五."""
    if words == "半":
        return Decimal("0.5")
    plain = words.translate(str.maketrans("〇○", "零零"))
    if found := _DECIMALS.fullmatch(plain):
        whole = number_in_words(found["whole"])
        return None if whole is None else whole + Decimal("0." + say_digits(found["decimals"]))
    myriads, myriad, rest = plain.rpartition("万")
    above = _below_myriad(myriads) if myriad else 0
    below = _below_myriad(rest) if rest or not myriad else 0
    if above is None or below is None:
        return None
    is_short = myriad and len(rest) == 1  # 两万三 is 23,000
    return Decimal(above * 10_000 + below * (1000 if is_short else 1))


def _below_myriad(words: str) -> int | None:
    if words == "零":
        return 0
    found = _BELOW_MYRIAD.fullmatch(words)
    if found is None or not words:
        return None
    thousands, hundreds, ones = (DIGITS.get(found[name], 0) for name in ("thousands", "hundreds", "ones"))
    tens = DIGITS.get(found["tens"] or "一", 1) if found["ten"] else 0
    if ones and not found["ten"] and not found["zero"]:  # 一千二 is 1200, 一百二 is 120
        ones *= 10 if hundreds else 100 if thousands else 1
    return 1000 * thousands + 100 * hundreds + 10 * tens + ones


def say_digits(words: str) -> str:
    """Turn digits said one by one, as 二零二六 or 零零四, into figures; what is no digit stays."""
    return "".join(str(DIGITS[character]) if character in DIGITS else character for character in words)
