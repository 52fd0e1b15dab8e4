"""Transactions: all or nothing, one writer at a time, readers that write nothing."""

import asyncio
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from db.figures import FIGURE_NAMES, aggregates
from db.migrations import upgrade
from db.models import Inbox, Mark, Progress
from db.queries import insert_new, mark, set_mark
from db.store import Store
from rules.figures import Figures
from tests.conftest import NOW


def inbox_keys(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted(session.exec(select(Inbox.key)))


def put(session: Session, key: str) -> None:
    session.add(Inbox(key=key, payload="", received_at=NOW))
    session.flush()


def test_writing_commits_at_the_end(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "a")
    assert inbox_keys(empty_store) == ["a"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, ValueError])
def test_writing_rolls_everything_back_on_any_exception(empty_store: Store, error: type[BaseException]) -> None:
    with pytest.raises(error), empty_store.writing() as session:  # noqa: PT012
        put(session, "a")
        put(session, "b")
        raise error
    assert inbox_keys(empty_store) == []
    with empty_store.writing() as session:  # and the database is free again
        put(session, "c")
    assert inbox_keys(empty_store) == ["c"]


def test_a_nested_step_is_taken_back_alone(empty_store: Store) -> None:
    with empty_store.writing() as session:
        put(session, "before")
        with pytest.raises(ValueError, match="x"), session.begin_nested():  # noqa: PT012
            put(session, "inside")
            raise ValueError("x")
        put(session, "after")
    assert inbox_keys(empty_store) == ["after", "before"]


def test_reading_commits_nothing(empty_store: Store) -> None:
    with empty_store.reading() as session:
        put(session, "a")
    assert inbox_keys(empty_store) == []


def test_a_reader_sees_one_state_while_another_writes(empty_store: Store) -> None:
    with empty_store.reading() as session:
        assert session.exec(select(func.count(col(Inbox.id)))).one() == 0
        with empty_store.writing() as other:
            put(other, "a")
        assert session.exec(select(func.count(col(Inbox.id)))).one() == 0
    assert inbox_keys(empty_store) == ["a"]


def test_two_threads_that_add_up_lose_nothing(empty_store: Store) -> None:
    with empty_store.writing() as session:
        set_mark(session, "count", "0")
    together = threading.Barrier(2)
    failed: list[BaseException] = []

    def add_twenty() -> None:
        together.wait()
        try:
            for _ in range(20):
                with empty_store.writing() as session:
                    set_mark(session, "count", str(int(mark(session, "count") or "0") + 1))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=add_twenty) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with empty_store.reading() as session:
        assert mark(session, "count") == "40"


def test_two_stores_on_one_file_lose_nothing_either(empty_store: Store) -> None:
    other = Store(empty_store.url)
    for number in range(20):
        with (empty_store if number % 2 else other).writing() as session:
            set_mark(session, "count", str(int(mark(session, "count") or "0") + 1))
    other.close()
    with empty_store.reading() as session:
        assert mark(session, "count") == "20"


def test_foreign_keys_are_held(empty_store: Store) -> None:
    with pytest.raises(IntegrityError), empty_store.writing() as session:
        session.add(Progress(duty_id=99, event_id=99, area_mu=0, farmland_mu=0, said_at=NOW))


def test_committed_is_on_the_disk_and_readers_do_not_block(empty_store: Store) -> None:
    with empty_store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


async def test_deeds_beside_the_event_loop_are_done_in_turn(empty_store: Store) -> None:
    def one_more(session: Session) -> int:
        count = int(mark(session, "count") or "0") + 1
        set_mark(session, "count", str(count))
        return count

    assert await asyncio.gather(*(empty_store.write(one_more) for _ in range(20))) == list(range(1, 21))


async def test_a_deed_that_fails_beside_the_event_loop_is_rolled_back_and_told(empty_store: Store) -> None:
    def fail(session: Session) -> None:
        put(session, "a")
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        await empty_store.write(fail)
    assert inbox_keys(empty_store) == []


def test_rows_whose_key_is_there_are_left_as_they_are(empty_store: Store) -> None:
    with empty_store.writing() as session:
        insert_new(session, Mark, [{"name": "a", "value": "1"}])
        insert_new(session, Mark, [{"name": "a", "value": "2"}, {"name": "b", "value": "3"}])
        insert_new(session, Mark, [])
    with empty_store.reading() as session:
        assert (mark(session, "a"), mark(session, "b"), mark(session, "c")) == ("1", "3", None)


def test_a_store_makes_the_folder_of_its_file(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/deep/er/duban.db")
    upgrade(store.engine)
    store.close()
    assert (tmp_path / "deep" / "er" / "duban.db").exists()


def plans(store: Store, by: tuple[str, ...], region_ids: list[int] | None, workstream: str | None) -> list[str]:
    """How SQLite answers the query of the figures: recorded while it is asked."""
    asked: list[str] = []
    with store.reading() as session:
        driver: Any = session.connection().connection.dbapi_connection
        driver.set_trace_callback(asked.append)
        aggregates(session, date(2026, 11, 18), by, region_ids, workstream)
        driver.set_trace_callback(None)
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1]}").all()
    return [row[3] for row in rows]


@pytest.mark.parametrize("by", [(), ("workstream",), ("region_id",), ("region_id", "workstream")])
@pytest.mark.parametrize("region_ids", [None, [2], [2, 3, 4]])
@pytest.mark.parametrize("workstream", [None, "mine"])
def test_figures_are_answered_by_the_covering_index_alone(
    store: Store, by: tuple[str, ...], region_ids: list[int] | None, workstream: str | None
) -> None:
    found = plans(store, by, region_ids, workstream)
    assert any("USING COVERING INDEX ix_duty_figures" in line for line in found), found
    assert not [line for line in found if line == "SCAN duty" or ("duty" in line and "COVERING" not in line)]


def test_the_figures_have_the_names_of_the_rules() -> None:
    assert set(FIGURE_NAMES) == set(Figures.__dataclass_fields__)
