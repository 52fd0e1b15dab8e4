"""Figures for those who ask: of a region, by workstream, by county; as of a day, of the ledger as it is now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from db import figures as sums
from db.models import Region
from db.queries import ledger_changed_at
from db.types import mu_from_grains
from rules.figures import Figures
from rules.policy import Office, RateBasis

AREAS = ("area", "farmland", "rectified_area", "rectified_farmland", "accepted_area", "accepted_farmland")
_READ: tuple[tuple[str, Callable[[Any], Any]], ...] = tuple(
    (name, mu_from_grains if name in AREAS else int) for name in sums.FIGURE_NAMES
)


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a figure rests on: the day it is judged at, and the day of the ledger."""

    as_of: date
    ledger_of: date | None


def basis(session: Session, office: Office, as_of: date) -> Basis:
    """Return what figures asked for on a day rest on."""
    changed = ledger_changed_at(session)
    return Basis(as_of=as_of, ledger_of=office.today(changed) if changed else None)


def total(session: Session, as_of: date, region_ids: Sequence[int] | None, workstream: str | None = None) -> Figures:
    """Return the figures of some regions together (None: of all)."""
    return _figures(sums.aggregates(session, as_of, (), region_ids, workstream)[0])


def by_workstream(
    session: Session, as_of: date, region_ids: Sequence[int] | None, workstream: str | None = None
) -> dict[str, Figures]:
    """Return the figures of some regions by workstream."""
    rows = sums.aggregates(session, as_of, ("workstream",), region_ids, workstream)
    return {row[0]: _figures(row, skip=1) for row in rows}


def by_workstream_of(session: Session, as_of: date, condition: sa.ColumnElement[bool]) -> dict[str, Figures]:
    """Return the figures of the duties that fulfil a condition by workstream."""
    rows = sums.aggregates_of(session, as_of, ("workstream",), condition)
    return {row[0]: _figures(row, skip=1) for row in rows}


def by_county(
    session: Session, as_of: date, region_ids: Sequence[int] | None, workstream: str | None = None
) -> dict[int, Figures]:
    """Return the figures by region id."""
    rows = sums.aggregates(session, as_of, ("region_id",), region_ids, workstream)
    return {row[0]: _figures(row, skip=1) for row in rows}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a county stands: its rank from 1, None without anything to reckon; its rates in percent on both bases."""

    county: Region
    rank: int | None
    accepted: Decimal | None
    reported: Decimal | None


def ranking(
    counties: Sequence[Region], figures: Mapping[int, Figures], rate_basis: RateBasis, *, accepted: bool
) -> list[Place]:
    """Rank counties by their rates on a basis, as shown, two decimals; equal ones share the rank, in county code order.

    Those without a rate stand last and have no rank.
    """
    shown = {county.code: figures.get(county.id or 0, Figures()) for county in counties}
    rates = {code: one.rate(rate_basis, accepted=accepted) for code, one in shown.items()}
    ranked = sorted((rate for rate in rates.values() if rate is not None), reverse=True)
    return [
        Place(
            county=county,
            rank=None if (rate := rates[county.code]) is None else ranked.index(rate) + 1,
            accepted=shown[county.code].rate(rate_basis, accepted=True),
            reported=shown[county.code].rate(rate_basis, accepted=False),
        )
        for county in sorted(counties, key=lambda county: (-_or_last(rates[county.code]), county.code))
    ]


def _or_last(rate: Decimal | None) -> Decimal:
    return Decimal(-1) if rate is None else rate


def cells(session: Session, as_of: date) -> dict[int, dict[str, Figures]]:
    """Return the figures by region id and workstream."""
    found: dict[int, dict[str, Figures]] = {}
    for row in sums.aggregates(session, as_of, ("region_id", "workstream"), None):
        found.setdefault(row[0], {})[row[1]] = _figures(row, skip=2)
    return found


def _figures(row: Sequence[Any], skip: int = 0) -> Figures:
    values = zip(_READ, row[skip:], strict=True)
    return Figures(**{name: read(value) for (name, read), value in values})
