"""A tick of the clock over a large ledger, against the rows it writes written bare, and one job per reminder.

The ledger is the sample city's, copied until it holds so many open duties, each of which names one of 2,000 persons
with an account. A quiet tick finds nothing due; after a change it finds one duty that somebody acted on. When 20,000
fall due on one morning, every person is told of ten of them in one message. Bare is sqlite3's executemany of the very
same rows (20,000 notices, 2,000 messages) into the same tables with all their indexes, in one transaction; both commit
to disk, turn by turn.

The naive way is what bots do that keep a job for every reminder: APScheduler with its SQLAlchemyJobStore, one date job
each, added and then run when all are due at once, in a thread of its own and without a limit to how late they may be.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from threading import Event as Signal
from time import perf_counter, process_time

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session

from benchmarks.report import goal, paired, table
from bot.program import keep_what_is_loaded
from db.looking import AT_ONCE, move_on
from db.store import Store
from rules.calendar import ONE_DAY
from rules.policy import Office
from scheduler.plan import plan
from services.chain import Act, record
from services.ladder import climb
from services.office import office_now
from services.trends import keep_yesterday

SIZES = (10_000, 100_000, 1_000_000)
PERSONS, DUE, JOBS = 2_000, 20_000, 10_000
GOAL_QUIET_MS, GOAL_FLAT, GOAL_BARE, GOAL_NAIVE = 1.0, 1.5, 6.0, 100.0
FAR, SPREAD = 100, 400  # days until the first of the copies is due, and until the last one after it
TURNS = 41
NOTICE = ("key", "duty_id", "person_id", "due_on", "rule", "day", "late", "outbox_id")


@dataclass(kw_only=True)
class Morning:
    """A ledger at some hour of a working day."""

    store: Store
    office: Office
    now: datetime

    def tick(self) -> float:
        """Tick once and return the milliseconds, with the commit."""
        return self.time(self.plan)

    def plan(self, session: Session) -> None:
        """Do what a tick does in its transaction."""
        plan(session, self.office, self.now)

    def time(self, deed: Callable[[Session], object]) -> float:
        """Do something in a transaction and return its milliseconds, with the commit."""
        begun = perf_counter()
        with self.store.writing() as session:
            deed(session)
        return (perf_counter() - begun) * 1000

    def next_day(self) -> None:
        """Go to the next working day."""
        day = self.office.calendar.shift(self.office.today(self.now), 1)
        self.now = datetime.combine(day, self.now.timetz())


def measure(city: Path, home: Path, rounds: int) -> None:
    """Print what a tick costs with nothing due at each size, and with much due at the largest."""
    keep_what_is_loaded()  # as the program does
    office = Office(name="青澜市自然资源督察办公室", city="青澜市")
    begin = datetime.combine(
        office.calendar.on_or_after(datetime.now(UTC).date() + timedelta(days=2)), datetime.min.time()
    )
    morning = Morning(
        store=Store(f"sqlite:///{city}"), office=office, now=begin.replace(hour=10, tzinfo=office.zone)
    )  # fmt: skip
    rows: list[tuple[str, float, float, float, float, float, float]] = []
    for size in SIZES:
        populate(city, size, office.today(morning.now))
        rows.append((f"{size} duties", *_quiet(city, morning)))
    heads = ("", "quiet", "after a change", "snapshot", "ladder", "first of a day", "all at once")
    table("A tick with nothing due (ms of wall time, medians), and what is done once a day", heads, rows)
    bare = _many(city, morning, rounds)
    naive = _naive(home)
    _print_goals([row[1] for row in rows], *bare, naive)
    morning.store.close()


def _quiet(city: Path, morning: Morning) -> tuple[float, float, float, float, float, float]:
    everything = morning.tick()
    _send_all(city)
    morning.next_day()
    snapshot = morning.time(lambda session: keep_yesterday(session, morning.office, morning.now))
    ladder = morning.time(lambda s: climb(s, office_now(s, morning.office), morning.now))
    first = morning.tick()
    _send_all(city)
    quiet = [morning.tick() for _turn in range(TURNS)]
    changed = [_after_change(morning, number) for number in range(TURNS)]
    return median(quiet), median(changed), snapshot, ladder, first, everything


def _after_change(morning: Morning, number: int) -> float:
    with morning.store.writing() as session:
        act = Act(key=f"{morning.now}/{number}", at=morning.now)
        record(session, act, subject=f"duty:~{number}", kind="comment", duty_id=DUE + number)
    return morning.tick()


def _many(city: Path, morning: Morning, rounds: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of CPU of our tick and of the bare rows, round by round."""
    morning.next_day()
    today = morning.office.today(morning.now)
    morning.time(lambda session: keep_yesterday(session, morning.office, morning.now))
    morning.time(lambda s: climb(s, office_now(s, morning.office), morning.now))
    ids = _make_due(city, today)
    morning.tick()  # the day's first, and the sample city's own reminders
    found: tuple[list[float], list[float]] = ([], [])
    walls: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        messages, notices = _take_out(city, ids, today)
        with morning.store.writing() as session:
            move_on(session, dict.fromkeys(ids, AT_ONCE))
        _checkpoint(city)
        _time(morning.tick, found[0], walls[0])
        written = _take_out(city, ids, today)
        if [len(rows) for rows in written] != [PERSONS, DUE] or len(messages) != PERSONS or len(notices) != DUE:
            raise SystemExit(f"the judge is wrong: {len(written[0])} messages, {len(written[1])} notices")
        _checkpoint(city)
        _time(partial(_bare, city, *written), found[1], walls[1])
    rows = [
        (name, median(cpu), median(wall), median(cpu) / DUE * 1000, paired(cpu, found[1]))
        for name, cpu, wall in zip(("tick", "bare"), found, walls, strict=True)
    ]
    title = f"{DUE} due at once for {PERSONS} persons, of {SIZES[-1]} duties: {DUE} notices in {PERSONS} messages"
    table(title, ("", "CPU ms", "wall ms", "CPU us a reminder", "CPU ratio"), rows)
    return found


def _time(deed: Callable[[], object], cpu: list[float], wall: list[float]) -> None:
    begun, used = perf_counter(), process_time()
    deed()
    cpu.append((process_time() - used) * 1000)
    wall.append((perf_counter() - begun) * 1000)


def _bare(city: Path, messages: list[tuple[object, ...]], notices: list[tuple[object, ...]]) -> None:
    connection = _open(city)
    connection.execute("BEGIN IMMEDIATE")
    for name, rows in (("outbox", messages), ("notice", notices)):
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")
    connection.close()


def _take_out(city: Path, ids: list[int], today: date) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Delete today's notices about some duties and the messages that carry them; return both."""
    connection = _open(city)
    about = f"FROM notice WHERE day = '{today}' AND duty_id BETWEEN {ids[0]} AND {ids[-1]}"
    notices = connection.execute(f"SELECT * {about}").fetchall()
    carrying = f"FROM outbox WHERE id IN (SELECT outbox_id {about})"
    messages = connection.execute(f"SELECT * {carrying}").fetchall()
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(f"DELETE {carrying}")
    connection.execute(f"DELETE {about}")
    connection.close()
    return messages, notices


# --- the ledger


def populate(city: Path, duties: int, today: date) -> None:
    """Copy the ledger's rows until so many open duties are there, due in a while and not looked at yet.

    Without the cells that they were read from: a million of them are two gigabytes that no tick looks at.
    """
    connection = _open(city)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    _add_people(connection, today)
    names = [row[1] for row in connection.execute("PRAGMA table_info(duty)")]
    (have,) = connection.execute("SELECT count(*) FROM duty").fetchone()
    (newest,) = connection.execute("SELECT max(id) FROM duty").fetchone()
    due = f"date('{today}', ({FAR} + (n * 7) % {SPREAD}) || ' days')"
    own = {"id": "n", "number": "number || '~' || n", "due_on": due, "status": "'in_progress'", "farmland_mu": "0",
           "known_at": f"'{today - 30 * ONE_DAY} 00:00:00'", "region_id": PERSON_OF.format("region_id"),
           "raw": "'{}'", "imported": "'{}'"}  # fmt: skip
    chosen = ", ".join(own.get(name, name) for name in names)
    connection.execute(
        f"WITH RECURSIVE copies(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM copies WHERE n < ?2) "
        f"INSERT INTO duty ({', '.join(names)}) SELECT {chosen} FROM copies JOIN duty ON duty.id = 1 + n % 200",
        (newest + 1, newest + duties - have),
    )
    new = f"FROM duty WHERE id > {newest}"
    connection.execute(
        "INSERT INTO dutyofficial (duty_id, level, position, name, person_id) "
        f"SELECT id, 'responsible', 0, 'x', {PERSON_OF.format('id').replace('n %', 'duty.id %')} {new}"
    )
    connection.execute(f"INSERT INTO look SELECT id, '{AT_ONCE}' {new}")
    connection.execute("COMMIT")
    connection.close()


PERSON_OF = f"(SELECT p.{{}} FROM person p WHERE p.official_id = 'B' || (n % {PERSONS}))"


def _add_people(connection: sqlite3.Connection, today: date) -> None:
    (last,) = connection.execute("SELECT max(id) FROM person").fetchone()
    if connection.execute("SELECT 1 FROM person WHERE official_id = 'B0'").fetchone():
        return
    counties = [row[0] for row in connection.execute("SELECT id FROM region WHERE kind = 'county' ORDER BY id")]
    people = [(last + 1 + n, f"B{n}", f"甲{n}", counties[n % len(counties)]) for n in range(PERSONS)]
    connection.executemany(
        "INSERT INTO person (id, official_id, name, region_id, level, post, unit, workstreams, phone, wants_digest,"
        " remark) VALUES (?, ?, ?, ?, 'responsible', '', '', '[]', '', 0, '')",
        people,
    )
    joined = f"{today - 20 * ONE_DAY} 00:00:00"
    connection.executemany(
        "INSERT INTO account (address, person_id, joined_at, unreachable_why) VALUES (?, ?, ?, '')",
        [(f"telegram:{700_000 + row[0]}", row[0], joined) for row in people],
    )


def _make_due(city: Path, today: date) -> list[int]:
    """Let some duties come to a week before their deadlines; of the month before it everybody has heard."""
    connection = _open(city)
    connection.execute("BEGIN")
    where = f"WHERE id > {DUE} AND id <= {2 * DUE}"
    connection.execute(f"UPDATE duty SET due_on = ? {where}", (str(today + timedelta(days=7)),))
    connection.execute(f"UPDATE look SET look_on = ? {where.replace('id', 'duty_id')}", (str(today),))
    connection.execute(
        f"INSERT INTO notice ({', '.join(NOTICE)}) SELECT d.number || '/' || d.due_on || '/lead-30d/' || p.official_id,"
        " d.id, p.id, d.due_on, 'lead-30d', ?, 0, NULL FROM duty d JOIN dutyofficial o ON o.duty_id = d.id"
        f" JOIN person p ON p.id = o.person_id {where.replace('id', 'd.id')} AND o.level = 'responsible'",
        (str(today - timedelta(days=23)),),
    )
    connection.execute("COMMIT")
    connection.close()
    return list(range(DUE + 1, 2 * DUE + 1))


def _send_all(city: Path) -> None:
    connection = _open(city)
    connection.execute("UPDATE outbox SET state = 'sent' WHERE state IN ('waiting', 'sending')")
    connection.close()
    _checkpoint(city)


def _checkpoint(city: Path) -> None:
    connection = _open(city)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _open(city: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(city, isolation_level=None, timeout=60)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


# --- the naive way

_NAIVE_HEADS = ("", "CPU ms", "wall ms", "CPU ms each")
_said: list[int] = []
_done = Signal()


def say(number: int) -> None:
    """Do what a job of the naive way does, without the sending."""
    _said.append(number)
    if len(_said) == JOBS:
        _done.set()


def _naive(home: Path) -> float:
    """Return the milliseconds of CPU for one reminder: its job added, and run when all are due at once."""
    store = SQLAlchemyJobStore(url=f"sqlite:///{home / 'jobs.db'}")
    scheduler = BackgroundScheduler(
        jobstores={"default": store}, executors={"default": DebugExecutor()}, timezone="UTC",
        job_defaults={"misfire_grace_time": None},
    )  # fmt: skip
    scheduler.start(paused=True)
    cpu: list[float] = []
    wall: list[float] = []
    _time(partial(_add_jobs, scheduler), cpu, wall)
    scheduler.resume()
    _time(_done.wait, cpu, wall)
    scheduler.shutdown()
    words = ("adding the jobs", "running them")
    rows = [(*row, row[1] / JOBS) for row in zip(words, cpu, wall, strict=True)]
    table(f"The naive way: {JOBS} jobs in APScheduler's SQLAlchemyJobStore", _NAIVE_HEADS, rows)
    return sum(cpu) / JOBS


def _add_jobs(scheduler: BackgroundScheduler) -> None:
    due = datetime.now(UTC)
    for number in range(JOBS):
        scheduler.add_job(say, "date", run_date=due, args=[number])


def _print_goals(quiet: list[float], ours: list[float], bare: list[float], naive: float) -> None:
    print()
    goal("ms of a tick with nothing due, at the largest ledger", quiet[-1], GOAL_QUIET_MS, at_least=False)
    goal("the same, in that of the smallest", quiet[-1] / quiet[0], GOAL_FLAT, at_least=False)
    goal(f"{DUE} due at once, in the bare SQL of their rows", paired(ours, bare), GOAL_BARE, at_least=False)
    goal("times as cheap as a job per reminder", naive / (median(ours) / DUE), GOAL_NAIVE, at_least=True)
