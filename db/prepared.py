"""Statements that nearly every message runs: compiled once, then run by the driver's own cursor.

From a statement to its rows SQLAlchemy takes ten times as long as SQLite does, and an answer runs half a dozen.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, result_tuple
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel import Session, SQLModel

Noun = TypeVar("Noun", bound=SQLModel)
Convert = Callable[[Any], Any]
Statement = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]] | sa.UpdateBase


class Prepared:
    """A statement with named parameters; none of them can be a list (one that never changes is written as literals)."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _Compiled] = {}

    def run(self, session: Session, **facts: Any) -> list[Any]:
        """Run it in the session's transaction, where all that was changed so far is seen; raise what SQLAlchemy raises.

        Return plain rows with named columns; none of a statement that returns nothing.
        """
        connection, compiled = self._compiled(session)
        return compiled.rows(_run(connection, compiled, compiled.given(facts)))

    def stored(self, session: Session, **facts: Any) -> tuple[tuple[Any, ...], ...]:
        """Run it and return the rows as the driver has them, without names and nothing converted: to be compared."""
        connection, compiled = self._compiled(session)
        return tuple(_run(connection, compiled, compiled.given(facts)))

    def run_many(self, session: Session, rows: Iterable[dict[str, Any]]) -> None:
        """Run it once for each of many rows; nothing is returned."""
        connection, compiled = self._compiled(session)
        _run(connection, compiled, compiled.given_rows(rows), many=True)

    def _compiled(self, session: Session) -> tuple[sa.Connection, "_Compiled"]:
        session.flush()
        connection = session.connection()
        dialect = connection.dialect
        compiled = self._by_dialect.get(dialect.name)
        if compiled is None:
            compiled = self._by_dialect[dialect.name] = _Compiled(self._statement, dialect)
        return connection, compiled


def _run(
    connection: sa.Connection, compiled: "_Compiled", given: Any, *, many: bool = False
) -> Sequence[tuple[Any, ...]]:
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(compiled.sql, given)
        return cursor.fetchall() if compiled.has_rows else []
    except connection.dialect.loaded_dbapi.Error as trouble:
        said, base = compiled.sql, connection.dialect.loaded_dbapi.Error
        raise sa.exc.DBAPIError.instance(said, None, trouble, base, dialect=connection.dialect) from trouble
    finally:
        cursor.close()


class _Compiled:
    """A statement's text for one database, and how values go in and come out."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        made = statement.compile(dialect=dialect)
        self.sql = str(made)
        if "POSTCOMPILE" in self.sql:
            raise ValueError(f"a list cannot be a parameter: {self.sql}")
        self._names, self._positional = made.positiontup or list(made.params), made.positional
        binds = {name: made.binds[name] for name in self._names}
        self._into = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
        # what is asked for may stand in several places, and goes in the same way in each
        places = {name: [place for place, one in enumerate(self._names) if one == name] for name in binds}
        self._asked = [(name, self._into[name], places[name]) for name, bind in binds.items() if bind.required]
        constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._begun = [self._value(name, constants[name]) if name in constants else None for name in self._names]
        columns = dict(statement.exported_columns.items())
        self.has_rows = bool(columns)
        self._row = result_tuple([str(name) for name in columns])
        out_of = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns.values()]
        self._out_of = [(place, convert) for place, convert in enumerate(out_of) if convert]

    def given(self, facts: dict[str, Any]) -> Any:
        """Return the values as the driver wants them."""
        values = self._begun.copy()
        for name, convert, places in self._asked:
            value = convert(facts[name]) if convert else facts[name]
            for place in places:
                values[place] = value
        return values if self._positional else dict(zip(self._names, values, strict=True))

    def given_rows(self, rows: Iterable[dict[str, Any]]) -> list[Any]:
        """Return the values of many rows, each of which has all of them."""
        fields = [(name, self._into[name]) for name in self._names]
        if not self._positional:
            return [{name: convert(row[name]) if convert else row[name] for name, convert in fields} for row in rows]
        return [[convert(row[name]) if convert else row[name] for name, convert in fields] for row in rows]

    def _value(self, name: str, value: Any) -> Any:
        convert = self._into[name]
        return convert(value) if convert else value

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
    """Return what the session would have loaded from a row that begins with a noun's columns, at a third of the price.

    The one that it knows already, otherwise a new one, whose changes it will notice.
    """
    mapper = sa.inspect(noun)
    known = session.identity_map.get(mapper.identity_key_from_primary_key((row.id,)))
    if known is not None:
        return cast(Noun, known)
    made: Noun = mapper.class_manager.new_instance()
    made.__dict__.update(zip(_fields(noun), row, strict=False))
    make_transient_to_detached(made)
    session.add(made)
    return made


@cache
def _fields(noun: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.key for column in sa.inspect(noun).columns)
