"""The look-alike's HTTP: a call in, Telegram's envelope out, planned faults and limits between."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from rehearsal.faults import Fault, Faults, FloodLimits
from rehearsal.methods import METHODS
from rehearsal.parameters import Signature, checked, read_parameters, read_signatures
from rehearsal.refused import BotApiError
from rehearsal.town import Town

LARGEST_CALL = 64 * 1024 * 1024  # bytes of a whole request
LIMITED = frozenset({"sendmessage", "sendphoto", "senddocument", "sendmediagroup"})
_JSON = {"Content-Type": "application/json"}
_encode = json.JSONEncoder(separators=(",", ":")).encode  # plain ASCII is what the C encoder does fastest
_ACTIONS = {name.lower(): action for name, action in METHODS.items()}


@dataclass(slots=True)
class Wire:
    """What the HTTP side needs beside the town."""

    town: Town
    faults: Faults = field(default_factory=Faults)
    limits: FloodLimits | None = None
    latency: float = 0.0  # seconds before each call is carried out
    signatures: dict[str, Signature] = field(default_factory=read_signatures)


async def answer(wire: Wire, request: web.BaseRequest) -> web.Response:
    """One HTTP request: a method's call or a file's download."""
    path = request.path
    if path.startswith("/file/bot"):
        return _file(wire.town, path.removeprefix("/file/bot"))
    token, _, method = path.removeprefix("/bot").partition("/")
    try:
        if not path.startswith("/bot"):
            raise BotApiError(404, "Not Found")
        if token != wire.town.token:
            raise BotApiError(401, "Unauthorized")
        return await _call(wire, request, method.lower())
    except BotApiError as refused:
        return _refusal(refused)


async def _call(wire: Wire, request: web.BaseRequest, method: str) -> web.Response:
    signature = wire.signatures.get(method)
    if signature is None:
        raise BotApiError(404, "Not Found: method not found")
    raw, files = await read_parameters(request)
    action = _ACTIONS.get(method)
    if action is None:
        raise BotApiError(501, f"Not Implemented: Telegram has {signature.name}, this look-alike does not")
    fault = wire.faults.next_for(method, raw.get("chat_id")) if wire.faults.plans else None
    if wire.latency:
        await asyncio.sleep(wire.latency)
    if fault and fault.drop == "before":
        return _broken(request)
    if fault and fault.refusal:
        raise fault.refusal
    given = checked(signature, raw, files)
    if wire.limits and method in LIMITED and isinstance(given["chat_id"], int):
        wire.limits.check(given["chat_id"])
    result = action(wire.town, given, files)
    if method == "getupdates":
        result = await result
    return await _after(fault, request, result) if fault else _envelope(result)


async def _after(fault: Fault, request: web.BaseRequest, result: Any) -> web.Response:
    if fault.delay:
        await asyncio.sleep(fault.delay)
    return _broken(request) if fault.drop == "after" else _envelope(result)


def _envelope(result: Any) -> web.Response:
    return web.Response(body=_encode({"ok": True, "result": result}).encode(), headers=_JSON)


def _refusal(refused: BotApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.Response(body=_encode(body).encode(), status=refused.code, headers=_JSON)


def _broken(request: web.BaseRequest) -> web.Response:
    """Cut the connection; aiohttp notices when it tries to write the response that nobody will read."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _file(town: Town, rest: str) -> web.Response:
    token, _, path = rest.partition("/")
    stored = town.files_by_path.get(path)
    if token != town.token:
        return _refusal(BotApiError(401, "Unauthorized"))
    if stored is None:
        return _refusal(BotApiError(404, "Not Found"))
    return web.Response(body=stored.content, headers={"Content-Type": "application/octet-stream"})


def server(answering: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> web.Server:
    """A bare aiohttp server: no routing, no access log, large uploads allowed."""
    loop = asyncio.get_running_loop()

    def request_factory(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_CALL)

    return web.Server(answering, request_factory=request_factory, access_log=None)
