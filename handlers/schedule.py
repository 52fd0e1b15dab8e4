"""/schedule: the counties against their targets of the year (序时进度), and /compare: against an earlier meeting."""

from db.models import Region
from handlers.reading import Scope, is_city, read_scope
from handlers.request import Call
from rules.lights import Light
from rules.schedule import TargetLine
from services import overview, trends
from services.schedule import target_lines
from text.reply import N_, Button, Reply

COUNTED = (Light.RED, Light.YELLOW, Light.GREEN)


def schedule(call: Call) -> Reply:
    """Say of a county what every line of its targets should have reached by now; of the city, who lags in how many."""
    scope = read_scope(call)
    lines = target_lines(call.session, call.today)
    if scope.workstream is not None:
        code = scope.workstream.code
        lines = {region_id: [one for one in own if one.workstream == code] for region_id, own in lines.items()}
    buttons = (call.button(N_("变化"), f"/compare {scope.region.name}"), _status(call, scope))
    shown = {
        "region": scope.region, "workstream": scope.workstream, "year": call.today.year,
        "basis": overview.basis(call.session, call.office, call.today), "replaces": True,
    }  # fmt: skip
    if is_city(scope.region):
        policy = call.office.policy
        return call.reply("schedule_counties", buttons, counties=_counties(call, lines), policy=policy, **shown)
    return call.reply("schedule", buttons, lines=_by_lag(call, lines.get(scope.region.id or 0, [])), **shown)


def _status(call: Call, scope: Scope) -> Button:
    return call.button(N_("进度"), f"/status {scope.region.name}")


def _by_lag(call: Call, lines: list[TargetLine]) -> list[tuple[TargetLine, Light]]:
    """Put the line that lags most first; what asks for nothing this year has no light and is left out."""
    lit = [(line, line.light(call.office.policy)) for line in lines]
    return sorted(((line, lamp) for line, lamp in lit if lamp), key=lambda one: -(one[0].lag() or 0))


def _counties(call: Call, lines: dict[int, list[TargetLine]]) -> list[tuple[Region, list[tuple[Light, int]]]]:
    """Count each county's lights; it has no light of its own where it has no target."""
    found = []
    for county in call.gazetteer.counties:
        lamps = [lamp for _line, lamp in _by_lag(call, lines.get(county.id or 0, []))]
        if lamps:
            found.append((county, [(lamp, lamps.count(lamp)) for lamp in COUNTED]))
    return found


def compare(call: Call) -> Reply:
    """Say what has come since August's meeting, or the earliest figures that there are: same duties first, then all."""
    scope = read_scope(call)
    then = trends.last_meeting(call.session, call.today)
    ids = [county.id for county in call.gazetteer.below(scope.region) if county.id is not None]
    found = trends.compare(call.session, call.office, then, call.today, ids) if then else {}
    streams = [one for one in call.office.policy.workstreams if scope.workstream in (None, one)]
    return call.reply(
        "compare",
        (call.button(N_("序时进度"), f"/schedule {scope.region.name}"), _status(call, scope)),
        region=scope.region,
        then=then,
        lines=[(one, found[one.code]) for one in streams if one.code in found and found[one.code].now.count],
        basis=overview.basis(call.session, call.office, call.today),
        replaces=True,
    )
