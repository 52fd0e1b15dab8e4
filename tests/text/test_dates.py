from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import DueKind
from text.dates import DueReading, days_beside, read_date, read_due, same_day_after
from text.reasons import Reason

ISSUED = date(2026, 9, 1)
TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026年12月5日", date(2026, 12, 5)),
        ("2026年12月5日前", date(2026, 12, 5)),
        ("截至2026年12月5日前完成整改", date(2026, 12, 5)),
        ("2026 年 12 月 5 日", date(2026, 12, 5)),
        ("２０２６年１２月５日", date(2026, 12, 5)),
        ("2026-12-05", date(2026, 12, 5)),
        ("2026-12-05 00:00:00", date(2026, 12, 5)),
        ("2026/12/5", date(2026, 12, 5)),
        ("2026.11.25", date(2026, 11, 25)),
        ("20261130", date(2026, 11, 30)),
        ("46357", date(2026, 12, 1)),
        ("二〇二六年十二月十五日", date(2026, 12, 15)),
        ("二零二六年十月三十一日", date(2026, 10, 31)),
        ("12月10日前", date(2026, 12, 10)),
        ("8月31日", date(2027, 8, 31)),
        ("9月1日", date(2026, 9, 1)),
        ("Dec 5, 2026", date(2026, 12, 5)),
        ("by 5th of December 2026", date(2026, 12, 5)),
    ],
)
def test_a_day_is_read(said, day):
    reading = read_due(said, issued_on=ISSUED)
    assert (reading.kind, reading.due_on) == (DueKind.DATE, day)


@pytest.mark.parametrize(
    ("said", "kind", "day"),
    [
        ("2026年11月", DueKind.MONTH_END, date(2026, 11, 30)),
        ("2026年12月底前", DueKind.MONTH_END, date(2026, 12, 31)),
        ("2028年2月", DueKind.MONTH_END, date(2028, 2, 29)),
        ("2026.12", DueKind.MONTH_END, date(2026, 12, 31)),
        ("12月底前", DueKind.MONTH_END, date(2026, 12, 31)),
        ("3月底", DueKind.MONTH_END, date(2027, 3, 31)),
        ("2026年底前", DueKind.MONTH_END, date(2026, 12, 31)),
        ("2027年上半年", DueKind.MONTH_END, date(2027, 6, 30)),
        ("2026年12月上旬", DueKind.XUN, date(2026, 12, 10)),
        ("2026年12月中旬", DueKind.XUN, date(2026, 12, 20)),
        ("2026年11月下旬", DueKind.XUN, date(2026, 11, 30)),
        ("12月中旬", DueKind.XUN, date(2026, 12, 20)),
        ("2026年第四季度", DueKind.QUARTER_END, date(2026, 12, 31)),
        ("2027年Q1", DueKind.QUARTER_END, date(2027, 3, 31)),
        ("四季度末", DueKind.QUARTER_END, date(2026, 12, 31)),
    ],
)
def test_a_period_means_its_last_day(said, kind, day):
    reading = read_due(said, issued_on=ISSUED)
    assert (reading.kind, reading.due_on) == (kind, day)


@pytest.mark.parametrize(
    "said", ["2026年11月31日", "2026-02-29", "20261340", "2026.13.1", "2026年13月", "Feb 30, 2026", "2月30日前"]
)
def test_a_day_that_does_not_exist_is_invalid_and_never_moved(said):
    assert read_due(said, issued_on=ISSUED) == DueReading(kind=DueKind.INVALID)


@pytest.mark.parametrize(
    "said",
    ["尽快", "", "12.5", "2026", "第3号问题", "26.12.5", "2026.12-5", "99999", "5号", "2026年12月5",
     "立行立改,2026年12月底前", "自然资发〔2026〕15号", "十十日", "2026年十十月", "12.31", "26年12月5日"],
)  # fmt: skip
def test_what_is_no_sure_deadline_is_not_read(said):
    assert read_due(said, issued_on=ISSUED) is None


@pytest.mark.parametrize(
    "said",
    ["这周五", "周五前", "3天内", "3个工作日内", "两周内", "月底前", "下月底前", "本月25日", "明年3月", "今年底",
     "上半年", "节前", "元旦前", "今天", "Dec 5", "December", "in 3 weeks", "end of month", "“十五五”末", "32号"],
)  # fmt: skip
def test_words_that_mean_a_day_only_where_somebody_speaks_are_not_read(said):
    assert read_due(said, issued_on=ISSUED) is None


@pytest.mark.parametrize(
    "said",
    ["2026年11月20日至12月20日", "11月底12月初", "2026年12月5日下午5点前", "2026年12月31日(暂定)",
     "2026年12月25日(周五)", "2026-12-08T15:00:00+08:00"],
)  # fmt: skip
def test_what_says_more_than_a_day_is_not_read(said):
    assert read_due(said, issued_on=ISSUED) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("整改期限:2026年12月31日", date(2026, 12, 31)),
        ("请于2026年12月5日前完成销号", date(2026, 12, 5)),
        ("2026年度末", date(2026, 12, 31)),
        ("2026第四季度", date(2026, 12, 31)),
        ("2026年元月", date(2026, 1, 31)),
        ("31-Dec-2026", date(2026, 12, 31)),
        ("end of Dec 2026", date(2026, 12, 31)),
    ],
)
def test_what_the_reader_of_deadlines_learns_the_cells_learn_where_the_year_is_written(said, day):
    assert read_due(said, issued_on=None).due_on == day


def test_without_a_year_and_without_a_day_of_issue_nothing_is_guessed():
    assert read_due("12月10日前", issued_on=None) is None


def test_standing_words_have_no_day():
    assert read_due("立行立改", issued_on=ISSUED) == DueReading(kind=DueKind.IMMEDIATE, note=Reason.DUE_IMMEDIATE)
    assert read_due("长期坚持", issued_on=ISSUED) == DueReading(kind=DueKind.LONG_TERM)


@pytest.mark.parametrize(
    "said",
    ["2026年10月31日(经同意延期至2026年12月20日)", "原定2026.10.31,延期至2026.12.20", "2026年10月31日延至12月20日"],
)
def test_two_dates_in_one_cell_are_the_original_and_the_extended_deadline(said):
    reading = read_due(said, issued_on=ISSUED)
    assert (reading.due_on, reading.extended_to) == (date(2026, 10, 31), date(2026, 12, 20))
    assert reading.effective == date(2026, 12, 20)
    assert reading.note is Reason.DUE_TWO_DATES


def test_an_extension_that_is_not_later_is_not_understood():
    assert read_due("2026年12月20日(延期至2026年10月31日)", issued_on=ISSUED) is None


def test_an_impossible_extension_is_invalid():
    assert read_due("2026年10月31日(延期至2026年11月31日)", issued_on=ISSUED) == DueReading(kind=DueKind.INVALID)


@pytest.mark.parametrize("said", ["2026-12-05", "2026年12月5日", "Dec 5, 2026", "20261205"])
def test_an_option_takes_a_full_day(said):
    assert read_date(said, today=TODAY) == date(2026, 12, 5)


def test_an_option_takes_days_near_today():
    assert read_date("今天", today=TODAY) == TODAY
    assert read_date("Yesterday", today=TODAY) == date(2026, 11, 17)


@pytest.mark.parametrize("said", ["12月5日", "2026年12月", "2026-11-31", "46361", "soon"])
def test_an_option_takes_nothing_less(said):
    assert read_date(said, today=TODAY) is None


days = st.dates(min_value=date(1990, 1, 1), max_value=date(2098, 12, 31))


@given(
    days,
    st.sampled_from(["{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.year}年{0.month}月{0.day}日前", "{0.year}.{0.month}.{0.day}"]),
)
def test_every_day_is_read_as_itself_in_every_full_form(day, form):
    assert read_due(form.format(day), issued_on=None).due_on == day


@given(days, days)
def test_a_day_without_a_year_lies_within_the_year_after_the_issue(issued, day):
    reading = read_due(f"{day.month}月{day.day}日前", issued_on=issued)
    if reading.due_on is None:
        assert (day.month, day.day) == (2, 29)
    else:
        assert timedelta(0) <= reading.due_on - issued <= timedelta(days=366)
        assert (reading.due_on.month, reading.due_on.day) == (day.month, day.day)


@given(st.text(alphabet="0123456789年月日前底上中下旬第四季度.-/〇一二十()延期至 ", max_size=24))
def test_no_text_whatever_breaks_the_reader(said):
    reading = read_due(said, issued_on=ISSUED)
    assert reading is None or (reading.due_on is None) == (
        reading.kind in (DueKind.INVALID, DueKind.IMMEDIATE, DueKind.LONG_TERM)
    )


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("2026年11月31日", (date(2026, 11, 30), date(2026, 12, 1))),
        ("2026-02-29前", (date(2026, 2, 28), date(2026, 3, 1))),
        ("20261131", (date(2026, 11, 30), date(2026, 12, 1))),
        ("2026年11月30日", ()),
        ("2026年13月1日", ()),
        ("尽快", ()),
    ],
)
def test_a_date_that_does_not_exist_has_a_day_on_both_sides(said, days):
    assert days_beside(said) == days


@pytest.mark.parametrize(
    ("day", "start", "found"),
    [
        (date(2026, 3, 15), date(2026, 8, 1), date(2027, 3, 15)),
        (date(2025, 9, 1), date(2026, 8, 1), date(2026, 9, 1)),
        (date(2024, 2, 29), date(2025, 1, 1), None),
    ],
)
def test_the_same_day_after_the_issue(day, start, found):
    assert same_day_after(day, start) == found
