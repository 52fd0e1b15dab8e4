"""When somebody is reminded of a duty: lead times before the deadline, then overdue (PRACTICE 4.2, 4.3 steps 0 and 1).

Only the tightest lead time that has come is said: after an outage nobody hears three of them at once, and a duty
that Duban learns late is said once, as what it is now.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Protocol

from db.models import OPEN, Status
from rules.calendar import ONE_DAY, Calendar
from rules.policy import Policy

OVERDUE = "overdue"  # the first working day after the deadline
WEEKLY = "overdue-week-"  # and then a number from 1
DAYS_OF_WIDE = 7  # from a week on, a day or two make no difference to who is told
MIN_DAYS_TO_WEEKLY = 5  # a list of the week does not follow right after the first word


class Dated(Protocol):
    """What of a duty says when it is spoken of."""

    @property
    def status(self) -> Status: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def has_farmland(self) -> bool: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule that holds today; ``late`` when it should have been said on an earlier working day."""

    name: str
    late: bool = False


def lead_moments(duty: Dated, policy: Policy, calendar: Calendar) -> list[tuple[date, str]]:
    """Return (working day, rule) of every lead time of a dated duty, widest first."""
    if duty.due_on is None:
        return []
    days = policy.lead_days + (policy.strict_lead_days if is_strict(duty, policy) else ())
    moments = [
        (calendar.on_or_before(duty.due_on - timedelta(days=n)), f"lead-{n}d") for n in sorted(days, reverse=True)
    ]
    workdays = sorted(policy.lead_workdays, reverse=True)
    moments += [(calendar.shift(duty.due_on, -n), f"lead-{n}w") for n in workdays]
    moments.append((calendar.on_or_before(duty.due_on), "due-day"))
    return sorted(moments, key=lambda moment: moment[0])  # stable: of one day, the tightest stays last


def is_strict(duty: Dated, policy: Policy) -> bool:
    """Tell whether the duty has the longer lead time: it takes farmland, or somebody above the city found it."""
    return duty.has_farmland or any(word in duty.source for word in policy.strict_sources)


def rule_today(
    duty: Dated, today: date, known_on: date, said: Mapping[str, date], policy: Policy, calendar: Calendar
) -> Rule | None:
    """Return the rule to be said to a person today; ``said`` is what he heard of this deadline and when."""
    if duty.status not in OPEN or duty.due_on is None:
        return None
    if today <= duty.due_on:
        return _lead_today(duty, today, known_on, said, policy, calendar)
    return overdue_rule(duty.due_on, today, known_on, said, policy, calendar)


def rule_soon(
    duty: Dated, today: date, known_on: date, said: Mapping[str, date], policy: Policy, calendar: Calendar
) -> Rule | None:
    """Return a lead time of a week or more that comes in the next working days.

    It may come along with a reminder that goes out today, so that the person has one message less.
    """
    soon = calendar.shift(today, policy.early_workdays)
    rule = rule_today(duty, soon, known_on, said, policy, calendar)
    wide = {f"lead-{days}d" for days in policy.lead_days + policy.strict_lead_days if days >= DAYS_OF_WIDE}
    return Rule(name=rule.name) if rule and rule.name in wide and not rule.late else None


def _lead_today(
    duty: Dated, today: date, known_on: date, said: Mapping[str, date], policy: Policy, calendar: Calendar
) -> Rule | None:
    come = [moment for moment in lead_moments(duty, policy, calendar) if moment[0] <= today]
    if not come or come[-1][1] in said:
        return None
    day, name = come[-1]
    return Rule(name=name, late=known_on < day < today)


def overdue_rule(
    due_on: date, today: date, known_on: date, said: Mapping[str, date], policy: Policy, calendar: Calendar
) -> Rule | None:
    """Return what is said after a deadline, the county's or the city's own: one word, then so many weekly lists."""
    if OVERDUE not in said:
        first = calendar.on_or_after(due_on + timedelta(days=1))
        return Rule(name=OVERDUE, late=known_on < first < today)
    spoken = [day for name, day in said.items() if name == OVERDUE or name.startswith(WEEKLY)]
    weekly_day = weekly_list_day(today, policy, calendar)
    week = _weeks_said(said) + 1
    is_time = (weekly_day - max(spoken)).days >= MIN_DAYS_TO_WEEKLY
    if week > policy.weekly_times or not is_time:
        return None
    return Rule(name=f"{WEEKLY}{week}", late=weekly_day < today)


def _weeks_said(said: Mapping[str, date]) -> int:
    return sum(name.startswith(WEEKLY) for name in said)


def rule_for(
    duty: Dated, today: date, known_on: date, said: Mapping[str, date], hears_leads: bool, policy: Policy,
    calendar: Calendar,
) -> Rule | None:  # fmt: skip
    """Return the rule to be said today to a person who may be one that hears only of what is overdue."""
    rule = rule_today(duty, today, known_on, said, policy, calendar)
    return rule if rule and (hears_leads or rule.name.startswith(OVERDUE)) else None


def next_look(
    duty: Dated, today: date, known_on: date, said: Mapping[str, date], hears_leads: bool, policy: Policy,
    calendar: Calendar,
) -> date | None:  # fmt: skip
    """Return the first working day, from today on, on which a person is, or may along with others be, told of a duty.

    A duty is not spoken of on the day on which it became known. None: never, if nothing changes.
    """
    if duty.status not in OPEN or duty.due_on is None:
        return None
    begin = calendar.on_or_after(max(today, known_on + ONE_DAY))

    def speaks(day: date) -> bool:
        asked = (duty, day, known_on, said)
        if rule_for(*asked, hears_leads, policy, calendar):
            return True
        return hears_leads and rule_soon(*asked, policy, calendar) is not None

    days = _turning_days(duty, duty.due_on, begin, said, policy, calendar)
    return next((day for day in days if day >= begin and speaks(day)), None)


def _turning_days(
    duty: Dated, due_on: date, begin: date, said: Mapping[str, date], policy: Policy, calendar: Calendar
) -> Iterator[date]:
    """Go through the days on which something may come to be said that was not to be said the day before."""
    leads = [day for day, _name in lead_moments(duty, policy, calendar) if day >= begin]
    early = [calendar.shift(day, -policy.early_workdays) for day in leads]
    yield from sorted({begin, *leads, *early, calendar.on_or_after(due_on + ONE_DAY)})
    if OVERDUE in said and _weeks_said(said) < policy.weekly_times:
        nominal = _weekday_before(begin, policy)
        yield from (calendar.on_or_after(nominal + timedelta(weeks=n)) for n in count())


def weekly_list_day(today: date, policy: Policy, calendar: Calendar) -> date:
    """Return the last day on which overdue duties were to be listed; a holiday may have put it off into this week."""
    weekly_day = _weekday_before(today, policy)
    while (listed_on := calendar.on_or_after(weekly_day)) > today:
        weekly_day -= timedelta(days=7)
    return listed_on


def _weekday_before(day: date, policy: Policy) -> date:
    """Return the last day, or the day itself, of the weekday on which lists are due."""
    return day - timedelta(days=(day.weekday() - policy.weekly_weekday) % 7)
