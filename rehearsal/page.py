"""The chat page: one can be any official in any chat, and turn the clock.

`Page(telegram, people, clock)` serves, on loopback only:

- GET  /api/state                          bot, clock, people with the unread count of their private chats, command menu
- GET  /api/chats?person=ID                the chats that the person is in: title, last message, unread count
- GET  /api/messages?person=ID&chat=ID     the chat's messages, oldest first
- POST /api/read    {person, chat}         the person has seen the chat
- POST /api/say     {person, chat, text, reply_to}
- POST /api/press   {person, chat, message, data}
- POST /api/upload  multipart: person, chat, caption, as_photo, reply_to, file (several files are an album)
- GET  /api/file/FILE_ID
- POST /api/clock   {to: "next_workday"} or {days: N}; answers at once, progress comes as events; 409 while one runs
- GET  /api/sent                           what the bot sent since the last jump, grouped by recipient
- GET  /api/events                         Server-Sent Events: message, edited, deleted, action, answer, clock, reload

A refused call answers {"error": "..."}. Stable `data-testid`s for browser tests:

- top bar: clock-now (data-now holds the ISO time), clock-next-workday, clock-days, clock-days-go, clock-progress,
  sent-open, language
- people: person-current, person-search, person-ID (class `chosen` on the one chosen)
- chats: chat-ID, unread (inside chat-ID and person-ID), back (phone: to the list of chats)
- open chat: chat-title, typing, messages, message (data-message-id, data-mine), message-text, reply-quote,
  button (data-label holds its label), photo, document, album (around the photos or documents of one)
- writing: start, menu, menu-COMMAND, composer, attach, file, upload (while a file is on its way), send, reply-bar,
  reply-cancel, context-reply, toast
- sent panel: sent-panel, sent-close, sent-count, sent-recipient (data-chat, data-name), sent-text, sent-link
"""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from rehearsal.events import Streams
from rehearsal.lookalike import Lookalike
from rehearsal.parameters import Upload
from rehearsal.refused import BotApiError
from rehearsal.shown import Json, Resident, shown_chat, shown_message, shown_recipients, unread
from rehearsal.turning import Clock, Turning

STATIC = Path(__file__).with_name("page")
LARGEST_UPLOAD = 256 * 1024 * 1024  # bytes; people may send what the bot cannot fetch
SAFE_PICTURES = frozenset({"image/png", "image/jpeg"})
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Page:
    """The page's server; `start` it, open `url`."""

    def __init__(self, telegram: Lookalike, people: Iterable[Resident], clock: Clock) -> None:
        self.telegram = telegram
        self.people = {person.id: person for person in people}
        self.clock = clock
        self.url = ""
        self._hosts: frozenset[str] = frozenset()
        self._streams = Streams()
        self._read: dict[tuple[int, int], int] = {}
        self._turning = Turning(clock, self._streams.show)
        self._since = (0, clock.now())  # place in the journal, time: where the last jump began
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        app = web.Application(middlewares=[self._guard], client_max_size=LARGEST_UPLOAD)
        app.add_routes(
            [
                web.get("/", _static),
                web.get("/{name:(chat|clock|messages|render|state|words)\\.js|style\\.css}", _static),
                web.get("/api/state", self._state),
                web.get("/api/chats", self._chats),
                web.get("/api/messages", self._messages),
                web.post("/api/read", self._mark_read),
                web.post("/api/say", self._say),
                web.post("/api/press", self._press),
                web.post("/api/upload", self._upload),
                web.get("/api/file/{file_id}", self._file),
                web.post("/api/clock", self._turn),
                web.get("/api/sent", self._sent),
                web.get("/api/events", self._events),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        taken = self._runner.addresses[0][1]
        self._hosts = frozenset({f"127.0.0.1:{taken}", f"localhost:{taken}"})
        self.url = f"http://127.0.0.1:{taken}/"
        self.telegram.watch(self._happened)

    async def stop(self) -> None:
        await self._turning.stop()
        self._streams.end()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Only this machine's own browser pages: a foreign Host (DNS rebinding) or Origin is turned away."""
        origin = request.headers.get("Origin")
        if request.host not in self._hosts or (origin and origin.removeprefix("http://") not in self._hosts):
            return _error(403, "not from here")
        try:
            response = await handler(request)
        except PermissionError as error:
            return _error(403, str(error))
        except LookupError as error:
            return _error(404, str(error))
        except (ValueError, TypeError) as error:
            return _error(400, str(error))
        except BotApiError as error:
            return _error(400, error.description)
        except web.HTTPRequestEntityTooLarge:
            return _error(413, f"more than {LARGEST_UPLOAD // 1024 // 1024} MB")
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    async def _state(self, request: web.Request) -> web.Response:
        people = [
            {"id": each.id, "name": each.name, "post": each.post, "county": each.county,
             "unread": unread(self.telegram.chat(each.id), each.id, self._read.get((each.id, each.id), 0))}
            for each in self.people.values()
        ]  # fmt: skip
        bot = self.telegram.town.bot
        return web.json_response(
            {
                "bot": {"id": bot["id"], "name": bot["first_name"], "username": bot["username"]},
                "clock": self._turning.state(),
                "people": people,
                "commands": {language: self.telegram.menu(language) for language in ("zh", "en")},
            }
        )

    async def _chats(self, request: web.Request) -> web.Response:
        person, zone = int(request.query["person"]), self.clock.now().tzinfo
        name = self.telegram.town.bot["first_name"]
        chats = [
            shown_chat(chat, person, self._read.get((person, chat.id), 0), name, zone)
            for chat in self.telegram.chats_of(person)
        ]
        return web.json_response(chats)

    async def _messages(self, request: web.Request) -> web.Response:
        person, chat_id = int(request.query["person"]), int(request.query["chat"])
        if person not in self.telegram.chat(chat_id).members:
            raise PermissionError("not a member of that chat")
        zone = self.clock.now().tzinfo
        return web.json_response([shown_message(message, zone) for message in self.telegram.messages(chat_id)])

    async def _mark_read(self, request: web.Request) -> web.Response:
        given = await _given(request)
        chat = self.telegram.chat(int(given["chat"]))
        self._read[(int(given["person"]), chat.id)] = chat.last_id
        return web.json_response({})

    async def _say(self, request: web.Request) -> web.Response:
        given = await _given(request)
        text = str(given["text"]).strip()
        if not text:
            raise ValueError("nothing to say")
        reply_to = given.get("reply_to")
        said = self.telegram.say(
            int(given["person"]), int(given["chat"]), text, None if reply_to is None else int(reply_to)
        )
        return web.json_response({"id": said["message_id"]})

    async def _press(self, request: web.Request) -> web.Response:
        given = await _given(request)
        query_id = self.telegram.press(
            int(given["person"]), int(given["chat"]), int(given["message"]), str(given["data"])
        )
        return web.json_response({"query": query_id})

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        files = []
        for file in form.getall("file", []):
            if not isinstance(file, web.FileField):
                raise TypeError("no file")
            files.append(Upload(file.filename, file.file.read(), file.content_type))
            file.file.close()
        reply_to = form.get("reply_to")
        said = self.telegram.send_files(
            int(str(form["person"])),
            int(str(form["chat"])),
            files,
            caption=str(form.get("caption", "")),
            as_photos=form.get("as_photo") == "true",
            reply_to=None if reply_to is None else int(str(reply_to)),
        )
        return web.json_response({"ids": [message["message_id"] for message in said]})

    async def _file(self, request: web.Request) -> web.Response:
        stored = self.telegram.file(request.match_info["file_id"])
        kind = {b"\x89PNG": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg"}.get(stored.content[:4], stored.kind)
        response = web.Response(body=stored.content)
        response.content_type = kind if kind in SAFE_PICTURES else "application/octet-stream"
        if kind not in SAFE_PICTURES:  # saved, never opened in the page's place
            response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name, safe='')}"
        return response

    async def _sent(self, request: web.Request) -> web.Response:
        place, since = self._since
        recipients = shown_recipients(self.telegram.sent[place:], self.telegram, self.people)
        return web.json_response({"since": since.isoformat(timespec="seconds"), "recipients": recipients})

    async def _turn(self, request: web.Request) -> web.Response:
        given = await _given(request)
        if self._turning.running:
            return _error(409, "the clock is being turned")
        if given.get("to") == "next_workday":
            steps = self.clock.next_workday()
        elif 1 <= int(given["days"]) <= 366:
            steps = self.clock.days_on(int(given["days"]))
        else:
            raise ValueError("days: 1 to 366")
        self._since = (len(self.telegram.sent), self.clock.now())
        self._turning.start(steps)
        return web.json_response({}, status=202)

    def _happened(self, event: Json) -> None:
        """Hand what happened in the chats on to every open page."""
        if not self._streams.open:
            return
        shown: Json = {key: value for key, value in event.items() if key not in ("chat_id", "message", "query_id")}
        if "chat_id" in event:
            shown["chat"] = event["chat_id"]
        if "message" in event:
            shown["message"] = shown_message(event["message"], self.clock.now().tzinfo)
        self._streams.show(shown)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await self._streams.serve(request, HEADERS)


async def _given(request: web.Request) -> Json:
    """A JSON body; the content type alone keeps foreign forms out."""
    if request.content_type != "application/json":
        raise ValueError("application/json expected")
    given: Any = await request.json()
    if not isinstance(given, dict):
        raise TypeError("an object expected")
    return given


async def _static(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / request.match_info.get("name", "index.html"), headers=HEADERS)


def _error(status: int, reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers=HEADERS)
