"""What is doubtful in a person's workbook, as a list: its words, its columns, its colours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MarkLevel(StrEnum):
    """Whether a cell waits for a person's word or only deserves a look."""

    WAITING = "waiting"
    WARNED = "warned"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A doubtful cell: what is wrong with it and what is asked, in the reader's language."""

    sheet: str
    cell: str
    words: str
    level: MarkLevel
    raw: str = ""


LIST_NAME = "待确认"
LIST_TITLE = "督办:待确认清单"  # by it a list of an earlier time is known, and replaced
HEAD = (("序号", 6), ("工作表", 24), ("单元格", 10), ("表中原文", 30), ("类别", 10), ("问题和要求", 70))  # words, width
LEVEL_WORDS = {MarkLevel.WAITING: "待确认", MarkLevel.WARNED: "请核对"}
LEVEL_FILLS = {MarkLevel.WAITING: "FFC000", MarkLevel.WARNED: "FFF9E5"}


def summary(marks: list[Mark]) -> str:
    """Return the line below the title."""
    waiting = sum(mark.level is MarkLevel.WAITING for mark in marks)
    return f"{waiting}处待确认(深黄),{len(marks) - waiting}处请核对(浅黄);改好后可把本文件直接发回,本表不会被导入"
