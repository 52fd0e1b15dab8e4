"""The sample city with everybody in it, for each dialogue anew."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.store import Store
from rules.policy import Office
from tests.handlers.dialogue import Town


@pytest.fixture
def town(peopled_file: Path, office: Office, tmp_path: Path) -> Iterator[Town]:
    path = tmp_path / "town.db"
    shutil.copy(peopled_file, path)
    store = Store(f"sqlite:///{path}")
    yield Town(store=store, office=office)
    store.close()
