"""How the database answers what is asked of it: SQLite's own plan for every statement that was run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from db.store import Store


@contextmanager
def watched(store: Store) -> Iterator[set[str]]:
    """Collect every statement that runs meanwhile, with the values that it was given."""
    asked: set[str] = set()

    def watch(driver: Any, _record: object, _proxy: object) -> None:
        driver.set_trace_callback(asked.add)

    sa.event.listen(store.engine, "checkout", watch)
    yield asked
    sa.event.remove(store.engine, "checkout", watch)
    with store.reading() as session:
        driver: Any = session.connection().connection.dbapi_connection
        driver.set_trace_callback(None)


def plan_of(store: Store, statement: str) -> list[str]:
    """Return the steps by which SQLite would answer a statement; of none that reads nothing."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
        return []
    with store.reading() as session:
        return [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]
