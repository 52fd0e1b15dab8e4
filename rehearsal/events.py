"""Server-Sent Events: what happens goes to every open page."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import web

Event = dict[str, Any]

HEARTBEAT = 15  # seconds between signs of life on a silent stream
LONGEST_QUEUE = 2000  # events that a slow browser may be behind before it has to reload


class Streams:
    """The open pages' streams."""

    def __init__(self) -> None:
        self.open: set[asyncio.Queue[Event]] = set()

    def show(self, event: Event) -> None:
        for stream in self.open:
            if stream.qsize() < LONGEST_QUEUE:
                stream.put_nowait(event)
                continue
            while not stream.empty():
                stream.get_nowait()
            stream.put_nowait({"kind": "reload"})

    async def serve(self, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        """Write events to one browser until it goes away or the server ends."""
        response = web.StreamResponse(headers=headers | {"Content-Type": "text/event-stream"})
        await response.prepare(request)
        stream: asyncio.Queue[Event] = asyncio.Queue()
        self.open.add(stream)
        try:
            await response.write(b"retry: 1000\n\n")
            while (event := await _next(stream))["kind"] != "end":
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        except ConnectionError:
            pass  # the browser went away; it comes back by itself if it still wants to know
        finally:
            self.open.discard(stream)
        return response

    def end(self) -> None:
        self.show({"kind": "end"})


async def _next(stream: asyncio.Queue[Event]) -> Event:
    with suppress(TimeoutError):
        return await asyncio.wait_for(stream.get(), HEARTBEAT)
    return {"kind": "alive"}
