"""What each fault of Telegram's does to a message: which ones go on, which one waits, and what is said in the end."""

import asyncio
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import col

from bot.program import Program
from db.models import Chat, Level, Outbox, OutboxState, Person
from db.queries import reachable_accounts
from rehearsal.cast import account_of
from rehearsal.faults import Fault, dropped_after, dropped_before, flooded, forbidden_by, server_error, slow
from rehearsal.refused import BotApiError, bad_request
from tests.bot.living import NUMBER, OFFICE_HEAD, OFFICER, City, alive, until
from text.reply import Reply, speech

REPEATED = speech("zh").say("repeated")
COUNTY = "澜东区"
NEXT_DAY = datetime.fromisoformat("2026-11-19T09:00+08:00")
NO_START = "Forbidden: bot can't initiate conversation with a user"


async def test_a_429_holds_its_chat_for_as_long_as_asked_and_no_other(city: City) -> None:
    me, head = city.person(OFFICER), city.person(OFFICE_HEAD)
    city.telegram.fail_next("sendMessage", flooded(1), chat_id=me)
    async with city.running():
        city.say(OFFICER, NUMBER)
        await until(lambda: city.outbox(me) and city.outbox(me)[0].error)
        begun = asyncio.get_running_loop().time()
        city.say(OFFICE_HEAD, "帮助")
        await city.answered(head)
        assert not city.sent(me)
        assert asyncio.get_running_loop().time() - begun < 0.8
        await city.answered(me)
    assert [row.state for row in city.outbox(me)] == [OutboxState.SENT]
    assert [REPEATED in text for text in city.told(OFFICER)] == [False]


async def test_after_a_500_the_message_is_sent_once_and_not_called_repeated(city: City) -> None:
    city.telegram.fail_next("sendMessage", server_error())
    async with city.running():
        city.say(OFFICER, NUMBER)
        city.say(OFFICER, "帮助")
        await city.answered(city.person(OFFICER), 2)
    first, second = city.told(OFFICER)
    assert NUMBER in first
    assert NUMBER not in second
    assert REPEATED not in first


@pytest.mark.parametrize("code", [502, 503, 504])
async def test_a_gateway_that_fails_only_delays_a_message(city: City, code: int) -> None:
    city.telegram.fail_next("sendMessage", server_error(code, "Bad Gateway"))
    async with city.running():
        city.say(OFFICER, NUMBER)
        await city.answered(city.person(OFFICER))
    assert REPEATED not in city.told(OFFICER)[0]


async def test_a_connection_that_breaks_before_the_message_was_taken_loses_nothing(city: City) -> None:
    city.telegram.fail_next("sendMessage", dropped_before())
    async with city.running():
        city.say(OFFICER, NUMBER)
        await city.answered(city.person(OFFICER))
    assert len(city.told(OFFICER)) == 1
    assert city.told(OFFICER)[0].startswith(REPEATED)  # nobody here can know that it did not arrive


async def test_a_connection_that_breaks_after_the_message_was_taken_repeats_it_and_says_so(city: City) -> None:
    city.telegram.fail_next("sendMessage", dropped_after())
    async with city.running():
        city.say(OFFICER, NUMBER)
        city.say(OFFICER, "帮助")
        await city.answered(city.person(OFFICER), 3)
    first, again, last = city.told(OFFICER)
    assert again == f"{REPEATED} {first}"
    assert NUMBER not in last


async def test_whoever_blocks_the_bot_is_unreachable_until_he_starts_it_again(city: City) -> None:
    me = city.person(OFFICER)
    async with city.running():
        city.telegram.fail_next("sendMessage", forbidden_by(), chat_id=me)
        city.say(OFFICER, NUMBER)
        await until(lambda: not reachable(city, OFFICER))
        assert [row.state for row in city.outbox(me)] == [OutboxState.FAILED]
        city.telegram.block(me)
        city.say(OFFICER, "/start")
        await city.answered(me)
        assert reachable(city, OFFICER)


@pytest.mark.parametrize("refusal", [forbidden_by(NO_START), Fault(refusal=bad_request("chat not found"))])
async def test_whoever_had_not_started_the_bot_is_reachable_once_he_does(city: City, refusal: Fault) -> None:
    """Telegram tells of blocking and unblocking; of a first start it tells by the word /start alone."""
    me = city.person(OFFICER)
    async with city.running():
        city.telegram.fail_next("sendMessage", refusal, chat_id=me)
        city.say(OFFICER, NUMBER)
        await until(lambda: not reachable(city, OFFICER))
        city.say(OFFICER, "/start")
        await city.answered(me)
        await until(lambda: reachable(city, OFFICER))


async def test_the_notice_of_somebody_who_blocked_the_bot_goes_to_his_countys_group(city: City) -> None:
    me = city.person(OFFICER)
    city.telegram.chat(me).blocked = True  # and nobody told the bot
    group = city.group(COUNTY)
    city.watch.put_to(NEXT_DAY)
    async with city.running() as program:
        await until(lambda: not reachable(city, OFFICER))
        await program.tick()
        await city.answered(group)
    assert [row.state for row in city.notices_to(me)] == [OutboxState.FAILED]
    [notice] = city.notices_to(group)
    assert notice.state == OutboxState.SENT
    assert NUMBER in city.sent(group)[0].text


async def test_where_there_is_no_group_the_notice_goes_to_the_deputy_in_charge(city: City) -> None:
    official, deputy = city.official(OFFICER), deputy_of(city, OFFICER)
    me, group = account_of(official), city.group(COUNTY)
    city.telegram.chat(me).blocked = True
    city.telegram.chat(group).kicked = True
    with city.store.writing() as session:
        session.execute(
            sa.update(Chat)
            .where(col(Chat.address) == f"telegram:{group}")
            .values(unreachable_since=NEXT_DAY, unreachable_why="kicked")
        )
    with city.store.writing() as session:  # the deputy has had nothing today: a message a day is all he gets
        session.execute(sa.delete(Outbox))
    city.watch.put_to(NEXT_DAY)
    async with city.running() as program:
        await until(lambda: not reachable(city, OFFICER))
        await program.tick()
        await until(lambda: city.sent(account_of(deputy)))
    assert city.notices_to(me)[0].state == OutboxState.FAILED


async def test_a_group_that_threw_the_bot_out_is_left_alone(city: City) -> None:
    group = city.group(COUNTY)
    async with city.running():
        city.telegram.fail_next(
            "sendMessage", forbidden_by("Forbidden: bot was kicked from the supergroup chat"), chat_id=group
        )
        city.say(OFFICER, "/status", COUNTY)
        await until(lambda: chat_row(city, group).unreachable_since)
        city.telegram.kick(group, city.person(OFFICER))
    assert [row.state for row in city.outbox(group)] == [OutboxState.FAILED]


async def test_a_group_that_becomes_a_supergroup_is_followed_when_a_send_is_refused_for_it(city: City) -> None:
    old = small_group(city)
    async with city.running():
        city.telegram.say(city.person(OFFICER), old, "/status")
        await city.answered(old)
        city.telegram.latency = 0.1  # both are asked before the first is refused
        city.telegram.say(city.person(OFFICER), old, f"/duty {NUMBER}")
        city.telegram.say(city.person(OFFICER), old, "/status")
        new = city.telegram.migrate(old)
        await city.answered(new, 2)
        city.telegram.latency = 0.0
        card = city.sent(new)[0]
        assert NUMBER in card.text
        city.telegram.say(city.person(OFFICER), new, "进展 +0.01 +0.01", reply_to=card.message_id)
        await city.answered(new, 3)
    assert NUMBER in city.sent(new)[2].text
    assert chat_row(city, new).title == "小群"
    assert chat_row(city, old) is None


async def test_a_group_that_becomes_a_supergroup_in_silence_is_followed_by_its_service_message(city: City) -> None:
    old = small_group(city)
    async with city.running():
        new = city.telegram.migrate(old)
        await until(lambda: chat_row(city, new))
        city.telegram.say(city.person(OFFICER), new, "/status")
        await city.answered(new)
    assert COUNTY in city.sent(new)[0].text


async def test_what_waits_for_a_group_goes_to_the_supergroup_that_it_became(city: City) -> None:
    old = small_group(city)
    city.telegram.fail_next("sendMessage", server_error(), chat_id=old)
    async with city.running():
        city.telegram.say(city.person(OFFICER), old, "/status")
        await until(lambda: city.outbox(old) and city.outbox(old)[0].error)
        new = city.telegram.migrate(old)
        await city.answered(new)
        await asyncio.sleep(0.3)
    assert len(city.sent(new)) == 1
    assert city.sent(old) == []


async def test_markup_that_telegram_cannot_read_goes_out_as_plain_text(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply_with(monkeypatch, "1 < 2 & <b>3</b> <nonsense>")
    async with city.running():
        city.say(OFFICER, "帮助")
        await city.answered(city.person(OFFICER))
    assert city.told(OFFICER)[0].startswith("1 ")
    assert "entities" not in city.sent(city.person(OFFICER))[0].message


async def test_a_message_that_is_too_long_is_cut_at_the_end_of_a_line(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "<b>第一行</b>" + "字" * 40
    reply_with(monkeypatch, "\n".join([line] * 120))
    async with city.running():
        city.say(OFFICER, "帮助")
        await city.answered(city.person(OFFICER))
    lines = city.told(OFFICER)[0].split("\n")
    assert lines.pop() == "…"
    assert set(lines) == {"第一行" + "字" * 40}
    assert len(lines) == 93


async def test_one_line_that_is_too_long_is_cut_all_the_same(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    reply_with(monkeypatch, "<b>𝔘</b>" * 3000)  # two of Telegram's units each
    async with city.running():
        city.say(OFFICER, "帮助")
        await city.answered(city.person(OFFICER))
    text = city.told(OFFICER)[0]
    assert text.startswith("𝔘" * 2000)
    assert text.endswith("…")


async def test_the_intake_goes_on_after_every_trouble_of_the_poll(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.program.LONGEST_WAIT", 0.05)
    conflict = Fault(refusal=BotApiError(409, "Conflict: terminated by other getUpdates request"))
    for fault in (server_error(), dropped_before(), conflict, flooded(1), server_error(502, "Bad Gateway")):
        city.telegram.fail_next("getUpdates", fault)
    async with city.running():
        city.say(OFFICER, NUMBER)
        await city.answered(city.person(OFFICER))
    assert city.telegram.unconfirmed == 0
    assert len(city.told(OFFICER)) == 1


async def test_updates_whose_delivery_broke_off_come_again_and_are_answered_once(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.program.LONGEST_WAIT", 0.05)
    city.telegram.fail_next("getUpdates", dropped_after(), times=3)
    for _ in range(5):
        city.say(OFFICER, NUMBER)
    async with city.running():
        await city.answered(city.person(OFFICER), 5)
        await asyncio.sleep(0.2)
    assert len(city.told(OFFICER)) == 5


async def test_a_poll_that_hangs_is_given_up_and_asked_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.program.LONGEST_WAIT", 0.05)
    program = city.program()
    impatient_polls(program, monkeypatch)
    city.telegram.fail_next("getUpdates", slow(3.0))
    city.say(OFFICER, NUMBER)
    async with alive(program):
        await city.answered(city.person(OFFICER))
    assert len(city.told(OFFICER)) == 1


@pytest.mark.parametrize(
    "body", [b"<html>gateway</html>", b'{"ok": true}', b'{"ok": true, "result": {}}', b"", b"\xff"]
)
async def test_an_answer_to_the_poll_that_is_no_answer_is_survived(
    city: City, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr("bot.program.LONGEST_WAIT", 0.05)
    program = city.program()
    polling = program.telegram._polling
    real, left = polling.do_request, [body, body]

    async def now_and_then(*given, **named):
        answer = await real(*given, **named)
        return (200, left.pop()) if left and "getUpdates" in str(given or named) else answer

    monkeypatch.setattr(polling, "do_request", now_and_then)
    city.say(OFFICER, NUMBER)
    async with alive(program):
        await city.answered(city.person(OFFICER))
    assert not left


def reachable(city: City, name: str) -> bool:
    official = city.official(name)
    with city.store.reading() as session:
        return official.id in reachable_accounts(session)


def chat_row(city: City, chat: int) -> Chat | None:
    return city.first(sa.select(Chat).where(col(Chat.address) == f"telegram:{chat}"))


def deputy_of(city: City, name: str) -> Person:
    official = city.official(name)
    with city.store.reading() as session:
        deputies = session.execute(
            sa.select(Person).where(col(Person.region_id) == official.region_id, col(Person.level) == Level.DEPUTY)
        ).scalars()
        return next(p for p in deputies if set(p.workstreams) & set(official.workstreams))


def small_group(city: City) -> int:
    """A basic group, the kind that can become a supergroup, bound to the county in place of the sample's."""
    group = -77
    city.telegram.add_group(group, "小群", [city.person(OFFICER)])
    with city.store.writing() as session:
        session.execute(sa.delete(Chat).where(col(Chat.region_id) == city.region(COUNTY).id))
        session.add(Chat(address=f"telegram:{group}", title="小群", region_id=city.region(COUNTY).id or 0))
    return group


def reply_with(monkeypatch: pytest.MonkeyPatch, html: str) -> None:
    monkeypatch.setattr("bot.inbox.answer", lambda *_given: Reply(html=html))


def impatient_polls(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    polling = program.telegram._polling
    real = polling.do_request

    async def hasty(url, method, request_data=None, read_timeout=None, **named):
        return await real(url, method, request_data, read_timeout=0.2, **named)

    monkeypatch.setattr(polling, "do_request", hasty)
