"""Leave, hand-over, who left, accounts let go and given anew."""

from datetime import date, timedelta

from sqlmodel import select

from db.models import Account, Person
from db.queries import named_people, people
from services.chain import broken_links
from services.identity import find_person
from tests.handlers.dialogue import Town

LATE = "DC-2026-004"


def person(town: Town, name: str) -> Person:
    with town.store.reading() as session:
        return find_person(session, name)


def named(town: Town, number: str) -> list[str]:
    with town.store.reading() as session:
        return [one.name for one in named_people(session, town.duty(number))]


def test_leave_is_noted_with_its_delegate_who_hears_of_it(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "请假", "您没有请假", "平时的代理人：王志远"),
        ("马景民", "私聊", "请假 11月20日至11月25日 严宏敏", "已登记请假：马景民 11月20日至11月25日", "由严宏敏代办"),
    ])  # fmt: skip
    assert "马景民请假（11月20日至11月25日），由严宏敏代办" in town.notice("严宏敏")
    noted = person(town, "QL0014")
    assert (noted.leave_from, noted.leave_to) == (date(2026, 11, 20), date(2026, 11, 25))
    town.play([
        ("马景民", "私聊", "请假", "您11月20日至11月25日请假", "由严宏敏代办"),
        ("马景民", "私聊", "销假", "已销假：马景民"),
    ])  # fmt: skip
    assert "已销假" in town.notice("严宏敏")
    assert person(town, "QL0014").leave_from is None
    town.play([("马景民", "私聊", "撤销", "恢复原样", "11月20日至11月25日")])


def test_the_office_notes_the_leave_of_others_and_nobody_else_does(town: Town) -> None:
    town.play([
        ("苗宏宁", "私聊", "请假 马景民 明天至11月23日", "已登记请假：马景民 11月19日至11月23日"),
        ("戚启", "私聊", "请假 马景民 明天至11月23日", "只有市督察办"),
        ("马景民", "私聊", "请假 11月31日", "没看懂日期"),
        ("马景民", "私聊", "请假 11月25日至11月20日", "没看懂日期"),
        ("马景民", "私聊", "请假 11月25日 戚启", "不能代办"),
        ("马景民", "私聊", "请假 5000", "没看懂日期"),
    ])  # fmt: skip


def test_a_pause_is_noted_with_its_delegate_who_hears_of_it(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "暂停提醒", "您没有暂停提醒", "平时的代理人：王志远"),
        (
            "马景民", "私聊", "暂停提醒 11月25日 严宏敏",
            "已暂停提醒：马景民，至11月25日（含当天）", "只发给严宏敏", "仍会告知您",
        ),
    ])  # fmt: skip
    assert "马景民暂停提醒至11月25日，其间的提醒由严宏敏代收、代办" in town.notice("严宏敏")
    assert person(town, "QL0014").paused_until == date(2026, 11, 25)
    town.play([
        ("马景民", "私聊", "免打扰", "您的提醒已暂停，至11月25日", "由严宏敏代收"),
        ("严宏敏", "私聊", "我的事项", "含您代理的：马景民", LATE),
        ("任景斌", "私聊", "澜东区谁负责 督察", "马景民", "提醒暂停至11月25日", "现由严宏敏", "代收提醒"),
        ("严宏敏", "私聊", f"完成 {LATE}", "已报完成"),
        ("马景民", "私聊", "恢复提醒", "已恢复提醒：马景民"),
    ])  # fmt: skip
    assert "马景民已恢复提醒，不用再代收" in town.notice("严宏敏")
    assert person(town, "QL0014").paused_until is None
    town.play([
        ("严宏敏", "私聊", "我的事项", "!马景民", f"!{LATE}"),
        ("马景民", "私聊", "撤销", "恢复原样：马景民", "提醒暂停至11月25日", "由严宏敏代收"),
    ])  # fmt: skip
    assert person(town, "QL0014").paused_until == date(2026, 11, 25)
    with town.store.reading() as session:
        assert broken_links(session) == []


def test_a_pause_needs_somebody_who_can_hear(town: Town) -> None:
    form = "暂停提醒 11月25日 代理人姓名"
    town.edit("UPDATE person SET delegate_id = NULL WHERE official_id = 'QL0018'")
    town.play([
        ("严宏敏", "私聊", "免打扰 11月25日", "要有人代收", form),
        ("马景民", "私聊", "免打扰 11月25日", "只发给王志远"),  # the delegate that he has anyway
        ("王志远", "私聊", "免打扰 11月25日 马景民", "马景民现在收不到或不能代收提醒", form),
        ("严宏敏", "私聊", "免打扰 11月25日 戚启", "不能代办"),
        ("严宏敏", "私聊", "免打扰 11月25日 严宏敏", "不能代办"),
        ("贺启宁", "私聊", "免打扰 11月25日 苏启健", "不能代办"),  # he left
        ("赵伟生", "私聊", "免打扰 11月25日 张立军", "张立军现在收不到"),  # he is on leave
    ])  # fmt: skip
    assert person(town, "QL0018").paused_until is None
    town.edit("DELETE FROM account WHERE person_id = (SELECT id FROM person WHERE official_id = 'QL0015')")
    town.edit("UPDATE chat SET unreachable_since = '2026-11-01 00:00:00'")
    town.play([("严宏敏", "私聊", "免打扰 11月25日 王志远", "王志远现在收不到", form)])


def test_a_pause_ends_within_the_days_that_the_office_allows(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "免打扰 12月18日 王志远", "至12月18日"),
        ("马景民", "私聊", "免打扰 12月19日 王志远", "最多暂停30天，最晚到12月18日"),
        ("马景民", "私聊", "免打扰 11月17日 王志远", "最晚到12月18日"),  # of next year
        ("马景民", "私聊", "免打扰 11月20日至25日 王志远", "没看懂日期"),  # it begins at once
        ("马景民", "私聊", "免打扰 3天", "至11月21日"),
        ("马景民", "私聊", "/pause off", "已恢复提醒"),
    ])  # fmt: skip


def test_the_office_pauses_for_others_and_nobody_else_does(town: Town) -> None:
    town.play([
        ("戚启", "私聊", "免打扰 马景民 11月25日 王志远", "只有市督察办"),
        ("苗宏宁", "私聊", "免打扰 马景民 11月25日 严宏敏", "已暂停提醒：马景民", "仍会告知马景民"),
        ("苗宏宁", "私聊", "恢复提醒 马景民", "已恢复提醒：马景民"),
        ("苗宏宁", "私聊", "⏎/undo", "恢复原样：马景民", "提醒暂停至11月25日"),
    ])  # fmt: skip


def test_who_is_away_is_not_said_before_a_group(town: Town) -> None:
    town.play([
        ("马景民", "澜东群", "/pause 11月25日 严宏敏", "私聊", "!严宏敏"),
        ("马景民", "澜东群", "/leave 11月25日 严宏敏", "私聊", "!严宏敏"),
    ])  # fmt: skip
    assert person(town, "QL0014").paused_until is None


def test_of_several_of_one_name_the_one_who_pauses_is_asked_for(town: Town) -> None:
    town.play([
        ("苗宏宁", "私聊", "免打扰 王志远 11月21日 严宏敏", "不止一人", "[/pause QL0015 11月21日 严宏敏"),
        ("苗宏宁", "私聊", "⏎/pause QL0015", "已暂停提醒：王志远，至11月21日"),
        ("苗宏宁", "私聊", "恢复提醒 王志远", "不止一人", "[/pause QL0015 off"),
        ("苗宏宁", "私聊", "⏎/pause QL0015", "已恢复提醒：王志远"),
    ])  # fmt: skip


def test_a_pause_that_ended_before_it_was_told_is_not_told(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "免打扰 11月25日 严宏敏", "已暂停提醒"), ("马景民", "私聊", "恢复提醒", "已恢复提醒"),
    ])  # fmt: skip
    told = town.notice("严宏敏")
    assert "已恢复提醒" in told
    assert "11月25日" not in told
    town.play([("马景民", "私聊", "免打扰 11月20日 严宏敏", "已暂停提醒")])
    town.now += timedelta(days=3)
    assert town.notice("严宏敏") == ""


def test_acts_reach_whoever_pauses_and_his_delegate(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "免打扰 11月25日 严宏敏", "已暂停提醒"),
        ("苗宏宁", "私聊", f"催办 {LATE}", "催办"),
    ])  # fmt: skip
    assert "督察办催办" in town.notice("马景民")
    assert "督察办催办" in town.notice("严宏敏")
    assert town.notice("王志远") == ""


def test_a_hand_over_is_shown_first_and_changes_who_is_named(town: Town) -> None:
    town.play([
        ("戚启", "私聊", "交接 马景民 给 王志远", "只有市督察办"),
        ("苗宏宁", "私聊", "交接 马景民 给 戚启", "不能接马景民的事项"),
        ("苗宏宁", "私聊", "交接 马景民 给 李明波", "不能接马景民的事项"),
        ("苗宏宁", "私聊", "交接 苏启健 给 苏启健", "不能接"),
        ("苗宏宁", "私聊", "交接 马景民 给 王志远", "4件在办事项移交给王志远", LATE, "[/handover QL0014 QL0015"),
    ])  # fmt: skip
    assert named(town, LATE) == ["马景民"]
    town.play([("苗宏宁", "私聊", "⏎/handover", "已交接：马景民 → 王志远，4件")])
    assert named(town, LATE) == ["王志远"]
    assert "马景民的4件事项已交接给您" in town.notice("王志远")
    town.play([
        ("王志远", "私聊", f"完成 {LATE}", "已报完成"),
        ("苗宏宁", "私聊", "撤销", "之后又有变动"),
        ("王志远", "私聊", "撤销", "已撤销"),
        ("苗宏宁", "私聊", "撤销", "已撤销", LATE),
    ])  # fmt: skip
    assert named(town, LATE) == ["马景民"]
    with town.store.reading() as session:
        assert broken_links(session) == []


def test_who_left_is_a_stranger_and_his_duties_are_offered(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "离任 戚启", "只有市督察办"),
        ("苗宏宁", "私聊", "离任 马景民", "已登记离任：马景民", "名下还有4件在办", "[/handover QL0014"),
        ("马景民", "私聊", "我的事项", "您还没有开通"),
        ("苗宏宁", "私聊", "撤销", "恢复原样：马景民"),
        ("马景民", "私聊", "我的事项", LATE),
        ("苗宏宁", "私聊", "离任 没这个人", "没有找到"),
    ])  # fmt: skip


def test_a_lost_phone_is_unlinked_and_a_new_one_invited(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "邀请 马景民", "只有市督察办"),
        ("苗宏宁", "私聊", "解绑 马景民", "已解绑马景民的账号"),
        ("马景民", "私聊", "我的事项", "您还没有开通"),
        ("苗宏宁", "市群", "/invite 马景民", "私聊"),
    ])  # fmt: skip
    invited = town.told("苗宏宁", "邀请 马景民")
    code = invited.text.split("/start ")[1].split()[0]
    town.play([("马景民", "私聊", f"/start {code}", "马景民"), ("马景民", "私聊", "我的事项", LATE)])
    assert "已有账号" in town.told("苗宏宁", "邀请 马景民").text


def test_ones_own_account_is_let_go_after_a_yes(town: Town) -> None:
    town.play([("马景民", "私聊", "解绑", "确认解绑吗", "[/unlink yes")])
    with town.store.reading() as session:
        assert session.exec(select(Account).where(Account.person_id == person(town, "QL0014").id)).all()
    town.play([
        ("马景民", "私聊", "⏎/unlink", "已解绑"), ("马景民", "私聊", "进度", "您还没有开通"),
        ("戚启", "私聊", "解绑 马景民", "只有市督察办"),
    ])  # fmt: skip


def test_of_several_of_one_name_the_one_meant_is_asked_for(town: Town) -> None:
    with town.store.reading() as session:
        names = [one.name for one in people(session)]
    double = next(name for name in names if names.count(name) > 1)
    town.play([("苗宏宁", "私聊", f"邀请 {double}", "不止一人", "[/invite QL")])
