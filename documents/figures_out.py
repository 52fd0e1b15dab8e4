"""The figures out: counties by indicators on both bases, as a workbook and as csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules.figures import Figures


@dataclass(frozen=True, kw_only=True)
class FiguresTable:
    """The figures of all workstreams together or of one: counties in the order shown, and the city's own."""

    name: str  # what the sheet is called: 全部工作, 督察问题整改
    counties: Mapping[str, Figures]
    city: Figures


def write_figures(
    tables: Sequence[FiguresTable],
    *,
    city: str,
    office: str,
    as_of: date,
    ledger_of: date | None,
    written_at: datetime,
) -> bytes:
    """Return an .xlsx with a sheet for each table; ``ledger_of`` is the day of the ledger that it rests on."""
    raise NotImplementedError


def write_figures_csv(tables: Sequence[FiguresTable], *, city: str, as_of: date) -> bytes:
    """Return the same as csv with a byte-order mark, a line for every table and county."""
    raise NotImplementedError
