"""The methods that put something into a chat: send, edit, delete, and the checks of what is sent."""

from datetime import timedelta
from typing import Any

from rehearsal.keyboard import inline_keyboard
from rehearsal.markup import Entity, parse_html, trimmed, utf16_length
from rehearsal.parameters import Given, Upload
from rehearsal.refused import BotApiError, bad_request
from rehearsal.town import (
    Chat,
    Message,
    Sent,
    StoredFile,
    Town,
    file_body,
    keep,
    new_album,
    new_message,
    reachable_chat,
    store_file,
    tell,
    without_reply,
)  # fmt: skip
from rehearsal.words import found_entities

Files = dict[str, Upload]

LONGEST_TEXT = 4096  # UTF-16 code units after parsing
LONGEST_CAPTION = 1024
LEAST_ALBUM, MOST_ALBUM = 2, 10  # messages
LARGEST_UPLOAD = 50 * 1024 * 1024  # bytes
DELETABLE = timedelta(hours=48)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def send_message(town: Town, given: Given, files: Files) -> Message:
    text, entities = _formatted(given["text"], given, "entities")
    if not given["text"].strip():
        raise bad_request("message text is empty")
    if not text:
        raise bad_request("text must be non-empty")
    _check_length(text, LONGEST_TEXT, "message is too long")
    body: Message = {"text": text}
    if entities:
        body["entities"] = entities
    return _post(town, given, "sendMessage", body)


def send_photo(town: Town, given: Given, files: Files) -> Message:
    return _post(town, given, "sendPhoto", _with_file(town, given, files, "photo", as_photo=True))


def send_document(town: Town, given: Given, files: Files) -> Message:
    return _post(town, given, "sendDocument", _with_file(town, given, files, "document", as_photo=False))


def send_media_group(town: Town, given: Given, files: Files) -> list[Message]:
    """An album: all of it is checked before any of it is sent."""
    media = given["media"]
    if len(media) < LEAST_ALBUM:  # of one Telegram's own documentation says that it may not be
        raise bad_request("there are no messages to send")
    if len(media) > MOST_ALBUM:
        raise bad_request("too many messages to send as an album")
    kinds = [_kind(item) for item in media]
    if len(set(kinds)) > 1:
        raise bad_request("document can't be mixed with other media types")
    bodies = [_with_file(town, item, files, "media", as_photo=item["type"] == "photo") for item in media]
    album = {"media_group_id": new_album(town)}
    return [_post(town, given, "sendMediaGroup", body | album) for body in bodies]


def _kind(item: dict[str, Any]) -> str:
    kind = item.get("type")
    if not isinstance(kind, str):
        raise bad_request("can't parse InputMedia: Can't find field \"type\"")
    if kind in ("video", "audio", "live_photo"):
        raise BotApiError(501, f"Not Implemented: Telegram has albums with {kind}, this look-alike does not")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: invalid media type specified")
    if not isinstance(item.get("media"), str) or not item["media"]:
        raise bad_request("can't parse InputMedia: media not found")
    return kind


def edit_message_text(town: Town, given: Given, files: Files) -> Message:
    if "text" not in given or not given["text"].strip():
        raise bad_request("message text is empty")
    text, entities = _formatted(given["text"], given, "entities")
    _check_length(text, LONGEST_TEXT, "message is too long")
    chat, message = _own_message(town, given)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    changed = {key: value for key, value in message.items() if key not in ("entities", "reply_markup")} | {"text": text}
    if entities:
        changed["entities"] = entities
    return _edit(town, chat, message, changed, given, "editMessageText")


def edit_message_reply_markup(town: Town, given: Given, files: Files) -> Message:
    chat, message = _own_message(town, given)
    changed = {key: value for key, value in message.items() if key != "reply_markup"}
    return _edit(town, chat, message, changed, given, "editMessageReplyMarkup")


def delete_message(town: Town, given: Given, files: Files) -> bool:
    chat = reachable_chat(town, given["chat_id"])
    message = chat.messages.get(given["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if message["from"]["id"] != town.bot["id"] and chat.type != "private":
        raise bad_request("message can't be deleted")
    if town.clock().timestamp() - message["date"] > DELETABLE.total_seconds():
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[given["message_id"]]
    tell(town, "deleted", chat_id=chat.id, message_id=given["message_id"])
    return True


def _formatted(source: str, given: Given, entities_key: str) -> tuple[str, list[Entity]]:
    mode = given.get("parse_mode", "").lower()
    if mode == "html":
        text, entities = parse_html(source)
    elif mode in ("markdown", "markdownv2"):
        raise BotApiError(501, "Not Implemented: the look-alike reads parse_mode HTML only")
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        text, entities = source, _checked_entities(given.get(entities_key, []))
    text, entities = trimmed(text, entities)
    return text, found_entities(text, entities)


def _checked_entities(entities: list[Entity]) -> list[Entity]:
    for entity in entities:
        if not isinstance(entity.get("type"), str) or not all(
            type(entity.get(key)) is int for key in ("offset", "length")
        ):
            raise bad_request("can't parse MessageEntity: expected type, offset and length")
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _check_length(text: str, most: int, description: str) -> None:
    if len(text) * 2 > most and utf16_length(text) > most:
        raise bad_request(description)


def _caption(given: Given) -> Message:
    if not given.get("caption"):
        return {}
    text, entities = _formatted(given["caption"], given, "caption_entities")
    _check_length(text, LONGEST_CAPTION, "message caption is too long")
    return ({"caption": text} | ({"caption_entities": entities} if entities else {})) if text else {}


def _with_file(town: Town, given: Given, files: Files, key: str, *, as_photo: bool) -> Message:
    """The caption and the file of a message, or of one message of an album."""
    stored = _file(town, given, files, key, "photos" if as_photo else "documents")
    return _caption(given) | file_body(stored, as_photo=as_photo)


def _file(town: Town, given: Given, files: Files, key: str, folder: str) -> StoredFile:
    reference: str = given.get(key, "")
    upload = files.get(reference.removeprefix("attach://") if reference.startswith("attach://") else key)
    if upload is None:
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")  # there is no network in a rehearsal
        if reference not in town.files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if not town.files[reference].path.startswith(folder):
            raise bad_request("type of file mismatch")
        return town.files[reference]
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > LARGEST_UPLOAD:
        raise BotApiError(413, "Request Entity Too Large")
    return store_file(town, folder, upload.name, upload.content, upload.kind)


def _post(town: Town, given: Given, method: str, body: Message) -> Message:
    markup = inline_keyboard(given.get("reply_markup"))
    chat = reachable_chat(town, given["chat_id"])
    quoted = _reply_target(chat, given.get("reply_parameters"))
    message = new_message(town, chat, town.bot) | body
    if quoted:
        message["reply_to_message"] = without_reply(quoted)
    if markup:
        message["reply_markup"] = markup
    keep(town, chat, message)
    town.sent.append(_journal(town, method, message))
    return message


def _journal(town: Town, method: str, message: Message) -> Sent:
    return Sent(
        at=town.clock(),
        method=method,
        chat_id=message["chat"]["id"],
        message_id=message["message_id"],
        text=message.get("text") or message.get("caption") or "",
        message=message,
    )


def _reply_target(chat: Chat, parameters: dict[str, Any] | None) -> Message | None:
    if not parameters:
        return None
    if type(parameters.get("message_id")) is not int:
        raise bad_request("can't parse reply parameters: expected message_id")
    target = chat.messages.get(parameters["message_id"])
    if target is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return target


def _own_message(town: Town, given: Given) -> tuple[Chat, Message]:
    if "chat_id" not in given:
        raise bad_request("chat_id is empty")
    if "message_id" not in given:
        raise bad_request("message identifier is not specified")
    chat = reachable_chat(town, given["chat_id"])
    message = chat.messages.get(given["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != town.bot["id"]:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(town: Town, chat: Chat, message: Message, changed: Message, given: Given, method: str) -> Message:
    """Put the changed message in place of the old one, which updates under way still hold."""
    if markup := inline_keyboard(given.get("reply_markup")):
        changed["reply_markup"] = markup
    if all(changed.get(key) == message.get(key) for key in ("text", "entities", "reply_markup")):
        raise bad_request(NOT_MODIFIED)
    changed["edit_date"] = int(town.clock().timestamp())
    chat.messages[message["message_id"]] = changed
    town.edits.append(_journal(town, method, changed))
    tell(town, "edited", chat_id=chat.id, message=changed)
    return changed
