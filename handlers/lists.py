"""/mine, /due, /overdue: duties to look at, most urgent first, a page at a time."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_
from sqlmodel import col

from db.figures import due_within, duties_page, overdue
from db.models import Duty
from handlers.paging import count_pages, on_page, turn_pages
from handlers.reading import Scope, read_scope
from handlers.request import Call
from rules.lights import done_percent, light
from rules.refusal import Refusal, Why
from services import overview
from services.agenda import open_duties_for, stands_for
from text.reply import Button, Reply

PAGE_SIZE = 5  # with their buttons, one phone screen
DEFAULT_DAYS = 7
MOST_DAYS = 3650


def mine(call: Call) -> Reply:
    """List the open duties of the person, and of those for whom he stands; in a group, those that belong there."""
    page = read_scope(call).page
    person = call.known
    duties = [duty for duty in open_duties_for(call.session, person, call.today) if call.may_see(duty)]
    shown = on_page(duties, page, PAGE_SIZE)
    others = stands_for(call.session, person, call.today) if call.names_people else []
    return list_page(call, "mine", shown, len(duties), page, "/mine", owner=person, stands_for=others)


def due(call: Call) -> Reply:
    """List what falls due within some days, today included."""
    scope = read_scope(call)
    days = DEFAULT_DAYS if scope.number is None else scope.number
    if days > MOST_DAYS:
        raise Refusal(Why.BAD_DAYS, days=days)
    return _page(call, scope, "due", due_within(call.today, days), f"/due {days}", days=days)


def overdue_list(call: Call) -> Reply:
    """List what is overdue, longest first."""
    scope = read_scope(call)
    return _page(call, scope, "overdue", overdue(call.today), "/overdue")


def _page(
    call: Call, scope: Scope, template: str, condition: ColumnElement[bool], command: str, **facts: object
) -> Reply:
    """List the duties of a region, and of a workstream if one was named, that fulfil a condition."""
    chosen = and_(condition, asked_for(call, scope))
    shown, count = duties_page(call.session, chosen, region_ids(call, scope), scope.page, PAGE_SIZE)
    place, command = place_of(call, scope), f"{command} {said_again(scope)}"
    return list_page(call, template, shown, count, scope.page, command, place=place, **facts)


def region_ids(call: Call, scope: Scope) -> list[int]:
    """Return the ids of the counties that are asked for."""
    return [county.id for county in call.gazetteer.below(scope.region) if county.id is not None]


def asked_for(call: Call, scope: Scope) -> ColumnElement[bool]:
    """Return what a duty fulfils of the region, and of the workstream if one was named."""
    here = col(Duty.region_id).in_(region_ids(call, scope))
    return and_(here, col(Duty.workstream) == scope.workstream.code) if scope.workstream else here


def place_of(call: Call, scope: Scope) -> str:
    """Name what is asked for: the region, and the workstream if there is one."""
    stream = scope.workstream
    return (
        f"{scope.region.name} {stream.zh if call.speech.language == 'zh' else stream.en}"
        if stream
        else scope.region.name
    )


def said_again(scope: Scope) -> str:
    """Return the words that ask for the same region and workstream."""
    return f"{scope.region.name} {scope.workstream.code}" if scope.workstream else scope.region.name


def list_page(
    call: Call, template: str, shown: Sequence[Duty], count: int, page: int, command: str, **facts: object
) -> Reply:
    """Say a page of duties, with a button for each; ``facts`` may say other ``lines`` of them than ``describe``."""
    pages = count_pages(page, count, PAGE_SIZE, command)
    return call.reply(
        template,
        *number_buttons(shown),
        turn_pages(call, command, page, pages),
        count=count,
        page=page,
        pages=pages,
        basis=overview.basis(call.session, call.office, call.today),
        numbers=[duty.number for duty in shown],
        replaces=True,
        **{"lines": [describe(call, duty) for duty in shown]} | facts,
    )


def describe(call: Call, duty: Duty) -> dict[str, object]:
    """Return what a list says of a duty."""
    return {
        "duty": duty,
        "light": light(duty, call.today, call.office.policy),
        "done": done_percent(duty),
        "county": call.gazetteer.get(duty.region_id).name,
        "days_left": (duty.due_on - call.today).days if duty.due_on else None,
    }


def number_buttons(shown: Sequence[Duty]) -> list[tuple[Button, ...]]:
    """Make a button for each duty that opens it."""
    buttons = [Button(label=duty.number, command=f"/duty {duty.number}") for duty in shown]
    return [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
