"""Words that every table of the office has: its days, its unit line, where it signs."""

from __future__ import annotations

from datetime import date, datetime

_GAP = 8 * " "


def say_full_day(day: date) -> str:
    """Say a day as forms do: 2026年11月18日."""
    return f"{day.year}年{day.month}月{day.day}日"


def unit_line(office: str, as_of: date, basis: str) -> str:
    """Return the line below the title: whose table it is, of which day, in which units, and on which basis."""
    return _GAP.join((f"填报单位:{office}", f"截至日期:{say_full_day(as_of)}", "单位:个、亩", f"口径:{basis}"))


def signatures(written_at: datetime) -> str:
    """Return the last line, on which people sign."""
    return (2 * _GAP).join(("填表人:", "审核人:", "分管领导签字:", f"填表日期:{say_full_day(written_at)}"))


def written_words(written_at: datetime) -> str:
    """Say when and by what a table was written."""
    return f"本表于{say_full_day(written_at)}{written_at:%H:%M}由督办系统导出"
