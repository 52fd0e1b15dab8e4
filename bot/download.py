"""Files that people sent, fetched from Telegram: what it says of one first, then its bytes, which go to the disk."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, BinaryIO
from urllib.parse import quote

from telegram import Bot
from telegram.error import BadRequest

from bot.http import AiohttpRequest
from scheduler.sender import TryLater

OK = 200
GONE_STATUSES = (400, 404, 410)
TOO_BIG = "file is too big"  # more than the 20 MB that Telegram hands to bots
PASSING = "temporarily unavailable"
FIRST_RETRY = timedelta(seconds=10)

Download = Callable[[str, int, BinaryIO], Awaitable[None]]


class FileGone(Exception):  # noqa: N818
    """Telegram does not have the file, or not any more; asking again is of no use."""


class FileTooBig(Exception):  # noqa: N818
    """The file is larger than we take, or than Telegram hands to bots."""


def growing_wait(attempts: int, longest: timedelta) -> timedelta:
    """Return how long to wait after so many attempts in vain."""
    return min(FIRST_RETRY * (1 << min(attempts - 1, 20)), longest)


async def download(bot: Bot, request: AiohttpRequest, file_id: str, most_bytes: int, into: BinaryIO) -> None:
    """Write a file of no more than so many bytes; Telegram's other errors are for the caller to sort."""
    about = await _look_up(bot, file_id)
    if about.get("file_size", 0) > most_bytes:
        raise FileTooBig(f"{about['file_size']} bytes")
    if "file_path" not in about:
        raise FileGone("there is no path to it")
    status, size = await request.download(f"{bot.base_file_url}/{quote(about['file_path'])}", most_bytes, into)
    if status in GONE_STATUSES:
        raise FileGone(f"status {status}")
    if status != OK:
        raise TryLater(f"status {status}")
    if size > most_bytes:
        raise FileTooBig(f"more than {most_bytes} bytes")


async def _look_up(bot: Bot, file_id: str) -> dict[str, Any]:
    try:
        about: dict[str, Any] = await bot.do_api_request("getfile", api_kwargs={"file_id": file_id})
    except BadRequest as refused:
        said = refused.message.lower()
        if PASSING in said:
            raise TryLater(refused.message) from None
        raise (FileTooBig if TOO_BIG in said else FileGone)(refused.message) from None
    return about
