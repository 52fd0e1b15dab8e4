"""The ledger out: a workbook in the office's own form, and a csv; both are read back as the very same duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from documents.clean_csv import ORIGIN_COLUMNS
from documents.defused import csv_bytes
from documents.form_words import say_full_day, signatures, unit_line, written_words
from documents.ledger_form import COUNTY_WORDS, LedgerLine, form_columns
from documents.records import DUTY_COLUMNS, DutyFields
from documents.table_out import Column, Table, sums, write_workbook
from rules.policy import Workstream
from text.quantities import say_area
from text.reply import STATUS_WORDS

__all__ = ["LedgerLine", "write_ledger", "write_ledger_csv"]

_SERIAL = Column(words="序号", width=6)
_BASIS = "已整改面积为上报数"


def write_ledger(
    lines: Sequence[LedgerLine],
    *,
    city: str,
    office: str,
    as_of: date,
    written_at: datetime,
    workstreams: Sequence[Workstream],
) -> bytes:
    """Return an .xlsx with a sheet for every workstream that has duties; ``written_at`` is the office's local time."""
    by_code: dict[str, list[LedgerLine]] = defaultdict(list)
    for line in lines:
        by_code[line.duty.workstream].append(line)
    tables = [
        _table(
            by_code[one.code], one, workstreams,
            title=f"{city}{one.zh}工作台账", line=unit_line(office, as_of, _BASIS),
            notes=(_note(as_of, written_at), signatures(written_at)),
        )
        for one in _shown(list(by_code), workstreams)
    ]  # fmt: skip
    return write_workbook(tables, written_at=written_at)


def _note(as_of: date, written_at: datetime) -> str:
    return (
        f"备注:1.面积单位为亩,1公顷=15亩;2.“整改状态”填{'、'.join(STATUS_WORDS.values())};"
        f"3.“亮灯”按{say_full_day(as_of)}判定:红为超期,黄为严重滞后或退回重改,蓝为滞后或七日内到期,绿为正常;"
        f"4.{written_words(written_at)},可改后重新导入。"
    )


def _shown(codes: Sequence[str], workstreams: Sequence[Workstream]) -> list[Workstream]:
    """Return the workstreams that have duties, also those that the office has dropped; where none has, the first."""
    known = [one for one in workstreams if one.code in codes]
    dropped = [code for code in codes if code not in {one.code for one in workstreams}]
    return [*known, *(Workstream(code=code, zh=code, en=code) for code in dropped)] or list(workstreams[:1])


def _table(
    lines: Sequence[LedgerLine], workstream: Workstream, workstreams: Sequence[Workstream], *,
    title: str, line: str, notes: tuple[str, ...],
) -> Table:  # fmt: skip
    """Draw up one workstream's sheet: its duties county by county, in the order given."""
    form = form_columns(lines, workstream, workstreams)
    columns = [_SERIAL, *(one.column for one in form)]
    rows = [[number, *(one.value(line) for one in form)] for number, line in enumerate(_in_blocks(lines), 1)]
    county = next(at for at, column in enumerate(columns) if column.words == COUNTY_WORDS)
    return Table(
        name=workstream.zh, title=title, unit_line=line, columns=columns, rows=rows,
        total=sums("合计", columns, rows), notes=notes, merged_column=county, frozen_columns=county + 1,
    )  # fmt: skip


def _in_blocks(lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Bring each county's duties together, the counties in the order in which they first come."""
    blocks: dict[str, list[LedgerLine]] = defaultdict(list)
    for line in lines:
        blocks[line.duty.county].append(line)
    return [line for block in blocks.values() for line in block]


def write_ledger_csv(lines: Sequence[LedgerLine]) -> bytes:
    """Return a csv in the clean form, with a byte-order mark; where each duty was first read is not told."""
    origin = [""] * len(ORIGIN_COLUMNS)
    rows = ([*_fields(line.duty), *origin] for line in lines)
    return csv_bytes([[*DUTY_COLUMNS, *ORIGIN_COLUMNS], *rows])


def _fields(duty: DutyFields) -> list[str]:
    persons = "、".join(duty.persons)
    return [persons if name == "person" else _said(getattr(duty, name)) for name in DUTY_COLUMNS]


def _said(value: str | date | Decimal | None) -> str:
    if isinstance(value, Decimal):
        return say_area(value)
    return value.isoformat() if isinstance(value, date) else value or ""
