"""/why: the reason of a light in a sentence, and what would help, to whoever can."""

import pytest

from tests.handlers.dialogue import STRANGER, Town, tells_nothing


@pytest.mark.parametrize(
    "says",
    [
        "/why DC-2026-004", "为什么 DC-2026-004", "DC-2026-004为什么", "为何 dc-2026-004", "原因 DC-2026-004",
        "为什么 DC-2026-004 是红灯？", "why is DC-2026-004 red?",
    ],
)  # fmt: skip
def test_why_a_duty_is_red_says_since_when(town: Town, says: str) -> None:
    town.play(
        [("凤新", "私聊", says, "🔴", "DC-2026-004", "11月6日", "超期12天", "还没有报完成", "92.99%", "按耕地面积")]
    )


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("DC-2026-003", ("🟡", "时间已过98.57%", "上报整改0%", "落后98.57个百分点", "超过30个")),
        ("DC-2026-001", ("🟢", "49.2%", "50.86%", "127天", "进度正常")),
        ("DC-2026-005", ("⚪", "长期坚持", "没有完成的时限")),
        ("DC-2026-029", ("❔", "立行立改", "没有日期", "市督察办")),
        ("DC-2026-052", ("❔", "不是一个日期", "市督察办")),
        ("DC-2026-046", ("⏳", "等市级验收", "不再计超期")),
        ("WF-2026-002", ("✅", "已认定", "7月24日")),
        ("WF-2026-014", ("⚪", "已暂缓")),
        ("JY-2026-021", ("🟡", "按面积", "落后52.86个百分点")),
    ],
)
def test_every_light_has_its_reason(town: Town, number: str, shown: tuple[str, ...]) -> None:
    town.play([("任景斌", "私聊", f"/why {number}", number, "截至11月18日", *shown)])


def test_a_blue_light_says_whether_the_day_is_near_or_the_pace_slow(town: Town) -> None:
    town.edit("UPDATE duty SET due_on = '2026-11-20', rectified_farmland_mu = farmland_mu WHERE number = 'DC-2026-003'")
    town.play([("凤新", "私聊", "/why DC-2026-003", "🔵", "还有2天到期（11月20日）", "7天内", "!百分点")])
    town.edit("UPDATE duty SET due_on = '2026-11-18' WHERE number = 'DC-2026-003'")
    town.play([("凤新", "私聊", "/why DC-2026-003", "🔵", "今天到期")])
    town.edit("UPDATE duty SET rectified_farmland_mu = farmland_mu / 4 WHERE number = 'DC-2026-001'")
    town.play([("凤新", "私聊", "/why DC-2026-001", "🔵", "落后24.2个百分点", "10至30个", "!天到期")])


def test_a_returned_duty_says_so_and_that_it_is_late_or_behind(town: Town) -> None:
    town.edit("UPDATE duty SET status = 'returned' WHERE number IN ('DC-2026-003', 'DC-2026-004')")
    town.play([
        ("凤新", "私聊", "/why DC-2026-003", "🟡", "被退回重改", "落后98.57个百分点"),
        ("凤新", "私聊", "/why DC-2026-004", "🔴", "超期12天", "退回重改后还没有再报完成"),
    ])  # fmt: skip


def test_a_deadline_that_is_no_date_is_quoted_as_the_ledger_has_it(town: Town) -> None:
    town.edit("""UPDATE duty SET raw = '{"due_original": "力争<b>年内"}' WHERE number = 'DC-2026-052'""")
    town.play([("任景斌", "私聊", "/why DC-2026-052", "“力争<b>年内”", "定不出日期")])


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("马景民", True), ("李明波", True), ("王志远", True), ("苗宏宁", True),
        ("严宏敏", False), ("凤新", False), ("任景斌", False),
    ],
)  # fmt: skip
def test_what_would_help_is_said_only_to_who_may_report(town: Town, who: str, offered: bool) -> None:
    said = town.told(who, "/why DC-2026-004")
    assert ("/done DC-2026-004" in said.commands) == offered
    assert ("/progress DC-2026-004" in said.commands) == offered
    assert ("报完成，灯随之改变" in said.text) == offered
    assert "/who DC-2026-004" in said.commands


def test_done_is_not_offered_where_it_would_be_refused(town: Town) -> None:
    said = town.told("苗宏宁", "/why DC-2026-005")
    assert [one for one in said.commands if one.startswith("/done")] == []
    assert "/progress DC-2026-005" in said.commands
    assert town.told("苗宏宁", "/why DC-2026-046").commands == ["/who DC-2026-046"]


def test_without_a_number_it_is_the_duty_of_the_message_replied_to(town: Town) -> None:
    about_one = town.reminded("马景民", "DC-2026-004")
    for says in ("为什么", "/why", "为什么是红灯？"):
        assert "超期12天" in town.told("马景民", says, replied_to=about_one).text
    about_two = town.reminded("马景民", "DC-2026-003", "DC-2026-004")
    assert town.told("马景民", "为什么", replied_to=about_two).commands == ["/why DC-2026-003", "/why DC-2026-004"]
    wrong = town.told("马景民", "/why DC-2099-001", replied_to=about_one)
    assert "DC-2099-001" in wrong.text
    assert "超期12天" not in wrong.text


def test_a_question_without_a_duty_is_told_what_to_write(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "/why", "为什么 编号"),
        ("马景民", "私聊", "/why DC-2099-001", "没有查到编号“DC-2099-001”"),
        ("马景民", "私聊", "为什么不发通知", "没看懂"),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("who", "where"),
    [("戚启", "私聊"), ("任景斌", "沙栗群"), (STRANGER, "沙栗群"), (STRANGER, "私聊"), ("马景民", "新群")],
)
def test_a_duty_of_elsewhere_has_no_reason(town: Town, who: str, where: str) -> None:
    said = town.say(who, "/why DC-2026-004", where)
    assert said is None or ("超期" not in said.text and "%" not in said.text)
    if who == STRANGER and where == "私聊":
        tells_nothing(town, said)


def test_in_its_group_anybody_may_ask_and_is_offered_no_report(town: Town) -> None:
    town.play([(STRANGER, "澜东群", "/why DC-2026-004", "超期12天", "![/done", "![/progress")])
