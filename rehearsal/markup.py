"""Read Telegram's HTML subset strictly into text and entities, with offsets in UTF-16 code units as Telegram counts."""

import re
from dataclasses import dataclass
from typing import Any

from rehearsal.refused import BotApiError, bad_request

Entity = dict[str, Any]

ENTITY_OF_TAG = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler",
    "tg-spoiler": "spoiler", "a": "text_link", "tg-emoji": "custom_emoji", "code": "code", "pre": "pre",
    "blockquote": "blockquote",
}  # fmt: skip
NAMED_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_MARK = re.compile(r"[<&]")
_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]+));?")
_END_TAG = re.compile(r"</([^\s>]*)\s*>")
_TAG_NAME = re.compile(r"<([^\s>]*)")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([a-zA-Z0-9.\-]+)(?=[\s>])))?""")
_TAG_END = re.compile(r"\s*>")
_LINK = re.compile(r"(?:https?://|tg://|mailto:|tel:)\S+\Z")


@dataclass(slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int


def utf16_length(text: str) -> int:
    """The length as Telegram counts it; an emoji outside the basic plane counts two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of an HTML message, or the refusal that Telegram would give."""
    if "<" not in source and "&" not in source:
        return source, []
    pieces: list[str] = []
    opened: list[_OpenTag] = []
    entities: list[Entity] = []
    at = offset = 0
    while at < len(source):
        if source.startswith("</", at):
            at = _close(source, at, offset, opened, entities)
            continue
        if source[at] == "<":
            at = _open(source, at, offset, opened)
            continue
        if source[at] == "&":
            piece, at = _character(source, at)
        else:
            mark = _MARK.search(source, at)
            end = mark.start() if mark else len(source)
            piece, at = source[at:end], end
        pieces.append(piece)
        offset += utf16_length(piece)
    if opened:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{opened[-1].name}"')
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(pieces), entities


def _unparsable(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")


def _unparsable_at(reason: str, source: str, at: int, rest: str = "") -> BotApiError:
    return _unparsable(f"{reason} at byte offset {len(source[:at].encode('utf-8', 'surrogatepass'))}{rest}")


def _character(source: str, at: int) -> tuple[str, int]:
    """The character that an `&...;` stands for; as in Telegram, an unknown one stays as it is written."""
    found = _CHARACTER.match(source, at)
    if not found:
        return "&", at + 1
    hexadecimal, decimal, name = found.groups()
    if name:
        return (NAMED_CHARACTERS[name], found.end()) if name in NAMED_CHARACTERS else ("&", at + 1)
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return (chr(code), found.end()) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ("&", at + 1)


def _decoded(value: str) -> str:
    return _CHARACTER.sub(lambda found: _character(found.string, found.start())[0], value) if "&" in value else value


def _open(source: str, at: int, offset: int, opened: list[_OpenTag]) -> int:
    found = _TAG_NAME.match(source, at)
    name = found.group(1).lower() if found else ""
    cursor = found.end() if found else at
    if cursor >= len(source):
        raise _unparsable_at("Unclosed start tag", source, at)
    if name not in ENTITY_OF_TAG:
        raise _unparsable_at(f'Unsupported start tag "{name}"', source, at)
    attributes: dict[str, str] = {}
    while not (end := _TAG_END.match(source, cursor)):
        attribute = _ATTRIBUTE.match(source, cursor)
        if not attribute:
            reason = "Unclosed start tag" if ">" not in source[cursor:] else "Empty attribute name in the tag"
            raise _unparsable_at(f'{reason} "{name}"', source, at)
        key, *values = attribute.groups()
        attributes[key.lower()] = _decoded(next((value for value in values if value is not None), ""))
        cursor = attribute.end()
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsable_at('Tag "span" must have class "tg-spoiler"', source, at)
    if name == "tg-emoji" and not attributes.get("emoji-id", "").isdecimal():
        raise _unparsable("Invalid custom emoji identifier specified")
    opened.append(_OpenTag(name, attributes, offset))
    return end.end()


def _close(source: str, at: int, offset: int, opened: list[_OpenTag], entities: list[Entity]) -> int:
    found = _END_TAG.match(source, at)
    if not found:
        raise _unparsable_at("Unclosed end tag", source, at)
    if not opened:
        raise _unparsable_at("Unexpected end tag", source, at)
    tag, name = opened.pop(), found.group(1).lower()
    if name and name != tag.name:
        raise _unparsable_at("Unmatched end tag", source, at, f', expected "</{tag.name}>", found "</{name}>"')
    if offset > tag.offset:
        _mark(tag, offset - tag.offset, opened, entities)
    return found.end()


def _mark(tag: _OpenTag, length: int, opened: list[_OpenTag], entities: list[Entity]) -> None:
    entity: Entity = {"type": ENTITY_OF_TAG[tag.name], "offset": tag.offset, "length": length}
    if tag.name == "a":
        if not _LINK.match(tag.attributes.get("href", "")):
            return  # Telegram drops a link that leads nowhere and keeps its text
        entity["url"] = tag.attributes["href"]
    elif tag.name == "tg-emoji":
        entity["custom_emoji_id"] = tag.attributes["emoji-id"]
    elif tag.name == "blockquote" and "expandable" in tag.attributes:
        entity["type"] = "expandable_blockquote"
    elif tag.name == "code" and opened and opened[-1].name == "pre":
        opened[-1].attributes["language"] = tag.attributes.get("class", "").removeprefix("language-")
        return
    elif tag.name == "pre" and tag.attributes.get("language"):
        entity["language"] = tag.attributes["language"]
    entities.append(entity)


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """White space at both ends is cut as Telegram cuts it: never into the first entity from the left."""
    if text and not text[0].isspace() and not text[-1].isspace():
        return text, entities
    shorter = text.rstrip()
    lead = len(shorter) - len(shorter.lstrip())
    if entities:
        lead = min(lead, entities[0]["offset"])
    shorter = shorter[lead:]
    end = utf16_length(shorter)
    kept = []
    for entity in entities:
        offset = entity["offset"] - lead
        length = min(entity["length"], end - offset)
        if length > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return shorter, kept
