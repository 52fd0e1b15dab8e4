"""Every example that stands beside a rule, and forms and strings made up by a machine."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import DueKind
from rules.calendar import Calendar
from text.deadlines import Reader, find_deadline, read_deadline
from text.deadlines.chinese import CHINESE
from text.deadlines.chinese_spans import CHINESE_SPANS
from text.deadlines.context import ALL_CUES
from text.deadlines.english import ENGLISH

NOW = datetime(2026, 11, 18, 10, 30)
unhurried = settings(deadline=None)  # the first of them loads the calendars
EXAMPLES = [example for rule in (*CHINESE, *CHINESE_SPANS, *ENGLISH) for example in rule.examples]


@pytest.mark.parametrize(("said", "meant"), EXAMPLES)
def test_an_example_is_read_as_it_says(said, meant):
    expected = datetime.fromisoformat(meant if "T" in meant else f"{meant}T23:59:59")
    assert read_deadline(said, NOW) == expected


def test_every_rule_has_an_example():
    assert all(rule.examples for rule in (*CHINESE, *CHINESE_SPANS, *ENGLISH))


@pytest.mark.parametrize("cue", ALL_CUES, ids=lambda cue: cue.said)
def test_a_cue_means_what_its_sentence_says(cue):
    found = find_deadline(cue.said, NOW)
    assert (found.date().isoformat() if found else "") == cue.meant


def in_words(number):
    """Write a number below a hundred as Chinese officials do: 五, 十二, 三十一."""
    tens, ones = divmod(number, 10)
    digits = ("", *"一二三四五六七八九")
    return ("" if tens < 2 else digits[tens]) + "十" * (tens > 0) + digits[ones]


def wide(said):
    return said.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})


def chinese_year(day):
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))


FULL_FORMS = {
    "2026-12-05": "{0:%Y-%m-%d}".format, "2026-12-5": "{0.year}-{0.month}-{0.day}".format,
    "2026.12.5": "{0.year}.{0.month}.{0.day}".format,
    "2026/12/05": "{0:%Y/%m/%d}".format, "2026年12月5日": "{0.year}年{0.month}月{0.day}日".format,
    "2026 年 12 月 5 号": "{0.year} 年 {0.month} 月 {0.day} 号".format,
    "full width": lambda day: wide(f"{day.year}年{day.month}月{day.day}日"),
    "in words": lambda day: f"{chinese_year(day)}年{in_words(day.month)}月{in_words(day.day)}日",
    "December 5, 2026": "{0:%B} {0.day}, {0.year}".format, "5 Dec 2026": "{0.day} {0:%b} {0.year}".format,
}  # fmt: skip
PHRASE_FORMS = {**FULL_FORMS, "20261205": "{0:%Y%m%d}".format, "5-Dec-2026": "{0.day}-{0:%b}-{0.year}".format}
PHRASES = ["{}", "截止{}", "{}前", "不迟于{}", "{}之前", "{}以前完成整改", "by {}", "{} 17:30"]
CARRIERS = [
    "请于{}前完成3号图斑20亩整改", "DC-2026-012 请在{}前办结，联系电话13812345678",
    "永自然资函〔2026〕3号要求{}前反馈", "务必在{}之前销号",
    "12号地块占地12.15亩，限{}前整改到位",
    "please finish plot 3 (20 mu) by {}", "11月5日下发的通知，请在{}前办结",
    "原定11月30日，延期至{}",
]  # fmt: skip
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2098, 12, 31))
coming_year = st.dates(min_value=NOW.date(), max_value=NOW.date() + timedelta(days=364))


@unhurried
@given(days, st.sampled_from(sorted(PHRASE_FORMS)), st.sampled_from(PHRASES))
def test_a_day_reads_back_to_itself_in_every_form(day, form, phrase):
    found = read_deadline(phrase.format(PHRASE_FORMS[form](day)), NOW)
    assert found is not None
    assert found == datetime.combine(day, time(17, 30) if "17:30" in phrase else time(23, 59, 59))


@unhurried
@given(days, st.sampled_from(sorted(FULL_FORMS)), st.sampled_from(CARRIERS))
def test_a_day_in_a_sentence_reads_back_to_itself_in_every_form(day, form, carrier):
    assert find_deadline(carrier.format(FULL_FORMS[form](day)), NOW) == datetime.combine(day, time(23, 59, 59))


SHORT_FORMS = [
    "{0.month}月{0.day}日",
    "{0.month}月{0.day}号",
    "{0:%B} {0.day}",
    "{0.day} {0:%b}",
    "{0.month}.{0.day}",
    "{0.month}/{0.day}",
]


@unhurried
@given(coming_year, st.sampled_from(SHORT_FORMS), st.sampled_from(CARRIERS))
def test_a_day_without_a_year_is_the_next_such_day(day, form, carrier):
    said = form.format(day)
    assert read_deadline(f"{said}前", NOW) == datetime.combine(day, time(23, 59, 59))
    assert find_deadline(carrier.format(said), NOW) == datetime.combine(day, time(23, 59, 59))


@unhurried
@given(st.integers(1, 99), st.booleans())
def test_a_span_of_days_counts_from_tomorrow(count, words):
    said = in_words(count) if words else str(count)
    for form in ("{}日内", "限{}天之内整改到位", "收到本通知之日起{}日内"):
        assert find_deadline(form.format(said), NOW) == datetime.combine(
            NOW.date() + timedelta(days=count), time(23, 59, 59)
        )


numbers = st.integers(1, 99_999)
small = st.integers(1, 31)
MEASURES = [
    "亩",
    "公顷",
    "平方米",
    "平方公里",
    "米",
    "万元",
    "元",
    "亿元",
    "个地块",
    "宗",
    "件",
    "户",
    "人",
    "处",
    "%",
    "‰",
]
THINGS = ["号图斑", "号地块", "号问题", "号楼", "号线", "号文", "期项目", "批次"]
NAMES = [
    "王国庆", "张三", "周一鸣", "马景民", "北山县", "李元旦", "五一路8号",
    "May Chen", "今日头条", "2026年度卫片执法图斑", "八一村", "尽快",
    "每周五", "周一至周五", "昨天", "上周五",
    "3个工作日前", "十四五规划", "K12+300", "比例尺1:2000", "192.168.1.10", "v2.12.1",
]  # fmt: skip
NON_DATES = st.one_of(
    st.tuples(numbers, st.sampled_from(MEASURES + THINGS)).map(lambda said: f"{said[0]}{said[1]}"),
    st.tuples(small, st.integers(1, 99), st.sampled_from(MEASURES)).map(lambda said: f"{said[0]}.{said[1]}{said[2]}"),
    st.tuples(small, small, st.sampled_from(THINGS)).map(lambda said: f"{said[0]}-{said[1]}{said[2]}"),
    st.integers(1, 999).map(lambda n: f"DC-2026-{n:03}"),
    st.integers(13_000_000_000, 19_999_999_999).map(str),
    st.integers(1, 99).map(lambda n: f"永批督〔2026〕{n}号"),
    small.map(lambda n: f"第{n}号问题"),
    small.map(lambda n: f"第{in_words(n)}期"),
    st.tuples(small, small).map(lambda said: f"完成{said[0]}/{said[1]}宗"),
    st.tuples(st.integers(100, 999), st.integers(1_000_000, 99_999_999)).map(lambda said: f"0{said[0]}-{said[1]}"),
    st.tuples(small, st.sampled_from(["天", "日", "个工作日", "个月"])).map(lambda said: f"超期{said[0]}{said[1]}"),
    st.sampled_from(NAMES),
)


@unhurried
@given(st.lists(NON_DATES, min_size=1, max_size=4), st.sampled_from(["", " ", "，", "、", "；"]))
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


@unhurried
@given(st.text(alphabet="0123456789年月日前底上中下旬季度.-/一二十周个工作内点 bydec", max_size=24))
def test_no_text_whatever_breaks_the_reader(said):
    read_deadline(said, NOW)
    find_deadline(said, NOW)
