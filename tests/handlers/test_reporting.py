"""What counties report: done, progress, taking it back; every way of saying it, and everything that is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.chain import broken_links
from tests.handlers.dialogue import Town, names_nobody, refused

ALL_OF_LANDONG = ("DC-2026-001", "DC-2026-002", "DC-2026-003", "DC-2026-004")


def areas(town: Town, number: str) -> tuple[str, str, str]:
    """Status, reported area and farmland."""
    duty = town.duty(number)
    return str(duty.status), str(duty.rectified_area_mu.normalize()), str(duty.rectified_farmland_mu.normalize())


DONE_004 = ("awaiting_acceptance", "54.69", "28.66")
NOT_DONE_004 = ("in_progress", "50.86", "26.65")


@pytest.mark.parametrize(
    "says",
    [
        "/done DC-2026-004",
        "完成 DC-2026-004",
        "完成DC-2026-004",
        "已完成 DC-2026-004",
        "报完成 DC-2026-004",
        "整改完成 DC-2026-004",
        "已整改 DC-2026-004",
        "DC-2026-004 完成",
        "DC-2026-004已完成",
        "DC-2026-004 整改完成了。",
        "done dc-2026-004",
        "/DONE DC-2026-004",
        "/done@duban_bot DC-2026-004",
        "完成:DC-2026-004",
        "完成 ＤＣ－２０２６－００４",
        "/完成 DC-2026-004",
        "完成 DC-2026-004 54.69",
        "完成 DC-2026-004 +3.83",
        "完成 DC-2026-004 54.69亩",
        "完成 DC-2026-004 五十四点六九亩",
    ],
)
def test_every_way_to_say_done_reports_the_whole_area_with_all_its_farmland(town: Town, says: str) -> None:
    town.play([("马景民", "私聊", says, "DC-2026-004", "待市级验收", "50.86", "54.69", "26.65", "28.66", "[/undo")])
    assert areas(town, "DC-2026-004") == DONE_004


def test_done_is_never_accepted(town: Town) -> None:
    before = town.told("凤新", "/status").text
    town.told("马景民", "完成 DC-2026-004")
    duty = town.duty("DC-2026-004")
    assert duty.status == "awaiting_acceptance"
    assert duty.closed_on is None
    after = town.told("凤新", "/status").text
    assert "3.93%" in before
    assert "3.93%" in after  # accepted: as before
    assert "48.11%" in before
    assert "48.41%" in after  # reported: 2.01 mu of farmland more: 328.36 of 678.3
    town.play([("凤新", "私聊", "/overdue", "!DC-2026-004"), ("凤新", "私聊", "/duty DC-2026-004", "待验收")])


def test_a_report_is_an_event_and_a_progress_entry_that_say_who_when_and_where(town: Town) -> None:
    town.told("马景民", "完成 DC-2026-004", "澜东群")
    event = town.events()[-1]
    assert (event.subject, event.kind) == ("duty:DC-2026-004", "reported_done")
    assert event.at == town.now
    assert event.said_in == town.chat("马景民", "澜东群")
    assert event.behalf_of_id is None
    assert event.before["status"] == "in_progress"
    assert event.after["status"] == "awaiting_acceptance"
    progress = town.contents()["progress"][-1]
    assert town.account("马景民") not in str(event.before)
    assert event.id in progress


MAY_REPORT_ON_004 = ("马景民", "李明波", "王志远", "苗宏宁")  # named, his deputy, his delegate, the operator


@pytest.mark.parametrize("who", MAY_REPORT_ON_004)
def test_named_deputy_delegate_and_operator_may_report(town: Town, who: str) -> None:
    town.play([(who, "私聊", "/done DC-2026-004", "DC-2026-004", "[/undo")])
    assert areas(town, "DC-2026-004") == DONE_004


@pytest.mark.parametrize("who", ["凤新", "葛正超", "任景斌", "姜启林", "严宏敏", "窦思康"])
def test_principal_reviewer_leader_head_colleague_and_other_deputy_may_not(town: Town, who: str) -> None:
    before = town.contents()
    for says in ("/done DC-2026-004", "/progress DC-2026-004 52 27", "/progress DC-2026-004"):
        said = town.told(who, says)
        refused(town, before, said)
        assert "DC-2026-004" in said.text


@pytest.mark.parametrize("who", ["戚启", "卫伟斌", "贺启宁", "张立军"])
@pytest.mark.parametrize("number", ["DC-2026-004", "XX-2026-999"])
def test_another_countys_duty_is_as_unknown_as_one_that_is_not_there(town: Town, who: str, number: str) -> None:
    before = town.contents()
    answers = set()
    for says in (f"/done {number}", f"/progress {number} 1 1", f"/duty {number}"):
        said = town.told(who, says)
        refused(town, before, said)
        assert "澜东" not in said.everything
        assert "马景民" not in said.everything
        answers.add(said.text.replace(number, "#"))
    assert len(answers) == 1


def test_the_successor_may_and_the_one_who_left_may_not(town: Town) -> None:
    before = town.contents()
    said = town.told("苏启健", "/done JY-2026-021")
    assert town.changed_tables(before) == set()
    assert "/undo" not in said.everything
    town.play([("贺启宁", "私聊", "完成 JY-2026-021", "JY-2026-021", "276.14", "[/undo")])
    assert town.duty("JY-2026-021").status == "awaiting_acceptance"


def test_the_one_on_leave_and_his_delegate_both_may(town: Town) -> None:
    town.play(
        [
            ("赵伟生", "私聊", "/progress GD-2026-021 140 140", "GD-2026-021", "134.94", "140"),
            ("张立军", "私聊", "/progress GD-2026-021 150 150", "140", "150"),
        ]
    )
    assert areas(town, "GD-2026-021") == ("in_progress", "1.5E+2", "1.5E+2")


def test_the_operator_reports_on_behalf_of_the_responsible_and_the_event_says_so(town: Town) -> None:
    town.play([("苗宏宁", "私聊", "完成 DC-2026-004", "马景民")])
    event = town.events()[-1]
    with town.store.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT id, name FROM person").all()
    name = {row[0]: row[1] for row in rows}
    assert event.person_id is not None
    assert event.behalf_of_id is not None
    assert (name[event.person_id], name[event.behalf_of_id]) == ("苗宏宁", "马景民")


def test_on_behalf_in_a_group_names_no_person(town: Town) -> None:
    said = town.told("苗宏宁", "完成 DC-2026-004", "澜东群")
    assert areas(town, "DC-2026-004") == DONE_004
    names_nobody(town, said)


# --- replies to the bot's own messages


@pytest.mark.parametrize("where", ["私聊", "澜东群"])
@pytest.mark.parametrize("says", ["完成", "已完成", "/done", "done", "完成了", "整改完成。"])
def test_done_in_reply_to_a_reminder_of_one_duty_means_that_duty(town: Town, says: str, where: str) -> None:
    reminder = town.reminded("马景民", "DC-2026-004", where=where)
    town.told("马景民", says, where, replied_to=reminder)
    assert areas(town, "DC-2026-004") == DONE_004


def test_done_in_reply_to_a_reminder_of_several_asks_which(town: Town) -> None:
    reminder = town.reminded("马景民", "DC-2026-004", "DC-2026-003")
    before = town.contents()
    said = town.told("马景民", "完成", replied_to=reminder)
    assert town.changed_tables(before) == set()
    assert said.commands == ["/done DC-2026-004", "/done DC-2026-003", "/done DC-2026-004 DC-2026-003"]
    town.press("马景民", said, "/done DC-2026-003")
    assert town.duty("DC-2026-003").status == "awaiting_acceptance"
    assert town.duty("DC-2026-004").status == "in_progress"


def test_all_of_a_reminder_are_done_by_one_button_and_taken_back_by_another(town: Town) -> None:
    reminder = town.reminded("马景民", "DC-2026-004", "DC-2026-003")
    said = town.told("马景民", "完成", replied_to=reminder)
    done = town.press("马景民", said, "/done DC-2026-004 DC-2026-003")
    assert {str(town.duty(n).status) for n in ("DC-2026-003", "DC-2026-004")} == {"awaiting_acceptance"}
    town.press("马景民", done, "/undo")
    assert areas(town, "DC-2026-004") == NOT_DONE_004
    assert areas(town, "DC-2026-003") == ("not_started", "0", "0")


def test_done_with_a_number_in_reply_to_a_reminder_of_several_means_that_number(town: Town) -> None:
    reminder = town.reminded("马景民", "DC-2026-004", "DC-2026-003")
    town.told("马景民", "完成 DC-2026-003", replied_to=reminder)
    assert [str(town.duty(n).status) for n in ("DC-2026-003", "DC-2026-004")] == ["awaiting_acceptance", "in_progress"]


def test_not_done_in_reply_to_a_reminder_reports_nothing(town: Town) -> None:
    reminder = town.reminded("马景民", "DC-2026-004")
    before = town.contents()
    for says in (
        "还没完成",
        "未完成",
        "没有完成",
        "完成不了",
        "还没有全部完成",
        "什么时候完成",
        "DC-2026-004 还没完成",
        "DC-2026-004没完成",
        "不能完成 DC-2026-004",
        "下周完成 DC-2026-004",
    ):
        town.told("马景民", says, replied_to=reminder)
        assert town.changed_tables(before) == set(), says


def test_done_without_a_number_offers_ones_own_duties(town: Town) -> None:
    before = town.contents()
    said = town.told("马景民", "完成")
    assert town.changed_tables(before) == set()
    assert set(said.commands) == {f"/done {number}" for number in ALL_OF_LANDONG}
    refused(town, before, town.told("任景斌", "完成"))


def test_a_reply_to_a_message_of_another_chat_with_the_same_id_means_nothing(town: Town) -> None:
    reminder = town.reminded("李明波", "DC-2026-004")
    before = town.contents()
    town.told("马景民", "完成", replied_to=reminder)
    assert town.changed_tables(before) == set()


def test_a_reminder_in_the_wrong_group_reports_nothing(town: Town) -> None:
    reminder = town.reminded("马景民", "DC-2026-004", where="沙栗群")
    before = town.contents()
    town.told("马景民", "完成 DC-2026-004", "沙栗群")
    town.told("马景民", "完成", "沙栗群", replied_to=reminder)
    assert town.changed_tables(before) == set()


# --- several at once


@pytest.mark.parametrize(
    "says",
    [
        "完成 DC-2026-001 DC-2026-002",
        "/done DC-2026-001、DC-2026-002",
        "DC-2026-001,DC-2026-002完成",
        "完成 DC-2026-001，DC-2026-002",
        "完成 DC-2026-001 DC-2026-002 DC-2026-001",
    ],
)
def test_several_numbers_in_one_message_are_all_reported_once(town: Town, says: str) -> None:
    count = len(town.events())
    said = town.told("马景民", says)
    assert {str(town.duty(n).status) for n in ("DC-2026-001", "DC-2026-002")} == {"awaiting_acceptance"}
    assert len(town.events()) == count + 2
    assert set(said.reply.numbers) == {"DC-2026-001", "DC-2026-002"}


@pytest.mark.parametrize(
    ("says", "named"),
    [
        ("完成 DC-2026-001 WF-2026-002", "WF-2026-002"),  # closed, and not his
        ("完成 DC-2026-001 DC-2026-999", "DC-2026-999"),
        ("完成 DC-2026-999 DC-2026-001", "DC-2026-999"),
        ("完成 DC-2026-001 DC-2026-028", "DC-2026-028"),  # another county's
        ("完成 DC-2026-001 DC-2026-002 垃圾", "垃圾"),
    ],
)
def test_several_numbers_are_all_or_nothing(town: Town, says: str, named: str) -> None:
    before = town.contents()
    said = town.told("马景民", says)
    refused(town, before, said)
    assert named in said.text or "一次" in said.text


def test_a_colleagues_duty_among_ones_own_keeps_all_unwritten(town: Town) -> None:
    before = town.contents()
    refused(town, before, town.told("严宏敏", "完成 JY-2026-001 DC-2026-001"))
    refused(town, before, town.told("李明波", "完成 DC-2026-001 KS-2026-001"))


def test_one_area_for_several_duties_is_refused(town: Town) -> None:
    before = town.contents()
    refused(town, before, town.told("马景民", "完成 DC-2026-001 DC-2026-002 2"))


# --- progress


@pytest.mark.parametrize(
    ("says", "area", "farmland"),
    [
        ("/progress DC-2026-004 52 27", "52", "27"),
        ("进展 DC-2026-004 52 27", "52", "27"),
        ("报进展 DC-2026-004 52亩 27亩", "52", "27"),
        ("上报 DC-2026-004 52 耕地27", "52", "27"),
        ("进展 DC-2026-004 52 其中耕地27亩", "52", "27"),
        ("进展 DC-2026-004 +2 +1", "52.86", "27.65"),
        ("进展 DC-2026-004 又完成2亩 27", "52.86", "27"),
        ("进展 DC-2026-004 52.1234 27", "52.1234", "27"),
        ("/progress dc-2026-004 ５２ ２７", "52", "27"),
        ("进展 DC-2026-004 3公顷 1.8公顷", "45", "27"),
        ("进展DC-2026-004 52 27", "52", "27"),
        ("完成 DC-2026-004 52 27", "52", "27"),
        ("progress DC-2026-004 52 27", "52", "27"),
        ("进展 DC-2026-004 0 0", "0", "0"),
        ("进展 DC-2026-004 52 0", "52", "0"),
    ],
)
def test_progress_is_the_total_to_date_and_plus_adds(town: Town, says: str, area: str, farmland: str) -> None:
    town.play([("马景民", "私聊", says, "DC-2026-004", "50.86", area, "26.65", farmland, "[/undo")])
    duty = town.duty("DC-2026-004")
    assert (duty.rectified_area_mu, duty.rectified_farmland_mu) == (Decimal(area), Decimal(farmland))
    assert duty.status == "in_progress"


def test_progress_starts_a_duty_that_was_not_started(town: Town) -> None:
    town.play([("马景民", "私聊", "进展 DC-2026-002 10 8", "整改中")])
    assert areas(town, "DC-2026-002") == ("in_progress", "1E+1", "8")


def test_progress_leaves_a_returned_duty_returned_until_it_is_done_again(town: Town) -> None:
    town.edit("UPDATE duty SET status = 'returned' WHERE number = 'DC-2026-004'")
    town.told("马景民", "进展 DC-2026-004 52 27")
    assert town.duty("DC-2026-004").status == "returned"
    town.told("马景民", "完成 DC-2026-004")
    assert town.duty("DC-2026-004").status == "awaiting_acceptance"


def test_a_partial_area_after_done_is_progress(town: Town) -> None:
    town.play(
        [
            ("严宏敏", "私聊", "完成 JY-2026-001 20", "JY-2026-001", "16.22", "20", "135.16"),
            ("严宏敏", "私聊", "完成 JY-2026-001 +5", "20", "25"),
        ]
    )
    assert areas(town, "JY-2026-001") == ("in_progress", "25", "0")


def test_the_whole_area_as_progress_offers_to_report_it_done(town: Town) -> None:
    town.play(
        [
            ("严宏敏", "私聊", "进展 JY-2026-001 135.16", "[/done JY-2026-001"),
            ("严宏敏", "私聊", "⏎/done", "待市级验收"),
        ]
    )
    assert town.duty("JY-2026-001").status == "awaiting_acceptance"


@pytest.mark.parametrize("begins", ["进展 DC-2026-004 52", "完成 DC-2026-004 52", "/progress DC-2026-004 +1.14"])
@pytest.mark.parametrize("number", ["27", "27亩", "+0.35", "耕地27", "其中耕地27亩", "２７"])
def test_farmland_is_asked_for_and_answered_by_a_plain_number(town: Town, begins: str, number: str) -> None:
    before = town.contents()
    town.play([("马景民", "私聊", begins, "DC-2026-004", "52", "耕地", "28.66", "![/undo")])
    assert town.changed_tables(before) == {"question"}
    town.play([("马景民", "私聊", number, "50.86", "52", "27", "[/undo")])
    assert areas(town, "DC-2026-004") == ("in_progress", "52", "27")


def test_area_and_farmland_are_asked_for_one_after_the_other_after_the_button(town: Town) -> None:
    town.play(
        [
            ("马景民", "私聊", "/duty DC-2026-004", "[/progress DC-2026-004"),
            ("马景民", "私聊", "⏎/progress", "54.69", "50.86"),
            ("马景民", "私聊", "52", "28.66", "26.65"),
            ("马景民", "私聊", "27", "[/undo"),
        ]
    )
    assert areas(town, "DC-2026-004") == ("in_progress", "52", "27")


def test_farmland_is_not_asked_for_where_there_is_none(town: Town) -> None:
    town.play([("严宏敏", "私聊", "进展 JY-2026-001 20", "16.22", "20", "[/undo")])
    assert areas(town, "JY-2026-001") == ("in_progress", "2E+1", "0")


def test_in_a_group_a_question_is_answered_by_whom_it_was_put_to(town: Town) -> None:
    town.play([("马景民", "澜东群", "进展 DC-2026-004 52", "耕地")])
    before = town.contents()
    for who, where in (("李明波", "澜东群"), ("马景民", "私聊"), ("马景民", "市群")):
        town.say(who, "27", where)
        assert town.changed_tables(before) == set()
    assert town.say("马景民", "27", "澜东群", addressed=False) is None
    assert town.changed_tables(before) == set()
    town.play([("马景民", "澜东群", "↪27", "[/undo")])
    assert areas(town, "DC-2026-004") == ("in_progress", "52", "27")


def test_a_question_that_expired_is_not_answered(town: Town) -> None:
    town.told("马景民", "进展 DC-2026-004 52")
    town.now += timedelta(minutes=town.office.policy.question_minutes)
    before = town.contents()
    refused(town, before, town.told("马景民", "27"))


def test_a_question_just_before_it_expires_is_answered(town: Town) -> None:
    town.told("马景民", "进展 DC-2026-004 52")
    town.now += timedelta(minutes=town.office.policy.question_minutes, seconds=-1)
    town.told("马景民", "27")
    assert areas(town, "DC-2026-004") == ("in_progress", "52", "27")


def test_a_question_is_answered_once(town: Town) -> None:
    town.play([("马景民", "私聊", "进展 DC-2026-004 52"), ("马景民", "私聊", "27")])
    before = town.contents()
    refused(town, before, town.told("马景民", "28"))


def test_a_newer_question_takes_the_place_of_the_older(town: Town) -> None:
    town.play(
        [
            ("马景民", "私聊", "进展 DC-2026-004 52"),
            ("马景民", "私聊", "进展 DC-2026-001 3"),
            ("马景民", "私聊", "2", "DC-2026-001", "!DC-2026-004"),
        ]
    )
    assert areas(town, "DC-2026-004") == NOT_DONE_004
    assert areas(town, "DC-2026-001") == ("in_progress", "3", "2")


def test_another_command_between_question_and_answer_does_no_harm(town: Town) -> None:
    town.play(
        [
            ("马景民", "私聊", "进展 DC-2026-004 52"),
            ("马景民", "私聊", "/status", "48.11%"),
            ("马景民", "私聊", "27", "[/undo"),
        ]
    )
    assert areas(town, "DC-2026-004") == ("in_progress", "52", "27")


def test_less_than_was_reported_before_is_written_and_pointed_out(town: Town) -> None:
    town.play([("马景民", "私聊", "进展 DC-2026-004 40 20", "50.86", "40", "⚠️", "[/undo")])


# --- what is refused


BAD_AREAS = (
    "abc",
    "-5",
    "－5",
    "546.91",
    "5469亩",
    "100万亩",
    "1e5",
    "NaN",
    "inf",
    "-0.5",
    "😀",
    "五十",
    "1.23456",
    "1/2",
    "90%",
    "0x10",
    "1,2,3",
    "52..1",
    "+",
    "+-5",
    "--",
    "<b>",
    "' OR 1=1 --",
    "2026-02-30",
    "9" * 400,
    "字" * 5000,
    "😀" * 2500,
    "9" * 5000,
    "0." + "1" * 5000,
    "+" * 5000,
)


@pytest.mark.parametrize("command", ["进展 DC-2026-004", "/done DC-2026-004", "/progress DC-2026-004 52"])
def test_a_bad_area_is_refused_in_one_line_and_nothing_is_written(town: Town, command: str) -> None:
    before = town.contents()
    for bad in BAD_AREAS:
        said = town.told("马景民", f"{command} {bad}")
        refused(town, before, said)


def test_a_bad_answer_to_a_question_writes_nothing_and_the_question_stays(town: Town) -> None:
    town.told("马景民", "进展 DC-2026-004 52")
    before = town.contents()
    for bad in ("abc", "-5", "5469", "NaN", "😀", "字" * 5000, "53"):
        refused(town, before, town.told("马景民", bad))
    town.told("马景民", "27")
    assert areas(town, "DC-2026-004") == ("in_progress", "52", "27")


def test_ten_times_the_area_is_still_taken_and_more_is_not(town: Town) -> None:
    before = town.contents()
    refused(town, before, town.told("严宏敏", "进展 JY-2026-001 1351.61"))
    town.play([("严宏敏", "私聊", "进展 JY-2026-001 140", "⚠️", "[/undo")])


@pytest.mark.parametrize(("says", "why"), [("进展 DC-2026-004 20 21", "21"), ("进展 DC-2026-004 +1 +40", "66.65")])
def test_more_farmland_than_area_is_refused(town: Town, says: str, why: str) -> None:
    before = town.contents()
    said = town.told("马景民", says)
    refused(town, before, said)
    assert why in said.text


def test_farmland_on_a_duty_without_any_is_refused(town: Town) -> None:
    before = town.contents()
    refused(town, before, town.told("严宏敏", "进展 JY-2026-001 20 5"))


@pytest.mark.parametrize("command", ["/done", "/progress", "/duty"])
def test_an_unknown_number_is_refused_in_one_line(town: Town, command: str) -> None:
    before = town.contents()
    for number in ("XX-1", "DC-2026-0044", "DC-2099-004", "😀", "<b>x</b>", "编" * 5000, "';DROP", "999-004"):
        refused(town, before, town.told("马景民", f"{command} {number}"))


@pytest.mark.parametrize(
    ("who", "number"), [("王志远", "WF-2026-002"), ("李明波", "WF-2026-002"), ("苗宏宁", "WF-2026-014")]
)
@pytest.mark.parametrize("command", ["/done {}", "/progress {} 1 1", "/progress {}"])
def test_closed_and_suspended_duties_take_no_report(town: Town, who: str, number: str, command: str) -> None:
    before = town.contents()
    said = town.told(who, command.format(number))
    refused(town, before, said)
    assert number in said.text


@pytest.mark.parametrize("again", ["/done DC-2026-004", "/progress DC-2026-004 52 27"])
def test_what_is_reported_done_is_not_reported_again(town: Town, again: str) -> None:
    town.told("马景民", "完成 DC-2026-004")
    before = town.contents()
    for who in ("马景民", "李明波", "苗宏宁"):
        refused(town, before, town.told(who, again))


def test_a_second_press_of_a_done_button_changes_nothing(town: Town) -> None:
    card = town.told("马景民", "/duty DC-2026-004")
    town.press("马景民", card, "/done")
    before = town.contents()
    refused(town, before, town.press("马景民", card, "/done"))


def test_somebody_elses_press_of_a_done_button_in_the_group_is_his_own_word(town: Town) -> None:
    card = town.told("马景民", "/duty DC-2026-004", "澜东群")
    before = town.contents()
    for who in ("凤新", "葛正超", "严宏敏", "路人"):
        refused(town, before, town.press(who, card, "/done"))


# --- undo


@pytest.mark.parametrize("says", ["/undo", "撤销", "撤回", "undo"])
def test_the_last_report_is_taken_back_by_a_word(town: Town, says: str) -> None:
    town.play(
        [("马景民", "私聊", "完成 DC-2026-004"), ("马景民", "私聊", says, "DC-2026-004", "整改中", "54.69", "50.86")]
    )
    assert areas(town, "DC-2026-004") == NOT_DONE_004
    assert [event.kind for event in town.events()[-2:]] == ["reported_done", "undone"]


@pytest.mark.parametrize("where", ["私聊", "澜东群"])
def test_a_report_is_taken_back_by_its_button_and_only_once(town: Town, where: str) -> None:
    said = town.told("马景民", "完成 DC-2026-004", where)
    town.press("马景民", said, "/undo")
    assert areas(town, "DC-2026-004") == NOT_DONE_004
    before = town.contents()
    refused(town, before, town.press("马景民", said, "/undo"))


def test_undo_by_word_twice_takes_back_one_report_of_a_duty(town: Town) -> None:
    town.told("马景民", "进展 DC-2026-004 52 27")
    town.told("马景民", "撤销")
    before = town.contents()
    refused(town, before, town.told("马景民", "撤销"))
    assert areas(town, "DC-2026-004") == NOT_DONE_004


def test_undo_without_a_report_says_so(town: Town) -> None:
    before = town.contents()
    for who in ("马景民", "任景斌"):
        refused(town, before, town.told(who, "撤销"))


@pytest.mark.parametrize("who", ["李明波", "苗宏宁", "姜启林", "王志远", "凤新", "戚启"])
def test_nobody_takes_back_what_somebody_else_reported(town: Town, who: str) -> None:
    said = town.told("马景民", "完成 DC-2026-004", "市群")
    before = town.contents()
    refused(town, before, town.press(who, said, "/undo"))
    refused(town, before, town.told(who, "撤销"))
    assert areas(town, "DC-2026-004") == DONE_004


def test_what_was_built_upon_is_not_taken_back(town: Town) -> None:
    said = town.told("马景民", "进展 DC-2026-004 52 27")
    town.told("李明波", "进展 DC-2026-004 53 28")
    before = town.contents()
    refused(town, before, town.press("马景民", said, "/undo"))
    refused(town, before, town.told("马景民", "撤销"))
    assert areas(town, "DC-2026-004") == ("in_progress", "53", "28")


def test_of_several_one_changed_since_keeps_all(town: Town) -> None:
    said = town.told("马景民", "完成 DC-2026-001 DC-2026-004")
    town.edit("UPDATE duty SET status = 'in_progress' WHERE number = 'DC-2026-004'")
    town.told("李明波", "进展 DC-2026-004 53 28")
    before = town.contents()
    refused(town, before, town.press("马景民", said, "/undo"))
    assert town.duty("DC-2026-001").status == "awaiting_acceptance"


@pytest.mark.parametrize(
    ("later", "taken_back"), [(timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False)]
)
@pytest.mark.parametrize("by_button", [True, False])
def test_a_report_is_taken_back_within_a_day(town: Town, later: timedelta, taken_back: bool, by_button: bool) -> None:
    said = town.told("马景民", "完成 DC-2026-004")
    town.now += later
    before = town.contents()
    answer = town.press("马景民", said, "/undo") if by_button else town.told("马景民", "撤销")
    if taken_back:
        assert areas(town, "DC-2026-004") == NOT_DONE_004
    else:
        refused(town, before, answer)


@pytest.mark.parametrize("word", ["0", "1", "abc", "-1", "999999", "DC-2026-004", "😀"])
def test_undo_of_what_is_no_report_is_refused(town: Town, word: str) -> None:
    town.told("马景民", "完成 DC-2026-004")
    before = town.contents()
    refused(town, before, town.told("马景民", f"/undo {word}"))


def test_a_report_taken_back_can_be_made_again_and_the_chain_holds(town: Town) -> None:
    for _ in range(3):
        town.told("马景民", "完成 DC-2026-004")
        town.told("马景民", "撤销")
    assert areas(town, "DC-2026-004") == NOT_DONE_004
    with town.store.reading() as session:
        assert broken_links(session) == []
