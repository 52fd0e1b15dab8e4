"""What every terminal command shares: settings and time as chosen, an open store, one line for a mistake."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from bot import logs
from bot.program import utc_now
from bot.settings import Settings, load
from db.migrations import upgrade
from db.queries import mark, regions
from db.store import Store
from services.office import REHEARSAL_MARK
from text.regions import Gazetteer
from text.reply import N_, Speech


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the global options chose."""

    config: Path
    now: str | None


class Mistake(Exception):  # noqa: N818
    """Something that the caller can put right; shown in one line, exit 2."""


class Opened:
    """A store that is up to date, for the length of a command."""

    def __init__(self, settings: Settings) -> None:
        self.store = Store(settings.database_url)

    def __enter__(self) -> "Opened":
        upgrade(self.store.engine)
        with self.store.reading() as session:
            self.is_rehearsal = mark(session, REHEARSAL_MARK) is not None
        return self

    def __exit__(self, *_exception: object) -> None:
        self.store.close()


def check_writing(store: Store, context: typer.Context) -> None:
    """Refuse to write with another time than the present into a real office's database."""
    if context.obj.now is None:
        return
    with store.reading() as session:
        if mark(session, REHEARSAL_MARK) is None:
            raise Mistake("--now writes only into a rehearsal's database")


def check_counties(store: Store, kind: str, voice: Speech) -> None:
    """Say at once what comes first, rather than that no line's county is known."""
    if kind in ("counties", "workdays"):
        return
    with store.reading() as session:
        if not Gazetteer(regions(session)).counties:
            raise Mistake(voice.word(N_("还没有县（市、区）名录：请先 duban import counties 文件")))


def settings_of(context: typer.Context, config: Path | None = None, *, needs_token: bool = False) -> Settings:
    """Load the settings that were chosen; from here on no log holds a secret."""
    settings = load(config or context.obj.config, needs_token=needs_token)
    logs.set_up((settings.token,))
    return settings


def now_of(context: typer.Context, settings: Settings) -> datetime:
    """Return the present, or the time that was chosen instead."""
    if context.obj.now is None:
        return utc_now()
    try:
        moment = datetime.fromisoformat(context.obj.now)
    except ValueError:
        raise Mistake(f"--now {context.obj.now}: write a time, like 2026-11-18T09:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.office.zone)
