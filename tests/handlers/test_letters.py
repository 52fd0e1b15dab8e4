"""The office's queue of letters in the chat: looked at, changed, signed and sent, or put away; and who may not."""

from datetime import timedelta

import pytest
from sqlmodel import select

from db.ladder import Letter, LetterState
from db.models import Region
from services.ladder import climb
from services.letters import content, find
from tests.conftest import NOW
from tests.handlers.dialogue import Town

WEEK_LATER = NOW + timedelta(days=7)


@pytest.fixture
def queue(town: Town) -> dict[str, int]:
    """Letters as the ladder drafts them a week after the ledger came; their numbers by county and step."""
    with town.store.writing() as session:
        climb(session, town.office, WEEK_LATER)
        return {letter.key: letter.id or 0 for letter in session.exec(select(Letter))}


def of_step(town: Town, step: int, county: str) -> int:
    with town.store.reading() as session:
        for letter in session.exec(select(Letter).where(Letter.step == step)):
            if session.get_one(Region, letter.region_id).name == county:
                return letter.id or 0
    raise AssertionError(f"no letter of step {step} to {county}")


@pytest.mark.usefixtures("queue")
def test_a_letter_is_looked_at_changed_signed_and_sent_once(town: Town) -> None:
    late = of_step(town, 2, "澜东区")
    town.play([
        ("姜启林", "私聊", "待签发", "待签发", f"[/draft {late}"),
        ("姜启林", "私聊", f"看草稿 {late}", "待签发（督察办主任）", "收：", "抄：", "李明波", "已超期", "上报口径",
         f"[/draft {late} sign", f"[/draft {late} dismiss", f"[/draft {late} by"),
        ("苗宏宁", "私聊", f"看草稿 {late}", f"![/draft {late} sign"),
        ("苗宏宁", "私聊", f"看草稿 {late} 签发", "须由督察办主任签发", "没有发出"),
        ("苗宏宁", "私聊", f"看草稿 {late} 期限 12月10日", "12月10日"),
        ("苗宏宁", "私聊", f"看草稿 {late} 期限 2月30日", "2月30日"),
        ("苗宏宁", "私聊", f"看草稿 {late} 发给 戚启", "不是澜东区或本市的在职人员"),
        ("苗宏宁", "私聊", f"看草稿 {late} 发给 马景民", "收：马景民；抄："),
        ("姜启林", "私聊", f"看草稿 {late} 签发", "已签发：提醒函", "〔2026〕1号", "送3人"),
        ("姜启林", "私聊", f"看草稿 {late} 签发", "已经处理过"),
        ("姜启林", "私聊", f"看草稿 {late}", "已签发", f"![/draft {late} sign"),
    ])  # fmt: skip
    told = town.notice("马景民")
    assert "提醒函" in told
    assert "12月10日前书面报告" in told
    assert "提醒函" in town.notice("李明波")
    with town.store.reading() as session:
        number = session.exec(select(Letter).where(Letter.id == late)).one()
        assert number.state == LetterState.SENT


@pytest.mark.usefixtures("queue")
def test_a_draft_is_put_away_with_a_reason_and_a_paper_is_filed(town: Town) -> None:
    late, paper = of_step(town, 2, "沙栗县"), of_step(town, 7, "沙栗县")
    town.play([
        ("苗宏宁", "私聊", f"看草稿 {late} 不发", "为什么不发"),
        ("苗宏宁", "私聊", "已电话沟通", "不发：提醒函", "原因：已电话沟通"),
        ("姜启林", "私聊", f"看草稿 {late} 签发", "已经处理过"),
        ("姜启林", "私聊", f"看草稿 {paper}", "供督察办用，不外发", "停批", "上报口径", f"[/draft {paper} file"),
        ("姜启林", "私聊", f"看草稿 {paper} 签发", "不外发"),
        ("姜启林", "私聊", f"看草稿 {paper} 归档", "已归档：限批情况"),
        ("姜启林", "私聊", f"看草稿 {late}", "不发：已电话沟通"),
    ])  # fmt: skip


@pytest.mark.usefixtures("queue")
def test_a_leader_signs_what_is_his_and_nobody_else_reads_drafts(town: Town) -> None:
    summons, late = of_step(town, 5, "沙栗县"), of_step(town, 2, "澜东区")
    town.play([
        ("任景斌", "私聊", "待签发", "约谈通知 · 沙栗县", "!提醒函"),
        ("任景斌", "私聊", f"看草稿 {summons}", "待签发（市领导）", "一票否决", f"[/draft {summons} sign",
         f"![/draft {summons} dismiss"),
        ("姜启林", "私聊", f"看草稿 {summons} 签发", "须由市领导签发"),
        ("任景斌", "私聊", f"看草稿 {late} 签发", "须由督察办主任签发"),
        ("任景斌", "私聊", f"看草稿 {late} 不发 不必", "只有市督察办"),
        ("任景斌", "私聊", f"看草稿 {summons} 签发", "已签发：约谈通知"),
        ("马景民", "私聊", "待签发", "只有市督察办"),
        ("马景民", "私聊", f"看草稿 {late}", "只有市督察办"),
        ("姜启林", "市群", "待签发", "私聊"),
        ("姜启林", "私聊", "看草稿 99999", "没有这份草稿"),
        ("姜启林", "私聊", "看草稿 ３😀", "没有这份草稿"),
        ("姜启林", "私聊", f"看草稿 {late} 撕掉", "撕掉"),
    ])  # fmt: skip


@pytest.mark.usefixtures("queue")
def test_what_was_done_since_leaves_the_letter_and_an_empty_one_is_not_sent(town: Town) -> None:
    late = of_step(town, 2, "澜东区")
    with town.store.reading() as session:
        numbers = [one.duty.number for one in content(session, town.office, find(session, str(late)), NOW.date()).lines]
    assert numbers
    town.play([("姜启林", "私聊", f"看草稿 {late}", *numbers)])
    for number in numbers:
        town.play([("苗宏宁", "私聊", f"完成 {number}", "已报完成")])
    town.play([("姜启林", "私聊", f"看草稿 {late} 签发", "不用发了")])
