"""What every test may use: the sample office, its city in a database of its own, and people by name."""

import shutil
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.program import keep_what_is_loaded
from db.migrations import upgrade
from db.models import Duty, Person, Region
from db.queries import people, regions
from db.store import Store
from rehearsal.cast import FILES, account_of, group_of, load_city
from rules.policy import Office, Policy
from services import identity
from services.chain import Act
from services.identity import find_person
from services.ledger import remove_duties

LEDGER_DAY = datetime.fromisoformat("2026-11-18T08:30+08:00")  # when the sample ledger was imported
NOW = datetime.fromisoformat("2026-11-18T09:00+08:00")


@pytest.fixture(scope="session")
def office() -> Office:
    # a morning's messages at one moment, but where their spreading is what is tested
    policy = Policy(jitter_minutes=0)
    return Office(name="青澜市自然资源督察办公室", city="青澜市", policy=policy)


@pytest.fixture(scope="session")
def city_file(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city as imported, to be copied; made once a test process."""
    path = tmp_path_factory.mktemp("city") / "city.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store.engine)
    load_city(store, office, LEDGER_DAY)
    store.close()
    return path


@pytest.fixture(scope="session")
def peopled_file(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city with everybody's account linked and the groups of the city and of each county bound."""
    path = tmp_path_factory.mktemp("peopled") / "city.db"
    shutil.copy(city_file, path)
    store = Store(f"sqlite:///{path}")
    move_in(store)
    store.close()
    return path


def move_in(store: Store) -> None:
    act = Act(key="moving-in", at=LEDGER_DAY)
    with store.writing() as session:
        for person in people(session):
            identity.link(session, act, person, f"telegram:{account_of(person)}")
        for region in regions(session):
            identity.bind(session, act, f"telegram:{group_of(region)}", f"{region.name}群", region)


@pytest.fixture(scope="session")
def new_city_file(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city before its ledger came: counties, officials, targets and workdays."""
    path = tmp_path_factory.mktemp("new_city") / "city.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store.engine)
    load_city(store, office, LEDGER_DAY, [one for one in FILES if one[0] != "ledger"])
    store.close()
    return path


@pytest.fixture
def new_store(new_city_file: Path, tmp_path: Path) -> Iterator[Store]:
    """The sample city without a ledger, in a real SQLite file that is this test's own."""
    path = tmp_path / "new.db"
    shutil.copy(new_city_file, path)
    opened = Store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def store(city_file: Path, tmp_path: Path) -> Iterator[Store]:
    """The sample city in a real SQLite file that is this test's own."""
    path = tmp_path / "duban.db"
    shutil.copy(city_file, path)
    opened = Store(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    opened = Store(f"sqlite:///{path}")
    upgrade(opened.engine)
    opened.close()
    return path


@pytest.fixture
def empty_store(empty_file: Path, tmp_path: Path) -> Iterator[Store]:
    """A migrated database with nothing in it, this test's own."""
    opened = Store(f"sqlite:///{shutil.copy(empty_file, tmp_path / 'empty.db')}")
    yield opened
    opened.close()


def person_named(store: Store, words: str) -> Person:
    with store.reading() as session:
        return find_person(session, words)


def keep_counties(store: Store, names: Collection[str]) -> None:
    """Take the duties of all other counties away: a walk over many days costs what there is to walk over."""
    with store.writing() as session:
        others = select(Duty.id).join(Region, col(Region.id) == col(Duty.region_id))
        remove_duties(session, [one for one in session.exec(others.where(col(Region.name).not_in(names))) if one])


def pytest_collection_finish() -> None:
    """Spare the garbage collector four thousand tests, as the program spares it what it has loaded."""
    keep_what_is_loaded()
