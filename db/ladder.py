"""The letters of the ladder: drafted for the office, looked at, signed and sent, or dismissed."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.types import AreaMu, UtcDateTime, words


class LetterState(StrEnum):
    """Where a letter is: waiting -> sent, filed (a paper for the office), dismissed, or dropped as no longer true."""

    WAITING = "waiting"
    SENT = "sent"
    FILED = "filed"
    DISMISSED = "dismissed"
    DROPPED = "dropped"


class Letter(SQLModel, table=True):
    """A letter of one step to one county (of a bulletin: to the city), about all that came to this step on a day.

    ``to_ids`` and ``copy_ids`` are persons; ``trigger`` is what brought a county to it where no duty did, and
    ``named_ids`` are the counties that a bulletin names as the last ones.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    step: int
    region_id: int = Field(foreign_key="region.id")
    trigger: str = ""
    drafted_on: date
    state: LetterState = Field(default=LetterState.WAITING, sa_type=words(LetterState), index=True)
    to_ids: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    copy_ids: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    named_ids: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    answer_by: date | None = None
    serial: int | None = None  # counted by step and year when it is sent
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    why: str = ""


class LetterDuty(SQLModel, table=True):
    """That a duty's deadline came to a step; the unique key is the promise to draft it once."""

    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    duty_id: int = Field(foreign_key="duty.id")
    due_on: date
    step: int
    trigger: str
    reported_then_mu: Decimal = Field(sa_type=AreaMu)

    __table_args__ = (sa.UniqueConstraint("duty_id", "due_on", "step"),)
