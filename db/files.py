"""The nouns of files that come in and go out: the bytes, what is done with them, and what was said about cells.

Addresses of files are text with the platform in front, like those of chats: ``telegram:BQACAgUAAx…``.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.types import UtcDateTime, words


class StoredFile(SQLModel, table=True):
    """A file as it came or as it goes out."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    content: bytes = Field(sa_type=sa.LargeBinary)
    created_at: datetime = Field(sa_type=UtcDateTime)


class UploadState(StrEnum):
    """Where an upload is: to be read -> compared, and asked about -> confirmed, to be written -> written.

    A written one goes back to confirmed when a cell is answered later.
    """

    SENT = "sent"
    COMPARED = "compared"
    CONFIRMED = "confirmed"
    WRITTEN = "written"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class Upload(SQLModel, table=True):
    """A file that the office sent to be imported; nothing of it is in the ledger before it is confirmed."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # of the message that brought it
    name: str
    address: str  # where the platform keeps the file
    file_id: int | None = Field(default=None, foreign_key="storedfile.id")
    kind: str = ""  # one of services.loading.KINDS, found when it is read
    state: UploadState = Field(default=UploadState.SENT, sa_type=words(UploadState))
    chat: str
    person_id: int = Field(foreign_key="person.id")
    language: str = ""
    sent_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_by: str = ""  # the key of the act under which it is written
    written_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answers: int = 0  # how often somebody answered: a reading that began before the last answer is done again
    attempts: int = 0
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    questions: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)  # what waits for a person, in order

    __table_args__ = (
        sa.Index(
            "ix_upload_to_do",
            "id",
            sqlite_where=sa.text("state IN ('sent', 'confirmed')"),
            postgresql_where=sa.text("state IN ('sent', 'confirmed')"),
        ),
    )


class CellAnswer(SQLModel, table=True):
    """What a person said about a cell, remembered so that the same cell is not asked about again.

    ``subject`` is a duty's number, or empty where the words mean the same everywhere (a head, a status, a county).
    ``text`` stands for the cell's own text; None means that it is right as written.
    """

    id: int | None = Field(default=None, primary_key=True)
    subject: str
    field: str
    raw: str
    text: str | None = None
    person_id: int | None = Field(default=None, foreign_key="person.id")
    upload_id: int | None = Field(default=None, foreign_key="upload.id")  # taken back with the import
    answered_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("subject", "field", "raw"),)
