"""The judge of the sentences: says each to the whole program in a copy of the sample city, and compares.

A wrong write is a report, an extension or anything else in the event chain that the speaker did not plainly order.
``understood`` counts what was answered, asked, refused or left alone as the corpus says a person would expect.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

import handlers.answer
from db.models import Event, Person, Question, Region, SentMessage
from db.queries import duty_by_number, people, regions
from db.store import Store
from handlers.request import Request
from rehearsal.cast import account_of, group_of
from rules.policy import Office
from rules.refusal import Refusal, Why
from text.grammar import Spoken
from text.regions import Gazetteer
from text.reply import Reply

HERE = Path(__file__).parent
NOW = datetime.fromisoformat("2026-11-18T09:00+08:00")
REPORTS = {"reported_done": "done", "progress": "progress", "extension_asked": "extend", "undone": "undo"}
LOST = {Why.NOT_UNDERSTOOD, Why.COURTESY, Why.STRANGER}
HELP = {"help", "start"}


class _Undo(Exception):  # noqa: N818  (it is no error)
    """Takes a transaction back."""


@dataclass
class Outcome:
    """What came of one sentence."""

    spoken: list[Spoken] = field(default_factory=list)
    why: Why | None = None
    reply: Reply | None = None
    events: list[Event] = field(default_factory=list)
    question: str = ""

    @property
    def commands(self) -> list[str]:
        buttons = [button.command for row in self.reply.buttons for button in row] if self.reply else []
        return [*buttons, *([self.question] if self.question else [])]

    @property
    def verdict(self) -> str:
        if self.reply is None:
            return "silent"
        if self.why in LOST:
            return "lost"
        if self.why is not None:
            return "asks" if self.commands else "refuses"
        return "asks" if self.question or (self.spoken and self.spoken[-1].command == "assign") else "does"


@dataclass(frozen=True)
class Judged:
    """A sentence with what came of it, and whether that is right."""

    case: dict[str, Any]
    outcome: Outcome
    is_right: bool
    is_wrong_write: bool

    @property
    def line(self) -> str:
        spoken = self.outcome.spoken[-1] if self.outcome.spoken else None
        said = f"/{spoken.command} {' '.join(spoken.words)}" if spoken else ""
        mark = "WRONG WRITE" if self.is_wrong_write else "ok" if self.is_right else "missed"
        why = f" ({self.outcome.why})" if self.outcome.why else ""
        return (
            f"{mark:11} {self.case['id']:16} {self.case['text']!r} [{self.case['who']}, {self.case['where']}]\n"
            f"{'':12}wanted {json.dumps(self.case['expect'], ensure_ascii=False)}\n"
            f"{'':12}got    {self.outcome.verdict}{why} {said} {self.outcome.commands}"
        )


class Bench:
    """The sample city, and sentences said in it, each forgotten before the next."""

    def __init__(self, store: Store, office: Office) -> None:
        self.store, self.office = store, office
        with store.reading() as session:
            self.people: dict[str, Person] = {person.name: person for person in people(session)}
            self.regions: dict[str, Region] = {region.name: region for region in regions(session)}

    def judge(self, case: dict[str, Any]) -> Judged:
        """Say a sentence and compare."""
        outcome = self.hear(case)
        expected = [case["expect"], *case["expect"].get("alternatives", [])]
        wrong = [event for event in outcome.events if not self._is_meant(event, case["expect"], expected)]
        is_right = not wrong and self._is_right(case, outcome, expected)
        return Judged(case, outcome, is_right, bool(wrong))

    def hear(self, case: dict[str, Any]) -> Outcome:
        """Say a sentence, and take back whatever it changed."""
        outcome, carry_out = Outcome(), handlers.answer._do

        def listen(call: Any, spoken: Spoken) -> Reply:
            outcome.spoken.append(spoken)
            outcome.why = None
            try:
                return carry_out(call, spoken)
            except Refusal as refusal:
                outcome.why = refusal.why
                raise

        handlers.answer._do = listen  # what was understood shows only here
        refused = handlers.answer._refused
        handlers.answer._refused = lambda call, refusal: (setattr(outcome, "why", refusal.why), refused(call, refusal))[
            1
        ]
        try:
            with self.store.writing() as session:
                request = self._request(session, case)
                before = session.exec(select(sa.func.max(Event.id))).one() or 0
                outcome.reply = handlers.answer.answer(request, session, self.office)
                session.flush()
                written = select(Event).where(col(Event.id) > before).order_by(col(Event.id))
                outcome.events = list(session.exec(written))
                question = session.exec(select(Question)).first()
                outcome.question = question.command if question else ""
                session.expunge_all()
                raise _Undo
        except _Undo:
            pass
        finally:
            handlers.answer._do, handlers.answer._refused = carry_out, refused
        return outcome

    def _request(self, session: Session, case: dict[str, Any]) -> Request:
        in_group = case["where"] in ("mention", "group", "group_reply")
        person = self.people.get(case["who"])
        sender = f"telegram:{account_of(person)}" if person else "telegram:900001"
        chat = f"telegram:{group_of(self.regions[case['group']])}" if in_group else sender
        if case.get("quoted"):
            session.add(SentMessage(chat=chat, message_id="77", numbers=case["quoted"], sent_at=NOW))
            session.flush()
        return Request(
            key=f"judge:{case['id']}", sender=sender, chat=chat, text=case["text"], now=NOW, is_group=in_group,
            chat_title=case.get("group", ""), replied_to="77" if case.get("quoted") else None,
            addressed=case["where"] != "group",
        )  # fmt: skip

    # --- comparing

    def _is_right(self, case: dict[str, Any], outcome: Outcome, expected: list[dict[str, Any]]) -> bool:
        got = outcome.verdict
        verdicts = {wanted.get("verdict", case["expect"]["verdict"]) for wanted in expected}
        return any(self._is_as_wanted(verdict, got, case, outcome, expected) for verdict in verdicts)

    def _is_as_wanted(
        self, verdict: str, got: str, case: dict[str, Any], outcome: Outcome, expected: list[dict[str, Any]]
    ) -> bool:  # fmt: skip
        if verdict == "silent":
            return got == "silent"
        if verdict == "lost":
            is_help = bool(outcome.spoken) and outcome.spoken[-1].command in HELP
            return got == "lost" or is_help or (got == "silent" and case["where"] != "private")
        if verdict == "refuses":
            return got in ("refuses", "lost") or (got == "asks" and outcome.why == Why.UNKNOWN_REGION)
        done = got == "does" and any(
            self._fits(case, outcome.spoken[-1], wanted, outcome.events) for wanted in expected
        )
        # a card that writes nothing and has the intended deed on its buttons asks as well
        asked = got in ("asks", "does") and not outcome.events and self._offers(case, outcome, expected)
        return {"does": done, "asks": asked, "either": done or asked or got == "refuses"}[verdict]

    def _fits(self, case: dict[str, Any], spoken: Spoken, wanted: dict[str, Any], events: list[Event]) -> bool:
        said = self._slots(spoken)
        intents = {wanted.get("intent"), *({"done"} if wanted.get("intent") == "progress" else ())}
        home = case.get("group") or self._home(case["who"])
        said.setdefault("county", home)
        for name in ("county", "workstream", "days"):
            if name in wanted and said.get(name) != wanted[name] and not (name == "county" and wanted.get("numbers")):
                return False
        numbers = wanted.get("numbers")
        if events and numbers is not None:
            return spoken.command in intents and {event.subject.removeprefix("duty:") for event in events} == set(
                numbers
            )
        return spoken.command in intents and (
            numbers is None or set(said["numbers"] or case.get("quoted", [])) == set(numbers)
        )

    def _offers(self, case: dict[str, Any], outcome: Outcome, expected: list[dict[str, Any]]) -> bool:
        offered = [*outcome.spoken[-1:]]
        for line in outcome.commands:
            name, *words = line.removeprefix("/").split()
            offered.append(Spoken(command=name, words=tuple(words)))
        return any(
            wanted.get("intent") is None
            or (
                (one.command == wanted["intent"] or {one.command, wanted["intent"]} == {"done", "progress"})
                and (
                    not wanted.get("numbers")
                    or not self._slots(one)["numbers"]
                    or set(self._slots(one)["numbers"]) <= set(wanted["numbers"])
                )
            )
            for one in offered
            for wanted in expected
        )

    def _home(self, name: str) -> str:
        person = self.people.get(name)
        return next((region.name for region in self.regions.values() if person and region.id == person.region_id), "")

    def _slots(self, spoken: Spoken) -> dict[str, Any]:
        found: dict[str, Any] = {"numbers": []}
        codes = {stream.code for stream in self.office.policy.workstreams}
        with self.store.reading() as session:
            for word in spoken.words:
                if duty_by_number(session, word.upper()):
                    found["numbers"].append(word.upper())
                elif region := Gazetteer(list(self.regions.values())).exact(word):
                    found["county"] = region.name
                elif word in codes:
                    found["workstream"] = word
                elif days := re.match("[0-9]+", word):
                    found["days"] = int(days[0])
        return found

    def _is_meant(self, event: Event, expect: dict[str, Any], expected: list[dict[str, Any]]) -> bool:
        if expect["verdict"] not in ("does", "either"):
            return False
        kind = REPORTS.get(event.kind)
        for wanted in expected:
            if kind != wanted.get("intent") or event.subject.removeprefix("duty:") not in wanted.get("numbers", []):
                continue
            area = wanted.get("area_mu") if kind == "progress" else None
            farmland = wanted.get("farmland_mu") if kind == "progress" else None
            if _same(area, event.after.get("rectified_area_mu")) and _same(
                farmland, event.after.get("rectified_farmland_mu")
            ):
                return True
        return kind == "undo" and expected[0].get("intent") == "undo"


def _same(wanted: Any, got: Any) -> bool:
    try:
        return wanted is None or abs(Decimal(str(wanted)) - Decimal(str(got))) < Decimal("0.01")
    except InvalidOperation:
        return False


def cases(name: str) -> Iterator[dict[str, Any]]:
    """Return the sentences of a corpus."""
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def table(judged: list[Judged]) -> str:
    """Say how many of each kind were understood."""
    kinds = list(dict.fromkeys(one.case["kind"] for one in judged))
    rows = [f"{'kind':12} {'said':>5} {'right':>6} {'rate':>7} {'wrong writes':>13}"]
    for kind in [*kinds, "all"]:
        mine = [one for one in judged if kind in (one.case["kind"], "all")]
        right = sum(one.is_right for one in mine)
        wrong = sum(one.is_wrong_write for one in mine)
        rows.append(f"{kind:12} {len(mine):5} {right:6} {right / len(mine):7.1%} {wrong:13}")
    verdicts = Counter((one.case["expect"]["verdict"], one.outcome.verdict) for one in judged)
    rows.append("wanted -> got: " + ", ".join(f"{w} -> {g} {n}" for (w, g), n in sorted(verdicts.items())))
    return "\n".join(rows)
