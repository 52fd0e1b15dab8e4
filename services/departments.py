"""Departments as the ledger names them: which there are, and the duties that each leads or co-operates in."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from db.figures import unit_cells
from db.models import Duty
from services.cooperating import split_units


@dataclass(frozen=True, kw_only=True)
class Department:
    """A unit, and the cells of the ledger that name it: as the leading one, as one that co-operates.

    ``within`` holds of the duties that are looked at.
    """

    name: str
    lead_cells: frozenset[str]
    co_cells: frozenset[str]
    within: sa.ColumnElement[bool]

    @property
    def leads(self) -> sa.ColumnElement[bool]:
        """What a duty fulfils that it leads."""
        return sa.and_(self.within, col(Duty.lead_unit).in_(self.lead_cells))

    @property
    def cooperates(self) -> sa.ColumnElement[bool]:
        """What a duty fulfils in which it co-operates and does not lead."""
        return sa.and_(self.within, col(Duty.co_units).in_(self.co_cells), col(Duty.lead_unit).not_in(self.lead_cells))

    @property
    def takes_part(self) -> sa.ColumnElement[bool]:
        """What a duty fulfils that it leads or co-operates in."""
        return sa.or_(self.leads, self.cooperates)


def named(session: Session, words: str, within: sa.ColumnElement[bool]) -> list[str]:
    """Return the unit of that name among some duties, else those of whose names the words are a part, by county."""
    cells = unit_cells(session, words, within)
    units = [unit for cell in cells for text in cell for unit in split_units(text) if words in unit]
    return [words] if words in units else list(dict.fromkeys(units))


def department(session: Session, name: str, within: sa.ColumnElement[bool]) -> Department:
    """Return a unit with the cells that name it."""
    cells = unit_cells(session, name, within)
    return Department(
        name=name,
        lead_cells=frozenset(lead for lead, _others in cells if name in split_units(lead)),
        co_cells=frozenset(others for _lead, others in cells if name in split_units(others)),
        within=within,
    )
