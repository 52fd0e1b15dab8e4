"""The one door for workbooks: .xlsx, .xls, .ods and .csv, told apart by what is in them, not by their names.

A workbook is read in a child process, so that a hostile file costs an error and nothing more.
"""

from __future__ import annotations

import json
import mmap
import os
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from documents.answer import read_answer
from documents.cells import Cell, CellKind, Sheet, address, column_letters
from documents.confined import run_confined
from documents.csv_lines import is_text, read_lines, sheet_of_lines
from documents.limits import FILE_BYTES, WALL_SECONDS
from documents.records import BadFile
from text.reasons import Reason

__all__ = ["Cell", "CellKind", "Sheet", "address", "column_letters", "is_text", "read_workbook"]

_WORKBOOKS = (b"PK", bytes.fromhex("d0cf11e0a1b11ae1"))  # a zip: .xlsx, .ods; OLE: .xls, and an encrypted .xlsx


def read_workbook(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook or a csv; raise BadFile where it is neither, or costs too much."""
    with path.open("rb", buffering=0) as source:  # the child goes on where this process stands
        size = os.fstat(source.fileno()).st_size
        beginning = source.read(8)
        if size > FILE_BYTES:
            raise BadFile(Reason.FILE_TOO_LARGE)
        if not beginning:
            raise BadFile(Reason.FILE_EMPTY)
        if beginning.startswith(_WORKBOOKS):
            source.seek(0)
            return _read_in_child(source)
    if path.suffix.lower() != ".csv" and not is_text(path):
        raise BadFile(Reason.FILE_NOT_A_WORKBOOK)
    return [sheet_of_lines(path.stem, read_lines(path))]


def _read_in_child(source: IO[bytes]) -> list[Sheet]:
    with tempfile.TemporaryFile() as answer:
        _run_child(source, answer)
        with mmap.mmap(answer.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            end_of_head = whole.find(b"\n")
            _check_refusal(whole[:end_of_head])
        # stays mapped as long as a sheet refers to it; only what is looked at takes memory
        return read_answer(memoryview(mmap.mmap(answer.fileno(), 0, access=mmap.ACCESS_READ)), end_of_head)


def _run_child(source: IO[bytes], answer: IO[bytes]) -> None:
    """Let the child read ``source`` and write its answer; killed or out of memory means too large, a crash damaged."""
    try:
        run_confined("documents.child", WALL_SECONDS, stdin=source, stdout=answer)
    except subprocess.TimeoutExpired as error:
        raise BadFile(Reason.FILE_TOO_LARGE) from error
    except subprocess.CalledProcessError as error:
        raise BadFile(Reason.FILE_TOO_LARGE if error.returncode < 0 else Reason.FILE_TRUNCATED) from error


def _check_refusal(head: bytes) -> None:
    refused = json.loads(head).get("refused")
    if refused:
        raise BadFile(Reason(refused))
