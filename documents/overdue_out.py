"""The overdue list out, as a workbook and as csv.

Its heads for the number, the deadline and the status are ones that no ledger has, so that a list sent back is not
taken for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from db.models import Status
from documents.form_words import signatures, unit_line, written_words
from documents.table_out import Column, Table, Value, sums, write_csv, write_workbook
from rules.lights import Light
from text.reply import STATUS_WORDS

_AREA, _RECTIFIED = "面积(亩)", "已整改面积(亩)"
_COLUMNS = (
    Column(words="序号", width=6),
    Column(words="超期事项", width=14),
    Column(words="县(市、区)", width=10),
    Column(words="工作类别", width=14),
    Column(words="问题描述", width=36),
    Column(words="有效时限", width=12),
    Column(words="超期天数", width=10),
    Column(words="总面积", group=_AREA, width=12, is_summed=True),
    Column(words="其中耕地", group=_AREA, width=12, is_summed=True),
    Column(words="总面积", group=_RECTIFIED, width=12, is_summed=True),
    Column(words="其中耕地", group=_RECTIFIED, width=12, is_summed=True),
    Column(words="当前状态", width=10),
    Column(words="亮灯", width=8),
    Column(words="牵头单位", width=18),
    Column(words="具体责任人", width=13),
)


@dataclass(frozen=True, kw_only=True)
class OverdueLine:
    """One overdue duty."""

    number: str
    county: str
    workstream: str  # its name, not its code
    title: str
    due_on: date
    days_late: int
    status: Status
    light: Light
    area_mu: Decimal | None
    farmland_mu: Decimal | None
    rectified_area_mu: Decimal | None
    rectified_farmland_mu: Decimal | None
    lead_unit: str = ""
    persons: tuple[str, ...] = ()


def write_overdue(
    lines: Sequence[OverdueLine], *, city: str, office: str, as_of: date, written_at: datetime
) -> bytes:  # fmt: skip
    """Return an .xlsx of one sheet, in the order given; it is no ledger and is not read as one."""
    rows = _rows(lines)
    table = Table(
        name="超期清单",
        title=f"{city}整改事项超期清单",
        unit_line=unit_line(office, as_of, "已整改面积为上报数,当日到期的不算超期"),
        columns=_COLUMNS,
        rows=rows,
        total=sums("合计", _COLUMNS, rows),
        notes=(f"备注:{written_words(written_at)},共{len(rows)}件。", signatures(written_at)),
        frozen_columns=3,
    )
    return write_workbook([table], written_at=written_at)


def write_overdue_csv(lines: Sequence[OverdueLine]) -> bytes:
    """Return the same as csv with a byte-order mark."""
    return write_csv(_COLUMNS, _rows(lines))


def _rows(lines: Sequence[OverdueLine]) -> list[list[Value]]:
    return [
        [
            serial, line.number, line.county, line.workstream, line.title, line.due_on, line.days_late,
            line.area_mu, line.farmland_mu, line.rectified_area_mu, line.rectified_farmland_mu,
            STATUS_WORDS[line.status], line.light, line.lead_unit, "、".join(line.persons),
        ]
        for serial, line in enumerate(lines, 1)
    ]  # fmt: skip
