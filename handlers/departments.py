"""/status UNIT: what a department leads, what it co-operates in, and what of it is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_

from db.figures import duties_page, overdue
from db.models import Duty
from handlers.lists import PAGE_SIZE, asked_for, describe, list_page, said_again
from handlers.paging import page_in
from handlers.reading import Scope, find_workstream, read_scope
from handlers.request import Call
from rules.figures import together
from rules.refusal import Refusal, Why
from services import overview
from services.cooperating import split_units
from services.departments import Department, departments_named
from text.reply import Reply

SHORTEST = 2  # characters of a unit's name
MOST_CHOICES = 12


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A department that is asked about, within the region that may be read."""

    department: Department
    scope: Scope


def department_meant(call: Call) -> Asked | None:
    """Return the department that the words name beside a county and a page; of several, ask which."""
    strange = [word for word in call.words if not _is_known(call, word)]
    name = " ".join(strange)
    if len(name) < SHORTEST or any(name in region.name for region in call.gazetteer.regions):
        return None
    scope = read_scope(replace(call, words=tuple(word for word in call.words if word not in strange)))
    within = asked_for(call, scope)
    found = departments_named(call.session, name, within)
    if len(found) > 1:
        raise _which(call, found, name)
    return Asked(department=found[0], scope=scope) if found else None


def _is_known(call: Call, word: str) -> bool:
    named = call.gazetteer.exact(word) or find_workstream(call, word)
    return named is not None or page_in(word) is not None


def _which(call: Call, found: Sequence[Department], name: str) -> Refusal:
    """Ask which of several units is meant, in the order of the counties."""
    order = [county.id for county in call.gazetteer.counties]
    units = [unit.name for unit in sorted(found, key=lambda unit: order.index(unit.region_ids[0]))]
    said = " ".join(("/status", *call.words))
    choices = tuple((unit, said.replace(name, unit, 1)) for unit in units[:MOST_CHOICES])
    return Refusal(Why.WHICH_UNIT, choices=choices, word=name, more=max(0, len(units) - MOST_CHOICES))


def department_status(call: Call, asked: Asked) -> Reply:
    """Say how far a department has come with what it leads, and where it co-operates; list what is overdue."""
    unit, page = asked.department, asked.scope.page
    led = overview.by_workstream_of(call.session, call.today, unit.leads)
    others = overview.by_workstream_of(call.session, call.today, unit.cooperates)
    late = and_(overdue(call.today), unit.takes_part)
    shown, count = duties_page(call.session, late, unit.region_ids, page, PAGE_SIZE)
    command = f"/status {said_again(asked.scope)} {unit.name}"
    return list_page(
        call, "status_unit", shown, count, page, command,
        unit=unit.name,
        workstream=asked.scope.workstream,
        leads=together(led.values()),
        cooperates=together(others.values()),
        streams=[(one, led[one.code]) for one in call.office.policy.workstreams if one.code in led],
        lines=[_line(call, duty, unit) for duty in shown],
    )  # fmt: skip


def _line(call: Call, duty: Duty, unit: Department) -> dict[str, object]:
    return describe(call, duty) | {"leads": unit.name in split_units(duty.lead_unit)}
