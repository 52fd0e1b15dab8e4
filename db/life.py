"""The nouns of a duty's life: proofs, units that each report, cases found, promises made.

Areas are Decimals in mu; addresses of files are text with the platform in front, like those of chats.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.types import AreaMu, UtcDateTime, words

EVIDENCE_KEPT = "evidence_kept"  # the kind of event that says a proof was copied; it changes no duty


class Phase(StrEnum):
    """What a proof shows: the place as it was, the work, the result, the county's or the city's check, a paper."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    CHECK = "check"
    PAPER = "paper"


class Evidence(SQLModel, table=True):
    """A photo or file that proves something (佐证材料); without a duty until somebody says of which.

    ``address`` is where the platform keeps it, ``unique_id`` the platform's word for the same file sent again.
    ``stored_as`` is its path within the office's evidence folder, once it was copied there, and ``sha256`` what was
    copied (hex); ``gone`` says why that is not possible.
    """

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int | None = Field(default=None, index=True)  # no foreign key: an import may be taken back, proofs stay
    case_id: int | None = Field(default=None, index=True)
    event_id: int | None = Field(default=None, foreign_key="event.id")
    act: str = Field(index=True)  # the message that brought it; an album is one
    album: str = Field(default="", index=True)
    address: str
    unique_id: str = ""
    name: str = ""
    media_type: str = ""
    size: int = 0
    phase: Phase = Field(default=Phase.AFTER, sa_type=words(Phase))
    person_id: int = Field(foreign_key="person.id")
    sent_at: datetime = Field(sa_type=UtcDateTime)
    said_in: str = ""
    sha256: str = ""
    stored_as: str = ""
    attempts: int = 0
    try_after: datetime | None = Field(default=None, sa_type=UtcDateTime)
    gone: str = ""

    __table_args__ = (
        sa.Index(
            "ix_evidence_to_copy",
            "id",
            sqlite_where=sa.text("stored_as = '' AND gone = ''"),
            postgresql_where=sa.text("stored_as = '' AND gone = ''"),
        ),
        sa.Index("ix_evidence_said_in_person_id", "said_in", "person_id"),
    )


class UnitReport(SQLModel, table=True):
    """One unit's part of a duty that several must each finish."""

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int = Field(foreign_key="duty.id", index=True)
    unit: str
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    note: str = ""

    __table_args__ = (sa.UniqueConstraint("duty_id", "unit"),)


class Case(SQLModel, table=True):
    """A violation that somebody found (发现), that is filed (立案) and decided (查处)."""

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    town: str = ""
    what: str
    area_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    farmland_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    found_on: date
    found_by_id: int = Field(foreign_key="person.id")
    filed_on: date | None = None
    file_no: str = ""
    decided_on: date | None = None
    decision: str = ""
    duty_id: int | None = Field(default=None, foreign_key="duty.id")
    withdrawn: bool = False
    known_at: datetime = Field(sa_type=UtcDateTime)


class Commitment(SQLModel, table=True):
    """What a leader promised at a meeting (表态发言): how much of what by when; kept beside a county or one duty.

    ``*_then_mu`` are the totals on the day of the promise, reported and accepted, so that what came of it can be said.
    ``area_mu`` is promised beyond them, of farmland where ``by_farmland``.
    """

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", index=True)
    duty_id: int | None = Field(default=None, foreign_key="duty.id")
    workstream: str = ""
    person_id: int | None = Field(default=None, foreign_key="person.id")
    name: str = ""  # who promised, where the list of officials does not know him
    meeting: str = ""
    said_on: date
    due_on: date
    area_mu: Decimal = Field(sa_type=AreaMu)
    by_farmland: bool = False
    reported_then_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    accepted_then_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    words: str = ""
    withdrawn: bool = False
    known_at: datetime = Field(sa_type=UtcDateTime)
