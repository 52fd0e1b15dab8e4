"""What the terminal shows: plain lines, in the office's language."""

import sys

from handlers.importing import Imported, Problem
from rules.figures import Figures
from text.reply import N_, Reply, Speech, plain

MOST_NOTES = 20


def out(line: str = "") -> None:
    """Write a line of the result."""
    sys.stdout.write(line + "\n")


def note(line: str) -> None:
    """Write a line beside the result."""
    sys.stderr.write(line + "\n")


def show_reply(reply: Reply, voice: Speech, file_name: str | None = None) -> None:
    """Show an answer as text, the name of its file, and its buttons as what they would say."""
    out(plain(reply.html))
    if file_name is not None:
        out(voice.word(N_("[文件 %(name)s]")) % {"name": file_name})
    for row in reply.buttons:
        out("  ".join(f"[{button.label}] {button.command}" for button in row))


def show_imported(imported: Imported, voice: Speech) -> None:
    """Show what became of a file, each line that was not imported with its place and reason."""
    loaded = imported.loaded
    counts = {
        N_("新增%(count)s"): len(loaded.new),
        N_("更改%(count)s"): len(loaded.changed),
        N_("无变化%(count)s"): len(loaded.same),
        N_("未导入%(count)s"): len(imported.problems),
        N_("不是事项%(count)s"): imported.skipped,
    }
    for problem in imported.problems:
        out(f"✗ {_line(problem)}")
    if imported.notes:
        note(voice.word(N_("已导入，但请核对（%(count)s处）：")) % {"count": len(imported.notes)})
        for one in imported.notes[:MOST_NOTES]:
            note(f"  {_line(one)}")
        if len(imported.notes) > MOST_NOTES:
            note(f"  … {len(imported.notes) - MOST_NOTES}")
    out(",".join(voice.word(msgid) % {"count": count} for msgid, count in counts.items()))


def _line(problem: Problem) -> str:
    return " | ".join(part for part in (problem.place, problem.name, repr(problem.raw), problem.why) if part)


def show_figures(name: str, figures: Figures) -> None:
    """Show a line of figures, both bases by farmland."""
    accepted, reported = figures.rate_by_farmland_accepted, figures.rate_by_farmland
    out(
        f"{name}\t{figures.done_count}/{figures.count}\t{figures.overdue}\t"
        f"{'—' if reported is None else f'{reported}%'}\t{'—' if accepted is None else f'{accepted}%'}"
    )
