"""Reading Telegram's updates: what each means for us, in our own terms.

Of the JSON only the few fields are read that mean something here: the library's types cost ten times as much, and are
the judge in the tests. What is not as Telegram promises it is ``Unreadable``.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session
from telegram import Bot
from telegram.constants import ChatType, MessageEntityType

from bot.buttons import STAYS_SIGN, command_of
from handlers.request import Attachment, Request
from text.reply import AS_FILE, VISIBLE

PLATFORM = "telegram"
PHOTO_NAME = "photo.jpg"  # Telegram keeps no names of pictures, and makes them all JPEG
VIDEO_NAME, VIDEO_TYPE = "video.mp4", "video/mp4"
ADDRESSED = re.compile(r"/\w+(@\w+)")

Part = Mapping[str, Any]  # an object of the Bot API, as it came
T = TypeVar("T")


class Unreadable(Exception):  # noqa: N818
    """A field that is not of the kind that Telegram promises."""


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
    updates = [json.loads(payload) for payload in payloads]
    if press := _part(updates[0], "callback_query"):
        return _pressed(session, press, key, now)
    if change := _part(updates[0], "my_chat_member"):
        return _presence(change)
    parts = [message for update in updates if (message := _part(update, "message"))]
    return _said(parts, key, now, bot) if parts else None


def _read(whole: Part, name: str, kind: type[T]) -> T | None:
    """Return a field; None where it is not there."""
    found = whole.get(name)
    if found is None or isinstance(found, kind):
        return found
    raise Unreadable(f"{name} is {found!r}")


def _part(whole: Part, name: str) -> Part | None:
    return _read(whole, name, dict)


def _parts(whole: Part, name: str) -> Sequence[Part]:
    found = _read(whole, name, list) or []
    if not all(isinstance(part, dict) for part in found):
        raise Unreadable(f"{name} is {found!r}")
    return found


def _text(whole: Part, name: str) -> str:
    return _read(whole, name, str) or ""


def _number(whole: Part, name: str) -> int:
    found = _read(whole, name, int)
    if found is None:
        raise Unreadable(f"no {name}")
    return found


def _place(message: Part) -> tuple[str, str, str]:
    """Return the address, the kind and the title of the chat in which a message stands."""
    chat = _part(message, "chat") or {}
    return f"{PLATFORM}:{_number(chat, 'id')}", _text(chat, "type"), _text(chat, "title")


def _said(parts: Sequence[Part], key: str, now: datetime, bot: Bot) -> Meaning:
    """Read a message; of an album the part with the words says what is meant by all of it."""
    message = next((part for part in parts if part.get("caption")), parts[0])
    number, _date = _number(message, "message_id"), _number(message, "date")
    chat, kind, title = _place(message)
    if new := _read(message, "migrate_to_chat_id", int):
        return Migration(old=chat, new=f"{PLATFORM}:{new}")
    attachments = tuple(attachment for part in parts if (attachment := _attachment(part)))
    text = _text(message, "text") or _text(message, "caption")
    if not text and not attachments:
        return None  # a voice, a sticker or a moving picture asks for nothing
    sender = _part(message, "from")
    if not sender or kind == ChatType.CHANNEL:
        return None
    is_group = kind != ChatType.PRIVATE
    replied_to = _reply_to_us(message, bot)
    mentioned, words = _without_mention(message, text, bot)
    if text.startswith("/") and not words:
        return None  # a command to another bot, even in reply to us
    album = _text(message, "media_group_id")
    request = Request(
        key=key, sender=f"{PLATFORM}:{_number(sender, 'id')}", chat=chat, text=words, now=now, is_group=is_group,
        chat_title=title, replied_to=replied_to, addressed=not is_group or mentioned or replied_to is not None,
        attachments=attachments, album=album_of(chat, album) if album else "",
    )  # fmt: skip
    if is_group and not request.addressed and not text.startswith("/"):
        return None
    return Arrival(request=request, quotes=str(number) if is_group else None)


def _reply_to_us(message: Part, bot: Bot) -> str | None:
    """Return the number of our message that it replies to, if it does."""
    replied = _part(message, "reply_to_message")
    author = _part(replied, "from") if replied else None
    return str(_number(replied, "message_id")) if replied and author and author.get("id") == bot.id else None


def _attachment(message: Part) -> Attachment | None:
    """Return the file that came with a message, if any; of a picture's sizes the largest, which stands last."""
    if sizes := _parts(message, "photo"):
        return _file(sizes[-1], PHOTO_NAME, "image/jpeg")
    if video := _part(message, "video"):
        return _file(video, _text(video, "file_name") or VIDEO_NAME, _text(video, "mime_type") or VIDEO_TYPE)
    document = _part(message, "document")
    if not document or message.get("animation"):  # for old programs' sake that is a document as well
        return None
    media_type = _text(document, "mime_type")
    sent_as = AS_FILE if media_type.startswith(VISIBLE) else ""
    return _file(document, _text(document, "file_name"), media_type + sent_as)


def _file(found: Part, name: str, media_type: str) -> Attachment:
    address = _text(found, "file_id")
    if not address:
        raise Unreadable("a file without file_id")
    return Attachment(
        address=f"{PLATFORM}:{address}", unique_id=_text(found, "file_unique_id"), name=name,
        size=_read(found, "file_size", int) or 0, media_type=media_type,
    )  # fmt: skip


def _without_mention(message: Part, text: str, bot: Bot) -> tuple[bool, str]:
    """Tell whether we are mentioned, and return the text without it; a command to another bot is not for us."""
    name = f"@{bot.username}".lower()
    command = ADDRESSED.match(text)
    if command:
        mine = command[1].lower() == name
        return mine, text if mine else ""
    mentions = [mention for mention in _mentions(message, text) if mention.lower() == name]
    for mention in mentions:
        text = text.replace(mention, " ")
    return bool(mentions), text.strip()


def _mentions(message: Part, text: str) -> list[str]:
    """Return who is mentioned in the words of a message: Telegram counts in UTF-16 units."""
    entities = _parts(message, "entities" if message.get("text") else "caption_entities")
    units = text.encode("utf-16-le")
    places = [
        (_number(entity, "offset"), _number(entity, "length"))
        for entity in entities
        if _text(entity, "type") == MessageEntityType.MENTION
    ]
    return [units[2 * begin : 2 * (begin + length)].decode("utf-16-le") for begin, length in places]


def _pressed(session: Session, press: Part, key: str, now: datetime) -> Meaning:
    """A button is a command that somebody else typed: whoever presses says it."""
    data, message, presser = _text(press, "data"), _part(press, "message"), _part(press, "from") or {}
    if not data or not message:
        return None
    number = str(_number(message, "message_id"))
    chat, kind, title = _place(message)
    request = Request(
        key=key, sender=f"{PLATFORM}:{_number(presser, 'id')}", chat=chat, text=command_of(session, data), now=now,
        is_group=kind != ChatType.PRIVATE, chat_title=title, replied_to=number, pressed=True,
    )  # fmt: skip
    return Arrival(
        request=request, edits=None if data.startswith(STAYS_SIGN) else number, press=_text(press, "id")
    )  # fmt: skip


def _presence(change: Part) -> Meaning:
    chat, _kind, _title = _place(change)
    status = _text(_part(change, "new_chat_member") or {}, "status")
    return Presence(chat=chat, reachable=status not in ("kicked", "left", "banned"))
