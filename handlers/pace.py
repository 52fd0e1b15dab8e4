"""/stalled: what does not move; /pace: when each county will be through if it goes on as it does."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import and_

from db.figures import page_of_duties
from db.models import Region
from db.pace import count_by_region, courses
from db.pace import stalled as not_moving_since
from handlers.lists import PAGE_SIZE, asked_for, describe, number_buttons, place_of, said_again
from handlers.paging import count_pages, turn_pages
from handlers.reading import Scope, is_city, read_scope
from handlers.request import Call
from rules.pace import stuck_since, together
from services import overview
from services.pace import Prospect, figures_since, prospects
from text.reply import N_, Button, Reply

BASES = ("reported", "accepted")
STREAMS_A_ROW = 2


def stalled(call: Call) -> Reply:
    """List the open duties of which nothing more was reported for weeks, most urgent first."""
    scope, weeks = read_scope(call), call.office.policy.stall_weeks
    stands_still = and_(not_moving_since(call.today - timedelta(weeks=weeks)), asked_for(call, scope))
    counts = count_by_region(call.session, stands_still)
    count = sum(counts.values())
    command = f"/stalled {said_again(scope)}"
    pages = count_pages(scope.page, count, PAGE_SIZE, command)
    shown = page_of_duties(call.session, stands_still, scope.page, PAGE_SIZE)
    course = courses(call.session, [duty.id or 0 for duty in shown])
    return call.reply(
        "stalled",
        *number_buttons(shown),
        turn_pages(call, command, scope.page, pages),
        place=place_of(call, scope),
        weeks=weeks,
        count=count,
        counties=_counties(call, counts) if is_city(scope.region) else [],
        lines=[describe(call, duty) | {"since": stuck_since(duty, course[duty.id or 0])} for duty in shown],
        page=scope.page,
        pages=pages,
        basis=overview.basis(call.session, call.office, call.today),
        numbers=[duty.number for duty in shown],
        replaces=True,
    )


def _counties(call: Call, counts: Mapping[int, int]) -> list[tuple[Region, int]]:
    return [(county, counts[county.id or 0]) for county in call.gazetteer.counties if county.id in counts]


def pace(call: Call) -> Reply:
    """Say when each county, or each workstream of a county, will be through, against its latest deadline."""
    scope = read_scope(call)
    since = figures_since(call.session, call.office, call.today)
    found = prospects(call.session, call.office, call.today, since, asked_for(call, scope))
    facts = {
        "place": place_of(call, scope), "stream": scope.workstream, "since": since,
        "days": (call.today - since).days if since else 0, "replaces": True,
        "basis": overview.basis(call.session, call.office, call.today),
    }  # fmt: skip
    if is_city(scope.region) and scope.workstream is None:
        return call.reply("pace_counties", *_streams(call), lines=_wholes(call, found), **facts)
    return call.reply("pace", _other_view(call, scope), lines=_each(call, scope, found), **facts)


def _wholes(call: Call, found: Sequence[Prospect]) -> list[tuple[Region, dict[str, dict[str, object]]]]:
    """Sum up each county's workstreams on both bases."""
    lines = []
    for county in call.gazetteer.counties:
        own = [one for one in found if one.region_id == county.id]
        if own:
            lines.append((county, {basis: _whole(call, own, basis) for basis in BASES}))
    return lines


def _whole(call: Call, own: Sequence[Prospect], basis: str) -> dict[str, object]:
    whole = together(((one.workstream, one.on(basis)) for one in own), call.today)
    return {"whole": whole, "last": call.office.policy.workstream(whole.last)}


def _each(call: Call, scope: Scope, found: Sequence[Prospect]) -> list[dict[str, object]]:
    """Return each county of a workstream in the city, or each workstream of a county."""
    if is_city(scope.region):
        order = [county.id for county in call.gazetteer.counties]
        found = sorted(found, key=lambda one: order.index(one.region_id))
    return [
        {
            "county": call.gazetteer.get(one.region_id) if is_city(scope.region) else None,
            "stream": call.office.policy.workstream(one.workstream),
            "outlooks": {basis: one.on(basis).outlook(call.today) for basis in BASES},
            "finishes": {basis: one.on(basis).finish(call.today) for basis in BASES},
            "paces": {basis: one.on(basis) for basis in BASES},
        }
        for one in found
    ]


def _other_view(call: Call, scope: Scope) -> tuple[Button, ...]:
    """Offer all workstreams together again; where they are, what stalls."""
    if scope.workstream:
        return (call.button(N_("全部工作"), f"/pace {scope.region.name}"),)
    return (call.button(N_("停滞事项"), f"/stalled {scope.region.name}"),)


def _streams(call: Call) -> list[tuple[Button, ...]]:
    streams = call.office.policy.workstreams
    zh = call.speech.language == "zh"
    buttons = [Button(label=one.zh if zh else one.en, command=f"/pace {one.code}") for one in streams]
    return [tuple(buttons[i : i + STREAMS_A_ROW]) for i in range(0, len(buttons), STREAMS_A_ROW)]
