"""/start, /help, /lang, /bind: who is who, and how to speak with the bot."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from handlers.paging import count_pages, on_page, page_among, turn_pages
from handlers.request import Call
from rules.permission import may_bind, may_ever_report, reads_whole_city
from rules.refusal import Refusal, Why
from services import identity
from text.reply import LANGUAGES, N_, Button, Reply, speech

LANGUAGE_WORDS = {"zh": "zh", "中文": "zh", "汉语": "zh", "chinese": "zh", "en": "en", "英文": "en", "english": "en"}

HELP_LINES = 12  # of what is rare, a page
WHOLE = frozenset({"all", "全部", "更多"})


def start(call: Call) -> Reply:
    """Bind the account of whoever brings a good invite code; greet who is known already."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    if not call.words:
        if call.person is None:
            raise Refusal(Why.STRANGER)
        return help_(call)
    person = identity.join(call.session, call.act, call.words[0], call.request.sender)
    region = call.gazetteer.get(person.region_id)
    return call.reply(
        "welcome", *_first_buttons(replace(call, person=person)), person=person, region=region, stays=True
    )


def help_(call: Call) -> Reply:
    """Say what can be said here, by this person; what is rare only when all is asked for."""
    person = call.person
    whole = bool(call.words) and call.words[0] in WHOLE
    open_here = [one for one in call.commands.values() if one.open_to(call)]
    has_more = not whole and any(one.rare for one in open_here)
    commands = [one for one in open_here if one.rare == whole]
    page = page_among(call.words)
    pages = count_pages(page, len(commands), HELP_LINES, "/help all") if whole else 1
    return call.reply(
        "help",
        *(_first_buttons(call, has_more=has_more) if person or call.group else ()),
        turn_pages(call, "/help all", page, pages),
        lines=_lines(call, on_page(commands, page, HELP_LINES) if whole else commands),
        replaces=whole,
        is_group=call.request.is_group,
        home=call.home if person or call.group else None,
        reports=may_ever_report(person),
        stays=True,
    )


def _lines(call: Call, commands: Iterable[Any]) -> list[tuple[str, str, str]]:
    """Say what each command is for, how it is asked for in words and, where that is not the same, what is typed."""
    county = call.example_county
    lines: list[tuple[str, str, str]] = []
    for one in commands:
        example = call.speech.phrase(one.example, county=county)
        typed = "" if example.startswith("/") else f"/{one.name}"
        lines.append((call.speech.phrase(one.summary), example, typed))
    return lines


def _first_buttons(call: Call, *, has_more: bool = False) -> list[tuple[Button, ...]]:
    own = call.person is not None and not reads_whole_city(call.person) and not call.request.is_group
    first = call.button(N_("我的事项"), "/mine") if own else call.button(N_("进度"), "/status")
    rows: list[tuple[Button, ...]] = [(first, call.button(N_("7日内到期"), "/due 7"))]
    return [*rows, (call.button(N_("更多说法"), "/help all"),)] if has_more else rows


def lang(call: Call) -> Reply:
    """Choose the language of a private chat, or, for the office, of a group."""
    if not call.words:
        buttons = (Button(label="中文", command="/lang zh"), Button(label="English", command="/lang en"))
        return call.reply("lang", buttons)
    language = LANGUAGE_WORDS.get(call.words[0].lower())
    if language not in LANGUAGES:
        raise Refusal(Why.BAD_LANGUAGE, word=call.words[0], choices=(("中文", "/lang zh"), ("English", "/lang en")))
    if call.request.is_group and not may_bind(call.person, call.today):
        raise Refusal(Why.OFFICE_ONLY)
    identity.choose_language(call.session, call.act, call.request.chat, language)
    return Reply(html=speech(language).say("lang_set", language=language), replaces=call.request.pressed)


def bind(call: Call) -> Reply:
    """Bind the group in which it is said to a region."""
    if not call.request.is_group:
        raise Refusal(Why.GROUP_ONLY)
    if not call.words:
        raise Refusal(Why.UNKNOWN_WORD, word="/bind")
    name = " ".join(call.words)
    region = call.gazetteer.exact(name)
    if region is None:
        near = tuple((near.name, f"/bind {near.name}") for near in call.gazetteer.nearest(name))
        raise Refusal(Why.UNKNOWN_REGION, choices=near, word=name)
    identity.bind(call.session, call.act, call.request.chat, call.request.chat_title, region)
    return call.reply("bound", region=region)
