"""A person's own workbook back, with every doubtful cell marked, commented and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class MarkLevel(StrEnum):
    """Whether a cell waits for a person's word or only deserves a look."""

    WAITING = "waiting"
    WARNED = "warned"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A doubtful cell: what is wrong with it and what is asked, in the reader's language."""

    sheet: str
    cell: str
    words: str
    level: MarkLevel
    raw: str = ""


def mark_workbook(content: bytes, name: str, marks: Sequence[Mark]) -> bytes:
    """Return an .xlsx: the workbook marked, or a list of the marks alone where it cannot be. Takes seconds: no loop."""
    raise NotImplementedError


def marked_name(name: str) -> str:
    """Return the name under which the marked workbook is sent back."""
    raise NotImplementedError
