"""Long answers, a page at a time."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from handlers.request import Call
from rules.refusal import Refusal, Why
from text.reply import N_, Button

_PAGE = re.compile(r"(?:p|第)(\d{1,4})页?$")
Thing = TypeVar("Thing")


def page_in(word: str) -> int | None:
    """Return which page a word names (p2, 第2页); None if none."""
    match = _PAGE.match(word)
    return max(1, int(match[1])) if match else None


def page_among(words: Iterable[str]) -> int:
    """Return the page that one of some words names; the first where none does."""
    return next((page for word in words if (page := page_in(word)) is not None), 1)


def count_pages(page: int, count: int, size: int, command: str) -> int:
    """Return how many pages there are; refuse one behind the last."""
    pages = max(1, -(-count // size))
    if page > pages:
        raise Refusal(Why.UNKNOWN_WORD, word=f"p{page}", choices=((f"p{pages}", f"{command} p{pages}"),))
    return pages


def on_page(things: Sequence[Thing], page: int, size: int) -> Sequence[Thing]:
    """Return what stands on a page."""
    return things[(page - 1) * size : page * size]


def turn_pages(call: Call, command: str, page: int, pages: int) -> tuple[Button, ...]:
    """Offer the page before and the one after."""
    buttons: list[Button] = []
    if page > 1:
        buttons.append(call.button(N_("‹ 上一页"), f"{command} p{page - 1}"))
    if page < pages:
        buttons.append(call.button(N_("下一页 ›"), f"{command} p{page + 1}"))
    return tuple(buttons)
