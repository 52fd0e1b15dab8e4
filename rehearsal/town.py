"""The small Telegram itself: people, chats, messages, files and what the bot has sent so far."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rehearsal.markup import Entity
from rehearsal.pictures import photo_size
from rehearsal.refused import bad_request, forbidden, upgraded
from rehearsal.updates import UpdateQueue
from rehearsal.words import addresses

Message = dict[str, Any]
Watcher = Callable[[dict[str, Any]], None]

SUPERGROUP_IDS_END = -1_000_000_000_000  # a supergroup's id is this or less, a basic group's more


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message that the bot sent or edited, for assertions and for the page's panel."""

    at: datetime
    method: str
    chat_id: int
    message_id: int
    text: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file in a chat, whoever sent it."""

    file_id: str
    path: str
    name: str
    content: bytes
    kind: str

    @property
    def about(self) -> dict[str, Any]:
        unique = self.file_id[-12:]
        return {"file_id": self.file_id, "file_unique_id": unique, "file_size": len(self.content)}


@dataclass(slots=True, kw_only=True)
class Chat:
    """A private chat (its id is the person's), a basic group or a supergroup."""

    id: int
    type: str
    title: str
    public: dict[str, Any]
    members: set[int]
    history: int
    started: bool = True
    blocked: bool = False
    kicked: bool = False
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    order: deque[int] = field(default_factory=deque)
    last_id: int = 0


@dataclass(slots=True, kw_only=True)
class Town:
    """Everything that the look-alike knows."""

    token: str
    bot: dict[str, Any]
    clock: Callable[[], datetime]
    privacy: bool
    history: int
    updates: UpdateQueue
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    files_by_path: dict[str, StoredFile] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    edits: list[Sent] = field(default_factory=list)
    queries: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    watchers: list[Watcher] = field(default_factory=list)
    shared_last_id: int = 0
    albums: int = 0


def tell(town: Town, kind: str, **about: Any) -> None:
    """Let the watchers (the chat page) know what happened."""
    for watcher in town.watchers:
        watcher({"kind": kind, **about})


def add_chat(town: Town, chat_id: int, title: str, members: set[int], *, started: bool = True) -> Chat:
    if chat_id > 0:
        kind = "private"
        person = town.people[chat_id]
        public = {key: person[key] for key in ("id", "first_name", "username") if key in person} | {"type": kind}
    else:
        kind = "supergroup" if chat_id <= SUPERGROUP_IDS_END else "group"
        public = {"id": chat_id, "title": title, "type": kind}
    chat = Chat(
        id=chat_id, type=kind, title=title, public=public, members=members, history=town.history, started=started
    )
    town.chats[chat_id] = chat
    return chat


def reachable_chat(town: Town, chat_id: int | str) -> Chat:
    """The chat that the bot may act in, or Telegram's reason why not."""
    chat = town.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    if chat.migrated_to is not None:
        raise upgraded(chat.migrated_to)
    if chat.kicked:
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    return chat


def new_message(town: Town, chat: Chat, sender: dict[str, Any]) -> Message:
    """A numbered, dated message without a body; numbers run per supergroup and are shared by all other chats."""
    if chat.type == "supergroup":
        chat.last_id = number = chat.last_id + 1
    else:
        chat.last_id = town.shared_last_id = number = town.shared_last_id + 1
    return {"message_id": number, "from": sender, "chat": chat.public, "date": int(town.clock().timestamp())}


def keep(town: Town, chat: Chat, message: Message) -> None:
    """Put a finished message into the chat, forgetting the oldest beyond the history kept."""
    number = message["message_id"]
    chat.messages[number] = message
    chat.order.append(number)
    if len(chat.order) > chat.history:
        chat.messages.pop(chat.order.popleft(), None)
    if town.watchers:
        tell(town, "message", chat_id=chat.id, message=message)


def without_reply(message: Message) -> Message:
    """A message as another one quotes it: replies are shown one deep."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def new_album(town: Town) -> str:
    """The id that the messages of one album share; like the updates' numbers above those of any earlier run."""
    town.albums += 1
    return f"{town.updates.first_id}{town.albums:06d}"


def file_body(stored: StoredFile, *, as_photo: bool) -> Message:
    """A file as it stands in a message, or the refusal of what is to be a photo and is none."""
    if as_photo:
        width, height = photo_size(stored.content)
        return {"photo": [{**stored.about, "width": width, "height": height}]}
    return {"document": {**stored.about, "file_name": stored.name, "mime_type": stored.kind}}


def deliver(town: Town, chat: Chat, message: Message) -> None:
    """Hand a person's message to the bot if the bot may see it."""
    if chat.kicked or chat.blocked:
        return
    if chat.type == "private" or not town.privacy or _meant_for_bot(town, message):
        town.updates.add("message", message)


def _meant_for_bot(town: Town, message: Message) -> bool:
    text: str = message.get("text") or message.get("caption") or ""
    entities: list[Entity] = message.get("entities") or message.get("caption_entities") or []
    if addresses(text, entities, town.bot["username"]):
        return True
    if any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities):
        return False  # a command that names another bot
    replied = message.get("reply_to_message")
    return bool(replied and replied["from"]["id"] == town.bot["id"])


def store_file(town: Town, folder: str, name: str, content: bytes, kind: str) -> StoredFile:
    number = len(town.files) + 1
    suffix = name.rsplit(".", 1)[-1] if "." in name else "bin"
    stored = StoredFile(
        file_id=f"BQACAgUAAxkB{town.bot['id']:x}{number:012d}",
        path=f"{folder}/file_{number}.{suffix}",
        name=name,
        content=content,
        kind=kind,
    )
    town.files[stored.file_id] = town.files_by_path[stored.path] = stored
    return stored
