"""The figures against the independent oracle, city/expected.json: every number."""

import json
from datetime import date
from pathlib import Path

import pytest

from db.store import Store
from rehearsal.cast import CITY
from rules.policy import Office
from services.overview import report

EXPECTED = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", ["as_of", "duties", "workstreams", "cells", "by_county", "by_workstream", "city"])
def test_figures_equal_the_oracle(store: Store, office: Office, part: str) -> None:
    with store.reading() as session:
        figures = report(session, office, date(2026, 11, 18))
    assert figures[part] == EXPECTED[part]


def test_the_oracle_notices_a_changed_number(store: Store, office: Office) -> None:
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE duty SET rectified_area_mu = rectified_area_mu + 100 WHERE id = 1")
    with store.reading() as session:
        assert report(session, office, date(2026, 11, 18))["city"] != EXPECTED["city"]


def test_the_sample_city_is_whole() -> None:
    names = {path.name for path in Path(CITY).iterdir()}
    assert {"ledger.xlsx", "ledger_clean.csv", "officials.csv", "targets.csv", "county_state.csv"} <= names
