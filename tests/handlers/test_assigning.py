"""A new duty in the chat: understood, asked for what is missing, shown on a card, written once, taken back."""

from datetime import timedelta

import pytest
from sqlmodel import select

from db.models import Duty, DutyOfficial, Event, Telling
from services.chain import broken_links
from tests.handlers.dialogue import Said, Town, refused

FULL = "请澜东区12月15日前完成3号图斑20亩整改,责任人马景民"


def duties(town: Town) -> list[Duty]:
    with town.store.reading() as session:
        return list(session.exec(select(Duty)))


def newest(town: Town) -> Duty:
    return max(duties(town), key=lambda duty: duty.id or 0)


def press(town: Town, who: str, said: Said, label: str) -> Said:
    """Press the button with that label."""
    command = next(b.command for row in said.reply.buttons for b in row if b.label.startswith(label))
    return town.told(who, command, said.where, replied_to=said.message_id, pressed=True)


def card(town: Town, who: str = "姜启林", says: str = FULL, where: str = "私聊") -> Said:
    """Say it and answer what is asked until the card is there."""
    said = town.told(who, says, where)
    for label in ("违法用地整改", "没有耕地"):
        said = press(town, who, said, label)
    assert "请核对，还没有登记" in said.text, said.text
    return said


@pytest.mark.parametrize("who", ["姜启林", "苗宏宁"])
def test_what_is_missing_is_asked_one_by_one_and_the_card_shows_everything(town: Town, who: str) -> None:
    before = town.contents()
    said = town.told(who, FULL)
    assert "是哪一类工作" in said.text
    said = press(town, who, said, "违法用地整改")
    assert "20亩中耕地有多少" in said.text
    said = press(town, who, said, "没有耕地")
    for shown in (
        "WF-2026-069",
        "澜东区",
        "3号图斑20亩整改",
        "20亩，没有耕地",
        "12月15日",
        "还有27天",
        "违法用地整改",
        "马景民",
    ):
        assert shown in said.text
    assert "duty" not in town.changed_tables(before)
    assert "event" not in town.changed_tables(before)


def test_one_confirmation_writes_it_with_its_three_officials_and_tells_the_responsible_one(town: Town) -> None:
    said = press(town, "姜启林", card(town), "确认下达")
    assert "已下达：WF-2026-069" in said.text
    assert "将告知马景民" in said.text
    duty = newest(town)
    assert (duty.number, str(duty.due_on), duty.area_mu, duty.farmland_mu) == ("WF-2026-069", "2026-12-15", 20, 0)
    assert (duty.workstream, duty.spot_no, str(duty.issued_on), duty.status) == (
        "illegal_land", "3", "2026-11-18", "not_started",
    )  # fmt: skip
    with town.store.reading() as session:
        named = session.exec(select(DutyOfficial).where(DutyOfficial.duty_id == duty.id)).all()
        assert {one.name for one in named} == {"马景民", "李明波", "凤新"}
        event = session.exec(select(Event).where(Event.kind == "assigned")).one()
        assert event.subject == "duty:WF-2026-069"
        assert len(session.exec(select(Telling).where(Telling.event_id == event.id)).all()) == 1
        assert broken_links(session) == []


def test_a_card_is_written_once_however_often_it_is_pressed(town: Town) -> None:
    shown, count = card(town), len(duties(town))
    press(town, "姜启林", shown, "确认下达")
    again = press(town, "姜启林", shown, "确认下达")
    assert "没有重复登记" in again.text
    assert len(duties(town)) == count + 1


def test_only_who_drafts_may_confirm(town: Town) -> None:
    shown, before = card(town, where="市群"), town.contents()
    assert "马景民" not in shown.text, "in groups only posts are named"
    refused(town, before, press(town, "苗宏宁", shown, "确认下达"))


def test_cancelling_writes_nothing(town: Town) -> None:
    shown, count = card(town), len(duties(town))
    assert "已取消" in press(town, "姜启林", shown, "取消").text
    assert len(duties(town)) == count


@pytest.mark.parametrize(
    ("says", "answers", "shown"),
    [
        ("下达", ["澜东区", "沙埠镇违建拆除", "[下月底", "[违法用地整改", "[不涉及面积"],
         ("沙埠镇", "不涉及面积", "12月31日")),
        ("/assign 澜东区 12月15日前 沙埠镇拆违30亩", ["[耕地保护", "12"], ("30亩，其中耕地12亩", "12月15日", "俞景生")),
        ("北山12月底前把3号图斑那20亩整改到位", ["[澜东区", "[违法用地整改", "[全部是耕地"],
         ("其中耕地20亩", "12月31日")),
        ("交办枫塘县:矿坑复绿,面积2.5公顷,12月31日前完成", ["[矿山生态修复", "[没有耕地"], ("37.5亩", "枫塘县")),
        ("请澜东区立行立改3号图斑20亩", ["[违法用地整改", "[没有耕地"], ("立行立改（未定日期）",)),
    ],
)  # fmt: skip
def test_each_missing_part_is_asked_and_answered_by_a_button_or_in_words(
    town: Town, says: str, answers: list[str], shown: tuple[str, ...]
) -> None:
    said = town.told("姜启林", says)
    for answer in answers:
        assert "还没有登记" in said.text
        said = press(town, "姜启林", said, answer[1:]) if answer.startswith("[") else town.told("姜启林", answer)
    assert "请核对" in said.text, said.text
    for piece in shown:
        assert piece in said.text, said.text


def test_a_county_that_there_is_not_is_said_so_and_left_out_of_the_text(town: Town) -> None:
    said = town.told("姜启林", "北山12月底前把3号图斑那20亩整改到位")
    assert "没有找到“北山”" in said.text
    said = press(town, "姜启林", said, "澜东区")
    assert "北山" not in said.text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("2月30日", "不存在"),
        ("再说吧", "没看懂日期"),
        ("2026年10月1日", "过了"),
    ],
)
def test_a_day_that_cannot_be_is_asked_for_again(town: Town, answer: str, why: str) -> None:
    asked = press(town, "姜启林", card(town), "改时限")
    assert "什么时候完成" in asked.text
    again = town.told("姜启林", answer)
    assert why in again.text, again.text
    assert "什么时候完成" in again.text
    assert "12月20日" in town.told("姜启林", "12月20日前").text


def test_somebody_who_is_no_official_there_is_said_so_and_others_are_offered(town: Town) -> None:
    said = town.told("姜启林", "请澜东区12月15日前完成3号图斑20亩整改,责任人张三")
    for label in ("违法用地整改", "没有耕地"):
        said = press(town, "姜启林", said, label)
    assert "没有叫“张三”的在任责任人" in said.text
    assert any("马景民" in b.label for row in said.reply.buttons for b in row)


@pytest.mark.parametrize("who", ["马景民", "李明波", "凤新", "葛正超", "任景斌"])
def test_nobody_but_the_office_issues_duties(town: Town, who: str) -> None:
    before = town.contents()
    refused(town, before, town.told(who, FULL))
    refused(town, before, town.told(who, "/assign 澜东区 12月15日 3号图斑"))


def test_it_is_taken_back_by_one_button_while_nothing_was_built_on_it(town: Town) -> None:
    count = len(duties(town))
    done = press(town, "姜启林", card(town), "确认下达")
    undone = press(town, "姜启林", done, "撤销")
    assert "已撤销下达：WF-2026-069" in undone.text
    assert len(duties(town)) == count
    with town.store.reading() as session:
        assert broken_links(session) == []
    press(town, "姜启林", card(town), "确认下达")
    assert newest(town).number == "WF-2026-070", "a number that was told to somebody is not given again"


def test_after_a_report_or_a_day_it_stands(town: Town) -> None:
    done = press(town, "姜启林", card(town), "确认下达")
    town.told("马景民", "进展 WF-2026-069 5")
    assert "不能撤销" in press(town, "姜启林", done, "撤销").text
    other = press(town, "姜启林", card(town), "确认下达")
    town.now += timedelta(hours=25)
    assert "不能撤销" in press(town, "姜启林", other, "撤销").text


def test_the_new_duty_is_reported_on_like_any_other(town: Town) -> None:
    press(town, "姜启林", card(town), "确认下达")
    assert "WF-2026-069" in town.told("马景民", "我的事项").text
    assert "待市级验收" in town.told("马景民", "069搞完了").text
    assert newest(town).status == "awaiting_acceptance"
