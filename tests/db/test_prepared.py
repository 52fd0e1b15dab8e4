"""A prepared statement says what SQLAlchemy's own way says, in the same transaction and with the same errors."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Account, Chat, Duty, Person, Status, WorkdayOverride
from db.prepared import Prepared, attached
from db.store import Store
from db.types import UtcDateTime

THEN = datetime(2026, 11, 18, 9, 0, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.writing() as session:
        yield session


def test_values_come_out_as_the_nouns_have_them(session: Session) -> None:
    columns = (col(Duty.number), col(Duty.status), col(Duty.due_on), col(Duty.area_mu), col(Duty.raw))
    query = sa.select(*columns).order_by(col(Duty.id))
    rows = Prepared(query).run(session)
    assert [tuple(row) for row in rows] == [tuple(row) for row in session.execute(query)]
    first = rows[0]
    assert [type(first.status), type(first.area_mu)] == [Status, Decimal]
    assert isinstance(first.due_on, date | None)


def test_values_go_in_as_the_nouns_have_them_and_nothing_of_one_run_stays_for_the_next(session: Session) -> None:
    counted = sa.select(sa.func.count().label("count")).where(
        col(Duty.status) == sa.bindparam("status"), col(Duty.status) != Status.VOID
    )
    prepared = Prepared(counted)
    for status in (Status.CLOSED, Status.NOT_STARTED, Status.VOID, Status.CLOSED):
        assert prepared.run(session, status=status)[0].count == session.execute(counted, {"status": status}).scalar()


def test_a_time_is_stored_in_utc_and_read_as_such(session: Session) -> None:
    person = session.exec(select(Person)).first()
    assert person is not None
    table = Account.metadata.tables["account"]
    at = sa.bindparam("at", type_=UtcDateTime)
    Prepared(
        sa.insert(table).values(address="telegram:5", person_id=person.id, joined_at=at, unreachable_why="")
    ).run(session, at=THEN)  # fmt: skip
    [row] = Prepared(sa.select(table.c.joined_at, table.c.language)).run(session)
    assert (row.joined_at, row.language) == (THEN, None)
    assert row.joined_at.tzinfo == UTC
    with pytest.raises(ValueError, match="naive"):
        Prepared(sa.select(table.c.id).where(table.c.joined_at < at)).run(session, at=THEN.replace(tzinfo=None))


def test_what_was_changed_and_not_written_yet_is_seen(session: Session) -> None:
    session.add(Chat(address="telegram:-5", region_id=1))
    chats = Prepared(sa.select(col(Chat.id)).where(col(Chat.address) == sa.bindparam("address")))
    assert len(chats.run(session, address="telegram:-5")) == 1


def test_it_is_part_of_the_transaction(store: Store) -> None:
    remove = Prepared(sa.delete(WorkdayOverride.metadata.tables["workdayoverride"]))
    count = Prepared(sa.select(sa.func.count().label("count")).select_from(WorkdayOverride))
    with store.writing() as session:
        assert remove.run(session) == []
        assert count.run(session)[0].count == 0
        session.rollback()
    with store.reading() as session:
        assert count.run(session)[0].count > 0


def test_its_errors_are_sqlalchemys(session: Session) -> None:
    with pytest.raises(sa.exc.OperationalError):
        Prepared(sa.select(sa.column("x")).select_from(sa.table("nowhere"))).run(session)
    with pytest.raises(sa.exc.IntegrityError):
        Prepared(sa.insert(Chat.metadata.tables["chat"]).values(address=None)).run(session)


def test_a_noun_made_of_a_row_is_the_sessions_own(session: Session) -> None:
    table = Person.metadata.tables["person"]
    row = Prepared(sa.select(table).order_by(table.c.id).limit(1)).run(session)[0]
    person = attached(session, Person, row)
    loaded = session.execute(select(Person).where(Person.id == row.id).execution_options(populate_existing=True))
    assert loaded.scalar_one() is person
    assert person.model_dump() == row._asdict()
    assert attached(session, Person, row) is person
    person.remark = "改了"
    assert Prepared(sa.select(table.c.remark).where(table.c.id == row.id)).run(session)[0].remark == "改了"
    assert attached(session, Person, row).remark == "改了"


def test_what_is_taken_back_is_not_remembered_by_a_noun_made_of_a_row(session: Session) -> None:
    table = Person.metadata.tables["person"]
    row = Prepared(sa.select(table).order_by(table.c.id).limit(1)).run(session)[0]
    person = attached(session, Person, row)
    attempt = session.begin_nested()
    person.remark = "改了"
    session.flush()
    attempt.rollback()
    assert attached(session, Person, row).remark == row.remark


def test_a_list_is_refused_before_anything_is_asked(session: Session) -> None:
    with pytest.raises(ValueError, match="list"):
        Prepared(sa.select(col(Duty.id)).where(col(Duty.status).in_((Status.CLOSED, Status.VOID)))).run(session)
