"""A workbook as plain cells, fetched from a child process so that a hostile file costs an error and nothing more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, NamedTuple

from documents.limits import FILE_BYTES, WALL_SECONDS
from documents.records import BadFile
from text.reasons import Reason

_PROJECT = Path(__file__).resolve().parent.parent
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")  # no secrets reach the child
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # an encrypted .xlsx, and the old .xls


class CellKind(StrEnum):
    """What a cell holds; a number keeps fifteen digits, a date its ISO form."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    ERROR = "error"
    FORMULA = "formula"  # whose result was never stored


class Cell(NamedTuple):
    """A cell as the workbook has it; ``number_format`` only where it changes what the number means.

    A named tuple, because a workbook has hundreds of thousands of them.
    """

    kind: CellKind
    text: str
    number_format: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet's cells by 1-based row and column; merged ranges are (top, left, bottom, right), inclusive."""

    name: str
    rows: dict[int, dict[int, Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = field(default_factory=frozenset)

    @property
    def last_row(self) -> int:
        """The number of the last row that holds anything."""
        return max(self.rows, default=0)


def column_letters(column: int) -> str:
    """Return the letters of a 1-based column: 1 -> A, 27 -> AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Return the address of a cell as Excel writes it."""
    return f"{column_letters(column)}{row}"


def read_workbook(path: Path) -> list[Sheet]:
    """Return the sheets of an .xlsx; raise BadFile for anything else."""
    _check_beginning(path)
    with path.open("rb") as source, tempfile.TemporaryFile() as answer:
        _run_child(source, answer)
        answer.seek(0)
        return _sheets(answer.read())


def _check_beginning(path: Path) -> None:
    if path.stat().st_size > FILE_BYTES:
        raise BadFile(Reason.FILE_TOO_LARGE)
    with path.open("rb") as source:
        beginning = source.read(8)
    if not beginning:
        raise BadFile(Reason.FILE_EMPTY)
    if beginning == _OLE:
        encrypted = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
        raise BadFile(Reason.FILE_ENCRYPTED if encrypted else Reason.FILE_NOT_A_WORKBOOK)
    if not beginning.startswith(b"PK"):
        raise BadFile(Reason.FILE_NOT_A_WORKBOOK)


def _run_child(source: IO[bytes], answer: IO[bytes]) -> None:
    """Let the child read ``source`` and write its answer; killed or out of memory means too large, a crash damaged."""
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    try:
        subprocess.run(
            [sys.executable, "-m", "documents.child"],
            stdin=source, stdout=answer, stderr=subprocess.DEVNULL,
            cwd=_PROJECT, env=environment, timeout=WALL_SECONDS, check=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BadFile(Reason.FILE_TOO_LARGE) from error
    except subprocess.CalledProcessError as error:
        raise BadFile(Reason.FILE_TOO_LARGE if error.returncode < 0 else Reason.FILE_TRUNCATED) from error


def _sheets(answer: bytes) -> list[Sheet]:
    said: dict[str, Any] = json.loads(answer)
    if "refused" in said:
        raise BadFile(Reason(said["refused"]))
    return [_sheet(one) for one in said["sheets"]]


def _sheet(one: dict[str, Any]) -> Sheet:
    kinds = {kind.value: kind for kind in CellKind}
    return Sheet(
        name=one["name"],
        rows={row: {cell[0]: Cell(kinds[cell[1]], *cell[2:]) for cell in cells} for row, cells in one["rows"]},
        merged=tuple((top, left, bottom, right) for top, left, bottom, right in one["merged"]),
        hidden=one["hidden"],
        hidden_rows=frozenset(one["hidden_rows"]),
    )
