"""Files in: a document is read first, outside any transaction; what it says is then written in one."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from db.models import Person
from db.queries import regions
from db.store import Store
from documents import ledger, tables
from documents.known import Known
from documents.records import Unread
from rules.policy import Office
from services import loading
from services.chain import Act
from services.differences import Entry, compare
from services.ledger import write
from services.loading import Loaded, Waits
from text.reasons import REASON_WORDS, Reason
from text.regions import Gazetteer

KINDS = ("officials", "counties", "targets", "workdays", "ledger")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A line that was not imported: where it stands, what is written there, and why."""

    place: str
    raw: str
    why: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file; every line is in ``loaded``, in ``problems`` or in ``skipped``."""

    loaded: Loaded
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()  # imported, but worth a look
    skipped: int = 0


def words_of(reason: Reason, language: str) -> str:
    """Say a reason of the documents in a language."""
    zh, en = REASON_WORDS[reason]
    return en if language == "en" else zh


Write = Callable[[Session, Act], Loaded]


def import_file(store: Store, office: Office, kind: str, path: Path, now: datetime, person: Person | None) -> Imported:
    """Import a file of one of KINDS. Raise documents.BadFile when the file as a whole cannot be read."""
    key = f"import:{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}:{now.isoformat()}"
    act = Act(key=key, at=now, person=person, said_in="terminal")
    if kind == "ledger":
        return _ledger(store, office, path, act)
    reading, write = _table(office, kind, path)
    with store.writing() as session:
        loaded = write(session, act)
    problems = tuple(
        Problem(
            place=f"{path.name}:{line.line} {line.column}", raw=line.raw, why=words_of(line.reason, office.language)
        )
        for line in reading.unread
    )
    return Imported(loaded=loaded, problems=problems + _waiting(path.name, loaded, office.language))


def _table(office: Office, kind: str, path: Path) -> tuple[tables.TableReading[Any], Write]:
    if kind == "counties":
        counties = tables.read_counties(path)
        return counties, lambda session, act: loading.load_counties(session, act, office.city, _rows(counties.rows))
    if kind == "officials":
        officials = tables.read_officials(path)
        return officials, lambda session, act: loading.load_officials(session, act, _rows(officials.rows))
    if kind == "targets":
        targets = tables.read_targets(path)
        return targets, lambda session, act: loading.load_targets(session, act, _rows(targets.rows))
    workdays = tables.read_workdays(path)
    return workdays, lambda session, act: loading.load_workdays(session, act, _rows(workdays.rows))


def _rows(rows: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Return records as plain fields; lists are lists, as JSON keeps them."""
    plain = [asdict(row) for row in rows]
    return [{name: list(v) if isinstance(v, tuple) else v for name, v in row.items()} for row in plain]


def _ledger(store: Store, office: Office, path: Path, act: Act) -> Imported:
    with store.reading() as session:
        gazetteer = Gazetteer(regions(session))
    codes = {county.name: county.code for county in gazetteer.counties}

    def find_county(name: str) -> str | None:
        found = gazetteer.exact(name)
        return found.name if found in gazetteer.counties else None

    known = Known(
        find_county=find_county,
        nearest_counties=lambda name: [near.name for near in gazetteer.nearest(name) if near in gazetteer.counties],
        workstreams=office.policy.workstreams,
        county_codes=codes,
    )
    reading = ledger.read_ledger(path, known)
    with store.writing() as session:
        found = compare(session, [Entry(fields=vars(row.duty), raw=row.raw) for row in reading.rows])
        write(session, act, found)
        loaded = Loaded(
            new=[change.number for change in found.new], changed=[change.number for change in found.changed],
            same=found.same,
        )  # fmt: skip
    language = office.language
    notes = tuple(
        Problem(
            place=f"{row.sheet} {note.cell}", raw=note.raw, why=words_of(note.reason, language), name=row.duty.duty_id
        )
        for row in reading.rows
        for note in row.notes
    )
    problems = tuple(_unread(one, language) for one in reading.unread)
    return Imported(
        loaded=loaded, problems=problems + _waiting(path.name, loaded, language), notes=notes,
        skipped=len(reading.skipped),
    )  # fmt: skip


def _unread_line(file: str, line: tables.UnreadLine, language: str) -> Problem:
    return Problem(place=f"{file}:{line.line} {line.column}", raw=line.raw, why=words_of(line.reason, language))


def _unread(one: Unread, language: str) -> Problem:
    first = one.doubts[0]
    why = ";".join(words_of(doubt.reason, language) for doubt in one.doubts)
    return Problem(place=f"{one.sheet} {first.cell}", raw=first.raw, why=why, name=one.number)


WAITS_WORDS = {
    Waits.UNKNOWN_COUNTY: ("不在县(市、区)名单里,请先导入 counties", "its county is not listed: import counties first"),
}


def _waiting(file: str, loaded: Loaded, language: str) -> tuple[Problem, ...]:
    is_english = language == "en"
    return tuple(
        Problem(place=file, raw=name, why=WAITS_WORDS[why][is_english], name=name) for name, why in loaded.waiting
    )
