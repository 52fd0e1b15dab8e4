"""Whether a deadline may be moved: by whom, how often, how far (PRACTICE 3.2)."""

from collections.abc import Iterable
from datetime import date, timedelta

from db.models import OPEN, Duty, Extension, Level, Person
from rules.officials import in_post
from rules.policy import Policy
from rules.refusal import Refusal, Why


def check_extendable(duty: Duty) -> date:
    """Return the deadline that could be moved; refuse a duty that has none, or on which the county need not act."""
    if duty.status not in OPEN:
        raise Refusal(Why.NOT_EXTENDABLE, number=duty.number, status=duty.status)
    if duty.due_on is None:
        raise Refusal(Why.NO_DEADLINE, number=duty.number)
    return duty.due_on


def check_times(duty: Duty, approved: Iterable[Extension], policy: Policy) -> None:
    """Refuse a duty whose deadline was moved as often as the office allows."""
    times = times_extended(duty, approved)
    if times >= policy.most_extensions:
        raise Refusal(Why.EXTENDED_OFTEN, number=duty.number, times=times)


def times_extended(duty: Duty, approved: Iterable[Extension]) -> int:
    """Return how often the deadline was moved: by requests, and by the ledger before there were any."""
    moved_to = {duty.due_extended}
    for extension in approved:
        moved_to |= {extension.due_before, extension.due_decided}
    return len(moved_to - {duty.due_original, None})


def check_new_deadline(duty: Duty, due: date, today: date, policy: Policy) -> None:
    """Refuse a new deadline that is no later than the present one or today, or too late."""
    present = check_extendable(duty)
    latest = present + timedelta(days=policy.longest_extension_days)
    if due > latest or latest < today:
        days = policy.longest_extension_days
        raise Refusal(Why.EXTENSION_TOO_LONG, days=days, due_on=present, latest=latest if latest >= today else None)
    if due <= present or due < today:
        raise Refusal(Why.EXTENSION_TOO_EARLY, due=due, due_on=present)


def is_late(duty: Duty, today: date) -> bool:
    """Tell whether a request comes after the deadline; on the day itself it is in time."""
    return duty.due_on is not None and duty.due_on < today


def overdue_days(extension: Extension, on: date) -> int:
    """Return the days overdue that stay on record: those up to the decision, or to ``on`` while there is none."""
    return (on - extension.due_before).days if extension.is_late else 0


def may_decide(person: Person | None, extension: Extension, on: date) -> bool:
    """Tell whether the person decides the request: the head of the office, and nobody his own."""
    return is_head(person, on) and person is not None and not _is_own(person, extension)


def is_head(person: Person | None, on: date) -> bool:
    """Tell whether the person is the head of the office."""
    return person is not None and person.level == Level.CITY_OFFICE and in_post(person, on)


def check_may_decide(person: Person, extension: Extension, on: date) -> None:
    """Refuse who does not decide the request."""
    if not is_head(person, on):
        raise Refusal(Why.HEAD_ONLY)
    if _is_own(person, extension):
        raise Refusal(Why.OWN_REQUEST)


def _is_own(person: Person, extension: Extension) -> bool:
    return person.id in (extension.asked_by_id, extension.behalf_of_id)
