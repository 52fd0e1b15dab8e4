"""Times and areas stay exact: stored and read back, or refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from db.models import Inbox, Progress, Status
from db.store import Store
from db.types import AreaMu, UtcDateTime, mu_from_grains, words

DIALECT = sqlite.dialect()


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 18, 9), DIALECT)


def test_a_naive_time_is_refused_by_the_database_too(empty_store: Store) -> None:
    with pytest.raises(StatementError, match="naive"), empty_store.writing() as session:
        session.add(Inbox(key="x", payload="", received_at=datetime(2026, 11, 18, 9)))


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1)))
def test_a_time_of_any_zone_is_bound_as_the_same_moment_in_utc(moment: datetime) -> None:
    bound = UtcDateTime().process_bind_param(moment, DIALECT)
    assert bound is not None
    assert bound.utcoffset() == timedelta(0)
    assert bound == moment.astimezone(UTC)


def test_a_stored_time_comes_back_as_the_same_moment_in_utc(empty_store: Store) -> None:
    said = datetime(2026, 11, 18, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    with empty_store.writing() as session:
        session.add(Inbox(key="x", payload="", received_at=said))
    with empty_store.reading() as session:
        found = session.get_one(Inbox, 1)
    assert found.received_at == said
    assert found.received_at.tzinfo is UTC
    assert found.received_at.hour == 16
    assert found.done_at is None


@pytest.mark.parametrize("mu", ["0", "0.0001", "0.1", "12.3456", "1346.65", "999999999.9999", "-3.5"])
def test_an_area_is_stored_as_a_whole_number_of_grains_and_comes_back_exactly(mu: str) -> None:
    grains = AreaMu().process_bind_param(Decimal(mu), DIALECT)
    assert isinstance(grains, int)
    assert AreaMu().process_result_value(grains, DIALECT) == Decimal(mu)


@pytest.mark.parametrize("mu", ["0.00001", "1.23456", "0.33333333"])
def test_an_area_finer_than_a_grain_is_refused(mu: str) -> None:
    with pytest.raises(ValueError, match="finer"):
        AreaMu().process_bind_param(Decimal(mu), DIALECT)


@given(st.lists(st.decimals(min_value=0, max_value=10**6, places=4), min_size=1, max_size=20))
def test_sums_of_grains_are_sums_of_areas(areas: list[Decimal]) -> None:
    grains = [AreaMu().process_bind_param(area, DIALECT) or 0 for area in areas]
    assert mu_from_grains(sum(grains)) == sum(areas, Decimal(0))


def test_an_area_survives_the_database_and_nothing_stays_nothing(empty_store: Store) -> None:
    assert AreaMu().process_bind_param(None, DIALECT) is None
    assert AreaMu().process_result_value(None, DIALECT) is None
    with empty_store.engine.connect() as connection:
        table = sa.table("progress", sa.column("area_mu", AreaMu))
        connection.exec_driver_sql("CREATE TEMP TABLE areas (area_mu BIGINT)")
        temp = sa.table("areas", sa.column("area_mu", AreaMu))
        connection.execute(temp.insert(), [{"area_mu": Decimal("0.1")}] * 3)
        assert connection.execute(sa.select(sa.func.sum(temp.c.area_mu))).scalar() == Decimal("0.3")
    assert table.name == Progress.__tablename__


def test_enums_are_stored_as_their_own_words() -> None:
    kind = words(Status)
    assert kind.enums == [status.value for status in Status]
    assert kind.length == 32
    assert kind.native_enum is False
