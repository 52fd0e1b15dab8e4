"""The composition root: the parts of the running program put together, started, and stopped in order."""

import asyncio
import gc
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.evidence import Keeper
from bot.foretelling import Foreteller
from bot.inbox import Turns, answer_updates, store_updates, undone
from bot.settings import Settings
from bot.telegram import BATCH, Telegram, named_wait
from bot.uploads import Uploads, waiting
from db.migrations import upgrade
from db.store import Store
from handlers.commands import COMMANDS, Audience
from scheduler.clock import Clock
from scheduler.plan import plan
from scheduler.sender import Sender
from text.reply import LANGUAGES, speech

log = structlog.get_logger()

IDLE_SECONDS = 5.0
LONGEST_WAIT = 60.0
GARBAGE = 50_000  # objects after which the garbage collector looks; Python's own 700 are for small scripts
TOGETHER = BATCH // 3 + 1  # updates in one transaction; the first of them waits until the last is answered
BATCH_SECONDS = 0.1  # the store's thread is shared: answering pauses for the sender and the intake


def utc_now() -> datetime:
    """Return the real time."""
    return datetime.now(UTC)


def keep_what_is_loaded() -> None:
    """Spare the garbage collector what stays anyway, and let it wait for more: many rows at once are no garbage."""
    gc.freeze()
    gc.set_threshold(GARBAGE, *gc.get_threshold()[1:])


class Program:
    """``duban run``: fetch, answer, send and tick until stopped."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings, self.clock = settings, clock
        self.office = settings.office
        self.store = Store(settings.database_url)
        self.telegram = Telegram.of(settings)
        self.sender = Sender(
            self.store, self.office, self.telegram.deliver,
            limits=settings.limits, lease=timedelta(seconds=settings.lease_seconds), clock=clock,
        )  # fmt: skip
        self.uploads = Uploads(self.store, self.office, self.telegram.download, clock=clock, done=self.sender.wake)
        self.evidence = Keeper(
            self.store, self.office, self.telegram.download, settings.evidence_folder, clock=clock
        )  # fmt: skip
        self.foreteller = Foreteller(self.store, self.office, clock=clock, done=self.sender.wake)
        self._clock = Clock(self.tick)
        self._arrived = asyncio.Event()
        self._due_at: datetime | None = None  # when an album that is waited for will be complete
        self._stopping = asyncio.Event()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Run until ``stop``; what was stored and not answered before is answered first."""
        await self.store.in_thread(partial(upgrade, self.store.engine))
        self._loop = asyncio.get_running_loop()
        try:
            await self._open()
        except BaseException:
            await self._disconnect()
            raise
        if self._stopping.is_set():
            await self._disconnect()
            return
        ready()
        self._clock.start()
        self._arrived.set()
        loops = [asyncio.create_task(loop) for loop in self._loops()]
        once = [asyncio.create_task(deed) for deed in (self.tick(), self._show_menu())]
        stop = asyncio.create_task(self._stopping.wait())
        try:
            ended, _still = await asyncio.wait([stop, *loops], return_when=asyncio.FIRST_COMPLETED)
            for task in ended - {stop}:  # none of them may end by itself: better no bot than a deaf or a dumb one
                log.critical("loop_ended", exception=repr(task.exception()))
                self._stopping.set()
        finally:
            await self._close(loops, [*once, stop])

    def _loops(self) -> tuple[Coroutine[Any, Any, None], ...]:
        beside = self.uploads.run(), self.evidence.run(), self.foreteller.run()
        return self._fetch(), self._answer(), self.sender.run(), *beside

    def stop(self) -> None:
        """Ask for a graceful end: no more updates are taken, what is under way is finished."""
        self._stopping.set()

    async def tick(self) -> None:
        """Write down what is due now; the sender does the rest."""
        try:
            added = await self.store.write(lambda session: plan(session, self.office, self.clock()))
        except Exception:  # the next minute tries again
            log.exception("tick_failed")
            return
        if added:
            log.info("planned", messages=added)
        self.sender.wake()

    async def settle(self) -> None:
        """Wait until everything that came is answered and everything that may go is sent (the rehearsal, tests)."""
        while (
            await self.store.write(lambda session: undone(session, 1, self.clock())) != Turns(ids=[])
            or not await self.uploads.idle()
            or not await self.evidence.idle()
            or not await self.foreteller.idle()
            or not await self.sender.idle()
        ):
            self._arrived.set()
            self.evidence.wake()
            self.foreteller.wake()
            self.sender.wake()
            await asyncio.sleep(0.02)

    async def _open(self) -> None:
        """Connect, as long as it takes: a machine that starts before its network is no reason to give up."""
        wait = 1.0
        while not self._stopping.is_set():
            try:
                await self.telegram.open()
                return
            except InvalidToken:
                raise
            except TelegramError as trouble:
                log.warning("cannot_connect", why=trouble.message, seconds=wait)
                await _first(self._stopping.wait(), wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _fetch(self) -> None:
        """Fetch updates and store them; only asking for the next ones confirms those that are stored."""
        offset: int | None = None
        wait = 1.0
        while not self._stopping.is_set():
            try:
                updates = await self.telegram.fetch(offset)
                if updates:
                    await self.store.write(partial(store_updates, updates=updates, now=self.clock()))
                    offset = max(update["update_id"] for update in updates) + 1
                    self._arrived.set()
                wait = 1.0
            except Exception as trouble:  # the watch over the intake never ends while the program runs
                seconds = named_wait(trouble) if isinstance(trouble, RetryAfter) else wait
                log.warning("fetch_failed", why=_why(trouble), seconds=seconds)
                await asyncio.sleep(seconds)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _answer(self) -> None:
        """Answer what is stored, in its order."""
        while not self._stopping.is_set():
            self._arrived.clear()
            try:
                while await self.store.in_thread(self._answer_batch):
                    pass
            except Exception:
                log.exception("answering_failed")
                await asyncio.sleep(1.0)
            await _first(self._arrived.wait(), self._until_due())

    def _until_due(self) -> float:
        """Return for how many seconds nothing is to be answered by itself."""
        if self._due_at is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.01, (self._due_at - self.clock()).total_seconds()))

    def _answer_batch(self) -> int:
        """Answer some updates, a few in one transaction; return how many there were."""
        with self.store.reading() as session:
            turns = undone(session, BATCH, self.clock())
            has_upload = waiting(session)
        self._due_at = turns.due_at
        loop = self._loop
        if has_upload:
            loop.call_soon_threadsafe(self.uploads.wake)
        begun = time.monotonic()
        for start in range(0, len(turns.ids), TOGETHER):
            few = turns.ids[start : start + TOGETHER]
            answer_updates(self.store, self.office, self.telegram.understand, few, self.clock)
            loop.call_soon_threadsafe(self.sender.wake)
            if self._stopping.is_set() or time.monotonic() - begun > BATCH_SECONDS:
                return start + len(few)
        return len(turns.ids)

    async def _show_menu(self) -> None:
        """Tell Telegram which commands there are, in both languages."""
        shown = [command for command in COMMANDS if command.audience != Audience.OFFICE]
        try:
            for language in LANGUAGES:
                menu = [(c.name, speech(language).word(c.summary)) for c in shown if c.name != "start"]
                await self.telegram.set_menu(menu, None if language == self.office.language else language)
        except TelegramError as trouble:
            log.warning("menu_not_set", why=trouble.message)  # a convenience: nothing depends on it

    async def _close(self, loops: list["asyncio.Task[None]"], others: list["asyncio.Task[Any]"]) -> None:
        self._clock.stop()
        self._stopping.set()
        self._arrived.set()
        await self.uploads.stop()
        await self.evidence.stop()
        await self.foreteller.stop()
        await self.sender.stop()
        fetching, *finishing = loops
        fetching.cancel()  # a long poll; what it may have brought is not confirmed, so it comes again
        _done, late = await asyncio.wait([*finishing, *others], timeout=self.settings.stop_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(fetching, *late, return_exceptions=True)
        await self._disconnect()

    async def _disconnect(self) -> None:
        await self.telegram.close()
        self.store.close()


async def _first(event: Coroutine[Any, Any, Any], seconds: float) -> None:
    """Wait for something, but no longer than so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event


def _why(trouble: Exception) -> str:
    return trouble.message if isinstance(trouble, TelegramError) else repr(trouble)
