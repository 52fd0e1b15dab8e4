"""Commands as they are typed, by name or alias; the vocabulary is an argument, the office's own."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_SLASH = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_BETWEEN = re.compile(r"[\s、;]+|,(?!\d{3}\b)")
_SEPARATORS = " :,.。!?、~"
_PARTICLES = "的了吧呢啊"
_QUESTION = re.compile(r"(?:\?|吗|呢|没有?)[\s。!~]*$")
_NEGATIONS = ("没", "没有", "未", "未能", "不", "不能", "没能", "无法", "难以", "难")
MIN_SUFFIX = 2  # a single character at the end of a sentence names no command


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A command by its name, and the words that follow.

    ``known`` is False for a slash command nobody has, ``loose`` where an alias stands in words that may be talk,
    ``asks`` where a question was asked; ``guessed`` is the region that a misspelt name was taken for. ``explained`` is
    False where words were left over.
    """

    command: str
    words: tuple[str, ...] = ()
    known: bool = True
    loose: bool = field(default=False, compare=False)
    asks: bool = field(default=False, compare=False)
    guessed: str = field(default="", compare=False)
    explained: bool = field(default=True, compare=False)


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
    for form in dict.fromkeys((bare, bare.rstrip(_PARTICLES))):  # 我的 is a command, and in 完成了的 it is none
        if spoken := _by_alias(form, vocabulary, asks=_QUESTION.search(line) is not None):
            return spoken
        if vocabulary.is_region(form):
            return Spoken(command=vocabulary.region_command, words=(form,))
    return None


def _by_alias(line: str, vocabulary: Vocabulary, *, asks: bool) -> Spoken | None:
    first = line.split(maxsplit=1)[0] if line else ""
    # 导出 超期 begins with a command, though it ends with another's name
    for alias in sorted(vocabulary.commands, key=lambda alias: (alias == first.lower(), len(alias)), reverse=True):
        rest = _without(line, alias)
        if rest is not None and not rest.endswith(_NEGATIONS):  # 还没完成 says the opposite of what it ends with
            is_typed = not rest or (line.lower().startswith(alias) and line[len(alias)] in _SEPARATORS)
            words = split(rest.strip(_SEPARATORS + _PARTICLES))
            return Spoken(command=vocabulary.commands[alias], words=words, loose=not is_typed, asks=asks)
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
