"""A later deadline: asked for in every way people write it, refused for every reason there is, decided by the head."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from db.models import Event, Extension, Question
from services.chain import broken_links
from tests.handlers.dialogue import Town, names_nobody, refused

NUMBER = "DC-2026-002"  # due 2026-12-08, 马景民's
LATE = "DC-2026-004"  # due 2026-11-06, his too; today is 2026-11-18
ASKS = f"延期 {NUMBER} 12月31日 因连续降雨无法施工"


def requests(town: Town) -> Sequence[Extension]:
    with town.store.reading() as session:
        return session.exec(select(Extension).order_by(col(Extension.id))).all()


def last_event(town: Town) -> Event:
    return town.events()[-1]


@pytest.mark.parametrize(
    ("says", "due", "reason"),
    [
        (ASKS, "2026-12-31", "因连续降雨无法施工"),
        (f"/extend {NUMBER} 2026-12-31 因连续降雨、材料短缺", "2026-12-31", "因连续降雨、材料短缺"),
        (f"申请延期 {NUMBER} 12月31日，因连续降雨", "2026-12-31", "因连续降雨"),
        (f"展期{NUMBER} 至12月31日 因连续降雨", "2026-12-31", "因连续降雨"),
        (f"延期 {NUMBER} 到12月底 雨季", "2026-12-31", "雨季"),
        (f"延期 {NUMBER} 12月 31日 前 雨季 长", "2026-12-31", "雨季 长"),
        (f"延期 {NUMBER} 因连续降雨 12月31日", "2026-12-31", "因连续降雨"),
        (f"延期 {NUMBER} 明年1月15日 雨季", "2027-01-15", "雨季"),
        (f"/extend {NUMBER.lower()} 31 December 2026 heavy rain", "2026-12-31", "heavy rain"),
        (f"/extend {NUMBER} Dec 31, 2026 heavy rain", "2026-12-31", "heavy rain"),
        (f"延期申请 {NUMBER} 12月31日 雨季", "2026-12-31", "雨季"),
        # a span counts from the deadline, 8 December, and not from today
        (f"延期 {NUMBER} 30天 雨季", "2027-01-07", "雨季"),
        (f"延期 {NUMBER} 再延一个月 雨季", "2027-01-08", "雨季"),
        (f"延期 {NUMBER} 10个工作日 雨季", "2026-12-22", "雨季"),
        (f"/extend {NUMBER} 2 weeks rain", "2026-12-22", "rain"),
        # the 20th is a day
        (f"延期 {NUMBER} 12月20日 雨季", "2026-12-20", "雨季"),
    ],
)
def test_every_way_to_ask_for_a_later_deadline(town: Town, says: str, due: str, reason: str) -> None:
    town.play([("马景民", "私聊", says, NUMBER, "12月8日", "批准前仍按原时限")])
    (request,) = requests(town)
    assert (request.due_asked.isoformat(), request.reason) == (due, reason)
    assert (request.due_before, request.is_late, request.state) == (date(2026, 12, 8), False, "asked")
    assert town.duty(NUMBER).due_on == date(2026, 12, 8)


def test_a_request_is_an_event_with_the_progress_so_far(town: Town) -> None:
    town.told("马景民", ASKS, "澜东群")
    event = last_event(town)
    assert (event.subject, event.kind, event.why) == (f"duty:{NUMBER}", "extension_asked", "因连续降雨无法施工")
    assert event.after["due_asked"] == "2026-12-31"
    assert event.after["rectified_area_mu"] == "0"
    assert event.said_in == town.chat("马景民", "澜东群")


def test_what_is_missing_is_asked_for_and_the_answer_completes_it(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"延期 {NUMBER}", "哪一天", "12月8日"),
        ("马景民", "私聊", "12月31日", "为什么", "12月31日"),
        ("马景民", "私聊", "进场道路被雨水冲毁", "已提交延期申请", "12月31日", "进场道路被雨水冲毁"),
    ])  # fmt: skip
    with town.store.reading() as session:
        assert session.exec(select(Question)).all() == []


def test_a_day_in_a_reason_that_was_asked_for_is_no_deadline(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"延期 {NUMBER} 12月31日", "为什么"),
        ("马景民", "私聊", "雨季要到 2026-12-20", "申请延至12月31日", "雨季要到 2026-12-20"),
    ])  # fmt: skip


def test_date_and_reason_may_come_in_one_answer(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"延期 {NUMBER}", "哪一天"),
        ("马景民", "私聊", "12月31日 因连续降雨", "已提交延期申请", "因连续降雨"),
    ])  # fmt: skip


def test_a_reason_without_a_date_is_kept_while_the_date_is_asked_for(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"延期 {NUMBER} 因连续降雨", "哪一天"),
        ("马景民", "私聊", "12月31日 材料短缺", "已提交延期申请", "因连续降雨 材料短缺"),
    ])  # fmt: skip


def test_an_answer_that_is_no_date_is_refused_and_the_question_stays(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"延期 {NUMBER}", "哪一天"),
        ("马景民", "私聊", "32号", "没看懂日期", "32号"),
        ("马景民", "私聊", "11月31日", "没看懂日期"),
        ("马景民", "私聊", "过些时候再说", "没看懂日期", "过些时候"),
        ("马景民", "私聊", "12月31日", "为什么"),
    ])  # fmt: skip
    assert requests(town) == []


def test_in_a_group_the_answer_is_a_reply_and_nobody_is_named(town: Town) -> None:
    town.play([
        ("马景民", "澜东群", f"/extend {NUMBER} 12月31日", "请回复本条消息"),
        ("马景民", "澜东群", "↪进场道路冲毁", "已提交延期申请"),
        ("姜启林", "澜东群", "/extensions", NUMBER, "进场道路冲毁"),
    ])  # fmt: skip
    names_nobody(town, town.last[town.chat("马景民", "澜东群")])


def test_a_reply_to_a_reminder_means_its_duty(town: Town) -> None:
    message = town.reminded("马景民", NUMBER)
    said = town.told("马景民", "延期 12月31日 雨季", replied_to=message)
    assert NUMBER in said.text
    assert requests(town)[0].due_asked == date(2026, 12, 31)


def test_without_a_number_the_persons_duties_are_offered(town: Town) -> None:
    town.play([("马景民", "私聊", "/extend", "哪一件", f"[/extend {NUMBER}"), ("葛正超", "私聊", "申请延期", "编号")])


@pytest.mark.parametrize(
    ("who", "says", "shown"),
    [
        ("严宏敏", ASKS, "不是您负责"),
        ("凤新", ASKS, "不是您负责"),
        ("姜启林", ASKS, "不是您负责"),
        ("戚启", ASKS, "没有查到编号"),
        ("马景民", "延期 DC-2099-001 12月31日 雨季", "没有查到编号"),
        ("苗宏宁", "延期 WF-2026-002 12月31日 雨季", "已销号"),
        ("苗宏宁", "延期 DC-2026-046 12月31日 雨季", "待验收"),
        ("苗宏宁", "延期 DC-2026-005 12月31日 雨季", "长期坚持"),
        ("苗宏宁", "延期 WF-2026-014 12月31日 雨季", "暂缓"),
        ("苗宏宁", "延期 DC-2026-029 12月31日 雨季", "没有明确的时限"),
        ("马景民", f"延期 {NUMBER} 12月8日 雨季", "要晚于"),
        ("马景民", f"延期 {NUMBER} 12月1日 雨季", "要晚于"),
        ("马景民", f"延期 {LATE} 2026-11-17 雨季", "要晚于"),
        ("马景民", f"延期 {NUMBER} 2027年3月9日 雨季", "最晚延至2027-03-08"),
        ("马景民", f"延期 {NUMBER} 11月31日 雨季", "没看懂日期"),
    ],
)
def test_every_reason_to_refuse_a_request_writes_nothing(town: Town, who: str, says: str, shown: str) -> None:
    before = town.contents()
    said = town.told(who, says)
    refused(town, before, said)
    assert shown in said.text


def test_the_latest_day_itself_may_be_asked_for(town: Town) -> None:
    town.told("马景民", f"延期 {NUMBER} 2027年3月8日 雨季")
    assert requests(town)[0].due_asked == date(2027, 3, 8)


def test_a_duty_overdue_for_longer_than_an_extension_cannot_be_extended(town: Town) -> None:
    town.edit("UPDATE duty SET due_on = '2026-08-01' WHERE number = ?", NUMBER)
    town.play([("马景民", "私聊", f"延期 {NUMBER} 11月30日 雨季", "已不能再延", "!最晚")])


def test_a_second_request_is_refused_and_names_the_open_one(town: Town) -> None:
    town.told("马景民", ASKS)
    before = town.contents()
    said = town.told("李明波", f"延期 {NUMBER} 2027年1月10日 别的原因")
    refused(town, before, said)
    assert "第1号" in said.text
    assert "2026-12-31" in said.text


def test_an_operator_asks_on_behalf_of_the_one_named(town: Town) -> None:
    town.play([("苗宏宁", "私聊", ASKS, "代马景民登记")])
    (request,) = requests(town)
    with town.store.reading() as session:
        assert session.get_one(Event, last_event(town).id).behalf_of_id == request.behalf_of_id is not None


def test_a_late_request_says_so_and_the_days_overdue_stay_on_record(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"延期 {LATE} 12月10日 资金未到位", "逾期申请", "已超期12天"),
        ("姜启林", "私聊", "/extensions", "逾期申请", "已超期12天"),
    ])  # fmt: skip
    town.now += timedelta(days=2)
    town.play([("姜启林", "私聊", "/decide 1 yes", "已同意", "此前超期14天照记", "将告知")])
    (request,) = requests(town)
    assert request.is_late
    assert last_event(town).after["overdue_days"] == 14
    assert town.duty(LATE).due_on == date(2026, 12, 10)


def test_on_the_day_of_the_deadline_a_request_is_in_time(town: Town) -> None:
    town.edit("UPDATE duty SET due_on = '2026-11-18' WHERE number = ?", NUMBER)
    town.play([("马景民", "私聊", ASKS, "已提交延期申请", "!逾期")])
    assert not requests(town)[0].is_late


def test_who_asks_in_time_and_is_answered_late_was_not_late(town: Town) -> None:
    town.told("马景民", ASKS)
    town.now += timedelta(days=25)  # 13 December
    town.play([("姜启林", "私聊", "/decide 1 yes", "已同意", "!照记")])
    assert last_event(town).after["overdue_days"] == 0


# --- deciding


def test_the_head_approves_and_the_deadline_moves(town: Town) -> None:
    town.told("马景民", ASKS)
    town.play([
        ("姜启林", "私聊", "延期申请", "待审批的延期申请1件", NUMBER, "马景民", "因连续降雨", "[/decide 1 yes",
         "[/decide 1 change", "[/decide 1 no"),
        ("姜启林", "私聊", "⏎/decide 1 yes", "已同意延期", "12月8日 → 12月31日"),
        ("姜启林", "私聊", "/extensions", "没有待审批"),
        ("马景民", "私聊", f"/duty {NUMBER}", "2026-12-31", "原定2026-12-08"),
    ])  # fmt: skip
    duty, event = town.duty(NUMBER), last_event(town)
    assert (duty.due_on, duty.due_extended, duty.due_original) == (
        date(2026, 12, 31), date(2026, 12, 31), date(2026, 12, 8),
    )  # fmt: skip
    assert (event.kind, event.before["due_on"], event.after["due_on"]) == (
        "extension_approved", "2026-12-08", "2026-12-31",
    )  # fmt: skip
    with town.store.reading() as session:
        assert broken_links(session) == []


@pytest.mark.parametrize(
    "says",
    ["/decide 1 yes 12月20日", "审批延期 1 同意 12月20日", f"审批延期 {NUMBER} 改期 12月20日", "/decide 1 change 12天"],
)
def test_the_head_may_set_another_day(town: Town, says: str) -> None:
    town.told("马景民", ASKS)
    town.play([("姜启林", "私聊", says, "12月8日 → 12月20日", "申请的是12月31日")])
    assert town.duty(NUMBER).due_on == date(2026, 12, 20)


def test_another_day_is_asked_for_where_none_is_said(town: Town) -> None:
    town.told("马景民", ASKS)
    town.play([
        ("姜启林", "私聊", "/decide 1", "[/decide 1 change"),
        ("姜启林", "私聊", "⏎/decide 1 change", "改到哪一天"),
        ("姜启林", "私聊", "差不多就行", "没看懂日期"),
        ("姜启林", "私聊", "12月20日 不得再延", "已同意延期", "12月20日", "不得再延"),
    ])  # fmt: skip
    assert requests(town)[0].why == "不得再延"


def test_a_refusal_needs_a_reason_and_leaves_the_deadline(town: Town) -> None:
    town.told("马景民", ASKS)
    town.play([
        ("姜启林", "私聊", "/decide 1 no", "为什么不同意"),
        ("姜启林", "私聊", "雨季已过，可以施工", "已不同意延期", "时限仍为12月8日", "雨季已过"),
    ])  # fmt: skip
    (request,) = requests(town)
    assert (request.state, request.why) == ("refused", "雨季已过，可以施工")
    assert last_event(town).kind == "extension_refused"
    assert town.duty(NUMBER).due_on == date(2026, 12, 8)
    town.play([("马景民", "私聊", ASKS, "已提交延期申请")])  # a refusal closes the request, and counts as none


@pytest.mark.parametrize(
    ("who", "says", "shown"),
    [
        ("马景民", "/decide 1 yes", "只有市督察办"),
        ("任景斌", "/decide 1 yes", "只有市督察办"),
        ("苗宏宁", "/decide 1 yes", "主任审批"),
        ("苗宏宁", "/decide 1 no 不行", "主任审批"),
        ("姜启林", "/decide 99 yes", "没有这件"),
        ("姜启林", "/decide 9999999999999999999999 yes", "没有这件"),
        ("姜启林", "/decide abc yes", "没有这件"),
        ("姜启林", "/decide DC-2026-001 yes", "没有这件"),
        ("姜启林", "/decide 1 yes 12月32日", "没看懂日期"),
        ("姜启林", "/decide 1 yes 12月1日", "要晚于"),
        ("姜启林", "/decide 1 yes 2027年4月1日", "最晚延至"),
    ],
)
def test_every_reason_to_refuse_a_decision_writes_nothing(town: Town, who: str, says: str, shown: str) -> None:
    town.told("马景民", ASKS)
    before = town.contents()
    said = town.told(who, says)
    refused(town, before, said)
    assert shown in said.text


def test_nobody_decides_his_own_request(town: Town) -> None:
    town.edit(
        "UPDATE person SET delegate_id = (SELECT id FROM person WHERE official_id = 'QL0003') WHERE name = '马景民'"
    )
    town.told("姜启林", ASKS)
    before = town.contents()
    said = town.told("姜启林", "/decide 1 yes")
    refused(town, before, said)
    assert "自己的申请" in said.text
    town.play([("姜启林", "私聊", "/extensions", NUMBER, "![/decide")])


def test_a_request_is_decided_once(town: Town) -> None:
    town.told("马景民", ASKS)
    town.told("姜启林", "/decide 1 yes")
    before = town.contents()
    for says in ("/decide 1 yes", "/decide 1 no 不行", "/decide 1 yes 12月20日"):
        said = town.told("姜启林", says)
        refused(town, before, said)
        assert "已经同意" in said.text


def test_a_duty_that_was_done_meanwhile_is_not_extended(town: Town) -> None:
    town.told("马景民", ASKS)
    town.told("马景民", f"完成 {NUMBER}")
    town.play([
        ("姜启林", "私聊", "/extensions", "没有待审批"),
        ("姜启林", "私聊", "/decide 1 yes", "待验收", "不用延期"),
        ("姜启林", "私聊", "/decide 1 no 已完成整改", "待验收", "不用延期"),
    ])  # fmt: skip
    assert town.duty(NUMBER).due_on == date(2026, 12, 8)


def test_a_deadline_is_moved_twice_at_most(town: Town) -> None:
    for request, day in ((1, "12月31日"), (2, "2027年1月31日")):
        town.told("马景民", f"延期 {NUMBER} {day} 雨季")
        town.told("姜启林", f"/decide {request} yes")
    town.play([("马景民", "私聊", f"延期 {NUMBER} 2027年2月20日 雨季", "已延期2次")])


def test_an_extension_that_the_ledger_brought_counts_as_one(town: Town) -> None:
    town.edit("UPDATE duty SET due_extended = '2026-12-08', due_original = '2026-10-01' WHERE number = ?", NUMBER)
    town.told("马景民", ASKS)
    town.told("姜启林", "/decide 1 yes")
    town.play([("马景民", "私聊", f"延期 {NUMBER} 2027年2月20日 雨季", "已延期2次")])


def test_another_countys_requests_are_neither_listed_nor_decided_in_a_countys_group(town: Town) -> None:
    town.told("马景民", ASKS)
    before = town.contents()
    town.play([
        ("姜启林", "沙栗群", "/extensions", "没有待审批"),
        ("姜启林", "沙栗群", "/decide 1 yes", "没有这件"),
        ("戚启", "私聊", "/extensions", "没有待审批"),
        ("马景民", "私聊", "/extensions", NUMBER, "![/decide"),
    ])  # fmt: skip
    assert town.changed_tables(before) == set()


def test_a_head_without_an_account_is_to_be_told_otherwise(town: Town) -> None:
    town.edit("DELETE FROM account WHERE person_id = (SELECT id FROM person WHERE official_id = 'QL0003')")
    town.play([("马景民", "私聊", ASKS, "已提交延期申请", "还没有开通")])
