"""The command line: ``duban``."""

import asyncio
import json
import re
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from sqlmodel import Session, select
from telegram.error import InvalidToken, TelegramError

from bot import file_commands, forecast_command
from bot.doctor import examine
from bot.program import Program, keep_what_is_loaded
from bot.settings import SettingError, Settings
from bot.shell import Chosen, Mistake, Opened, check_writing, now_of, settings_of
from bot.telegram import Telegram
from bot.terminal import note, out, show_figures, show_reply
from db.files import StoredFile
from db.migrations import upgrade
from db.models import Region
from db.queries import chat_at, reachable_groups, regions
from db.store import Store
from handlers.answer import answer
from handlers.request import TERMINAL, Request
from rules.refusal import Refusal
from services import identity, overview
from services.chain import Act
from services.report import duty_rows, report
from text.dates import read_date
from text.regions import Gazetteer
from text.reply import N_, Reply, speech

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("import")(file_commands.import_)
app.command("take-back")(file_commands.take_back)
app.command("export")(file_commands.export)
app.command("forecast")(forecast_command.foretell)


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
    settings = settings_of(context, config, needs_token=True)
    if context.obj.now:
        raise Mistake("--now does not go with run: a bot that writes lives in the present")
    try:
        asyncio.run(_run(settings))
    except InvalidToken:
        raise SettingError("[telegram] token", "is refused by Telegram; get a new one from @BotFather") from None


async def _run(settings: Settings) -> None:
    program = Program(settings)
    keep_what_is_loaded()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, program.stop)
    await program.run(ready=lambda: note(f"@{program.telegram.bot.username} is running"))


@app.command()
def figures(
    context: typer.Context,
    as_of: Annotated[str | None, typer.Option(help="Judge deadlines at this date; today if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every figure, as JSON.")] = False,
    duties: Annotated[bool, typer.Option("--duties", help="With --json: every duty and its light instead.")] = False,
) -> None:
    """Show the figures of the ledger as it is now."""
    settings = settings_of(context)
    office = settings.office
    if duties and not as_json:
        raise Mistake("--duties: only with --json; for people there are: duban export figures, /overdue, /why NUMBER")
    day = (
        read_date(as_of, today=office.today(now_of(context, settings)))
        if as_of
        else office.today(now_of(context, settings))
    )
    if day is None:
        raise Mistake(f"--as-of {as_of}: write a date, like 2026-11-18")
    with Opened(settings) as opened, opened.store.reading() as session:
        if as_json:
            found = list(duty_rows(session, office, day)) if duties else report(session, office, day)
            out(json.dumps(found, ensure_ascii=False, indent=1))
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


def _without_mention(text: str) -> str:
    """At a terminal whatever is mentioned is the bot."""
    return re.sub(r"(?<!\S)@\w+", " ", text).strip()


@app.command()
def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What is said, as in the chat.")],
    as_: Annotated[str, typer.Option("--as", help="Who says it: an official_id, or county and name.")],
    chat: Annotated[str | None, typer.Option(help="In which group, by its region; else in private.")] = None,
) -> None:
    """Say something as a person would in the chat, and show the answer."""
    settings = settings_of(context)
    office = settings.office
    with Opened(settings) as opened:
        keeps = context.obj.now is None or opened.is_rehearsal

        def answered(session: Session) -> Any:
            person = identity.find_person(session, as_)
            group = _group(session, chat) if chat else None
            moment = now_of(context, settings)
            request = Request(
                key=f"terminal:{moment.isoformat()}:{person.official_id}", sender=f"{TERMINAL}:{person.official_id}",
                chat=group or f"{TERMINAL}:{person.official_id}", text=_without_mention(text), now=moment,
                is_group=group is not None,
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
    settings = settings_of(context, needs_token=True)
    username = asyncio.run(_with_telegram(settings, _username))
    moment = now_of(context, settings)
    with Opened(settings) as opened:
        check_writing(opened.store, context)
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
    settings = settings_of(context)
    store = Store(settings.database_url)
    findings = asyncio.run(examine(settings, store, now_of(context, settings), speech(settings.office.language)))
    store.close()
    for finding in findings:
        out(f"{'✓' if finding.good else '✗'} {finding.words}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to the version that this program needs."""
    settings = settings_of(context)
    store = Store(settings.database_url)
    out("migrated" if upgrade(store.engine) else "nothing to do")
    store.close()


if __name__ == "__main__":
    main()
