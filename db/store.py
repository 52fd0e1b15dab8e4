"""The engine, and the one place where transactions begin and end."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

BUSY_SECONDS = 15  # how long a writer waits for another process before it gives up


T = TypeVar("T")


class Store:
    """A database by its SQLAlchemy URL; ``writing()`` and ``reading()`` are the only transactions there are."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        # one thread: SQLite has one writer anyway, and work done in turn keeps its order
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._reader = self.engine.execution_options(reads_only=True)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commit at the end, roll back on any exception; SQLite writers queue up from the first statement."""
        with Session(self.engine, expire_on_commit=False, autoflush=True) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """See one consistent state and change nothing."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run blocking work beside the event loop, in turn with all other work on this store."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def write(self, deed: Callable[[Session], T]) -> T:
        """Run a deed in a writing transaction beside the event loop."""

        def work() -> T:
            with self.writing() as session:
                return deed(session)

        return await self.in_thread(work)

    def close(self) -> None:
        """Finish what runs and give every connection back."""
        self._thread.shutdown(wait=True)
        self.engine.dispose()


def fetch(
    session: Session, query: sa.Executable, facts: Mapping[str, Any] | None = None
) -> sa.Result[*tuple[Any, ...]]:
    """Run a query for plain columns past the ORM, which would only add its price; what was changed so far is seen."""
    session.flush()
    return session.connection().execute(query, facts)


def open_engine(url: str) -> sa.Engine:
    """Open an engine that behaves alike on SQLite and PostgreSQL: real transactions, readable JSON."""
    parsed = sa.make_url(url)
    options: dict[str, Any] = {"json_serializer": partial(json.dumps, ensure_ascii=False, default=str)}
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        options["connect_args"] = {"check_same_thread": False, "timeout": BUSY_SECONDS}
    engine = sa.create_engine(parsed, **options)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late (after the first read), and loses updates: we begin ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a confirmed update survives a power cut too
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
