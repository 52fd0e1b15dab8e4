"""The words for a duty's status in ledgers and messages; a word that is not in the table is not guessed."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

from db.models import Status

# "已完成" and "整改完成" alone are missing on purpose: nobody can say whether the city has accepted it.
_WORDS: dict[Status, tuple[str, ...]] = {
    Status.NOT_STARTED: (
        "未启动", "尚未启动", "未开始", "尚未开始", "未开展", "尚未开展", "未整改", "尚未整改",
        "not started", "not yet started",
    ),
    Status.RECEIVED: ("已签收", "已接收", "received"),
    Status.PLANNED: ("已定方案", "方案已定", "已制定方案", "planned"),
    Status.IN_PROGRESS: (
        "整改中", "正在整改", "正在整改中", "推进中", "正在推进", "正在办理", "办理中", "进行中", "正在进行", "在整改",
        "in progress", "ongoing", "under way",
    ),
    Status.AWAITING_ACCEPTANCE: (
        "待验收", "待核查", "待市级验收", "待市级核查", "待验收销号", "待销号", "申请验收", "已申请验收", "提请验收",
        "整改完成待验收", "整改完成待市级验收", "整改完成待核查", "整改完成待销号",
        "已完成待验收", "已完成待市级验收", "已完成待核查", "已完成待销号", "已完成整改待验收", "已完成整改待市级验收",
        "已整改待验收", "已整改待市级验收", "已整改到位待验收",
        "awaiting acceptance", "waiting for acceptance", "pending acceptance",
    ),
    Status.COUNTY_CHECKED: ("县级自验通过", "县级自验", "已自验", "县级验收通过", "county checked"),
    Status.ACCEPTED: ("验收通过待销号", "市级验收通过待销号", "已验收待销号", "accepted"),
    Status.PUBLIC_NOTICE: ("公示中", "正在公示", "销号公示", "public notice"),
    Status.RETURNED: (
        "退回重改", "退回", "已退回", "核查退回", "验收退回", "退回整改", "被驳回", "驳回",
        "验收不通过", "验收未通过", "returned", "rejected",
    ),
    Status.CLOSED: (
        "已销号", "销号", "已核销", "办结销号", "已办结销号", "完成销号", "已完成销号", "已验收销号", "验收销号",
        "已完成整改并销号", "整改完成并销号", "已整改并销号", "已整改销号", "整改完成已销号", "已完成整改已销号",
        "closed", "struck off",
    ),
    Status.LONG_TERM: ("长期坚持", "长期推进", "长期整改", "持续推进", "持续整改", "long term"),
    Status.SUSPENDED: ("暂缓", "中止", "已中止", "已暂缓", "暂缓整改", "中止整改", "suspended", "on hold"),
    Status.RELAPSED: ("反弹", "已反弹", "回头看反弹", "relapsed"),
    Status.TRANSFERRED: ("移交中", "transferred"),
    Status.VOID: ("作废", "已作废", "void"),
}  # fmt: skip

NEAR_SCORE = 50  # out of 100; below it two words have little in common
_NOT_LETTERS = re.compile(r"[\W_]+")


def _key(words: str) -> str:
    """Leave only letters and digits, so that width, blanks and punctuation do not matter."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", words)).casefold()


_STATUS_BY_KEY = {_key(word): status for status, words in _WORDS.items() for word in (*words, status.value)}


def read_status(words: str) -> Status | None:
    """Return the status that the words surely mean, or None."""
    return _STATUS_BY_KEY.get(_key(words))


_ONLY_PLANNED = "拟|预计|预期|计划|准备|争取|力争|撤销|取消|部分"  # the deed is not done, or not wholly
# What makes it sensible to offer that a duty is done, or waits to be; 未销号 and 不予验收 say the opposite.
_DONE_SAID = {
    Status.CLOSED: re.compile(
        f"^(?!.*(?:申请|提请|报请|{_ONLY_PLANNED})).*(?<![未不待])(?<!不予)(?:销号|核销|办结)|closed|struck"
    ),
    Status.AWAITING_ACCEPTANCE: re.compile(
        f"^(?!.*(?:{_ONLY_PLANNED})).*(?<![未不])(?<!不予)(?:验收|核查|完成|销号)|accept"
    ),
}
_USUAL = (Status.IN_PROGRESS, Status.NOT_STARTED, Status.RETURNED, Status.AWAITING_ACCEPTANCE)


def likely_statuses(words: str, most: int = 4) -> tuple[Status, ...]:
    """Return what unknown words were perhaps meant for, likeliest first; "done" comes last unless they say so."""
    key = _key(words)
    nearness: dict[Status, float] = {}
    for known, status in _STATUS_BY_KEY.items():
        nearness[status] = max(nearness.get(status, 0), fuzz.ratio(key, known))
    near = [status for status in sorted(nearness, key=lambda one: -nearness[one]) if nearness[status] >= NEAR_SCORE]
    plain = [status for status in near if status not in _DONE_SAID or _DONE_SAID[status].search(key)]
    return tuple(dict.fromkeys([*plain, *_USUAL, *near]))[:most]
