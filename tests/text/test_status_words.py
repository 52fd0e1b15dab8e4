import pytest

from db.models import Status
from text.status_words import likely_statuses, read_status


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("未启动", Status.NOT_STARTED),
        ("整改中", Status.IN_PROGRESS),
        ("正在整改", Status.IN_PROGRESS),
        ("推进中", Status.IN_PROGRESS),
        ("待验收", Status.AWAITING_ACCEPTANCE),
        ("整改完成,待市级验收", Status.AWAITING_ACCEPTANCE),
        ("退回重改", Status.RETURNED),
        ("已 销 号", Status.CLOSED),
        ("已完成整改并销号", Status.CLOSED),
        ("长期坚持", Status.LONG_TERM),
        ("暂缓", Status.SUSPENDED),
        ("In progress", Status.IN_PROGRESS),
        ("long-term", Status.LONG_TERM),
    ],
)
def test_known_words_are_read(words, status):
    assert read_status(words) is status


@pytest.mark.parametrize("status", Status)
def test_every_code_is_read_as_itself(status):
    assert read_status(status.value) is status


@pytest.mark.parametrize("words", ["", "已完成", "整改完成", "基本完成", "完成", "done", "未销号", "不予销号"])
def test_a_word_that_is_not_known_is_never_taken_for_done(words):
    assert read_status(words) is None


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("正在整改之中", Status.IN_PROGRESS),
        ("市里已销号", Status.CLOSED),
        ("等待验收", Status.AWAITING_ACCEPTANCE),
        ("退回再改", Status.RETURNED),
        ("申请销号", Status.AWAITING_ACCEPTANCE),
    ],
)
def test_the_likeliest_status_is_offered_first(words, first):
    assert likely_statuses(words)[0] is first


@pytest.mark.parametrize(
    "words",
    ["", "快好了", "未销号", "不予销号", "未验收", "没办法", "done", "撤销销号", "拟销号", "预计12月销号", "部分销号"],
)
def test_done_is_not_offered_first_unless_the_words_say_so(words):
    assert likely_statuses(words)[0] not in (Status.CLOSED, Status.AWAITING_ACCEPTANCE)
    assert len(likely_statuses(words)) == 4
