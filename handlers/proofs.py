"""/evidence: proofs that come without other words, and proofs looked at."""

import re
from dataclasses import replace

from db.life import Evidence, Phase
from db.models import Duty, Person
from db.queries import number_kinds
from handlers.duty import one_duty
from handlers.numbers import candidates, duties_of_word, find_duty
from handlers.request import Call
from services import evidence
from services.agenda import open_duties_for
from text.deadlines.plain import fold
from text.grammar.numbers import whole_numbers
from text.reply import N_, Picture, Reply

MOST_CHOICES = 6
MOST_SHOWN = 10  # as many as an album holds
PHASE_WORDS = {
    re.compile("整改前|before"): Phase.BEFORE, re.compile("整改中|during"): Phase.DURING,
    re.compile("整改后|after"): Phase.AFTER, re.compile("方案|文件|批复|证明"): Phase.PAPER,
}  # fmt: skip


def proofs(call: Call) -> Reply:
    """Keep what was sent, give what was sent before to a duty, or show a duty's proofs."""
    if call.request.attachments:
        return _keep(call)
    duty = one_duty(call, list(call.words[:1]) or call.quoted)
    if waiting := evidence.homeless(call.session, call.act, call.office.policy.question_minutes):
        evidence.give(call.session, call.act, waiting, duty)
        return _kept(call, duty, waiting)
    return _show(call, duty)


def _keep(call: Call) -> Reply:
    duties = _meant(call)
    phase = next((phase for words, phase in PHASE_WORDS.items() if words.search(call.request.text)), None)
    if len(duties) == 1:
        sent = call.request.attachments
        rows = evidence.keep(call.session, call.act, sent, duty=duties[0], phase=phase, album=call.request.album)
        return _kept(call, duties[0], rows)
    evidence.keep(call.session, call.act, call.request.attachments, phase=phase, album=call.request.album)
    near = duties or [duty for duty in open_duties_for(call.session, call.known, call.today) if call.may_see(duty)]
    buttons = [call.button(duty.number, f"/evidence {duty.number}") for duty in near[:MOST_CHOICES]]
    rows_of = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    return call.reply("evidence_whose", *rows_of, count=len(call.request.attachments))


def _meant(call: Call) -> list[Duty]:
    """Return the duties that the words, or the message replied to, are about: DC-2026-004整改后."""
    found = whole_numbers(fold(call.request.text), number_kinds(call.session))
    named = [duty for one in found for number in one.numbers for duty in candidates(call, number).choices]
    if not named and call.words:
        named = duties_of_word(call, call.words[0])
    quoted = [duty for number in call.quoted if (duty := find_duty(call, number))]
    return list({duty.number: duty for duty in named or quoted}.values())


def _kept(call: Call, duty: Duty, rows: list[Evidence]) -> Reply:
    look = (call.button(N_("看佐证"), f"/evidence {duty.number}"), call.button(N_("查看"), f"/duty {duty.number}"))
    return call.reply(
        "evidence_kept", look, duty=duty, count=len(rows), total=len(evidence.of_duty(call.session, duty)),
        county=call.gazetteer.get(duty.region_id).name, phases=evidence.by_phase(rows), numbers=[duty.number],
        replaces=True,
    )  # fmt: skip


def _show(call: Call, duty: Duty) -> Reply:
    """Send the proofs as albums, before first, with who sent what when beneath."""
    found = sorted(evidence.of_duty(call.session, duty), key=lambda one: list(Phase).index(one.phase))
    shown = found[-MOST_SHOWN:]
    pictures = tuple(
        Picture(address=one.address, media_type=one.media_type, caption=_caption(call, one)) for one in shown
    )
    reply = call.reply(
        "evidence_shown", duty=duty, county=call.gazetteer.get(duty.region_id).name, count=len(found),
        shown=len(shown), phases=evidence.by_phase(found), numbers=[duty.number],
    )  # fmt: skip
    return replace(reply, album=pictures)


def _caption(call: Call, proof: Evidence) -> str:
    who = call.session.get(Person, proof.person_id) if call.names_people else None
    return call.speech.say(
        "evidence_caption", phase=proof.phase, at=call.office.local(proof.sent_at), name=who.name if who else ""
    )
