"""A look-alike with a fixed cast, and a client that speaks HTTP to it."""

import struct
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from rehearsal.lookalike import Lookalike
from rehearsal.parameters import Upload

TOKEN = "4242:rehearsal"
OFFICIAL, STRANGER, CITY_GROUP, COUNTY_GROUP = 1, 2, -1001000000001, -77
COLOURS = [b"\xc0\x3d\x33", b"\x4f\xad\x2d", b"\x16\x8a\xcd", b"\x85\x44\xd6", b"\xd0\x93\x06"]


def picture(width: int = 12, height: int = 9, colour: bytes = b"\x33\x90\xec") -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + colour * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pictures(count: int) -> list[Upload]:
    return [
        Upload(f"{place}.png", picture(800, 600, COLOURS[place % len(COLOURS)]), "image/png") for place in range(count)
    ]


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 18, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **kwargs: float) -> None:
        self.time += timedelta(**kwargs)


class Client:
    """Calls methods over HTTP and hands back Telegram's envelope."""

    def __init__(self, session: aiohttp.ClientSession, telegram: Lookalike) -> None:
        self.session = session
        self.telegram = telegram

    async def __call__(self, method: str, token: str = TOKEN, **parameters: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.telegram.base_url}{token}/{method}", json=parameters) as response:
            envelope = await response.json()
            assert response.status == envelope.get("error_code", 200)
            return envelope

    async def result(self, method: str, **parameters: Any) -> Any:
        envelope = await self(method, **parameters)
        assert envelope["ok"], envelope
        return envelope["result"]

    async def refusal(self, method: str, **parameters: Any) -> tuple[int, str]:
        envelope = await self(method, **parameters)
        assert not envelope["ok"], envelope
        return envelope["error_code"], envelope["description"]

    async def updates(self, **parameters: Any) -> list[dict[str, Any]]:
        return await self.result("getUpdates", **parameters)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def telegram(watch: Watch) -> AsyncIterator[Lookalike]:
    telegram = Lookalike(token=TOKEN, username="duban_bot", clock=watch)
    telegram.add_person(OFFICIAL, "马景民")
    telegram.add_person(STRANGER, "路人")
    telegram.add_group(CITY_GROUP, "青澜市督办工作群", [OFFICIAL])
    telegram.add_group(COUNTY_GROUP, "澜东区工作群", [OFFICIAL])
    await telegram.start()
    yield telegram
    await telegram.stop()


@pytest.fixture
async def call(telegram: Lookalike) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, telegram)


@pytest.fixture
async def started(telegram: Lookalike, call: Client) -> Client:
    """The client after the official has started the private chat and the bot has seen it."""
    telegram.say(OFFICIAL, OFFICIAL, "/start")
    updates = await call.updates()
    await call.updates(offset=updates[-1]["update_id"] + 1)
    return call
