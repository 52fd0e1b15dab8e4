"""Promises in the chat: drafted, confirmed once, judged by what is accepted since, taken back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from db.life import Commitment
from services.chain import broken_links
from tests.handlers.dialogue import Said, Town, names_nobody, refused

SAID = "表态 澜东区 12月31日前 整改耕地50亩 督察 8月约谈会上李明波承诺"
DUTY = "DC-2026-004"


def commitments(town: Town) -> list[Commitment]:
    with town.store.reading() as session:
        assert broken_links(session) == []
        return list(session.exec(select(Commitment)))


def promised(town: Town, says: str = SAID, where: str = "私聊") -> Said:
    """Say it and confirm the card."""
    card = town.told("姜启林", says, where)
    assert "请核对，还没有登记" in card.text, card.text
    return town.press("姜启林", card, card.commands[0])


def accepted(town: Town, number: str) -> None:
    """Let a duty be accepted with all that was reported of it."""
    town.edit("UPDATE duty SET status = 'closed', closed_on = '2026-11-20' WHERE number = ?", number)


def test_a_promise_is_confirmed_and_kept_with_the_totals_of_its_day(town: Town) -> None:
    town.play([
        ("姜启林", "私聊", SAID, "还没有登记", "李明波", "12月31日前整改耕地50亩", "还有43天", "督察问题整改",
         "认定0亩，上报28.13亩", "[/commit", "!已登记"),
    ])  # fmt: skip
    assert commitments(town) == []
    town.play([("姜启林", "私聊", "⏎/commit", "已登记表态：澜东区 李明波", "认定0亩、上报28.13亩", "[/undo",
                "[/commitments 澜东区")])  # fmt: skip
    (one,) = commitments(town)
    assert (one.due_on, one.area_mu, one.by_farmland, one.workstream) == (date(2026, 12, 31), 50, True, "inspection")
    assert (one.reported_then_mu, one.accepted_then_mu) == (Decimal("28.13"), 0)
    assert (one.meeting, one.said_on, one.duty_id) == ("8月约谈会", date(2026, 11, 18), None)
    assert one.person_id is not None


@pytest.mark.parametrize(
    ("says", "area", "by_farmland"),
    [
        ("/commit 澜东区 12月31日 50", "50", False),
        ("承诺 澜东区 年底前完成整改1.2公顷", "18", False),
        ("表态 澜东区 12月31日前恢复50亩耕地", "50", True),
        ("表态 澜东区 12月31日前整改100亩，其中耕地50亩", "100", False),
        (f"表态 {DUTY} 12月31日前 20亩", "20", False),
    ],
)
def test_amounts_are_of_the_area_or_of_the_farmland(town: Town, says: str, area: str, by_farmland: bool) -> None:
    promised(town, says)
    (one,) = commitments(town)
    assert (one.area_mu, one.by_farmland) == (Decimal(area), by_farmland)


def test_what_is_missing_is_asked_and_what_cannot_be_is_asked_again(town: Town) -> None:
    town.play([
        ("姜启林", "私聊", "表态", "是哪个县", "[/commit"),
        ("姜启林", "私聊", "海川县", "没有找到“海川县”"),
        ("姜启林", "私聊", "澜东区", "什么时候完成", "[/commit"),
        ("姜启林", "私聊", "2月30日", "这一天不存在"),
        ("姜启林", "私聊", "2026年10月1日", "已经过了"),
        ("姜启林", "私聊", "立行立改", "没看懂日期"),
        ("姜启林", "私聊", "12月5日", "承诺整改多少"),
        ("姜启林", "私聊", "abc", "“abc”不是面积", "承诺整改多少"),
        ("姜启林", "私聊", "-5", "“-5”不是面积"),
        ("姜启林", "私聊", "0", "“0”不是面积"),
        ("姜启林", "私聊", "😀", "不是面积"),
        ("姜启林", "私聊", "耕地50亩", "请核对", "12月5日前整改耕地50亩"),
    ])  # fmt: skip
    assert commitments(town) == []


@pytest.mark.parametrize("says", ["表态 澜东区 12月5日 -20亩", "表态 澜东区 12月5日 abc", "表态 澜东区 12月5日 0亩"])
def test_an_amount_that_is_none_is_asked_for(town: Town, says: str) -> None:
    assert "承诺整改多少" in town.told("姜启林", says).text


@pytest.mark.parametrize("who", ["李明波", "马景民", "葛正超", "任景斌"])
def test_only_the_office_notes_promises(town: Town, who: str) -> None:
    before = town.contents()
    refused(town, before, town.told(who, SAID))


def test_a_text_without_end_is_refused(town: Town) -> None:
    before = town.contents()
    refused(town, before, town.told("姜启林", SAID + "好" * 5000))


def test_a_card_is_confirmed_once_and_only_by_who_drafted_it(town: Town) -> None:
    card = town.told("姜启林", SAID, "市群")
    names_nobody_but_in_words(town, card)
    before = town.contents()
    refused(town, before, town.press("苗宏宁", card, card.commands[0]))
    town.press("姜启林", card, card.commands[0])
    before = town.contents()
    again = town.press("姜启林", card, card.commands[0])
    refused(town, before, again)
    assert "没有重复登记" in again.text
    assert len(commitments(town)) == 1


def names_nobody_but_in_words(town: Town, said: Said) -> None:
    """In a group only posts are named, but for the words that the group has just read."""
    assert "李明波" not in said.text.split("原话")[0]


def test_cancelled_nothing_is_written(town: Town) -> None:
    card = town.told("姜启林", SAID)
    assert "已取消" in town.press("姜启林", card, card.commands[1]).text
    assert commitments(town) == []


def test_what_became_of_promises_is_said_oldest_first(town: Town) -> None:
    promised(town, f"表态 {DUTY} 11月25日前 整改30亩")
    town.now += timedelta(days=1)
    promised(town, "表态 沙栗县 12月31日前 整改耕地50亩")
    accepted(town, DUTY)
    town.now += timedelta(days=1)
    said = town.told("任景斌", "表态兑现")
    first, second = said.text.index(DUTY), said.text.index("沙栗县 ")
    assert first < second
    for shown in ("表态2条", "兑现1，进行中1，未兑现0", "认定+50.86亩（169.53%），上报+0亩 · 已兑现", "还有41天，落后"):
        assert shown in said.text, said.text
    town.now += timedelta(days=60)
    assert "逾期19天未兑现" in town.told("任景斌", "表态兑现").text


def test_a_county_sees_its_own_promises_and_groups_only_posts(town: Town) -> None:
    promised(town)
    promised(town, "表态 沙栗县 12月31日前 整改耕地50亩")
    assert "李明波" in town.told("王志远", "兑现情况").text
    town.play([
        ("王志远", "私聊", "兑现情况", "澜东区 表态1条", "!沙栗县"),
        ("戚启", "私聊", "兑现情况 澜东区", "只能查看沙栗县"),
        ("戚启", "沙栗群", "/commitments", "沙栗县 表态1条", "!澜东区"),
        ("窦思康", "澜东群", "/commitments", "副区长", "!李明波"),
        ("葛正超", "私聊", "表态兑现 禾泉县", "没有登记表态"),
    ])  # fmt: skip
    names_nobody(town, town.told("姜启林", "/commitments", "市群"))


def test_many_promises_come_in_pages(town: Town) -> None:
    for area in range(1, 7):
        promised(town, f"表态 澜东区 12月31日前 {area}亩")
    town.play([
        ("姜启林", "私聊", "表态兑现", "表态6条", "第1/2页", "整改1亩", "!整改6亩"),
        ("姜启林", "私聊", "⏎/commitments 青澜市 p2", "整改6亩", "!整改1亩"),
        ("姜启林", "私聊", "表态兑现 p3", "没看懂"),
    ])  # fmt: skip


def test_a_promise_is_withdrawn_by_one_button_and_not_shown_again(town: Town) -> None:
    done = promised(town)
    refused(town, town.contents(), town.told("苗宏宁", done.button("/undo")))
    assert "已撤销表态：澜东区" in town.press("姜启林", done, "/undo").text
    assert "没有登记表态" in town.told("姜启林", "表态兑现").text
    refused(town, town.contents(), town.press("姜启林", done, "/undo"))
    late = promised(town)
    town.now += timedelta(hours=25)
    assert "超过24小时" in town.press("姜启林", late, "/undo").text
    assert [one.withdrawn for one in commitments(town)] == [True, False]


def test_a_duty_shows_its_promise_and_a_county_only_what_is_urgent(town: Town) -> None:
    assert "表态" not in town.told("姜启林", DUTY).text
    promised(town, f"表态 {DUTY} 12月31日前 整改20亩 李明波")
    town.play([
        ("姜启林", "私聊", DUTY, "表态：李明波", "12月31日前整改20亩，认定+0亩（0%）"),
        ("姜启林", "市群", f"/duty {DUTY}", "表态：副区长", "!李明波"),
        ("姜启林", "私聊", "进度 澜东区", "!表态"),
    ])  # fmt: skip
    town.now += timedelta(days=36)
    town.play(
        [("姜启林", "私聊", "进度 澜东区", "表态7日内到期1条", "!表态未兑现"), ("姜启林", "私聊", "进度", "!表态")]
    )
    town.now += timedelta(days=8)
    town.play([("姜启林", "私聊", "进度 澜东区", "表态未兑现1条")])
    accepted(town, DUTY)
    town.edit("UPDATE duty SET rectified_area_mu = 100000000 WHERE number = ?", DUTY)
    town.play([("姜启林", "私聊", "进度 澜东区", "!表态")])


def test_the_promise_of_a_duty_that_an_undone_assignment_takes_away_is_withdrawn(town: Town) -> None:
    command = "/assign county=澜东区 text=违建 due=2026-12-20 stream=illegal_land area=5 farmland=0 person=none"
    card = town.told("姜启林", command)
    done = town.press("姜启林", card, card.commands[0])
    promised(town, "表态 WF-2026-069 12月10日前 5亩")
    assert "已撤销下达" in town.press("姜启林", done, "/undo").text
    assert commitments(town)[0].withdrawn
    assert "没有登记表态" in town.told("姜启林", "表态兑现").text
