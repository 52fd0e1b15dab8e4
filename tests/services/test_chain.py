"""The event chain: whatever is changed afterwards shows."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from db.models import Event
from db.store import Store
from services.chain import ROOT, Act, broken_links, digest, record
from services.identity import find_person
from tests.conftest import NOW


def written(store: Store) -> None:
    """Three links of one chain and two of another."""
    with store.writing() as session:
        person, other = find_person(session, "QL0014"), find_person(session, "QL0009")
        act = Act(key="a", at=NOW, person=person, said_in="telegram:1")
        first = record(
            session, act, subject="s", kind="one", before={"面积": "1"}, after={"面积": "2"}, duty_id=4, why="因"
        )
        record(session, act, subject="s", kind="two", after={"a": [1, None]}, duty_id=4, behalf_of=other)
        record(session, act, subject="s", kind="three", undoes_id=first.id, duty_id=4)
        record(session, Act(key="b", at=NOW), subject="t", kind="one", after={"area": Decimal("1.5")})
        record(session, Act(key="b", at=NOW), subject="t", kind="two")


def broken(store: Store) -> list[tuple[str, int]]:
    with store.reading() as session:
        return [(event.subject, event.sequence) for event in broken_links(session)]


def test_links_count_from_one_and_hold_on_to_the_one_before(store: Store) -> None:
    written(store)
    with store.reading() as session:
        chain = session.exec(select(Event).where(Event.subject == "s").order_by(Event.sequence)).all()  # type: ignore[arg-type]
    assert [event.sequence for event in chain] == [1, 2, 3]
    assert [event.previous_hash for event in chain] == [ROOT, chain[0].hash, chain[1].hash]
    assert broken(store) == []


CHANGES = {
    "subject": "x",
    "sequence": 9,
    "kind": "x",
    "act": "x",
    "at": "2026-11-18 01:00:01.000000",
    "person_id": 1,
    "behalf_of_id": 1,
    "said_in": "x",
    "before": '{"面积": "9"}',
    "after": '{"面积": "9"}',
    "why": "x",
    "undoes_id": 1,
    "previous_hash": "f" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("sequence", [1, 2, 3])
@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_field_of_any_link_is_found(store: Store, column: str, sequence: int) -> None:
    written(store)
    with store.writing() as session:
        sql = f"UPDATE event SET {column} = ? WHERE subject = 's' AND sequence = ?"
        assert session.connection().exec_driver_sql(sql, (CHANGES[column], sequence)).rowcount == 1
    assert broken(store)
    if column not in ("subject", "sequence"):
        assert broken(store) == [("s", sequence)]


@pytest.mark.parametrize("sequence", [1, 2])
def test_a_link_taken_out_is_found(store: Store, sequence: int) -> None:
    written(store)
    with store.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("UPDATE event SET undoes_id = NULL WHERE sequence = 0")
        connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(sa.text("UPDATE event SET undoes_id = NULL WHERE subject = 's' AND sequence = 3"))
        connection.execute(sa.text("DELETE FROM event WHERE subject = 's' AND sequence = :n"), {"n": sequence})
    assert broken(store) == [("s", sequence + 1)]


def test_a_forged_link_with_a_hash_of_its_own_breaks_the_next(store: Store) -> None:
    written(store)
    with store.writing() as session:
        event = session.exec(select(Event).where(Event.subject == "s", Event.sequence == 2)).one()
        event.kind = "forged"
        event.hash = digest(event)
        session.add(event)
    assert broken(store) == [("s", 3)]


def test_the_chain_of_the_sample_city_holds(store: Store) -> None:
    assert broken(store) == []


values = st.none() | st.text(max_size=5) | st.integers(-5, 5) | st.lists(st.text(max_size=3), max_size=2)


@given(
    before=st.dictionaries(st.text(max_size=4), values, max_size=3),
    after=st.dictionaries(st.text(max_size=4), values, max_size=3),
    why=st.text(max_size=5),
    field=st.sampled_from(["kind", "act", "said_in", "why", "subject"]),
    more=st.text(min_size=1, max_size=4),
)
def test_the_hash_depends_on_every_word(
    before: dict[str, object], after: dict[str, object], why: str, field: str, more: str
) -> None:
    event = Event(
        subject="s",
        sequence=1,
        kind="k",
        act="a",
        at=datetime(2026, 11, 18, tzinfo=UTC),
        before=before,
        after=after,
        why=why,
        previous_hash=ROOT,
        hash="",
    )
    was = digest(event)
    assert was == digest(event)
    setattr(event, field, getattr(event, field) + more)
    assert digest(event) != was
