"""A file against the ledger: compared without writing, written as one act, taken back as one."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from db.files import CellAnswer
from db.models import DueKind, Duty, DutyOfficial, Event, Notice, Progress, Status
from db.queries import duty_by_number
from db.store import Store
from rules.policy import Office, Policy
from rules.refusal import Refusal, Why
from services import extending, reporting
from services.chain import Act, broken_links
from services.differences import Difference, Entry, compare
from services.ledger import STORED, take_back, write
from tests.conftest import NOW, person_named

LATER = NOW + timedelta(hours=1)
ACT = Act(key="import:1", at=LATER)


def entry(number: str, county: str = "澜东区", waiting: tuple[str, ...] = (), **more: Any) -> Entry:
    blank: dict[str, Any] = dict.fromkeys(STORED, "")
    areas: dict[str, Any] = {name: Decimal(0) for name in STORED if name.endswith("_mu")}
    dates: dict[str, Any] = dict.fromkeys(("issued_on", "due_original", "due_extended", "due_on", "closed_on"))
    named: dict[str, Any] = {"principal": "", "deputy": "", "persons": ()}
    kind = {"workstream": "test", "status": Status.IN_PROGRESS, "due_kind": DueKind.MISSING}
    fields = {"duty_id": number, "county": county, **blank, **areas, **dates, **named, **kind, **more}
    return Entry(fields=fields, raw={"title": str(more.get("title", ""))}, waiting=frozenset(waiting))


def write_entries(session: Session, *entries: Entry, act: Act = ACT) -> Difference:
    difference = compare(session, entries)
    write(session, act, difference)
    return difference


def found(session: Session, number: str) -> Duty:
    duty = duty_by_number(session, number)
    assert duty is not None
    return duty


def rows(session: Session, table: type, *where: Any) -> int:
    return session.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()


def names_of(session: Session, number: str) -> list[tuple[str, str]]:
    query = select(DutyOfficial).where(DutyOfficial.duty_id == found(session, number).id)
    return [(one.level.value, one.name) for one in session.exec(query.order_by(col(DutyOfficial.position)))]


def test_comparing_writes_nothing_and_tells_old_and_new(store: Store) -> None:
    with store.writing() as session:
        write_entries(session, entry("N-1", title="旧", area_mu=Decimal("3.5")))
    with store.reading() as session:
        events = rows(session, Event)
        difference = compare(session, [entry("N-1", title="新", area_mu=Decimal("3.50")), entry("N-2")])
        assert [change.number for change in difference.new] == ["N-2"]
        assert [(c.number, c.changes) for c in difference.changed] == [("N-1", {"title": ("旧", "新")})]
        assert rows(session, Event) == events
        assert duty_by_number(session, "N-2") is None


def test_what_waits_gets_its_interim_value_when_new_and_stays_as_it_was_otherwise(store: Store) -> None:
    good = entry("N-1", due_original=date(2026, 11, 30), due_on=date(2026, 11, 30), due_kind=DueKind.DATE)
    broken = entry("N-1", waiting=("due_original",), due_kind=DueKind.INVALID, title="别的也改了")
    with store.writing() as session:
        write_entries(session, good)
        difference = write_entries(session, broken, act=replace(ACT, key="import:2"))
        assert list(difference.changed[0].changes) == ["title"]
        duty = found(session, "N-1")
        assert (duty.due_on, duty.due_kind, duty.title) == (date(2026, 11, 30), DueKind.DATE, "别的也改了")
        write_entries(session, replace(broken, fields={**broken.fields, "duty_id": "N-2"}), act=ACT)
        assert found(session, "N-2").due_kind == DueKind.INVALID


@pytest.mark.parametrize("status", [Status.IN_PROGRESS, Status.AWAITING_ACCEPTANCE, Status.RETURNED])
def test_an_accepted_state_is_never_lowered_without_asking(store: Store, status: Status) -> None:
    closed = entry(
        "N-1", status=Status.CLOSED, closed_on=date(2026, 11, 1), area_mu=Decimal(10), rectified_area_mu=Decimal(10)
    )
    lower = entry("N-1", status=status, title="改了", area_mu=Decimal(10), rectified_area_mu=Decimal(4))
    with store.writing() as session:
        write_entries(session, closed)
        difference = write_entries(session, lower, act=replace(ACT, key="import:2"))
        assert [(one.number, one.lowers_acceptance) for one in difference.conflicts] == [("N-1", True)]
        duty = found(session, "N-1")
        assert (duty.status, duty.closed_on, duty.title) == (Status.CLOSED, date(2026, 11, 1), "改了")
        assert duty.rectified_area_mu == 10
        asked = difference.conflicts[0]
        as_in_the_file = compare(session, [lower], answers={("N-1", "status", asked.raw): None})
        assert as_in_the_file.conflicts == []
        assert as_in_the_file.changed[0].changes["status"] == ("closed", status.value)
        stays = compare(session, [lower], answers={("N-1", "status", asked.raw): "stored"})
        assert (stays.conflicts, stays.changed, stays.same) == ([], [], ["N-1"])


@pytest.mark.parametrize(
    ("says", "changes", "asked"),
    [
        (("4", "in_progress"), {}, ["rectified_area_mu"]),  # less than was reported since
        (("8", "in_progress"), {"rectified_area_mu": ("6", "8")}, []),
        (("4", "not_started"), {}, ["rectified_area_mu", "status"]),
        (("9", "closed"), {"rectified_area_mu": ("6", "9"), "status": ("awaiting_acceptance", "closed")}, []),
    ],
)
def test_what_was_reported_in_the_chat_is_not_taken_back_by_a_file(
    store: Store, says: tuple[str, str], changes: dict[str, Any], asked: list[str]
) -> None:
    with store.writing() as session:
        write_entries(session, entry("N-1", area_mu=Decimal(9), rectified_area_mu=Decimal(2)))
        duty = found(session, "N-1")
        duty.rectified_area_mu, duty.status = Decimal(6), Status.AWAITING_ACCEPTANCE
        session.flush()
        file = entry("N-1", area_mu=Decimal(9), rectified_area_mu=Decimal(says[0]), status=Status(says[1]))
        difference = compare(session, [file])
        assert sorted(one.field for one in difference.conflicts) == asked
        assert [dict(change.changes) for change in difference.changed] == ([changes] if changes else [])


def test_a_column_that_a_file_does_not_have_says_nothing(store: Store) -> None:
    full = entry("N-1", title="占用耕地", persons=("甲某",), area_mu=Decimal(9), rectified_area_mu=Decimal(4))
    slim = entry("N-1", area_mu=Decimal(10))
    slim = replace(slim, said=frozenset({"duty_id", "county", "workstream", "area_mu", "status"}))
    with store.writing() as session:
        write_entries(session, full)
        difference = write_entries(session, slim, act=replace(ACT, key="import:2"))
        assert difference.changed[0].changes == {"area_mu": ("9", "10")}
        duty = found(session, "N-1")
        assert (duty.title, duty.rectified_area_mu, names_of(session, "N-1")) == (
            "占用耕地", Decimal(4), [("responsible", "甲某")],
        )  # fmt: skip
        assert write_entries(session, slim).is_empty


def test_an_extension_that_a_slim_file_does_not_know_stays_in_force(store: Store) -> None:
    first, later = date(2026, 11, 30), date(2026, 12, 20)
    extended = entry("N-1", due_original=first, due_extended=later, due_on=later, due_kind=DueKind.DATE)
    slim = entry("N-1", due_original=first, due_on=first, due_kind=DueKind.DATE)
    with store.writing() as session:
        write_entries(session, extended)
        slim = replace(slim, said=frozenset(slim.fields) - {"due_extended"})
        assert compare(session, [slim]).is_empty
        assert not compare(session, [replace(slim, said=None)]).is_empty


def test_a_doubtful_person_leaves_the_stored_one(store: Store) -> None:
    with store.writing() as session:
        write_entries(session, entry("N-1", persons=("甲某",)))
        assert write_entries(session, entry("N-1", waiting=("persons",))).is_empty
        assert names_of(session, "N-1") == [("responsible", "甲某")]


def test_a_file_that_says_again_what_it_said_before_the_acceptance_lowers_nothing(store: Store) -> None:
    open_ = entry("N-1")
    with store.writing() as session:
        write_entries(session, open_)
        found(session, "N-1").status = Status.CLOSED  # accepted in the chat
        session.flush()
        again = compare(session, [open_])
        assert (again.same, again.conflicts, again.changed) == (["N-1"], [], [])


def test_a_file_that_says_what_the_chat_reported_changes_nothing(store: Store, office: Office) -> None:
    operator = person_named(store, "QL0009")
    with store.writing() as session:
        write_entries(session, entry("N-1", area_mu=Decimal(9)))
        act = Act(key="chat", at=LATER, person=operator)
        reporting.report_progress(session, office, act, found(session, "N-1"), Decimal(5), Decimal(0))
        exported = entry("N-1", area_mu=Decimal(9), rectified_area_mu=Decimal("5.00"))
        assert compare(session, [exported]).same == ["N-1"]
        more = entry("N-1", area_mu=Decimal(9), rectified_area_mu=Decimal(6))
        assert compare(session, [more]).changed[0].changes == {"rectified_area_mu": ("5", "6")}


def test_a_duty_gone_from_its_workstream_and_county_is_asked_about_until_somebody_says(store: Store) -> None:
    mine, other = entry("N-1"), entry("N-2")
    with store.writing() as session:
        write_entries(session, mine, other)
        assert [gone.number for gone in compare(session, [mine]).asked_about] == ["N-2"]
        assert compare(session, [entry("N-3", workstream="other")]).asked_about == []
        assert compare(session, [entry("N-3", "石桐县")]).asked_about == []
        assert compare(session, [mine], mentioned={"N-2"}).asked_about == []
        assert compare(session, [mine], answers={("N-2", "vanished", ""): None}).asked_about == []
        found(session, "N-2").status = Status.CLOSED
        session.flush()
        assert compare(session, [mine]).vanished == []


def test_what_was_said_about_a_vanished_duty_is_forgotten_when_it_comes_back(store: Store) -> None:
    with store.writing() as session:
        write_entries(session, entry("N-1"), entry("N-2"))
        session.add(CellAnswer(subject="N-2", field="vanished", raw="", answered_at=LATER))
        session.add(CellAnswer(subject="N-9", field="vanished", raw="", answered_at=LATER))
        session.flush()
        write_entries(session, entry("N-1"), entry("N-2"), act=replace(ACT, key="import:2"))
        assert [one.subject for one in session.exec(select(CellAnswer))] == ["N-9"]


def test_a_vanished_duty_is_suspended_with_the_import_and_taken_back_with_it(store: Store, office: Office) -> None:
    one, two = entry("N-1"), entry("N-2")
    with store.writing() as session:
        write_entries(session, one, two)
        said = {("N-2", "vanished", ""): "suspend"}
        difference = compare(session, [one], answers=said)
        assert not difference.is_empty
        write(session, replace(ACT, key="import:2"), difference)
        assert found(session, "N-2").status == Status.SUSPENDED
        assert compare(session, [one], answers=said).is_empty
        back = compare(session, [one, two])
        assert [(change.number, change.changes) for change in back.changed] == [
            ("N-2", {"status": ("suspended", "in_progress")})
        ]
        take_back(session, Act(key="undo", at=LATER), "import:2", office.policy)
        assert found(session, "N-2").status == Status.IN_PROGRESS
        assert compare(session, [one, two]).is_empty
        assert broken_links(session) == []


def test_an_import_is_taken_back_as_one(store: Store, office: Office) -> None:
    first = entry("N-1", title="旧", persons=("甲某", "乙某"), due_on=date(2026, 12, 1), due_kind=DueKind.DATE)
    second = entry(
        "N-1", "石桐县", title="新", persons=("丙某",), rectified_area_mu=Decimal("2.5"), due_kind=DueKind.LONG_TERM
    )
    with store.writing() as session:
        write_entries(session, first)
        before = found(session, "N-1").model_dump()
        write_entries(session, second, entry("N-2", persons=("丁某",)), act=replace(ACT, key="import:2"))
        session.add(Notice(key="n", duty_id=found(session, "N-2").id or 0, person_id=1, due_on=date(2026, 12, 1),
                           rule="x", day=date(2026, 11, 18)))  # fmt: skip
        gone = found(session, "N-2").id
        taken = take_back(session, Act(key="undo", at=LATER), "import:2", office.policy)
        assert (taken.removed, taken.restored, taken.left) == (["N-2"], ["N-1"], [])
        session.expire_all()
        assert found(session, "N-1").model_dump() == before
        assert names_of(session, "N-1") == [("responsible", "甲某"), ("responsible", "乙某")]
        assert duty_by_number(session, "N-2") is None
        for table in (DutyOfficial, Progress, Notice):
            assert rows(session, table, table.duty_id == gone) == 0  # type: ignore[attr-defined]
        assert rows(session, Event, Event.subject == "duty:N-2") == 2
        assert broken_links(session) == []
        assert compare(session, [first]).same == ["N-1"]
        with pytest.raises(Refusal) as refusal:
            take_back(session, Act(key="undo2", at=LATER), "import:2", office.policy)
        assert refusal.value.why == Why.NOTHING_TO_UNDO
    with store.writing() as session:  # and the same file may be imported again
        write_entries(session, second, entry("N-2"), act=replace(ACT, key="import:3"))
        assert broken_links(session) == []


def test_cells_that_were_answered_later_go_back_with_their_import(store: Store, office: Office) -> None:
    with store.writing() as session:
        write_entries(session, entry("N-1", title="一"), entry("N-2"))
        write_entries(session, entry("N-1", title="二"), entry("N-2"), act=ACT)
        taken = take_back(session, Act(key="undo", at=LATER), ACT.key, office.policy)
        assert (sorted(taken.removed), taken.left) == (["N-1", "N-2"], [])
        assert ledger_of(session) == []
        assert broken_links(session) == []


def test_what_somebody_built_on_an_import_stays(store: Store, office: Office) -> None:
    operator = person_named(store, "QL0009")
    with store.writing() as session:
        write_entries(session, entry("N-1", area_mu=Decimal(9)), entry("N-2"))
        act = Act(key="chat", at=LATER, person=operator)
        reporting.report_done(session, office, act, found(session, "N-1"))
        taken = take_back(session, Act(key="undo", at=LATER), ACT.key, office.policy)
        assert (taken.removed, taken.left) == (["N-2"], ["N-1"])
        assert found(session, "N-1").status == Status.AWAITING_ACCEPTANCE


@pytest.mark.parametrize(("key", "hours", "why"), [("other", 0, Why.NOTHING_TO_UNDO), (ACT.key, 25, Why.UNDO_TOO_LATE)])
def test_what_cannot_be_taken_back_is_refused(store: Store, key: str, hours: int, why: Why) -> None:
    with store.writing() as session:
        write_entries(session, entry("N-1"))
        with pytest.raises(Refusal) as refusal:
            take_back(session, Act(key="undo", at=LATER + timedelta(hours=hours)), key, Policy())
        assert refusal.value.why == why


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    files=st.lists(
        st.dictionaries(
            st.sampled_from(["N-1", "N-2", "N-3"]),
            st.tuples(st.sampled_from(["", "一", "二"]), st.integers(0, 3), st.sampled_from(list(Status))),
            min_size=1,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_imports_taken_back_in_turn_leave_the_ledger_as_it_was(
    store: Store, office: Office, files: list[dict[str, tuple[str, int, Status]]]
) -> None:
    """Whatever came in, the last first, goes out again; and importing a file twice changes nothing the second time."""
    with store.writing() as session:
        states = []
        for turn, file in enumerate(files):
            states.append(ledger_of(session))
            entries = [entry(n, title=t, area_mu=Decimal(a), status=s) for n, (t, a, s) in sorted(file.items())]
            write_entries(session, *entries, act=Act(key=f"import:{turn}", at=LATER))
            assert compare(session, entries).is_empty
        for turn in range(len(files) - 1, -1, -1):
            if rows(session, Event, Event.act == f"import:{turn}"):
                take_back(session, Act(key=f"undo:{turn}", at=LATER), f"import:{turn}", office.policy)
            session.expire_all()
            assert ledger_of(session) == states[turn]
        assert broken_links(session) == []
        session.rollback()


def ledger_of(session: Session) -> list[dict[str, Any]]:
    query = select(Duty).where(col(Duty.number).like("N-%")).order_by(col(Duty.number))
    return [duty.model_dump(exclude={"id"}) for duty in session.exec(query)]


# --- a deadline that was extended in the chat, and files that know nothing of it


def extended(store: Store, office: Office) -> tuple[Entry, date]:
    """A duty from a file whose deadline the head of the office moved since."""
    before, after = date(2026, 12, 8), date(2026, 12, 31)
    said = entry("N-1", due_original=before, due_on=before, due_kind=DueKind.MONTH_END, title="旧")
    operator, head = person_named(store, "苗宏宁"), person_named(store, "姜启林")
    with store.writing() as session:
        write_entries(session, said)
        asks = Act(key="ask", at=LATER, person=operator)
        asked = extending.ask(session, asks, office, found(session, "N-1"), after, "雨", None)
        decides = Act(key="decide", at=LATER, person=head)
        extending.approve(session, decides, office, asked.extension, after)
    return said, after


def due_of(session: Session) -> tuple[date | None, date | None]:
    return found(session, "N-1").due_on, found(session, "N-1").due_extended


def changed(said: Entry, **fields: Any) -> Entry:
    return replace(said, fields={**said.fields, **fields})


def test_a_file_without_the_new_deadline_does_not_take_it_back(store: Store, office: Office) -> None:
    said, after = extended(store, office)
    with store.writing() as session:
        assert write_entries(session, said).same == ["N-1"]
        difference = write_entries(session, changed(said, title="新"))
        assert list(difference.changed[0].changes) == ["title"]
        assert difference.conflicts == []
        assert due_of(session) == (after, after)


def test_a_file_with_another_deadline_than_the_extended_one_is_asked_about(store: Store, office: Office) -> None:
    said, after = extended(store, office)
    other = date(2026, 12, 10)
    with store.writing() as session:
        difference = write_entries(session, changed(said, due_original=other, due_on=other))
        assert [(one.field, one.raw) for one in difference.conflicts] == [("due_on", f"{other}|{after}")]
        assert due_of(session) == (after, after)


def test_a_file_that_has_the_new_deadline_changes_nothing(store: Store, office: Office) -> None:
    said, after = extended(store, office)
    ours = changed(said, due_extended=after, due_on=after, due_kind=DueKind.DATE)
    with store.writing() as session:
        difference = write_entries(session, ours)
        assert (difference.same, difference.conflicts) == (["N-1"], [])
        assert due_of(session) == (after, after)


def test_an_import_is_not_taken_back_from_under_an_extension(store: Store, office: Office) -> None:
    _said, after = extended(store, office)
    with store.writing() as session:
        taken = take_back(session, replace(ACT, key="undo"), ACT.key, office.policy)
        assert (taken.left, taken.removed) == (["N-1"], [])
        assert due_of(session) == (after, after)
