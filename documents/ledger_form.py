"""The form of one workstream's ledger: which columns it has, and what stands in them for a duty.

Its words are ones that the reader knows (``head_words``), and a column stands there only where reading needs it:
what is left out is read as what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from db.models import DueKind
from documents.records import DutyFields
from documents.table_out import Column, Value
from rules.lights import Light
from rules.policy import RateBasis, Workstream
from text.dates import read_due
from text.deadlines.days import XUN_END, month_end
from text.reply import STATUS_WORDS

AREA_GROUP = "面积(亩)"
RECTIFIED_GROUP = "已整改面积(亩)"
COUNTY_WORDS = "县(市、区)"
_STANDING = {DueKind.IMMEDIATE: "立行立改", DueKind.LONG_TERM: "长期坚持"}
_INVALID = "时限无效,待核实"  # for one whose own words are not known any more; it is read as invalid again


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """One duty of the ledger, its light on the day, and the cell of its original deadline as somebody once wrote it.

    The written words count only where the deadline is no date, or is one that is asked about.
    """

    duty: DutyFields
    light: Light
    due_written: str = ""


@dataclass(frozen=True, kw_only=True)
class FormColumn:
    """A column of the form and the value it takes from a line."""

    column: Column
    value: Callable[[LedgerLine], Value]


def form_columns(
    lines: Sequence[LedgerLine], workstream: Workstream, workstreams: Sequence[Workstream]
) -> list[FormColumn]:
    """Return the columns after the serial number for one workstream's duties."""
    return [
        _text("编号", 14, "duty_id"),
        *_if(_any(lines, "spot_no"), _text("图斑编号", 20, "spot_no")),
        _text(COUNTY_WORDS, 10, "county"),
        _text("乡镇(街道)", 11, "town"),
        *_if(not _names_only(workstream, workstreams), _of("工作类别", 12, lambda _: workstream.zh)),
        *_if(_needs_sub_type(lines, workstream), _text("任务类型", 13, "sub_type")),
        _text("问题来源", 18, "source"),
        _text("问题类型", 14, "problem_type"),
        _text("问题描述", 34, "title"),
        *_if(_any(lines, "approval_no"), _text("批准文号", 20, "approval_no")),
        *_areas(lines, workstream),
        _of("下发日期", 12, lambda line: line.duty.issued_on),
        _of("原定时限", 13, lambda line: _dues(line)[0], "整改时限"),
        _of("延期至", 12, lambda line: _dues(line)[1], "整改时限"),
        _text("整改措施", 26, "measures"),
        _text("牵头单位", 16, "lead_unit", "责任单位"),
        _text("配合单位", 24, "co_units", "责任单位"),
        _text("主要领导", 9, "principal", "责任人"),
        _text("分管领导", 9, "deputy", "责任人"),
        _of("具体责任人", 13, lambda line: "、".join(line.duty.persons), "责任人"),
        *_rectified(lines, workstream),
        _of("整改状态", 10, lambda line: STATUS_WORDS[line.duty.status]),
        _of("亮灯", 8, lambda line: line.light),
        _of("销号日期", 12, lambda line: line.duty.closed_on),
        _text("备注", 18, "remark"),
    ]


def _of(words: str, width: float, value: Callable[[LedgerLine], Value], group: str = "") -> FormColumn:
    return FormColumn(column=Column(words=words, group=group, width=width), value=value)


def _text(words: str, width: float, name: str, group: str = "") -> FormColumn:
    return _of(words, width, lambda line: str(getattr(line.duty, name)), group)


def _area(words: str, name: str, group: str = "") -> FormColumn:
    column = Column(words=words, group=group, width=12, is_summed=True)
    return FormColumn(column=column, value=lambda line: getattr(line.duty, name))


def _if(needed: bool, column: FormColumn) -> list[FormColumn]:
    return [column] if needed else []


def _any(lines: Sequence[LedgerLine], name: str) -> bool:
    return any(getattr(line.duty, name) for line in lines)


def _names_only(workstream: Workstream, workstreams: Sequence[Workstream]) -> bool:
    """Whether the sheet's name tells its workstream and no other; otherwise every row must."""
    named = [one for one in workstreams if any(words in workstream.zh for words in (one.zh, *one.keywords))]
    return named == [workstream]


def _needs_sub_type(lines: Sequence[LedgerLine], workstream: Workstream) -> bool:
    """The only sub-type of a workstream is understood where none is written; none at all is understood too."""
    understood = workstream.sub_types[0] if len(workstream.sub_types) == 1 else ""
    return any(line.duty.sub_type != understood for line in lines)


def _has_farmland(lines: Sequence[LedgerLine], workstream: Workstream) -> bool:
    """A ledger of mines has no farmland columns, unless one of its duties has farmland, or it is not known."""
    areas = ((line.duty.farmland_mu, line.duty.rectified_farmland_mu) for line in lines)
    return workstream.rate_basis is RateBasis.FARMLAND or any(area != 0 for pair in areas for area in pair)


def _areas(lines: Sequence[LedgerLine], workstream: Workstream) -> list[FormColumn]:
    if not _has_farmland(lines, workstream) and not _any(lines, "basic_farmland_mu"):
        return [_area(AREA_GROUP, "area_mu")]
    return [
        _area("总面积", "area_mu", AREA_GROUP),
        *_if(_has_farmland(lines, workstream), _area("其中耕地", "farmland_mu", AREA_GROUP)),
        *_if(_any(lines, "basic_farmland_mu"), _area("其中永久基本农田", "basic_farmland_mu", AREA_GROUP)),
    ]


def _rectified(lines: Sequence[LedgerLine], workstream: Workstream) -> list[FormColumn]:
    if not _has_farmland(lines, workstream):
        return [_area(RECTIFIED_GROUP, "rectified_area_mu")]
    return [
        _area("总面积", "rectified_area_mu", RECTIFIED_GROUP),
        _area("其中耕地", "rectified_farmland_mu", RECTIFIED_GROUP),
    ]


def _dues(line: LedgerLine) -> tuple[Value, Value]:
    """Return the original and the extended deadline; the kind is that of the one that counts."""
    duty = line.duty
    if duty.due_kind in _STANDING:
        return _STANDING[duty.due_kind], None
    if duty.due_kind is DueKind.INVALID:
        return line.due_written or _INVALID, None
    if _is_questioned(line):
        return line.due_written, None
    if duty.due_extended:
        return duty.due_original, _due(duty.due_extended, duty.due_kind)
    return (_due(duty.due_original, duty.due_kind) if duty.due_original else None), None


def _is_questioned(line: LedgerLine) -> bool:
    """Whether a deadline before the issue was asked about: its words stay, or the answer would be asked for again."""
    duty = line.duty
    if duty.due_extended or not duty.due_original or not duty.issued_on or duty.due_original >= duty.issued_on:
        return False
    reading = read_due(line.due_written, issued_on=duty.issued_on)
    return reading is not None and (reading.kind, reading.due_on) == (duty.due_kind, duty.due_original)


def _due(day: date, kind: DueKind) -> Value:
    """Say a deadline as precisely as it was set: 2026年12月, 2026年12月中旬, 2026年第四季度, or the very day."""
    month = f"{day.year}年{day.month}月"
    is_last = day == month_end(day.year, day.month)
    if kind is DueKind.MONTH_END and is_last:
        return month
    if kind is DueKind.QUARTER_END and is_last and day.month % 3 == 0:
        return f"{day.year}年第{'一二三四'[day.month // 3 - 1]}季度"
    xun = "下" if is_last else next((word for word, end in XUN_END.items() if end == day.day), "")
    return f"{month}{xun}旬" if kind is DueKind.XUN and xun else day
