"""What must hold of everything the clock says, derived from PRACTICE 4.2 to 5.4 and DESIGN 6 and 7 alone.

Nothing here asks ``rules.reminders``, ``rules.officials`` or the planning: two statements that agree are worth more
than one. Only which days are worked is asked of ``rules.calendar``, which has the official calendars for a judge.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from db.models import Account, Chat, Duty, DutyOfficial, Level, OutboxKind, Person, WorkdayOverride
from rules.calendar import Calendar
from rules.policy import Office
from tests.scheduler.machine import LEASE, Line, Machine, Message, Round

DAY = timedelta(days=1)
WEEK = 7
OPEN = {"not_started", "received", "planned", "in_progress", "county_checked", "returned", "relapsed"}
About = tuple[int, str, date]  # person, duty, deadline: what is heard of one deadline is not heard of another


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The ledger and its people at one moment, and the day that it is in the office."""

    today: date
    minute: str  # on the office's clock
    duties: list[Duty]
    named: dict[int, list[int]]
    people: dict[int, Person]
    accounts: dict[int, str]
    group: str | None
    calendar: Calendar
    office: Office

    def in_post(self, person: Person) -> bool:
        return person.in_post_to is None or self.today <= person.in_post_to

    def is_away(self, person: Person) -> bool:
        return person.leave_from is not None and person.leave_from <= self.today <= (person.leave_to or self.today)

    def deputies(self) -> list[Person]:
        return [p for p in self.people.values() if p.level == Level.DEPUTY and self.in_post(p)]

    def hearers(self, duty: Duty) -> set[int]:
        """Who is reminded: those named or their successors, with the delegates of those away; else the deputies."""
        found: set[int] = set()
        for person in (self.people[one] for one in self.named.get(duty.id or 0, [])):
            for holder in [person] if self.in_post(person) else self._successors(person):
                found.add(holder.id or 0)
                delegate = self.people.get(holder.delegate_id or 0)
                if self.is_away(holder) and delegate and self.in_post(delegate):
                    found.add(delegate.id or 0)
        return found or {p.id or 0 for p in self.deputies()}

    def _successors(self, left: Person) -> list[Person]:
        same = [p for p in self.people.values() if p.id != left.id and self.in_post(p)
                and (p.level, p.post) == (left.level, left.post)]  # fmt: skip
        return same if len(same) == 1 else []

    def ways(self, person_id: int) -> list[tuple[str, int | None]]:
        """To whom a person's notice goes: himself; else his county's group; else a deputy (whichever)."""
        if person_id in self.accounts:
            return [(self.accounts[person_id], person_id)]
        if self.group:
            return [(self.group, None)]
        return [(self.accounts[p.id], p.id) for p in self.deputies() if p.id in self.accounts]

    def waits_for_digest(self, person_id: int) -> bool:
        """Whether today's digest, which is still to come, brings the person's reminders along."""
        minute, hour = self.office.policy.digest_at.split()[:2]
        at = f"{int(hour):02}:{int(minute):02}"
        window = self.office.policy.window_from.isoformat(), self.office.policy.window_to.isoformat()
        return self.people[person_id].wants_digest and self.minute < at and window[0] <= at < window[1]

    # --- when something is to be said

    def moments(self, duty: Duty) -> dict[date, int | None]:
        """The days on which a lead time comes, each with its calendar days if it is of a week or more."""
        assert duty.due_on is not None
        policy = self.office.policy
        is_strict = duty.farmland_mu > 0 or any(word in duty.source for word in policy.strict_sources)
        found: dict[date, int | None] = {self.worked_before(duty.due_on): None}
        for count in policy.lead_workdays:
            found[self.workdays_before(duty.due_on, count)] = None
        for days in (*policy.lead_days, *(policy.strict_lead_days if is_strict else ())):
            day = self.worked_before(duty.due_on - days * DAY)
            found[day] = days if days >= WEEK else found.get(day)
        return found

    def worked_before(self, day: date) -> date:
        while not self.calendar.is_workday(day):
            day -= DAY
        return day

    def worked_after(self, day: date) -> date:
        while not self.calendar.is_workday(day):
            day += DAY
        return day

    def workdays_before(self, day: date, count: int) -> date:
        for _ in range(count):
            day = self.worked_before(day - DAY)
        return day

    def list_day(self) -> date:
        """The last day on which the overdue of a week were to be listed."""
        monday = self.today - self.today.weekday() * DAY
        while (day := self.worked_after(monday + self.office.policy.weekly_weekday * DAY)) > self.today:
            monday -= WEEK * DAY
        return day

    def moment_come(self, duty: Duty) -> date | None:
        """The tightest lead time that has come."""
        return max((day for day in self.moments(duty) if day <= self.today), default=None)

    def counts_from(self, duty: Duty, moment: date) -> date:
        """Since when a word counts for a lead time: a wide one may come along a little earlier."""
        early = self.office.policy.early_workdays
        return self.workdays_before(moment, early) if self.moments(duty)[moment] else moment


def look(machine: Machine, session: Session, now: datetime) -> Scene:
    """Read what the judge needs."""
    office = machine.office
    declared = {one.day: one.is_workday for one in session.exec(select(WorkdayOverride))}
    calendar = Calendar(country=office.calendar.country, overrides={**office.calendar.overrides, **declared})
    named: dict[int, list[int]] = defaultdict(list)
    query = select(DutyOfficial).where(DutyOfficial.level == Level.RESPONSIBLE)
    for one in session.exec(query.order_by(col(DutyOfficial.position))):
        named[one.duty_id].append(one.person_id or 0)
    accounts = session.exec(select(Account).where(col(Account.unreachable_since).is_(None)))
    local = now.astimezone(office.zone)
    return Scene(
        today=local.date(), minute=local.strftime("%H:%M:%S"), office=office, calendar=calendar, named=named,
        duties=list(session.exec(select(Duty).order_by(col(Duty.id)))),
        people={p.id: p for p in session.exec(select(Person)) if p.id},
        accounts={one.person_id: one.address for one in accounts},
        group=session.exec(select(Chat.address).where(col(Chat.unreachable_since).is_(None))).first(),
    )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """That a person, or who stands for him, was told of a deadline; not ``plainly``: perhaps, or once more."""

    day: date
    plainly: bool


@dataclass
class Judge:
    """What was said so far, and what must be true of what is said next; ``judge`` looks at one tick after another."""

    told: dict[About, list[Told]] = field(default_factory=lambda: defaultdict(list))
    heard_at: dict[tuple[str, str, date], set[date]] = field(default_factory=lambda: defaultdict(set))  # by address
    spent: dict[About, set[date]] = field(default_factory=lambda: defaultdict(set))  # moments already spoken of
    keys: dict[str, bool] = field(default_factory=dict)  # said -> in doubt
    doubted: set[About] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)  # messages that perhaps arrived
    had: dict[tuple[int, date], bool] = field(default_factory=dict)  # whose message of the day went -> in doubt
    lost: set[tuple[str, date]] = field(default_factory=set)  # addresses that were found closed on that day
    held: dict[str, datetime] = field(default_factory=dict)
    waiting: dict[About, datetime] = field(default_factory=dict)  # what is held, wherever it would go by now
    quiet_until: datetime | None = None

    def judge(self, scene: Scene, result: Round) -> None:
        """Look at a tick: what it said was right, and what it had to say was said."""
        free = {person for person in scene.people if (person, scene.today) not in self.had}
        self.lost |= {(address, scene.today) for address in result.found_closed}
        for message in result.messages:
            self._look_at(scene, message)
        self.held |= result.put_back
        for message in (one for one in result.messages if one.chat in result.put_back):
            abouts = [(line.person_id, line.number, line.due_on) for line in message.lines]
            self.waiting |= dict.fromkeys(abouts, result.put_back[message.chat])
        if result.crashed:
            self.quiet_until = max(result.at + LEASE, self.quiet_until or result.at)
            self.had |= {(person, scene.today): True for person in result.claimed}
        elif self._may_speak(scene):
            self._all_was_said(scene, result, free)

    def _may_speak(self, scene: Scene) -> bool:
        """Inside the window of a day that is worked, on the office's own clock."""
        policy = scene.office.policy
        is_open = policy.window_from.isoformat() <= scene.minute < policy.window_to.isoformat()
        return is_open and scene.calendar.is_workday(scene.today)

    # --- what is said is right

    def _look_at(self, scene: Scene, message: Message) -> None:
        assert self._may_speak(scene), f"outside the window: {message}"
        assert message.is_repeated or message.row not in self.rows, f"once more, and not marked so: {message}"
        self.rows |= {message.row} if message.in_doubt else set()
        if message.kind == OutboxKind.ACT:
            return
        self._one_a_day(scene, message)
        by_number = {duty.number: duty for duty in scene.duties}
        for number in message.numbers:
            assert by_number[number].status.value in OPEN, f"{number} is {by_number[number].status}: {message}"
        for line in message.lines:
            assert by_number[line.number].due_on == line.due_on, f"another deadline by now: {line}"
            self._said(scene, message, line, by_number[line.number])

    def _one_a_day(self, scene: Scene, message: Message) -> None:
        if message.person_id is None or not (message.arrived or message.in_doubt):
            return
        here = (message.person_id, scene.today)
        is_first = here not in self.had or self.had[here]
        assert is_first or message.is_repeated, f"a second message on {scene.today}: {message}"
        self.had[here] = message.in_doubt or message.is_repeated or self.had.get(here, False)

    def _said(self, scene: Scene, message: Message, line: Line, duty: Duty) -> None:
        about = (line.person_id, line.number, line.due_on)
        if message.is_fresh and not message.is_repeated and about not in self.doubted:
            self._is_due(scene, line, duty, spends=message.arrived or message.in_doubt)
            assert (message.chat, message.person_id) in scene.ways(line.person_id), f"not his way: {message}"
        if message.in_doubt:
            self.doubted.add(about)
        if message.arrived:
            self.heard_at[(message.chat, line.number, line.due_on)].add(scene.today)
            is_again = line.key in self.keys
            assert not is_again or self.keys[line.key], f"said twice without a doubt: {line.key}"
            self.keys[line.key] = message.in_doubt or self.keys.get(line.key, False)
            self.told[about].append(Told(scene.today, not message.is_repeated and about not in self.doubted))

    def _is_due(self, scene: Scene, line: Line, duty: Duty, *, spends: bool) -> None:
        """What is said holds today, and was not said yet."""
        about, hearers = (line.person_id, line.number, line.due_on), scene.hearers(duty)
        assert scene.office.today(duty.known_at) < scene.today, f"spoken of on the day it came: {line}"
        if scene.today > line.due_on:
            assert line.person_id in hearers | {p.id for p in scene.deputies()}, f"why he? {line}"
            past = [one for one in self.told[about] if one.day > line.due_on and one.plainly]
            assert len(past) <= scene.office.policy.weekly_times, f"too often: {line}"
            weeks = {one.day.isocalendar()[:2] for one in past}
            assert scene.today.isocalendar()[:2] not in weeks, f"twice in a week: {line}"
            return
        assert line.person_id in hearers, f"why he? {line}"
        come = scene.moment_come(duty)
        soon = [m for m in scene.moments(duty) if m > scene.today >= scene.counts_from(duty, m)]
        moment = next((m for m in (come, *soon) if m and m not in self.spent[about]), None)
        assert moment is not None, f"nothing has come that was not said: {line} on {scene.today}"
        self.spent[about] |= {moment} if spends else set()

    # --- what was to be said was said

    def _all_was_said(self, scene: Scene, result: Round, free: set[int]) -> None:
        if self.quiet_until and result.at < self.quiet_until:
            return
        for duty in scene.duties:
            if duty.status.value not in OPEN or duty.due_on is None or scene.office.today(duty.known_at) >= scene.today:
                continue
            late = scene.today > duty.due_on
            for person in scene.hearers(duty) | ({p.id or 0 for p in scene.deputies()} if late else set()):
                since, about = self._to_be_heard_since(scene, duty, person), (person, duty.number, duty.due_on)
                told, is_held = self.told[about], result.at < self.waiting.get(about, result.at)
                if since is None or is_held or any(one.day >= since for one in told):
                    continue
                if heard := self._heard_where_it_goes(scene, person, duty, since):
                    told.append(Told(heard, plainly=False))
                    continue
                assert not self._could_hear(scene, result, person, free), (
                    f"P{person} was not told on {scene.today} at {scene.minute} of {duty.number} due {duty.due_on}, "
                    f"to be heard since {since}; told {told}"
                )

    def _to_be_heard_since(self, scene: Scene, duty: Duty, person: int) -> date | None:
        """Since when the person should have heard of the duty; None when nothing is to be said of it now."""
        assert duty.due_on is not None
        if scene.today <= duty.due_on:
            come = scene.moment_come(duty)
            return scene.counts_from(duty, come) if come else None
        past = [one.day for one in self.told[(person, duty.number, duty.due_on)] if one.day > duty.due_on]
        if not past:
            return duty.due_on + DAY
        list_day = scene.list_day()
        is_time = (list_day - max(past)).days >= WEEK and len(past) <= scene.office.policy.weekly_times
        return list_day if is_time else None

    def _heard_where_it_goes(self, scene: Scene, person: int, duty: Duty, since: date) -> date | None:
        """When the group or deputy who stands for somebody heard it anyway: one chat reads one thing once."""
        assert duty.due_on is not None
        heard = [self.heard_at[(address, duty.number, duty.due_on)] for address, _reader in scene.ways(person)]
        return max((day for days in heard for day in days if day >= since), default=None)

    def _could_hear(self, scene: Scene, result: Round, person: int, free: set[int]) -> bool:
        """Whether this tick could reach the person, or every one of those who could stand for him."""
        ways = scene.ways(person)
        return bool(ways) and all(self._is_open(scene, result, address, reader, free) for address, reader in ways)

    def _is_open(self, scene: Scene, result: Round, address: str, reader: int | None, free: set[int]) -> bool:
        if (address, scene.today) in self.lost or result.at < self.held.get(address, result.at):
            return False
        return reader is None or (reader in free and not scene.waits_for_digest(reader))
