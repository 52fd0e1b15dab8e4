"""/duty: one duty on a card."""

from db.models import Duty, Level, Status
from db.queries import named_officials, named_people, people
from handlers.commitments import describe as describe_promise
from handlers.lists import describe
from handlers.reading import read_duty
from handlers.request import Call
from handlers.steps import step_buttons
from rules.lights import elapsed_percent, lag
from rules.permission import standing
from rules.refusal import Refusal, Why
from services import commitments, cooperating, evidence
from services.reporting import check_reportable
from text.reply import N_, Button, Reply

MOST_COMMENTS = 2


def duty(call: Call) -> Reply:
    """Show a duty by its number, or the one that the replied-to message is about."""
    found = one_duty(call, list(call.words[:1]) or call.quoted)
    return call.reply(
        "duty",
        report_buttons(call, found),
        tuple(step_buttons(call, found)),
        (call.button(N_("办理经过"), f"/history {found.number}"), *_proof_button(call, found)),
        **describe(call, found),
        workstream=call.office.policy.workstream(found.workstream),
        elapsed=elapsed_percent(found, call.today),
        lag=lag(found, call.today),
        officials=_officials(call, found),
        comments=_comments(call, found),
        proofs=evidence.count(call.session, found),
        to=call.gazetteer.get(found.transfer_to_id).name if found.transfer_to_id else "",
        promise=_promise(call, found),
        numbers=[found.number],
    )


def _comments(call: Call, found: Duty) -> list[tuple[str, str]]:
    """Return who said what, the newest; in groups by unit."""
    said = cooperating.comments(call.session, found, MOST_COMMENTS)
    return [
        ((person.name if call.names_people else person.unit or person.post) if person else "", event.why)
        for event, person in said
    ]


def _proof_button(call: Call, found: Duty) -> tuple[Button, ...]:
    """Offer to look at proofs to whoever is known here; a group's members see no pictures of places."""
    if call.person is None or not evidence.of_duty(call.session, found):
        return ()
    return (call.button(N_("看佐证"), f"/evidence {found.number}"),)


def one_duty(call: Call, numbers: list[str]) -> Duty:
    """Return the one duty that a command is about; refuse none, and ask which of several."""
    if not numbers:
        raise Refusal(Why.NO_NUMBER, command=call.command)
    if len(numbers) > 1:
        raise Refusal(Why.WHICH_DUTY, choices=tuple((n, f"/{call.command} {n}") for n in numbers))
    return read_duty(call, numbers[0])


def _officials(call: Call, found: Duty) -> dict[Level, str]:
    if not call.names_people or found.id is None:
        return {}
    levels = (Level.PRINCIPAL, Level.DEPUTY, Level.RESPONSIBLE)
    names = {level: named_officials(call.session, [found.id], level).get(found.id, []) for level in levels}
    return {level: "、".join(official.name for official in named) for level, named in names.items()}


def _promise(call: Call, found: Duty) -> dict[str, object] | None:
    promised = commitments.of_duty(call.session, found, call.today)
    return describe_promise(call, promised) if promised else None


def report_buttons(call: Call, found: Duty) -> tuple[Button, ...]:
    """Offer to report on the duty, to whoever may now."""
    if call.person is None:
        return ()
    try:
        check_reportable(found)
    except Refusal:
        return ()
    named = named_people(call.session, found)
    if standing(call.person, found, named, people(call.session), call.today) is None:
        return ()
    progress = call.button(N_("报进展"), f"/progress {found.number}")
    if found.status == Status.LONG_TERM:
        return (progress,)  # a standing requirement is never done
    return (call.button(N_("报完成"), f"/done {found.number}"), progress)
