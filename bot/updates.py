"""Reading Telegram's updates: what each means for us, in our own terms."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from telegram import Bot, CallbackQuery, ChatMemberUpdated, Message, MessageEntity, Update
from telegram.constants import ChatType

from bot.buttons import STAYS_SIGN, command_of
from handlers.request import Attachment, Request

PLATFORM = "telegram"
PHOTO_NAME = "photo.jpg"  # Telegram keeps no names of pictures, and makes them all JPEG


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


def understand(session: Session, bot: Bot, payload: str, key: str, now: datetime) -> Meaning:
    """Read an update as stored; None for what is not for us."""
    update = Update.de_json(json.loads(payload), bot)
    if update.callback_query is not None:
        return _pressed(session, update.callback_query, key, now)
    if update.my_chat_member is not None:
        return _presence(update.my_chat_member)
    return _said(update.message, key, now, bot) if update.message is not None else None


def _said(message: Message, key: str, now: datetime, bot: Bot) -> Meaning:
    chat = f"{PLATFORM}:{message.chat.id}"
    if message.migrate_to_chat_id is not None:
        return Migration(old=chat, new=f"{PLATFORM}:{message.migrate_to_chat_id}")
    attachments = _attachments(message)
    text = message.text or message.caption or ""
    if not text and not _brings_document(message):
        return None  # a picture, a voice or a sticker without a word asks for nothing
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
    )  # fmt: skip
    if is_group and not request.addressed and not text.startswith("/"):
        return None
    return Arrival(request=request, quotes=str(message.message_id) if is_group else None)


def _brings_document(message: Message) -> bool:
    """Tell whether a file was sent as one; Telegram calls moving pictures documents too, for old programs' sake."""
    return message.document is not None and message.animation is None


def _attachments(message: Message) -> tuple[Attachment, ...]:
    """Return the file that came with a message, if any; of a picture's sizes the largest, which stands last."""
    if message.document is not None and _brings_document(message):
        found = message.document
        name, media_type = found.file_name or "", found.mime_type or ""
        return (_attachment(found.file_id, name, found.file_size, media_type),)
    if message.photo:
        return (_attachment(message.photo[-1].file_id, PHOTO_NAME, message.photo[-1].file_size, "image/jpeg"),)
    return ()


def _attachment(file_id: str, name: str, size: int | None, media_type: str) -> Attachment:
    return Attachment(address=f"{PLATFORM}:{file_id}", name=name, size=size or 0, media_type=media_type)


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
