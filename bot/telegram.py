"""Telegram's side of the program: updates are fetched here, and messages sent."""

import json
import os
import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any, BinaryIO
from urllib.parse import urlencode

import structlog
from sqlmodel import Session
from telegram import Bot, BotCommand, InputFile, InputMediaDocument, InputMediaPhoto, InputMediaVideo
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.buttons import data_of
from bot.download import download
from bot.http import AiohttpRequest
from bot.settings import Settings
from bot.updates import PLATFORM, Meaning, understand
from scheduler.outbox import Outgoing
from scheduler.sender import Moved, TryLater, Undeliverable, Unsayable
from text.reply import Picture, Reply, plain, speech, units

log = structlog.get_logger()

POLL_SECONDS = 25
BATCH = 100
ALLOWED_UPDATES = json.dumps(["message", "callback_query", "my_chat_member"])
INPUT_MEDIA = {"photo": InputMediaPhoto, "video": InputMediaVideo, "document": InputMediaDocument}
GONE = (
    "chat not found", "user not found", "group chat was deactivated", "have no rights to send",
    "user is deactivated", "need administrator rights in the channel chat", "chat_write_forbidden", "peer_id_invalid",
)  # fmt: skip
UNREADABLE = "can't parse entities"
SERVER_ERRORS = ("internal server error", "bad gateway", "gateway", "service unavailable")
TOO_LARGE = "request entity too large"
NOT_EDITABLE = (
    "message to edit not found", "message can't be edited", "message_id_invalid",
    "there is no text in the message to edit",  # it is a file with a caption
)  # fmt: skip


class Telegram:
    """A bot's account: fetch updates, send messages."""

    def __init__(self, token: str, *, base_url: str, base_file_url: str, proxy: str | None) -> None:
        os.environ.setdefault("PTB_TIMEDELTA", "true")  # or the library warns at every 429 that it will be so
        self._request = AiohttpRequest(proxy)
        self._polling = AiohttpRequest(proxy)
        self.bot = Bot(
            token,
            base_url=base_url,
            base_file_url=base_file_url,
            request=self._request,
            get_updates_request=self._polling,
        )

    @classmethod
    def of(cls, settings: Settings) -> "Telegram":
        """Make the account that the settings describe."""
        return cls(
            settings.token, base_url=settings.base_url, base_file_url=settings.base_file_url, proxy=settings.proxy
        )

    async def open(self) -> None:
        """Connect and learn who we are; the token is refused here if it is wrong."""
        await self._polling.initialize()
        await self._request.initialize()
        await self.bot.initialize()

    async def close(self) -> None:
        """Disconnect."""
        await self.bot.shutdown()
        await self._request.shutdown()
        await self._polling.shutdown()

    async def fetch(self, offset: int | None) -> list[dict[str, Any]]:
        """Wait for updates from the offset on, as Telegram wrote them; asking with an offset confirms those before it.

        Raw, because one update that cannot be understood must not hold up the others: it is stored like any other.
        """
        asked = {"timeout": POLL_SECONDS, "limit": BATCH, "allowed_updates": ALLOWED_UPDATES}
        query = urlencode(asked if offset is None else {**asked, "offset": offset})
        url = f"{self.bot.base_url}/getUpdates?{query}"
        updates = await self._polling.post(url, read_timeout=POLL_SECONDS + 10)
        found = updates if isinstance(updates, list) else [updates]
        numbered = [update for update in found if isinstance(update, dict) and type(update.get("update_id")) is int]
        if len(numbered) < len(found):
            log.error("updates_without_number", count=len(found) - len(numbered))
        if found and not numbered:
            raise TelegramError("what came are no updates")  # asked again after a while, not at once
        return numbered

    async def set_menu(self, commands: list[tuple[str, str]], language: str | None = None) -> None:
        """Show commands in the menu beside the text field."""
        await self.bot.set_my_commands([BotCommand(name, text) for name, text in commands], language_code=language)

    def understand(self, session: Session, payloads: Sequence[str], key: str, now: datetime) -> Meaning:
        """Read an update as stored, or those of an album as one; None for what is not for us."""
        return understand(session, self.bot, payloads, key, now)

    async def download(self, address: str, most_bytes: int, into: BinaryIO) -> None:
        """Write a file that somebody sent. Raises FileGone, FileTooBig (``bot.download``), or TryLater."""
        try:
            await download(self.bot, self._request, address.partition(":")[2], most_bytes, into)
        except TelegramError as trouble:
            raise _in_our_terms(trouble) from None

    async def deliver(self, outgoing: Outgoing) -> str | None:
        """Send or change one message; return its id. Telegram's errors become the sender's four kinds."""
        if outgoing.envelope.press is not None:
            await self._answer_press(outgoing.envelope.press)
        if outgoing.envelope.reply is None:
            return None
        try:
            return await self._send(outgoing, outgoing.envelope.reply)
        except TelegramError as trouble:
            raise _in_our_terms(trouble) from None

    async def _send(self, outgoing: Outgoing, reply: Reply) -> str:
        html = reply.html if not outgoing.repeated else f"{speech('zh').say('repeated')} {reply.html}"
        if reply.file is not None and outgoing.file is None:
            html = f"{html}\n{speech('zh').say('file_missing')}"
        html = fit(html, MOST_CHARACTERS if outgoing.file is None else MOST_CAPTION)
        chat_id = int(outgoing.chat.partition(":")[2])
        try:
            return await self._say(chat_id, outgoing, reply, html, ParseMode.HTML)
        except BadRequest as refused:
            if UNREADABLE not in refused.message.lower():  # the library capitalises what Telegram says
                raise
            log.error("markup_refused", outbox=outgoing.id, why=refused.message)
            return await self._say(chat_id, outgoing, reply, plain(html), None)

    async def _say(self, chat_id: int, outgoing: Outgoing, reply: Reply, text: str, mode: str | None) -> str:
        facts = {"chat_id": chat_id, "parse_mode": mode, "reply_markup": _keyboard(reply)}
        message_id = outgoing.envelope.edits
        if message_id is not None and reply.replaces and reply.file is None:
            try:
                await self._ask("editmessagetext", facts | {"text": text, "message_id": int(message_id)})
                return message_id
            except BadRequest as refused:
                if "not modified" in refused.message.lower():
                    return message_id
                if not any(word in refused.message.lower() for word in NOT_EDITABLE):
                    raise
        quote = outgoing.envelope.quotes
        quoted = {"message_id": int(quote), "allow_sending_without_reply": True} if quote else None
        facts["reply_parameters"] = quoted
        if reply.album:
            sent = await self._show(facts, reply.album, text, mode)
        elif outgoing.file is None:
            sent = await self._ask("sendmessage", facts | {"text": text})
        else:
            sent = await self._ask("senddocument", facts | {"caption": text, "document": _document(*outgoing.file)})
        return str(sent["message_id"])

    async def _show(self, facts: dict[str, Any], album: Sequence[Picture], text: str, mode: str | None) -> Any:
        """Send one picture or several that Telegram keeps; where it refuses one, its place says so."""
        captions = [picture.caption if mode else plain(picture.caption) for picture in album]
        captions[0] = f"{text} {captions[0]}".strip()
        captions = [fit(caption, MOST_CAPTION) for caption in captions]
        files = [picture.address.partition(":")[2] for picture in album]
        kinds = [_kind(picture) for picture in album]
        try:
            if len(album) == 1:
                return await self._ask(f"send{kinds[0]}", facts | {kinds[0]: files[0], "caption": captions[0]})
            media = [
                INPUT_MEDIA[kind](media=file, caption=caption, parse_mode=mode)
                for kind, file, caption in zip(kinds, files, captions, strict=True)
            ]
            together = {key: facts[key] for key in ("chat_id", "reply_parameters")}
            return (await self._ask("sendmediagroup", together | {"media": media}))[0]
        except BadRequest as refused:
            if UNREADABLE in refused.message.lower() or _is_gone(refused):
                raise
            log.error("album_refused", why=refused.message, pictures=len(album))
            return await self._ask("sendmessage", facts | {"text": f"{text}{speech('zh').say('file_missing')}"})

    async def _ask(self, method: str, facts: dict[str, Any]) -> Any:
        """Call a method for its raw result: only the message's id is wanted, and reading all of it is dear.

        Lower case is all one to Telegram; the library warns of names that it has a method for.
        """
        return await self.bot.do_api_request(method, api_kwargs=facts)

    async def _answer_press(self, press: str) -> None:
        try:
            await self.bot.answer_callback_query(press)
        except TelegramError as late:
            log.info("press_not_answered", why=late.message)  # only the button's spinner; the answer itself follows


def _keyboard(reply: Reply) -> dict[str, Any] | None:
    if not reply.buttons:
        return None
    rows = [
        [{"text": b.label, "callback_data": data_of(b.command, stays=reply.stays)} for b in row]
        for row in reply.buttons
    ]
    return {"inline_keyboard": rows}


def _document(name: str, content: bytes) -> InputFile:
    """Pack a file for sending; a name of characters that would end the name early is of no use to anybody."""
    return InputFile(content, filename=re.sub(r'[\x00-\x1f\x7f"\\/]', "_", name))


def _kind(picture: Picture) -> str:
    """Return what Telegram calls it: a file id of one kind is refused as another."""
    if picture.is_file:
        return "document"
    return "video" if picture.media_type.startswith("video/") else "photo"


def _is_gone(refused: BadRequest) -> bool:
    return any(word in refused.message.lower() for word in GONE)


def _in_our_terms(trouble: TelegramError) -> Exception:
    """Sort Telegram's errors: the chat moved, wait, gone for good, this message is refused, or a passing trouble."""
    if isinstance(trouble, ChatMigrated):
        return Moved(f"{PLATFORM}:{trouble.new_chat_id}")
    if isinstance(trouble, RetryAfter):
        return TryLater("429", seconds=named_wait(trouble))
    if isinstance(trouble, Forbidden):
        return Undeliverable(trouble.message)
    if isinstance(trouble, BadRequest):
        return Undeliverable(trouble.message) if _is_gone(trouble) else Unsayable(trouble.message)
    if isinstance(trouble, NetworkError) and TOO_LARGE in trouble.message.lower():
        return Unsayable(trouble.message)
    if isinstance(trouble, NetworkError):
        # an answer of Telegram's (5xx) says that it did not work; a broken connection says nothing
        return TryLater(trouble.message, in_doubt=not trouble.message.lower().startswith(SERVER_ERRORS))
    return TryLater(trouble.message)


def named_wait(trouble: RetryAfter) -> float:
    """Return for how many seconds Telegram asks us to be silent."""
    wait = trouble.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()


MOST_CHARACTERS = 4096  # Telegram counts UTF-16 units, after the markup is taken out
MOST_CAPTION = 1024


def fit(html: str, most: int = MOST_CHARACTERS) -> str:
    """Cut a message that is too long at the end of a line; our templates open and close markup within a line."""
    if 2 * len(html) <= most or units(html) <= most:  # no character is more than two units
        return html
    kept: list[str] = []
    left = most - 2
    for line in html.split("\n"):
        left -= units(line) + 1
        if left < 0:
            break
        kept.append(line)
    if not any(kept):  # the first line alone is too long: better half of it than nothing
        whole = plain(html).strip().encode("utf-16-le")
        kept = [escape(whole[: 2 * (most - 2)].decode("utf-16-le", "ignore"), quote=False)]
    return "\n".join([*kept, "…"])
