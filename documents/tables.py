"""The other csv tables of an office: officials, counties, targets, workdays; a line that is not right is listed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Generic, TypeVar

from db.models import Level, Status
from documents.csv_lines import read_lines
from text.reasons import Reason

T = TypeVar("T")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_VETO_MONTH = re.compile(r"veto_risk_([0-9]{4})_([0-9]{2})")
_DATED_COLUMN = re.compile(r"(veto_risk|interviews)_[0-9]{4}(?:_[0-9]{2})?")  # veto_risk_2026_08 is veto_risk


@dataclass(frozen=True, kw_only=True)
class Official:
    """A person who has to do with duties; matched by county and name."""

    official_id: str
    name: str
    county: str  # the city's name for people of the city
    level: Level
    post: str
    unit: str
    workstreams: tuple[str, ...]
    phone: str
    wecom_userid: str
    dingtalk_userid: str
    feishu_open_id: str
    delegate_id: str
    leave_from: date | None
    leave_to: date | None
    in_post_from: date | None
    in_post_to: date | None
    remark: str


@dataclass(frozen=True, kw_only=True)
class County:
    """A county's state of affairs outside the ledger; farmland in units of 10,000 mu, as reported."""

    county: str
    county_code: str
    farmland_target_wan_mu: Decimal
    farmland_actual_wan_mu: Decimal
    veto_risk: bool  # at the month that the column's head names,
    veto_risk_month: str  # like 2026-08; empty where it names none
    approval_suspended: bool
    suspended_since: date | None
    suspended_reason: str
    approved_unused_task_mu: Decimal
    interviews: int  # in the year that the column's head names


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a county is to have reached by the end of a month, summed up over the year, in mu."""

    county: str
    workstream: str
    sub_type: str
    metric: str
    unit: str
    year: int
    month: int
    target_cumulative_mu: Decimal
    year_target_mu: Decimal


@dataclass(frozen=True, kw_only=True)
class Workday:
    """Whether a day is worked, by the official calendar."""

    date: date
    is_workday: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a duty had come by the end of a day; totals in mu, as reported."""

    duty_id: str
    as_of: date
    rectified_area_mu: Decimal
    rectified_farmland_mu: Decimal
    status: Status


@dataclass(frozen=True, kw_only=True)
class UnreadLine:
    """A cell that keeps its line out of the table; line and column as the file has them."""

    line: int
    column: str
    raw: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class TableReading(Generic[T]):
    """The lines that were read, and the cells that kept the others out."""

    rows: tuple[T, ...] = ()
    unread: tuple[UnreadLine, ...] = ()


def read_officials(path: Path | str) -> TableReading[Official]:
    """Read officials.csv."""
    days = dict.fromkeys(("leave_from", "leave_to", "in_post_from", "in_post_to"), _optional(_day))
    return _read(path, Official, {
        "official_id": _needed, "name": _needed, "county": _needed,
        "level": Level, "workstreams": _list, **days,
    })  # fmt: skip


def read_counties(path: Path | str) -> TableReading[County]:
    """Read county_state.csv."""
    return _read(path, County, {
        "county": _needed, "county_code": _needed, "suspended_since": _optional(_day), "interviews": _count,
        **dict.fromkeys(("farmland_target_wan_mu", "farmland_actual_wan_mu", "approved_unused_task_mu"), _decimal),
        **dict.fromkeys(("veto_risk", "approval_suspended"), _yes_or_no),
    })  # fmt: skip


def read_targets(path: Path | str) -> TableReading[Target]:
    """Read targets.csv."""
    return _read(path, Target, {
        "county": _needed, "workstream": _needed, "metric": _needed, "year": _count, "month": _month,
        **dict.fromkeys(("target_cumulative_mu", "year_target_mu"), _decimal),
    })  # fmt: skip


def read_history(path: Path | str) -> TableReading[Standing]:
    """Read progress_history.csv: how duties stood at the ends of earlier days."""
    return _read(path, Standing, {
        "duty_id": _needed, "as_of": _day, "status": Status,
        **dict.fromkeys(("rectified_area_mu", "rectified_farmland_mu"), _decimal),
    })  # fmt: skip


def read_workdays(path: Path | str) -> TableReading[Workday]:
    """Read a table of workdays: date, is_workday (1 or 0), note."""
    return _read(path, Workday, {"date": _day, "is_workday": _yes_or_no})


def _read(path: Path | str, kind: type[T], readers: dict[str, Callable[[str], object]]) -> TableReading[T]:
    """Read every line into ``kind``; columns are known by name, further ones are left alone."""
    head, *lines = read_lines(Path(path))
    names: tuple[str, ...] = tuple(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    said = {"veto_risk_month": _veto_month(head)}  # by the head itself, of all lines
    head = [_DATED_COLUMN.sub(r"\1", name) for name in head]
    wrong = [(name, Reason.COLUMN_MISSING) for name in names if name not in (*head, *said)]
    wrong += [(name, Reason.COLUMN_UNCLEAR) for name in names if head.count(name) > 1]
    if wrong:
        return TableReading(unread=tuple(_unread(1, name, "", reason) for name, reason in wrong))
    table = _Table(kind, names, readers)
    for number, cells in enumerate(lines, 2):
        if not any(cells):
            continue
        if len(cells) == len(head):
            table.add(number, said | dict(zip(head, cells, strict=True)))
        else:
            table.unread.append(_unread(number, "", str(len(cells)), Reason.COLUMN_COUNT))
    return TableReading(rows=tuple(table.rows), unread=tuple(table.unread))


def _veto_month(head: list[str]) -> str:
    found = (_VETO_MONTH.fullmatch(name.strip()) for name in head)
    return next((f"{month[1]}-{month[2]}" for month in found if month), "")


def _unread(line: int, column: str, raw: str, reason: Reason) -> UnreadLine:
    return UnreadLine(line=line, column=column, raw=raw, reason=reason)


@dataclass
class _Table(Generic[T]):
    """A table while it is being filled."""

    kind: type[T]
    names: tuple[str, ...]
    readers: dict[str, Callable[[str], object]]
    rows: list[T] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)

    def add(self, number: int, texts: dict[str, str]) -> None:
        values: dict[str, object] = {}
        for name in self.names:
            text = texts[name].strip()
            try:
                values[name] = self.readers.get(name, str)(text)
            except (ValueError, InvalidOperation):
                self.unread.append(_unread(number, name, texts[name], Reason.VALUE_BAD))
        if len(values) == len(self.names):
            self.rows.append(self.kind(**values))


# --- one reader for each kind of cell; a ValueError means that the cell is not as it must be -----------------------


def _needed(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


def _day(text: str) -> date:
    if len(text) != len("2026-12-05"):
        raise ValueError(text)
    return date.fromisoformat(text)


def _optional(read: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: read(text) if text else None


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


def _month(text: str) -> int:
    month = _count(text)
    if not 1 <= month <= 12:
        raise ValueError(text)
    return month


def _yes_or_no(text: str) -> bool:
    words = {"是": True, "1": True, "否": False, "0": False}
    if text not in words:
        raise ValueError(text)
    return words[text]


def _list(text: str) -> tuple[str, ...]:
    return tuple(one for part in text.split(";") if (one := part.strip()))
