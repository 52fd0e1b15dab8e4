"""The parameters of a call: read from its query and body, checked by name, presence and type against methods.json."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from rehearsal.refused import BotApiError, bad_request

Given = dict[str, Any]
REFERENCE = Path(__file__).with_name("methods.json")

NOT_UTF8 = "strings must be encoded in UTF-8"
# What Telegram says when the parameter is missing, where it has a sentence of its own.
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "file_id": "invalid file_id",
    "action": "wrong parameter action in request",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart call."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Signature:
    """What a method may and must be given."""

    name: str
    required: tuple[str, ...]
    readers: dict[str, tuple[str, Callable[[Any], Any]]]


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    return int(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    try:
        value.encode()  # half an emoji, cut by somebody who counted UTF-16 units, is no text
    except UnicodeError:
        raise bad_request(NOT_UTF8) from None
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[_string(value).lower()]


def _chat(value: Any) -> int | str:
    try:
        return _integer(value)
    except ValueError:
        return _string(value)


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _object(value: Any) -> dict[str, Any]:
    loaded = _loaded(value)
    if not isinstance(loaded, dict):
        raise ValueError
    return loaded


def _array_of(element: type) -> Callable[[Any], list[Any]]:
    def read(value: Any) -> list[Any]:
        loaded = _loaded(value)
        if not isinstance(loaded, list) or any(type(each) is not element for each in loaded):
            raise ValueError
        return loaded

    return read


def _reader(types: list[str]) -> Callable[[Any], Any]:
    simple: dict[tuple[str, ...], Callable[[Any], Any]] = {
        ("Integer",): _integer, ("String",): _string, ("Boolean",): _boolean, ("Float",): float,
        ("Integer", "String"): _chat, ("InputFile", "String"): _string, ("InputFile",): _string,
        ("Array of Integer",): _array_of(int), ("Array of String",): _array_of(str),
    }  # fmt: skip
    return simple.get(tuple(types)) or (_array_of(dict) if types[0].startswith("Array of") else _object)


def read_signatures() -> dict[str, Signature]:
    """Every method that Telegram has, by its name in lower case (Telegram does not mind the case)."""
    reference: dict[str, dict[str, Any]] = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return {
        name.lower(): Signature(
            name,
            tuple(key for key, about in parameters.items() if about["required"]),
            {key: (" or ".join(about["types"]), _reader(about["types"])) for key, about in parameters.items()},
        )
        for name, parameters in reference.items()
    }


def checked(signature: Signature, raw: Given, files: dict[str, Upload]) -> Given:
    """The parameters in their own types, or the refusal of the first that does not fit."""
    given: Given = {}
    for key, value in raw.items():
        if value is None:
            continue
        reader = signature.readers.get(key)
        if reader is None:
            raise bad_request(f'unknown parameter "{key}" of {signature.name}')
        try:
            given[key] = reader[1](value)
        except (ValueError, KeyError, TypeError):
            raise bad_request(f'can\'t parse "{key}": expected {reader[0]}') from None
    for key in files:
        if key not in signature.readers and not any(f"attach://{key}" in str(value) for value in raw.values()):
            raise bad_request(f'unknown parameter "{key}" of {signature.name}')
    for key in signature.required:
        if key not in given and key not in files:
            raise bad_request(MISSING.get(key, f'parameter "{key}" is required'))
    return given


async def read_parameters(request: web.BaseRequest) -> tuple[Given, dict[str, Upload]]:
    """Raw parameters and files of a call in any of the four ways that Telegram takes them."""
    raw: Given = dict(request.query) if request.query_string else {}
    kind = request.content_type
    if not request.can_read_body:
        return raw, {}
    if kind == "application/x-www-form-urlencoded":
        try:
            raw.update(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        except UnicodeError:
            raise bad_request(NOT_UTF8) from None
    elif kind == "application/json":
        try:
            raw.update(_object(await request.text()))
        except ValueError:
            raise bad_request("can't parse JSON object") from None
    elif kind == "multipart/form-data":
        return await _read_multipart(request, raw)
    return raw, {}


async def _read_multipart(request: web.BaseRequest, raw: Given) -> tuple[Given, dict[str, Upload]]:
    files: dict[str, Upload] = {}
    try:
        for key, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[key] = Upload(value.filename, value.file.read(), value.content_type)
                value.file.close()
            else:
                raw[key] = value if isinstance(value, str) else bytes(value).decode()
    except web.HTTPRequestEntityTooLarge:
        raise BotApiError(413, "Request Entity Too Large") from None
    return raw, files
