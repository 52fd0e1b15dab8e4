"""A large workbook read and compared, against readers that merely read it.

The workbook has 100,000 duties in 20 columns, written once. Each contestant reads it in a process of its own, in turns:
python-calamine into lists, openpyxl in its read-only mode, Duban's door (cells in hand, every row looked at), and
Duban's whole reading of a ledger. openpyxl takes as long as the others together, so it takes one turn only.
Start-up is not timed. Memory is the most that was resident in the contestant and in its child, each at its own time.
"""

import json
import random
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.report import goal, paired, table

ROWS = 100_000
GOAL_MERELY, AIM_MERELY, GOAL_DOOR = 6.0, 4.0, 2.0
OPENPYXL = "openpyxl read-only"
HEADS = (
    "序号", "编号", "县区", "乡镇", "问题来源", "问题类型", "问题描述", "图斑编号", "面积(亩)", "耕地面积(亩)",
    "已整改面积(亩)", "已整改耕地面积(亩)", "下发日期", "完成时限", "整改措施", "牵头单位", "责任人", "整改状态",
    "销号日期", "备注",
)  # fmt: skip


def measure(city: Path, home: Path, rounds: int) -> None:
    """Print how long each takes, and with how much memory."""
    path = home / "ledger.xlsx"
    write_ledger(path, _counties(city))
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
    for turn in range(rounds):
        for name in CONTESTANTS if turn % 2 else reversed(CONTESTANTS):
            if name != OPENPYXL or turn == 0:
                found[name].append(_run(name, path, city))
    seconds = {name: [one["seconds"] for one in turns] for name, turns in found.items()}
    rows = [
        (
            name,
            median(seconds[name]),
            _ratio(seconds[name], seconds["calamine merely"]),
            _ratio(seconds[OPENPYXL], seconds[name]),
            *(median(one[which] for one in found[name]) for which in ("own", "child")),
        )
        for name in CONTESTANTS
    ]
    heads = ("", "s", "x calamine", "openpyxl x", "MB", "child MB")
    table(f"{ROWS} rows of {len(HEADS)} columns, medians of paired turns", heads, rows)
    ledger = _ratio(seconds["duban ledger"], seconds["calamine merely"])
    goal("the ledger read, checked and compared, in calamine's merely reading", ledger, GOAL_MERELY, at_least=False)
    goal("the same, as it is aimed at", ledger, AIM_MERELY, at_least=False)
    goal("every cell in hand", _ratio(seconds["duban cells"], seconds["calamine merely"]), GOAL_DOOR, at_least=False)
    goal("times as fast as openpyxl", _ratio(seconds[OPENPYXL], seconds["duban ledger"]), 1.0, at_least=True)


def _ratio(ours: list[float], theirs: list[float]) -> float:
    turns = min(len(ours), len(theirs))
    return paired(ours[:turns], theirs[:turns])


def _run(name: str, path: Path, city: Path) -> dict[str, float]:
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks.workbook", name, path, city], check=True, capture_output=True, text=True
    )
    answer: dict[str, float] = json.loads(said.stdout)
    return answer


def _counties(city: Path) -> list[str]:
    with sqlite3.connect(city) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM region WHERE kind = 'COUNTY' OR kind = 'county'")
        ]
    connection.close()
    return names


def write_ledger(path: Path, counties: list[str], rows: int = ROWS) -> None:
    """Write an everyday ledger, row by row."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("违法用地")
    sheet.write_row(0, 0, HEADS)
    chance = random.Random(1)
    for number, county in zip(range(1, rows + 1), cycle(counties)):
        sheet.write_row(number, 0, _duty(number, county, chance))
    book.close()


def _duty(number: int, county: str, chance: random.Random) -> list[Any]:
    area = chance.randrange(100, 100_000) / 100
    farmland = round(area * chance.random(), 2)
    closed = number % 5 == 0
    rectified = (area, farmland) if closed else (round(area / 2, 2), round(farmland / 2, 2))
    issued, due, closed_on = (
        start + timedelta(days=number % days)
        for start, days in ((date(2026, 1, 1), 90), (date(2026, 9, 1), 120), (date(2026, 6, 1), 60))
    )
    return [
        number, f"WF-2026-{number:06d}", county, f"第{number % 97}镇", "卫片执法", "违法占用耕地",
        f"第{number}号图斑未经批准占用耕地建设厂房并硬化地面", f"TB{number:08d}", area, farmland, *rectified,
        issued, due,
        "拆除地上建筑物并恢复耕种条件", "自然资源局", ("王志远", "李明", "姜景敏", "水立强")[number % 4],
        "已销号" if closed else "整改中", closed_on if closed else None, None if number % 7 else "已约谈",
    ]  # fmt: skip


def _calamine() -> Callable[[Path, Path], int]:
    from python_calamine import CalamineWorkbook

    return lambda path, _: sum(map(len, CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()))


def _openpyxl() -> Callable[[Path, Path], int]:
    import openpyxl

    def read(path: Path, _: Path) -> int:
        book = openpyxl.load_workbook(path, read_only=True)
        cells = sum(len(row) for row in book.worksheets[0].iter_rows(values_only=True))
        book.close()
        return cells

    return read


def _cells() -> Callable[[Path, Path], int]:
    from documents.workbook import read_workbook

    def read(path: Path, _: Path) -> int:
        (sheet,) = read_workbook(path)
        return sum(len(sheet.rows.get(row, {})) for row in range(1, sheet.last_row + 1))

    return read


def _ledger() -> Callable[[Path, Path], int]:
    from db.store import Store
    from documents.ledger import read_ledger
    from handlers.importing import drafted, known_of
    from rules.policy import Office

    office = Office(name="青澜市自然资源督察办公室", city="青澜市")

    def read(path: Path, city: Path) -> int:
        store = Store(f"sqlite:///{city}")
        with store.reading() as session:
            reading = read_ledger(path, known_of(session, office))
            draft = drafted(session, office, reading, date(2026, 11, 18))
        store.close()
        if len(draft.difference.new) != ROWS:
            raise SystemExit(f"the judge is wrong: {len(draft.difference.new)} duties of {ROWS} are new")
        return len(reading.rows)

    return read


CONTESTANTS: dict[str, Callable[[], Callable[[Path, Path], int]]] = {
    "calamine merely": _calamine,
    OPENPYXL: _openpyxl,
    "duban cells": _cells,
    "duban ledger": _ledger,
}


def _contend(name: str, path: Path, city: Path) -> None:
    """Read once and say how long it took and how much memory was resident at most."""
    read = CONTESTANTS[name]()
    begun = perf_counter()
    read(path, city)
    seconds = perf_counter() - begun
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own = int(status["VmHWM"].split()[0]) / 1024  # not ru_maxrss: that remembers the process which started this one
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "own": own, "child": child}))


if __name__ == "__main__":
    _contend(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
