"""The city with its people at their telephones, a database of its own, and the program's settings."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.settings import Settings
from db.store import Store
from rehearsal.cast import move_in
from rehearsal.lookalike import Lookalike
from rules.policy import Office
from tests.bot.living import FAST, TOKEN, City, Watch
from tests.conftest import LEDGER_DAY, NOW


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the outbox more often than an office needs, so that a second attempt does not take seconds."""
    monkeypatch.setattr("scheduler.sender.IDLE_SECONDS", 0.1)


@pytest.fixture
async def city(city_file: Path, tmp_path: Path, office: Office) -> AsyncIterator[City]:
    async with inhabited(city_file, tmp_path, office) as living:
        yield living


@pytest.fixture
async def new_city(new_city_file: Path, tmp_path: Path, office: Office) -> AsyncIterator[City]:
    """The city before its ledger came."""
    async with inhabited(new_city_file, tmp_path, office) as living:
        yield living


@asynccontextmanager
async def inhabited(database: Path, tmp_path: Path, office: Office) -> AsyncIterator[City]:
    path = tmp_path / "duban.db"
    shutil.copy(database, path)
    watch = Watch(NOW)
    telegram = Lookalike(token=TOKEN, username="duban_bot", clock=watch, history=5000)
    store = Store(f"sqlite:///{path}")
    move_in(store, telegram, LEDGER_DAY)
    await telegram.start()
    settings = Settings(
        office=office, database_url=store.url, token=TOKEN, limits=FAST, lease_seconds=1.0, stop_seconds=5.0,
        base_url=telegram.base_url, base_file_url=telegram.base_file_url,
    )  # fmt: skip
    yield City(telegram, store, settings, watch)
    await telegram.stop()
    store.close()
