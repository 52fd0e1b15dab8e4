"""What an independent review found once, and must stay mended."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.buttons import data_of
from db.models import Level, Notice, Outbox, OutboxKind, OutboxState, Person, Status
from db.queries import numbers_in_message
from db.store import Store
from rules.policy import Office
from scheduler.hours import digest_hour, is_crontab
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing, mark_sent
from scheduler.plan import plan
from services import identity
from services.chain import Act
from services.digest import _last_digest
from tests.conftest import NOW
from tests.scheduler.machine import Fault, Machine
from tests.scheduler.town import Official, Task, Town
from text.reply import Reply

MORNING = datetime.fromisoformat("2026-11-19T08:30+08:00")


def move_in(store: Store, joined: datetime = NOW) -> None:
    with store.writing() as session:
        for person in session.exec(select(Person)).all():
            identity.link(session, Act(key="t", at=joined), person, f"telegram:{person.id}")


def test_a_changed_message_is_about_what_it_says_now(empty_store: Store) -> None:
    def sent(numbers: tuple[str, ...], edits: str | None) -> list[str]:
        envelope = Envelope(reply=Reply(html="x", numbers=numbers), edits=edits)
        outgoing = Outgoing(id=1, chat="telegram:1", envelope=envelope)
        with empty_store.writing() as session:
            mark_sent(session, [(outgoing, "7")], NOW)
            return numbers_in_message(session, "telegram:1", "7")

    assert sent(("A-1",), None) == ["A-1"]
    assert sent(("B-2",), "7") == ["B-2"]
    assert sent((), "7") == []


def test_a_notice_stays_when_one_of_its_buttons_is_pressed(store: Store, office: Office) -> None:
    move_in(store)
    with store.writing() as session:
        plan(session, office, MORNING)
        for row in session.exec(select(Outbox).where(Outbox.kind != OutboxKind.REPLY)).all()[:20]:
            said = render(session, row, office, MORNING)
            assert said is not None
            assert said.stays
    assert data_of("/mine", stays=True) != data_of("/mine")


@pytest.mark.parametrize("digest_at", ["30 8 * * mon", "0 19 * * *"])
def test_a_digest_that_does_not_come_today_holds_back_no_reminder(store: Store, office: Office, digest_at: str) -> None:
    move_in(store)
    odd = replace(office, policy=replace(office.policy, digest_at=digest_at))
    with store.writing() as session:
        deputy = identity.find_person(session, "沙栗县 卫伟斌")
        deputy.wants_digest = True
        session.add(deputy)
        session.flush()
        plan(session, odd, MORNING)
        assert session.exec(select(Outbox).where(Outbox.person_id == deputy.id)).all()


def test_who_joined_yesterday_is_not_told_of_an_outage(store: Store, office: Office) -> None:
    later = datetime.fromisoformat("2026-12-01T08:30+08:00")
    move_in(store, later - timedelta(days=1))
    with store.writing() as session:
        plan(session, office, later)
        notices = session.exec(select(Notice)).all()
    assert len(notices) > 50
    assert not [notice for notice in notices if notice.late]


def test_a_digest_that_was_dropped_is_not_the_last_one(store: Store, office: Office) -> None:
    move_in(store)
    with store.writing() as session:
        plan(session, office, MORNING)
        digests = session.exec(select(Outbox).where(Outbox.kind == OutboxKind.DIGEST)).all()
        assert digests
        for row in digests:
            row.state = OutboxState.DROPPED
            session.add(row)
        session.flush()
        assert _last_digest(session, MORNING.date() + timedelta(days=1))[1] is None


@pytest.mark.parametrize(
    ("weekdays", "fires"),
    [("5", {4}), ("1-5", {0, 1, 2, 3, 4}), ("0", {6}), ("7", {6}), ("1,3", {0, 2}), ("fri", {4}), ("*", set(range(7)))],
)
def test_weekdays_are_numbered_as_in_cron(office: Office, weekdays: str, fires: set[int]) -> None:
    policy = replace(office.policy, digest_at=f"30 8 * * {weekdays}")
    week = [MORNING + timedelta(days=passed) for passed in range(7)]
    assert {day.weekday() for day in week if digest_hour(replace(office, policy=policy), day)} == fires


@pytest.mark.parametrize("line", ["30 8 * * 8", "30 8 * *", "", "30 8 * * 5-1x"])
def test_what_is_no_crontab_is_told_apart(line: str) -> None:
    assert not is_crontab(line)


BEFORE_SENDING = Fault(kind="crash")
HE, HIS = Official(level=Level.RESPONSIBLE), (0,)


def machine(path: Path, office: Office, officials: tuple[Official, ...], *tasks: Task) -> Machine:
    return Machine(path, Town(office=office, first=MORNING.date(), officials=officials, tasks=tasks))


def said(machine: Machine, now: datetime) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.chat, one.numbers) for one in machine.tick(now).messages if one.kind != OutboxKind.ACT]


def test_a_reminder_that_was_not_true_for_a_moment_still_comes(
    empty_store: Store, office: Office, tmp_path: Path
) -> None:
    """Reported done by a slip just before it went out, and taken back at once: on the last day that it is due."""
    town = machine(tmp_path / "empty.db", office, (HE,), Task(due=0, known=-9, named=HIS))
    town.tick(MORNING, BEFORE_SENDING)
    assert town.do("done", MORNING, 0, 0, 0)
    assert said(town, MORNING + timedelta(minutes=2)) == []
    assert town.do("undo", MORNING, 0, 0, 0)
    assert said(town, MORNING + timedelta(minutes=4)) == [("telegram:1", ("KS-2026-001",))]


def test_what_a_reminder_left_out_because_it_was_not_true_for_a_moment_is_said_the_next_day(
    empty_store: Store, office: Office, tmp_path: Path
) -> None:
    tasks = [Task(due=days, known=-9, named=HIS) for days in (3, 7)]
    town = machine(tmp_path / "empty.db", office, (HE,), *tasks)
    town.tick(MORNING, BEFORE_SENDING)
    assert town.do("done", MORNING, 1, 0, 0)
    assert said(town, MORNING + timedelta(minutes=2)) == [("telegram:1", ("KS-2026-001",))]
    assert town.do("undo", MORNING, 0, 0, 0)
    assert said(town, MORNING + timedelta(minutes=4)) == []  # one message a day
    assert said(town, MORNING + timedelta(days=1)) == [("telegram:1", ("KS-2026-001", "KS-2026-002"))]


def test_who_had_the_digest_hears_of_what_comes_later_on_the_next_day(
    empty_store: Store, office: Office, tmp_path: Path
) -> None:
    deputy = Official(level=Level.DEPUTY, wants_digest=True)
    reported = Task(due=-2, known=-9, named=HIS, status=Status.AWAITING_ACCEPTANCE)
    unknown = replace(HE, has_joined=False)
    town = machine(tmp_path / "empty.db", office, (unknown, deputy), reported, Task(due=1, known=-9, named=HIS))
    assert [chat for chat, _numbers in said(town, MORNING)] == ["telegram:2"]
    assert town.do("return", MORNING, 0, 0, 0)
    assert said(town, MORNING + timedelta(hours=2)) == []
    [(chat, numbers)] = said(town, MORNING + timedelta(days=1))
    assert chat == "telegram:2"
    assert "KS-2026-001" in numbers


def test_who_starts_the_bot_again_hears_on_the_same_day_what_nobody_could_be_told(
    empty_store: Store, office: Office, tmp_path: Path
) -> None:
    one = machine(tmp_path / "empty.db", office, (replace(HE, blocks=True),), Task(due=1, known=-9, named=HIS))
    assert one.tick(MORNING).found_closed == {"telegram:1"}
    morning = MORNING + timedelta(days=1)
    assert said(one, morning) == []  # nobody else is there
    assert one.do("write_again", morning, 0, 0, 0)
    assert said(one, morning + timedelta(minutes=1)) == [("telegram:1", ("KS-2026-001",))]
