"""``python -m benchmarks``: everything in a few minutes, or a part of it."""

import argparse
import tempfile
from pathlib import Path

from benchmarks import city, figures, tick, updates, workbook

PARTS = ("figures", "updates", "start", "workbook", "tick")


def main() -> None:
    """Run the chosen parts; a benchmark is no test, so a missed goal is no failure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Side by side with peers.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; without: all but start")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of bots, workbook and tick (default 3)")
    parser.add_argument("--updates", type=int, default=500, help="updates in a round (default 500)")
    parser.add_argument("--turns", type=int, default=41, help="turns of the figures (default 41)")
    chosen = parser.parse_args()
    parts = chosen.parts or ["figures", "updates", "workbook", "tick"]
    if unknown := set(parts) - set(PARTS):
        parser.error(f"{', '.join(unknown)}: there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="duban-bench-") as home:
        database = city.build(Path(home))
        if "updates" in parts:
            updates.measure(database, chosen.rounds, chosen.updates)
        if "start" in parts:
            updates.measure_start(database, chosen.rounds)
        if "figures" in parts:
            figures.measure(database, chosen.turns)
        if "workbook" in parts:
            workbook.measure(database, Path(home), chosen.rounds)
        if "tick" in parts:  # the last, as it lets the ledger grow most
            tick.measure(city.build(Path(home) / "tick"), Path(home), chosen.rounds)


if __name__ == "__main__":
    main()
