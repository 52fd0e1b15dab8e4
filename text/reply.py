"""What the bot says: a Reply with its buttons, rendered by one door that escapes everything people wrote."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, partial
from gettext import NullTranslations
from html import unescape
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from db.models import Status
from rules.figures import Figures
from rules.lights import Light
from text.catalogue import translations
from text.quantities import say_area
from text.translated import translator

LANGUAGES = ("zh", "en")
MARKUP = re.compile(r"<[^>]*>")
CLIP = 60  # characters of a title or remark that a list shows
BAR_BLOCKS = 10
VISIBLE = ("image/", "video/")  # how the media types begin of what is looked at
AS_FILE = "; sent=file"  # and how they end where it was sent as a file: it can only be sent on as one

# templates are written in Chinese; what marks they hold between sentences becomes Latin in other languages
LATIN_MARKS = str.maketrans(
    {"（": " (", "）": ")", "，": ", ", "；": "; ", "：": ": ", "、": ", ", "。": ". ", "【": "", "】": "", "“": '"'}
    | {"”": '"', "？": "? "}
)

HARMLESS = frozenset({"area", "percent", "day", "weekday", "light", "bar"})  # filters whose text never holds markup

LIGHTS = {
    Light.RED: "🔴", Light.YELLOW: "🟡", Light.BLUE: "🔵", Light.GREEN: "🟢",
    Light.WAITING: "⏳", Light.NONE: "⚪", Light.UNDATED: "❔", Light.DONE: "✅",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Button:
    """A command that somebody else typed."""

    label: str
    command: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What somebody sent, shown again: where the platform keeps it (``telegram:<file_id>``), and HTML beneath it."""

    address: str
    media_type: str
    caption: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it goes as a file, and not as a picture or film to be looked at."""
        return not self.media_type.startswith(VISIBLE) or self.media_type.endswith(AS_FILE)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer or a notice: HTML of the subset that Telegram takes, rows of buttons, and the duties it is about.

    ``replaces`` asks to change the message whose button was pressed instead of adding one; ``stays`` keeps this one
    from being changed so by its own buttons. ``file`` is the id of a StoredFile that goes with it; such a reply never
    changes another message. ``album`` goes before the text, in messages of its own: it can carry no buttons.
    """

    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    replaces: bool = False
    stays: bool = False
    file: int | None = None
    album: tuple[Picture, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what the outbox keeps of it."""
        buttons = [[[button.label, button.command] for button in row] for row in self.buttons]
        return {
            "html": self.html,
            "buttons": buttons,
            "numbers": self.numbers,
            "replaces": self.replaces,
            "stays": self.stays,
            "file": self.file,
            "album": [[each.address, each.media_type, each.caption] for each in self.album],
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Reply":
        """Return a reply from what the outbox kept."""
        buttons = tuple(tuple(Button(label=b[0], command=b[1]) for b in row) for row in raw["buttons"])
        return cls(
            html=raw["html"],
            buttons=buttons,
            numbers=tuple(raw["numbers"]),
            replaces=raw["replaces"],
            stays=raw["stays"],
            file=raw.get("file"),  # rows from before there were files have none, nor albums
            album=tuple(Picture(address=p[0], media_type=p[1], caption=p[2]) for p in raw.get("album", ())),
        )


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Says things in one language."""

    language: str
    environment: jinja2.Environment = field(repr=False)

    def say(self, template: str, **facts: Any) -> str:
        """Render a message; facts are escaped, only templates hold markup."""
        compiled = self.environment.get_template(f"{template}.j2")
        # what Template.render does; that puts the globals together anew each time, which takes as long as a few lines
        known = {**self.environment.globals, **facts}
        context = self.environment.context_class(self.environment, known, compiled.name, compiled.blocks)
        said = self.environment.concat(compiled.root_render_func(context)).strip()
        return said if self.language == "zh" else said.translate(LATIN_MARKS).replace(" \n", "\n").strip()

    def word(self, msgid: str) -> str:
        """Translate a word that code chose (a status, a button's label)."""
        return translations(self.language).gettext(msgid)

    def phrase(self, msgid: str, **facts: Any) -> Markup:
        """Translate words that code chose and a template says; the words are ours, the facts are escaped."""
        return _in_words(translations(self.language), msgid, **facts)

    def button(self, msgid: str, command: str, **facts: Any) -> Button:
        """Make a button with a translated label."""
        label = self.word(msgid)
        return Button(label=(label % facts if facts else label).strip(), command=command)


@cache
def speech(language: str) -> Speech:
    """Return the voice of a language; an unknown one speaks Chinese."""
    language = language if language in LANGUAGES else LANGUAGES[0]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    environment.code_generator_class = translator(translations(language).gettext, HARMLESS)
    environment.globals["_"] = partial(_in_words, translations(language))
    environment.globals["language"] = language
    environment.filters |= {
        "area": lambda value: say_area(Decimal(value)),
        "percent": say_percent,
        "day": lambda value, today=None: say_day(value, language, today),
        "weekday": lambda value: say_weekday(value, language),
        "clip": clip,
        "light": lambda value: LIGHTS[value],
        "status": lambda value: translations(language).gettext(STATUS_WORDS[value]),
        "bar": bar,
        "rates": Figures.rates,
    }
    return Speech(language=language, environment=environment)


def _in_words(words: NullTranslations, msgid: str, **facts: Any) -> Markup:
    """Translate within a template; the words are ours, the facts are escaped."""
    return Markup(words.gettext(msgid) % {name: escape(fact) for name, fact in facts.items()})  # noqa: S704


def plain(html: str) -> str:
    """Return what is read of a message: its text without the markup."""
    return unescape(MARKUP.sub("", html))


def units(html: str) -> int:
    """Return how long a message is as messengers count: UTF-16 units of what is read of it."""
    return len(plain(html).encode("utf-16-le")) // 2


def N_(msgid: str) -> str:  # noqa: N802  (the name by which Babel finds words that are translated later)
    """Mark a word for the catalogue."""
    return msgid


STATUS_WORDS = {
    Status.NOT_STARTED: N_("未启动"),
    Status.RECEIVED: N_("已签收"),
    Status.PLANNED: N_("已定方案"),
    Status.IN_PROGRESS: N_("整改中"),
    Status.COUNTY_CHECKED: N_("县级自验通过"),
    Status.AWAITING_ACCEPTANCE: N_("待验收"),
    Status.ACCEPTED: N_("验收通过待销号"),
    Status.PUBLIC_NOTICE: N_("公示中"),
    Status.RETURNED: N_("退回重改"),
    Status.CLOSED: N_("已销号"),
    Status.LONG_TERM: N_("长期坚持"),
    Status.SUSPENDED: N_("暂缓"),
    Status.RELAPSED: N_("反弹"),
    Status.TRANSFERRED: N_("移交中"),
    Status.VOID: N_("作废"),
}

# what can be decided of a request: the word of the command -> the button
DECISION_WORDS = {"yes": N_("同意"), "change": N_("改期"), "no": N_("不同意")}

_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_percent(rate: Decimal | None) -> str:
    """Say a rate as bulletins do: 58.21%, 23%, and — where there is nothing to reckon."""
    return "—" if rate is None else f"{say_area(rate)}%"


def say_day(day: date, language: str, today: date | None = None) -> str:
    """Say a date as people do, 11月18日 or 18 Nov; with its year when that is not today's."""
    far = today is not None and day.year != today.year
    if language == "zh":
        return f"{f'{day.year}年' if far else ''}{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if far else ''}"


def say_weekday(day: date, language: str) -> str:
    """Say the day of the week: 周三, Wed."""
    word = _WEEKDAYS[language][day.weekday()]
    return f"周{word}" if language == "zh" else word


def clip(text: str, length: int = CLIP) -> str:
    """Cut a long text for a list; the whole of it is one tap away."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def bar(accepted: Decimal | None, reported: Decimal | None) -> str:
    """Draw both bases in one bar: █ accepted, ▒ reported beyond it, ░ left; a start shows as one block."""
    done = _blocks(accepted)
    claimed = max(_blocks(reported), done)
    return "█" * done + "▒" * (claimed - done) + "░" * (BAR_BLOCKS - claimed)


def _blocks(rate: Decimal | None) -> int:
    if not rate:
        return 0
    return max(1, min(BAR_BLOCKS, int(rate * BAR_BLOCKS / 100)))
