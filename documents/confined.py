"""Child processes that open strangers' files: without secrets, and held to little memory, time and disk."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from documents.limits import BYTES_OUT, MEMORY_BYTES

_PROJECT = Path(__file__).resolve().parent.parent
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")  # no secrets reach the child


def run_confined(
    module: str, wall_seconds: float, environment: dict[str, str] | None = None, **streams: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a module that confines itself; ``streams`` are those of subprocess.run.

    Raises TimeoutExpired, or CalledProcessError, whose code is negative where the child was killed.
    """
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return subprocess.run(  # noqa: S603  (a module of ours)
        [sys.executable, "-m", module], stderr=subprocess.DEVNULL, check=True,
        cwd=_PROJECT, env={**kept, **(environment or {})}, timeout=wall_seconds, **streams,
    )  # fmt: skip


def confine(cpu_seconds: int) -> None:
    """Give up what a ledger never needs: memory, time, big files; a core dump would only fill the disk."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, BYTES_OUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
