"""Whom the bot cannot reach: who sees it, why, since when, where his notices go, and what is offered."""

from datetime import datetime

from sqlmodel import select

from db.models import Account
from db.queries import duty_by_number, people
from services import identity
from services.notices import read_reach
from services.unreachable import unreachable
from tests.handlers.dialogue import CAST, Town

THEN = datetime.fromisoformat("2026-11-17T10:00+08:00")
ALL_WELL = "有在办事项的人员和日报读者都能联系上"
BLOCKED = "Forbidden: bot was blocked by the user"


def never_started(town: Town, *names: str) -> None:
    with town.store.writing() as session:
        for name in names:
            person = identity.find_person(session, CAST[name])
            session.delete(session.exec(select(Account).where(Account.person_id == person.id)).one())


def refused(town: Town, name: str, why: str = BLOCKED) -> None:
    """Let messages to somebody, or to a group, be refused for good."""
    address = town.chat(name, name if name.endswith("群") else "私聊")
    with town.store.writing() as session:
        identity.unreachable(session, address, why, THEN)


def block(text: str, name: str) -> str:
    """Return what is said of one person."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"• {name}"))
    return "\n".join(lines[at : at + 2])


def test_only_the_office_sees_it_and_only_in_private(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "联系不上", "只有市督察办"),
        ("任景斌", "私聊", "/unreachable", "只有市督察办"),
        ("苗宏宁", "市群", "/unreachable", "私聊", "!苏启健"),
    ])  # fmt: skip


def test_each_is_said_with_why_and_since_when_and_what_he_is_to_see_to(town: Town) -> None:
    never_started(town, "马景民")
    refused(town, "王志远")
    refused(town, "严宏敏", "Forbidden: user is deactivated")
    said = town.told("姜启林", "联系不上")
    assert "联系不上4人（截至11月18日" in said.text
    assert "4件 · 没有开通" in block(said.text, "马景民")
    assert "11月17日起停用了机器人" in block(said.text, "王志远")
    assert "账号已注销（11月17日发现）" in block(said.text, "严宏敏")
    assert "10月15日离任，台账仍写他" in block(said.text, "苏启健")
    assert said.text.index("澜东区") < said.text.index("马景民") < said.text.index("沙栗县")  # most open duties first
    counts = [len(said.text[: said.text.index(f"• {name}")]) for name in ("马景民", "王志远", "严宏敏")]
    assert max(counts) < said.text.index("沙栗县")


def test_an_invitation_is_one_button_and_remembered(town: Town) -> None:
    never_started(town, "马景民")
    town.play([
        ("姜启林", "私聊", "谁联系不上", "马景民"),
        ("苗宏宁", "私聊", "未绑定", "马景民", "[/invite QL0014"),
        ("苗宏宁", "私聊", "⏎/invite QL0014", "给马景民", "/start "),
        ("苗宏宁", "私聊", "联系不上", "没有开通，11月18日邀请过"),
    ])  # fmt: skip


def test_who_left_is_handed_over_and_then_no_longer_listed(town: Town) -> None:
    town.play([("苗宏宁", "私聊", "联系不上", "联系不上1人", "苏启健", "[/left QL0072", "![/invite QL0072")])
    said = town.told("苗宏宁", "联系不上")
    assert "代收：贺启宁" in block(said.text, "苏启健")  # his successor
    before = len(town.events())
    offered = town.press("苗宏宁", said, "/left QL0072")
    assert "任职至10月15日" in offered.text  # as it was noted
    assert len(town.events()) == before
    shown = town.press("苗宏宁", offered, "/handover QL0072")
    town.press("苗宏宁", shown, "/handover QL0072")
    town.play([("苗宏宁", "私聊", "联系不上", ALL_WELL, "!苏启健")])


def test_where_his_notices_go_is_where_they_really_go(town: Town) -> None:
    never_started(town, "马景民")
    assert "代收：县群" in block(town.told("苗宏宁", "联系不上").text, "马景民")
    refused(town, "澜东群", "Forbidden: bot was kicked from the supergroup chat")
    said = town.told("苗宏宁", "联系不上")
    assert "代收：李明波" in block(said.text, "马景民")
    assert "发不进去的群：" in said.text
    assert "（澜东区）11月17日起" in said.text
    with town.store.reading() as session:
        reach, duty = read_reach(session, town.now.date()), duty_by_number(session, "DC-2026-004")
        route = reach.route(identity.find_person(session, CAST["马景民"]), duty)
    assert route is not None
    assert route.person is not None
    assert route.person.name == "李明波"
    never_started(town, "李明波")
    both = town.told("苗宏宁", "联系不上").text
    assert "没有人代收" in block(both, "马景民")
    assert "没有人代收" in block(both, "李明波")


def test_readers_of_the_digest_are_listed_too(town: Town) -> None:
    never_started(town, "任景斌", "凤新")
    said = town.told("苗宏宁", "联系不上 青澜市").text
    assert "日报读者" in block(said, "任景斌")
    assert "没有人代收" in block(said, "任景斌")


def test_a_county_alone_and_a_page_after_the_other(town: Town) -> None:
    with town.store.writing() as session:
        for account in session.exec(select(Account)).all():
            if account.address not in (town.account("苗宏宁"), town.account("姜启林")):
                session.delete(account)
        everybody = len(unreachable(session, town.office, town.now.date()))
        assert everybody > 60
        assert everybody < len(people(session))
    first = town.told("苗宏宁", "联系不上")
    assert f"联系不上{everybody}人" in first.text
    assert "第1/" in first.text
    second = town.press("苗宏宁", first, "/unreachable 青澜市 p2")
    assert "第2/" in second.text
    assert not {line for line in first.lines if line.startswith("•")} & set(second.lines)
    town.play([("苗宏宁", "私聊", "联系不上 澜东区", "澜东区", "!沙栗县", "[/unreachable 澜东区 p2")])


def test_when_everybody_can_be_reached_that_is_said(town: Town) -> None:
    with town.store.writing() as session:
        gone = identity.find_person(session, CAST["苏启健"])
        gone.in_post_to = None
        session.add(gone)
    town.play([("苗宏宁", "私聊", "联系不上", ALL_WELL)])
