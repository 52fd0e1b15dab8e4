"""A ledger file against the stored ledger: what is new, changed, gone; nothing is written here.

A row is compared with what the last file said, not with what is stored: a number that somebody reported in the chat
since then is not overwritten by a file that did not change it.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from db.models import Duty, Status
from db.queries import duties_by_id, in_parts, regions
from services.chain import plain

VANISHED = "vanished"  # the field under which it is remembered what to do with a duty that a file no longer has
DUE = frozenset({"due_original", "due_extended", "due_on", "due_kind"})  # one deadline: they wait together
CLOSING = frozenset({"status", "closed_on"})

Answers = Mapping[tuple[str, str, str], str | None]  # as documents.answers.Answers: (subject, field, raw) -> text


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A duty as a file has it: fields named as in ``ledger_clean.csv``, and those of them that wait for a person."""

    fields: Mapping[str, Any]
    raw: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a file would make of one duty: field -> (what the last file said, what this one says), as JSON keeps it.

    Of a new duty everything is new: its ``changes`` are not written out.
    """

    number: str
    entry: Entry
    region_id: int
    duty_id: int | None = None
    held: Mapping[str, Any] = field(default_factory=dict)  # what stays as it was said before
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether the duty is not stored yet."""
        return self.duty_id is None

    @property
    def said(self) -> dict[str, Any]:
        """What is remembered as said by this file."""
        return {name: plain(value) for name, value in self.entry.fields.items()} | dict(self.held)

    def touches(self, name: str) -> bool:
        """Whether the file changes a field."""
        return self.is_new or name in self.changes

    @property
    def closes(self) -> bool:
        """Whether the duty is struck off by the file."""
        before, after = self.changes.get("status", (None, None))
        return bool(after == Status.CLOSED and before != Status.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Lowering:
    """A file that says of an accepted duty that it is not: ``raw`` names this contradiction, and only this one."""

    number: str
    says: Status
    raw: str


@dataclass(frozen=True, kw_only=True)
class Gone:
    """An open duty that a file of its workstream and county no longer has."""

    number: str
    title: str
    region_id: int
    duty_id: int
    kept: bool  # somebody said that it stays


@dataclass(kw_only=True)
class Difference:
    """A file against what is stored; nothing of it is written yet."""

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    lowered: list[Lowering] = field(default_factory=list)
    vanished: list[Gone] = field(default_factory=list)
    unknown_county: list[str] = field(default_factory=list)

    @property
    def closed(self) -> list[str]:
        """The numbers of the duties that the file strikes off."""
        return [change.number for change in self.changed if change.closes]

    @property
    def asked_about(self) -> list[Gone]:
        """The vanished duties of which nobody has said that they stay."""
        return [gone for gone in self.vanished if not gone.kept]

    @property
    def is_empty(self) -> bool:
        """Whether writing would change nothing."""
        return not self.new and not self.changed


@dataclass(frozen=True)
class _Stored:
    id: int
    region_id: int
    status: Status
    closed_on: date | None
    imported: str


def compare(
    session: Session,
    entries: Iterable[Entry],
    *,
    answers: Answers | None = None,
    mentioned: Collection[str] = (),
) -> Difference:
    """Compare what a file says with what is stored; ``mentioned`` are numbers that stand in it but cannot be read."""
    answers = answers or {}
    difference = Difference()
    place = {region.name: region.id for region in regions(session)}
    stored = _stored(session)
    seen, workstreams, counties = set(mentioned), set(), set()
    for entry in entries:
        number, region_id = entry.fields["duty_id"], place.get(entry.fields["county"])
        seen.add(number)
        if region_id is None:
            difference.unknown_county.append(number)
            continue
        workstreams.add(entry.fields["workstream"])
        counties.add(region_id)
        _file(difference, entry, stored.get(number), region_id, answers)
    _drop_what_is_stored(session, difference)
    missing = {one.id for number, one in stored.items() if one.imported != "{}" and number not in seen}
    difference.vanished = _gone(session, missing, workstreams, counties, answers)
    return difference


def _file(
    difference: Difference, entry: Entry, stored: _Stored | None, region_id: int, answers: Answers
) -> None:  # fmt: skip
    number = entry.fields["duty_id"]
    if stored is None:
        difference.new.append(Change(number=number, entry=entry, region_id=region_id))
        return
    said = {name: plain(value) for name, value in entry.fields.items()}
    if stored.imported == as_text(said):
        difference.same.append(number)
        return
    before = json.loads(stored.imported)
    held = {name: before.get(name) for name in _held(entry.waiting)}
    if stored.status == Status.CLOSED and said["status"] not in (Status.CLOSED, before.get("status")):
        lowering = Lowering(number=number, says=Status(said["status"]), raw=f"{said['status']}|{stored.closed_on}")
        held |= {name: before.get(name) for name in _settle_lowering(difference, lowering, answers)}
    now = said | held
    changes = {name: (before.get(name), value) for name, value in now.items() if before.get(name) != value}
    if not changes:
        difference.same.append(number)
        return
    difference.changed.append(
        Change(number=number, entry=entry, region_id=region_id, duty_id=stored.id, held=held, changes=changes)
    )


def _drop_what_is_stored(session: Session, difference: Difference) -> None:
    """Call no change what the ledger says already: a file that we exported tells us what the chat reported."""
    duties: dict[int, Duty] = {}
    for ids in in_parts([change.duty_id for change in difference.changed if change.duty_id is not None]):
        duties |= duties_by_id(session, ids)
    changed, difference.changed = difference.changed, []
    for change in changed:
        duty = duties[change.duty_id or 0]
        left = {name: pair for name, pair in change.changes.items() if not _says(duty, name, pair[1])}
        if left:
            difference.changed.append(replace(change, changes=left))
        else:
            difference.same.append(change.number)


def _says(duty: Duty, name: str, value: Any) -> bool:
    return name in Duty.model_fields and name != "region_id" and plain(getattr(duty, name)) == value


def _held(waiting: frozenset[str]) -> frozenset[str]:
    """Return what of a stored duty stays as it is until a person has looked: a deadline waits as a whole."""
    return waiting | (DUE if waiting & DUE else frozenset()) | (CLOSING if waiting & CLOSING else frozenset())


def _settle_lowering(difference: Difference, lowering: Lowering, answers: Answers) -> frozenset[str]:
    """Ask before an accepted state is lowered; an answer holds for this acceptance only."""
    key = (lowering.number, "status", lowering.raw)
    if key not in answers:
        difference.lowered.append(lowering)
    return frozenset() if key in answers and answers[key] is None else CLOSING


def _stored(session: Session) -> dict[str, _Stored]:
    columns = (Duty.number, Duty.id, Duty.region_id, Duty.status, Duty.closed_on, sa.cast(col(Duty.imported), sa.Text))
    rows = session.execute(sa.select(*columns))  # type: ignore[call-overload]
    return {number: _Stored(*rest) for number, *rest in rows}


def _gone(
    session: Session, missing: set[int], workstreams: set[str], counties: set[int], answers: Answers
) -> list[Gone]:  # fmt: skip
    """Find what a file should have had: a file of one workstream or one county says nothing about the others."""
    found = []
    for ids in in_parts(sorted(missing)):
        for duty in duties_by_id(session, ids).values():
            if duty.workstream in workstreams and duty.region_id in counties and duty.status != Status.CLOSED:
                assert duty.id is not None
                kept = (duty.number, VANISHED, "") in answers
                gone = Gone(number=duty.number, title=duty.title, region_id=duty.region_id, duty_id=duty.id, kept=kept)
                found.append(gone)
    return sorted(found, key=lambda gone: gone.number)


def as_text(said: Mapping[str, Any]) -> str:
    """Return what a file said as the database keeps it, so that equal rows are found without being taken apart."""
    return json.dumps(said, ensure_ascii=False)
