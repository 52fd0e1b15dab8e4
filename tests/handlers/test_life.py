"""Every row of PRACTICE 3.2 as it is said, with its refusals."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from db.models import Status
from rules.steps import OPTIONAL
from services.evidence import of_duty
from tests.handlers.dialogue import Town, photos

NEW = "DC-2026-002"  # 澜东区, not started, due 2026-12-08
WORK = "DC-2026-003"  # 澜东区, not started, due 2026-11-20
LATE = "DC-2026-004"  # 澜东区, in progress, overdue since 2026-11-06
DONE = "DC-2026-031"  # 沙栗县, closed


def with_stations(town: Town, *stations: str, **policy: object) -> None:
    town.office = replace(town.office, policy=replace(town.office.policy, stations=stations, **policy))  # type: ignore[arg-type]


def status(town: Town, number: str) -> Status:
    return town.duty(number).status


# --- 签收, 退回, 移交


def test_a_duty_is_signed_for_once(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"签收 {NEW}", "已签收", NEW, "12月8日", "[/undo"),
        ("马景民", "私聊", f"签收 {NEW}", "不能“签收”", "马景民", "已签收"),
        ("严宏敏", "私聊", f"签收 {WORK}", "不是您负责的事项"),
        ("戚启", "私聊", f"签收 {WORK}", "没有查到编号"),
    ])  # fmt: skip
    assert (status(town, NEW), status(town, WORK)) == (Status.RECEIVED, Status.NOT_STARTED)


def test_an_office_that_does_not_sign_says_so(town: Town) -> None:
    with_stations(town, "close")
    town.play([("马景民", "私聊", f"签收 {NEW}", "本办没有启用“签收”这一步")])
    assert "[/sign" not in str(town.told("马景民", f"/duty {NEW}").commands)


def test_a_duty_of_another_county_goes_there_when_that_county_signs(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"不属本县 {NEW}", "为什么不属本县"),
        ("马景民", "私聊", "地块在沙栗县境内", "已提出不属本县", "地块在沙栗县境内", "将告知：姜启林"),
        ("马景民", "私聊", f"不属本县 {NEW} 再说一遍", "正等督察办决定"),
        ("苗宏宁", "私聊", f"移交 {NEW} 沙栗县", "由市督察办主任决定"),
    ])  # fmt: skip
    assert status(town, NEW) == Status.NOT_STARTED  # the clock keeps running until somebody decides
    assert "地块在沙栗县境内" in town.notice("姜启林")
    town.play([
        ("姜启林", "私聊", f"⏎/transfer {NEW}", "移交给哪个县", "[/transfer DC-2026-002 沙栗县"),
        ("姜启林", "私聊", f"/transfer {NEW} 澜东区", "不能移交给澜东区"),
        ("姜启林", "私聊", f"/transfer {NEW} 沙栗县", "已移交", "沙栗县", "地块在沙栗县境内"),
    ])  # fmt: skip
    assert status(town, NEW) == Status.TRANSFERRED
    assert "/sign" in town.notice("戚启")
    town.play([
        ("马景民", "私聊", f"完成 {NEW}", "现在是“移交中”"),
        ("严宏敏", "私聊", f"签收 {NEW}", "要由接收的县办理"),
        ("戚启", "私聊", f"⏎/sign {NEW}", "已接收移交", "沙栗县"),
    ])  # fmt: skip
    moved = town.duty(NEW)
    assert (moved.status, moved.lead_unit, moved.transfer_to_id) == (Status.RECEIVED, "沙栗县自然资源局", None)
    town.play([
        ("马景民", "私聊", f"事项 {NEW}", "没有查到编号"),
        ("戚启", "私聊", f"事项 {NEW}", "沙栗县", "责任人：戚启"),
        ("戚启", "私聊", "撤销", "已撤销", "移交中"),
        ("戚启", "私聊", f"不属本县 {NEW} 图斑跨界", "移交被退回"),
        ("马景民", "私聊", f"事项 {NEW}", "责任人：马景民"),
    ])  # fmt: skip
    assert status(town, NEW) == Status.NOT_STARTED


def test_the_office_may_leave_a_duty_where_it_is(town: Town) -> None:
    town.play([
        ("姜启林", "私聊", f"不移交 {NEW} 核过了", "没有人提出移交"),
        ("李明波", "私聊", f"不属本县 {NEW} 界线有争议", "已提出不属本县"),
        ("姜启林", "私聊", "/queue", "界线有争议", f"[/keep {NEW}"),
        ("姜启林", "私聊", f"⏎/keep {NEW}", "为什么不予移交"),
        ("姜启林", "私聊", "确权在澜东区", "不予移交", "确权在澜东区"),
    ])  # fmt: skip
    assert "确权在澜东区" in town.notice("马景民")
    assert town.duty(NEW).declined == ""


# --- 方案, 进展, 自验


def test_a_plan_has_its_milestones(town: Town) -> None:
    with_stations(town, *OPTIONAL)
    town.play([
        ("马景民", "私聊", f"方案 {NEW}", "请写整改措施和节点"),
        ("马景民", "私聊", "落实种植主体；11月25日前翻耕50%；12月5日前播种100%", "已登记整改方案",
         "2026-11-25 11月25日前翻耕50%", "2026-12-05 12月5日前播种100%"),
        ("马景民", "私聊", f"方案 {NEW} 播种；12月20日前完成", "晚于", "2026-12-08", "没有登记"),
        ("马景民", "私聊", f"方案 {NEW} 播种；2月30日前完成", "没有节点"),
        ("窦思康", "私聊", f"方案 {NEW} 播种", "不是您负责的事项"),
    ])  # fmt: skip
    assert status(town, NEW) == Status.PLANNED
    town.play([("马景民", "私聊", "撤销", "已撤销"), ("马景民", "私聊", f"事项 {NEW}", "2026-11-25 11月25日前翻耕50%")])


def test_without_the_countys_own_check_nothing_is_offered_to_the_city(town: Town) -> None:
    with_stations(town, "selfcheck", "close")
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "还没有县级自验", "自验 编号"),
        ("马景民", "私聊", f"自验 {LATE}", "由本县分管领导办理"),
        ("李明波", "私聊", f"自验 {LATE} 现场已复耕", "县级自验通过", "现场已复耕"),
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
    ])  # fmt: skip
    assert status(town, LATE) == Status.AWAITING_ACCEPTANCE


def test_a_report_after_the_countys_check_makes_the_check_stale(town: Town) -> None:
    with_stations(town, "selfcheck")
    town.play([
        ("李明波", "私聊", f"自验 {LATE}", "县级自验通过"),
        ("马景民", "私聊", f"进展 {LATE} 53 28", "已登记进展"),
        ("马景民", "私聊", f"完成 {LATE}", "还没有县级自验"),
    ])  # fmt: skip


# --- 验收, 退回, 公示, 销号


def test_a_report_is_returned_reported_again_accepted_and_closed(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
        ("李明波", "私聊", f"通过 {LATE}", "由本类别的市级验收人办理"),
        ("苗宏宁", "私聊", f"通过 {LATE}", "由本类别的市级验收人办理"),
    ])  # fmt: skip
    assert "没有佐证" in town.notice("葛正超")
    town.play([
        ("葛正超", "私聊", f"⏎/return {LATE}", "为什么退回", f"[/return {LATE} 照片看不清"),
        ("葛正超", "私聊", f"⏎/return {LATE} 照片看不清", "退回重改", "照片看不清", "将告知：马景民、李明波"),
    ])  # fmt: skip
    assert "照片看不清" in town.notice("马景民")
    town.play([
        ("马景民", "私聊", f"⏎/done {LATE}", "已报完成"),
        ("葛正超", "私聊", f"通过 {LATE}", "验收通过", "待督察办主任销号"),
        ("葛正超", "私聊", f"通过 {LATE}", "不能“通过”", "葛正超 验收通过"),
        ("葛正超", "私聊", f"销号 {LATE}", "由市督察办主任决定"),
    ])  # fmt: skip
    assert town.duty(LATE).closed_on is None
    assert f"/close {LATE}" in town.notice("姜启林")
    assert "/close" not in town.notice("马景民")
    town.play([("姜启林", "私聊", f"⏎/close {LATE}", "已销号", "已计入认定：整改到位54.69亩")])
    assert (status(town, LATE), town.duty(LATE).closed_on) == (Status.CLOSED, date(2026, 11, 18))
    assert "已计入认定" in town.notice("马景民")
    town.play([("马景民", "私聊", f"完成 {LATE}", "已销号，不用再报")])


def test_the_accepted_figure_moves_at_the_strike_off_and_the_reported_one_at_the_report(town: Town) -> None:
    before = town.told("姜启林", "进度 澜东区 督察").text
    town.told("马景民", f"完成 {LATE}")
    reported = town.told("姜启林", "进度 澜东区 督察").text
    town.told("葛正超", f"通过 {LATE}")
    accepted = town.told("姜启林", "进度 澜东区 督察").text
    town.told("姜启林", f"销号 {LATE}")
    closed = town.told("姜启林", "进度 澜东区 督察").text
    assert before != reported == accepted != closed


def test_nobody_judges_what_he_or_his_own_unit_did(town: Town) -> None:
    town.told("马景民", f"完成 {LATE}")
    town.edit("UPDATE duty SET lead_unit = '青澜市自然资源局' WHERE number = ?", LATE)
    town.play([("葛正超", "私聊", f"通过 {LATE}", "要由别人验收销号")])
    town.edit("UPDATE duty SET lead_unit = '' WHERE number = ?", LATE)
    town.edit("UPDATE person SET unit = '青澜市自然资源局' WHERE official_id = 'QL0014'")
    town.play([("葛正超", "私聊", f"通过 {LATE}", "要由别人验收销号")])
    town.edit("UPDATE person SET unit = '澜东区自然资源局' WHERE official_id = 'QL0014'")
    town.play([("葛正超", "私聊", f"通过 {LATE}", "验收通过")])


def test_a_reviewer_on_leave_is_stood_in_for(town: Town) -> None:
    town.told("马景民", f"完成 {LATE}")
    town.edit("UPDATE person SET leave_from = '2026-11-16', leave_to = '2026-11-20', delegate_id ="
              " (SELECT id FROM person WHERE official_id = 'QL0001') WHERE official_id = 'QL0004'")  # fmt: skip
    town.play([("任景斌", "私聊", f"通过 {LATE}", "验收通过")])


def test_the_operator_accepts_nothing_whomever_he_stands_in_for(town: Town) -> None:
    for away in ("QL0004", "QL0003"):
        town.edit("UPDATE person SET leave_from = '2026-11-16', leave_to = '2026-11-20', delegate_id ="
                  " (SELECT id FROM person WHERE official_id = 'QL0009') WHERE official_id = ?", away)  # fmt: skip
    town.play([
        ("苗宏宁", "私聊", f"完成 {LATE}", "已报完成"), ("苗宏宁", "私聊", f"通过 {LATE}", "要由别人验收销号"),
        ("葛正超", "私聊", f"通过 {LATE}", "验收通过"), ("苗宏宁", "私聊", f"销号 {LATE}", "要由别人验收销号"),
    ])  # fmt: skip
    assert status(town, LATE) == Status.ACCEPTED


def test_where_proof_is_demanded_nothing_is_done_without(town: Town) -> None:
    streams = tuple(replace(one, needs_evidence=True) for one in town.office.policy.workstreams)
    with_stations(town, "sign", "close", workstreams=streams)
    refused = town.told("马景民", f"完成 {LATE}")
    assert "还没有佐证" in refused.text
    kept = town.told("马景民", "", replied_to=refused.message_id, shows=photos("a"))
    assert f"已登记佐证1份：{LATE}" in kept.text
    town.play([("马景民", "私聊", f"完成 {LATE}", "已报完成")])


def test_what_came_with_the_ledger_is_not_accepted_without_proof_where_it_is_demanded(town: Town) -> None:
    waiting = "DC-2026-046"  # the ledger brought it as awaiting acceptance
    streams = tuple(replace(one, needs_evidence=True) for one in town.office.policy.workstreams)
    with_stations(town, "sign", "close", workstreams=streams)
    refused = town.told("葛正超", f"通过 {waiting}")
    assert "还没有佐证" in refused.text
    assert status(town, waiting) == Status.AWAITING_ACCEPTANCE
    town.told("葛正超", "", replied_to=refused.message_id, shows=photos("a"))
    town.play([("葛正超", "私聊", f"通过 {waiting}", "验收通过")])


def test_a_city_check_is_written_down_and_decides_nothing(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
        ("葛正超", "私聊", f"核查 {LATE}", "核查情况怎样"),
        ("葛正超", "私聊", "现场已复耕，埂未修", "已登记市级核查", "现场已复耕"),
        ("马景民", "私聊", f"核查 {LATE} 很好", "由本类别的市级验收人办理"),
    ])  # fmt: skip
    assert status(town, LATE) == Status.AWAITING_ACCEPTANCE


def test_a_public_notice_has_to_pass_before_the_strike_off(town: Town) -> None:
    with_stations(town, "publish", "close")
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
        ("葛正超", "私聊", f"通过 {LATE}", "接下来公示"),
        ("姜启林", "私聊", f"销号 {LATE}", "还没有公示"),
        ("马景民", "私聊", f"公示 {LATE}", "由本类别的市级验收人办理"),
        ("葛正超", "私聊", f"公示 {LATE} 7 区政府网站", "公示至11月25日", "区政府网站"),
        ("姜启林", "私聊", f"销号 {LATE}", "公示到2026-11-25"),
    ])  # fmt: skip
    town.now += timedelta(days=7)
    town.play([("姜启林", "私聊", f"销号 {LATE}", "公示到2026-11-25")])  # its last day
    town.now += timedelta(days=1)
    town.play([("姜启林", "私聊", f"销号 {LATE}", "已销号")])


def test_an_objection_in_the_public_notice_returns_the_duty(town: Town) -> None:
    with_stations(town, "publish", "close")
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"), ("葛正超", "私聊", f"通过 {LATE}", "验收通过"),
        ("葛正超", "私聊", f"公示 {LATE}", "公示至"),
        ("葛正超", "私聊", f"退回 {LATE} 群众反映未复耕", "退回重改"),
    ])  # fmt: skip
    assert status(town, LATE) == Status.RETURNED
    town.now += timedelta(days=8)  # the notice of what was returned is over, and says nothing of what comes next
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"), ("葛正超", "私聊", f"通过 {LATE}", "验收通过"),
        ("姜启林", "私聊", f"销号 {LATE}", "还没有公示"),
    ])  # fmt: skip


def test_without_a_strike_off_of_its_own_acceptance_closes(town: Town) -> None:
    with_stations(town, "sign")
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"),
        ("葛正超", "私聊", f"通过 {LATE}", "验收通过", "已计入认定"),
        ("姜启林", "私聊", f"销号 {LATE}", "没有启用"),
    ])  # fmt: skip
    assert (status(town, LATE), town.duty(LATE).closed_on) == (Status.CLOSED, date(2026, 11, 18))


def test_days_that_the_city_took_are_given_back(town: Town) -> None:
    town.told("马景民", f"完成 {WORK}")  # two days before its deadline
    town.now += timedelta(days=14)
    town.play([("葛正超", "私聊", f"退回 {WORK} 面积不符", "12月4日", "停计的天数已顺延")])
    returned = town.duty(WORK)
    assert (returned.due_on, returned.stopped_days, returned.stopped_on) == (date(2026, 12, 4), 14, None)
    town.play([("葛正超", "私聊", "撤销", "已撤销")])
    assert town.duty(WORK).due_on == date(2026, 11, 20)


# --- 回头看, 暂缓, 长期, 作废


def test_a_re_check_leaves_a_duty_closed_or_reopens_it(town: Town) -> None:
    town.play([
        ("戚启", "私聊", f"回头看 {DONE} 未反弹", "由本类别的市级验收人办理"),
        ("葛正超", "私聊", f"回头看 {DONE}", "回头看的结果", "[/recheck", "[/relapse"),
        ("葛正超", "私聊", "⏎/recheck", "未反弹"),
        ("葛正超", "私聊", f"反弹 {DONE} 2026年11月1日 又建起来", "不早于今天"),
        ("葛正超", "私聊", f"反弹 {DONE}", "请写新的时限"),
        ("葛正超", "私聊", "12月31日 10亩 又堆了砂石", "反弹，重新整改", "12月31日", "63.51亩", "又堆了砂石"),
    ])  # fmt: skip
    again = town.duty(DONE)
    assert (again.status, again.due_on, again.closed_on) == (Status.RELAPSED, date(2026, 12, 31), None)
    assert "又堆了砂石" in town.notice("戚启")
    town.play([
        ("戚启", "私聊", f"完成 {DONE}", "已报完成"),
        ("戚启", "私聊", f"历史 {DONE}", "反弹", "未反弹", "已报完成"),
    ])  # fmt: skip


def test_a_suspended_duty_stands_still(town: Town) -> None:
    town.play([
        ("苗宏宁", "私聊", f"暂缓 {WORK} 诉讼", "由市督察办主任决定"),
        ("姜启林", "私聊", f"暂缓 {WORK}", "为什么暂缓"),
        ("姜启林", "私聊", "诉讼未结", "已暂缓", "诉讼未结"),
        ("马景民", "私聊", f"完成 {WORK}", "现在是“暂缓”"),
        ("姜启林", "私聊", f"恢复 {NEW}", "不能“恢复”"),
    ])  # fmt: skip
    town.now += timedelta(days=10)
    town.play([("姜启林", "私聊", f"恢复 {WORK}", "恢复整改", "11月30日")])
    assert (status(town, WORK), town.duty(WORK).due_on) == (Status.NOT_STARTED, date(2026, 11, 30))


def test_a_duty_can_become_a_standing_requirement(town: Town) -> None:
    town.play([
        ("姜启林", "私聊", f"转长期 {NEW} 要长期管护", "转为长期坚持"),
        ("马景民", "私聊", f"完成 {NEW}", "不能上报"),
        ("马景民", "私聊", f"进展 {NEW} 10 5", "已登记进展"),
    ])  # fmt: skip
    assert (status(town, NEW), town.duty(NEW).due_on) == (Status.LONG_TERM, None)
    town.play([("马景民", "私聊", "撤销", "已撤销"), ("姜启林", "私聊", "撤销", "已撤销")])
    assert (status(town, NEW), town.duty(NEW).due_on) == (Status.NOT_STARTED, date(2026, 12, 8))


def test_a_duty_issued_twice_is_merged_and_counts_once(town: Town) -> None:
    before = town.told("姜启林", "进度 澜东区 督察").text
    town.play([
        ("李明波", "私聊", f"作废 {NEW} 重复", "由市督察办主任决定"),
        ("姜启林", "私聊", f"作废 {NEW} 并入 {NEW}", "不能并入"),
        ("姜启林", "私聊", f"作废 {NEW} 并入 DC-2026-999", "没有查到编号"),
        ("姜启林", "私聊", f"作废 {NEW} 并入 {WORK}", "已作废", "已并入另一件"),
        ("姜启林", "私聊", f"作废 {DONE} 错", "不能“作废”"),
        ("马景民", "私聊", f"完成 {NEW}", "现在是“作废”"),
    ])  # fmt: skip
    assert town.told("姜启林", "进度 澜东区 督察").text != before
    town.play([("姜启林", "私聊", "撤销", "已撤销")])
    assert town.told("姜启林", "进度 澜东区 督察").text == before


def test_after_the_deadline_an_extension_is_late_and_wipes_out_nothing(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"延期 {LATE} 12月31日 雨多", "已超期"),
        ("姜启林", "私聊", f"审批延期 {LATE} 同意", "12月31日", "超期12天"),
    ])  # fmt: skip


# --- 撤销, 历史


def test_a_step_that_somebody_built_on_stays(town: Town) -> None:
    town.play([
        ("马景民", "私聊", f"完成 {LATE}", "已报完成"), ("葛正超", "私聊", f"通过 {LATE}", "验收通过"),
        ("马景民", "私聊", "撤销", "之后又有变动"), ("葛正超", "私聊", "撤销", "已撤销", "待验收"),
        ("马景民", "私聊", "撤销", "已撤销", "整改中"),
    ])  # fmt: skip
    town.told("马景民", f"签收 {NEW}")
    town.now += timedelta(hours=25)
    town.play([("马景民", "私聊", "撤销", "已超过24小时")])


def test_who_heard_of_a_step_hears_that_it_was_taken_back_and_nobody_else(town: Town) -> None:
    town.play([("马景民", "私聊", f"完成 {LATE}", "已报完成"), ("马景民", "私聊", "撤销", "已撤销")])
    assert town.notice("葛正超") == ""  # it was taken back before it was said
    town.told("马景民", f"完成 {LATE}")
    assert "已报完成" in town.notice("葛正超")
    town.told("马景民", "撤销")
    assert "已撤销：已报完成" in town.notice("葛正超")


def test_history_names_people_in_private_and_units_in_groups(town: Town) -> None:
    town.told("马景民", f"进展 {LATE} 52 27")
    town.told("苗宏宁", f"完成 {LATE}")
    town.play([
        ("马景民", "私聊", f"历史 {LATE}", "台账导入", "已登记进展 52亩 · 马景民", "苗宏宁（代马景民）"),
        ("马景民", "澜东群", f"/history {LATE}", "澜东区自然资源局", "!马景民", "!苗宏宁"),
        ("戚启", "私聊", f"历史 {LATE}", "没有查到编号"),
    ])  # fmt: skip


# --- 佐证


def test_photos_are_proofs_of_the_duty_that_the_words_name(town: Town) -> None:
    said = town.told("马景民", f"完成 {LATE}", shows=photos("a", "b", "c"), album="one")
    assert "已报完成" in said.text
    assert town.say("马景民", "", shows=photos("late"), album="one") is None  # a late part goes without a word
    assert "佐证4份" in town.notice("葛正超")
    shown = town.told("葛正超", f"/evidence {LATE}")
    assert [one.address for one in shown.reply.album] == ["telegram:a", "telegram:b", "telegram:c", "telegram:late"]
    assert "整改后" in shown.reply.album[0].caption
    with town.store.reading() as session:
        kept = of_duty(session, town.duty(LATE))
    assert {one.event_id for one in kept} != {None}


def test_a_photo_without_words_is_asked_about(town: Town) -> None:
    asked = town.told("马景民", "", shows=photos("a"))
    assert "是哪件事项的佐证" in asked.text
    town.play([("马景民", "私聊", f"⏎/evidence {LATE}", f"已登记佐证1份：{LATE}")])
    town.told("马景民", "", shows=photos("b"))
    town.play([("马景民", "私聊", WORK, f"已登记佐证1份：{WORK}"), ("马景民", "私聊", WORK, "!佐证1份：", WORK)])


def test_a_caption_says_what_a_photo_shows(town: Town) -> None:
    town.told("马景民", f"{LATE} 整改前", shows=photos("a"))
    town.told("马景民", f"{LATE}整改后的照片", shows=photos("b"))
    town.told("马景民", f"{LATE} 整改前", shows=photos("a"))  # the same again
    town.play([("葛正超", "私聊", f"佐证 {LATE}", "佐证2份", "整改前 1、整改后 1")])


def test_a_strangers_photo_tells_him_nothing(town: Town) -> None:
    assert "还没有开通" in town.told("路人", "", shows=photos("a")).text
    assert town.say("路人", "", "澜东群", shows=photos("a")) is None


@pytest.mark.parametrize("says", ["退回：照片看不清", "退回 照片看不清", "/return 照片看不清"])
def test_a_reply_to_the_notice_returns_the_duty_that_it_is_about(town: Town, says: str) -> None:
    town.told("马景民", f"完成 {LATE}")
    town.notice("葛正超")
    town.play([("葛正超", "私聊", f"↪{says}", "退回重改", LATE, "照片看不清")])


def test_the_queue_shows_one_card_after_the_other(town: Town) -> None:
    town.told("马景民", f"完成 {LATE}")
    town.play([
        ("葛正超", "私聊", "待验收", "待验收 1/5", "[/accept", "[/queue 2"),
        ("葛正超", "私聊", "⏎/queue 2", "待验收 2/5"),
        ("葛正超", "私聊", "/queue 5", LATE, "上报：11月18日 马景民"),
        ("葛正超", "私聊", "/queue 6", "待验收 1/5"),
        ("葛正超", "私聊", "/queue x", "没有查到编号“x”"),
        ("马景民", "私聊", "/queue", "等市级处理", LATE, "!DC-2026-046"),
    ])  # fmt: skip
    town.now += timedelta(days=30)
    town.play([("葛正超", "私聊", "/queue 5", "超过15个工作日未验1件", "已等22个工作日")])


def test_the_head_closes_all_that_is_accepted_with_one_button(town: Town) -> None:
    for number in (WORK, LATE):
        town.told("马景民", f"完成 {number}")
        town.told("葛正超", f"通过 {number}")
    town.play([
        ("姜启林", "私聊", "待销号", "其中待销号2件", f"[/close {WORK} {LATE}"),
        ("姜启林", "私聊", "⏎/close", "已销号", WORK, LATE),
        ("姜启林", "私聊", "撤销", "已撤销", WORK, LATE),
    ])  # fmt: skip


def test_without_a_number_the_likeliest_duties_are_offered_and_else_the_form(town: Town) -> None:
    town.play([
        ("葛正超", "私聊", "退回", "是哪一件", "[/return DC-2026-046"),
        ("葛正超", "私聊", "通过", "是哪一件", "[/accept DC-2026-046"),
        ("马景民", "私聊", "签收", "是哪一件", f"[/sign {NEW}", f"![/sign {LATE}"),
        ("任景斌", "私聊", "/accept", "请写事项编号，如：通过 编号"),
        ("姜启林", "私聊", "/void", "请写事项编号，如：作废 编号 并入 编号"),
        ("马景民", "私聊", "/evidence", "请写事项编号，如：佐证 编号"),
        ("马景民", "私聊", "/history", "请写事项编号，如：历史 编号"),
        ("马景民", "私聊", "/comment", "是哪一件"),
    ])  # fmt: skip
