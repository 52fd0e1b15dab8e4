"""The figures against the independent oracle, city/expected.json: every number."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db.store import Store
from rehearsal.cast import CITY
from rules.policy import Office
from services.report import duty_rows, report

EXPECTED = json.loads((CITY / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "part",
    [
        "as_of",
        "duties",
        "workstreams",
        "cells",
        "by_county",
        "by_workstream",
        "city",
        "ranking_inspection_by_farmland_rate",
        "county_state",
        "checkpoints",
        "comparison_with_august",
        "schedule",
        "per_person_open",
        "lights",
    ],
)
def test_figures_equal_the_oracle(store: Store, office: Office, part: str) -> None:
    with store.reading() as session:
        figures = report(session, office, date(2026, 11, 18))
    assert figures[part] == EXPECTED[part]


def test_every_duty_equals_the_oracle(store: Store, office: Office) -> None:
    lines = (CITY / "expected_duties.csv").read_text(encoding="utf-8-sig").splitlines()
    expected = list(csv.DictReader(lines))
    with store.reading() as session:
        rows = list(duty_rows(session, office, date(2026, 11, 18)))
    assert [list(row) for row in rows[:1]] == [list(row) for row in expected[:1]]
    assert [row for row in rows if written(row) not in [as_number(one) for one in expected]] == []
    assert len(rows) == len(expected) == 240


NUMBERS = ("days_left", "elapsed_pct", "done_pct", "lag_pp")


def written(row: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in row.items()}


def as_number(row: dict[str, str]) -> dict[str, Any]:
    return {name: float(text) if name in NUMBERS and text else text for name, text in row.items()}


def test_the_oracle_notices_a_changed_number(store: Store, office: Office) -> None:
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE duty SET rectified_area_mu = rectified_area_mu + 100 WHERE id = 1")
    with store.reading() as session:
        assert report(session, office, date(2026, 11, 18))["city"] != EXPECTED["city"]


def test_the_sample_city_is_whole() -> None:
    names = {path.name for path in Path(CITY).iterdir()}
    assert {"ledger.xlsx", "ledger_clean.csv", "officials.csv", "targets.csv", "county_state.csv"} <= names
