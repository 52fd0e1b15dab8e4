"""/unreachable: whom the bot cannot reach, and what the office may do about it."""

from collections.abc import Sequence
from datetime import date

from handlers.paging import count_pages, on_page, turn_pages
from handlers.reading import read_scope
from handlers.request import Call
from rules.refusal import Refusal, Why
from services import overview
from services.unreachable import Fate, Unreachable, unreachable, unreachable_groups
from text.reply import N_, Button, Reply

PAGE_SIZE = 6


def unreachable_(call: Call) -> Reply:
    """List who cannot be reached, by county, and groups that take nothing: /unreachable [COUNTY]; in private alone."""
    if call.request.is_group:
        raise Refusal(Why.PRIVATE_ONLY)
    scope = read_scope(call)
    below = {region.id for region in call.gazetteer.below(scope.region)} | {scope.region.id}
    found = [one for one in unreachable(call.session, call.office, call.today) if one.person.region_id in below]
    command, page = f"/unreachable {scope.region.name}", scope.page
    pages = count_pages(page, len(found), PAGE_SIZE, command)
    shown = on_page(found, page, PAGE_SIZE)
    return call.reply(
        "unreachable", *_offers(call, shown), turn_pages(call, command, page, pages), count=len(found), page=page,
        pages=pages, lines=[(call.gazetteer.get(one.person.region_id).name, one) for one in shown],
        groups=_groups(call, below) if page == 1 else [], replaces=True,
        basis=overview.basis(call.session, call.office, call.today),
    )  # fmt: skip


def _groups(call: Call, below: set[int | None]) -> list[tuple[str, str, date]]:
    """Return the groups that take nothing: county, title, since when."""
    return [
        (call.gazetteer.get(chat.region_id).name, chat.title, call.office.today(chat.unreachable_since))
        for chat in unreachable_groups(call.session)
        if chat.region_id in below and chat.unreachable_since
    ]


def _offers(call: Call, shown: Sequence[Unreachable]) -> list[tuple[Button, ...]]:
    """Offer an invitation for each, or a successor for whom left."""
    offers = [
        call.button(N_("交接 %(name)s"), f"/left {one.person.official_id}", name=one.person.name)
        if one.fate == Fate.LEFT
        else call.button(N_("邀请 %(name)s"), f"/invite {one.person.official_id}", name=one.person.name)
        for one in shown
    ]
    return [tuple(offers[at : at + 2]) for at in range(0, len(offers), 2)]
