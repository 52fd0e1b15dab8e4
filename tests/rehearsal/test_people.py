"""What people do in the chats reaches the bot as Telegram would tell it."""

import pytest

from rehearsal.lookalike import Lookalike

OFFICIAL, STRANGER, CITY_GROUP, COUNTY_GROUP = 1, 2, -1001000000001, -77
BUTTON = {"inline_keyboard": [[{"text": "撤销", "callback_data": "undo"}]]}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes([0, 0, 1, 0x40, 0, 0, 0, 0xF0]) + b"\x08\x02\0\0\0"


async def heard(call) -> list[str]:
    return [update["message"]["text"] for update in await call.updates()]


@pytest.mark.parametrize(
    ("text", "delivered"),
    [
        ("今天开会", False),
        ("/status 澜东区", True),
        ("/status@duban_bot 澜东区", True),
        ("/status@other_bot 澜东区", False),
        ("@duban_bot 澜东区进度", True),
        ("@Duban_Bot 澜东区进度", True),
        ("@other_bot 澜东区进度", False),
    ],
)
async def test_privacy_mode_lets_only_what_is_meant_for_the_bot_through(call, telegram: Lookalike, text, delivered):
    telegram.say(OFFICIAL, CITY_GROUP, text)
    assert await heard(call) == ([text] if delivered else [])


async def test_privacy_mode_lets_replies_to_the_bot_through(call, telegram: Lookalike):
    sent = await call.result("sendMessage", chat_id=CITY_GROUP, text="提醒")
    other = telegram.say(OFFICIAL, CITY_GROUP, "收到")
    telegram.say(OFFICIAL, CITY_GROUP, "好的", reply_to=other["message_id"])
    telegram.say(OFFICIAL, CITY_GROUP, "完成", reply_to=sent["message_id"])
    updates = await call.updates()
    assert [update["message"]["text"] for update in updates] == ["完成"]
    assert updates[0]["message"]["reply_to_message"]["text"] == "提醒"


async def test_privacy_mode_can_be_switched_off(call, telegram: Lookalike):
    telegram.privacy = False
    telegram.say(OFFICIAL, CITY_GROUP, "今天开会")
    assert await heard(call) == ["今天开会"]
    assert (await call.result("getMe"))["can_read_all_group_messages"] is True


async def test_a_message_says_who_where_and_when(call, telegram: Lookalike, watch):
    telegram.say(OFFICIAL, CITY_GROUP, "/done DC-2026-004")
    message = (await call.updates())[0]["message"]
    assert message["from"] == {"id": 1, "is_bot": False, "first_name": "马景民", "language_code": "zh-hans"}
    assert message["chat"] == {"id": CITY_GROUP, "title": "青澜市督办工作群", "type": "supergroup"}
    assert message["date"] == int(watch().timestamp())
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 5}]


async def test_message_numbers_run_per_supergroup_and_together_elsewhere(telegram: Lookalike):
    said = [telegram.say(OFFICIAL, chat, "/x") for chat in (CITY_GROUP, OFFICIAL, COUNTY_GROUP, CITY_GROUP)]
    assert [message["message_id"] for message in said] == [1, 1, 2, 2]


async def test_who_is_not_in_a_group_cannot_speak_there(telegram: Lookalike):
    with pytest.raises(PermissionError):
        telegram.say(STRANGER, CITY_GROUP, "/status")


async def test_a_pressed_button_is_a_query_that_can_be_answered_and_the_message_edited(started, telegram: Lookalike):
    sent = await started.result("sendMessage", chat_id=OFFICIAL, text="已报", reply_markup=BUTTON)
    query_id = telegram.press(OFFICIAL, OFFICIAL, sent["message_id"], "undo")
    query = (await started.updates())[0]["callback_query"]
    assert (query["id"], query["data"], query["message"]["text"]) == (query_id, "undo", "已报")
    assert await started.result("answerCallbackQuery", callback_query_id=query_id, text="撤销了")
    assert telegram.answers[query_id]["text"] == "撤销了"
    await started.result("editMessageText", chat_id=OFFICIAL, message_id=sent["message_id"], text="撤销了")
    assert telegram.messages(OFFICIAL)[-1]["text"] == "撤销了"
    assert ([sent.text for sent in telegram.sent], [edit.text for edit in telegram.edits]) == (["已报"], ["撤销了"])
    with pytest.raises(LookupError):
        telegram.press(OFFICIAL, OFFICIAL, sent["message_id"], "undo")


async def test_a_keyboard_can_be_taken_away_alone(started, telegram: Lookalike):
    sent = await started.result("sendMessage", chat_id=OFFICIAL, text="已报", reply_markup=BUTTON)
    await started.result("editMessageReplyMarkup", chat_id=OFFICIAL, message_id=sent["message_id"])
    assert "reply_markup" not in telegram.messages(OFFICIAL)[-1]


async def test_a_message_can_be_deleted(started, telegram: Lookalike):
    sent = await started.result("sendMessage", chat_id=OFFICIAL, text="错了")
    assert await started.result("deleteMessage", chat_id=OFFICIAL, message_id=sent["message_id"])
    assert [message["text"] for message in telegram.messages(OFFICIAL)] == ["/start"]


async def test_files_and_pictures_can_be_fetched(call, telegram: Lookalike):
    telegram.send_file(OFFICIAL, OFFICIAL, "台账.xlsx", b"rows", caption="/import")
    telegram.send_file(OFFICIAL, OFFICIAL, "现场.png", PNG, as_photo=True)
    document, photo = [update["message"] for update in await call.updates()]
    assert document["document"]["file_name"] == "台账.xlsx"
    assert document["caption_entities"][0]["type"] == "bot_command"
    assert (photo["photo"][0]["width"], photo["photo"][0]["height"]) == (320, 240)
    stored = await call.result("getFile", file_id=document["document"]["file_id"])
    async with call.session.get(f"{telegram.base_file_url}4242:rehearsal/{stored['file_path']}") as response:
        assert await response.read() == b"rows"


async def test_a_group_that_becomes_a_supergroup_is_told_and_names_its_new_id(call, telegram: Lookalike):
    new_id = telegram.migrate(COUNTY_GROUP)
    assert str(new_id).startswith("-100")
    refused = await call("sendMessage", chat_id=COUNTY_GROUP, text="好")
    assert refused["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert refused["parameters"] == {"migrate_to_chat_id": new_id}
    to, origin = [update["message"] for update in await call.updates()]
    assert (to["chat"]["id"], to["migrate_to_chat_id"]) == (COUNTY_GROUP, new_id)
    assert (origin["chat"]["id"], origin["migrate_from_chat_id"]) == (new_id, COUNTY_GROUP)
    assert await call.result("sendMessage", chat_id=new_id, text="好")
    assert telegram.say(OFFICIAL, new_id, "/status")
    with pytest.raises(LookupError):
        telegram.say(OFFICIAL, COUNTY_GROUP, "/status")


async def test_command_menus_are_kept_by_scope_and_language(call):
    menu = [{"command": "status", "description": "进度"}]
    assert await call.result("setMyCommands", commands=menu, language_code="zh")
    assert await call.result("getMyCommands", language_code="zh") == menu
    assert await call.result("getMyCommands") == []


async def test_a_chat_can_be_asked_for_and_shown_typing_in(started, telegram: Lookalike):
    seen: list[str] = []
    telegram.watch(lambda event: seen.append(event["kind"]))
    assert (await started.result("getChat", chat_id=OFFICIAL))["type"] == "private"
    assert await started.result("sendChatAction", chat_id=OFFICIAL, action="typing")
    await started.result("sendMessage", chat_id=OFFICIAL, text="好")
    assert seen == ["action", "message"]


async def test_only_so_much_history_is_kept(watch):
    telegram = Lookalike(token="1:x", username="duban_bot", clock=watch, history=3)
    telegram.add_person(OFFICIAL, "马景民")
    for number in range(5):
        telegram.say(OFFICIAL, OFFICIAL, str(number))
    assert [message["text"] for message in telegram.messages(OFFICIAL)] == ["2", "3", "4"]


async def test_a_person_may_have_started_the_chat_long_ago(call, telegram: Lookalike):
    telegram.add_person(3, "老用户", started=True)
    assert await call.result("sendMessage", chat_id=3, text="好")
