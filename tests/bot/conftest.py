"""The city with its people at their telephones, a database of its own, and the program's settings."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.settings import Settings
from db.store import Store
from rehearsal.cast import move_in
from rehearsal.lookalike import Lookalike
from rehearsal.town import Town
from rules.policy import Office
from tests.bot.living import FAST, TOKEN, City, Watch
from tests.conftest import LEDGER_DAY, NOW


@dataclass(frozen=True, kw_only=True)
class MovedIn:
    """The city with everybody's account and group bound, to be copied: binding takes longer than most tests."""

    database: Path
    town: Town


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the outbox more often than an office needs, so that a second attempt does not take seconds."""
    monkeypatch.setattr("scheduler.sender.IDLE_SECONDS", 0.1)
    monkeypatch.setattr("scheduler.sender.LONGEST_WAIT", 0.2)


@pytest.fixture(scope="session")
def moved_in(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> MovedIn:
    return move_all_in(city_file, tmp_path_factory.mktemp("moved_in"))


@pytest.fixture(scope="session")
def moved_in_new(new_city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> MovedIn:
    return move_all_in(new_city_file, tmp_path_factory.mktemp("moved_in_new"))


def move_all_in(city_file: Path, folder: Path) -> MovedIn:
    database = shutil.copy(city_file, folder / "city.db")
    telegram, store = lookalike(Watch(NOW)), Store(f"sqlite:///{database}")
    move_in(store, telegram, LEDGER_DAY)
    store.close()
    return MovedIn(database=database, town=telegram.town)


def lookalike(watch: Watch) -> Lookalike:
    return Lookalike(token=TOKEN, username="duban_bot", clock=watch, history=5000)


@pytest.fixture
async def city(moved_in: MovedIn, tmp_path: Path, office: Office) -> AsyncIterator[City]:
    async with inhabited(moved_in, tmp_path, office) as living:
        yield living


@pytest.fixture
async def new_city(moved_in_new: MovedIn, tmp_path: Path, office: Office) -> AsyncIterator[City]:
    """The city before its ledger came."""
    async with inhabited(moved_in_new, tmp_path, office) as living:
        yield living


@asynccontextmanager
async def inhabited(moved_in: MovedIn, tmp_path: Path, office: Office) -> AsyncIterator[City]:
    watch = Watch(NOW)
    telegram, store = lookalike(watch), Store(f"sqlite:///{shutil.copy(moved_in.database, tmp_path / 'duban.db')}")
    telegram.town.people, telegram.town.chats = deepcopy((moved_in.town.people, moved_in.town.chats))
    await telegram.start()
    settings = Settings(
        office=office, database_url=store.url, token=TOKEN, limits=FAST, lease_seconds=1.0, stop_seconds=5.0,
        base_url=telegram.base_url, base_file_url=telegram.base_file_url,
        evidence_folder=tmp_path / "evidence",
    )  # fmt: skip
    yield City(telegram, store, settings, watch)
    await telegram.stop()
    store.close()
