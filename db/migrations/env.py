"""Run by Alembic: one connection, handed over by ``db.migrations.upgrade``."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel

import db.asked
import db.files
import db.ladder
import db.life
import db.models
import db.trends  # noqa: F401  (all of them fill the metadata)
from db.types import AreaMu, UtcDateTime


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write plain SQLAlchemy types into migrations: they must outlive our classes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AreaMu):
        return "sa.BigInteger()"
    if kind == "type" and type(item).__name__ in ("AutoString", "Enum"):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


with context.config.attributes["engine"].connect() as connection:
    if connection.dialect.name == "sqlite":
        # a table is rebuilt by dropping the old one, which others refer to; only outside a transaction can this be said
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")
