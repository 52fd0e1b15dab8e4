"""The figures out: counties by indicators on both bases, as a workbook and as csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from documents.form_words import say_full_day, signatures, unit_line, written_words
from documents.table_out import Column, Table, Value, write_csv, write_workbook
from rules.figures import RATES, Figures


@dataclass(frozen=True, kw_only=True)
class FiguresTable:
    """The figures of all workstreams together or of one: counties in the order shown, and the city's own."""

    name: str  # what the sheet is called: 全部工作, 督察问题整改
    counties: Mapping[str, Figures]
    city: Figures


_REPORTED, _ACCEPTED, _DUES = "上报口径", "认定口径", "时限情况(件)"
# (the figure's name in rules.figures, its words, its group)
_INDICATORS = (
    ("count", "事项总数", "事项(件)"),
    ("claimed_done_count", "上报完成", "事项(件)"),
    ("done_count", "已销号", "事项(件)"),
    ("awaiting", "待验收", "事项(件)"),
    ("area", "总面积", "任务面积(亩)"),
    ("farmland", "其中耕地", "任务面积(亩)"),
    ("rectified_area", "已整改面积(亩)", _REPORTED),
    ("rectified_farmland", "已整改耕地(亩)", _REPORTED),
    ("rate_by_farmland", "按耕地到位率(%)", _REPORTED),
    ("rate_by_area", "按面积到位率(%)", _REPORTED),
    ("accepted_area", "已整改面积(亩)", _ACCEPTED),
    ("accepted_farmland", "已整改耕地(亩)", _ACCEPTED),
    ("rate_by_farmland_accepted", "按耕地到位率(%)", _ACCEPTED),
    ("rate_by_area_accepted", "按面积到位率(%)", _ACCEPTED),
    ("rate_by_count", "按件数销号率(%)", _ACCEPTED),
    ("open_count", "未完成", _DUES),
    ("overdue", "超期", _DUES),
    ("due_within_7", "7日内到期", _DUES),
    ("due_within_30", "30日内到期", _DUES),
    ("open_without_due_date", "无明确时限", _DUES),
    ("awaiting_acceptance_past_due", "待验收已过期", _DUES),
)
_COUNTY = Column(words="县(市、区)", width=12)
_COLUMNS = (
    _COUNTY,
    *(Column(words=words, group=group, width=13, is_summed=name not in RATES) for name, words, group in _INDICATORS),
)


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
    basis = f"上报含各状态,认定只计已销号;台账截至{say_full_day(ledger_of) if ledger_of else '(尚无数据)'}"
    drawn = [
        Table(
            name=one.name,
            title=f"{city}整改情况统计表({one.name})",
            unit_line=unit_line(office, as_of, basis),
            columns=_COLUMNS,
            rows=[_row(county, figures) for county, figures in one.counties.items()],
            total=_row("合计", one.city),
            notes=(_note(written_at), signatures(written_at)),
            frozen_columns=1,
        )
        for one in tables
    ]
    return write_workbook(drawn, written_at=written_at)


def _note(written_at: datetime) -> str:
    return (
        "备注:1.到位率保留两位小数,未全部完成的不显示100%,没有任务的为空;"
        f"2.合计行的到位率按全市面积计算,不是各县平均;3.{written_words(written_at)}。"
    )


def write_figures_csv(tables: Sequence[FiguresTable], *, city: str, as_of: date) -> bytes:
    """Return the same as csv with a byte-order mark, a line for every table and county, the city's below each."""
    columns = (Column(words="截至日期"), Column(words="工作类别"), *_COLUMNS)
    rows = (
        [as_of, one.name, *_row(place, figures)]
        for one in tables
        for place, figures in [*one.counties.items(), (city, one.city)]
    )
    return write_csv(columns, rows)


def _row(place: str, figures: Figures) -> list[Value]:
    return [place, *(getattr(figures, name) for name, _, _ in _INDICATORS)]
