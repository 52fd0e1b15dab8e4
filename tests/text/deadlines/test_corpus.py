"""The corpora of deadlines: what is read must be right, and what is no date must stay none. ``-s`` prints the table."""

import json
import statistics
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from text.deadlines import find_deadline, read_deadline

HERE = Path(__file__).parent
MOST_MICROSECONDS = 1000  # a tenth of it on a quiet machine; a loaded one must not fail
NOW = datetime(2026, 11, 18, 10, 30)


def is_same(got, wanted):
    if got is None or wanted is None:
        return got is wanted
    if (wanted.hour, wanted.minute, wanted.second) == (23, 59, 59):
        return got.date() == wanted.date() and (got.hour, got.minute) == (23, 59)
    return abs(got - wanted) < timedelta(minutes=1)


def judge(row):
    now = datetime.fromisoformat(row["now"]) if "now" in row else NOW
    accepted = [said and datetime.fromisoformat(said) for said in row["expect"]]
    read = find_deadline if row["kind"] == "sentence" else read_deadline
    start = perf_counter()
    got = read(row["text"], now)
    took = perf_counter() - start
    right = any(is_same(got, wanted) for wanted in accepted)
    if row["kind"] == "negative" and find_deadline(row["text"], now) is not None:
        return "false", took
    return ("right" if right else "none" if got is None else "false" if row["kind"] == "negative" else "wrong"), took


@pytest.mark.parametrize(
    ("name", "least"), [("open", 0.99), ("open_othernow", 0.99), ("stress_open", 0.95), ("own", 0.99)]
)
def test_what_is_read_is_right(name, least):
    rows = [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf8").splitlines()]
    judged = [judge(row) for row in rows]
    count = Counter(verdict for verdict, _ in judged)
    median = statistics.median(took for _, took in judged) * 1e6
    print(
        f"\n{name:14} n={len(rows)} right={count['right'] / len(rows):.1%} wrong={count['wrong']} "
        f"false={count['false']} none={count['none'] / len(rows):.1%} median={median:.0f} µs"
    )
    assert (count["wrong"], count["false"]) == (0, 0)
    assert count["right"] / len(rows) >= least
    assert median < MOST_MICROSECONDS
