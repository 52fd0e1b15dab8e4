"""Every example that stands beside a rule, and forms and strings made up by a machine."""

# ruff: noqa: E501 -- rows of examples
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import DueKind
from rules.calendar import Calendar
from text.deadlines import Reader, find_deadline, read_deadline
from text.deadlines.chinese import CHINESE
from text.deadlines.chinese_spans import CHINESE_SPANS
from text.deadlines.english import ENGLISH

NOW = datetime(2026, 11, 18, 10, 30)
EXAMPLES = [example for rule in (*CHINESE, *CHINESE_SPANS, *ENGLISH) for example in rule.examples]


@pytest.mark.parametrize(("said", "meant"), EXAMPLES)
def test_an_example_is_read_as_it_says(said, meant):
    expected = datetime.fromisoformat(meant if "T" in meant else f"{meant}T23:59:59")
    assert read_deadline(said, NOW) == expected


def test_every_rule_has_an_example():
    assert all(rule.examples for rule in (*CHINESE, *CHINESE_SPANS, *ENGLISH))


FORMS = [
    "{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日前", "{0.year}.{0.month}.{0.day}", "截止{0:%Y/%m/%d}", "{0:%Y%m%d}",
    "{0:%B} {0.day}, {0.year}", "by {0.day} {0:%b} {0.year}", "{0.day}-{0:%b}-{0.year}", "不迟于{0.year} 年 {0.month} 月 {0.day} 号",
]  # fmt: skip
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2098, 12, 31))


@given(days, st.sampled_from(FORMS))
def test_a_day_reads_back_to_itself_in_every_form(day, form):
    found = read_deadline(form.format(day), NOW)
    assert found is not None
    assert found.date() == day


@given(st.dates(min_value=NOW.date(), max_value=NOW.date() + timedelta(days=364)))
def test_a_day_without_a_year_is_the_next_such_day(day):
    for form in ("{0.month}月{0.day}日前", "请于{0.month}月{0.day}日前完成3号图斑20亩整改"):
        said = form.format(day)
        found = find_deadline(said, NOW)
        assert found is not None
        assert found.date() == day


numbers = st.integers(1, 99_999)
NON_DATES = st.one_of(
    st.tuples(numbers, st.sampled_from(["亩", "公顷", "万元", "元", "个地块", "宗", "%", "平方米", "户", "号图斑", "号地块"])).map(lambda x: f"{x[0]}{x[1]}"),
    st.tuples(st.integers(1, 31), st.integers(1, 99), st.sampled_from(["亩", "公顷", "%", "万元"])).map(lambda x: f"{x[0]}.{x[1]}{x[2]}"),
    st.integers(1, 999).map(lambda n: f"DC-2026-{n:03}"),
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.integers(1, 99).map(lambda n: f"永批督〔2026〕{n}号"),
    st.integers(1, 31).map(lambda n: f"第{n}号问题"),
    st.tuples(st.integers(100, 999), st.integers(1_000_000, 99_999_999)).map(lambda x: f"0{x[0]}-{x[1]}"),
    st.sampled_from(["王国庆", "张三", "周一鸣", "马景民", "北山县", "李元旦", "五一路8号", "May Chen", "今日头条", "2026年度卫片执法图斑"]),
)  # fmt: skip


@given(st.lists(NON_DATES, min_size=1, max_size=4), st.sampled_from(["", " ", "，", "、"]))
def test_what_is_no_date_never_becomes_one(parts, between):
    said = between.join(parts)
    assert read_deadline(said, NOW) is None
    if between:
        assert find_deadline(said, NOW) is None


def test_a_day_that_does_not_exist_is_invalid():
    understood = Reader(Calendar()).read("2026年11月31日前", NOW)
    assert understood is not None
    assert (understood.when, understood.kind) == (None, DueKind.INVALID)


def test_the_office_may_work_on_a_day_off():
    office = Reader(Calendar(overrides={date(2026, 11, 21): True}))
    understood = office.find("请在3个工作日内反馈", NOW)
    assert understood is not None
    assert (understood.when, understood.words) == (datetime(2026, 11, 21, 23, 59, 59), "3个工作日内")


def test_the_deadline_wins_over_the_date_of_the_notice():
    assert find_deadline("11月5日下发的通知，请在12月1日前办结", NOW) == datetime(2026, 12, 1, 23, 59, 59)


@given(st.text(alphabet="0123456789年月日前底上中下旬季度.-/一二十周个工作内点 bydec", max_size=24))
def test_no_text_whatever_breaks_the_reader(said):
    read_deadline(said, NOW)
    find_deadline(said, NOW)
