from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from db.models import Level
from documents.records import BadFile
from documents.tables import UnreadLine, read_counties, read_officials, read_targets, read_workdays
from text.reasons import Reason

CITY = Path(__file__).parents[2] / "rehearsal" / "city"


def test_every_official_of_the_sample_is_read():
    reading = read_officials(CITY / "officials.csv")
    assert (len(reading.rows), reading.unread) == (118, ())
    absent = next(one for one in reading.rows if one.official_id == "QL0088")
    assert (absent.level, absent.workstreams) == (Level.RESPONSIBLE, ("farmland",))
    assert (absent.leave_from, absent.leave_to, absent.in_post_to) == (date(2026, 11, 16), date(2026, 11, 27), None)


def test_every_county_of_the_sample_is_read():
    reading = read_counties(CITY / "county_state.csv")
    assert (len(reading.rows), reading.unread) == (12, ())
    suspended = [one for one in reading.rows if one.approval_suspended]
    assert [(one.county, one.suspended_since, one.interviews) for one in suspended] == [("沙栗县", date(2026, 7, 1), 2)]
    assert suspended[0].farmland_actual_wan_mu == Decimal("29.504863")
    assert sum(one.veto_risk for one in reading.rows) == 5


def test_every_target_of_the_sample_is_read():
    reading = read_targets(CITY / "targets.csv")
    assert (len(reading.rows), reading.unread) == (780, ())
    assert (reading.rows[0].month, reading.rows[0].target_cumulative_mu) == (1, Decimal("1.97"))


def test_the_year_of_workdays_is_read():
    reading = read_workdays(CITY / "workdays_2026.csv")
    assert (len(reading.rows), reading.unread) == (365, ())
    assert sum(not one.is_workday for one in reading.rows if one.date.weekday() < 5) > 0


@pytest.mark.parametrize(
    ("line", "column", "raw", "reason"),
    [
        ("2026-02-30,1,", "date", "2026-02-30", Reason.VALUE_BAD),
        ("2026-02-03,maybe,", "is_workday", "maybe", Reason.VALUE_BAD),
        ("2026-02-03,1", "", "2", Reason.COLUMN_COUNT),
    ],
)
def test_a_line_with_a_bad_cell_is_listed_and_the_others_are_read(tmp_path, line, column, raw, reason):
    path = tmp_path / "workdays.csv"
    path.write_text(f"date,is_workday,note\n2026-01-01,0,元旦\n{line}\n\n2026-01-04,1,\n", encoding="gb18030")
    reading = read_workdays(path)
    assert [one.date.day for one in reading.rows] == [1, 4]
    assert reading.unread == (UnreadLine(line=3, column=column, raw=raw, reason=reason),)


@pytest.mark.parametrize("number", ["1e5", "nan", "-", "1,000", ""])
def test_a_number_is_digits_and_nothing_else(tmp_path, number):
    path = tmp_path / "targets.csv"
    head = "county,workstream,sub_type,metric,unit,year,month,target_cumulative_mu,year_target_mu"
    path.write_text(f'{head}\n甲县,mine,,treated_mu,亩,2026,1,"{number}",5\n', encoding="utf-8")
    assert [(one.column, one.raw) for one in read_targets(path).unread] == [("target_cumulative_mu", number)]


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "workdays.csv"
    path.write_text("date,note\n2026-01-01,元旦\n", encoding="utf-8")
    assert read_workdays(path).unread == (
        UnreadLine(line=1, column="is_workday", raw="", reason=Reason.COLUMN_MISSING),
    )


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "workdays.csv"
    path.write_bytes(b"\xff\xfed\0a\0t\0e\0")
    with pytest.raises(BadFile) as refusal:
        read_workdays(path)
    assert refusal.value.reason is Reason.FILE_ENCODING
