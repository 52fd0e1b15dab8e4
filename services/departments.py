"""Departments as the ledger names them: which there are, and the duties that each leads or co-operates in."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from db.figures import unit_cells
from db.models import Duty
from services.cooperating import split_units


@dataclass(frozen=True, kw_only=True)
class Department:
    """A unit, and the cells of the ledger that name it: as the leading one, as one that co-operates.

    ``region_ids`` are the counties in which it is named; ``within`` holds of the duties that are looked at.
    """

    name: str
    lead_cells: frozenset[str]
    co_cells: frozenset[str]
    region_ids: Sequence[int]
    within: sa.ColumnElement[bool]

    @property
    def leads(self) -> sa.ColumnElement[bool]:
        """What a duty fulfils that it leads."""
        return sa.and_(self._here, col(Duty.lead_unit).in_(self.lead_cells))

    @property
    def cooperates(self) -> sa.ColumnElement[bool]:
        """What a duty fulfils in which it co-operates and does not lead."""
        return sa.and_(self._here, col(Duty.co_units).in_(self.co_cells), col(Duty.lead_unit).not_in(self.lead_cells))

    @property
    def takes_part(self) -> sa.ColumnElement[bool]:
        """What a duty fulfils that it leads or co-operates in."""
        named = sa.or_(col(Duty.lead_unit).in_(self.lead_cells), col(Duty.co_units).in_(self.co_cells))
        return sa.and_(self._here, named)

    @property
    def _here(self) -> sa.ColumnElement[bool]:
        return sa.and_(self.within, col(Duty.region_id).in_(self.region_ids))


def departments_named(session: Session, words: str, within: sa.ColumnElement[bool]) -> list[Department]:
    """Return the unit of that name among some duties, else all of whose names the words are a part."""
    cells = unit_cells(session, words, within)
    units = {unit for _region_id, *texts in cells for text in texts for unit in split_units(text) if words in unit}
    return [_department(unit, cells, within) for unit in sorted({words} & units or units)]


def _department(name: str, cells: Sequence[tuple[int, str, str]], within: sa.ColumnElement[bool]) -> Department:
    leading = {lead for _region_id, lead, _others in cells if name in split_units(lead)}
    helping = {others for _region_id, _lead, others in cells if name in split_units(others)}
    there = {region_id for region_id, lead, others in cells if lead in leading or others in helping}
    return Department(
        name=name, lead_cells=frozenset(leading), co_cells=frozenset(helping), region_ids=sorted(there), within=within
    )
