"""Areas as people write them, read exactly into mu, and said again.

What somebody reports is never rounded: what does not come to at most four decimals of a mu is not read at all. Only a
ledger's areas may be, which are so often results of formulas or of square metres; see ``rounded``.
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
    "百亩": Decimal(100),
    "千亩": Decimal(1000),
    "公亩": Decimal("0.15"),
    "万亩": Decimal(10_000),
    "公顷": Decimal(15),
    "千公顷": Decimal(15_000),
    "万公顷": Decimal(150_000),
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
    "万m2": "万平方米",
    "平方千米": "平方公里",
    "km2": "平方公里",
}
UNCLEAR = "?"  # in the place of a unit that is not reckoned with, as acres
_NOT_RECKONED = dict.fromkeys(("英亩", "垧", "坰", "顷"), UNCLEAR)
GRAIN = Decimal("0.0001")  # mu; the finest area that is stored
_ARTEFACT = Decimal("1e-8")  # mu; so little comes of how a computer keeps 12.34, and is no rounding
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
_UNIT_IN_TEXT = re.compile(
    "[万千]公顷|公顷|顷|[垧坰]|英亩|[百千万公]亩|亩|万平方米|平方米|平方公里|平方千米|万?平米|hectares?|ha(?![a-z])|万m2|km2|m2",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class AreaReading:
    """An area in mu (or a percentage, then ``mu`` is None), and how it was written."""

    mu: Decimal | None
    percent: Decimal | None = None
    unit: str = MU
    approximate: bool = False
    is_addition: bool = False
    is_sum: bool = False
    rounded: bool = False

    @property
    def converted(self) -> bool:
        """Whether the area was written in another unit than mu."""
        return self.unit != MU


def read_area(text: str, *, unit: str = MU, may_round: bool = False) -> AreaReading | None:
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
    if None in terms or total is None or not (may_round or fits(total)):
        return None
    stored = rounded(total)
    if stored is None:
        return None
    return AreaReading(
        mu=stored[0], unit=said, approximate=approximate, is_addition=is_addition, is_sum=len(terms) > 1,
        rounded=stored[1],
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


def rounded(mu: Decimal) -> tuple[Decimal, bool] | None:
    """Return the area as it can be stored, and whether that took rounding worth telling; None where it is no area.

    What is more than nothing never becomes nothing.
    """
    if not mu.is_finite() or not 0 <= mu < LARGEST:
        return None
    stored = mu.quantize(GRAIN, rounding=ROUND_HALF_UP)
    if stored == mu:
        return mu, False
    is_told = abs(stored - mu) > _ARTEFACT
    return (stored, is_told) if fits(stored) and (stored or not is_told) else None


def say_area(mu: Decimal) -> str:
    """Say an area in mu without trailing zeros, exponent, or more than four decimals."""
    text = format(mu.quantize(GRAIN, rounding=ROUND_HALF_UP), "f").rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def is_unit(text: str) -> bool:
    """Whether a text is a unit of area and nothing else."""
    return unicodedata.normalize("NFKC", text).strip().lower() in UNIT_WORDS


def units_in(text: str) -> tuple[str, ...]:
    """Return the units of area that a head or a unit line names, each once; UNCLEAR for one not reckoned with."""
    words: Iterable[str] = _UNIT_IN_TEXT.findall(unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(_NOT_RECKONED.get(word) or UNIT_WORDS[word.lower()] for word in words))
