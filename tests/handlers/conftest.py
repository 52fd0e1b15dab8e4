"""The sample city with everybody's account linked and the groups of the city and of each county bound."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.queries import people, regions
from db.store import Store
from rehearsal.cast import account_of, group_of
from rules.policy import Office
from services import identity
from services.chain import Act
from tests.conftest import LEDGER_DAY
from tests.handlers.dialogue import Town


@pytest.fixture(scope="session")
def peopled_file(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("peopled") / "city.db"
    shutil.copy(city_file, path)
    store = Store(f"sqlite:///{path}")
    act = Act(key="moving-in", at=LEDGER_DAY)
    with store.writing() as session:
        for person in people(session):
            identity.link(session, act, person, f"telegram:{account_of(person)}")
        for region in regions(session):
            identity.bind(session, act, f"telegram:{group_of(region)}", f"{region.name}群", region)
    store.close()
    return path


@pytest.fixture
def town(peopled_file: Path, office: Office, tmp_path: Path) -> Iterator[Town]:
    path = tmp_path / "town.db"
    shutil.copy(peopled_file, path)
    store = Store(f"sqlite:///{path}")
    yield Town(store=store, office=office)
    store.close()
