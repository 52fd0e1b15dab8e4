"""Figures of earlier days: what is written down at night, and how it is compared with later."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlmodel import select

from db.models import Duty, Status
from db.store import Store
from db.trends import Snapshot, checkpoints
from rules.policy import Office
from scheduler.plan import plan
from services import trends
from services.chain import Act
from services.ledger import remove_duties
from services.trends import compare, figures_then, keep_yesterday, last_august, last_meeting

MORNING = datetime.fromisoformat("2026-11-20T07:00+08:00")
YESTERDAY = date(2026, 11, 19)
AUGUST = date(2026, 8, 20)


def change(store: Store, number: str, **facts: object) -> Duty:
    with store.writing() as session:
        duty = session.exec(select(Duty).where(Duty.number == number)).one()
        for name, value in facts.items():
            setattr(duty, name, value)
        session.add(duty)
        session.flush()
        session.expunge(duty)
        return duty


def of_yesterday(store: Store) -> list[Snapshot]:
    with store.reading() as session:
        return list(session.exec(select(Snapshot).where(Snapshot.day == YESTERDAY)))


def keep(store: Store, office: Office, now: datetime = MORNING) -> None:
    with store.writing() as session:
        keep_yesterday(session, office, now)


def test_only_what_moved_is_written_down_and_only_once_a_day(store: Store, office: Office) -> None:
    change(store, "DC-2026-001", rectified_area_mu=Decimal("2.50"))
    keep(store, office)
    assert [one.rectified_area_mu for one in of_yesterday(store)] == [Decimal("2.50")]
    change(store, "DC-2026-002", rectified_area_mu=Decimal("0.50"))
    keep(store, office, MORNING + timedelta(hours=3))
    assert len(of_yesterday(store)) == 1
    keep(store, office, MORNING + timedelta(days=1))
    with store.reading() as session:
        assert len(list(session.exec(select(Snapshot).where(Snapshot.day == date(2026, 11, 20))))) == 1


def test_a_duty_that_came_today_did_not_stand_yesterday(store: Store, office: Office) -> None:
    change(store, "DC-2026-001", rectified_area_mu=Decimal("2.50"), known_at=MORNING)
    keep(store, office)
    assert of_yesterday(store) == []


def test_the_tick_writes_it_down_on_days_off_too(store: Store, office: Office) -> None:
    change(store, "DC-2026-001", rectified_area_mu=Decimal("2.50"))
    saturday = datetime.fromisoformat("2026-11-21T03:00+08:00")
    with store.writing() as session:
        assert plan(session, office, saturday) == 0
    with store.reading() as session:
        assert session.exec(select(Snapshot).where(Snapshot.day == date(2026, 11, 20))).one().status == "in_progress"


def test_figures_of_a_day_between_two_snapshots_are_those_of_the_earlier(store: Store, office: Office) -> None:
    with store.reading() as session:
        assert figures_then(session, date(2026, 9, 15)) == figures_then(session, AUGUST)
        assert figures_then(session, date(2026, 8, 19)) == {}


def test_what_is_void_now_is_compared_neither_then_as_the_same_nor_now(store: Store, office: Office) -> None:
    with store.reading() as session:
        before = compare(session, office, AUGUST, YESTERDAY)["inspection"]
    change(store, "DC-2026-001", status=Status.VOID)
    with store.reading() as session:
        after = compare(session, office, AUGUST, YESTERDAY)["inspection"]
    assert (before.same.count - after.same.count, before.now.count - after.now.count) == (1, 1)
    assert before.then == after.then


def test_a_duty_taken_back_takes_its_snapshots_along(store: Store, office: Office) -> None:
    duty_id = change(store, "DC-2026-001").id
    assert duty_id is not None
    with store.writing() as session:
        remove_duties(session, [duty_id])
    with store.reading() as session:
        assert session.exec(select(Snapshot).where(Snapshot.duty_id == duty_id)).all() == []


def test_a_meeting_keeps_the_figures_of_its_moment_under_its_name(store: Store, office: Office) -> None:
    change(store, "DC-2026-001", rectified_area_mu=Decimal("2.50"))
    with store.writing() as session:
        trends.mark_meeting(session, office, Act(key="m", at=MORNING), "11月会")
        trends.mark_meeting(session, office, Act(key="n", at=MORNING), "11月调度会")
    today = office.today(MORNING)
    change(store, "DC-2026-001", rectified_area_mu=Decimal("9.50"))
    with store.reading() as session:
        assert [one.name for one in checkpoints(session) if one.day == today] == ["11月调度会"]
        compared = compare(session, office, today, today + timedelta(days=30))["inspection"]
    assert compared.now.rectified_area - compared.then.rectified_area == Decimal(7)


def test_one_looks_back_to_august_and_without_one_to_the_earliest_figures(store: Store, empty_store: Store) -> None:
    with store.reading() as session:
        assert last_august(session, YESTERDAY) == AUGUST
        found = last_meeting(session, YESTERDAY)
        assert found is not None
        assert found.day == AUGUST
        assert last_august(session, date(2026, 8, 1)) is None
        assert last_meeting(session, date(2026, 8, 1)) is None
    with empty_store.reading() as session:
        assert last_meeting(session, YESTERDAY) is None
