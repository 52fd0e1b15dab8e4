"""Every refusal of the look-alike, over HTTP, in Telegram's words."""

import io
import json
from typing import Any

import aiohttp
import pytest

from rehearsal.lookalike import Lookalike
from tests.rehearsal.conftest import picture

OFFICIAL, STRANGER, CITY_GROUP, COUNTY_GROUP = 1, 2, -1001000000001, -77
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def button(**action: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "完成", **action}]]}


async def test_a_method_that_telegram_does_not_have_is_not_found(call):
    assert await call.refusal("sendTelegram") == (404, "Not Found: method not found")


async def test_a_wrong_token_is_unauthorized(call):
    assert await call("getMe", token="4242:other") == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_a_path_that_is_no_call_is_not_found(call, telegram: Lookalike):
    async with call.session.get(f"{telegram.origin}/") as response:
        assert (response.status, (await response.json())["description"]) == (404, "Not Found")


async def test_a_method_that_only_telegram_has_is_not_implemented(call):
    code, description = await call.refusal("sendPoll", chat_id=OFFICIAL)
    assert (code, "sendPoll" in description) == (501, True)


async def test_an_unknown_parameter_is_named(call):
    expected = (400, 'Bad Request: unknown parameter "txt" of sendMessage')
    assert await call.refusal("sendMessage", chat_id=OFFICIAL, text="好", txt="好") == expected


@pytest.mark.parametrize(
    ("method", "given", "description"),
    [
        ("sendMessage", {"text": "好"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 1}, "message text is empty"),
        ("editMessageText", {"text": "好", "message_id": 1}, "chat_id is empty"),
        ("editMessageText", {"text": "好", "chat_id": 1}, "message identifier is not specified"),
        ("editMessageText", {"message_id": 1, "chat_id": 1}, "message text is empty"),
        ("deleteMessage", {"chat_id": 1}, "message identifier is not specified"),
        ("sendPhoto", {"chat_id": 1}, "there is no photo in the request"),
        ("sendDocument", {"chat_id": 1}, "there is no document in the request"),
        ("sendMediaGroup", {"chat_id": 1}, 'parameter "media" is required'),
        ("getFile", {}, "invalid file_id"),
        ("setMyCommands", {}, 'parameter "commands" is required'),
        ("answerCallbackQuery", {}, 'parameter "callback_query_id" is required'),
    ],
)
async def test_a_missing_parameter_is_refused(started, method, given, description):
    assert await started.refusal(method, **given) == (400, f"Bad Request: {description}")


@pytest.mark.parametrize(
    ("method", "given", "description"),
    [
        ("sendMessage", {"text": 5}, 'can\'t parse "text": expected String'),
        ("sendMessage", {"disable_notification": "maybe"}, 'can\'t parse "disable_notification": expected Boolean'),
        ("sendMessage", {"reply_parameters": "7"}, 'can\'t parse "reply_parameters": expected ReplyParameters'),
        ("sendMessage", {"entities": "{}"}, 'can\'t parse "entities": expected Array of MessageEntity'),
        ("deleteMessage", {"message_id": "first"}, 'can\'t parse "message_id": expected Integer'),
        ("getUpdates", {"allowed_updates": "message"}, 'can\'t parse "allowed_updates": expected Array of String'),
    ],
)
async def test_a_parameter_of_the_wrong_type_is_refused(started, method, given, description):
    defaults = {"sendMessage": {"chat_id": 1, "text": "好"}, "deleteMessage": {"chat_id": 1}, "getUpdates": {}}
    expected = (400, f"Bad Request: {description}")
    assert await started.refusal(method, **defaults[method] | given) == expected


async def test_a_body_that_is_no_json_object_is_refused(call, telegram: Lookalike):
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[1]"):
        async with call.session.post(
            f"{telegram.base_url}4242:rehearsal/getMe", data=body, headers=headers
        ) as response:
            assert (await response.json())["description"] == "Bad Request: can't parse JSON object"


async def test_half_an_emoji_is_no_text(started):
    expected = (400, "Bad Request: strings must be encoded in UTF-8")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text="👍"[:1] + "\ud83d") == expected
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{started.telegram.base_url}4242:rehearsal/sendMessage"
    async with started.session.post(url, data=b"chat_id=1&text=\xff", headers=headers) as response:
        assert (await response.json())["description"] == expected[1]


async def test_malformed_entities_and_reply_parameters_are_refused(started):
    given = {"chat_id": OFFICIAL, "text": "好"}
    expected = (400, "Bad Request: can't parse MessageEntity: expected type, offset and length")
    assert await started.refusal("sendMessage", entities=[{"type": "bold"}], **given) == expected
    expected = (400, "Bad Request: can't parse reply parameters: expected message_id")
    assert await started.refusal("sendMessage", reply_parameters={"message_id": "x"}, **given) == expected
    bold = [{"type": "bold", "offset": 0, "length": 1}]
    assert (await started.result("sendMessage", entities=bold, **given))["entities"] == bold


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<b>未完", 'Can\'t find end tag corresponding to start tag "b"'),
        ("整改<p>完</p>", 'Unsupported start tag "p" at byte offset 6'),
        ("面积 < 3 亩", 'Unsupported start tag "" at byte offset 7'),
        ("<b>甲</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("甲</b>", "Unexpected end tag at byte offset 3"),
        ("甲<b", "Unclosed start tag at byte offset 3"),
        ('<a href="x>甲</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<b>甲</b", "Unclosed end tag at byte offset 6"),
        ('<span class="red">甲</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">👍</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
async def test_html_that_telegram_cannot_parse_is_refused(started, html, reason):
    expected = (400, f"Bad Request: can't parse entities: {reason}")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text=html, parse_mode="HTML") == expected


async def test_an_unknown_parse_mode_is_refused(started):
    given = {"chat_id": OFFICIAL, "text": "好"}
    assert await started.refusal("sendMessage", parse_mode="BBCode", **given) == (
        400,
        "Bad Request: unsupported parse_mode",
    )
    assert (await started.refusal("sendMessage", parse_mode="MarkdownV2", **given))[0] == 501


async def test_a_text_is_too_long_beyond_4096_utf16_units_after_parsing(started):
    assert await started.result("sendMessage", chat_id=OFFICIAL, text="<b>" + "亩" * 4096 + "</b>", parse_mode="HTML")
    assert await started.result("sendMessage", chat_id=OFFICIAL, text="👍" * 2048)
    for text in ("亩" * 4097, "👍" * 2048 + "!"):
        expected = (400, "Bad Request: message is too long")
        assert await started.refusal("sendMessage", chat_id=OFFICIAL, text=text) == expected


async def test_a_caption_is_too_long_beyond_1024_utf16_units(started):
    url = f"{started.telegram.base_url}4242:rehearsal/sendDocument"
    for caption, expected in (("亩" * 1024, None), ("亩" * 1025, "Bad Request: message caption is too long")):
        form = aiohttp.FormData({"chat_id": "1", "caption": caption})
        form.add_field("document", b"x", filename="台账.txt")
        async with started.session.post(url, data=form) as response:
            assert (await response.json()).get("description") == expected


async def test_an_empty_text_is_refused(started):
    expected = (400, "Bad Request: message text is empty")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text=" \n") == expected
    expected = (400, "Bad Request: text must be non-empty")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text="<b> </b>", parse_mode="HTML") == expected


@pytest.mark.parametrize("data", ["", "督" * 21 + "ab"])
async def test_callback_data_beyond_64_bytes_or_empty_is_refused(started, data):
    markup = button(callback_data=data)
    expected = (400, "Bad Request: BUTTON_DATA_INVALID")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text="好", reply_markup=markup) == expected
    assert await started.result(
        "sendMessage", chat_id=OFFICIAL, text="好", reply_markup=button(callback_data="督" * 21 + "a")
    )


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/", "javascript:alert(1)", "http://a b.cn/", "督办", "http://[x/"]
)
async def test_a_url_button_that_leads_nowhere_is_refused(started, url):
    expected = (400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text="好", reply_markup=button(url=url)) == expected
    for good in ("https://www.gov.cn/", "tg://user?id=1", "http://127.0.0.1:8080/"):
        assert await started.result("sendMessage", chat_id=OFFICIAL, text="好", reply_markup=button(url=good))


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        (button(), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        ({"inline_keyboard": [["x"]]}, "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
        ({"inline_keyboard": "x"}, "can't parse inline keyboard: expected an Array of Array of InlineKeyboardButton"),
    ],
)
async def test_a_malformed_keyboard_is_refused(started, markup, description):
    expected = (400, f"Bad Request: {description}")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text="好", reply_markup=markup) == expected


async def test_a_reply_keyboard_is_not_implemented(started):
    given = {"chat_id": OFFICIAL, "text": "好", "reply_markup": {"keyboard": [[{"text": "好"}]]}}
    assert (await started.refusal("sendMessage", **given))[0] == 501


async def test_a_chat_that_nobody_started_cannot_be_written_to(call):
    expected = (403, "Forbidden: bot can't initiate conversation with a user")
    assert await call.refusal("sendMessage", chat_id=STRANGER, text="好") == expected


async def test_a_person_who_blocked_the_bot_cannot_be_written_to_until_he_starts_again(started, telegram: Lookalike):
    telegram.block(OFFICIAL)
    expected = (403, "Forbidden: bot was blocked by the user")
    assert await started.refusal("sendMessage", chat_id=OFFICIAL, text="好") == expected
    assert [update["my_chat_member"]["new_chat_member"]["status"] for update in await started.updates()] == ["kicked"]
    with pytest.raises(PermissionError):
        telegram.say(OFFICIAL, OFFICIAL, "在吗")
    telegram.say(OFFICIAL, OFFICIAL, "/start")
    assert await started.result("sendMessage", chat_id=OFFICIAL, text="好")


async def test_a_group_that_threw_the_bot_out_cannot_be_written_to(call, telegram: Lookalike):
    for group, kind in ((CITY_GROUP, "supergroup"), (COUNTY_GROUP, "group")):
        telegram.kick(group, by=OFFICIAL)
        expected = (403, f"Forbidden: bot was kicked from the {kind} chat")
        assert await call.refusal("sendMessage", chat_id=group, text="好") == expected


@pytest.mark.parametrize("chat_id", [99, "@nobody", -1009])
async def test_an_unknown_chat_is_not_found(call, chat_id):
    for method, more in (("sendMessage", {"text": "好"}), ("getChat", {}), ("sendChatAction", {"action": "typing"})):
        assert await call.refusal(method, chat_id=chat_id, **more) == (400, "Bad Request: chat not found")


async def test_an_edit_that_changes_nothing_is_refused(started):
    markup = button(callback_data="done")
    sent = await started.result("sendMessage", chat_id=OFFICIAL, text="好", reply_markup=markup)
    given = {"chat_id": OFFICIAL, "message_id": sent["message_id"], "reply_markup": markup}
    assert await started.refusal("editMessageText", text="好", **given) == (400, NOT_MODIFIED)
    assert await started.refusal("editMessageReplyMarkup", **given) == (400, NOT_MODIFIED)
    assert (await started.result("editMessageText", text="<b>好</b>", parse_mode="HTML", **given))["edit_date"]


async def test_a_reply_to_a_missing_message_is_refused_unless_that_is_allowed(started):
    given = {"chat_id": OFFICIAL, "text": "好"}
    expected = (400, "Bad Request: message to be replied not found")
    assert await started.refusal("sendMessage", reply_parameters={"message_id": 99}, **given) == expected
    lenient = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await started.result("sendMessage", reply_parameters=lenient, **given)


async def test_only_the_bots_own_messages_can_be_edited(started, telegram: Lookalike):
    said = telegram.say(OFFICIAL, OFFICIAL, "在吗")
    given = {"chat_id": OFFICIAL, "text": "好"}
    expected = (400, "Bad Request: message can't be edited")
    assert await started.refusal("editMessageText", message_id=said["message_id"], **given) == expected
    expected = (400, "Bad Request: message to edit not found")
    assert await started.refusal("editMessageText", message_id=99, **given) == expected


async def test_a_message_that_is_gone_old_or_anothers_cannot_be_deleted(started, telegram: Lookalike, watch):
    said = telegram.say(OFFICIAL, CITY_GROUP, "开会")
    sent = await started.result("sendMessage", chat_id=CITY_GROUP, text="好")
    for message_id, description in (
        (99, "message to delete not found"),
        (said["message_id"], "message can't be deleted"),
    ):
        expected = (400, f"Bad Request: {description}")
        assert await started.refusal("deleteMessage", chat_id=CITY_GROUP, message_id=message_id) == expected
    watch.pass_by(hours=49)
    expected = (400, "Bad Request: message can't be deleted for everyone")
    assert await started.refusal("deleteMessage", chat_id=CITY_GROUP, message_id=sent["message_id"]) == expected


async def test_an_unknown_or_old_query_cannot_be_answered(started, telegram: Lookalike, watch):
    sent = await started.result("sendMessage", chat_id=OFFICIAL, text="好", reply_markup=button(callback_data="done"))
    query = telegram.press(OFFICIAL, OFFICIAL, sent["message_id"], "done")
    too_old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    assert await started.refusal("answerCallbackQuery", callback_query_id="7") == too_old
    expected = (400, "Bad Request: MESSAGE_TOO_LONG")
    assert await started.refusal("answerCallbackQuery", callback_query_id=query, text="长" * 201) == expected
    assert await started.result("answerCallbackQuery", callback_query_id=query, text="已报")
    watch.pass_by(minutes=16)
    assert await started.refusal("answerCallbackQuery", callback_query_id=query) == too_old


@pytest.mark.parametrize(
    ("commands", "description"),
    [
        ([{"command": "交办", "description": "交办"}], "BOT_COMMAND_INVALID"),
        ([{"command": "status", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "status", "description": "进度"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_a_command_menu_that_telegram_would_not_take_is_refused(call, commands, description):
    assert await call.refusal("setMyCommands", commands=commands) == (400, f"Bad Request: {description}")


async def test_an_unknown_chat_action_is_refused(started):
    expected = (400, "Bad Request: wrong parameter action in request")
    assert await started.refusal("sendChatAction", chat_id=OFFICIAL, action="dancing") == expected


@pytest.mark.parametrize(
    ("photo", "description"),
    [
        ("no-such-file", "wrong file identifier/HTTP URL specified"),
        ("https://www.gov.cn/a.png", "failed to get HTTP URL content"),
    ],
)
async def test_a_file_that_is_not_there_cannot_be_sent(started, photo, description):
    assert await started.refusal("sendPhoto", chat_id=OFFICIAL, photo=photo) == (400, f"Bad Request: {description}")


PHOTO, DOCUMENT = {"type": "photo", "media": "attach://picture"}, {"type": "document", "media": "attach://letter"}


@pytest.mark.parametrize(
    ("media", "description"),
    [
        ([], "there are no messages to send"),
        ([PHOTO], "there are no messages to send"),
        ([PHOTO] * 11, "too many messages to send as an album"),
        ([PHOTO, DOCUMENT], "document can't be mixed with other media types"),
        ([PHOTO, {**PHOTO, "caption": "亩" * 1025}], "message caption is too long"),
        ([PHOTO, {**PHOTO, "caption": "<b>甲", "parse_mode": "HTML"}],
         'can\'t parse entities: Can\'t find end tag corresponding to start tag "b"'),
        ([PHOTO, {**PHOTO, "media": "no-such-file"}], "wrong file identifier/HTTP URL specified"),
        ([PHOTO, {**PHOTO, "media": "attach://none"}], "wrong file identifier/HTTP URL specified"),
        ([PHOTO, {**PHOTO, "media": "attach://letter"}], "IMAGE_PROCESS_FAILED"),
        ([PHOTO, {"type": "photo"}], "can't parse InputMedia: media not found"),
        ([PHOTO, {"media": "attach://picture"}], 'can\'t parse InputMedia: Can\'t find field "type"'),
        ([PHOTO, {**PHOTO, "type": "sticker"}], "can't parse InputMedia: invalid media type specified"),
        ("{", 'can\'t parse "media": expected Array of InputMediaAudio or Array of InputMediaDocument'
         " or Array of InputMediaLivePhoto or Array of InputMediaPhoto or Array of InputMediaVideo"),
    ],
)  # fmt: skip
async def test_an_album_that_telegram_would_not_take_is_refused_and_nothing_of_it_sent(
    started, telegram: Lookalike, media, description
):
    form = aiohttp.FormData({"chat_id": "1", "media": media if isinstance(media, str) else json.dumps(media)})
    form.add_field("picture", picture(), filename="现场.png")
    form.add_field("letter", b"x", filename="函.txt")
    # a file that nothing in the album names is another mistake: all is named at least once in the words beside it
    form.add_field("reply_parameters", json.dumps({"allow": "attach://picture attach://letter", "message_id": 1}))
    async with started.session.post(f"{telegram.base_url}4242:rehearsal/sendMediaGroup", data=form) as response:
        answer = await response.json()
    assert (answer["error_code"], answer["description"]) == (400, f"Bad Request: {description}")
    assert telegram.sent == []


async def test_an_album_with_films_is_not_implemented(started):
    media = [{"type": "video", "media": "x"}] * 2
    assert (await started.refusal("sendMediaGroup", chat_id=OFFICIAL, media=media))[0] == 501


async def test_an_album_for_a_chat_that_cannot_be_written_to_is_refused(call, telegram: Lookalike):
    sent = telegram.send_file(OFFICIAL, CITY_GROUP, "现场.png", picture(), as_photo=True)
    media = [{"type": "photo", "media": sent["photo"][0]["file_id"]}] * 2
    expected = (403, "Forbidden: bot can't initiate conversation with a user")
    assert await call.refusal("sendMediaGroup", chat_id=STRANGER, media=media) == expected


async def test_a_document_cannot_be_sent_as_a_photo_nor_a_photo_as_a_document(started, telegram: Lookalike):
    photo = telegram.send_file(OFFICIAL, OFFICIAL, "现场.png", picture(), as_photo=True)["photo"][0]["file_id"]
    document = telegram.send_file(OFFICIAL, OFFICIAL, "现场.png", picture())["document"]["file_id"]
    expected = (400, "Bad Request: type of file mismatch")
    assert await started.refusal("sendPhoto", chat_id=OFFICIAL, photo=document) == expected
    assert await started.refusal("sendDocument", chat_id=OFFICIAL, document=photo) == expected


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes([0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]), "PHOTO_INVALID_DIMENSIONS"),
        (b"", "file must be non-empty"),
    ],
)
async def test_what_is_no_picture_cannot_be_sent_as_a_photo(started, content, description):
    form = aiohttp.FormData({"chat_id": "1"})
    form.add_field("photo", content, filename="现场.png")
    async with started.session.post(f"{started.telegram.base_url}4242:rehearsal/sendPhoto", data=form) as response:
        assert (await response.json())["description"] == f"Bad Request: {description}"


async def test_a_file_beyond_20_mb_is_too_big_for_a_bot_to_fetch(call, telegram: Lookalike):
    most = 20 * 1024 * 1024
    for size, expected in ((most, True), (most + 1, False)):
        sent = telegram.send_file(OFFICIAL, OFFICIAL, "台账.xlsx", bytes(size))
        answer = await call("getFile", file_id=sent["document"]["file_id"])
        assert answer["ok"] == expected
    assert (answer["error_code"], answer["description"]) == (400, "Bad Request: file is too big")


async def test_a_file_beyond_50_mb_is_too_large_for_a_bot_to_send(started):
    url = f"{started.telegram.base_url}4242:rehearsal/sendDocument"
    for size, expected in ((50 * 1024 * 1024, True), (50 * 1024 * 1024 + 1, False)):
        form = aiohttp.FormData({"chat_id": "1"})
        form.add_field("document", io.BytesIO(bytes(size)), filename="台账.xlsx")
        async with started.session.post(url, data=form) as response:
            answer = await response.json()
        assert answer["ok"] == expected
    assert (answer["error_code"], answer["description"]) == (413, "Request Entity Too Large")


async def test_an_upload_under_an_unknown_name_is_refused(started):
    form = aiohttp.FormData({"chat_id": "1", "text": "好"})
    form.add_field("appendix", b"x", filename="a.txt")
    async with started.session.post(f"{started.telegram.base_url}4242:rehearsal/sendMessage", data=form) as response:
        assert (await response.json())["description"] == 'Bad Request: unknown parameter "appendix" of sendMessage'


async def test_a_text_cannot_be_put_where_there_is_only_a_file(started):
    form = aiohttp.FormData({"chat_id": "1"})
    form.add_field("document", b"x", filename="台账.txt")
    async with started.session.post(f"{started.telegram.base_url}4242:rehearsal/sendDocument", data=form) as response:
        sent = (await response.json())["result"]
    expected = (400, "Bad Request: there is no text in the message to edit")
    given = {"chat_id": OFFICIAL, "message_id": sent["message_id"], "text": "好"}
    assert await started.refusal("editMessageText", **given) == expected


async def test_a_file_cannot_be_fetched_with_another_token_or_path(call, telegram: Lookalike):
    for path, expected in (("other/documents/file_1.txt", 401), ("4242:rehearsal/documents/none.txt", 404)):
        async with call.session.get(f"{telegram.base_file_url}{path}") as response:
            assert response.status == expected
