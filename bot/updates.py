"""Reading Telegram's updates: what each means for us, in our own terms."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from telegram import Bot, CallbackQuery, ChatMemberUpdated, Document, Message, MessageEntity, PhotoSize, Update, Video
from telegram.constants import ChatType

from bot.buttons import STAYS_SIGN, command_of
from handlers.request import Attachment, Request
from text.reply import AS_FILE, VISIBLE

PLATFORM = "telegram"
PHOTO_NAME = "photo.jpg"  # Telegram keeps no names of pictures, and makes them all JPEG
VIDEO_NAME, VIDEO_TYPE = "video.mp4", "video/mp4"


@dataclass(frozen=True, kw_only=True)
class Migration:
    """A group became a supergroup."""

    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Somebody blocked or unblocked the bot, or a group threw it out or took it in."""

    chat: str
    reachable: bool


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What an update means for us: something said, with the message to change or quote and the press to answer."""

    request: Request
    edits: str | None = None
    quotes: str | None = None
    press: str | None = None


Meaning = Arrival | Migration | Presence | None


def album_of(chat: str, media_group_id: str) -> str:
    """Return what names an album: Telegram promises nothing about the numbers of different chats."""
    return f"{chat} {media_group_id}"


def understand(session: Session, bot: Bot, payloads: Sequence[str], key: str, now: datetime) -> Meaning:
    """Read an update as stored, or those of an album as one; None for what is not for us."""
    updates = [Update.de_json(json.loads(payload), bot) for payload in payloads]
    update = updates[0]
    if update.callback_query is not None:
        return _pressed(session, update.callback_query, key, now)
    if update.my_chat_member is not None:
        return _presence(update.my_chat_member)
    parts = [each.message for each in updates if each.message is not None]
    return _said(parts, key, now, bot) if parts else None


def _said(parts: Sequence[Message], key: str, now: datetime, bot: Bot) -> Meaning:
    """Read a message; of an album the part with the words says what is meant by all of it."""
    message = next((part for part in parts if part.caption), parts[0])
    chat = f"{PLATFORM}:{message.chat.id}"
    if message.migrate_to_chat_id is not None:
        return Migration(old=chat, new=f"{PLATFORM}:{message.migrate_to_chat_id}")
    attachments = tuple(attachment for part in parts if (attachment := _attachment(part)))
    text = message.text or message.caption or ""
    if not text and not attachments:
        return None  # a voice, a sticker or a moving picture asks for nothing
    if message.from_user is None or message.chat.type == ChatType.CHANNEL:
        return None
    is_group = message.chat.type != ChatType.PRIVATE
    replied = message.reply_to_message
    to_us = replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
    mentioned, words = _without_mention(message, text, bot)
    if text.startswith("/") and not words:
        return None  # a command to another bot, even in reply to us
    request = Request(
        key=key, sender=f"{PLATFORM}:{message.from_user.id}", chat=chat, text=words, now=now, is_group=is_group,
        chat_title=message.chat.title or "", replied_to=str(replied.message_id) if replied and to_us else None,
        addressed=not is_group or mentioned or to_us, attachments=attachments,
        album=album_of(chat, message.media_group_id) if message.media_group_id else "",
    )  # fmt: skip
    if is_group and not request.addressed and not text.startswith("/"):
        return None
    return Arrival(request=request, quotes=str(message.message_id) if is_group else None)


def _attachment(message: Message) -> Attachment | None:
    """Return the file that came with a message, if any; of a picture's sizes the largest, which stands last."""
    if message.photo:
        return _file(message.photo[-1], PHOTO_NAME, "image/jpeg")
    if message.video is not None:
        return _file(message.video, message.video.file_name or VIDEO_NAME, message.video.mime_type or VIDEO_TYPE)
    if message.document is None or message.animation is not None:  # for old programs' sake that is a document as well
        return None
    media_type = message.document.mime_type or ""
    sent_as = AS_FILE if media_type.startswith(VISIBLE) else ""
    return _file(message.document, message.document.file_name or "", media_type + sent_as)


def _file(found: PhotoSize | Video | Document, name: str, media_type: str) -> Attachment:
    return Attachment(
        address=f"{PLATFORM}:{found.file_id}", unique_id=found.file_unique_id, name=name, size=found.file_size or 0,
        media_type=media_type,
    )  # fmt: skip


def _without_mention(message: Message, text: str, bot: Bot) -> tuple[bool, str]:
    """Tell whether we are mentioned, and return the text without it; a command to another bot is not for us."""
    name = f"@{bot.username}".lower()
    command = re.match(r"/\w+(@\w+)", text)
    if command:
        mine = command[1].lower() == name
        return mine, text if mine else ""
    kinds: list[str | None] = [MessageEntity.MENTION]
    found = {**message.parse_entities(kinds), **message.parse_caption_entities(kinds)}
    mentions = [mention for mention in found.values() if mention.lower() == name]
    for mention in mentions:
        text = text.replace(mention, " ")
    return bool(mentions), text.strip()


def _pressed(session: Session, press: CallbackQuery, key: str, now: datetime) -> Meaning:
    """A button is a command that somebody else typed: whoever presses says it."""
    if press.data is None or press.message is None:
        return None
    message = press.message
    is_group = message.chat.type != ChatType.PRIVATE
    request = Request(
        key=key, sender=f"{PLATFORM}:{press.from_user.id}", chat=f"{PLATFORM}:{message.chat.id}",
        text=command_of(session, press.data), now=now, is_group=is_group, chat_title=message.chat.title or "",
        replied_to=str(message.message_id), pressed=True,
    )  # fmt: skip
    stays = press.data.startswith(STAYS_SIGN)
    return Arrival(request=request, edits=None if stays else str(message.message_id), press=press.id)


def _presence(change: ChatMemberUpdated) -> Meaning:
    status = change.new_chat_member.status
    return Presence(chat=f"{PLATFORM}:{change.chat.id}", reachable=status not in ("kicked", "left", "banned"))
