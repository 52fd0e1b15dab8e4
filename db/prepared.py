"""Statements that nearly every message runs: compiled once, then run by the driver's own cursor.

From a statement to its rows SQLAlchemy takes ten times as long as SQLite does, and an answer runs half a dozen.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, result_tuple
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel

Noun = TypeVar("Noun", bound=SQLModel)
Convert = Callable[[Any], Any]


class Prepared:
    """A statement with named parameters; none of them can be a list (one that never changes is written as literals)."""

    def __init__(self, statement: sa.Select[*tuple[Any, ...]] | sa.UpdateBase) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _Compiled] = {}

    def run(self, session: Session, **facts: Any) -> list[Any]:
        """Run it in the session's transaction, where all that was changed so far is seen; raise what SQLAlchemy raises.

        Return plain rows with named columns; none of a statement that returns nothing.
        """
        with self._cursor(session) as (cursor, compiled):
            cursor.execute(compiled.sql, compiled.given(facts))
            return compiled.rows(cursor.fetchall()) if compiled.has_rows else []

    def run_many(self, session: Session, rows: Iterable[dict[str, Any]]) -> None:
        """Run it once for each of many rows; nothing is returned."""
        with self._cursor(session) as (cursor, compiled):
            cursor.executemany(compiled.sql, compiled.given_rows(rows))

    @contextmanager
    def _cursor(self, session: Session) -> Iterator[tuple[Any, "_Compiled"]]:
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        if dialect.name not in self._by_dialect:
            self._by_dialect[dialect.name] = _Compiled(self._statement, dialect)
        compiled = self._by_dialect[dialect.name]
        cursor = connection.connection.cursor()
        try:
            yield cursor, compiled
        except dialect.loaded_dbapi.Error as trouble:
            said, base = compiled.sql, dialect.loaded_dbapi.Error
            raise sa.exc.DBAPIError.instance(said, None, trouble, base, dialect=dialect) from trouble
        finally:
            cursor.close()


class _Compiled:
    """A statement's text for one database, and how values go in and come out."""

    def __init__(self, statement: sa.Select[*tuple[Any, ...]] | sa.UpdateBase, dialect: Dialect) -> None:
        made = statement.compile(dialect=dialect)
        self.sql = str(made)
        if "POSTCOMPILE" in self.sql:
            raise ValueError(f"a list cannot be a parameter: {self.sql}")
        self._names, self._positional = made.positiontup or list(made.params), made.positional
        binds = {name: made.binds[name] for name in self._names}
        into = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        self._into = {name: convert for name, convert in into.items() if convert}
        self._constants: dict[str, Any] = {}
        constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._constants = {name: self._value(name, constants) for name in constants}
        columns = dict(statement.exported_columns.items())
        self.has_rows = bool(columns)
        self._row = result_tuple([str(name) for name in columns])
        out_of = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns.values()]
        self._out_of = [(place, convert) for place, convert in enumerate(out_of) if convert]

    def given(self, facts: dict[str, Any]) -> Any:
        """Return the values as the driver wants them."""
        if not self._positional:
            return {name: self._value(name, facts) for name in self._names}
        return [self._value(name, facts) for name in self._names]

    def given_rows(self, rows: Iterable[dict[str, Any]]) -> list[Any]:
        """Return the values of many rows, each of which has all of them."""
        fields = [(name, self._into.get(name)) for name in self._names]
        if not self._positional:
            return [{name: convert(row[name]) if convert else row[name] for name, convert in fields} for row in rows]
        return [[convert(row[name]) if convert else row[name] for name, convert in fields] for row in rows]

    def _value(self, name: str, facts: dict[str, Any]) -> Any:
        if name not in facts:
            return self._constants[name]
        value = facts[name]
        return self._into[name](value) if name in self._into else value

    def rows(self, found: Iterable[tuple[Any, ...]]) -> list[Any]:
        """Return rows as values of ours."""
        if not self._out_of:
            return [self._row(row) for row in found]
        return [self._row(self._read(list(row))) for row in found]

    def _read(self, row: list[Any]) -> list[Any]:
        for place, convert in self._out_of:
            row[place] = convert(row[place])
        return row


def attached(session: Session, noun: type[Noun], row: sa.Row[Any]) -> Noun:
    """Return what the session would have loaded from a row with all of a noun's columns, at a third of the price.

    The one that it knows already, otherwise a new one, whose changes it will notice.
    """
    mapper = sa.inspect(noun)
    known = session.identity_map.get(mapper.identity_key_from_primary_key((row.id,)))
    if known is not None:
        return cast(Noun, known)
    made: Noun = mapper.class_manager.new_instance()
    made.__dict__.update({column.key: getattr(row, column.key) for column in mapper.columns})
    make_transient_to_detached(made)
    session.add(made)
    return made
