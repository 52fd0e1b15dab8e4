"""Texts for files that a spreadsheet opens: nothing runs, nothing breaks the file.

In a csv what would run as a formula gets an apostrophe, which reading takes off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones too: some spreadsheets take them for the narrow
_MOVES = ("\t", "\r", "\n")  # some spreadsheets drop these and look at what follows
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Leave out what a workbook cannot hold; every kind of line end becomes the one that Excel has."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


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
