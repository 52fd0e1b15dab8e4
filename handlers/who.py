"""/who: who answers for a county's work, or for a duty."""

from handlers.reading import Scope, is_city, read_duty, read_scope
from handlers.request import Call
from services import responsible
from text.reply import Button, Reply

COUNTIES_A_ROW = 3


def who(call: Call) -> Reply:
    """Name the officials of a county by workstream, or those of a duty; in a group, only their units and posts."""
    if number := _number(call):
        return _of_duty(call, number)
    scope = read_scope(call)
    streams = [scope.workstream] if scope.workstream else list(call.office.policy.workstreams)
    if is_city(scope.region):
        return call.reply("who_where", *_counties(call, scope), workstream=scope.workstream, replaces=True)
    principals, charges = responsible.of_county(call.session, scope.region, streams, call.today)
    return call.reply(
        "who",
        region=scope.region,
        workstream=scope.workstream,
        principals=principals,
        charges=charges,
        names=call.names_people,
        replaces=True,
    )


def _number(call: Call) -> str | None:
    """Return the number of the duty that is asked about; no region's name holds a digit."""
    said = [word for word in call.words if any(character.isdigit() for character in word)]
    if said:
        return said[0]
    return call.quoted[0] if len(call.quoted) == 1 and not call.words else None


def _of_duty(call: Call, number: str) -> Reply:
    found = read_duty(call, number)
    return call.reply(
        "who_duty",
        duty=found,
        county=call.gazetteer.get(found.region_id).name,
        officials=responsible.of_duty(call.session, found, call.today),
        names=call.names_people,
        numbers=[found.number],
    )


def _counties(call: Call, scope: Scope) -> list[tuple[Button, ...]]:
    stream = f" {scope.workstream.code}" if scope.workstream else ""
    buttons = [Button(label=one.name, command=f"/who {one.name}{stream}") for one in call.gazetteer.counties]
    return [tuple(buttons[i : i + COUNTIES_A_ROW]) for i in range(0, len(buttons), COUNTIES_A_ROW)]
