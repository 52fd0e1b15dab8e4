"""In groups the bot hears commands, mentions and replies to itself, and everything works through those three."""

import pytest
import sqlalchemy as sa

from bot.buttons import MOST_BYTES, command_of, data_of, remember
from db.models import Duty, LongCommand, OutboxState, Status
from tests.bot.living import NUMBER, OFFICE_HEAD, OFFICER, City, until
from text.reply import Button, Reply

COUNTY = "澜东区"
COLLEAGUE = "澜东区 严宏敏"


async def test_plain_talk_in_a_group_never_reaches_the_bot(city: City) -> None:
    before = city.telegram.town.updates.next_id
    city.say(OFFICER, f"完成 {NUMBER}", COUNTY)
    city.say(OFFICER, COUNTY, COUNTY)
    assert city.telegram.town.updates.next_id == before


async def test_plain_talk_is_left_alone_by_a_bot_without_privacy_mode_too(city: City) -> None:
    city.telegram.privacy = False
    async with city.running():
        city.say(OFFICER, f"完成 {NUMBER}", COUNTY)
        city.say(OFFICER, "/status", COUNTY)
        [answer] = await city.answered(city.group(COUNTY))
    assert COUNTY in answer.text
    assert status_of(city) == Status.IN_PROGRESS


@pytest.mark.parametrize("words", ["/status", "/status@duban_bot", "@duban_bot 澜东区进度", "进度 @duban_bot"])
async def test_a_command_and_a_mention_are_answered_in_reply(city: City, words: str) -> None:
    async with city.running():
        asked = city.say(OFFICER, words, COUNTY)
        [answer] = await city.answered(city.group(COUNTY))
    assert COUNTY in answer.text
    assert answer.message["reply_to_message"]["message_id"] == asked["message_id"]


async def test_done_in_reply_to_the_bots_own_message_means_its_duty(city: City) -> None:
    group = city.group(COUNTY)
    async with city.running():
        city.say(OFFICER, f"/duty {NUMBER}", COUNTY)
        [card] = await city.answered(group)
        city.say(OFFICER, "完成", COUNTY, reply_to=card.message_id)
        await city.answered(group, 2)
    assert NUMBER in city.sent(group)[1].text
    assert status_of(city) == Status.AWAITING_ACCEPTANCE


async def test_a_reply_to_the_message_of_a_colleague_is_talk_among_people(city: City) -> None:
    said = city.say(COLLEAGUE, "老马,这件好了吗", COUNTY)
    before = city.telegram.town.updates.next_id
    city.say(OFFICER, "完成", COUNTY, reply_to=said["message_id"])
    assert city.telegram.town.updates.next_id == before


async def test_a_press_is_judged_by_who_presses(city: City) -> None:
    group = city.group(COUNTY)
    async with city.running():
        city.say(OFFICER, f"/duty {NUMBER}", COUNTY)
        [card] = await city.answered(group)
        query = city.telegram.press(city.person(COLLEAGUE), group, card.message_id, f"/done {NUMBER}")
        await city.answered(group, 2)
        await until(lambda: query in city.telegram.answers)
        assert status_of(city) == Status.IN_PROGRESS
        city.telegram.press(city.person(OFFICER), group, card.message_id, f"/done {NUMBER}")
        await city.answered(group, 3)
    assert status_of(city) == Status.AWAITING_ACCEPTANCE


async def test_turning_a_page_changes_the_message_instead_of_adding_one(city: City) -> None:
    group = city.group("青澜市")
    async with city.running():
        city.say(OFFICE_HEAD, "/overdue", "青澜市")
        [first] = await city.answered(group)
        keyboard = first.message["reply_markup"]["inline_keyboard"]
        [turn] = [b for row in keyboard for b in row if b["callback_data"].endswith(" p2")]
        query = city.telegram.press(city.person(OFFICE_HEAD), group, first.message_id, turn["callback_data"])
        await until(lambda: city.telegram.edits)
        await until(lambda: query in city.telegram.answers)
    assert len(city.sent(group)) == 1
    assert city.telegram.edits[0].message_id == first.message_id
    assert city.telegram.edits[0].text != first.text


async def test_a_press_that_changes_nothing_is_answered_all_the_same(city: City) -> None:
    group, head = city.group("青澜市"), city.person(OFFICE_HEAD)
    async with city.running():
        city.say(OFFICE_HEAD, "/overdue", "青澜市")
        [first] = await city.answered(group)
        keyboard = first.message["reply_markup"]["inline_keyboard"]
        [turn] = [b["callback_data"] for row in keyboard for b in row if b["callback_data"].endswith(" p2")]
        presses = [city.telegram.press(head, group, first.message_id, turn) for _ in range(2)]
        await until(lambda: all(query in city.telegram.answers for query in presses))
        await until(lambda: {row.state for row in city.outbox(group)} == {OutboxState.SENT})
    assert len(city.telegram.edits) == 1
    assert len(city.sent(group)) == 1


async def test_a_message_to_change_that_is_gone_is_sent_anew(city: City) -> None:
    me = city.person(OFFICER)
    async with city.running():
        city.say(OFFICER, "/status")
        [first] = await city.answered(me)
        data = first.message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        city.telegram.press(me, me, first.message_id, data)
        del city.telegram.chat(me).messages[first.message_id]
        await city.answered(me, 2)


@pytest.mark.parametrize("privacy", [True, False])
async def test_a_command_to_another_bot_is_none_of_ours(city: City, privacy: bool) -> None:
    city.telegram.privacy = privacy
    group = city.group(COUNTY)
    async with city.running():
        city.say(OFFICER, "/status", COUNTY)
        [first] = await city.answered(group)
        city.say(OFFICER, "/status@other_bot", COUNTY)
        city.say(OFFICER, f"/done@other_bot {NUMBER}", COUNTY, reply_to=first.message_id)
        city.say(OFFICER, "/due", COUNTY)
        await city.answered(group, 2)
        await until(lambda: city.telegram.unconfirmed == 0)
    assert len(city.sent(group)) == 2
    assert status_of(city) == Status.IN_PROGRESS


async def test_an_unbound_group_learns_nothing(city: City) -> None:
    city.telegram.add_group(-100_777_000_0001, "陌生群", [city.person(OFFICER)])
    async with city.running():
        city.telegram.say(city.person(OFFICER), -100_777_000_0001, f"/duty {NUMBER}")
        [answer] = await city.answered(-100_777_000_0001)
    assert NUMBER not in answer.text
    assert COUNTY not in answer.text


async def test_a_stranger_in_private_learns_nothing(city: City) -> None:
    city.telegram.add_person(7, "路人")
    async with city.running():
        city.telegram.say(7, 7, f"/duty {NUMBER}")
        [answer] = await city.answered(7)
    assert NUMBER not in answer.text


@pytest.mark.parametrize("length", [63, 64, 65, 200])
async def test_a_button_carries_a_command_of_any_length(
    city: City, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    command = "/duty " + NUMBER + " " * (length - 6 - len(NUMBER) - 1) + "x"
    assert len(command.encode()) == length
    reply = Reply(html="?", buttons=((Button(label="看", command=command),),))
    with monkeypatch.context() as patched:
        patched.setattr("bot.inbox.answer", lambda *_given: reply)
        async with city.running():
            city.say(OFFICER, "帮助")
            [asked] = await city.answered(city.person(OFFICER))
    [[button]] = asked.message["reply_markup"]["inline_keyboard"]
    assert len(button["callback_data"].encode()) <= MOST_BYTES
    me = city.person(OFFICER)
    async with city.running():
        city.telegram.press(me, me, asked.message_id, button["callback_data"])
        await city.answered(me, 2)
    assert NUMBER in city.told(OFFICER)[1]


async def test_long_commands_are_stored_once_and_short_ones_not_at_all(city: City) -> None:
    long = "/done " + " ".join(f"DC-2026-{number:03d}" for number in range(20))
    reply = Reply(html="", buttons=((Button(label="1", command=long), Button(label="2", command="/help")),))
    with city.store.writing() as session:
        remember(session, reply)
        remember(session, reply)
        assert session.execute(sa.select(sa.func.count()).select_from(LongCommand)).scalar_one() == 1
        assert command_of(session, data_of(long)) == long
        assert command_of(session, "/help") == "/help"
        assert command_of(session, "#forgotten") == "/help"


def status_of(city: City) -> Status:
    return city.first(sa.select(Duty.status).where(Duty.number == NUMBER))  # type: ignore[arg-type]
