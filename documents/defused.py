"""Texts for a csv that a spreadsheet opens: what would run as a formula gets an apostrophe, until it is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones too: some spreadsheets take them for the narrow
_MOVES = ("\t", "\r", "\n")  # some spreadsheets drop these and look at what follows


def defuse(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run."""
    return "'" + text if _would_run(text) else text


def restore(text: str) -> str:
    """Undo ``defuse``, exactly: a text that needed no apostrophe keeps its own."""
    return text[1:] if text.startswith("'") and _would_run(text[1:]) else text


def _would_run(text: str) -> bool:
    """Judge beyond apostrophes, so that a text that begins with one can be told from a defused one."""
    core = text.lstrip("'")
    return core.startswith(_MOVES) or core.lstrip().startswith(_RUNS)


def csv_bytes(lines: Iterable[Iterable[str]]) -> bytes:
    """Return lines as a csv that Excel opens as UTF-8 and that runs nothing."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([defuse(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")
