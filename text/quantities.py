"""Areas as people write them, read exactly into mu, and said again.

Nothing is rounded: what does not come to at most four decimals of a mu is not read at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MU = "亩"
MU_PER_UNIT = {
    MU: Decimal(1),
    "万亩": Decimal(10_000),
    "公顷": Decimal(15),
    "平方米": Decimal("0.0015"),
    "万平方米": Decimal(15),
    "平方公里": Decimal(1500),
}
UNIT_WORDS = {
    **{unit: unit for unit in MU_PER_UNIT},
    "mu": MU,
    "ha": "公顷",
    "hectare": "公顷",
    "hectares": "公顷",
    "m2": "平方米",
    "sqm": "平方米",
    "平米": "平方米",
    "万平米": "万平方米",
    "km2": "平方公里",
}
GRAIN = Decimal("0.0001")  # mu; the finest area that is stored
LARGEST = Decimal(1_000_000_000)  # mu; more than any province has
LARGEST_PERCENT = Decimal(1000)

_UNIT = "|".join(sorted(UNIT_WORDS, key=len, reverse=True))
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_TERM = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})?", re.IGNORECASE)
_PERCENT = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*%")
_APPROXIMATE = re.compile(r"^(?:大约|约为|约)\s*(?P<before>.+)$|^(?P<after>.+?)\s*左右$")
_ADDITION = re.compile(
    r"^(?:\+|[又再新](?:完成|整改|恢复|治理|消化|增加|增)?了?|增加了?|another\b|plus\b)\s*(?P<rest>.+)$", re.IGNORECASE
)
_UNIT_IN_TEXT = re.compile("万平方米|平方公里|平方米|万亩|公顷|亩|hectare|ha(?![a-z])|m2", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class AreaReading:
    """An area in mu (or a percentage, then ``mu`` is None), and how it was written."""

    mu: Decimal | None
    percent: Decimal | None = None
    unit: str = MU
    approximate: bool = False
    is_addition: bool = False
    is_sum: bool = False

    @property
    def converted(self) -> bool:
        """Whether the area was written in another unit than mu."""
        return self.unit != MU


def read_area(text: str, *, unit: str = MU) -> AreaReading | None:
    """Read "20亩", "1.2公顷", "1,250.00", "约12.5亩", "12.5+3.2", "+20", "90%"; ``unit`` where none is written."""
    rest = unicodedata.normalize("NFKC", text).strip()
    rest, approximate = _strip(_APPROXIMATE, rest)
    rest, is_addition = _strip(_ADDITION, rest)
    if percent := _PERCENT.fullmatch(rest):
        return _percent(Decimal(percent["number"]), approximate=approximate, is_addition=is_addition)
    terms = [_TERM.fullmatch(term.strip()) for term in rest.split("+")]
    if is_addition and len(terms) > 1:
        return None
    total, said = _sum([term for term in terms if term], unit=unit)
    if None in terms or total is None or not fits(total):
        return None
    return AreaReading(
        mu=total, unit=said, approximate=approximate, is_addition=is_addition, is_sum=len(terms) > 1
    )  # fmt: skip


def _sum(terms: list[re.Match[str]], *, unit: str) -> tuple[Decimal | None, str]:
    """Add the terms up in mu; one written unit holds for all ("1.2+0.3公顷"), different ones must stand at each."""
    written = [UNIT_WORDS[term["unit"].lower()] for term in terms if term["unit"]]
    if len(set(written)) > 1 and len(written) < len(terms):
        return None, unit
    units = written if len(written) == len(terms) else [written[0] if written else unit] * len(terms)
    numbers = [Decimal(term["number"].replace(",", "")) for term in terms]
    total = sum((number * MU_PER_UNIT[one] for number, one in zip(numbers, units, strict=True)), Decimal(0))
    return total, next((one for one in units if one != MU), MU)


def _strip(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    found = pattern.match(text)
    return (next(group for group in found.groups() if group is not None), True) if found else (text, False)


def _percent(percent: Decimal, *, approximate: bool, is_addition: bool) -> AreaReading | None:
    if percent > LARGEST_PERCENT or is_addition:
        return None
    return AreaReading(mu=None, percent=percent, approximate=approximate)


def fits(mu: Decimal) -> bool:
    """Whether an area can be stored exactly: not negative, not absurd, at most four decimals."""
    return mu.is_finite() and 0 <= mu < LARGEST and mu == mu.quantize(GRAIN)


def say_area(mu: Decimal) -> str:
    """Say an area in mu without trailing zeros, exponent, or more than four decimals."""
    text = format(mu.quantize(GRAIN, rounding=ROUND_HALF_UP), "f").rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def units_in(text: str) -> tuple[str, ...]:
    """Return the units of area that a head or a unit line names, each once."""
    words: Iterable[str] = _UNIT_IN_TEXT.findall(unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(UNIT_WORDS[word.lower()] for word in words))
