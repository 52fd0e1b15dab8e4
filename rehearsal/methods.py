"""The Bot API methods that the look-alike carries out, in one visible list."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rehearsal.outgoing import (
    delete_message,
    edit_message_reply_markup,
    edit_message_text,
    send_document,
    send_media_group,
    send_message,
    send_photo,
)  # fmt: skip
from rehearsal.parameters import Given, Upload
from rehearsal.refused import bad_request
from rehearsal.town import Town, reachable_chat, tell

Files = dict[str, Upload]
Method = Callable[[Town, Given, Files], Any]

QUERY_LIFE = timedelta(minutes=15)
LONGEST_ANSWER = 200  # characters of a toast
LARGEST_DOWNLOAD = 20 * 1024 * 1024  # bytes
MOST_COMMANDS = 100
ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
     "choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)  # fmt: skip
_COMMAND = re.compile(r"/?[a-z0-9_]{1,32}\Z")


def get_me(town: Town, given: Given, files: Files) -> dict[str, Any]:
    return town.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": not town.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(town: Town, given: Given, files: Files) -> list[dict[str, Any]]:
    if "allowed_updates" in given:
        town.updates.allowed = frozenset(given["allowed_updates"])
    return await town.updates.take(given.get("offset", 0), given.get("limit", 100), given.get("timeout", 0))


def delete_webhook(town: Town, given: Given, files: Files) -> bool:
    if given.get("drop_pending_updates"):
        town.updates.waiting.clear()
    return True


def get_webhook_info(town: Town, given: Given, files: Files) -> dict[str, Any]:
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(town.updates.waiting)}


def answer_callback_query(town: Town, given: Given, files: Files) -> bool:
    asked = town.queries.get(given["callback_query_id"])
    if asked is None or town.clock() - asked[0] > QUERY_LIFE:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(given.get("text", "")) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    town.answers[given["callback_query_id"]] = given
    tell(
        town,
        "answer",
        query_id=given["callback_query_id"],
        person_id=asked[1],
        text=given.get("text", ""),
        alert=given.get("show_alert", False),
    )
    return True


def set_my_commands(town: Town, given: Given, files: Files) -> bool:
    commands = given["commands"]
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.match(str(command.get("command", ""))):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    town.commands[_audience(given)] = commands
    return True


def get_my_commands(town: Town, given: Given, files: Files) -> list[dict[str, Any]]:
    return town.commands.get(_audience(given), [])


def get_chat(town: Town, given: Given, files: Files) -> dict[str, Any]:
    chat = reachable_chat(town, given["chat_id"])
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return chat.public | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def send_chat_action(town: Town, given: Given, files: Files) -> bool:
    if given["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    tell(town, "action", chat_id=reachable_chat(town, given["chat_id"]).id, action=given["action"])
    return True


def get_file(town: Town, given: Given, files: Files) -> dict[str, Any]:
    stored = town.files.get(given["file_id"])
    if stored is None:
        raise bad_request("invalid file_id")
    if len(stored.content) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return stored.about | {"file_path": stored.path}


def _audience(given: Given) -> str:
    return f"{json.dumps(given.get('scope', {'type': 'default'}), sort_keys=True)} {given.get('language_code', '')}"


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "getChat": get_chat,
    "sendChatAction": send_chat_action,
    "getFile": get_file,
}
