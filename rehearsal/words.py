"""Find what Telegram marks by itself in a text: commands, mentions and links; and read what is addressed to the bot."""

import re

from rehearsal.markup import Entity, utf16_length

# A letter of any script next to the mark undoes it: "/status北山县" is no command and "问@duban_bot" no mention.
_MARKED = re.compile(
    r"(?P<url>https?://[^\s<>\"，。；、）]+)"
    r"|(?<![\w/<>])(?P<bot_command>/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?)(?![\w/<>])"
    r"|(?<!\w)(?P<mention>@[a-zA-Z0-9_]{2,32})(?!\w)"
)
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_CLOSED = frozenset({"code", "pre", "text_link", "text_mention"})  # nothing is marked inside these


def found_entities(text: str, given: list[Entity]) -> list[Entity]:
    """The given entities and those that Telegram adds by itself, in order."""
    if "/" not in text and "@" not in text:
        return given
    added = []
    astral = _ASTRAL.search(text) is not None
    for found in _MARKED.finditer(text):
        start = utf16_length(text[: found.start()]) if astral else found.start()
        length = len(found.group())
        if not any(_covers(entity, start) for entity in given):
            added.append({"type": found.lastgroup, "offset": start, "length": length})
    return sorted(given + added, key=lambda entity: (entity["offset"], -entity["length"])) if added else given


def _covers(entity: Entity, offset: int) -> bool:
    return entity["type"] in _CLOSED and entity["offset"] <= offset < entity["offset"] + entity["length"]


def marked_words(text: str, entities: list[Entity], kind: str) -> list[str]:
    """The words of a text that carry entities of the given kind."""
    if _ASTRAL.search(text) is None:
        return [text[e["offset"] : e["offset"] + e["length"]] for e in entities if e["type"] == kind]
    units = text.encode("utf-16-le", "surrogatepass")
    return [
        units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le", "surrogatepass")
        for e in entities
        if e["type"] == kind
    ]


def addresses(text: str, entities: list[Entity], username: str) -> bool:
    """Whether privacy mode lets a text through: a command that is not another bot's, or a mention of this one."""
    own = f"@{username}".casefold()
    if any(word.casefold() == own for word in marked_words(text, entities, "mention")):
        return True
    commands = marked_words(text, entities, "bot_command")
    return any("@" not in word or word.casefold().endswith(own) for word in commands)
