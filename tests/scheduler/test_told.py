"""What somebody did, told to another: merged for ten minutes, inside the window, only while it is true."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.models import Duty, Event, Extension, Notice, Outbox, OutboxKind, OutboxState, Person, Status, Telling
from db.queries import duty_by_number, regions
from db.store import Store
from rules.policy import Office
from rules.reminders import lead_moments
from scheduler import outbox
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing, claim, claimable, mark_sent
from scheduler.plan import plan
from scheduler.sender import undeliverable
from scheduler.told import ASSIGNED, MOST_TOLD, TOLD, macro_of
from services import extending, identity
from services.chain import Act, record
from services.notices import find_another_way, tell
from tests.conftest import NOW
from text.reply import Reply, speech

NUMBER = "DC-2026-002"
DUE = date(2026, 12, 31)
MINUTE = timedelta(minutes=1)
EVENING = datetime.fromisoformat("2026-11-20T17:55+08:00")  # a Friday
MONDAY = datetime.fromisoformat("2026-11-23T08:30+08:00")


@dataclass
class Stage:
    """The sample city with everybody's account, and a sender that is a function."""

    store: Store
    office: Office
    sent: list[tuple[str, Reply]] = field(default_factory=list)
    acts: int = 0

    def do(self, deed: Callable[[Session], object]) -> None:
        with self.store.writing() as session:
            deed(session)

    def act(self, session: Session, who: str, at: datetime) -> Act:
        self.acts += 1
        return Act(key=f"act:{self.acts}", at=at, person=identity.find_person(session, who))

    def ask(self, number: str = NUMBER, at: datetime = NOW, who: str = "澜东区 马景民") -> None:
        def deed(session: Session) -> None:
            duty = found(session, number)
            due = (duty.due_on or DUE) + timedelta(days=20)
            extending.ask(session, self.act(session, who, at), self.office, duty, due, "连续降雨", None)

        self.do(deed)

    def decide(self, at: datetime = NOW, *, due: date | None = None, request: int = 1) -> None:
        """Approve with a day; without one, refuse."""

        def deed(session: Session) -> None:
            extension, act = extending.find_request(session, request), self.act(session, "姜启林", at)
            if due:
                extending.approve(session, act, self.office, extension, due)
            else:
                extending.refuse(session, act, self.office, extension, "雨季已过")

        self.do(deed)

    def assign(self, number: str = NUMBER, at: datetime = NOW, to: str = "澜东区 马景民") -> list[str]:
        with self.store.writing() as session:
            duty, person = found(session, number), identity.find_person(session, to)
            act = self.act(session, "姜启林", at)
            event = record(session, act, subject=f"duty:{number}", kind=ASSIGNED, duty_id=duty.id)
            return [one.name for one in tell(session, self.office, event, [person], at)]

    def tick(self, now: datetime) -> list[tuple[str, Reply]]:
        """Send what may go now, with the sender's own functions; return what went out."""
        with self.store.writing() as session:
            ids = session.execute(claimable(now, self.office.may_notify(now))).scalars().all()
            claim(session, ids, "walker", now, MINUTE)
            out: list[tuple[str, Reply]] = []
            for row in session.exec(select(Outbox).where(col(Outbox.id).in_(ids)).order_by(col(Outbox.id))).all():
                reply = render(session, row, self.office, now)
                if reply is None:
                    outbox.drop(session, row, "no longer true")
                    continue
                mark_sent(
                    session, [(Outgoing(id=row.id or 0, chat=row.chat, envelope=Envelope(reply=reply)), None)], now
                )
                out.append((row.chat, reply))
        self.sent += out
        return out

    def rows(self) -> list[Outbox]:
        with self.store.reading() as session:
            return list(session.exec(select(Outbox).where(Outbox.kind == OutboxKind.ACT).order_by(col(Outbox.id))))

    def chat(self, who: str) -> str:
        with self.store.reading() as session:
            return f"telegram:{identity.find_person(session, who).id}"

    def without_account(self, *names: str) -> None:
        def deed(session: Session) -> None:
            for name in names:
                person = identity.find_person(session, name)
                session.connection().execute(sa.text("DELETE FROM account WHERE person_id = :id"), {"id": person.id})

        self.do(deed)


def found(session: Session, number: str) -> Duty:
    duty = duty_by_number(session, number)
    assert duty is not None
    return duty


@pytest.fixture(scope="session")
def linked_file(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample city with everybody's account, to be copied."""
    path = shutil.copy(city_file, tmp_path_factory.mktemp("linked") / "city.db")
    store = Store(f"sqlite:///{path}")
    with store.writing() as session:
        for person in session.exec(select(Person)).all():
            identity.link(session, Act(key="t", at=NOW), person, f"telegram:{person.id}")
    store.close()
    return path


@pytest.fixture
def stage(linked_file: Path, tmp_path: Path, office: Office) -> Iterator[Stage]:
    store = Store(f"sqlite:///{shutil.copy(linked_file, tmp_path / 'duban.db')}")
    yield Stage(store, office)
    store.close()


def bind_landong(stage: Stage) -> str:
    with stage.store.writing() as session:
        region = next(region for region in regions(session) if region.name == "澜东区")
        identity.bind(session, Act(key="b", at=NOW), "telegram:-100", "澜东群", region)
    return "telegram:-100"


# --- when


def test_an_act_waits_ten_minutes_and_takes_along_what_comes_meanwhile(stage: Stage) -> None:
    stage.ask()
    stage.ask("DC-2026-001", NOW + 9 * MINUTE)
    assert stage.tick(NOW + 9 * MINUTE) == []
    ((chat, reply),) = stage.tick(NOW + 10 * MINUTE)
    assert chat == stage.chat("姜启林")
    assert reply.numbers == (NUMBER, "DC-2026-001")
    assert [row[0].command for row in reply.buttons] == ["/decide 1 yes", "/decide 2 yes"]
    assert reply.buttons[1][0].label == "DC-2026-001 同意"
    stage.ask("DC-2026-003", NOW + 11 * MINUTE)
    assert stage.tick(NOW + 20 * MINUTE) == []
    assert [reply.numbers for _chat, reply in stage.tick(NOW + 21 * MINUTE)] == [("DC-2026-003",)]


def test_what_happens_when_the_window_is_closed_goes_as_one_message_when_it_opens(stage: Stage) -> None:
    for hours, number in ((0, NUMBER), (2, "DC-2026-001"), (20, "DC-2026-003")):
        stage.ask(number, EVENING + timedelta(hours=hours))
    for minutes in range(6, 60 * 62, 30):  # through the night and the weekend
        assert stage.tick(EVENING + minutes * MINUTE) == []
    ((_chat, reply),) = stage.tick(MONDAY)
    assert len(reply.numbers) == 3
    assert stage.tick(MONDAY + MINUTE) == []


def test_each_person_has_his_own_message(stage: Stage) -> None:
    stage.assign(to="澜东区 马景民")
    stage.assign("DC-2026-028", to="沙栗县 戚启")
    assert {chat for chat, _reply in stage.tick(NOW + 10 * MINUTE)} == {
        stage.chat("澜东区 马景民"), stage.chat("沙栗县 戚启"),
    }  # fmt: skip


def test_an_act_is_told_to_a_person_once_whoever_says_so_twice(stage: Stage) -> None:
    def twice(session: Session) -> None:
        duty, person = found(session, NUMBER), identity.find_person(session, "澜东区 马景民")
        act = stage.act(session, "姜启林", NOW)
        event = record(session, act, subject=f"duty:{NUMBER}", kind=ASSIGNED, duty_id=duty.id)
        tell(session, stage.office, event, [person, person], NOW)
        tell(session, stage.office, event, [person], NOW)
        assert [one.key for one in session.exec(select(Telling))] == [f"act:{event.id}:{person.id}"]

    stage.do(twice)
    ((_chat, reply),) = stage.tick(NOW + 10 * MINUTE)
    assert reply.html.count(NUMBER) == 1


def test_nothing_is_added_to_a_message_that_was_tried(stage: Stage) -> None:
    stage.ask()
    with stage.store.writing() as session:
        session.execute(sa.update(Outbox).values(attempts=1, possibly_repeated=True))
    stage.ask("DC-2026-001", NOW + MINUTE)
    assert len(stage.rows()) == 2


def test_an_act_that_is_rolled_back_tells_nobody(stage: Stage) -> None:
    def fails(session: Session) -> None:
        duty = found(session, NUMBER)
        extending.ask(session, stage.act(session, "澜东区 马景民", NOW), stage.office, duty, DUE, "雨", None)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        stage.do(fails)
    assert stage.rows() == []


def test_an_act_is_not_the_days_reminder_and_no_reminder_holds_it_back(stage: Stage) -> None:
    morning = datetime.fromisoformat("2026-11-19T08:30+08:00")
    stage.assign(to="澜东区 马景民", at=morning - 20 * MINUTE)
    stage.do(lambda session: plan(session, stage.office, morning))
    with stage.store.reading() as session:
        chat = stage.chat("澜东区 马景民")
        kinds = [row.kind for row in session.exec(select(Outbox).where(Outbox.chat == chat))]
    assert sorted(kinds) == ["act", "reminder"]
    stage.tick(morning)
    stage.tick(morning + MINUTE)
    assert len([reply for to, reply in stage.sent if to == chat]) == 2


def test_an_act_that_waits_over_a_day_is_not_dropped_with_the_days_notices(stage: Stage) -> None:
    stage.ask(at=EVENING)
    stage.do(lambda session: plan(session, stage.office, MONDAY))
    assert [row.state for row in stage.rows()] == [OutboxState.WAITING]


# --- what


def test_the_head_is_asked_with_all_he_needs_to_decide(stage: Stage) -> None:
    stage.ask("DC-2026-004")
    ((_chat, reply),) = stage.tick(NOW + 10 * MINUTE)
    for piece in ("DC-2026-004", "澜东区", "马景民", "11月6日", "11月26日", "延20天", "连续降雨", "超期12天", "92.99%"):
        assert piece in reply.html, piece
    assert [button.command for row in reply.buttons for button in row] == [
        "/decide 1 yes", "/decide 1 change", "/decide 1 no",
    ]  # fmt: skip
    assert reply.stays


@pytest.mark.parametrize(("due", "shown"), [(DUE, "延期已批准"), (None, "延期未获批准")])
def test_who_asked_is_told_what_was_decided(stage: Stage, due: date | None, shown: str) -> None:
    stage.ask()
    stage.decide(NOW + MINUTE, due=due)
    told = dict(stage.tick(NOW + 11 * MINUTE))
    reply = told[stage.chat("澜东区 马景民")]
    assert shown in reply.html
    assert ("12月31日" if due else "雨季已过") in reply.html


def test_a_new_duty_is_told_with_place_area_deadline_and_the_three_levels(stage: Stage) -> None:
    stage.assign()
    ((_chat, reply),) = stage.tick(NOW + 10 * MINUTE)
    for piece in (NUMBER, "澜东区", "补充耕地", "37.87亩", "32.57", "12月8日", "马景民", "李明波", "凤新"):
        assert piece in reply.html, piece
    assert [button.command for row in reply.buttons for button in row] == [f"/progress {NUMBER}", f"/duty {NUMBER}"]


def test_of_many_acts_the_rest_is_counted(stage: Stage) -> None:
    numbers = [f"DC-2026-0{n:02}" for n in (1, 2, 3, 4, 10, 12, 13, 15)]
    for number in numbers:
        stage.assign(number)
    ((_chat, reply),) = stage.tick(NOW + 10 * MINUTE)
    assert f"另有{len(numbers) - MOST_TOLD}件" in reply.html
    assert len(reply.buttons) == MOST_TOLD
    assert reply.numbers == tuple(numbers)


@pytest.mark.parametrize("kind", sorted(TOLD))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_act_has_its_words(kind: str, language: str) -> None:
    module = speech(language).environment.get_template("told_parts.j2").module
    assert callable(getattr(module, macro_of(kind)))


# --- only while it is true


def drop_reasons(stage: Stage) -> dict[str, OutboxState]:
    return {row.chat: row.state for row in stage.rows()}


def test_a_request_that_was_decided_meanwhile_is_not_shown_to_the_head(stage: Stage) -> None:
    stage.ask()
    stage.decide(NOW + MINUTE, due=DUE)
    stage.tick(NOW + 11 * MINUTE)
    head, asker = stage.chat("姜启林"), stage.chat("澜东区 马景民")
    assert drop_reasons(stage) == {head: OutboxState.DROPPED, asker: OutboxState.SENT}


@pytest.mark.parametrize("status", [Status.CLOSED, Status.AWAITING_ACCEPTANCE])
def test_a_request_for_a_duty_that_is_done_is_not_shown_to_the_head(stage: Stage, status: Status) -> None:
    stage.ask()
    stage.do(lambda session: setattr(found(session, NUMBER), "status", status))
    assert stage.tick(NOW + 10 * MINUTE) == []
    assert drop_reasons(stage) == {stage.chat("姜启林"): OutboxState.DROPPED}


def test_what_is_no_longer_true_is_left_out_of_a_message_that_goes(stage: Stage) -> None:
    stage.ask()
    stage.ask("DC-2026-001")
    stage.do(lambda session: setattr(found(session, NUMBER), "status", Status.CLOSED))
    ((_chat, reply),) = stage.tick(NOW + 10 * MINUTE)
    assert reply.numbers == ("DC-2026-001",)
    assert NUMBER not in reply.html


def test_an_approval_that_the_ledger_overtook_is_not_told(stage: Stage) -> None:
    stage.ask()
    stage.decide(NOW + MINUTE, due=DUE)
    stage.do(lambda session: setattr(found(session, NUMBER), "due_on", date(2027, 1, 5)))
    stage.tick(NOW + 11 * MINUTE)
    assert set(drop_reasons(stage).values()) == {OutboxState.DROPPED}


def test_an_assignment_that_was_taken_back_is_not_told(stage: Stage) -> None:
    stage.assign()

    def take_back(session: Session) -> None:
        event = session.exec(select(Event).where(Event.kind == ASSIGNED)).one()
        act = stage.act(session, "姜启林", NOW)
        record(session, act, subject=event.subject, kind="undone", duty_id=event.duty_id, undoes_id=event.id)

    stage.do(take_back)
    assert stage.tick(NOW + 10 * MINUTE) == []


# --- to whom, when he cannot be reached


def test_who_cannot_be_reached_is_told_of_in_the_countys_group_without_names_or_buttons(stage: Stage) -> None:
    group = bind_landong(stage)
    stage.without_account("澜东区 马景民")
    assert stage.assign() == []
    ((chat, reply),) = stage.tick(NOW + 10 * MINUTE)
    assert chat == group
    assert "请单位转告" in reply.html
    assert not [name for name in ("马景民", "李明波", "凤新", "姜启林") if name in reply.html]
    assert reply.buttons == ()


def test_without_a_group_the_deputy_is_told(stage: Stage) -> None:
    stage.without_account("澜东区 马景民")
    stage.assign()
    assert [chat for chat, _reply in stage.tick(NOW + 10 * MINUTE)] == [stage.chat("澜东区 李明波")]


def test_whom_nothing_reaches_is_said_to_the_caller(stage: Stage) -> None:
    stage.without_account("澜东区 马景民", "澜东区 李明波")
    assert stage.assign() == ["马景民"]
    assert stage.rows() == []


def test_what_the_head_is_to_decide_never_goes_to_a_group_or_a_county(stage: Stage) -> None:
    bind_landong(stage)
    stage.without_account("姜启林")
    stage.ask()
    assert stage.rows() == []


def test_who_blocked_the_bot_is_told_another_way_at_once(stage: Stage) -> None:
    group = bind_landong(stage)
    stage.assign()
    (row,) = stage.rows()
    outgoing = Outgoing(id=row.id or 0, chat=row.chat, envelope=Envelope(reply=None))
    then = NOW + 10 * MINUTE
    stage.do(lambda session: undeliverable(session, stage.office, outgoing, "blocked", then))
    ((chat, reply),) = stage.tick(then)
    assert chat == group
    assert NUMBER in reply.numbers
    assert [row.state for row in stage.rows()] == [OutboxState.FAILED, OutboxState.SENT]


def test_a_message_without_a_further_way_stays_failed(stage: Stage) -> None:
    stage.without_account("澜东区 李明波")
    stage.assign()
    (row,) = stage.rows()
    outgoing = Outgoing(id=row.id or 0, chat=row.chat, envelope=Envelope(reply=None))
    stage.do(lambda session: undeliverable(session, stage.office, outgoing, "blocked", NOW))
    stage.do(lambda session: find_another_way(session, stage.office, row.id or 0, NOW))
    assert [row.state for row in stage.rows()] == [OutboxState.FAILED]


# --- reminders follow the deadline


def leads(duty: Duty, office: Office) -> set[date]:
    return {day for day, _rule in lead_moments(duty, office.policy, office.calendar)}


def reminded_on(stage: Stage, days: Iterable[date]) -> set[date]:
    """Plan and send on some mornings; return those on which the duty was spoken of."""
    for day in sorted(days):
        now = datetime.fromisoformat(f"{day}T08:30+08:00")
        stage.do(lambda session, now=now: plan(session, stage.office, now))  # type: ignore[misc]
        stage.tick(now)
    with stage.store.reading() as session:
        duty = found(session, NUMBER)
        return {one.day for one in session.exec(select(Notice).where(Notice.duty_id == duty.id))}


def test_an_approved_extension_brings_the_new_lead_times_and_no_longer_the_old(stage: Stage) -> None:
    first, last = date(2026, 11, 19), date(2027, 1, 15)
    with stage.store.reading() as session:
        old = {day for day in leads(found(session, NUMBER), stage.office) if first < day <= last}
    stage.ask()
    stage.decide(NOW + MINUTE, due=last)
    stage.tick(NOW + 11 * MINUTE)
    with stage.store.reading() as session:
        new = {day for day in leads(found(session, NUMBER), stage.office) if first < day <= last}
    assert len(old - new) >= 3
    spoken = reminded_on(stage, {first} | old | new)
    assert not spoken & (old - new)
    # the lead time of sixty days is past: said as soon as the new deadline is known
    assert spoken == {first} | new


def test_a_reminder_that_waits_when_the_extension_is_approved_says_nothing_of_the_old_deadline(stage: Stage) -> None:
    morning = datetime.fromisoformat("2026-12-07T08:30+08:00")
    stage.ask(at=morning - timedelta(days=3))
    stage.do(lambda session: plan(session, stage.office, morning))
    stage.decide(morning, due=date(2027, 1, 15))
    stage.tick(morning)
    reminders = [reply for chat, reply in stage.sent if chat == stage.chat("澜东区 马景民")]
    assert reminders
    assert not any(NUMBER in reply.numbers for reply in reminders)


# --- the walk's promise holds for acts too


def test_every_act_is_told_exactly_once_however_often_the_clock_ticks(stage: Stage) -> None:
    numbers = ["DC-2026-001", "DC-2026-002", "DC-2026-003", "DC-2026-004"]
    start = datetime.fromisoformat("2026-11-20T16:00+08:00")
    for step in range(60 * 3):  # Friday afternoon to Monday: 24 minutes a step
        now = start + step * 24 * MINUTE
        if step in (0, 3, 7, 100):
            stage.assign(numbers[(0, 3, 7, 100).index(step)], now)
        for _twice in range(2):
            stage.tick(now)
        if step % 20 == 19:
            url = stage.store.url
            stage.store.close()
            stage.store = Store(url)
    said = [number for _chat, reply in stage.sent for number in reply.numbers]
    assert sorted(said) == numbers
    with stage.store.reading() as session:
        assert {row.state for row in session.exec(select(Outbox))} == {OutboxState.SENT}
        assert session.exec(select(Extension)).all() == []
    stage.store.close()
