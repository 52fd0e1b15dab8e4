"""Figures by SQL equal the same figures counted one duty at a time by the rules."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, delete

from db.figures import FIGURE_NAMES, aggregates, duties_page, overdue
from db.models import OPEN, Duty, Region, RegionKind, Status
from db.store import Store
from db.types import mu_from_grains
from rules.lights import Light, is_overdue, light
from rules.policy import Policy
from tests.conftest import NOW

BASE = date(2026, 11, 18)
AREAS = st.integers(0, 20_000_000).map(lambda grains: Decimal(grains).scaleb(-4))
EDGES = (-40, -1, 0, 1, 6, 7, 8, 29, 30, 31, 60)  # days from the day of judgement; what counts differs at these
DAYS = st.none() | st.sampled_from(EDGES)
STREAMS = ("inspection", "mine")

duties = st.lists(
    st.fixed_dictionaries(
        {
            "region_id": st.integers(2, 3),
            "workstream": st.sampled_from(STREAMS),
            "status": st.sampled_from(list(Status)),
            "days": DAYS,
            "area_mu": AREAS,
            "farmland_mu": AREAS,
            "rectified_area_mu": AREAS,
            "rectified_farmland_mu": AREAS,
        }
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('little')}/x.db")
    SQLModel.metadata.create_all(store.engine)
    with store.writing() as session:
        session.add(Region(id=1, code="1", name="市", short_name="市", kind=RegionKind.CITY))
        session.flush()
        for n in (2, 3):
            session.add(
                Region(id=n, code=str(n), name=f"{n}县", short_name=f"{n}", kind=RegionKind.COUNTY, parent_id=1)
            )
    yield store
    store.close()


def duty_of(n: int, row: dict[str, Any], as_of: date) -> Duty:
    days = row.pop("days")
    due_on = None if days is None else as_of + timedelta(days=days)
    return Duty(number=f"X-{n}", known_at=NOW, due_on=due_on, **row)


def counted(found: list[Duty], as_of: date) -> dict[str, object]:
    """The definitions of PRACTICE 7, said of one duty at a time, with the rules where they say it."""
    is_open = [duty for duty in found if duty.status in OPEN]
    closed = [duty for duty in found if light(duty, as_of, Policy()) == Light.DONE]
    waiting = [duty for duty in found if light(duty, as_of, Policy()) == Light.WAITING]

    def due_within(days: int) -> int:
        return sum(d.due_on is not None and as_of <= d.due_on <= as_of + timedelta(days=days) for d in is_open)

    def total(name: str, among: list[Duty]) -> Decimal:
        return sum((getattr(duty, name) for duty in among), Decimal(0))

    return {
        "count": len(found),
        "done_count": len(closed),
        "claimed_done_count": len(closed) + len(waiting),
        "area": total("area_mu", found),
        "farmland": total("farmland_mu", found),
        "rectified_area": total("rectified_area_mu", found),
        "rectified_farmland": total("rectified_farmland_mu", found),
        "accepted_area": total("rectified_area_mu", closed),
        "accepted_farmland": total("rectified_farmland_mu", closed),
        "open_count": len(is_open),
        "overdue": sum(light(duty, as_of, Policy()) == Light.RED for duty in found),
        "due_within_7": due_within(7),
        "due_within_30": due_within(30),
        "open_without_due_date": sum(light(duty, as_of, Policy()) == Light.UNDATED for duty in found),
        "awaiting_acceptance_past_due": sum(d.due_on is not None and d.due_on < as_of for d in waiting),
    }


EVERY_CASE = [
    {"region_id": 2, "workstream": "mine", "status": status, "days": days}
    | dict.fromkeys(("area_mu", "farmland_mu", "rectified_area_mu", "rectified_farmland_mu"), Decimal("1.5"))
    for status in Status
    for days in (None, *EDGES)
]


@example(EVERY_CASE, BASE)
@given(duties, st.integers(-45, 45).map(lambda n: BASE + timedelta(days=n)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_figures_by_sql_equal_the_same_counted_by_the_rules(
    little: Store, rows: list[dict[str, Any]], as_of: date
) -> None:
    with little.writing() as session:
        session.exec(delete(Duty))
        found = [duty_of(n, dict(row), as_of) for n, row in enumerate(rows)]
        session.add_all(found)
    with little.reading() as session:
        for region, stream in itertools.product((None, 2, 3), (None, *STREAMS)):
            counting = [d for d in found if d.status != Status.VOID]  # what is void counts nowhere
            chosen = [d for d in counting if region in (None, d.region_id) and stream in (None, d.workstream)]
            row = aggregates(session, as_of, (), None if region is None else [region], stream)[0]
            by_sql = dict(zip(FIGURE_NAMES, row, strict=True))
            areas = ("area", "farmland")
            by_sql = {n: mu_from_grains(v) if n.endswith(areas) else v for n, v in by_sql.items()}
            assert by_sql == counted(chosen, as_of)
        grouped = aggregates(session, as_of, ("region_id",), None)
        assert {row[0]: row[1] for row in grouped} == {
            n: sum(d.region_id == n for d in counting) for n in (2, 3) if any(d.region_id == n for d in counting)
        }
        late, count = duties_page(session, overdue(as_of), [2, 3], 1, 100)
    assert {duty.number for duty in late} == {duty.number for duty in found if is_overdue(duty, as_of)}
    assert count == len(late)
    assert [duty.due_on for duty in late] == sorted(duty.due_on for duty in late if duty.due_on)


def test_of_no_regions_nothing_is_counted(store: Store) -> None:
    with store.reading() as session:
        row = aggregates(session, BASE, (), [])[0]
    assert set(row) == {0}
