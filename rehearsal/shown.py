"""What the chat page shows of messages, chats and what was sent: plain JSON made from the look-alike's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from rehearsal.lookalike import Lookalike
from rehearsal.town import Chat, Message, Sent

Json = dict[str, Any]
BEGINNING = 80  # characters of a message quoted in a list


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody whom one can be on the page."""

    id: int
    name: str
    post: str
    county: str


def spoken(seconds: float, zone: tzinfo | None) -> str:
    """A moment in the office's zone, for the page to show as it stands."""
    return datetime.fromtimestamp(seconds, zone).isoformat(timespec="seconds")


def shown_message(message: Message, zone: tzinfo | None) -> Json:
    text = message.get("text") or message.get("caption") or ""
    markup = message.get("reply_markup", {}).get("inline_keyboard", [])
    return {
        "id": message["message_id"],
        "from": {"id": message["from"]["id"], "name": message["from"]["first_name"], "bot": message["from"]["is_bot"]},
        "at": spoken(message["date"], zone),
        "edited": "edit_date" in message,
        "text": text,
        "entities": message.get("entities") or message.get("caption_entities") or [],
        "buttons": [
            [{key: button.get(key) for key in ("text", "callback_data", "url")} for button in row] for row in markup
        ],
        "reply": _quoted(message.get("reply_to_message")),
        "photo": _photo(message),
        "document": _document(message.get("document")),
        "album": message.get("media_group_id", ""),
        "service": "migrated" if {"migrate_to_chat_id", "migrate_from_chat_id"} & message.keys() else "",
    }


def _quoted(message: Message | None) -> Json | None:
    if not message:
        return None
    return {"id": message["message_id"], "name": message["from"]["first_name"], **beginning(message)}


def _photo(message: Message) -> Json | None:
    if "photo" not in message:
        return None
    largest = message["photo"][-1]
    return {"url": f"/api/file/{largest['file_id']}", "width": largest["width"], "height": largest["height"]}


def _document(document: Json | None) -> Json | None:
    if not document:
        return None
    return {"url": f"/api/file/{document['file_id']}", "name": document["file_name"], "size": document["file_size"]}


def beginning(message: Message) -> Json:
    """What a list or a quotation shows: what kind of thing it is, the first words or the file's name."""
    text = message.get("text") or message.get("caption") or message.get("document", {}).get("file_name", "")
    what = next((kind for kind in ("photo", "document") if kind in message), "")
    return {"what": what, "text": " ".join(text.split())[:BEGINNING]}


def unread(chat: Chat, person_id: int, mark: int) -> int:
    """How many messages of others came after the one last seen."""
    count = 0
    for number in reversed(chat.order):
        if number <= mark:
            break
        message = chat.messages.get(number)
        count += message is not None and message["from"]["id"] != person_id
    return count


def shown_chat(chat: Chat, person_id: int, mark: int, bot_name: str, zone: tzinfo | None) -> Json:
    last = next((chat.messages[number] for number in reversed(chat.order) if number in chat.messages), None)
    return {
        "id": chat.id,
        "private": chat.type == "private",
        "title": bot_name if chat.type == "private" else chat.title,
        "members": len(chat.members) + 1,
        "started": chat.started,
        "unread": unread(chat, person_id, mark),
        "last": None if last is None else {
            **beginning(last), "name": last["from"]["first_name"], "at": spoken(last["date"], zone),
        },
    }  # fmt: skip


def shown_recipients(sent: Iterable[Sent], telegram: Lookalike, people: Mapping[int, Resident]) -> list[Json]:
    """What was sent to whom, grouped by recipient in the order of the first message to each."""
    by_chat: dict[int, Json] = {}
    for each in sent:
        recipient = by_chat.get(each.chat_id)
        if recipient is None:
            recipient = by_chat[each.chat_id] = _recipient(telegram.chat(each.chat_id), people)
        recipient["messages"].append(
            {
                "id": each.message_id,
                "at": each.at.isoformat(timespec="seconds"),
                **beginning(each.message),
                "text": each.text,
            }
        )
    return list(by_chat.values())


def _recipient(chat: Chat, people: Mapping[int, Resident]) -> Json:
    """Who got it, and as whom the page should open that chat."""
    resident = people.get(chat.id)
    reader = chat.id if chat.type == "private" else next((each for each in people if each in chat.members), None)
    return {
        "chat": chat.id,
        "person": reader,
        "private": chat.type == "private",
        "name": resident.name if resident else chat.title,
        "post": resident.post if resident else "",
        "county": resident.county if resident else "",
        "messages": [],
    }
