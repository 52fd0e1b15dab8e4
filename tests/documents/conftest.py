from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from documents.ledger import Known, LedgerReading, read_ledger
from rules.policy import WORKSTREAMS

COUNTIES = {"甲县": "甲县", "甲": "甲县", "乙市": "乙市", "乙": "乙市"}

# One duty in an everyday form; a test changes the cells that it is about.
DUTY = {
    "编号": "X-1",
    "县区": "甲县",
    "问题描述": "占用耕地建厂",
    "面积": 10,
    "耕地面积": 4,
    "已整改面积": 5,
    "已整改耕地面积": 2,
    "下发日期": "2026-03-01",
    "完成时限": "2026-12-31",
    "责任人": "王志远",
    "整改状态": "整改中",
}


def known(**facts: Any) -> Known:
    """What the office of these tests knows; a test adds what it is about."""
    usual = {"find_county": COUNTIES.get, "workstreams": WORKSTREAMS, "county_codes": {"甲县": "990001"}}
    return Known(**{**usual, **facts})


def read(path: Path, **facts: Any) -> LedgerReading:
    return read_ledger(path, known(**facts))


@pytest.fixture
def read_cells(tmp_path) -> Callable[..., LedgerReading]:
    """Write rows of cells (from A1 on) into a workbook and read it as a ledger."""

    def write_and_read(
        *rows: list[Any], name: str = "违法用地", merge: tuple[str, ...] = (), touch: Any = None, **facts: Any
    ) -> LedgerReading:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = name
        for row in rows:
            sheet.append(row)
        for cells in merge:
            sheet.merge_cells(cells)
        if touch:
            touch(sheet)
        book.save(tmp_path / "ledger.xlsx")
        return read(tmp_path / "ledger.xlsx", **facts)

    return write_and_read


@pytest.fixture
def read_duties(read_cells) -> Callable[..., LedgerReading]:
    """Read a ledger of everyday duties, each with some cells changed; the head is row 1."""

    def write_and_read(*changes: dict[str, Any], **options: Any) -> LedgerReading:
        head = list(dict.fromkeys([*DUTY, *(name for change in changes for name in change)]))
        duties = [{**DUTY, "编号": f"X-{number}", **change} for number, change in enumerate(changes, 1)]
        return read_cells(head, *([duty.get(name) for name in head] for duty in duties), **options)

    return write_and_read


def only(reading):
    assert (reading.unread, reading.doubts) == ((), ())
    (one,) = reading.rows
    return one


def asked(one):
    return [(doubt.cell, doubt.raw, doubt.reason) for doubt in one.doubts]
