"""Alembic migrations: ``upgrade`` brings a database to the version that this code speaks."""

from pathlib import Path

import sqlalchemy as sa

HEAD = "0010"  # a test keeps it equal to the newest file in versions/


def upgrade(engine: sa.Engine) -> bool:
    """Bring the database to HEAD; return whether anything had to be done."""
    if current(engine) == HEAD:
        return False
    from alembic import command  # 0.3 s to import, and only needed when there is something to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    return True


def current(engine: sa.Engine) -> str | None:
    """Return the database's version, None for an empty one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
