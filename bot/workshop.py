"""The process that works on files: started at the first one, ready for the next ones, and ended when none comes."""

import asyncio
import os
import pickle
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from rules.policy import Office

WORK_SECONDS = 600  # for one step on one file
DONE, FAILED = b"done\n", b"failed\n"
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is to be done: bring an upload one step further, with its file where that was just fetched."""

    url: str
    office: Office
    upload_id: int
    now: datetime
    fetched: bool


class Workshop:
    """Loads once what work on files needs, which takes longer than most of the work; each step is a fork of it.

    A file that was fetched is handed to it on the disk, and without a name: this process never holds it, nor leaves it.
    """

    def __init__(self) -> None:
        self.process: asyncio.subprocess.Process | None = None
        self._fetched: BinaryIO | None = None

    async def open(self) -> BinaryIO:
        """Start it unless it runs; return the empty file that it reads a fetched one from."""
        if self._fetched is None:
            self._fetched = TemporaryFile()  # noqa: SIM115  (open as long as the process runs)
        self._fetched.seek(0)
        self._fetched.truncate()
        if self.process is None:
            handed = self._fetched.fileno()
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.upload_worker", str(handed), pass_fds=(handed,), process_group=0,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
            )  # fmt: skip
        return self._fetched

    async def do(self, step: Step) -> bool:
        """Let it do a step, once it is open; False where that crashed or took too long."""
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(pickle.dumps(step))
        answer = b""
        with suppress(TimeoutError):
            async with asyncio.timeout(WORK_SECONDS):
                answer = await self.process.stdout.readline()
        if not answer:  # late, killed, or never come to work
            await self.close()
        return answer == DONE

    def kill(self) -> None:
        """End it at once, with the step that is under way and whatever that has started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    async def close(self) -> None:
        """End it and forget it; the next file starts another."""
        self.kill()
        process, self.process = self.process, None
        if self._fetched is not None:
            self._fetched.close()
            self._fetched = None
        if process is not None:
            await process.wait()
