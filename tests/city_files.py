"""The sample city's files read plainly, for tests that reckon for themselves what the product should say."""

import csv
from datetime import date
from decimal import Decimal
from functools import cache

from rehearsal.cast import CITY

OPEN = ("not_started", "in_progress", "returned")


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    with (CITY / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def duties() -> list[dict[str, str]]:
    return rows_of("ledger_clean.csv")


def open_duties() -> list[dict[str, str]]:
    return [row for row in duties() if row["status"] in OPEN]


def standing_on(day: date) -> dict[str, dict[str, str]]:
    """How the duties stood on a day of the history, by number."""
    return {row["duty_id"]: row for row in rows_of("progress_history.csv") if row["as_of"] == day.isoformat()}


def mu(row: dict[str, str], name: str) -> Decimal:
    return Decimal(row[name] or 0)


def day(row: dict[str, str], name: str) -> date | None:
    return date.fromisoformat(row[name]) if row[name] else None
