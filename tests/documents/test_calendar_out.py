from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from icalendar import Calendar

from db.models import OPEN, Status
from documents.calendar_out import write_calendar
from tests.documents.test_ledger_out import DUTY

NOW = datetime(2026, 11, 18, 1, 30, tzinfo=UTC)


def events(*duties, language="zh", written_at=NOW):
    content = write_calendar(duties, name="北山县整改时限", written_at=written_at, language=language)
    return Calendar.from_ical(content).walk("VEVENT")


def test_a_deadline_is_a_whole_day():
    (event,) = events(DUTY)
    assert event.decoded("dtstart") == date(2026, 12, 31)
    assert event.decoded("dtend") == date(2027, 1, 1)
    assert type(event.decoded("dtstart")) is date
    assert event["summary"] == "整改到期:X-1 澜东区 占用耕地建厂"


def test_a_moved_deadline_moves_its_event():
    (before,), (after,) = events(DUTY), events(replace(DUTY, due_on=date(2027, 3, 1)), written_at=NOW + timedelta(1))
    assert before["uid"] == after["uid"]
    assert before.decoded("dtstamp") < after.decoded("dtstamp")
    assert after.decoded("dtstart") == date(2027, 3, 1)


def test_every_duty_has_its_own_event():
    found = events(DUTY, replace(DUTY, duty_id="X-2"))
    assert len({event["uid"] for event in found}) == 2


def test_the_phone_rings_a_week_and_a_day_ahead_at_nine():
    (event,) = events(DUTY)
    midnight = datetime(2026, 12, 31)
    rings = [midnight + alarm.decoded("trigger") for alarm in event.walk("VALARM")]
    assert rings == [datetime(2026, 12, 24, 9), datetime(2026, 12, 30, 9)]


@pytest.mark.parametrize("status", Status)
def test_only_what_the_county_still_has_to_do_is_in_the_calendar(status):
    assert len(events(replace(DUTY, status=status))) == (status in OPEN)


def test_a_duty_without_a_day_has_no_event():
    assert events(replace(DUTY, due_on=None)) == []


def test_the_areas_and_names_are_told_in_the_person_s_language():
    duty = replace(DUTY, farmland_mu=None, lead_unit="甲局", persons=("王志远", "李明"), area_mu=Decimal("10.50"))
    (zh,), (en,) = events(duty), events(duty, language="en")
    assert zh["description"].splitlines() == [
        "面积10.5亩,其中耕地未知亩", "已整改5亩,其中耕地0亩", "牵头单位:甲局", "具体责任人:王志远、李明",
    ]  # fmt: skip
    assert en["summary"].startswith("Due:X-1")
    assert en["description"].splitlines()[0] == "Area 10.5 mu, of it farmland unknown mu"


def test_no_text_breaks_out_of_its_line():
    title = "甲;乙,丙\\丁\r\nEND:VEVENT\nBEGIN:VEVENT\x07" + "很长" * 100
    content = write_calendar([replace(DUTY, title=title, measures=title)], name="a\nb", written_at=NOW)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\x07" not in content
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["summary"] == f"整改到期:X-1 澜东区 甲;乙,丙\\丁 END:VEVENT BEGIN:VEVENT {'很长' * 100}"
