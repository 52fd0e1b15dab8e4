"""Which of an office's files a file is, told by its own head and not by its name."""

from __future__ import annotations

from pathlib import Path

from documents.csv_lines import is_csv, read_lines
from documents.records import BadFile

LEDGER, OFFICIALS, COUNTIES, TARGETS, WORKDAYS = "ledger", "officials", "counties", "targets", "workdays"
HISTORY = "history"
KINDS = (OFFICIALS, COUNTIES, TARGETS, WORKDAYS, LEDGER, HISTORY)
_TELLING = {
    "official_id": OFFICIALS,
    "farmland_target_wan_mu": COUNTIES,
    "target_cumulative_mu": TARGETS,
    "is_workday": WORKDAYS,
    "as_of": HISTORY,
}


def kind_of_file(path: Path) -> str:
    """Return the kind by a column that only one kind has; whatever is none of the tables is tried as a ledger."""
    if not is_csv(path):
        return LEDGER
    try:
        head = next(iter(read_lines(path)), [])
    except BadFile:
        return LEDGER  # whose reader says what is wrong
    return next((_TELLING[name.strip()] for name in head if name.strip() in _TELLING), LEDGER)
