"""Violations in the chat: found, filed, decided, listed, turned into a duty, each step taken back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from db.life import Case, Evidence, Phase
from db.models import Duty
from rules.cases import is_unfiled_too_long
from rules.policy import Policy
from services.cases import figures, unfiled
from services.chain import broken_links
from tests.handlers.dialogue import Town, names_nobody, photos, refused

FOUND = "发现 澜东区临港街道 3亩耕地上建厂房"
NUMBER = "XS-2026-001"


def cases(town: Town) -> list[Case]:
    with town.store.reading() as session:
        return list(session.exec(select(Case).order_by(Case.id)))  # type: ignore[arg-type]


def intact(town: Town) -> bool:
    with town.store.reading() as session:
        return broken_links(session) == []


def filed(town: Town) -> None:
    town.told("王志远", FOUND)
    town.told("王志远", f"立案 {NUMBER} 澜自资立〔2026〕12号")


def test_a_case_is_found_filed_and_decided(town: Town) -> None:
    town.play([
        ("王志远", "私聊", FOUND, "已登记线索：XS-2026-001（澜东区 临港街道）", "3亩，其中耕地3亩", "应在11月25日前",
         "[/undo", f"[/filed {NUMBER}", "![/assign"),
        ("王志远", "私聊", f"⏎/filed {NUMBER}", "立案文号是什么", "还没有登记"),
        ("王志远", "私聊", "澜自资立〔2026〕12号 11月18日", "已立案", "11月18日 澜自资立〔2026〕12号",
         f"[/decided {NUMBER}"),
        ("王志远", "私聊", f"⏎/decided {NUMBER}", "是怎么处罚的"),
        ("王志远", "私聊", "责令拆除，罚款3万元", "已登记查处", "罚款3万元"),
    ])  # fmt: skip
    (case,) = cases(town)
    assert (case.town, case.area_mu, case.farmland_mu, case.found_on) == ("临港街道", 3, 3, date(2026, 11, 18))
    assert (case.file_no, case.filed_on) == ("澜自资立〔2026〕12号", date(2026, 11, 18))
    assert (case.decision, case.decided_on) == ("责令拆除，罚款3万元", date(2026, 11, 18))
    assert [event.kind for event in town.events() if event.subject == f"case:{NUMBER}"] == [
        "case_found", "case_filed", "case_decided",
    ]  # fmt: skip
    assert intact(town)


@pytest.mark.parametrize(
    ("says", "area", "farmland"),
    [
        ("老码头仓储占地1.5亩", "1.5", "0"),
        ("占地10亩（其中耕地4亩）", "10", "4"),
        ("占用耕地2亩", "2", "2"),
        ("占用永久基本农田", "0", "0"),
        ("0.5公顷耕地上挖塘", "7.5", "7.5"),
        ("约3亩地上堆砂石", "0", "0"),
        ("占地-5亩", "0", "0"),
        ("东边3亩、西边5亩", "0", "0"),
        ("占地abc亩", "0", "0"),
    ],
)
def test_only_areas_that_are_sure_are_taken(town: Town, says: str, area: str, farmland: str) -> None:
    town.told("王志远", f"发现 {says}")
    (case,) = cases(town)
    assert (case.area_mu, case.farmland_mu) == (Decimal(area), Decimal(farmland))
    assert says.split("（")[0] in case.what


def test_ones_own_county_need_not_be_said_and_the_office_is_asked_for_it(town: Town) -> None:
    town.play([
        ("戚启", "私聊", "发现 老街违建", "沙栗县"),
        ("姜启林", "私聊", "发现 老街违建，还在施工", "是哪个县", "[/found county=澜东区"),
        ("姜启林", "私聊", "澜西区", "XS-2026-002", "澜西区", "老街违建,还在施工"),
        ("姜启林", "私聊", "发现 海川县 老街违建", "没有找到“海川县”", "是哪个县"),
        ("苗宏宁", "澜东群", "/found 老街违建", "XS-2026-003（澜东区"),
        ("戚启", "私聊", "发现", "发现了什么"),
        ("戚启", "私聊", "新村挖塘", "XS-2026-004（沙栗县"),
        ("戚启", "私聊", "发现 😀🏚", "发现了什么"),
    ])  # fmt: skip
    assert len(cases(town)) == 4


def test_the_photos_of_the_message_are_its_proofs_even_when_the_county_comes_later(town: Town) -> None:
    said = town.told("王志远", FOUND, shows=photos("a", "b"), album="1")
    assert "佐证2份" in said.text
    assert town.say("王志远", "", shows=photos("c"), album="1") is None
    town.told("姜启林", "发现 老街违建", shows=photos("d"))
    assert "佐证1份" in town.told("姜启林", "沙栗县").text
    with town.store.reading() as session:
        rows = session.exec(select(Evidence)).all()
    first, second = cases(town)
    assert [(row.case_id, row.phase) for row in rows] == [(first.id, Phase.BEFORE)] * 3 + [(second.id, Phase.BEFORE)]


@pytest.mark.parametrize(
    ("who", "says", "why"),
    [
        ("葛正超", FOUND, "由该县"),
        ("任景斌", FOUND, "由该县"),
        ("戚启", FOUND, "只能查看沙栗县"),
        ("王志远", "发现 " + "占" * 5000, "200字以内"),
        ("马景民", f"立案 {NUMBER} 1号", "违法用地的责任人"),
        ("窦思康", f"立案 {NUMBER} 1号", "违法用地的责任人"),
        ("凤新", f"立案 {NUMBER} 1号", "违法用地的责任人"),
        ("戚启", f"立案 {NUMBER} 1号", "没有查到线索"),
        ("戚启", f"线索清单 {NUMBER}", "没有查到线索"),
        ("戚启", "线索清单 澜东区", "只能查看沙栗县"),
        ("王志远", "立案 XS-2026-999 1号", "没有查到线索"),
        ("王志远", "立案", "请写线索编号"),
        ("王志远", f"立案 {NUMBER} 1号 2月30日", "2月30日"),
        ("王志远", f"立案 {NUMBER} 1号 11月17日", "早于2026-11-18"),
        ("王志远", f"立案 {NUMBER} 1号 2026年11月19日", "晚于今天"),
        ("王志远", f"立案 {NUMBER} " + "号" * 5000, "60字以内"),
        ("王志远", f"查处 {NUMBER} 罚款3万元", "还没有立案"),
        ("王志远", "线索清单 13月", "13月"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(town: Town, who: str, says: str, why: str) -> None:
    town.told("王志远", FOUND)
    before = town.contents()
    said = town.told(who, says)
    refused(town, before, said)
    assert why in said.text


def test_each_step_is_taken_back_by_its_button_in_turn(town: Town) -> None:
    found = town.told("王志远", FOUND)
    filing = town.told("王志远", f"立案 {NUMBER} 1号")
    before = town.contents()
    refused(town, before, town.press("王志远", found, "/undo"))
    refused(town, before, town.told("李明波", filing.button("/undo")))
    assert "已撤销立案：XS-2026-001" in town.press("王志远", filing, "/undo").text
    assert cases(town)[0].filed_on is None
    assert "已撤销线索：XS-2026-001" in town.told("王志远", "撤销").text
    refused(town, town.contents(), town.press("王志远", found, "/undo"))
    assert "没有查到线索" in town.told("王志远", f"线索 {NUMBER}").text
    assert "XS-2026-002" in town.told("王志远", FOUND).text, "a number is not given again"
    assert intact(town)


def test_a_plain_undo_takes_back_the_last_deed_of_whatever_kind(town: Town) -> None:
    town.told("王志远", FOUND)
    town.told("王志远", "进展 WF-2026-001 1 0")
    assert "WF-2026-001" in town.told("王志远", "撤销").text
    assert "已撤销线索" in town.told("王志远", "撤销").text


def test_after_a_day_it_stands(town: Town) -> None:
    found = town.told("王志远", FOUND)
    town.now += timedelta(hours=25)
    assert "超过24小时" in town.press("王志远", found, "/undo").text
    assert not cases(town)[0].withdrawn


def test_a_step_is_not_taken_twice(town: Town) -> None:
    filed(town)
    town.play([
        ("王志远", "私聊", f"立案 {NUMBER} 2号", "已于11月18日立案"),
        ("李明波", "私聊", f"查处 {NUMBER} 不予处罚", "已登记查处"),
        ("王志远", "私聊", f"查处 {NUMBER} 罚款", "没有重复登记"),
    ])  # fmt: skip


def test_the_office_turns_a_case_into_a_duty_and_taking_that_back_frees_the_case(town: Town) -> None:
    said = town.told("姜启林", "发现 澜东区临港街道 3亩耕地上建厂房")
    said = town.press("姜启林", said, "/assign")
    assert "什么时候完成" in said.text
    said = town.told("姜启林", "12月20日前")
    while "请核对" not in said.text:
        said = town.press("姜启林", said, "/assign")
    for shown in ("3亩，其中耕地3亩", "违法用地整改", "临港街道 3亩耕地上建厂房"):
        assert shown in said.text
    done = town.press("姜启林", said, said.commands[0])
    with town.store.reading() as session:
        duty = session.exec(select(Duty).where(Duty.number == "WF-2026-069")).one()
    assert cases(town)[0].duty_id == duty.id
    shown = town.told("姜启林", f"线索 {NUMBER}")
    assert "已下达整改：WF-2026-069" in shown.text
    assert not [command for command in shown.commands if command.startswith("/assign")]
    town.press("姜启林", done, "/undo")
    assert cases(town)[0].duty_id is None
    assert intact(town)


def test_a_case_becomes_a_duty_only_once(town: Town) -> None:
    card = town.told("姜启林", FOUND)
    command = card.button("/assign") + " due=2026-12-20 person=none"
    confirmed = [town.told("姜启林", command) for _ in range(2)]
    town.press("姜启林", confirmed[0], confirmed[0].commands[0])
    count = len([event for event in town.events() if event.kind == "assigned"])
    assert "已经下达过整改" in town.press("姜启林", confirmed[1], confirmed[1].commands[0]).text
    assert len([event for event in town.events() if event.kind == "assigned"]) == count == 1


def test_the_list_counts_and_names_what_is_unfiled_too_long(town: Town) -> None:
    filed(town)
    for _ in range(6):
        town.told("戚启", "发现 老街违建")
    town.play([("任景斌", "私聊", "线索清单", "发现线索7件（截至11月18日）", "立案1件（14.29%），查处0件（0%）",
                "没有超过7天未立案的")])  # fmt: skip
    town.now += timedelta(days=8)
    town.play([
        ("任景斌", "私聊", "线索清单", "超过7天未立案6件", "已8天 · 沙栗县 老街违建", "第1/2页", "[/cases 青澜市 p2"),
        ("任景斌", "私聊", "⏎/cases 青澜市 p2", "第2/2页", "XS-2026-007", "!XS-2026-002"),
        ("任景斌", "私聊", "线索清单 10月", "2026年10月发现线索0件", "立案0件（—），查处0件（—）", "!未立案"),
        ("任景斌", "私聊", "线索清单 沙栗县 11月", "沙栗县 2026年11月发现线索6件"),
        ("任景斌", "私聊", "线索清单 上月", "2026年10月发现线索0件"),
        ("李明波", "私聊", "线索清单", "澜东区 发现线索1件", "立案1件（100%）", "!XS-2026-002"),
        ("戚启", "沙栗群", "/cases", "沙栗县 发现线索6件"),
        ("戚启", "沙栗群", "/cases 澜东区", "本群只谈沙栗县"),
    ])  # fmt: skip


def test_groups_are_told_no_names(town: Town) -> None:
    said = town.told("王志远", "/found 老街违建", "澜东群")
    names_nobody(town, said)
    names_nobody(town, town.told("姜启林", f"/cases {NUMBER}", "市群"))
    assert "王志远" in town.told("姜启林", f"/cases {NUMBER}").text
    assert "没有查到线索" in town.told("姜启林", f"/cases {NUMBER}", "沙栗群").text


@pytest.mark.parametrize("says", ["3号图斑已经立案", "发现了没有？", "这个线索还没查处", "尽快立案查处"])
def test_talk_about_cases_registers_none(town: Town, says: str) -> None:
    before = town.contents()
    town.say("王志远", says)
    assert "case" not in town.changed_tables(before)


def test_a_name_that_runs_into_the_words_is_offered_and_not_done(town: Town) -> None:
    said = town.told("王志远", "发现临港街道3亩耕地上建厂房")
    assert "还没有登记" in said.text
    assert cases(town) == []
    town.press("王志远", said, "/found")
    assert cases(town)[0].farmland_mu == 3


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.booleans()), max_size=8), st.integers(0, 12))
def test_what_the_list_counts_is_what_the_rule_says(
    town: Town, found: list[tuple[int, bool, bool]], allowed: int
) -> None:
    today = date(2026, 11, 18)
    with town.store.writing() as session:
        for old in session.exec(select(Case)):
            session.delete(old)
        session.flush()
        rows = [
            Case(
                number=f"XS-{place}", region_id=2, what="", found_on=today - timedelta(days=days), found_by_id=1,
                filed_on=today if is_filed else None, withdrawn=is_withdrawn, known_at=town.now,
            )
            for place, (days, is_filed, is_withdrawn) in enumerate(found)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        late, count = unfiled(session, [2], today, Policy(unfiled_days=allowed), 1, 99)
        wanted = sorted(
            (row for row in rows if is_unfiled_too_long(row, today, allowed)), key=lambda row: (row.found_on, row.id)
        )
        assert (late, count) == (wanted, len(wanted))
        standing = [row for row in rows if not row.withdrawn]
        counted = figures(session, [2])
        assert (counted.found, counted.filed) == (len(standing), sum(row.filed_on is not None for row in standing))
        assert figures(session, [3]).found == 0
