"""Of an update the same is read as python-telegram-bot's own types read of it, whatever kind it is."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlmodel import Session
from telegram import Bot, CallbackQuery, Document, Message, PhotoSize, Update, User, Video
from telegram.constants import ChatType, MessageEntityType

from bot.buttons import STAYS_SIGN
from bot.updates import (
    PHOTO_NAME,
    PLATFORM,
    VIDEO_NAME,
    VIDEO_TYPE,
    Arrival,
    Meaning,
    Migration,
    Presence,
    Unreadable,
    understand,
)
from db.store import Store
from handlers.request import Attachment, Request
from tests.conftest import NOW
from text.reply import AS_FILE, VISIBLE

US = {"id": 99, "is_bot": True, "first_name": "督办", "username": "duban_bot"}
HIM = {"id": 7, "is_bot": False, "first_name": "马景民", "username": "ma_jm", "language_code": "zh-hans"}
PRIVATE = {"id": 7, "type": "private", "first_name": "马景民"}
GROUP = {"id": -100123, "type": "supergroup", "title": "北山县整改群"}
KEY = "telegram:1"


def sized(number: int, **more: Any) -> dict[str, Any]:
    return {"file_id": f"file-{number}", "file_unique_id": f"unique-{number}", "file_size": 1000 * number, **more}


def said(chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    return {"message": {"message_id": 5, "date": 1_763_427_600, "chat": chat, "from": HIM, **more}}


def entity(kind: str, offset: int, length: int) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length}


def ours(**more: Any) -> dict[str, Any]:
    return {"message_id": 4, "date": 1_763_427_500, "chat": GROUP, "from": US, "text": "DC-2026-004", **more}


def pressed(**more: Any) -> dict[str, Any]:
    return {"callback_query": {"id": "31", "from": HIM, "chat_instance": "1", "data": "/mine"} | more}


def changed(status: str) -> dict[str, Any]:
    member = {"status": status, "user": US, "until_date": 0}
    old = {"status": "member", "user": US}
    change = {"chat": GROUP, "from": HIM, "date": 1_763_427_600, "old_chat_member": old, "new_chat_member": member}
    return {"my_chat_member": change}


PHOTO = {"photo": [sized(1, width=90, height=90), sized(2, width=900, height=900)]}
MENTION = {"text": "😀 @Duban_bot 北山县进度", "entities": [entity("mention", 3, 10)]}
FULL = {
    "text": "/status@duban_bot 北山县", "author_signature": "x", "has_protected_content": True, "edit_date": 1,
    "entities": [entity("bot_command", 0, 17)], "link_preview_options": {"is_disabled": True},
    "forward_origin": {"type": "user", "date": 1, "sender_user": HIM}, "via_bot": US,
    "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]},
}  # fmt: skip
UPDATES: dict[str, dict[str, Any]] = {
    "words": said(text="  进度  "),
    "a command": said(text="/help", entities=[entity("bot_command", 0, 5)]),
    "a command with all sorts beside it": said(GROUP, **FULL),
    "a command to us": said(GROUP, text="/status@Duban_Bot", entities=[entity("bot_command", 0, 17)]),
    "a command to another bot": said(GROUP, text="/status@other_bot", entities=[entity("bot_command", 0, 17)]),
    "a command in a group": said(GROUP, text="/status"),
    "a mention behind an emoji": said(GROUP, **MENTION),
    "a mention of another": said(GROUP, text="@other 进度", entities=[entity("mention", 0, 6)]),
    "a mention that is a name": said(GROUP, text="@x", entities=[{**entity("text_mention", 0, 2), "user": HIM}]),
    "a mention that ends beyond": said(text="@x", entities=[entity("mention", 50, 9)]),
    "a mention beneath a picture": said(
        GROUP, **PHOTO, caption="整改后 @duban_bot", caption_entities=[entity("mention", 4, 10)]
    ),
    "talk in a group": said(GROUP, text="大家好"),
    "a reply to us": said(GROUP, text="完成", reply_to_message=ours()),
    "a reply to somebody": said(GROUP, text="完成", reply_to_message=ours(**{"from": HIM})),
    "a reply to a channel's post": said(GROUP, text="完成", reply_to_message={**ours(), "from": None}),
    "a picture": said(**PHOTO),
    "a picture with words": said(**PHOTO, caption="整改后"),
    "a picture of an album": said(**PHOTO, media_group_id="77"),
    "a film": said(video=sized(3, width=1, height=1, duration=9, mime_type="video/quicktime", file_name="v.mov")),
    "a film without a name": said(video=sized(3, width=1, height=1, duration=9)),
    "a table": said(document=sized(4, file_name="台账.xlsx", mime_type="application/vnd.ms-excel"), caption="导入"),
    "a picture as a file": said(document=sized(4, file_name="a.jpg", mime_type="image/jpeg")),
    "a file of which nothing is known": said(document={"file_id": "f", "file_unique_id": "u"}),
    "a moving picture": said(
        animation=sized(5, width=1, height=1, duration=1), document=sized(5, file_name="a.gif", mime_type="image/gif")
    ),
    "a voice": said(voice=sized(6, duration=3)),
    "a service message": said(GROUP, new_chat_members=[US]),
    "a group without a sender": {"message": {"message_id": 5, "date": 1, "chat": GROUP, "text": "/status"}},
    "a channel": said({"id": -5, "type": "channel", "title": "公告"}, text="/status"),
    "a move": said({"id": -5, "type": "group", "title": "群"}, migrate_to_chat_id=-100555),
    "a press": pressed(message=ours()),
    "a press in private": pressed(message=ours(chat=PRIVATE), data=f"{STAYS_SIGN}/due 7"),
    "a press on a message too old": pressed(message={"chat": GROUP, "message_id": 4, "date": 0}),
    "a press of a game": {"callback_query": {"id": "31", "from": HIM, "chat_instance": "1", "game_short_name": "g"}},
    "thrown out": changed("kicked"),
    "left": changed("left"),
    "taken in": changed("member"),
    "what nobody asked for": {"tomorrows_invention": {"id": 1}},
}  # fmt: skip


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('updates')}/empty.db")
    with store.reading() as session:
        yield session
    store.close()


@pytest.fixture
def bot() -> Bot:
    bot = Bot("1:x")
    bot._bot_user = User.de_json(US, bot)
    return bot


@pytest.mark.parametrize("what", UPDATES)
def test_an_update_means_what_the_library_reads_in_it(session: Session, bot: Bot, what: str) -> None:
    update = {"update_id": 1, **UPDATES[what]}
    meaning = understand(session, bot, [json.dumps(update)], KEY, NOW)
    assert meaning == read_by_the_library([Update.de_json(update, bot)], bot)


def test_all_of_an_album_is_one_request_with_the_words_of_the_part_that_has_some(session: Session, bot: Bot) -> None:
    parts = [said(**PHOTO, media_group_id="77") for _part in range(3)]
    parts[1]["message"]["caption"] = "整改后"
    updates = [{"update_id": number, **part} for number, part in enumerate(parts)]
    meaning = understand(session, bot, [json.dumps(update) for update in updates], KEY, NOW)
    assert meaning == read_by_the_library([Update.de_json(update, bot) for update in updates], bot)
    assert isinstance(meaning, Arrival)
    assert (meaning.request.text, len(meaning.request.attachments)) == ("整改后", 3)


def test_no_kind_of_update_that_we_take_means_nothing_at_all(session: Session, bot: Bot) -> None:
    meanings = {type(understand(session, bot, [json.dumps(one)], KEY, NOW)) for one in UPDATES.values()}
    assert meanings == {Arrival, Migration, Presence, type(None)}


@pytest.mark.parametrize(
    "broken",
    [
        "garbage", {"text": 5}, {"date": "today"}, {"date": None}, {"chat": {"id": "x"}}, {"from": {"id": "7"}},
        {"photo": ["x"]}, {"document": {"file_id": 5}}, {"document": {"file_name": "x"}}, {"entities": ["x"]},
        {"entities": [{"type": "mention", "offset": "0", "length": 1}]}, {"reply_to_message": "x"},
    ],
)  # fmt: skip
def test_what_is_not_as_telegram_promises_is_refused_and_not_guessed(session: Session, bot: Bot, broken: Any) -> None:
    message = broken if isinstance(broken, str) else said(text="进度")["message"] | broken
    with pytest.raises(Unreadable):
        understand(session, bot, [json.dumps({"message": message})], KEY, NOW)


def read_by_the_library(updates: Sequence[Update], bot: Bot) -> Meaning:
    """The judge: the same meanings, from the library's types."""
    update = updates[0]
    if update.callback_query is not None:
        return press_by_the_library(update.callback_query)
    if update.my_chat_member is not None:
        gone = update.my_chat_member.new_chat_member.status in ("kicked", "left", "banned")
        return Presence(chat=f"{PLATFORM}:{update.my_chat_member.chat.id}", reachable=not gone)
    parts = [each.message for each in updates if each.message is not None]
    return message_by_the_library(parts, bot) if parts else None


def press_by_the_library(press: CallbackQuery) -> Meaning:
    if press.data is None or press.message is None:
        return None
    request = Request(
        key=KEY, sender=f"{PLATFORM}:{press.from_user.id}", chat=f"{PLATFORM}:{press.message.chat.id}",
        text=press.data.removeprefix(STAYS_SIGN), now=NOW, is_group=press.message.chat.type != ChatType.PRIVATE,
        chat_title=press.message.chat.title or "", replied_to=str(press.message.message_id), pressed=True,
    )  # fmt: skip
    edits = None if press.data.startswith(STAYS_SIGN) else str(press.message.message_id)
    return Arrival(request=request, edits=edits, press=press.id)


def message_by_the_library(parts: Sequence[Message], bot: Bot) -> Meaning:
    message = next((part for part in parts if part.caption), parts[0])
    chat, replied = f"{PLATFORM}:{message.chat.id}", message.reply_to_message
    if message.migrate_to_chat_id is not None:
        return Migration(old=chat, new=f"{PLATFORM}:{message.migrate_to_chat_id}")
    attachments = tuple(attachment for part in parts if (attachment := file_by_the_library(part)))
    text, is_group = message.text or message.caption or "", message.chat.type != ChatType.PRIVATE
    mentioned, words = mention_by_the_library(message, text, bot)
    if not (text or attachments) or message.from_user is None or message.chat.type == ChatType.CHANNEL:
        return None
    to_us = replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
    addressed = not is_group or mentioned or to_us
    if (text.startswith("/") and not words) or (not addressed and not text.startswith("/")):
        return None
    request = Request(
        key=KEY, sender=f"{PLATFORM}:{message.from_user.id}", chat=chat, text=words, now=NOW, is_group=is_group,
        chat_title=message.chat.title or "", replied_to=str(replied.message_id) if replied and to_us else None,
        addressed=addressed, attachments=attachments,
        album=f"{chat} {message.media_group_id}" if message.media_group_id else "",
    )  # fmt: skip
    return Arrival(request=request, quotes=str(message.message_id) if is_group else None)


def file_by_the_library(message: Message) -> Attachment | None:
    def attachment(found: PhotoSize | Video | Document, name: str, media_type: str) -> Attachment:
        return Attachment(
            address=f"{PLATFORM}:{found.file_id}", unique_id=found.file_unique_id, name=name,
            size=found.file_size or 0, media_type=media_type,
        )  # fmt: skip

    if message.photo:
        return attachment(message.photo[-1], PHOTO_NAME, "image/jpeg")
    if message.video is not None:
        return attachment(message.video, message.video.file_name or VIDEO_NAME, message.video.mime_type or VIDEO_TYPE)
    if message.document is None or message.animation is not None:
        return None
    media_type = message.document.mime_type or ""
    as_file = AS_FILE if media_type.startswith(VISIBLE) else ""
    return attachment(message.document, message.document.file_name or "", media_type + as_file)


def mention_by_the_library(message: Message, text: str, bot: Bot) -> tuple[bool, str]:
    if command := re.match(r"/\w+(@\w+)", text):
        mine = command[1].lower() == f"@{bot.username}".lower()
        return mine, text if mine else ""
    kinds: list[str | None] = [MessageEntityType.MENTION]
    found = {**message.parse_entities(kinds), **message.parse_caption_entities(kinds)}.values()
    mentions = [mention for mention in found if mention.lower() == f"@{bot.username}".lower()]
    for mention in mentions:
        text = text.replace(mention, " ")
    return bool(mentions), text.strip()
