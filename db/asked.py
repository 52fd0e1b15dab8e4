"""What somebody asked for that takes longer than an answer may: it stands here until it is worked out and said."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime


class ForecastOrder(SQLModel, table=True):
    """A forecast of so many days that somebody wants to read in his private chat; to do until ``done_at``."""

    id: int | None = Field(default=None, primary_key=True)
    chat: str
    person_id: int = Field(foreign_key="person.id")
    language: str = ""
    days: int
    asked_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (
        sa.Index(
            "ix_forecastorder_to_do",
            "id",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
    )
