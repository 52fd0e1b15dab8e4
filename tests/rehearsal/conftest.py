"""A look-alike with a fixed cast, and a client that speaks HTTP to it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from rehearsal.lookalike import Lookalike

TOKEN = "4242:rehearsal"
OFFICIAL, STRANGER, CITY_GROUP, COUNTY_GROUP = 1, 2, -1001000000001, -77


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
