"""What waits to be sent: put in with its cause, claimed by one process at a time, marked when it is out."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from db.looking import look_again
from db.models import Notice, Outbox, OutboxKind, OutboxState, SentMessage
from db.prepared import Prepared
from db.queries import in_parts, insert_new, unsent
from db.store import fetch
from db.types import UtcDateTime
from text.reply import Picture, Reply, units

LONGEST_CAPTION = 984  # of the 1,024 units that Telegram takes beneath a file some are for saying that it is repeated
MOST_TOGETHER = 10  # pictures that messengers take as one album
_PACKER = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A reply with where it belongs: the message it changes or quotes, and the button press that it answers."""

    reply: Reply | None
    edits: str | None = None
    quotes: str | None = None
    press: str | None = None

    def to_json(self) -> str:
        """Pack for the outbox."""
        return _PACKER.encode([self.reply.as_json() if self.reply else None, self.edits, self.quotes, self.press])

    @classmethod
    def from_json(cls, packed: str) -> "Envelope":
        """Unpack from the outbox."""
        reply, edits, quotes, press = json.loads(packed)
        if isinstance(reply, str):  # packed by an earlier version: once more for itself
            reply = json.loads(reply)
        return cls(reply=Reply.from_json(reply) if reply else None, edits=edits, quotes=quotes, press=press)


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message on its way out; ``repeated`` when it was perhaps sent before a crash."""

    id: int
    chat: str
    envelope: Envelope
    repeated: bool = False
    attempts: int = 0
    file: tuple[str, bytes] | None = field(default=None, repr=False)  # name and content, read at the last moment


def post(session: Session, chat: str, envelope: Envelope, now: datetime) -> None:
    """Put an answer into the outbox, in the transaction of the act that it answers."""
    for part in _messages(envelope):
        _POST.run(session, to=chat, packed=part.to_json(), now=now)


def _messages(envelope: Envelope) -> list[Envelope]:
    """Part pictures, and a file, from a text that has no place beneath them: it follows, whatever becomes of them.

    Rows of their own, so that each keeps its turn and its pace, and is repeated alone.
    """
    if envelope.reply is None or not (envelope.reply.album or envelope.reply.file):
        return [envelope]
    first, *rest = _parts(envelope.reply)
    return [replace(envelope, reply=first), *(replace(envelope, reply=part, press=None) for part in rest)]


def _parts(reply: Reply) -> list[Reply]:
    parts = [Reply(html="", album=album, numbers=reply.numbers) for album in _albums(reply.album)]
    if reply.file is not None and units(reply.html) > LONGEST_CAPTION:
        parts.append(Reply(html="", file=reply.file))
        reply = replace(reply, file=None)
    if not parts:
        return [reply]
    if reply.html or reply.file is not None:
        parts.append(replace(reply, album=(), replaces=False))
    return parts


def _albums(pictures: Sequence[Picture]) -> list[tuple[Picture, ...]]:
    """Part pictures into such as go together: those to be looked at, and files; so many at once as may be."""
    kinds = [tuple(one for one in pictures if one.is_file == is_file) for is_file in (False, True)]
    return [kind[at : at + MOST_TOGETHER] for kind in kinds for at in range(0, len(kind), MOST_TOGETHER)]


_NOW = sa.bindparam("now", type_=UtcDateTime)
_POST = Prepared(
    sa.insert(Outbox.metadata.tables["outbox"]).values(
        kind=OutboxKind.REPLY, state=OutboxState.WAITING, chat=sa.bindparam("to"), payload=sa.bindparam("packed"),
        created_at=_NOW, send_after=_NOW, claimed_by="", attempts=0, possibly_repeated=False, error="",
    )
)  # fmt: skip


def claimable(now: datetime, notices: bool) -> sa.Select[int | None]:
    """Select the ids of what may be sent now, of each chat only the first, so that order is kept.

    A claim that ran out belongs to a process that died: what it held may be taken over.
    """
    return _claimable(notices).with_only_columns(col(Outbox.id)).params(now=now)


def claimable_in(
    session: Session, now: datetime, *, notices: bool, busy: Collection[str], most: int
) -> list[int]:  # fmt: skip
    """Return so many ids at most of what may be sent now to chats that are not busy."""
    # of each chat there is one row at most, so none is missed
    found = _found(notices).run(session, now=now, most=most + len(busy))
    return [row.id for row in found if row.chat not in busy][:most]


@cache
def _found(notices: bool) -> Prepared:
    return Prepared(_claimable(notices).limit(sa.bindparam("most", type_=sa.Integer)))


@cache
def _claimable(notices: bool) -> sa.Select[int | None, str]:
    now = sa.bindparam("now", type_=UtcDateTime)
    earlier = aliased(Outbox)
    kinds = _literals(OutboxKind if notices else [OutboxKind.REPLY])
    free = sa.or_(col(Outbox.state) == OutboxState.WAITING, col(Outbox.claimed_until) <= now)
    before = sa.select(sa.literal(1)).where(
        col(earlier.chat) == col(Outbox.chat), col(earlier.id) < col(Outbox.id), unsent(earlier),
        col(earlier.kind).in_(kinds), sa.or_(col(earlier.kind) == OutboxKind.REPLY, col(earlier.send_after) <= now),
    )  # fmt: skip
    return (
        sa.select(col(Outbox.id), col(Outbox.chat))
        .where(unsent(Outbox), free)
        .where(col(Outbox.kind).in_(kinds), col(Outbox.send_after) <= now, ~sa.exists(before))
        # a sum, so that the few unsent are sorted: by the bare id SQLite would go through all that was ever sent
        .order_by(col(Outbox.id) + 0)
        .with_for_update(skip_locked=True, of=Outbox)
    )


def _literals(words: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    return [sa.literal_column(f"'{word}'") for word in words]


def claim(
    session: Session, ids: Sequence[int], owner: str, now: datetime, lease: timedelta
) -> list[sa.Row[Any]]:  # fmt: skip
    """Take rows for sending, and return what is in them; one whose sender died is marked as possibly repeated."""
    if not ids:
        return []
    claimed = {"ids": ids, "owner": owner, "until": now + lease}
    return sorted(fetch(session, _CLAIM, claimed), key=lambda row: row.id)


_CLAIM = (
    sa.update(Outbox.metadata.tables["outbox"])
    .where(col(Outbox.id).in_(sa.bindparam("ids", expanding=True)))
    .values(
        possibly_repeated=sa.or_(col(Outbox.possibly_repeated), col(Outbox.state) == OutboxState.SENDING),
        state=OutboxState.SENDING, claimed_by=sa.bindparam("owner"), claimed_until=sa.bindparam("until"),
        attempts=col(Outbox.attempts) + 1,
    )
    .returning(
        col(Outbox.id), col(Outbox.kind), col(Outbox.chat), col(Outbox.payload), col(Outbox.possibly_repeated),
        col(Outbox.attempts),
    )
)  # fmt: skip


def mark_sent(session: Session, sent: list[tuple[Outgoing, str | None]], now: datetime) -> None:
    """Mark messages as sent, and remember which duties they were about."""
    if not sent:
        return
    fetch(session, _SENT, {"ids": [outgoing.id for outgoing, _message_id in sent], "now": now})
    for outgoing, message_id in sent:
        if outgoing.envelope.edits and message_id:  # what the message said before it was changed, it says no more
            here = (col(SentMessage.chat) == outgoing.chat, col(SentMessage.message_id) == message_id)
            session.execute(sa.delete(SentMessage).where(*here))
    about = [
        {
            "chat": outgoing.chat,
            "message_id": message_id,
            "numbers": list(outgoing.envelope.reply.numbers),
            "sent_at": now,
        }
        for outgoing, message_id in sent
        if message_id and outgoing.envelope.reply and outgoing.envelope.reply.numbers
    ]
    insert_new(session, SentMessage, about)


_SENT = (
    sa.update(Outbox.metadata.tables["outbox"])
    .where(col(Outbox.id).in_(sa.bindparam("ids", expanding=True)))
    .values(state=OutboxState.SENT, sent_at=_NOW, claimed_until=None, error="")
)


def put_back(
    session: Session, outgoing_id: int, until: datetime, error: str, *, in_doubt: bool
) -> None:  # fmt: skip
    """Let a message wait for another attempt; ``in_doubt`` when it may have arrived all the same."""
    values = {"state": OutboxState.WAITING, "send_after": until, "claimed_until": None, "error": error[:500]}
    if in_doubt:
        values["possibly_repeated"] = True
    session.execute(sa.update(Outbox).where(col(Outbox.id) == outgoing_id).values(**values))


def give_up(session: Session, outgoing_id: int, error: str) -> None:
    """Mark a message as never to be sent; the notices that it carried look for another way."""
    session.execute(
        sa.update(Outbox)
        .where(col(Outbox.id) == outgoing_id)
        .values(state=OutboxState.FAILED, claimed_until=None, error=error[:500])
    )
    _forget_notices(session, [outgoing_id])


def drop(session: Session, row: Outbox, why: str) -> None:
    """Drop a message that is no longer true; what its notices said was never said."""
    row.state, row.claimed_until, row.error = OutboxState.DROPPED, None, why
    _forget_notices(session, [row.id or 0])


def leave_out(session: Session, notices: Sequence[Notice]) -> None:
    """Take what is no longer true for not said: should it be true once more, it still has to be."""
    for notice in notices:
        session.delete(notice)
    look_again(session, [notice.duty_id for notice in notices])


def _forget_notices(session: Session, outbox_ids: Sequence[int]) -> None:
    """Delete what messages did not say, and have its duties looked at again."""
    here = col(Notice.outbox_id).in_(outbox_ids)
    look_again(session, session.execute(sa.select(col(Notice.duty_id)).where(here).distinct()).scalars().all())
    session.execute(sa.delete(Notice).where(here))


def drop_expired(session: Session, today: date) -> int:
    """Drop notices whose day is over: the next plan says what is still true, once."""
    ids = fetch(session, _EXPIRED, {"today": today}).scalars().all()
    for part in in_parts(ids):
        dropped = {"state": OutboxState.DROPPED, "claimed_until": None, "error": "its day is over"}
        session.execute(sa.update(Outbox).where(col(Outbox.id).in_(part)).values(**dropped))
        _forget_notices(session, part)
    return len(ids)


_TODAY = sa.bindparam("today", type_=sa.Date)
_EXPIRED = sa.select(col(Outbox.id)).where(
    # the day behind a function: so the index of what is unsent is taken, and not that of the days, which has everything
    unsent(Outbox),
    sa.func.coalesce(col(Outbox.day), _TODAY) < _TODAY,
    col(Outbox.state) == OutboxState.WAITING, col(Outbox.kind) != OutboxKind.REPLY,
)  # fmt: skip
