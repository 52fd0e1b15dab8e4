"""The command line: ``duban``."""

import asyncio
import json
import signal
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from sqlmodel import Session, select
from telegram.error import InvalidToken, TelegramError

from bot import logs
from bot.doctor import examine
from bot.program import Program, utc_now
from bot.settings import SettingError, Settings, load
from bot.telegram import Telegram
from bot.terminal import note, out, show_figures, show_imported, show_reply
from db.files import StoredFile
from db.migrations import upgrade
from db.models import Region
from db.queries import chat_at, mark, reachable_groups, regions
from db.store import Store
from documents.records import BadFile
from handlers.answer import answer
from handlers.importing import KINDS, import_file, words_of
from handlers.request import TERMINAL, Request
from rules.refusal import Refusal
from services import identity, overview
from services.chain import Act
from services.office import REHEARSAL_MARK
from text.dates import read_date
from text.regions import Gazetteer
from text.reply import N_, Reply, Speech, speech

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the global options chose."""

    config: Path
    now: str | None


class Mistake(Exception):  # noqa: N818
    """Something that the caller can put right; shown in one line, exit 2."""


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path, typer.Option(help="The settings file.")] = Path("config.toml"),
    now: Annotated[str | None, typer.Option(help="Speak as of this time (ISO), for looking back or ahead.")] = None,
) -> None:
    """督办: keeps a rectification ledger in chats and chases what is late."""
    context.obj = Chosen(config=config, now=now)


def main() -> None:
    """Run a command; what the caller did wrong is one line and exit 2, never a stack trace."""
    try:
        app()
    except SettingError as wrong:
        note(f"config: {wrong}")
        raise SystemExit(2) from None
    except Mistake as wrong:
        note(str(wrong))
        raise SystemExit(2) from None
    except sa.exc.DatabaseError as wrong:
        note(f"[database] url: cannot be used: {wrong.orig}")
        raise SystemExit(2) from None
    except OSError as wrong:
        note(f"{wrong.filename or ''}: {wrong.strerror}")
        raise SystemExit(2) from None


@app.command()
def run(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="The settings file.")] = None,
) -> None:
    """Run the bot until it is stopped (Ctrl-C or SIGTERM)."""
    settings = _settings(context, config, needs_token=True)
    if context.obj.now:
        raise Mistake("--now does not go with run: a bot that writes lives in the present")
    try:
        asyncio.run(_run(settings))
    except InvalidToken:
        raise SettingError("[telegram] token", "is refused by Telegram; get a new one from @BotFather") from None


async def _run(settings: Settings) -> None:
    program = Program(settings)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, program.stop)
    await program.run(ready=lambda: note(f"@{program.telegram.bot.username} is running"))


@app.command("import")
def import_(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help=" | ".join(KINDS))],
    file: Annotated[Path, typer.Argument(help="A .csv or, for the ledger, also an .xlsx file.")],
) -> None:
    """Import a file: counties first, then officials, targets and the ledger."""
    settings = _settings(context)
    if kind not in KINDS:
        raise Mistake(f"{kind}: there are {', '.join(KINDS)}")
    if not file.is_file():
        raise Mistake(f"{file}: no such file")
    voice = speech(settings.office.language)
    with _store(settings) as opened:
        _check_writing(opened.store, context)
        _check_counties(opened.store, kind, voice)
        note(voice.word(N_("正在读取 %(file)s …")) % {"file": file.name})
        try:
            imported = import_file(opened.store, settings.office, kind, file, _now(context, settings), None)
        except BadFile as bad:
            raise Mistake(f"{file.name}: {words_of(bad.reason, settings.office.language)}") from None
    show_imported(imported, voice)
    if imported.problems and not (imported.loaded.new or imported.loaded.changed or imported.loaded.same):
        raise typer.Exit(1)


@app.command()
def figures(
    context: typer.Context,
    as_of: Annotated[str | None, typer.Option(help="Judge deadlines at this date; today if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every figure, as JSON.")] = False,
) -> None:
    """Show the figures of the ledger as it is now."""
    settings = _settings(context)
    office = settings.office
    day = (
        read_date(as_of, today=office.today(_now(context, settings)))
        if as_of
        else office.today(_now(context, settings))
    )
    if day is None:
        raise Mistake(f"--as-of {as_of}: write a date, like 2026-11-18")
    with _store(settings) as opened, opened.store.reading() as session:
        if as_json:
            out(json.dumps(overview.report(session, office, day), ensure_ascii=False, indent=1))
            return
        basis = overview.basis(session, office, day)
        voice = speech(office.language)
        if basis.ledger_of is None:
            raise Mistake(voice.word(N_("还没有台账：请先用 duban import 导入 counties、officials、ledger")))
        out(voice.word(N_("截至%(day)s（台账%(ledger)s）；按耕地面积")) % {"day": day, "ledger": basis.ledger_of})
        out(voice.word(N_("县（市、区）\t销号/事项\t超期\t上报\t认定")))
        county = overview.by_county(session, day, None)
        for region in Gazetteer(regions(session)).counties:
            if region.id in county:
                show_figures(region.name, county[region.id])
        show_figures(office.city, overview.total(session, day, None))


@app.command()
def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What is said, as in the chat.")],
    as_: Annotated[str, typer.Option("--as", help="Who says it: an official_id, or county and name.")],
    chat: Annotated[str | None, typer.Option(help="In which group, by its region; else in private.")] = None,
) -> None:
    """Say something as a person would in the chat, and show the answer."""
    settings = _settings(context)
    office = settings.office
    with _store(settings) as opened:
        keeps = context.obj.now is None or opened.is_rehearsal

        def answered(session: Session) -> Any:
            person = identity.find_person(session, as_)
            group = _group(session, chat) if chat else None
            moment = _now(context, settings)
            request = Request(
                key=f"terminal:{moment.isoformat()}:{person.official_id}", sender=f"{TERMINAL}:{person.official_id}",
                chat=group or f"{TERMINAL}:{person.official_id}", text=text, now=moment, is_group=group is not None,
            )  # fmt: skip
            return answer(request, session, office)

        try:
            with opened.store.writing() if keeps else opened.store.reading() as session:
                reply = answered(session)
                file_name = _file_name(session, reply)
        except Refusal as refusal:
            raise Mistake(speech(office.language).say("refusals", why=refusal.why, **refusal.facts)) from None
    if reply is not None:
        show_reply(reply, speech(office.language), file_name)
    if not keeps:
        note("--now: looked at only; nothing was written")


def _file_name(session: Session, reply: Reply | None) -> str | None:
    if reply is None or reply.file is None:
        return None
    return session.exec(select(StoredFile.name).where(StoredFile.id == reply.file)).first()


def _group(session: Session, words: str) -> str:
    found = chat_at(session, words)
    if found is not None:
        return found.address
    region: Region | None = Gazetteer(regions(session)).exact(words)
    groups = reachable_groups(session)
    if region is None or region.id not in groups:
        raise Mistake(f"--chat {words}: no group is bound to that region")
    return groups[region.id].address


@app.command()
def invite(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="An official_id, or county and name.")],
) -> None:
    """Print a one-time link by which a person joins; the link stands alone on the last line."""
    settings = _settings(context, needs_token=True)
    username = asyncio.run(_with_telegram(settings, _username))
    moment = _now(context, settings)
    with _store(settings) as opened:
        _check_writing(opened.store, context)
        with opened.store.writing() as session:
            try:
                found = identity.find_person(session, person)
            except Refusal as refusal:
                voice = speech(settings.office.language)
                raise Mistake(voice.say("refusals", why=refusal.why, **refusal.facts)) from None
            act = Act(key=f"invite:{moment.isoformat()}", at=moment, said_in=TERMINAL)
            code = identity.invite(session, act, found, settings.office.policy)
            note(f"{found.name}, {found.unit}, {found.post}")
    out(f"https://t.me/{username}?start={code}")


async def _username(telegram: Telegram) -> str:
    return str(telegram.bot.username)


async def _with_telegram(settings: Settings, ask: Callable[[Telegram], Coroutine[Any, Any, str]]) -> str:
    telegram = Telegram.of(settings)
    try:
        await telegram.open()
        return await ask(telegram)
    except TelegramError as trouble:
        raise Mistake(f"Telegram cannot be reached: {trouble.message}") from None
    finally:
        await telegram.close()


@app.command()
def doctor(context: typer.Context) -> None:
    """Check settings, database, token and calendar, and list who cannot be reached. Exit 1 if something is wrong."""
    settings = _settings(context)
    store = Store(settings.database_url)
    findings = asyncio.run(examine(settings, store, _now(context, settings), speech(settings.office.language)))
    store.close()
    for finding in findings:
        out(f"{'✓' if finding.good else '✗'} {finding.words}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to the version that this program needs."""
    settings = _settings(context)
    store = Store(settings.database_url)
    out("migrated" if upgrade(store.engine) else "nothing to do")
    store.close()


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


def _store(settings: Settings) -> Opened:
    return Opened(settings)


def _check_writing(store: Store, context: typer.Context) -> None:
    """Refuse to write with another time than the present into a real office's database."""
    if context.obj.now is None:
        return
    with store.reading() as session:
        if mark(session, REHEARSAL_MARK) is None:
            raise Mistake("--now writes only into a rehearsal's database")


def _check_counties(store: Store, kind: str, voice: Speech) -> None:
    """Say at once what comes first, rather than that no line's county is known."""
    if kind in ("counties", "workdays"):
        return
    with store.reading() as session:
        if not Gazetteer(regions(session)).counties:
            raise Mistake(voice.word(N_("还没有县（市、区）名录：请先 duban import counties 文件")))


def _settings(context: typer.Context, config: Path | None = None, *, needs_token: bool = False) -> Settings:
    settings = load(config or context.obj.config, needs_token=needs_token)
    logs.set_up((settings.token,))
    return settings


def _now(context: typer.Context, settings: Settings) -> datetime:
    if context.obj.now is None:
        return utc_now()
    try:
        moment = datetime.fromisoformat(context.obj.now)
    except ValueError:
        raise Mistake(f"--now {context.obj.now}: write a time, like 2026-11-18T09:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=settings.office.zone)


if __name__ == "__main__":
    main()
