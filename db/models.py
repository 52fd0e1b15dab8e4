"""The nouns: each is written once, here, and is what rules decide about and text talks about.

Areas are Decimals in mu (exact to 0.0001), times are aware UTC, deadlines are dates of the office's zone.
Addresses of chats and accounts are text with the platform in front: ``telegram:-100123``.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from db.types import AreaMu, UtcDateTime, words


class Status(StrEnum):
    """Workflow state of a duty (PRACTICE 3.1); which step leads where stands in ``rules.steps``.

    The light is derived, never stored.
    """

    NOT_STARTED = "not_started"  # issued, nothing done
    RECEIVED = "received"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COUNTY_CHECKED = "county_checked"
    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    ACCEPTED = "accepted"  # by the reviewer; not struck off yet
    PUBLIC_NOTICE = "public_notice"
    RETURNED = "returned"
    CLOSED = "closed"
    RELAPSED = "relapsed"
    LONG_TERM = "long_term"
    SUSPENDED = "suspended"
    TRANSFERRED = "transferred"  # offered to another county, which has not signed for it yet
    VOID = "void"


OPEN = (  # the county still has to act
    Status.NOT_STARTED, Status.RECEIVED, Status.PLANNED, Status.IN_PROGRESS, Status.COUNTY_CHECKED, Status.RETURNED,
    Status.RELAPSED,
)  # fmt: skip
WITH_CITY = (Status.AWAITING_ACCEPTANCE, Status.ACCEPTED, Status.PUBLIC_NOTICE)  # reported done; the city has to act


class DueKind(StrEnum):
    """How precisely the deadline was written; the last four carry no date."""

    DATE = "date"
    MONTH_END = "month_end"
    XUN = "xun"
    QUARTER_END = "quarter_end"
    IMMEDIATE = "immediate"
    LONG_TERM = "long_term"
    MISSING = "missing"
    INVALID = "invalid"


class Level(StrEnum):
    """What a person is: three levels in a county, four kinds in the city."""

    RESPONSIBLE = "responsible"
    DEPUTY = "deputy"
    PRINCIPAL = "principal"
    CITY_REVIEWER = "city_reviewer"
    CITY_OPERATOR = "city_operator"
    CITY_OFFICE = "city_office"
    CITY_LEADER = "city_leader"


class RegionKind(StrEnum):
    """A rung of the region tree."""

    CITY = "city"
    COUNTY = "county"


class OutboxState(StrEnum):
    """Where an outgoing message is: waiting -> sending -> sent, or dropped (no longer true) or failed (for good)."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"


UNSENT = (OutboxState.WAITING, OutboxState.SENDING)


class OutboxKind(StrEnum):
    """What an outgoing message is; replies go at any hour, notices only in the sending window."""

    REPLY = "reply"
    REMINDER = "reminder"
    DIGEST = "digest"
    ACT = "act"  # what somebody did and another is to know now; not the day's reminder


class ExtensionState(StrEnum):
    """How far a request for a later deadline has come."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


class Region(SQLModel, table=True):
    """A city or a county; ``spellings`` are further keys that people type (pinyin, initials)."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str = Field(index=True)
    short_name: str
    kind: RegionKind = Field(sa_type=words(RegionKind))
    parent_id: int | None = Field(default=None, foreign_key="region.id")
    aliases: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    spellings: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    display_order: int = 0


class Person(SQLModel, table=True):
    """An official; matched by region and name, never by name alone."""

    id: int | None = Field(default=None, primary_key=True)
    official_id: str = Field(unique=True)
    name: str
    region_id: int = Field(foreign_key="region.id")
    level: Level = Field(sa_type=words(Level))
    post: str = ""
    unit: str = ""
    workstreams: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    phone: str = ""
    delegate_id: int | None = Field(default=None, foreign_key="person.id")
    leave_from: date | None = None
    leave_to: date | None = None
    paused_until: date | None = None  # the last day on which reminders go to the delegate instead
    in_post_from: date | None = None
    in_post_to: date | None = None
    wants_digest: bool = False
    remark: str = ""

    __table_args__ = (sa.Index("ix_person_region_id_name", "region_id", "name"),)


class Account(SQLModel, table=True):
    """A chat account bound to a person; its address is also the address of the private chat."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    language: str | None = None
    joined_at: datetime = Field(sa_type=UtcDateTime)
    unreachable_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unreachable_why: str = ""


class Chat(SQLModel, table=True):
    """A group that the office bound to a region."""

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True)
    title: str = ""
    region_id: int = Field(foreign_key="region.id", index=True)
    language: str | None = None
    unreachable_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unreachable_why: str = ""


class Invite(SQLModel, table=True):
    """A one-time code that binds a chat account to a person; only its hash is kept."""

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_by: str | None = None


class Duty(SQLModel, table=True):
    """A rectification duty (整改事项); ``rectified_*`` are the totals last reported by the county."""

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    workstream: str
    sub_type: str = ""
    region_id: int = Field(foreign_key="region.id")
    town: str = ""
    source: str = ""
    problem_type: str = ""
    title: str = ""
    spot_no: str = ""
    approval_no: str = ""
    enterprise: str = ""
    measures: str = ""
    remark: str = ""
    area_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    farmland_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    basic_farmland_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    rectified_area_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    rectified_farmland_mu: Decimal = Field(default=Decimal(0), sa_type=AreaMu)
    issued_on: date | None = None
    due_original: date | None = None
    due_extended: date | None = None
    due_on: date | None = None
    due_kind: DueKind = Field(default=DueKind.MISSING, sa_type=words(DueKind))
    lead_unit: str = ""
    co_units: str = ""
    status: Status = Field(default=Status.NOT_STARTED, sa_type=words(Status))
    closed_on: date | None = None
    stopped_on: date | None = None  # since then the county's clock stands still
    stopped_days: int = 0  # by which ``due_on`` was moved for them
    resumes_as: Status | None = Field(default=None, sa_type=words(Status))  # suspended or offered to another county
    declined: str = ""  # why the county says that it is not its own, until the office has decided
    transfer_to_id: int | None = Field(default=None, foreign_key="region.id")
    milestones: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)  # due_on, words, percent or None
    merged_into_id: int | None = None
    notice_until: date | None = None  # the last day of the public notice
    rechecked_on: date | None = None
    each_unit: bool = False  # done only when every unit has reported
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # cell texts by field name
    imported: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)  # what the last file said
    known_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def has_farmland(self) -> bool:
        """Whether some of its area is farmland."""
        return self.farmland_mu > 0

    __table_args__ = (
        # every figure is an aggregate over this index alone; the table's wide rows are not touched
        sa.Index(
            "ix_duty_figures",
            "region_id",
            "workstream",
            "status",
            "due_on",
            "area_mu",
            "farmland_mu",
            "rectified_area_mu",
            "rectified_farmland_mu",
        ),
        sa.Index("ix_duty_status_due_on", "status", "due_on"),
        sa.Index(
            "ix_duty_unplanned",
            "status",
            "issued_on",
            sqlite_where=sa.text("measures = ''"),
            postgresql_where=sa.text("measures = ''"),
        ),
    )


class DutyOfficial(SQLModel, table=True):
    """A name that the ledger gives a duty at one of the three levels, and the person it was matched to."""

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int = Field(foreign_key="duty.id")
    level: Level = Field(sa_type=words(Level))
    position: int = 0
    name: str
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)

    __table_args__ = (sa.UniqueConstraint("duty_id", "level", "position"),)


class Progress(SQLModel, table=True):
    """One report of the totals to date; append-only."""

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int = Field(foreign_key="duty.id", index=True)
    event_id: int = Field(foreign_key="event.id")
    area_mu: Decimal = Field(sa_type=AreaMu)
    farmland_mu: Decimal = Field(sa_type=AreaMu)
    note: str = ""
    person_id: int | None = Field(default=None, foreign_key="person.id")
    said_at: datetime = Field(sa_type=UtcDateTime)
    said_in: str = ""


class Event(SQLModel, table=True):
    """One change, who made it, when and why; chained by hash per subject so that tampering shows."""

    id: int | None = Field(default=None, primary_key=True)
    subject: str
    sequence: int
    duty_id: int | None = None  # no foreign key: an import that is taken back takes its new duties away, not their past
    kind: str
    act: str = Field(index=True)  # what people did at once (one message, one import) and can undo at once
    at: datetime = Field(sa_type=UtcDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    behalf_of_id: int | None = Field(default=None, foreign_key="person.id")
    said_in: str = ""
    before: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    why: str = ""
    undoes_id: int | None = Field(default=None, foreign_key="event.id")
    previous_hash: str
    hash: str

    __table_args__ = (
        sa.UniqueConstraint("subject", "sequence"),
        sa.Index("ix_event_person_id_id", "person_id", "id"),
        sa.Index("ix_event_duty_id_kind", "duty_id", "kind"),
        # whether a change was taken back is asked of all that may be shown, and few ever are
        sa.Index(
            "ix_event_undoes_id",
            "undoes_id",
            sqlite_where=sa.text("undoes_id IS NOT NULL"),
            postgresql_where=sa.text("undoes_id IS NOT NULL"),
        ),
        # what is about people, groups and days, among all that is about duties
        sa.Index(
            "ix_event_beside",
            "duty_id",
            sqlite_where=sa.text("duty_id IS NULL"),
            postgresql_where=sa.text("duty_id IS NULL"),
        ),
    )


class Target(SQLModel, table=True):
    """What a county is to have reached by the end of a month, cumulative."""

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id")
    workstream: str
    sub_type: str
    metric: str
    year: int
    month: int
    cumulative_mu: Decimal = Field(sa_type=AreaMu)
    year_target_mu: Decimal = Field(sa_type=AreaMu)

    __table_args__ = (sa.UniqueConstraint("region_id", "workstream", "sub_type", "year", "month"),)


class CountyState(SQLModel, table=True):
    """What is known of a county beside its duties: farmland retention, suspension of approvals, unused approvals."""

    id: int | None = Field(default=None, primary_key=True)
    region_id: int = Field(foreign_key="region.id", unique=True)
    retention_target_mu: Decimal = Field(sa_type=AreaMu)
    retention_actual_mu: Decimal = Field(sa_type=AreaMu)
    veto_risk: bool = False  # as the file declares it for the month in its head,
    veto_risk_month: str = ""  # like 2026-08
    approval_suspended: bool = False
    suspended_since: date | None = None
    suspended_reason: str = ""
    approved_unused_task_mu: Decimal = Field(sa_type=AreaMu)
    interviews: int = 0


class WorkdayOverride(SQLModel, table=True):
    """A day that the office declares working or free, with the notice it rests on."""

    day: date = Field(primary_key=True)
    is_workday: bool
    note: str = ""


class Inbox(SQLModel, table=True):
    """An update that a platform handed over, stored before it is confirmed and answered exactly once."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    payload: str = Field(sa_type=sa.Text)
    received_at: datetime = Field(sa_type=UtcDateTime)
    chat: str = ""  # whose order is to be kept; empty where the update names none
    album: str = ""  # the messages of one album are answered as one
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reference: str | None = None  # names the log entry when answering failed

    __table_args__ = (
        sa.Index(
            "ix_inbox_undone",
            "id",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
    )


class Outbox(SQLModel, table=True):
    """A message to be sent once; replies are rendered when written, notices when sent."""

    id: int | None = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    kind: OutboxKind = Field(default=OutboxKind.REPLY, sa_type=words(OutboxKind))
    chat: str
    payload: str = Field(default="", sa_type=sa.Text)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    day: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    send_after: datetime = Field(sa_type=UtcDateTime)
    state: OutboxState = Field(default=OutboxState.WAITING, sa_type=words(OutboxState))
    claimed_by: str = ""
    claimed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    possibly_repeated: bool = False
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""

    __table_args__ = (
        sa.Index(
            "ix_outbox_unsent",
            "chat",
            "id",
            sqlite_where=sa.text("state IN ('waiting', 'sending')"),
            postgresql_where=sa.text("state IN ('waiting', 'sending')"),
        ),
        # the day first: with the kind first it would be chosen for what is unsent, over all that was ever sent
        sa.Index("ix_outbox_day_kind", "day", "kind"),
    )


class Notice(SQLModel, table=True):
    """One rule that held for one duty's deadline and one person; the unique key is the promise to say it once."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    duty_id: int = Field(foreign_key="duty.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    due_on: date
    rule: str
    day: date
    late: bool = False
    outbox_id: int | None = Field(default=None, foreign_key="outbox.id", index=True)


class Extension(SQLModel, table=True):
    """A request for a later deadline (延期申请), and what the head of the office decided.

    ``is_late``: asked after the deadline; the days overdue until then stay on record, whatever is decided.
    """

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int = Field(foreign_key="duty.id", index=True)
    asked_by_id: int = Field(foreign_key="person.id")
    behalf_of_id: int | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    due_before: date
    due_asked: date
    reason: str
    is_late: bool = False
    state: ExtensionState = Field(default=ExtensionState.ASKED, sa_type=words(ExtensionState))
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_decided: date | None = None
    why: str = ""

    __table_args__ = (
        sa.Index(
            "ix_extension_open",
            "duty_id",
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        ),
    )


class Telling(SQLModel, table=True):
    """An act that a person is to be told of; the unique key is the promise to tell it once."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    outbox_id: int = Field(foreign_key="outbox.id", index=True)  # several go in one message


class SentMessage(SQLModel, table=True):
    """Which message in which chat is about which duties, so that "完成" in reply to it is understood."""

    id: int | None = Field(default=None, primary_key=True)
    chat: str
    message_id: str
    numbers: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    sent_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("chat", "message_id"),)


class Question(SQLModel, table=True):
    """What the bot waits for from a person in a chat: the next words complete ``command``."""

    id: int | None = Field(default=None, primary_key=True)
    chat: str
    person_id: int = Field(foreign_key="person.id")
    command: str
    expects: str = ""  # the field that any words would fill; empty: only amounts complete it
    expires_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (sa.UniqueConstraint("chat", "person_id"),)


class LongCommand(SQLModel, table=True):
    """The command behind a button whose words do not fit the platform's button data."""

    key: str = Field(primary_key=True)
    command: str


class Mark(SQLModel, table=True):
    """How far a recurring job has come, by name."""

    name: str = Field(primary_key=True)
    value: str
