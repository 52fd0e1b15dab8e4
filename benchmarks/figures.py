"""``/status``'s figures against the same aggregates written by hand for sqlite3.

Both read the same file through its covering index, each over one connection that stays open, inside the process and
without rendering: what is compared is the price of asking through ``services.overview``. Ours is what the handler of
``/status`` asks: the total and the figures by workstream, as ``Figures``. Raw is the cheapest way known to the same
numbers: cells in the order of the index, so that nothing is sorted, summed up by workstream and then in all. They take
turns, call by call.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import sqlalchemy as sa
from sqlmodel import Session, col

from benchmarks.city import grow
from benchmarks.report import goal, table
from db.models import Region, RegionKind
from db.store import Store
from db.types import mu_from_grains
from rules.figures import together
from services import overview

SIZES = (1_000, 10_000, 100_000)
GOAL_MS = 1.0
AREA_FIELDS = slice(3, 9)

RAW = """
WITH cell AS (
 SELECT region_id, workstream, status, count(*) AS n, sum(area_mu) AS area, sum(farmland_mu) AS farmland,
  sum(rectified_area_mu) AS done_area, sum(rectified_farmland_mu) AS done_farmland, sum(due_on < :day) AS past,
  sum(due_on BETWEEN :day AND :week) AS week, sum(due_on BETWEEN :day AND :month) AS month,
  sum(due_on IS NULL) AS undated, status IN ('not_started', 'in_progress', 'returned') AS is_open,
  status = 'closed' AS closed, status = 'awaiting_acceptance' AS awaiting
 FROM duty INDEXED BY ix_duty_figures WHERE region_id IN ({regions}) GROUP BY region_id, workstream, status)
SELECT workstream, sum(n), sum(n * closed), sum(n * (closed + awaiting)), sum(area), sum(farmland), sum(done_area),
 sum(done_farmland), sum(done_area * closed), sum(done_farmland * closed), sum(n * is_open),
 coalesce(sum(past * is_open), 0), coalesce(sum(week * is_open), 0), coalesce(sum(month * is_open), 0),
 sum(undated * is_open), coalesce(sum(past * awaiting), 0)
FROM cell GROUP BY workstream
"""

Answer = tuple[tuple[object, ...], dict[str, tuple[object, ...]]]


def measure(city: Path, rounds: int) -> None:
    """Print how long both take for a county and for the city, at each size of the ledger."""
    rows = []
    worst = 0.0
    for size in SIZES:
        grow(city, size)
        for name, ours_ms, raw_ms in _at_this_size(city, rounds):
            difference = median(a - b for a, b in zip(ours_ms, raw_ms, strict=True))
            ratio = median(a / b for a, b in zip(ours_ms, raw_ms, strict=True))
            rows.append((f"{name}, {size} duties", median(ours_ms), median(raw_ms), difference, ratio))
            worst = max(worst, difference) if size == SIZES[-1] else worst
    table("/status's figures (ms of wall time, medians)", ("", "ours", "raw sqlite3", "difference", "ratio"), rows)
    goal(f"ms beyond raw at {SIZES[-1]} duties, county and city", worst, GOAL_MS, at_least=False)


def _at_this_size(city: Path, rounds: int) -> list[tuple[str, list[float], list[float]]]:
    store = Store(f"sqlite:///{city}")
    raw = sqlite3.connect(city)
    day = datetime.now(UTC).date()
    found = []
    with store.reading() as session:
        counties = list(
            session.execute(sa.select(col(Region.id)).where(col(Region.kind) == RegionKind.COUNTY)).scalars()
        )
        for name, ids in (("county", counties[:1]), ("city", counties)):
            ask_ours, ask_raw = _asking(session, day, ids), _asking_raw(raw, day, ids)
            if ask_ours() != ask_raw():
                raise SystemExit(f"the judge is wrong: ours and raw differ for the {name}")
            found.append((name, *_take_turns(ask_ours, ask_raw, rounds)))
    raw.close()
    store.close()
    return found


def _asking(session: Session, day: date, ids: list[int]) -> Callable[[], Answer]:
    def ask() -> Answer:
        streams = overview.by_workstream(session, day, ids)
        return astuple(together(streams.values())), {code: astuple(figures) for code, figures in streams.items()}

    return ask


def _asking_raw(connection: sqlite3.Connection, day: date, ids: list[int]) -> Callable[[], Answer]:
    query = RAW.format(regions=", ".join(map(str, ids)))
    days = {"day": day.isoformat(), "week": str(day + timedelta(days=7)), "month": str(day + timedelta(days=30))}

    def ask() -> Answer:
        sums = {row[0]: list(row[1:]) for row in connection.execute(query, days)}
        total = [sum(column) for column in zip(*sums.values(), strict=True)]
        return _in_mu(total), {code: _in_mu(values) for code, values in sums.items()}

    return ask


def _in_mu(values: list[int]) -> tuple[object, ...]:
    areas = [mu_from_grains(grains) for grains in values[AREA_FIELDS]]
    return (*values[: AREA_FIELDS.start], *areas, *values[AREA_FIELDS.stop :])


def _take_turns(ours: Callable[[], Answer], raw: Callable[[], Answer], rounds: int) -> tuple[list[float], list[float]]:
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds):
        for who in (0, 1) if turn % 2 else (1, 0):
            begun = perf_counter()
            (ours, raw)[who]()
            times[who].append((perf_counter() - begun) * 1000)
    return times
