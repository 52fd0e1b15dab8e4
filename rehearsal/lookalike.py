"""A local look-alike of Telegram's Bot API over HTTP, and the people who talk to the bot through it.

The people's side (`say`, `press`, …) is plain Python for tests and the chat page; call it from the event loop's thread.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from rehearsal.faults import Fault, FloodLimits
from rehearsal.outgoing import MOST_ALBUM
from rehearsal.parameters import Upload
from rehearsal.town import (
    SUPERGROUP_IDS_END,
    Chat,
    Message,
    Sent,
    StoredFile,
    Town,
    Watcher,
    add_chat,
    deliver,
    file_body,
    keep,
    new_album,
    new_message,
    store_file,
    without_reply,
)  # fmt: skip
from rehearsal.updates import Update, UpdateQueue
from rehearsal.wire import Wire, answer, server
from rehearsal.words import found_entities

RESTART = "/start"  # what Telegram's "restart bot" button says for a person who had blocked it


class Lookalike:
    """One bot's Telegram: start it, point the bot at `base_url`, and speak as people."""

    def __init__(
        self,
        *,
        token: str,
        username: str,
        clock: Callable[[], datetime],
        name: str = "督办",
        privacy: bool = True,
        history: int = 1000,
        enforce_limits: bool = False,
    ) -> None:
        bot = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": name, "username": username}
        # Numbers above those of any earlier run, or a bot with a database would take new updates for repetitions.
        updates = UpdateQueue(int(time.time()))
        self.town = Town(token=token, bot=bot, clock=clock, privacy=privacy, history=history, updates=updates)
        self.wire = Wire(self.town, limits=FloodLimits() if enforce_limits else None)
        self._runner: web.ServerRunner | None = None
        self._origin = ""

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""

        async def answering(request: web.BaseRequest) -> web.StreamResponse:
            return await answer(self.wire, request)

        self._runner = web.ServerRunner(server(answering), shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.town.updates.release()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:PORT`, as aiogram's TelegramAPIServer.from_base wants it."""
        return self._origin

    @property
    def base_url(self) -> str:
        """As python-telegram-bot's `base_url` wants it: the token follows directly."""
        return f"{self._origin}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self._origin}/file/bot"

    @property
    def sent(self) -> list[Sent]:
        """Every message that the bot sent, in order, whether or not the bot learned of its success."""
        return self.town.sent

    @property
    def edits(self) -> list[Sent]:
        return self.town.edits

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """The bot's answers to pressed buttons, by query id."""
        return self.town.answers

    @property
    def confirmed_offset(self) -> int:
        """The highest offset that the bot asked updates from: everything below it is confirmed."""
        return self.town.updates.confirmed_offset

    @property
    def unconfirmed(self) -> int:
        return len(self.town.updates.waiting)

    @property
    def privacy(self) -> bool:
        return self.town.privacy

    @privacy.setter
    def privacy(self, on: bool) -> None:
        self.town.privacy = on

    @property
    def latency(self) -> float:
        """Seconds that each call waits before it is carried out."""
        return self.wire.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self.wire.latency = seconds

    def fail_next(self, method: str, fault: Fault, times: int = 1, chat_id: int | None = None) -> None:
        """Let the next calls of a method (to that chat) meet a fault of `rehearsal.faults`."""
        self.wire.faults.plan(method, fault, times, chat_id)

    def watch(self, watcher: Watcher) -> None:
        """Have a function called with everything that happens in the chats."""
        self.town.watchers.append(watcher)

    def add_person(
        self,
        person_id: int,
        name: str,
        *,
        username: str | None = None,
        language: str = "zh-hans",
        started: bool = False,
    ) -> None:
        """Somebody with a Telegram account, whom the bot may not write to before he writes first (or has started)."""
        person = {"id": person_id, "is_bot": False, "first_name": name, "language_code": language}
        self.town.people[person_id] = person | ({"username": username} if username else {})
        add_chat(self.town, person_id, name, {person_id}, started=started)

    def add_group(self, group_id: int, title: str, members: Iterable[int]) -> None:
        """A group with the bot in it: -100… is a supergroup, another negative number a basic group."""
        add_chat(self.town, group_id, title, set(members))

    def chats_of(self, person_id: int) -> list[Chat]:
        """The chats that a person sees, his private one with the bot first; groups that moved away are gone."""
        mine = [chat for chat in self.town.chats.values() if person_id in chat.members and chat.migrated_to is None]
        return sorted(mine, key=lambda chat: chat.type != "private")

    def chat(self, chat_id: int) -> Chat:
        return self.town.chats[chat_id]

    def messages(self, chat_id: int) -> list[Message]:
        """What stands in a chat now, oldest first."""
        return list(self.town.chats[chat_id].messages.values())

    def file(self, file_id: str) -> StoredFile:
        return self.town.files[file_id]

    def menu(self, language: str) -> list[dict[str, Any]]:
        """The command menu that a person of that language sees, whatever scope it was set for."""
        menus = self.town.commands
        return next(
            (menu for key, menu in menus.items() if key.endswith(f" {language}")), next(iter(menus.values()), [])
        )

    def say(self, person_id: int, chat_id: int, text: str, reply_to: int | None = None) -> Message:
        """Write a text; in private, the first one starts the chat."""
        chat, message = self._begin(person_id, chat_id, reply_to, unblock=text.startswith(RESTART))
        message["text"] = text
        if entities := found_entities(text, []):
            message["entities"] = entities
        return self._finish(chat, message)

    def send_file(
        self,
        person_id: int,
        chat_id: int,
        name: str,
        content: bytes,
        *,
        kind: str = "application/octet-stream",
        caption: str = "",
        as_photo: bool = False,
        reply_to: int | None = None,
    ) -> Message:
        """Send a document, or a picture as people send photos."""
        file = Upload(name, content, kind)
        return self.send_files(
            person_id, chat_id, [file], caption=caption, as_photos=as_photo, reply_to=reply_to
        )[0]  # fmt: skip

    def send_files(
        self,
        person_id: int,
        chat_id: int,
        files: Sequence[Upload],
        *,
        caption: str = "",
        as_photos: bool = False,
        reply_to: int | None = None,
    ) -> list[Message]:
        """Send documents, or pictures as people send photos; several are an album with the caption on its first."""
        if not 1 <= len(files) <= MOST_ALBUM:
            raise ValueError(f"1 to {MOST_ALBUM} files at once")
        folder = "photos" if as_photos else "documents"
        stored = [store_file(self.town, folder, file.name, file.content, file.kind) for file in files]
        bodies = [file_body(file, as_photo=as_photos) for file in stored]
        if caption:
            bodies[0] |= {"caption": caption}
            if entities := found_entities(caption, []):
                bodies[0] |= {"caption_entities": entities}
        album = {"media_group_id": new_album(self.town)} if len(bodies) > 1 else {}
        messages = []
        for body in bodies:
            chat, message = self._begin(person_id, chat_id, reply_to)
            messages.append(self._finish(chat, message | body | album))
        return messages

    def press(self, person_id: int, chat_id: int, message_id: int, callback_data: str) -> str:
        """Press a button that is really there; returns the query's id, by which `answers` has the bot's answer."""
        chat = self._chat_of(person_id, chat_id)
        message = chat.messages[message_id]
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == callback_data for row in rows for button in row):
            raise LookupError(f"message {message_id} has no button {callback_data!r}")
        query_id = f"{self.town.updates.first_id}{len(self.town.queries):07d}"
        self.town.queries[query_id] = (self.town.clock(), person_id)
        query = {
            "id": query_id,
            "from": self.town.people[person_id],
            "message": message,
            "chat_instance": str(abs(chat_id)),
            "data": callback_data,
        }
        self.town.updates.add("callback_query", query)
        return query_id

    def block(self, person_id: int) -> None:
        """Block the bot; saying /start in private undoes it."""
        chat = self.town.chats[person_id]
        chat.blocked = True
        self._membership(chat, person_id, "member", "kicked")

    def kick(self, group_id: int, by: int) -> None:
        """Throw the bot out of a group."""
        chat = self.town.chats[group_id]
        chat.kicked = True
        self._membership(chat, by, "member", "kicked")

    def migrate(self, group_id: int) -> int:
        """Turn a basic group into a supergroup; the old id refuses from now on and names the new one."""
        old = self.town.chats[group_id]
        new = add_chat(self.town, SUPERGROUP_IDS_END + group_id, old.title, old.members)
        old.migrated_to = new.id
        sender = self.town.people.get(min(old.members, default=0), self.town.bot)
        for chat, body in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            message = new_message(self.town, chat, sender) | body
            keep(self.town, chat, message)
            self.town.updates.add("message", message)
        return new.id

    def raw_update(self, update: Update) -> None:
        """Queue an update as it is, however malformed."""
        self.town.updates.add_raw(update)

    def _chat_of(self, person_id: int, chat_id: int) -> Chat:
        chat = self.town.chats[chat_id]
        if chat.migrated_to is not None:
            raise LookupError(f"chat {chat_id} became {chat.migrated_to}")
        if person_id not in chat.members:
            raise PermissionError(f"{person_id} is not in chat {chat_id}")
        return chat

    def _begin(
        self, person_id: int, chat_id: int, reply_to: int | None, *, unblock: bool = False
    ) -> tuple[Chat, Message]:
        chat = self._chat_of(person_id, chat_id)
        if chat.blocked and not unblock:
            raise PermissionError(f"{person_id} has blocked the bot; {RESTART} unblocks it")
        if chat.blocked:
            chat.blocked = False
            self._membership(chat, person_id, "kicked", "member")
        chat.started = True
        message = new_message(self.town, chat, self.town.people[person_id])
        if reply_to is not None:
            message["reply_to_message"] = without_reply(chat.messages[reply_to])
        return chat, message

    def _finish(self, chat: Chat, message: Message) -> Message:
        keep(self.town, chat, message)
        deliver(self.town, chat, message)
        return message

    def _membership(self, chat: Chat, person_id: int, before: str, after: str) -> None:
        def member(status: str) -> dict[str, Any]:
            return {"user": self.town.bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        about = {"chat": chat.public, "from": self.town.people[person_id], "date": int(self.town.clock().timestamp())}
        self.town.updates.add(
            "my_chat_member", about | {"old_chat_member": member(before), "new_chat_member": member(after)}
        )
