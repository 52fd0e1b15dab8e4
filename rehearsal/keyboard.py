"""Check the keyboard under a message as Telegram checks it."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from rehearsal.refused import BotApiError, bad_request

LONGEST_CALLBACK_DATA = 64  # bytes
# Actions that Telegram knows and nobody here presses; a button must have exactly one action.
OTHER_ACTIONS = frozenset(
    {"web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
     "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"}
)  # fmt: skip


def inline_keyboard(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """The inline keyboard to keep with the message, none when there is none to show."""
    if not markup:
        return None
    if "keyboard" in markup:
        raise BotApiError(501, "Not Implemented: the look-alike shows inline keyboards, no reply keyboards")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None  # remove_keyboard, force_reply: nothing that stays with the message
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: expected an Array of Array of InlineKeyboardButton")
    for row in rows:
        for button in row:
            _check(button)
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _check(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text:
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= LONGEST_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    elif "url" in button:
        if not _is_public_url(button["url"]):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif not OTHER_ACTIONS & button.keys():
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def _is_public_url(url: Any) -> bool:
    """Telegram takes http, https and tg links, and no host without a dot (so no localhost)."""
    if not isinstance(url, str) or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "tg":
        return bool(host)
    if parts.scheme not in ("http", "https", "") or (not parts.scheme and "." not in url):
        return False
    host = host or url.split("/", 1)[0]
    return "." in host.strip(".") or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
