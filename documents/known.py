"""What is known before a ledger is read: the office's counties and workstreams, its duties, and people's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rules.policy import Workstream

Key = tuple[str, str, str]  # subject, field, raw: as documents.records.Doubt.key


class Answers:
    """What people answered about cells: a text that stands for the cell's own, or None where it is right as written."""

    def __init__(self, texts: Mapping[Key, str | None] | None = None) -> None:
        self.texts = dict(texts or {})
        self._subjects = {subject for subject, _, _ in self.texts}

    def about(self, subject: str) -> bool:
        """Whether anything was answered about a subject; asked for every row, so it looks at no cell."""
        return subject in self._subjects

    def has(self, subject: str, field: str, raw: str) -> bool:
        """Whether this very question was answered."""
        return (subject, field, raw) in self.texts

    def text(self, subject: str, field: str, raw: str) -> str | None:
        """Return the text that stands for the cell's own; None where there is none, or it is right as written."""
        return self.texts.get((subject, field, raw))

    def keeps(self, subject: str, field: str, raw: str) -> bool:
        """Whether somebody said that the cell is right as written."""
        return self.texts.get((subject, field, raw), "") is None


def _none_near(_: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the office knows before it reads.

    ``find_county`` gives the listed name of a county exactly named (short names and aliases included), or None;
    ``numbers_by_spot`` the number of a stored duty by county and spot number, where there is only one.
    """

    find_county: Callable[[str], str | None]
    workstreams: Sequence[Workstream]
    nearest_counties: Callable[[str], Sequence[str]] = _none_near
    county_codes: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    numbers_by_spot: Mapping[tuple[str, str], str] = field(default_factory=dict)
