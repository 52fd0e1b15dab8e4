"""Duty numbers as they were said, found in the ledger among what the person may see."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from unicodedata import normalize

from db.models import Duty
from db.queries import duties_ending_in, duty_by_number, named_people, number_kinds, people
from handlers.request import Call
from rules.permission import covers, standing
from rules.refusal import Refusal, Why
from text.grammar import NumberWord, numbers_in

YEAR_DIGITS = 4
MOST_CANDIDATES = 6
T = TypeVar("T")


@dataclass(frozen=True)
class Ways(Generic[T]):
    """The ways to read something; ``certain`` if the only one is sure enough to write."""

    choices: list[T]
    certain: bool = True


def find_duty(call: Call, number: str) -> Duty | None:
    """Return the duty of that whole number if it may be seen here; case, width and spaces make no difference."""
    folded = normalize("NFKC", number).strip()
    duty = duty_by_number(call.session, folded) or duty_by_number(call.session, folded.upper())
    return duty if duty and call.may_see(duty) else None


def candidates(call: Call, number: NumberWord, *, to_report: bool = False) -> Ways[Duty]:
    """Return the duties that may be seen here and end so; of several, those on which the person may report."""
    if number.kind and number.year and (exact := find_duty(call, str(number))):
        return Ways([exact])
    if len(number.year) == YEAR_DIGITS:  # well written, and there is none
        return Ways([])
    ending = duties_ending_in(call.session, number.kind, number.serial)
    visible = [duty for duty in ending if call.may_see(duty) and _is_home(call, duty)]
    certain = len(visible) == 1 and not number.year  # DC-226-004 is a slip
    if not to_report or len(visible) <= 1:
        return Ways(visible, certain)
    return Ways([duty for duty in visible if _may_report(call, duty)] or visible, certain=False)


def duties_of_word(call: Call, word: str, *, to_report: bool = False) -> list[Duty]:
    """Return the duties that a word of a command names: DC-2026-004, 004, 004至007; none where it is no number.

    A number that may be several duties is asked about, with all else that was said.
    """
    if exact := find_duty(call, word):
        return [exact]
    found: list[Duty] = []
    for number in numbers_in(word, number_kinds(call.session)):
        ways = candidates(call, number, to_report=to_report)
        if not ways.choices:
            raise Refusal(Why.UNKNOWN_NUMBER, number=str(number))
        if not ways.certain:
            said = " ".join(["/" + call.command, *call.words])
            choices = [(duty.number, said.replace(word, duty.number, 1)) for duty in ways.choices[:MOST_CANDIDATES]]
            raise Refusal(Why.WHICH_DUTY, choices=tuple(choices))
        found += ways.choices
    return found


def _is_home(call: Call, duty: Duty) -> bool:
    """Whether the duty is in the person's own region: in the city's group a county official means his county's."""
    return call.person is None or covers(call.person.region_id, call.gazetteer.get(duty.region_id))


def _may_report(call: Call, duty: Duty) -> bool:
    return standing(call.known, duty, named_people(call.session, duty), people(call.session), call.today) is not None
