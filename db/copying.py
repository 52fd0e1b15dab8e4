"""A private copy of what the clock's words depend on, for trying out what would be said without saying it."""

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from db.asked import ForecastOrder
from db.files import CellAnswer, StoredFile, Upload
from db.models import Inbox, Invite, LongCommand, Outbox, OutboxKind, Question, SentMessage

# what only answers need, and what was handed over: none of it is said by the clock
LEFT_OUT = frozenset(
    noun.__tablename__
    for noun in (CellAnswer, ForecastOrder, StoredFile, Upload, Inbox, Invite, LongCommand, Question, SentMessage)
)
ROWS_AT_ONCE = 2_000


def copy_ledger(source: Session, target: Session) -> None:
    """Copy the ledger, its people and what was said into an empty database of the same version."""
    into = target.connection()
    if into.dialect.name == "sqlite":
        into.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # a person may stand before his delegate
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            _copy_rows(source, target, table)


def _copy_rows(source: Session, target: Session, table: sa.Table) -> None:
    query = sa.select(table)
    if table.name == Outbox.__tablename__:
        query = query.where(table.c.kind != OutboxKind.REPLY)
    rows = source.connection().execution_options(yield_per=ROWS_AT_ONCE).execute(query).mappings()
    for part in rows.partitions(ROWS_AT_ONCE):
        target.connection().execute(sa.insert(table), [dict(row) for row in part])
