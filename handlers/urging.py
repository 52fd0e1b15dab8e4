"""/urge: the office urges a duty by hand (催办)."""

from db.models import OPEN, Person
from handlers.dates import as_written
from handlers.request import Call
from handlers.steps import one_duty
from services import urging
from text.reply import N_, Reply


def urge(call: Call) -> Reply:
    """Urge whoever answers for a duty, once a day: /urge NUMBER [WORDS]."""
    duty, words = one_duty(call, "urge")
    look = (call.button(N_("查看"), f"/duty {duty.number}"),)
    if duty.status not in OPEN:
        return call.reply("urge_needless", look, duty=duty, numbers=[duty.number])
    found = urging.urge(call.session, call.office, call.act, duty, as_written(call, words))
    by = call.session.get(Person, found.event.person_id) if found.event.person_id else None
    at = call.office.local(found.event.at)
    return call.reply("urged", look, duty=duty, found=found, by=by, at=at, numbers=[duty.number])
