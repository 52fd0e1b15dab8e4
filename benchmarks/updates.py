"""Updates a second through the whole path, against bare echo bots of the usual libraries.

Judge (the look-alike) and bot are processes of their own on loopback. Messages from 200 private chats are queued at
once; the time runs from the first one queued to the last reply sent, the CPU time is the bot's own, from then until it
is at rest again. Our bot does its full job meanwhile: inbox, figures by SQL, rendering, outbox, sending, each update a
durable transaction; the peers keep nothing and only send the text back. Each bot runs once a round, in a fresh process.
Start-up is the time from the start of the process to its answer to a message that waited for it.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.city import CHATS, LIFTED, configure
from benchmarks.report import goal, paired, table

REST_SECONDS = 0.3  # until what a bot does after its last reply is done too
STATUS, HELP = "/status", "/help"
API_MS = (60, 0)


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A bot: how it is started, what it is told, and what its replies must hold."""

    name: str
    command: tuple[str, ...]
    jobs: tuple[tuple[str, str], ...] = ((STATUS, STATUS),)


OURS = "duban"
STOCK, STOCK_32, AIOGRAM = "PTB echo, sequential", "PTB echo, 32 at once", "aiogram echo"
CONTESTANTS = (
    Contestant(name=OURS, command=("duban",), jobs=((STATUS, "整改进度"), (HELP, STATUS))),
    Contestant(name=STOCK_32, command=("ptb", "{origin}", "32")),
    Contestant(name=STOCK, command=("ptb", "{origin}", "1")),
    Contestant(name=AIOGRAM, command=("aiogram", "{origin}")),
)


@dataclass(kw_only=True)
class Results:
    """Figures by (bot, what it was told, milliseconds of API latency), one a round."""

    rates: dict[tuple[str, str, int], list[float]] = field(default_factory=dict)
    cpu: dict[tuple[str, str, int], list[float]] = field(default_factory=dict)
    started: dict[str, list[float]] = field(default_factory=dict)
    idle: dict[str, list[float]] = field(default_factory=dict)
    peak: dict[str, list[float]] = field(default_factory=dict)

    def add(self, kind: str, key: Any, value: float) -> None:
        getattr(self, kind).setdefault(key, []).append(value)


class Child:
    """A process of ours that answers lines with JSON."""

    def __init__(self, module: str, *arguments: str) -> None:
        command = [sys.executable, "-m", module, *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def heard(self) -> dict[str, Any]:
        """Return what it says next."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a process of the benchmark ended: {self._process.args!r}")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def ask(self, **order: Any) -> dict[str, Any]:
        """Say something and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self.heard()

    def end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def measure(city: Path, rounds: int, count: int) -> None:
    """Print how many updates a second each bot answers, and what each costs."""
    results = Results()
    for number in range(rounds):
        for contestant in CONTESTANTS if number % 2 == 0 else CONTESTANTS[::-1]:
            _run(contestant, city, count, results)
    _print_rates(results, count, rounds)
    _print_memory(results)
    _print_goals(results)


def measure_start(city: Path, rounds: int) -> None:
    """Print how long each bot takes to start, and its memory when it has nothing to do."""
    results = Results()
    for _round in range(rounds):
        for contestant in CONTESTANTS:
            _run(contestant, city, 0, results)
    _print_memory(results)


def _run(contestant: Contestant, city: Path, count: int, results: Results) -> None:
    judge = Child("benchmarks.judge")
    origin = judge.heard()["origin"]
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as home:
        name, *rest = contestant.command
        arguments = [part.format(origin=origin) for part in rest]
        if name == OURS:
            arguments.append(str(configure(city, Path(home), origin)))
        begun = time.perf_counter()
        bot = Child("benchmarks.contestants", name, *arguments)
        try:
            text, expects = contestant.jobs[-1]
            _speak(judge, text, 1, 0, expects)
            results.add("started", contestant.name, time.perf_counter() - begun)
            results.add("idle", contestant.name, bot.ask()["rss"])
            if count:
                _bursts(contestant, judge, bot, count, results)
            results.add("peak", contestant.name, bot.ask()["peak"])
        finally:
            bot.end()
            judge.end()


def _bursts(contestant: Contestant, judge: Child, bot: Child, count: int, results: Results) -> None:
    for text, expects in contestant.jobs:
        _speak(judge, text, CHATS, 0, expects)  # to warm up, and to see that every chat gets its reply
        for latency in API_MS:
            if contestant.name == STOCK and latency:
                continue  # one update at a time: 16 a second at 60 ms
            time.sleep(REST_SECONDS)
            before = bot.ask()["cpu"]
            seconds = _speak(judge, text, count, latency, expects)
            time.sleep(REST_SECONDS)
            used = bot.ask()["cpu"] - before
            results.add("rates", (contestant.name, text, latency), count / seconds)
            results.add("cpu", (contestant.name, text, latency), used / count * 1000)


def _speak(judge: Child, text: str, count: int, latency: int, expects: str) -> float:
    heard = judge.ask(text=text, count=count, latency=latency / 1000, expects=expects)
    if heard["fitting"] != count:
        raise SystemExit(f"the judge is not content: {heard} for {count} times {text}, expecting {expects!r}")
    seconds: float = heard["seconds"]
    return seconds


def _print_rates(results: Results, count: int, rounds: int) -> None:
    lifted = ", ".join(f"{key}={value}" for key, value in LIFTED.items())
    print(
        f"\n{count} updates from {CHATS} private chats, {rounds} rounds; [delivery] {lifted}: Telegram's limits lifted"
    )
    for latency, base in ((60, (STOCK_32, STATUS, 60)), (0, (STOCK, STATUS, 0))):
        rows = [
            (
                name if name != OURS else f"{name} {text}",
                median(rates),
                median(results.cpu[key]),
                paired(rates, results.rates[base]),
                paired(results.cpu[key], results.cpu[base]),
            )
            for key, rates in results.rates.items()
            for name, text, at in [key]
            if at == latency
        ]
        heads = ("", "updates/s", "CPU ms each", "rate ratio", "CPU ratio")
        table(f"API latency {latency} ms; ratios to {base[0]}", heads, rows)


def _print_memory(results: Results) -> None:
    names = results.started.keys()
    rows = [
        (name, *(median(kind[name]) for kind in (results.started, results.idle, results.peak)))
        for name in names
    ]  # fmt: skip
    table("Start-up and resident memory", ("", "seconds to first answer", "idle MB", "peak MB"), rows)


def _print_goals(results: Results) -> None:
    fast, cheap = (OURS, STATUS, 60), (OURS, STATUS, 0)
    rate, cpu = results.rates, results.cpu
    print()
    goal("updates/s of PTB echo at 32, 60 ms", paired(rate[fast], rate[STOCK_32, STATUS, 60]), 1.5, at_least=True)
    goal("CPU of PTB echo in sequence, 0 ms", paired(cpu[cheap], cpu[STOCK, STATUS, 0]), 0.7, at_least=False)
    goal("updates/s of aiogram echo, 60 ms", paired(rate[fast], rate[AIOGRAM, STATUS, 60]), 1.0, at_least=True)
    goal("updates/s of aiogram echo, 0 ms", paired(rate[cheap], rate[AIOGRAM, STATUS, 0]), 1.0, at_least=True)
    goal("peak memory of aiogram echo", paired(results.peak[OURS], results.peak[AIOGRAM]), 0.5, at_least=False)
