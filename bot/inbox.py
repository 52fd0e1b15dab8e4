"""The inbox: an update is stored before it is confirmed, and its answer is one transaction with its done-mark."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from bot.buttons import remember
from bot.updates import PLATFORM, Arrival, Meaning, Migration, Presence
from db.models import Inbox
from db.queries import insert_new
from db.store import Store
from handlers.answer import answer
from rules.policy import Office
from scheduler.outbox import Envelope, post
from services import identity
from services.chain import Act
from text.reply import Reply, speech

log = structlog.get_logger()

Understand = Callable[[Session, str, str, datetime], Meaning]


def store_updates(session: Session, updates: Sequence[dict[str, Any]], now: datetime) -> None:
    """Store updates as they came; one that is there already (delivered twice) stays as it is."""
    rows = [
        {
            "key": f"{PLATFORM}:{update['update_id']}",
            "payload": _storable(json.dumps(update, ensure_ascii=False, separators=(",", ":"))),
            "received_at": now,
        }
        for update in updates
    ]
    insert_new(session, Inbox, rows)


def _storable(payload: str) -> str:
    """Return the text with half emojis replaced: no database takes them, and one would hold up the whole intake."""
    return payload.encode("utf-8", "replace").decode("utf-8")


def undone(session: Session, limit: int) -> list[int]:
    """Return the updates that wait for an answer, in the order in which they came."""
    query = sa.select(col(Inbox.id)).where(sa.text("done_at IS NULL")).order_by(col(Inbox.id)).limit(limit)
    return list(session.execute(query).scalars())


def answer_update(store: Store, office: Office, understand: Understand, inbox_id: int, now: datetime) -> None:
    """Answer one update; when that fails for a bug, tell the person so, and go on."""
    try:
        with store.writing() as session:
            row = _take(session, inbox_id, now)
            if row is not None:
                _act(session, office, understand(session, row.payload, row.key, row.received_at), now)
    except sa.exc.OperationalError:
        raise  # the database is busy or gone: nothing is wrong with the update, it stays undone
    except Exception:
        reference = uuid4().hex[:8]
        log.exception("update_failed", inbox=inbox_id, reference=reference)
        with store.writing() as session:
            _apologise(session, office, inbox_id, reference, now)


# written once: building a statement costs more than running it
_TAKE = (
    sa.update(Inbox.metadata.tables["inbox"])
    .where(col(Inbox.id) == sa.bindparam("taken"), col(Inbox.done_at).is_(None))
    .values(done_at=sa.bindparam("now"))
    .returning(col(Inbox.key), col(Inbox.payload), col(Inbox.received_at))
)


def _take(session: Session, inbox_id: int, now: datetime) -> sa.Row[str, str, datetime] | None:
    """Mark the update done; the mark holds only if all else in the transaction does. None: somebody else did it."""
    return session.connection().execute(_TAKE, {"taken": inbox_id, "now": now}).first()


def _act(session: Session, office: Office, meaning: Meaning, now: datetime) -> None:
    if isinstance(meaning, Arrival):
        _answer(session, office, meaning)
    elif isinstance(meaning, Migration):
        act = Act(key=f"moved:{meaning.old}", at=now, said_in=meaning.old)
        identity.move_chat(session, act, meaning.old, meaning.new)
    elif isinstance(meaning, Presence) and meaning.reachable:
        identity.reachable_again(session, meaning.chat)
    elif isinstance(meaning, Presence):
        identity.unreachable(session, meaning.chat, "left or blocked", now)


def _answer(session: Session, office: Office, arrival: Arrival) -> None:
    if arrival.request.text.startswith("/start") and not arrival.request.is_group:
        # Telegram tells when somebody unblocks us; that he starts us for the first time only this word tells
        identity.reachable_again(session, arrival.request.chat)
    reply = answer(arrival.request, session, office)
    if reply is None and arrival.press is None:
        return
    if reply is not None:
        remember(session, reply)
    envelope = Envelope(reply=reply, edits=arrival.edits, quotes=arrival.quotes, press=arrival.press)
    post(session, arrival.request.chat, envelope, arrival.request.now)


def _apologise(session: Session, office: Office, inbox_id: int, reference: str, now: datetime) -> None:
    row = _take(session, inbox_id, now)
    if row is None:
        return
    session.execute(sa.update(Inbox).where(col(Inbox.id) == inbox_id).values(reference=reference))
    update = json.loads(row.payload)
    chat = _chat_of(update)
    if chat is not None:
        html = speech(office.language).say("trouble", reference=reference)
        press = _part(update, "callback_query").get("id")
        envelope = Envelope(reply=Reply(html=html), press=press if isinstance(press, str) else None)
        post(session, chat, envelope, now)


def _chat_of(update: dict[str, Any]) -> str | None:
    """Find where to apologise in an update that nobody understood, whatever it looks like."""
    said = _part(update, "message") or _part(_part(update, "callback_query"), "message")
    chat_id = _part(said, "chat").get("id")
    return f"{PLATFORM}:{chat_id}" if type(chat_id) is int else None


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a part of an update if it is one that has parts."""
    part = whole.get(name)
    return part if isinstance(part, dict) else {}
