"""/status: how far a county, a workstream, the city or a department has come."""

from handlers.departments import department_meant, department_status
from handlers.reading import Scope, is_city, read_scope
from handlers.request import Call
from rules.commitments import Outcome
from rules.figures import Figures, together
from services import commitments, overview
from text.reply import N_, Button, Reply


def status(call: Call) -> Reply:
    """Say the figures of a region, by workstream; of a workstream in the city, by county; of a department."""
    if asked := department_meant(call):
        return department_status(call, asked)
    scope = read_scope(call)
    if is_city(scope.region) and (scope.workstream or scope.each_county):
        return _counties(call, scope)
    ids = [county.id for county in call.gazetteer.below(scope.region) if county.id is not None]
    code = scope.workstream.code if scope.workstream else None
    streams = overview.by_workstream(call.session, call.today, ids, code)
    figures = together(streams.values())
    lines = [(stream, streams[stream.code]) for stream in call.office.policy.workstreams if stream.code in streams]
    return call.reply(
        "status",
        *_buttons(call, scope, figures),
        region=scope.region,
        workstream=scope.workstream,
        figures=figures,
        lines=lines,
        promises=_promises(call, scope),
        basis=overview.basis(call.session, call.office, call.today),
        replaces=True,
    )


def _promises(call: Call, scope: Scope) -> dict[str, int]:
    """Count the promises of a county that are broken, and those about to be."""
    if is_city(scope.region) or scope.workstream:
        return {"broken": 0, "soon": 0}
    promised = commitments.of_counties(call.session, [scope.region.id or 0], call.today)
    urgent = [one for one in promised if one.is_urgent]
    broken = sum(one.outcome == Outcome.BROKEN for one in urgent)
    return {"broken": broken, "soon": len(urgent) - broken}


def _counties(call: Call, scope: Scope) -> Reply:
    code = scope.workstream.code if scope.workstream else None
    ids = [county.id for county in call.gazetteer.counties if county.id is not None]
    figures = overview.by_county(call.session, call.today, ids, code)
    lines = [(county, figures[county.id or 0]) for county in call.gazetteer.counties if county.id in figures]
    return call.reply(
        "status_counties",
        _switches(call, scope),
        region=scope.region,
        workstream=scope.workstream,
        total=together(figures.values()),
        lines=lines,
        basis=overview.basis(call.session, call.office, call.today),
        replaces=True,
    )


def _buttons(call: Call, scope: Scope, figures: Figures) -> list[tuple[Button, ...]]:
    name = scope.region.name
    lists: list[Button] = []
    if figures.overdue and scope.workstream is None:
        lists.append(call.button(N_("超期%(count)s件"), f"/overdue {name}", count=figures.overdue))
    if figures.due_within_7 and scope.workstream is None:
        lists.append(call.button(N_("7日内到期%(count)s件"), f"/due 7 {name}", count=figures.due_within_7))
    return [tuple(lists), _switches(call, scope) if is_city(scope.region) else ()]


def _switches(call: Call, scope: Scope) -> tuple[Button, ...]:
    """Offer the other views of the city."""
    if scope.workstream or scope.each_county:
        return (call.button(N_("全市"), "/status city"),)
    return (call.button(N_("各县（市、区）"), "/status city counties"),)
