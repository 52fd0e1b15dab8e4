"""From a line of text to a command and its words; the vocabulary is an argument, the office's own."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_SLASH = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_BETWEEN = re.compile(r"[\s、;]+|,(?!\d{3}\b)")
_SEPARATORS = " :,.。!?、~的了吧呢啊"
MIN_SUFFIX = 2  # a single character at the end of a sentence names no command


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A command by its name, and the words that follow; ``known`` is False for a slash command nobody has."""

    command: str
    words: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What can be said: every name and alias -> command name; and what a region's name alone means."""

    commands: Mapping[str, str]
    is_region: Callable[[str], bool]
    region_command: str = "status"


def read_command(text: str, vocabulary: Vocabulary) -> Spoken | None:
    """Read "/status 北山县", "进度 北山县", "北山县进度" or "北山县"; None when it says no command."""
    line = unicodedata.normalize("NFKC", text).strip()
    if slash := _SLASH.match(line):
        name, rest = slash[1].lower(), slash[2] or ""
        command = vocabulary.commands.get(name)
        return Spoken(command=command or name, words=split(rest), known=command is not None)
    bare = line.strip(_SEPARATORS)
    for alias in sorted(vocabulary.commands, key=len, reverse=True):
        rest = _without(bare, alias)
        if rest is not None:
            return Spoken(command=vocabulary.commands[alias], words=split(rest))
    if vocabulary.is_region(bare):
        return Spoken(command=vocabulary.region_command, words=(bare,))
    return None


def _without(line: str, alias: str) -> str | None:
    """Return what is left of a line that starts or ends with the alias; Latin aliases are whole words."""
    lowered = line.lower()
    if alias.isascii():
        match = re.match(rf"{re.escape(alias)}\b(?![-\d])", lowered)
        return line[match.end() :].strip(_SEPARATORS) if match else None
    if lowered.startswith(alias):
        return line[len(alias) :].strip(_SEPARATORS)
    if len(alias) >= MIN_SUFFIX and lowered.endswith(alias):
        return line[: -len(alias)].strip(_SEPARATORS)
    return None


def split(rest: str) -> tuple[str, ...]:
    """Cut words at spaces, 、 and commas; the comma of 1,250 is no cut."""
    return tuple(word for word in _BETWEEN.split(rest) if word)
