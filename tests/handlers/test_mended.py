"""What an independent tester found broken once, and must stay mended."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from db.models import Duty
from db.store import Store
from handlers.answer import answer
from handlers.importing import import_file
from handlers.request import Request
from rehearsal.cast import CITY
from rules.lights import done_percent, lag
from rules.policy import Office
from services import identity, loading
from services.chain import Act, broken_links
from tests.conftest import NOW
from tests.handlers.dialogue import NUMBER, STRANGER, Town, names_nobody, refused
from tests.services.test_chain import written

TODAY = date(2026, 11, 18)


def test_counties_imported_again_change_nothing(store: Store, office: Office) -> None:
    loaded = import_file(store, office, "counties", CITY / "county_state.csv", NOW + timedelta(hours=1), None).loaded
    assert loaded.changed == []


def test_mine_in_another_countys_group_shows_no_duty(town: Town) -> None:
    said = town.told("马景民", "/mine", "沙栗群")
    assert not NUMBER.search(said.everything), said.everything


def test_mine_in_a_group_names_no_person(town: Town) -> None:
    said = town.told("贺启宁", "/mine", "沙栗群")
    names_nobody(town, said)


def test_undo_in_another_countys_group_shows_no_duty(town: Town) -> None:
    town.told("马景民", "进展 DC-2026-001 3 2")
    said = town.told("马景民", "/undo", "沙栗群")
    assert not NUMBER.search(said.everything), said.everything


def test_done_without_number_in_another_countys_group_offers_no_duty(town: Town) -> None:
    said = town.told("马景民", "/done", "沙栗群")
    assert not NUMBER.search(said.everything), said.everything


@pytest.mark.parametrize("says", ["/status", "/mine", "/duty JY-2026-021", "/overdue"])
def test_who_left_the_post_reads_nothing_any_more(town: Town, says: str) -> None:
    said = town.told("苏启健", says)
    assert "%" not in said.text


@pytest.mark.parametrize(
    "says",
    ["/undo " + "9" * 30, "/undo " + "9" * 5000, "/due " + "9" * 5000, "/overdue " + "9" * 5000],
    ids=["undo30", "undo5000", "due5000", "overdue5000"],
)
def test_a_very_long_number_is_refused_and_no_crash(town: Town, says: str) -> None:
    before = town.contents()
    refused(town, before, town.told("马景民", says))


@pytest.mark.parametrize(
    "says", ["完成 JY-2026-001 135.16 垃圾", "完成 JY-2026-001 135.16 JY-2026-002", "完成 DC-2026-004 54.69 20"]
)
def test_words_after_the_whole_area_are_not_dropped_in_silence(town: Town, says: str) -> None:
    before = town.contents()
    who = "严宏敏" if "JY" in says else "马景民"
    said = town.told(who, says)
    if "54.69 20" in says:  # only 20 mu of farmland were said: not all 28.66
        assert str(town.duty("DC-2026-004").rectified_farmland_mu.normalize()) != "28.66"
    else:
        refused(town, before, said)


def test_more_farmland_than_the_duty_has_is_at_least_pointed_out(town: Town) -> None:
    said = town.told("马景民", "进展 DC-2026-004 54 50")  # it has 28.66 of farmland
    assert "⚠" in said.text or town.duty("DC-2026-004").rectified_farmland_mu < 50


@pytest.mark.parametrize("says", ["我的", "我的?"])
def test_the_alias_mine_works(town: Town, says: str) -> None:
    assert "DC-2026-004" in town.told("马景民", says).reply.numbers


@pytest.mark.parametrize(
    "says",
    [
        "已整改完成",
        "已经完成",
        "全部完成",
        "整改完毕",
        "已完成整改",
        "我已完成",
        "已报完成",
        "完成整改",
        "做完了",
        "已办结",
    ],
)
def test_natural_words_for_done_in_reply_to_a_reminder(town: Town, says: str) -> None:
    town.told("马景民", says, replied_to=town.reminded("马景民", "DC-2026-004"))
    assert town.duty("DC-2026-004").status == "awaiting_acceptance"


@pytest.mark.parametrize(
    "says", ["完成?", "完成了?", "DC-2026-004完成了?", "DC-2026-004 完成了吧?", "DC-2026-004完成了呢?"]
)
def test_a_question_is_no_report(town: Town, says: str) -> None:
    town.told("马景民", says, replied_to=town.reminded("马景民", "DC-2026-004"))
    assert town.duty("DC-2026-004").status == "in_progress"


@pytest.mark.parametrize("says", ["又完成2亩", "+2", "52亩"])
def test_an_amount_in_reply_to_a_reminder_of_one_duty_is_progress(town: Town, says: str) -> None:
    said = town.told("马景民", says, replied_to=town.reminded("马景民", "DC-2026-004"))
    assert "DC-2026-004" in said.text


@pytest.mark.parametrize("says", ["7天内到期", "到期 30天", "到期 30日", "30天内到期", "今天到期"])
def test_days_as_people_say_them(town: Town, says: str) -> None:
    assert NUMBER.search(town.told("姜启林", says).text)


@pytest.mark.parametrize("command", ["/overdue", "/due 30", "超期"])
def test_the_button_for_a_near_county_repeats_the_command_that_was_said(town: Town, command: str) -> None:
    said = town.told("姜启林", f"{command} 沙粟县")
    assert said.commands[0].startswith(("/overdue", "/due 30")), said.commands


def test_the_button_for_a_near_county_keeps_the_workstream(town: Town) -> None:
    said = town.told("姜启林", "/status 沙粟县 督察")
    assert "督察" in said.commands[0] or "inspection" in said.commands[0], said.commands


def test_the_language_can_be_chosen_from_the_terminal(town: Town) -> None:
    request = Request(key="t", sender="terminal:QL0014", chat="terminal:QL0014", text="/lang en", now=NOW)
    with town.store.writing() as session:
        assert answer(request, session, town.office) is not None


def test_the_chain_covers_to_which_duty_an_event_belongs(store: Store) -> None:
    written(store)
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE event SET duty_id = 5 WHERE subject = 's' AND sequence = 2")
    with store.reading() as session:
        assert broken_links(session)


def test_a_changed_delegate_is_a_change_with_an_event(store: Store, office: Office, tmp_path: Path) -> None:
    text = (CITY / "officials.csv").read_text(encoding="utf-8-sig")
    path = tmp_path / "o.csv"
    row = next(line for line in text.splitlines() if line.startswith("QL0014,"))
    path.write_text(text.replace(row, row.replace("QL0015", "QL0018")), encoding="utf-8")
    loaded = import_file(store, office, "officials", path, NOW + timedelta(hours=1), None).loaded
    assert loaded.changed == ["QL0014"]


def test_a_renamed_county_is_a_change_with_an_event(store: Store, office: Office, tmp_path: Path) -> None:
    import_file(store, office, "counties", CITY / "county_state.csv", NOW + timedelta(hours=1), None)
    text = (CITY / "county_state.csv").read_text(encoding="utf-8-sig")
    path = tmp_path / "c.csv"
    path.write_text(text.replace("沙栗县", "沙栗区"), encoding="utf-8")
    with store.writing() as session:
        from dataclasses import asdict

        from documents import tables

        rows = [asdict(row) for row in tables.read_counties(path).rows]
        loaded = loading.load_counties(session, Act(key="k", at=NOW), "青澜市", rows)
        again = loading.load_counties(session, Act(key="k2", at=NOW), "青澜市", rows)
    assert "沙栗区" in loaded.changed
    assert again.changed == []


EXPECTED = list(csv.DictReader((CITY / "expected_duties.csv").read_text(encoding="utf-8-sig").splitlines()))


def test_lag_is_rounded_once(store: Store) -> None:
    with store.reading() as session:
        duties = {duty.number: duty for duty in session.exec(select(Duty))}
    wrong = []
    for row in EXPECTED:
        behind = lag(duties[row["duty_id"]], TODAY)
        if (None if behind is None else float(behind)) != (float(row["lag_pp"]) if row["lag_pp"] else None):
            wrong.append((row["duty_id"], str(behind), row["lag_pp"]))
    assert wrong == []


def test_the_done_share_is_at_most_100(store: Store) -> None:
    with store.reading() as session:
        duties = {duty.number: duty for duty in session.exec(select(Duty))}
    wrong = [
        (r["duty_id"], str(done_percent(duties[r["duty_id"]])), r["done_pct"])
        for r in EXPECTED
        if float(done_percent(duties[r["duty_id"]])) != float(r["done_pct"])
    ]
    assert wrong == []


def test_who_just_joined_gets_his_own_duties_as_first_button(town: Town) -> None:
    with town.store.writing() as session:
        person = identity.find_person(session, "QL0018")
        code = identity.invite(session, Act(key="i", at=NOW), person, town.office.policy)
    assert "/mine" in town.told(STRANGER, f"/start {code}").commands


@pytest.mark.parametrize(
    "says",
    [
        "第三条 我的 意见",
        "情况不太好",
        "进度慢的原因是下雨",
        "完成任务有困难,请求延期",
        "上报材料明天送",
        "到期能不能延长",
    ],
)
def test_talk_that_begins_with_an_alias(town: Town, says: str) -> None:
    said = town.told("马景民", says)
    assert "没有找到" not in said.text, said.text
    assert "编号" not in said.text, said.text


def test_a_farmland_reported_for_the_whole_area_in_mine_reads(town: Town) -> None:
    said = town.told("李明波", "/mine")
    assert said.reply.numbers, said.text


def test_done_of_a_long_term_duty(town: Town) -> None:
    before = town.contents()
    town.told("苗宏宁", "完成 DC-2026-005")
    assert town.changed_tables(before) == set()


def test_a_duty_that_someone_stands_in_for_is_offered_on_done_without_number(town: Town) -> None:
    said = town.told("贺启宁", "完成")
    assert "/done JY-2026-021" in said.commands, said.everything


def test_a_percentage_gets_an_answer_that_helps(town: Town) -> None:
    said = town.told("马景民", "进展 DC-2026-004 90%")
    assert said.commands == ["/progress DC-2026-004 49.221 25.794"], "reckoned, and asked before it is written"


@pytest.mark.parametrize(
    "says", ["还没完成", "没有完成", "DC-2026-004未完成", "DC-2026-004 尚未完成", "暂时无法完成", "完成不了"]
)
def test_what_says_that_it_is_not_done_is_no_report(town: Town, says: str) -> None:
    before = town.contents()
    said = town.told("马景民", says, replied_to=town.reminded("马景民", "DC-2026-004"))
    assert town.duty("DC-2026-004").status == "in_progress"
    assert "还没有登记" in said.text, said.text
    assert "/duty DC-2026-004" in said.commands
    assert "duty" not in town.changed_tables(before)


@pytest.mark.parametrize("says", ["超期 澜东区 督察", "到期 365 澜东区 督察"])
def test_a_list_keeps_to_the_workstream_that_was_named(town: Town, says: str) -> None:
    said = town.told("姜启林", says)
    assert "督察问题整改" in said.text
    assert said.reply.numbers
    assert all(number.startswith("DC-") for number in said.reply.numbers)
