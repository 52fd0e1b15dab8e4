"""/schedule: the counties against their targets of the year (序时进度), and /compare: against an earlier meeting."""

from dataclasses import replace

from db.models import Region
from db.trends import Checkpoint, checkpoints
from handlers.dates import read_date
from handlers.reading import Scope, is_city, read_scope
from handlers.request import Call
from rules.lights import Light
from rules.permission import may_bind
from rules.refusal import Refusal, Why
from rules.schedule import TargetLine
from services import overview, trends
from services.schedule import target_lines
from text.reply import N_, Button, Reply

MARK_WORDS = frozenset({"mark", "记"})
MOST_NAME = 40  # characters
MOST_MEETINGS = 12
MOST_BUTTONS = 4
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
    """Say what has come since a meeting, August's if none is named: on the same duties first, then on all."""
    meeting, words = _meeting_meant(call)
    scope = read_scope(replace(call, words=words))
    then = meeting or trends.last_meeting(call.session, call.today)
    ids = [county.id for county in call.gazetteer.below(scope.region) if county.id is not None]
    found = trends.compare(call.session, call.office, then.day, call.today, ids) if then else {}
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


def _meeting_meant(call: Call) -> tuple[Checkpoint | None, tuple[str, ...]]:
    """Return the meeting that a word names, by its name or its day, and the other words."""
    known = checkpoints(call.session)
    for word in call.words:
        day = read_date(call, word, call.today)
        for one in reversed(known):  # a day without its year is the last such
            is_day = day is not None and (one.day.month, one.day.day) == (day.month, day.day)
            if is_day or (one.name and one.name == word):
                return one, tuple(other for other in call.words if other != word)
    return None, call.words


def meeting(call: Call) -> Reply:
    """Keep the figures of this moment under a meeting's name (the office); without one, list what there is."""
    words = call.words[1:] if call.words and call.words[0].lower() in MARK_WORDS else call.words
    name = " ".join(words).strip()
    if name and not may_bind(call.person, call.today):
        raise Refusal(Why.OFFICE_ONLY)
    marked = trends.mark_meeting(call.session, call.office, call.act, name[:MOST_NAME]) if name else None
    known = checkpoints(call.session)[-MOST_MEETINGS:]
    buttons = [
        (call.button(N_("较%(day)s"), f"/compare {one.day}", day=_day(one)),)
        for one in reversed(known)
        if one.day < call.today
    ]
    return call.reply(
        "meeting", *buttons[:MOST_BUTTONS], marked=marked, known=known, may_mark=may_bind(call.person, call.today)
    )


def _day(one: Checkpoint) -> str:
    return one.name or one.day.isoformat()
