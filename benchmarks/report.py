"""How results are printed: tables for reading, and one line per goal."""

from collections.abc import Sequence
from statistics import median


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; the first column is words, the others are numbers."""
    cells = [[_cell(value) for value in row] for row in [heads, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    print(f"\n{title}")
    for row in cells:
        print(
            "  "
            + "  ".join(v.ljust(w) if i == 0 else v.rjust(w) for i, (v, w) in enumerate(zip(row, widths, strict=True)))
        )


def goal(words: str, value: float, limit: float, *, at_least: bool) -> None:
    """Print whether a goal is met, and by how much."""
    met = value >= limit if at_least else value <= limit
    sign = ">=" if at_least else "<="
    print(
        f"  {'met   ' if met else 'MISSED'}  {words}: {value:.2f} (goal {sign} {limit:g}, off by {value - limit:+.2f})"
    )


def paired(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of figures that were taken in the same round."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}"
    return str(value)
