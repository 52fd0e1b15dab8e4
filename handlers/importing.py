"""Files in: a document is read first, outside any transaction; what it says is compared, and only then written.

The chat, the terminal and the rehearsal all come through here.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from db.models import Duty, Person, Region
from db.queries import people, regions
from db.store import Store
from documents import kinds, tables
from documents.known import Answers, Known
from documents.ledger import read_ledger
from documents.records import Doubt, LedgerReading, LedgerRow, Note
from documents.uncollected import uncollected
from handlers.questions import answers
from rules.officials import in_post, successor
from rules.policy import Office
from services import differences, ledger, loading
from services.chain import Act
from services.differences import Difference, Entry
from services.loading import Loaded, Waits
from text.reasons import REASON_WORDS, Reason
from text.regions import Gazetteer

KINDS, LEDGER = kinds.KINDS, kinds.LEDGER


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A place in a file that deserves a look: where it stands, what is written there, and why."""

    place: str
    raw: str
    why: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A ledger file as it was read and compared: what it would change, and what it leaves to a person."""

    reading: LedgerReading
    difference: Difference
    questions: tuple[Doubt, ...]
    notes: tuple[Doubt, ...]  # imported, but worth a look


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file, or would; every line is in ``loaded``, in ``problems`` or in ``skipped``."""

    kind: str
    loaded: Loaded
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    skipped: int = 0
    draft: Draft | None = None  # of a ledger

    @property
    def changes_nothing(self) -> bool:
        """Whether writing it would leave all as it is."""
        return self.draft.difference.is_empty if self.draft else not (self.loaded.new or self.loaded.changed)


def words_of(reason: Reason, language: str) -> str:
    """Say a reason of the documents in a language."""
    zh, en = REASON_WORDS[reason]
    return en if language == "en" else zh


Progress = Callable[[int, int], None]  # rows read, of how many


def import_file(store: Store, office: Office, kind: str, path: Path, now: datetime, person: Person | None) -> Imported:
    """Read and write a file of one of KINDS without asking. Raise documents.BadFile when it is none."""
    read = read_file(store, office, kind, path)
    return apply(store, office, read, Act(key=act_key(path, now), at=now, person=person, said_in="terminal"))


def read_file(
    store: Store, office: Office, kind: str, path: Path, progress: Progress | None = None
) -> "LedgerReading | TableRead":
    """Read a file of one of KINDS, outside any transaction."""
    if kind != kinds.LEDGER:
        return read_table(kind, path)
    with store.reading() as session:
        known = known_of(session, office)
    return read_ledger(path, known, progress) if progress else read_ledger(path, known)


def apply(
    store: Store, office: Office, read: "LedgerReading | TableRead", act: Act, *, dry_run: bool = False
) -> Imported:
    """Compare what was read with what is stored and, but for a dry run, write it, in one transaction."""
    # a table's dry run writes and takes it back; a ledger is compared without writing
    with store.reading() if dry_run and isinstance(read, LedgerReading) else store.writing() as session:
        if isinstance(read, TableRead):
            return load_table(session, act, office, read, dry_run=dry_run)
        draft = drafted(session, office, read, office.today(act.at))
        if not dry_run:
            ledger.write(session, act, draft.difference)
        return of_ledger(draft, office)


def act_key(path: Path, now: datetime) -> str:
    """Return the key by which an import at the terminal can be taken back."""
    return f"import:{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}:{now.isoformat()}"


# --- the ledger


def known_of(session: Session, office: Office) -> Known:
    """Return what the office knows before it reads: counties, workstreams, and what people said about cells."""
    gazetteer = Gazetteer(regions(session))
    counties = {county.name: county for county in gazetteer.counties}

    def find_county(name: str) -> str | None:
        found = gazetteer.exact(name)
        return found.name if found and found.name in counties else None

    return Known(
        find_county=find_county,
        nearest_counties=lambda name: [one.name for one in gazetteer.nearest(name) if one.name in counties],
        workstreams=office.policy.workstreams,
        county_codes={name: county.code for name, county in counties.items()},
        answers=Answers(answers(session)),
        numbers_by_spot=_numbers_by_spot(session),
    )


def _numbers_by_spot(session: Session) -> dict[tuple[str, str], str]:
    spots = (
        sa.select(col(Region.name), col(Duty.spot_no), sa.func.min(col(Duty.number)))
        .join(Region, col(Region.id) == col(Duty.region_id))
        .where(col(Duty.spot_no) != "")
        .group_by(col(Region.name), col(Duty.spot_no))
        .having(sa.func.count() == 1)
    )
    return {(county, spot): number for county, spot, number in session.execute(spots)}


@uncollected()
def drafted(session: Session, office: Office, reading: LedgerReading, today: date) -> Draft:
    """Compare what was read with what is stored, and gather what a person has to look at."""
    entries = (
        Entry(fields=vars(row.duty), raw=row.raw, said=row.said, waiting=_waiting(row) if row.doubts else frozenset())
        for row in reading.rows
    )
    mentioned = {row.number for row in reading.unread if row.number}
    difference = differences.compare(session, entries, answers=answers(session), mentioned=mentioned)
    found_at = {row.duty.duty_id: row for row in reading.rows} if difference.conflicts else {}
    questions = (
        *reading.doubts,
        *(_conflict(one, found_at[one.number]) for one in difference.conflicts),
        *(_vanished(one) for one in difference.asked_about),
    )
    notes = [_noted(row, note) for row in reading.rows for note in row.notes]
    return Draft(
        reading=reading, difference=difference, questions=questions,
        notes=(*notes, *_gone_officials(session, reading.rows, today)),
    )  # fmt: skip


def _waiting(row: LedgerRow) -> frozenset[str]:
    """Return the fields that wait for a person; the column of persons has another name than its field."""
    return frozenset("persons" if doubt.field == "person" else doubt.field for doubt in row.doubts)


def _noted(row: LedgerRow, note: Note) -> Doubt:
    return Doubt(
        sheet=row.found_at[0], cell=note.cell, field=note.field, raw=note.raw, reason=note.reason,
        number=row.duty.duty_id,
    )  # fmt: skip


def _conflict(one: differences.Conflict, row: LedgerRow) -> Doubt:
    sheet, number, cell = row.found_at
    reason = Reason.LOWERS_ACCEPTED if one.lowers_acceptance else Reason.TAKES_BACK_REPORT
    return Doubt(
        sheet=sheet, cell=cell or str(number), field=one.field, raw=one.raw, reason=reason,
        subject=one.number, number=one.number, likely=(differences.STAYS,), keepable=True,
    )  # fmt: skip


def _vanished(one: differences.Gone) -> Doubt:
    return Doubt(
        sheet="", cell="", field=differences.VANISHED, raw="", reason=Reason.VANISHED, subject=one.number,
        number=one.number, likely=(), keepable=True,
    )  # fmt: skip


def _gone_officials(session: Session, rows: Sequence[LedgerRow], today: date) -> list[Doubt]:
    """Name the rows whose responsible official has left his post; who follows him is reminded instead."""
    everyone = people(session)
    region_names = {region.id: region.name for region in regions(session)}
    left = {(region_names[person.region_id], person.name): person for person in everyone if not in_post(person, today)}
    if not left:
        return []
    found = []
    for row in rows:
        for name in row.duty.persons:
            person = left.get((row.duty.county, name))
            if person is not None:
                heir = successor(person, everyone, today)
                sheet, _number, cell = row.found_at
                raw = f"{name}→{heir.name}" if heir else name
                found.append(
                    Doubt(sheet=sheet, cell=cell, field="person", raw=raw, reason=Reason.OFFICIAL_LEFT,
                          number=row.duty.duty_id)
                )  # fmt: skip
    return found


def of_ledger(draft: Draft, office: Office) -> Imported:
    """Say what a ledger file would change as every other file's outcome is said."""
    difference, language = draft.difference, office.language
    loaded = Loaded(
        new=[change.number for change in difference.new],
        changed=[change.number for change in difference.changed],
        same=list(difference.same),
    )
    return Imported(
        kind=kinds.LEDGER, loaded=loaded, draft=draft, skipped=len(draft.reading.skipped),
        problems=tuple(problem_of(doubt, language) for doubt in draft.questions),
        notes=tuple(problem_of(note, language) for note in draft.notes),
    )  # fmt: skip


def problem_of(doubt: Doubt, language: str) -> Problem:
    """Put a doubt into words."""
    place = f"{doubt.sheet} {doubt.cell}".strip()
    return Problem(place=place, raw=doubt.raw, why=words_of(doubt.reason, language), name=doubt.number)


# --- the other tables


@dataclass(frozen=True, kw_only=True)
class TableRead:
    """A table as it was read, outside any transaction."""

    kind: str
    file: str
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    unread: tuple[tables.UnreadLine, ...] = ()


READERS: dict[str, Callable[[Path], tables.TableReading[Any]]] = {
    kinds.COUNTIES: tables.read_counties,
    kinds.OFFICIALS: tables.read_officials,
    kinds.TARGETS: tables.read_targets,
    kinds.WORKDAYS: tables.read_workdays,
    kinds.HISTORY: tables.read_history,
}


def read_table(kind: str, path: Path) -> TableRead:
    """Read a table of an office."""
    reading = READERS[kind](path)
    return TableRead(kind=kind, file=path.name, rows=_rows(reading.rows), unread=reading.unread)


def _rows(rows: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Return records as plain fields; lists are lists, as JSON keeps them."""
    plain = [asdict(row) for row in rows]
    return [{name: list(v) if isinstance(v, tuple) else v for name, v in row.items()} for row in plain]


def load_table(session: Session, act: Act, office: Office, read: TableRead, *, dry_run: bool = False) -> Imported:
    """Store a table; a dry run does all the same and takes it back, so that it cannot tell anything else."""
    with session.begin_nested() as tried:
        if read.kind == kinds.COUNTIES:
            loaded = loading.load_counties(session, act, office.city, read.rows)
        else:
            loaded = LOADERS[read.kind](session, act, read.rows)
        if dry_run:
            tried.rollback()
    problems = [
        Problem(place=f"{read.file}:{line.line} {line.column}", raw=line.raw,
                why=words_of(line.reason, office.language))
        for line in read.unread
    ]  # fmt: skip
    waiting = [
        Problem(place=read.file, raw=name, why=words_of(WAITS[why], office.language), name=name)
        for name, why in loaded.waiting
    ]
    return Imported(kind=read.kind, loaded=loaded, problems=(*problems, *waiting))


LOADERS: dict[str, Callable[[Session, Act, Iterable[Mapping[str, Any]]], Loaded]] = {
    kinds.OFFICIALS: loading.load_officials,
    kinds.TARGETS: loading.load_targets,
    kinds.WORKDAYS: loading.load_workdays,
    kinds.HISTORY: loading.load_history,
}
WAITS = {Waits.UNKNOWN_COUNTY: Reason.COUNTY_NOT_LISTED, Waits.UNKNOWN_DUTY: Reason.DUTY_NOT_LISTED}
