"""A person's own workbook back, with every doubtful cell marked, commented and listed.

The workbook is a stranger's, so it is opened in a child process (``marking_child``) under limits and without secrets.
Where it cannot be marked (another format, too many rows, anything that goes wrong), a list alone is sent.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import PurePath

from documents.confined import run_confined
from documents.marking_limits import WALL_SECONDS
from documents.marks_list import HEAD, LEVEL_WORDS, LIST_NAME, LIST_TITLE, Mark, MarkLevel, summary
from documents.table_out import Column, Table, write_workbook

__all__ = ["Mark", "MarkLevel", "mark_workbook", "marked_name"]

_NO_TIME = datetime(2000, 1, 1)  # noqa: DTZ001  (a list says nothing of when it was written)


def mark_workbook(content: bytes, name: str, marks: Sequence[Mark]) -> bytes:
    """Return an .xlsx: the workbook marked, or only a list of the marks. It may take seconds: not in the event loop."""
    can_be_marked = PurePath(name).suffix.lower() == ".xlsx" and content.startswith(b"PK")
    return (_marked(content, marks) if can_be_marked else None) or _list_alone(marks)


def marked_name(name: str) -> str:
    """Return the name under which the marked workbook is sent back."""
    stem = PurePath(name).stem
    return f"{stem.removesuffix(_suffix())}{_suffix()}.xlsx"


def _suffix() -> str:
    return f"({LIST_NAME})"


def _marked(content: bytes, marks: Sequence[Mark]) -> bytes | None:
    """Let the child mark the workbook; None where it could not."""
    asked = json.dumps([asdict(mark) for mark in marks]).encode()
    one_writer = {"OPENPYXL_LXML": "False"}  # whatever else is installed
    try:
        done = run_confined(
            "documents.marking_child", WALL_SECONDS, one_writer, input=asked + b"\n" + content, stdout=subprocess.PIPE
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    return done.stdout if done.stdout.startswith(b"PK") else None


def _list_alone(marks: Sequence[Mark]) -> bytes:
    table = Table(
        name=LIST_NAME,
        title=LIST_TITLE,
        unit_line=summary([*marks]),
        columns=[Column(words=words, width=width) for words, width in HEAD],
        rows=[
            [number, mark.sheet, mark.cell, mark.raw, LEVEL_WORDS[mark.level], mark.words]
            for number, mark in enumerate(marks, 1)
        ],
    )
    return write_workbook([table], written_at=_NO_TIME)
