"""A person's own workbook back, with every doubtful cell marked, commented and listed.

The workbook is a stranger's, so it is opened in a child process (``marking_child``) under limits and without secrets.
Where it cannot be marked (another format, too many rows, anything that goes wrong), a list alone is sent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePath

from documents.marking_limits import WALL_SECONDS
from documents.marks_list import HEAD, LEVEL_WORDS, LIST_NAME, LIST_TITLE, Mark, MarkLevel, summary
from documents.table_out import Column, Table, write_workbook

__all__ = ["Mark", "MarkLevel", "mark_workbook", "marked_name"]

_PROJECT = Path(__file__).resolve().parent.parent
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")
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
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    environment["OPENPYXL_LXML"] = "False"  # one way of writing, whatever else is installed
    try:
        done = subprocess.run(
            [sys.executable, "-m", "documents.marking_child"],
            input=asked + b"\n" + content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=_PROJECT, env=environment, timeout=WALL_SECONDS, check=True,
        )  # fmt: skip
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
