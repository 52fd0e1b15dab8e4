"""Deadlines as a calendar that phones import (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from documents.records import DutyFields


def write_calendar(
    duties: Iterable[DutyFields], *, name: str, written_at: datetime, language: str = "zh"
) -> bytes:
    """Return an .ics with a whole-day event for every open duty that has a day; ``written_at`` is aware."""
    raise NotImplementedError
