"""Deadlines as a calendar that phones import (RFC 5545).

An event keeps its UID whatever its duty's deadline becomes, so that importing again moves it instead of adding one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from db.models import OPEN
from documents.records import DutyFields
from text.quantities import say_area

ALARM_DAYS = (7, 1)
ALARM_AT = time(9)  # a whole day begins at midnight; nobody is woken then
# (zh, en)
_WORDS = {
    "due": ("整改到期", "Due"),
    "area": ("面积{}亩,其中耕地{}亩", "Area {} mu, of it farmland {} mu"),
    "rectified": ("已整改{}亩,其中耕地{}亩", "Rectified {} mu, of it farmland {} mu"),
    "units": ("牵头单位:{}", "Lead unit: {}"),
    "co_units": ("配合单位:{}", "Co-operating units: {}"),
    "persons": ("具体责任人:{}", "Person responsible: {}"),
    "measures": ("整改措施:{}", "Measures: {}"),
    "unknown": ("未知", "unknown"),
}


def write_calendar(
    duties: Iterable[DutyFields], *, name: str, written_at: datetime, language: str = "zh"
) -> bytes:  # fmt: skip
    """Return an .ics with a whole-day event for every open duty that has a day; ``written_at`` is aware."""
    calendar = Calendar()
    calendar.add("prodid", "-//Duban//duban//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _plain(name))
    for duty in duties:
        if duty.status in OPEN and duty.due_on:
            calendar.add_component(_event(duty, duty.due_on, written_at, language))
    return bytes(calendar.to_ical())


def _event(duty: DutyFields, due_on: date, written_at: datetime, language: str) -> Event:
    event = Event()
    event.add("uid", f"{_plain(duty.duty_id)}@duban")
    event.add("dtstamp", written_at.astimezone(UTC))
    event.add("dtstart", due_on)
    event.add("dtend", due_on + timedelta(days=1))
    event.add("summary", _plain(f"{_word('due', language)}:{duty.duty_id} {duty.county} {duty.title}").strip())
    event.add("description", _description(duty, language))
    event.add("transp", "TRANSPARENT")  # a deadline does not make the whole day busy
    for days in ALARM_DAYS:
        event.add_component(_alarm(days, str(event["summary"])))
    return event


def _alarm(days: int, words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", timedelta(hours=ALARM_AT.hour) - timedelta(days=days))
    return alarm


def _description(duty: DutyFields, language: str) -> str:
    unknown = _word("unknown", language)
    area, farmland, rectified, rectified_farmland = (
        unknown if area is None else say_area(area)
        for area in (duty.area_mu, duty.farmland_mu, duty.rectified_area_mu, duty.rectified_farmland_mu)
    )
    lines = [
        _word("area", language).format(area, farmland),
        _word("rectified", language).format(rectified, rectified_farmland),
    ]
    for name, words in (
        ("units", duty.lead_unit), ("co_units", duty.co_units),
        ("persons", "、".join(duty.persons)), ("measures", duty.measures),
    ):  # fmt: skip
        if words:
            lines.append(_word(name, language).format(_plain(words)))
    return "\n".join(lines)


def _word(name: str, language: str) -> str:
    zh, en = _WORDS[name]
    return zh if language == "zh" else en


def _plain(text: str) -> str:
    """Leave out what a calendar may not hold, and keep each text on one line."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
