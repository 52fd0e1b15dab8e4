"""/gaps: what the ledger lacks: deadlines, persons who answer, plans, signatures."""

from dataclasses import replace

from db.gaps import Gap, count_gaps, page_of_gaps
from db.models import Duty, Level, Region
from db.queries import named_officials
from handlers.lists import PAGE_SIZE, asked_for, describe, number_buttons, place_of, said_again
from handlers.paging import count_pages, turn_pages
from handlers.reading import is_city, read_scope
from handlers.request import Call
from rules.lights import written_due
from services import overview
from services.gaps import looked_for
from text.reply import N_, Button, Reply

SAID = {  # the first is the word of a button
    Gap.DEADLINE: ("deadline", "时限", "缺时限", "无时限"),
    Gap.PERSON: ("person", "责任人", "缺责任人", "无责任人"),
    Gap.PLAN: ("plan", "方案", "缺方案", "无方案"),
    Gap.SIGNATURE: ("signature", "签收", "未签收"),
}
LACKING = {
    Gap.DEADLINE: N_("缺时限%(count)s"),
    Gap.PERSON: N_("缺责任人%(count)s"),
    Gap.PLAN: N_("缺方案%(count)s"),
    Gap.SIGNATURE: N_("未签收%(count)s"),
}
Counts = dict[Gap | None, int]


def gaps(call: Call) -> Reply:
    """Say how many open duties lack what, by county, and list them: /gaps [COUNTY] [WORKSTREAM] [WHAT]."""
    gap, words = _gap_meant(call)
    scope = read_scope(replace(call, words=words))
    within = asked_for(call, scope)
    looked = looked_for(call.session, call.office, call.today)
    gap = gap if gap in looked else None
    counted = count_gaps(call.session, looked, within)
    totals: Counts = {what: sum(counts[what] for counts in counted.values()) for what in (None, *looked)}
    command = f"/gaps {said_again(scope)}"
    here = f"{command} {SAID[gap][0]}" if gap else command
    pages = count_pages(scope.page, totals[gap], PAGE_SIZE, here)
    shown = page_of_gaps(call.session, looked, gap, within, scope.page, PAGE_SIZE)
    return call.reply(
        "gaps",
        *number_buttons([duty for duty, _lacks in shown]),
        turn_pages(call, here, scope.page, pages),
        *_switches(call, command, gap, totals),
        place=place_of(call, scope),
        gap=gap,
        totals=[(what, count) for what, count in totals.items() if what],
        count=totals[None],
        counties=_counties(call, counted, gap) if is_city(scope.region) else [],
        lines=_lines(call, shown),
        page=scope.page,
        pages=pages,
        policy=call.office.policy,
        basis=overview.basis(call.session, call.office, call.today),
        numbers=[duty.number for duty, _lacks in shown],
        replaces=True,
    )


def _gap_meant(call: Call) -> tuple[Gap | None, tuple[str, ...]]:
    """Return which gap a word names, and the other words."""
    for gap, said in SAID.items():
        if named := [word for word in call.words if word in said]:
            return gap, tuple(word for word in call.words if word != named[0])
    return None, call.words


def _counties(call: Call, counted: dict[int, Counts], gap: Gap | None) -> list[tuple[Region, int]]:
    counts = [(county, counted.get(county.id or 0, {}).get(gap, 0)) for county in call.gazetteer.counties]
    return [(county, count) for county, count in counts if count]


def _lines(call: Call, shown: list[tuple[Duty, list[Gap]]]) -> list[dict[str, object]]:
    """Return what the list says of each duty: what it lacks, and what stands there instead."""
    officials = named_officials(call.session, [duty.id or 0 for duty, _lacks in shown], Level.RESPONSIBLE)
    found = []
    for duty, lacks in shown:
        named = officials.get(duty.id or 0, [])
        found.append(
            describe(call, duty)
            | {"lacks": lacks, "written_due": written_due(duty), "named": bool(named)}
            | {"unknown": all(one.person_id is None for one in named)}
        )
    return found


def _switches(call: Call, command: str, gap: Gap | None, totals: Counts) -> list[tuple[Button, ...]]:
    """Offer each gap alone, and all of them again."""
    others = [what for what in LACKING if what != gap and totals.get(what) and totals[what] != totals[None]]
    buttons = [call.button(LACKING[what], f"{command} {SAID[what][0]}", count=totals[what]) for what in others]
    if gap:
        buttons.append(call.button(N_("全部缺项"), command))
    return [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
