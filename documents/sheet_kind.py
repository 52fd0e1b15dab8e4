"""What a whole sheet says about its rows: whether they are duties, of which workstream, in which unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from documents.duty import SheetKind
from documents.head import Head
from documents.head_words import ESSENTIAL
from documents.records import Doubt
from documents.sheet_rows import AREA_FIELDS
from documents.values import UNIT_UNCLEAR
from documents.workbook import Sheet, address
from rules.policy import Workstream
from text.quantities import MU, units_in
from text.reasons import Reason

_UNIT_LINE = re.compile(r"(?<!填报)(?<!编制)(?<!责任)(?:计量|面积)?单位\s*:\s*(?P<units>[^\s;。)]+)")
_OFFICE = re.compile(r"督察办(?:公室)?")  # whose ledger it is, not what it is about


def lists_duties(head: Head) -> bool:
    """Whether a sheet is a list of duties: nearly all that makes a duty, and a deadline or a status."""
    return len(head.missing) < len(ESSENTIAL) - 2 and bool({"due_original", "status"} & head.columns.keys())


def kind_of_sheet(sheet: Sheet, head: Head, workstreams: Sequence[Workstream]) -> SheetKind:
    """Judge a sheet by its name, the lines above its head, and its head."""
    above = _lines_above(sheet, head)
    unit = _unit_of_lines(above)
    units = {name: head.units.get(name, unit) for name in AREA_FIELDS}
    doubts = [
        *(_at_head(head, 1, name, Reason.COLUMN_MISSING) for name in head.missing),
        *(_at_head(head, column, words, Reason.COLUMN_UNCLEAR) for column, words in head.unclear),
    ]
    found = _workstreams_named(sheet.name, workstreams)
    found = found or _workstreams_named(_OFFICE.sub("", " ".join(above)), workstreams)
    own_column = "workstream" in head.columns
    if len(found) > 1 and not own_column:
        doubts.append(Doubt(field="workstream", cell="A1", raw=sheet.name, reason=Reason.WORKSTREAM_UNCLEAR))
    workstream = found[0] if len(found) == 1 and not own_column else None
    return SheetKind(workstream=workstream, units=units, doubts=tuple(doubts))


def _at_head(head: Head, column: int, raw: str, reason: Reason) -> Doubt:
    return Doubt(field="", cell=address(head.last_row, column), raw=raw, reason=reason)


def _lines_above(sheet: Sheet, head: Head) -> list[str]:
    return [
        unicodedata.normalize("NFKC", cell.text)
        for row in range(1, head.first_row)
        for _, cell in sorted(sheet.rows.get(row, {}).items())
    ]


def _unit_of_lines(lines: list[str]) -> str:
    """Return the one unit of area in the unit line; two different ones leave it unclear, none means mu."""
    units = {unit for line in lines for found in _UNIT_LINE.finditer(line) for unit in units_in(found["units"])}
    if len(units) > 1:
        return UNIT_UNCLEAR
    return units.pop() if units else MU


def _workstreams_named(words: str, workstreams: Sequence[Workstream]) -> list[Workstream]:
    return [one for one in workstreams if any(keyword in words for keyword in (one.zh, *one.keywords))]
