"""The duties' numbers of a whole file: which are taken, and which one a row without a number may have lost."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

_DASH_MARKS = str.maketrans(dict.fromkeys("‐‑‒–—―−─", "-"))
_COUNTED = re.compile(r"(.*?)([0-9]{1,9})")
# what people write where a duty has no number yet; never one itself
_NO_NUMBER = frozenset(
    {
        "无", "没有", "暂无", "暂缺", "缺", "空", "待定", "待编", "待编号", "待补", "待补充", "待补录", "未编",
        "未编号", "无编号", "暂无编号", "无号", "同上", "同前", "〃", '"', "″", "''",
        "-", "--", "—", "——", "–", "―", "/", "//", "\\", "─", "──",
    }
)  # fmt: skip
WIDEST_GAPS = 1000  # numbers; a series with more of them missing says nothing about a single row


def tight(text: str) -> str:
    """Return the text in plain width and without any blanks."""
    return "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def plain_number(written: str) -> str:
    """Bring a duty's number to plain width and one kind of dash; nothing else about it is changed."""
    return tight(written).translate(_DASH_MARKS) if not written.isascii() else tight(written)


def number_written(tight_text: str) -> str:
    """Return what stands in a number's place, or "" where it only says that there is none."""
    return "" if tight_text in _NO_NUMBER else tight_text


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The numbers of one sheet by row ("" where there is none), and what all sheets together have."""

    rows: tuple[int, ...]
    texts: tuple[str, ...]
    taken: frozenset[str]  # in the whole file
    single_spots: frozenset[str]  # spots of rows without a number, in the whole file, that stand only once
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def lost(self, row: int) -> tuple[str, ...]:
        """Return the one number that a row without any has sensibly lost, if there is exactly one."""
        return self._only_gap() or self._between_neighbours(row)

    def _only_gap(self) -> tuple[str, ...]:
        """Return the only number missing in the sheet's own series; reckoned once."""
        if "" not in self._found:
            self._found[""] = self._gaps() if self.texts.count("") == 1 else ()
        return self._found[""]

    def _gaps(self) -> tuple[str, ...]:
        series: dict[tuple[str, int], list[int]] = defaultdict(list)
        for text in self.texts:
            if found := _COUNTED.fullmatch(text):
                series[found[1], len(found[2])].append(int(found[2]))
        gaps = [gap for (prefix, width), counted in series.items() for gap in self._missing(prefix, width, counted)]
        return tuple(gaps) if len(gaps) == 1 else ()

    def _missing(self, prefix: str, width: int, counted: list[int]) -> list[str]:
        whole = range(min(counted), max(counted) + 1)
        if len(whole) > len(counted) + WIDEST_GAPS:
            return []
        missing = (f"{prefix}{number:0{width}}" for number in sorted(set(whole) - set(counted)))
        return [number for number in missing if number not in self.taken]

    def _between_neighbours(self, row: int) -> tuple[str, ...]:
        place = bisect_left(self.rows, row)
        around = self.texts[max(place - 1, 0) : place + 2]
        found = [_COUNTED.fullmatch(text) for text in around]
        if len(found) < 3 or not found[0] or not found[2]:
            return ()
        (prefix, before), (other, after) = found[0].groups(), found[2].groups()
        number = f"{prefix}{int(before) + 1:0{len(before)}}"
        sensible = prefix == other and int(after) - int(before) == 2 and number not in self.taken
        return (number,) if sensible else ()


def single_spots(spots: Iterable[str]) -> frozenset[str]:
    """Return the spots that stand only once."""
    return frozenset(spot for spot, times in Counter(spots).items() if spot and times == 1)
