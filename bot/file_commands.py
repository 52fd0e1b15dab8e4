"""``duban import``, ``take-back`` and ``export``: files in and out at a terminal, by the chat's own handlers."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import Settings
from bot.shell import Mistake, Opened, check_counties, check_writing, now_of, settings_of
from bot.terminal import note, out, show_imported
from db.queries import regions
from db.store import Store
from documents.records import BadFile, Doubt, LedgerReading
from handlers import exporting, importing
from handlers.import_rows import as_objects
from handlers.importing import KINDS, Imported, TableRead, act_key, known_of, read_file, words_of
from handlers.questions import keep_label, likely_label, read_answer, remember_answer, written
from rules.refusal import Refusal
from services import ledger
from services.chain import Act
from text.dates import read_date
from text.reasons import Reason
from text.regions import Gazetteer
from text.reply import N_, Speech, speech

KEEP = "="


def import_(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help=" | ".join(KINDS))],
    file: Annotated[Path, typer.Argument(help="The ledger: .xlsx, .csv, .xls or .ods; the others: .csv.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare only; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for every row of a ledger.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking; a doubtful cell still waits.")] = False,
) -> None:
    """Import a file, counties first, then officials, targets and the ledger: compared, asked about, confirmed."""
    settings = settings_of(context)
    if kind not in KINDS:
        raise Mistake(f"{kind}: there are {', '.join(KINDS)}")
    if not file.is_file():
        raise Mistake(f"{file}: no such file")
    voice = speech(settings.office.language)
    with Opened(settings) as opened:
        if not dry_run:
            check_writing(opened.store, context)
        check_counties(opened.store, kind, voice)
        session = _Import(context, settings, opened.store, kind, file, voice)
        try:
            session.run(dry_run=dry_run, as_json=as_json, yes=yes)
        except BadFile as bad:
            raise Mistake(f"{file.name}: {words_of(bad.reason, settings.office.language)}") from None


class _Import:
    """One file on its way in: read, shown, asked about, confirmed."""

    def __init__(
        self, context: typer.Context, settings: Settings, store: Store, kind: str, file: Path, voice: Speech
    ) -> None:
        self.office, self.store, self.kind, self.file, self.voice = settings.office, store, kind, file, voice
        now = now_of(context, settings)
        self.act = Act(key=act_key(file, now), at=now, said_in="terminal")

    def run(self, *, dry_run: bool, as_json: bool, yes: bool) -> None:
        read = self._read()
        imported = self._apply(read, dry_run=True)
        can_ask = sys.stdin.isatty() and not (yes or dry_run or as_json)
        if can_ask and imported.draft and self._ask(imported.draft.questions):
            read = self._read()
            imported = self._apply(read, dry_run=True)
        (_print_rows if as_json else self._show)(imported)
        changes = not imported.changes_nothing
        if dry_run or not changes or (as_json and not yes):
            if not changes and imported.problems and not imported.loaded.same:
                raise typer.Exit(1)
            return
        if not yes and not _confirmed(self.voice):
            note(self.voice.word(N_("没有写入。要写入请加 --yes，或在终端里回答 y")))
            raise typer.Exit(1)
        self._apply(read, dry_run=False)
        note(self.voice.word(N_("已写入。")))
        if self.kind == importing.LEDGER:
            note(self.voice.word(N_("要撤销：%(command)s")) % {"command": f"duban take-back {self.act.key}"})

    def _read(self) -> LedgerReading | TableRead:
        note(self.voice.word(N_("正在读取 %(file)s …")) % {"file": self.file.name})
        with _progress() as progress:
            return read_file(self.store, self.office, self.kind, self.file, progress)

    def _apply(self, read: LedgerReading | TableRead, *, dry_run: bool) -> Imported:
        return importing.apply(self.store, self.office, read, self.act, dry_run=dry_run)

    def _show(self, imported: Imported) -> None:
        show_imported(imported, self.voice)

    def _ask(self, questions: tuple[Doubt, ...]) -> bool:
        """Ask about each doubtful cell; tell whether anything was answered."""
        asked = self.voice.word(N_("有%(count)s处要问，现在回答吗？")) % {"count": len(questions)}
        if not questions or not typer.confirm(asked):
            return False
        for doubt in questions:
            self._ask_one(doubt)
        return True

    def _ask_one(self, doubt: Doubt) -> None:
        language = self.office.language
        place = " ".join(part for part in (doubt.sheet, doubt.cell, doubt.number) if part)
        note(f"{place} | {written(doubt, self.voice)!r} | {words_of(doubt.reason, language)}")
        choices = [f"{i}) {likely_label(doubt, text, self.voice)}" for i, text in enumerate(doubt.likely, start=1)]
        if doubt.keepable:
            choices.append(f"{KEEP}) {keep_label(doubt, self.voice)}")
        note("  ".join([*choices, self.voice.word(N_("回车跳过"))]))
        while text := typer.prompt(">", default="", show_default=False, prompt_suffix=" ").strip():
            if text.isdecimal() and 0 < int(text) <= len(doubt.likely):
                text = doubt.likely[int(text) - 1]
            with self.store.writing() as session:
                if text == KEEP and doubt.keepable:
                    read: str | Reason | None = None
                else:
                    read = read_answer(doubt, text, known_of(session, self.office))
                if not isinstance(read, Reason):
                    remember_answer(session, doubt, read, at=self.act.at)
                    return
            note(words_of(read, language))


def _print_rows(imported: Imported) -> None:
    if imported.draft is None:
        raise Mistake("--json: only a ledger has rows to print")
    for row in as_objects(imported.draft):
        out(json.dumps(row, ensure_ascii=False))


def _confirmed(voice: Speech) -> bool:
    try:
        return typer.confirm(voice.word(N_("写入吗？")), err=True)
    except typer.Abort:  # nobody is there to answer
        return False


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar of the rows read, where somebody looks at it."""
    if not sys.stderr.isatty():
        yield None
        return
    with typer.progressbar(length=1, file=sys.stderr) as bar:

        def show(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos)

        yield show


def take_back(
    context: typer.Context, key: Annotated[str, typer.Argument(help="What the import printed.")]
) -> None:  # fmt: skip
    """Take an import of the ledger back, but for duties on which somebody has acted since."""
    settings = settings_of(context)
    voice = speech(settings.office.language)
    now = now_of(context, settings)
    with Opened(settings) as opened:
        check_writing(opened.store, context)
        try:
            with opened.store.writing() as session:
                act = Act(key=f"take-back:{now.isoformat()}", at=now, said_in="terminal")
                taken = ledger.take_back(session, act, key, settings.office.policy)
        except Refusal as refusal:
            raise Mistake(voice.say("refusals", why=refusal.why, **refusal.facts)) from None
    counts = {"removed": len(taken.removed), "restored": len(taken.restored), "left": len(taken.left)}
    out(voice.word(N_("删去新增%(removed)s件，恢复%(restored)s件，之后又有人办过而没有动的%(left)s件")) % counts)
    for number in taken.left:
        out(number)


def export(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help=" | ".join(exporting.KINDS))],
    file: Annotated[Path, typer.Argument(help="Where to: .xlsx or .csv; - for standard output.")],
    county: Annotated[str | None, typer.Option(help="Of one county only.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Judge deadlines at this date; today if not given.")] = None,
) -> None:
    """Write the ledger, the overdue list or the figures to a file; the ledger can be imported again."""
    settings = settings_of(context)
    office = settings.office
    if kind not in exporting.KINDS:
        raise Mistake(f"{kind}: there are {', '.join(exporting.KINDS)}")
    if str(file) != "-" and file.suffix.lower() not in (".xlsx", ".csv"):
        raise Mistake(f"{file}: write to .xlsx or .csv")
    now = now_of(context, settings)
    day = read_date(as_of, today=office.today(now)) if as_of else office.today(now)
    if day is None:
        raise Mistake(f"--as-of {as_of}: write a date, like 2026-11-18")
    with Opened(settings) as opened, opened.store.reading() as session:
        region = Gazetteer(regions(session)).exact(county) if county else None
        if county and region is None:
            raise Mistake(f"--county {county}: no such county")
        asked = exporting.Export(session=session, office=office, region=region, as_of=day, written_at=office.local(now))
        content = exporting.write_file(kind, asked, as_csv=file.suffix.lower() == ".csv" or str(file) == "-")
    if str(file) == "-":
        sys.stdout.buffer.write(content)
    else:
        file.write_bytes(content)
        note(f"{file}: {len(content) / 1024:.0f} KB")
