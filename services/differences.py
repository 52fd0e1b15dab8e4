"""A ledger file against the stored ledger: what is new, changed, gone; nothing is written here.

A row is compared with what the last file said, not with what is stored: a number that somebody reported in the chat
since then is not overwritten by a file that did not change it.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from db.models import Duty, Status
from db.queries import duties_by_id, in_parts, regions
from services.chain import plain

KEPT = "kept"
VANISHED = "vanished"  # the field under which it is remembered what to do with a duty that a file no longer has
DUE = frozenset({"due_original", "due_extended", "due_on", "due_kind"})  # one deadline: they wait together
CLOSING = frozenset({"status", "closed_on"})
REPORTED = frozenset({"rectified_area_mu", "rectified_farmland_mu"})
STAYS = "stored"  # the answer that what is stored stays as it is
SUSPEND = "suspend"  # the answer that a vanished duty is no longer chased

SETTLED = (Status.CLOSED, Status.SUSPENDED)  # nobody misses them in a file

Answers = Mapping[tuple[str, str, str], str | None]  # as documents.answers.Answers: (subject, field, raw) -> text


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A duty as a file has it: fields named as in ``ledger_clean.csv``, and those of them that wait for a person.

    ``said`` are the fields that the file speaks about (None: all); a column that it has not says nothing.
    """

    fields: Mapping[str, Any]
    raw: Mapping[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    said: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a file would make of one duty: field -> (what is stored, what the file says), as JSON keeps it.

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

    @property
    def closes(self) -> bool:
        """Whether the duty is struck off by the file."""
        before, after = self.changes.get("status", (None, None))
        return bool(after == Status.CLOSED and before != Status.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A file that lowers an acceptance, or takes back what the chat reported; a person decides.

    ``raw`` names this contradiction, and only this one: what the file says | what is stored.
    """

    number: str
    field: str
    raw: str
    lowers_acceptance: bool


@dataclass(frozen=True, kw_only=True)
class Gone:
    """An open duty that a file of its workstream and county no longer has."""

    number: str
    duty_id: int
    answer: str | None  # what somebody said: KEPT or SUSPEND; None: nobody yet


@dataclass(kw_only=True)
class Difference:
    """A file against what is stored; nothing of it is written yet."""

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    vanished: list[Gone] = field(default_factory=list)

    @property
    def closed(self) -> list[str]:
        """The numbers of the duties that the file strikes off."""
        return [change.number for change in self.changed if change.closes]

    @property
    def asked_about(self) -> list[Gone]:
        """The vanished duties of which nobody has said that they stay."""
        return [gone for gone in self.vanished if gone.answer is None]

    @property
    def suspended(self) -> list[Gone]:
        """The vanished duties that are no longer to be chased."""
        return [gone for gone in self.vanished if gone.answer == SUSPEND]

    @property
    def is_empty(self) -> bool:
        """Whether writing would change nothing."""
        return not self.new and not self.changed and not self.suspended


@dataclass(frozen=True)
class _Stored:
    id: int
    imported: str  # as text: most rows are equal, and need not be taken apart

    @property
    def was_in_a_file(self) -> bool:
        """Whether a file has had the duty; what was issued here and is in no file yet has no number there."""
        return '"duty_id": ' in self.imported


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
    place = {region.name: region.id for region in regions(session) if region.id is not None}
    stored = _stored(session)
    seen, workstreams, counties = set(mentioned), set(), set()
    for entry in entries:
        number, region_id = entry.fields["duty_id"], place[entry.fields["county"]]
        seen.add(number)
        workstreams.add(entry.fields["workstream"])
        counties.add(region_id)
        _file(difference, entry, stored.get(number), region_id)
    _settle(session, difference, answers)
    missing = {one.id for number, one in stored.items() if one.was_in_a_file and number not in seen}
    difference.vanished = _gone(session, missing, workstreams, counties, answers)
    return difference


def _file(difference: Difference, entry: Entry, stored: _Stored | None, region_id: int) -> None:
    number = entry.fields["duty_id"]
    if stored is None:
        difference.new.append(Change(number=number, entry=entry, region_id=region_id))
        return
    said = {name: plain(value) for name, value in entry.fields.items()}
    if stored.imported == as_text(said):
        difference.same.append(number)
        return
    before = {"duty_id": number, **json.loads(stored.imported)}
    unsaid = _unsaid(entry, before)
    held = {name: before.get(name) for name in _held(entry.waiting) | unsaid}
    now = said | held
    changes = {name: (before.get(name), value) for name, value in now.items() if before.get(name) != value}
    change = Change(number=number, entry=entry, region_id=region_id, duty_id=stored.id, held=held, changes=changes)
    if changes:
        difference.changed.append(change)
    else:
        difference.same.append(number)


def _unsaid(entry: Entry, before: Mapping[str, Any]) -> frozenset[str]:
    """Return what a file has no column for; an extension that it does not know of stays in force."""
    if entry.said is None:
        return frozenset()
    unsaid = frozenset(entry.fields) - entry.said
    is_extended = "due_extended" in unsaid and before.get("due_extended")
    return unsaid | {"due_on", "due_kind"} if is_extended else unsaid


def _held(waiting: frozenset[str]) -> frozenset[str]:
    """Return what of a stored duty stays as it is until a person has looked: a deadline waits as a whole."""
    return waiting | (DUE if waiting & DUE else frozenset()) | (CLOSING if waiting & CLOSING else frozenset())


def _settle(session: Session, difference: Difference, answers: Answers) -> None:
    """Look at each changed duty as it is stored: what it says already is no change, what contradicts it is asked."""
    duties: dict[int, Duty] = {}
    for ids in in_parts([change.duty_id for change in difference.changed if change.duty_id is not None]):
        duties |= duties_by_id(session, ids)
    changed, difference.changed = difference.changed, []
    for change in changed:
        settled = _settled(difference, change, duties[change.duty_id or 0], answers)
        if settled.changes:
            difference.changed.append(settled)
        else:
            difference.same.append(change.number)


def _settled(difference: Difference, change: Change, duty: Duty, answers: Answers) -> Change:
    left: dict[str, tuple[Any, Any]] = {}
    held = dict(change.held)
    staying: frozenset[str] = frozenset()
    for name, (said_before, says) in change.changes.items():
        stored = plain(getattr(duty, name)) if name in Duty.model_fields else said_before
        if stored == says:
            continue
        left[name] = (stored, says)
        if _contradicts(duty, name, said_before, stored, says):
            raw = f"{says}|{stored}"
            key = (change.number, name, raw)
            lowers = name == "status" and duty.status == Status.CLOSED
            if key not in answers:
                difference.conflicts.append(
                    Conflict(number=change.number, field=name, raw=raw, lowers_acceptance=lowers)
                )
            if answers.get(key, STAYS) is not None:
                staying |= {name} | (CLOSING | REPORTED if lowers else frozenset())
    for name in staying & left.keys():
        held[name] = change.changes[name][0]
        del left[name]
    return replace(change, changes=left, held=held)


def _contradicts(duty: Duty, name: str, said_before: Any, stored: Any, says: Any) -> bool:
    """Whether a file takes back what somebody accepted or reported since the last file."""
    if name == "status":
        lowers = duty.status == Status.CLOSED
        return says != Status.CLOSED and (lowers or stored != said_before)
    if stored == (said_before if said_before is not None or not name.endswith("_mu") else "0"):
        return False
    return name not in REPORTED or Decimal(says or 0) < Decimal(stored)


def _stored(session: Session) -> dict[str, _Stored]:
    rows = session.execute(sa.select(col(Duty.number), col(Duty.id), sa.cast(col(Duty.imported), sa.Text)))
    return {number: _Stored(id=duty_id, imported=said) for number, duty_id, said in rows if duty_id is not None}


def _gone(
    session: Session, missing: set[int], workstreams: set[str], counties: set[int], answers: Answers
) -> list[Gone]:  # fmt: skip
    """Find what a file should have had; it says nothing of workstreams and counties that it does not mention."""
    found = []
    for ids in in_parts(sorted(missing)):
        for duty in duties_by_id(session, ids).values():
            if duty.workstream in workstreams and duty.region_id in counties and duty.status not in SETTLED:
                assert duty.id is not None
                answer = answers.get(key) or KEPT if (key := (duty.number, VANISHED, "")) in answers else None
                found.append(Gone(number=duty.number, duty_id=duty.id, answer=answer))
    return sorted(found, key=lambda gone: gone.number)


def as_text(said: Mapping[str, Any]) -> str:
    """Return what a file said as the database keeps it, so that equal rows are found without being taken apart."""
    return json.dumps(said, ensure_ascii=False)
