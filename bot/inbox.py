"""The inbox: an update is stored before it is confirmed, and its answer is one transaction with its done-mark."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col

from bot.buttons import remember
from bot.updates import PLATFORM, Arrival, Meaning, Migration, Presence, album_of
from db.models import Inbox
from db.queries import insert_new
from db.store import Store, fetch
from db.types import UtcDateTime
from handlers.answer import answer
from rules.policy import Office
from scheduler.outbox import Envelope, post
from services import identity
from services.chain import Act
from text.reply import Reply, speech

log = structlog.get_logger()

ALBUM_SECONDS = 1.0  # so long after its newest part an album is taken to be complete; nothing says how many there are

Understand = Callable[[Session, Sequence[str], str, datetime], Meaning]


@dataclass(frozen=True, kw_only=True)
class Turns:
    """What may be answered now, in order, and when the next album that is waited for will be complete."""

    ids: list[int]
    due_at: datetime | None = None


def store_updates(session: Session, updates: Sequence[dict[str, Any]], now: datetime) -> None:
    """Store updates as they came; one that is there already (delivered twice) stays as it is."""
    rows = [
        {
            "key": f"{PLATFORM}:{update['update_id']}",
            "payload": _storable(json.dumps(update, ensure_ascii=False, separators=(",", ":"))),
            "received_at": now,
            "chat": _order_of(update),
            "album": _album_in(update),
        }
        for update in updates
    ]
    insert_new(session, Inbox, rows)


def _storable(payload: str) -> str:
    """Return the text with half emojis replaced: no database takes them, and one would hold up the whole intake."""
    return payload.encode("utf-8", "replace").decode("utf-8")


def undone(session: Session, limit: int, now: datetime) -> Turns:
    """Return the updates that wait for an answer, in the order in which they came, of an album its first.

    An album that is still growing waits, and with it what came later in its chat; other chats do not.
    """
    rows = fetch(session, _UNDONE, {"limit": limit}).all()
    if not any(row.album for row in rows):
        return Turns(ids=[row.id for row in rows])
    complete = timedelta(seconds=ALBUM_SECONDS)
    growing = fetch(session, _GROWING, {"since": now - complete, "now": now}).all()
    held: dict[str, int] = {}
    for album in growing:
        held[album.chat] = min(album.first, held.get(album.chat, album.first))
    ids, begun = [], set()
    for row in rows:
        if (row.chat in held and row.id >= held[row.chat]) or row.album in begun:
            continue
        ids.append(row.id)
        begun.update({row.album} - {""})
    return Turns(ids=ids, due_at=min((album.newest for album in growing), default=now) + complete if growing else None)


# written once: building a statement costs more than running it
_UNDONE = (
    sa.select(col(Inbox.id), col(Inbox.chat), col(Inbox.album))
    .where(sa.text("done_at IS NULL"))
    .order_by(col(Inbox.id))
    .limit(sa.bindparam("limit"))
)
_NEWEST = sa.func.max(col(Inbox.received_at))
_GROWING = (
    sa.select(col(Inbox.chat), sa.func.min(col(Inbox.id)).label("first"), _NEWEST.label("newest"))
    .where(sa.text("done_at IS NULL"), col(Inbox.album) != "")
    .group_by(col(Inbox.chat), col(Inbox.album))
    # a clock that was put back must not make anybody wait for it
    .having(_NEWEST.between(sa.bindparam("since", type_=UtcDateTime), sa.bindparam("now", type_=UtcDateTime)))
)


def answer_updates(
    store: Store, office: Office, understand: Understand, inbox_ids: Sequence[int], clock: Callable[[], datetime]
) -> None:
    """Answer several updates, each wholly or not at all, and make them durable together: a commit is a wait.

    When one of them fails, nothing of any of them was done, and each has its turn in a transaction of its own.
    """
    if len(inbox_ids) > 1:
        try:
            _answer_together(store, office, understand, inbox_ids, clock)
            return
        except Exception as trouble:  # whose fault it is shows when each has its own turn
            log.info("answered_one_by_one", why=repr(trouble), count=len(inbox_ids))
    for inbox_id in inbox_ids:
        answer_update(store, office, understand, inbox_id, clock())


def _answer_together(
    store: Store, office: Office, understand: Understand, inbox_ids: Sequence[int], clock: Callable[[], datetime]
) -> None:
    with store.writing() as session:
        for rows in _take(session, inbox_ids, clock()):
            _act(session, office, _understood(session, understand, rows), clock())
            session.flush()
            session.expunge_all()  # the next one is to read the database, not what this one remembers of it


def answer_update(store: Store, office: Office, understand: Understand, inbox_id: int, now: datetime) -> None:
    """Answer one update, or all of an album; when that fails for a bug, tell the person so, and go on."""
    try:
        with store.writing() as session:
            for rows in _take(session, [inbox_id], now):
                _act(session, office, _understood(session, understand, rows), now)
    except sa.exc.OperationalError:
        raise  # the database is busy or gone: nothing is wrong with the update, it stays undone
    except Exception:
        reference = uuid4().hex[:8]
        log.exception("update_failed", inbox=inbox_id, reference=reference)
        with store.writing() as session:
            _apologise(session, office, inbox_id, reference, now)


_MARK = (
    sa.update(Inbox.metadata.tables["inbox"])
    .where(sa.text("done_at IS NULL"))
    .values(done_at=sa.bindparam("now"))
    .returning(col(Inbox.id), col(Inbox.key), col(Inbox.payload), col(Inbox.received_at), col(Inbox.album))
)
_TAKE = _MARK.where(col(Inbox.id).in_(sa.bindparam("taken", expanding=True)))
_TAKE_THE_REST = _MARK.where(col(Inbox.album) == sa.bindparam("of"))


def _take(session: Session, inbox_ids: Sequence[int], now: datetime) -> Iterator[list[sa.Row[*tuple[Any, ...]]]]:
    """Mark updates done, in their order, each with the rest of its album; the marks hold only if all else does.

    What somebody else did is left out.
    """
    taken = session.connection().execute(_TAKE, {"taken": list(inbox_ids), "now": now}).all()
    for first in sorted(taken, key=lambda row: row.id):
        rest: Sequence[sa.Row[*tuple[Any, ...]]] = ()
        if first.album:
            rest = session.connection().execute(_TAKE_THE_REST, {"of": first.album, "now": now}).all()
        yield [first, *sorted(rest, key=lambda row: row.id)]


def _understood(session: Session, understand: Understand, rows: Sequence[sa.Row[*tuple[Any, ...]]]) -> Meaning:
    return understand(session, [row.payload for row in rows], rows[0].key, rows[0].received_at)


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
    first = next((rows[0] for rows in _take(session, [inbox_id], now)), None)
    if first is None:
        return
    session.execute(sa.update(Inbox).where(col(Inbox.id) == inbox_id).values(reference=reference))
    update = json.loads(first.payload)
    chat = _chat_of(update)
    if chat is not None:
        html = speech(office.language).say("trouble", reference=reference)
        press = _part(update, "callback_query").get("id")
        envelope = Envelope(reply=Reply(html=html), press=press if isinstance(press, str) else None)
        post(session, chat, envelope, now)


def _chat_of(update: dict[str, Any]) -> str | None:
    """Find where to apologise in an update that nobody understood, whatever it looks like."""
    return _chat_in(_part(update, "message") or _part(_part(update, "callback_query"), "message"))


def _order_of(update: dict[str, Any]) -> str:
    """Find the chat in which an update has its place, where it names one."""
    return _chat_of(update) or _chat_in(_part(update, "my_chat_member")) or ""


def _album_in(update: dict[str, Any]) -> str:
    message = _part(update, "message")
    chat, group_id = _chat_in(message), message.get("media_group_id")
    return _storable(album_of(chat, group_id)) if chat and isinstance(group_id, str) else ""


def _chat_in(whole: dict[str, Any]) -> str | None:
    chat_id = _part(whole, "chat").get("id")
    return f"{PLATFORM}:{chat_id}" if type(chat_id) is int else None


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a part of an update if it is one that has parts."""
    part = whole.get(name)
    return part if isinstance(part, dict) else {}
