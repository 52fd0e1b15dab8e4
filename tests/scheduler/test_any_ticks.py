"""Any ledger, policy and people, any sequence of ticks, restarts, faults and changes of the clock: what always holds.

Said by ``judge.py`` from PRACTICE 4.2, 4.3 (steps 0 and 1), 5.3, 5.4, DESIGN 6, 7 and decision 0002:

1. *Never twice, never wrongly.* A notice key arrives once; again only after a crash, or an answer that never came, left
   open whether it had, and the same message is then marked. Nobody has two reminders on one day of the office's zone.
   Nothing goes out outside the window or on a day off, nothing about a duty that is not open or has another deadline by
   then. What is said has come: the tightest lead time, or a wide one (a week or more) a few working days ahead; after
   the deadline one word a week, so many at most. Nothing is said on the day on which a duty came to be known.
2. *Never missed.* Let a tick inside the window find an open dated duty that was known before today. Its tightest lead
   time is the last whose working day has come (of the deadline: the day itself), and after the deadline the overdue
   word, then each week's list. Everybody who answers for the duty today (those named or their successors, the delegates
   of those on leave, else the deputies; overdue: the deputies too) has heard of this deadline since that day, or hears
   with this very tick, himself or who stands for him: his county's group, else a deputy. So any rule that held through
   its window with at least one such tick in it was told. Excused are: who had his message of the day, or whose digest
   comes later today and brings it along; an address on the day on which it is found closed; a message that a passing
   fault or a crash holds until its time.
3. *Nothing new.* Each tick that said something says nothing when run again, and all ticks since the last deed or fault,
   run once more from the first, say nothing.
"""

import os
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from db.migrations import upgrade
from db.models import Level, Status
from db.store import Store
from rules.calendar import Calendar
from rules.policy import Office, Policy
from tests.scheduler.judge import Judge, look
from tests.scheduler.machine import Fault, Machine
from tests.scheduler.town import DEEDS, Official, Task, Town

WALKS = 75 if os.environ.get("CI") else 15
PHASES = [Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate]  # shrinking takes minutes
DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)

# where and from when: holidays with 调休, years' ends, and every kind of change of the clock
PLACES = [
    ("Asia/Shanghai", "CN", "2026-09-14"), ("Asia/Shanghai", "CN", "2026-12-14"), ("Asia/Shanghai", "CN", "2026-02-02"),
    ("Europe/Berlin", "DE", "2026-03-20"), ("Europe/Berlin", "DE", "2026-10-19"),
    ("America/New_York", "US", "2026-03-02"), ("America/New_York", "US", "2026-10-26"),
    ("Australia/Lord_Howe", "AU", "2026-03-30"), ("Australia/Lord_Howe", "AU", "2026-09-28"),
    ("America/Santiago", "CL", "2026-08-31"),  # no midnight on 6 September
    ("Pacific/Apia", "WS", "2011-12-22"),  # no 30 December
    ("Pacific/Apia", "WS", "2026-06-01"),
]  # fmt: skip
WINDOWS = [("08:30", "18:00"), ("00:00", "23:59"), ("01:00", "04:00"), ("09:00", "09:30"), ("20:00", "23:30")]
DIGESTS = ["30 8 * * *", "0 9 * * *", "15 2 * * *", "0 14 * * *", "0 22 * * *"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens next: time passes, perhaps somebody does something, then the clock ticks.

    With ``days``, time passes to so many minutes within the window of so many working days on (0: today, -1:
    yesterday); with minutes below 0 to before it opens, so many calendar days on.
    """

    minutes: int = 0  # that pass; below 0: the clock is put back
    days: int | None = None
    deed: str = ""
    which: int = 0
    other: int = 0
    deed_days: int = 0
    ticks: int = 1  # every half hour
    fault: Fault | None = None
    restarts: bool = False


def days(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


policies = st.builds(
    lambda leads, workdays, strict, early, weekly, times, window, digest: Policy(
        lead_days=leads, lead_workdays=workdays, strict_lead_days=strict, early_workdays=early,
        weekly_weekday=weekly, weekly_times=times, window_from=time.fromisoformat(window[0]),
        window_to=time.fromisoformat(window[1]), digest_at=digest,
        ladder=(), jitter_minutes=0,  # a tick plans and sends; test_jitter.py and test_forecast.py judge the minutes
    ),
    st.sampled_from([(30, 7), (7,), (14, 10, 4), (20, 2)]), st.sampled_from([(3, 1), (1,), (5, 2), ()]),
    st.sampled_from([(60,), (45, 21)]), st.sampled_from([2, 0, 3]), st.sampled_from([0, 2, 4]),
    st.sampled_from([4, 1]), st.sampled_from(WINDOWS), st.sampled_from(DIGESTS),
)  # fmt: skip
officials = st.builds(
    Official,
    level=st.sampled_from([Level.RESPONSIBLE, Level.RESPONSIBLE, Level.DEPUTY]),
    has_joined=st.sampled_from([True, True, True, True, False]), blocks=st.sampled_from([False] * 6 + [True]),
    left_after=st.none() | st.none() | st.none() | days(-20, 20),
    leave=st.none() | st.none() | st.tuples(days(-5, 15), days(0, 14)),
    delegate=days(0, 0), same_post=st.booleans(), wants_digest=st.booleans(),
)  # fmt: skip
tasks = st.builds(
    Task,
    due=days(-3, 25) | days(-40, 80), known=st.sampled_from([-30, -30, -30, -3, 0, 4]),
    named=st.lists(days(0, 4), max_size=2, unique=True).map(tuple), farmland=st.booleans(),
    source=st.sampled_from(["2026年市级日常督察", "2026年省级督察"]),
    status=st.sampled_from([Status.IN_PROGRESS] * 4 + [Status.NOT_STARTED, Status.RETURNED, Status.CLOSED,
                            Status.AWAITING_ACCEPTANCE]),
)  # fmt: skip
faults = st.builds(
    Fault,
    kind=st.sampled_from(["crash", "passing"]), at=st.none() | days(0, 2), arrives=st.booleans(),
    in_doubt=st.booleans(), minutes=st.sampled_from([1, 20, 180]),
)  # fmt: skip
steps = st.builds(
    Step,
    minutes=st.sampled_from([0, 1, 10, 25, 29, 90, 400, -30, -300, -1440]),
    days=st.sampled_from([1, 1, 1, 1, 2, 0, -1, 3, 10, None, None]),
    deed=st.just("") | st.sampled_from([*DEEDS, "extend", "extend", "done", "undo"]),
    which=days(0, 5), other=days(0, 4), deed_days=days(1, 30),
    ticks=st.sampled_from([1] * 8 + [2, 2, 8]), fault=st.none() | st.none() | faults,
    restarts=st.sampled_from([False, False, False, True]),
)  # fmt: skip


@st.composite
def towns(draw: st.DrawFn) -> Town:
    zone, country, first = draw(st.sampled_from(PLACES))
    start = date.fromisoformat(first) + draw(days(0, 6)) * DAY
    crew = draw(st.lists(officials, min_size=2, max_size=5))
    known = draw(st.lists(tasks, min_size=2, max_size=6))
    changed = draw(st.dictionaries(days(-3, 40), st.booleans(), max_size=4))
    configured = draw(st.dictionaries(days(-3, 40), st.booleans(), max_size=2))
    overrides = {start + day * DAY: worked for day, worked in configured.items()}
    return Town(
        office=Office(
            name="督察办", city="青澜市", zone=ZoneInfo(zone), policy=draw(policies),
            calendar=Calendar(country=country, overrides=overrides),
        ),
        first=start,
        officials=tuple(replace(one, delegate=draw(days(0, len(crew) - 1))) for one in crew),
        tasks=tuple(
            replace(task, named=tuple(sorted({n % len(crew) for n in task.named})))
            for task in sorted(known, key=lambda task: task.known)
        ),
        declared=tuple(changed.items()), has_group=draw(st.booleans()), head_reads=draw(st.booleans()),
    )  # fmt: skip


class Walk:
    """A town, its clock, and the judge beside it."""

    def __init__(self, path: Path, town: Town) -> None:
        self.machine, self.judge, self.town = Machine(path, town), Judge(), town
        self.now = datetime.combine(town.first, time(0), tzinfo=town.office.zone).astimezone(UTC)
        self.calm: list[datetime] = []  # the ticks since anything but the clock's own happened
        self.sent = 0

    def take(self, step: Step) -> None:
        self._pass_time(step)
        if step.restarts:
            self.machine.restart()
        if step.deed:
            done = self.machine.do(step.deed, self.now, step.which, step.other, step.deed_days)
            note(f"{self._clock()} {step.deed} {step.which} {step.other} {step.deed_days}{'' if done else ': refused'}")
            self.calm = []
        for number in range(step.ticks):
            self.now += HALF_HOUR if number else timedelta(0)
            self._tick(step.fault if number == 0 else None)

    def _pass_time(self, step: Step) -> None:
        if step.days is None:
            self.now += timedelta(minutes=step.minutes)
            return
        office, policy = self.town.office, self.town.office.policy
        today, is_inside = office.today(self.now), step.minutes >= 0
        day = office.calendar.shift(today, step.days) if is_inside and step.days > 0 else today + step.days * DAY
        opening = datetime.combine(day, policy.window_from, tzinfo=office.zone).astimezone(UTC)
        length = datetime.combine(day, policy.window_to) - datetime.combine(day, policy.window_from)
        minutes = timedelta(minutes=step.minutes)
        self.now = opening + (minutes % length if is_inside else minutes)

    def _clock(self) -> str:
        return self.town.office.local(self.now).isoformat()

    def _tick(self, fault: Fault | None) -> None:
        with self.machine.store.reading() as session:
            scene = look(self.machine, session, self.now)
        result = self.machine.tick(self.now, fault)
        if result.messages or fault:
            note(f"{self._clock()} {fault or ''} -> {', '.join(map(str, result.messages))}")
        self.judge.judge(scene, result)
        self.sent += len(result.messages)
        if result.crashed or result.put_back or result.found_closed:
            self.calm = []
            return
        self.calm.append(self.now)
        if result.messages:
            assert self.machine.tick(self.now).messages == []

    def replay(self) -> None:
        """The same ticks once more, and nothing else: nothing is new."""
        for moment in self.calm:
            again = self.machine.tick(moment)
            assert again.messages == [], f"at {self.town.office.local(moment)} once more: {again.messages}"


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("any_ticks") / "empty.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store.engine)
    store.close()
    return path


def test_whatever_the_clock_does(empty_file: Path) -> None:
    serial, sent = count(), []

    @settings(
        max_examples=WALKS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=PHASES,
    )
    @given(towns(), st.lists(steps, min_size=10, max_size=30))
    def walk(town: Town, what: list[Step]) -> None:
        path = empty_file.with_name(f"walk-{next(serial)}.db")
        shutil.copy(empty_file, path)
        one = Walk(path, town)
        try:
            for step in what:
                one.take(step)
            one.replay()
        finally:
            one.machine.store.close()
            path.unlink()
        sent.append(one.sent)

    walk()
    print(f"{len(sent)} walks, {sum(sent)} messages")
