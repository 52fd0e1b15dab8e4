"""Who cannot be reached, or lets another hear: where his reminders and acts go, once, through the real sender."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from db.models import Account, DutyOfficial, Level, Outbox, OutboxKind, OutboxState, Person, Status
from db.queries import duty_by_number, regions
from db.store import Store
from rehearsal.cast import account_of, group_of
from rules.policy import Office
from scheduler.outbox import Outgoing
from scheduler.pace import Limits
from scheduler.plan import plan
from scheduler.sender import Sender, Undeliverable
from services import identity, urging
from services import people as officials
from services.chain import Act
from text.reply import Reply

FAST = Limits(per_second=1000, chat_seconds=0.0, group_per_minute=1000)
MORNING = datetime.fromisoformat("2026-11-19T08:30+08:00")  # a Thursday
NIGHT = datetime.fromisoformat("2026-11-20T19:00+08:00")
MONDAY = datetime.fromisoformat("2026-11-23T08:30+08:00")
LATE = "DC-2026-004"  # overdue; names 马景民, in charge of it is 李明波
COUNTY = "澜东区"
MA, WANG, YAN, DEPUTY, OPERATOR = "QL0014", "QL0015", "QL0018", "QL0011", "QL0009"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class City:
    """The sample city with everybody's account, and a platform in which some chats are dead."""

    store: Store
    office: Office
    dead: set[str] = field(default_factory=set)
    sent: list[tuple[str, Reply]] = field(default_factory=list)
    acts: int = 0

    def do(self, deed: Callable[[Session], object]) -> None:
        with self.store.writing() as session:
            deed(session)

    def act(self, at: datetime, who: Person | None = None) -> Act:
        self.acts += 1
        return Act(key=f"act:{self.acts}", at=at, person=who)

    def chat(self, official_id: str) -> str:
        with self.store.reading() as session:
            return f"telegram:{account_of(identity.find_person(session, official_id))}"

    def group(self, county: str = COUNTY) -> str:
        with self.store.reading() as session:
            return f"telegram:{group_of(next(one for one in regions(session) if one.name == county))}"

    def urge(self, at: datetime, number: str = LATE) -> None:
        def deed(session: Session) -> None:
            duty = duty_by_number(session, number)
            assert duty is not None
            urging.urge(session, self.office, self.act(at, identity.find_person(session, OPERATOR)), duty, "")

        self.do(deed)

    def pause(self, official_id: str, delegate: str, until_day: date | None, at: datetime) -> None:
        def deed(session: Session) -> None:
            who, other = (identity.find_person(session, one) for one in (official_id, delegate))
            officials.pause(session, self.office, self.act(at, who), who, until_day, other if until_day else None)

        self.do(deed)

    def leave_post(self, official_id: str, last_day: date, at: datetime) -> None:
        self.do(
            lambda session: officials.leave_post(
                session, self.act(at), identity.find_person(session, official_id), last_day
            )
        )

    def without_account(self, official_id: str) -> None:
        def deed(session: Session) -> None:
            person = identity.find_person(session, official_id)
            session.delete(session.exec(select(Account).where(Account.person_id == person.id)).one())

        self.do(deed)

    def name_too(self, official_id: str, number: str = LATE) -> None:
        """Let the ledger name a second person responsible."""

        def deed(session: Session) -> None:
            duty, person = duty_by_number(session, number), identity.find_person(session, official_id)
            assert duty is not None
            assert duty.id is not None
            session.add(
                DutyOfficial(
                    duty_id=duty.id, level=Level.RESPONSIBLE, position=1, name=person.name, person_id=person.id
                )
            )

        self.do(deed)

    async def tick(self, now: datetime) -> list[tuple[str, Reply]]:
        """Plan and send what may go now, with the real sender."""
        before = len(self.sent)

        async def deliver(outgoing: Outgoing) -> str:
            if outgoing.chat in self.dead:
                raise Undeliverable("Forbidden: bot was blocked by the user")
            assert outgoing.envelope.reply is not None
            self.sent.append((outgoing.chat, outgoing.envelope.reply))
            return str(len(self.sent))

        self.do(lambda session: plan(session, self.office, now))
        sender = Sender(self.store, self.office, deliver, limits=FAST, lease=MINUTE, clock=lambda: now)
        task = asyncio.create_task(sender.run())
        for _moment in range(2000):
            if await sender.idle():
                break
            await asyncio.sleep(0.01)
        await sender.stop()
        await task
        return self.sent[before:]

    async def live(self, now: datetime, minutes: int = 4) -> list[tuple[str, Reply]]:
        return [one for minute in range(minutes) for one in await self.tick(now + minute * MINUTE)]

    def told(self, official_id: str, number: str = LATE) -> int:
        return self.heard_at(self.chat(official_id), number)

    def heard_at(self, chat: str, number: str = LATE) -> int:
        """How often a chat read of a duty."""
        return sum(address == chat and number in reply.numbers for address, reply in self.sent)


@pytest.fixture
def city(peopled_file: Path, tmp_path: Path, office: Office) -> Iterator[City]:
    store = Store(f"sqlite:///{shutil.copy(peopled_file, tmp_path / 'city.db')}")
    yield City(store, office)
    store.close()


def never_started(city: City) -> None:
    city.without_account(MA)


def blocked(city: City) -> None:
    city.dead.add(city.chat(MA))


def left_post(city: City) -> None:
    city.leave_post(MA, date(2026, 11, 18), MORNING - timedelta(hours=12))


# --- who never started the bot, blocked it, or left


@pytest.mark.parametrize("fate", [never_started, blocked])
async def test_the_reminder_of_somebody_unreachable_goes_to_his_countys_group_once(
    city: City, fate: Callable[[City], None]
) -> None:
    fate(city)
    await city.live(MORNING)
    await city.live(MORNING + timedelta(hours=2))
    assert (city.told(MA), city.heard_at(city.group())) == (0, 1)
    assert city.told(DEPUTY) == 1  # as the deputy in charge, of what is overdue


@pytest.mark.parametrize("fate", [never_started, blocked])
async def test_where_there_is_no_group_the_deputy_reads_it_once(city: City, fate: Callable[[City], None]) -> None:
    fate(city)
    city.dead.add(city.group())
    for day in range(2):  # what failed on a day on which the deputy had his message already is not said again
        await city.live(MORNING + day * DAY)
    assert (city.told(MA), city.heard_at(city.group()), city.told(DEPUTY)) == (0, 0, 1)


async def test_the_reminder_of_somebody_who_left_goes_to_the_deputy_once(city: City) -> None:
    left_post(city)
    await city.live(MORNING)
    await city.live(MORNING + DAY)
    assert (city.told(MA), city.heard_at(city.group()), city.told(DEPUTY)) == (0, 0, 1)


@pytest.mark.parametrize("fate", [never_started, blocked])
async def test_an_act_for_somebody_unreachable_goes_to_his_countys_group_once(
    city: City, fate: Callable[[City], None]
) -> None:
    fate(city)
    await city.live(MORNING)
    city.sent.clear()
    city.urge(MORNING + 20 * MINUTE)
    await city.live(MORNING + 30 * MINUTE)
    assert (city.told(MA), city.heard_at(city.group()), city.told(DEPUTY)) == (0, 1, 0)


async def test_an_act_for_somebody_who_left_goes_to_the_deputy(city: City) -> None:
    left_post(city)
    city.urge(MORNING + 20 * MINUTE)
    await city.tick(MORNING + 30 * MINUTE)
    assert (city.told(MA), city.heard_at(city.group())) == (0, 0)
    ((_chat, act),) = [one for one in city.sent if one[0] == city.chat(DEPUTY) and "催办" in one[1].html]
    assert act.numbers == (LATE,)


async def test_an_act_that_waits_for_somebody_who_leaves_goes_to_his_countys_group(city: City) -> None:
    city.urge(NIGHT)
    city.leave_post(MA, date(2026, 11, 22), NIGHT + MINUTE)
    await city.live(MONDAY)
    assert city.told(MA) == 0
    ((_chat, act),) = [one for one in city.sent if one[0] == city.group() and "催办" in one[1].html]
    assert act.numbers == (LATE,)
    assert "马景民" not in act.html


async def test_a_reminder_that_waits_for_somebody_who_leaves_is_dropped_and_planned_for_the_deputy(city: City) -> None:
    city.do(lambda session: plan(session, city.office, MORNING))
    city.leave_post(MA, date(2026, 11, 18), MORNING)
    await city.live(MORNING + MINUTE)
    assert (city.told(MA), city.told(DEPUTY)) == (0, 1)


async def test_of_two_who_are_found_unreachable_one_after_the_other_the_group_reads_once(city: City) -> None:
    city.name_too(YAN)
    city.without_account(MA)
    city.dead.add(city.chat(YAN))
    await city.live(MORNING)
    assert city.heard_at(city.group()) == 1
    city.sent.clear()
    city.dead.clear()
    city.do(lambda session: identity.reachable_again(session, city.chat(YAN)))
    city.dead.add(city.chat(YAN))
    city.urge(MORNING + 20 * MINUTE)
    await city.live(MORNING + 30 * MINUTE)
    assert city.heard_at(city.group()) == 1
    await city.live(MORNING + DAY)
    assert city.heard_at(city.group()) == 1


# --- who pauses his reminders


async def test_while_somebody_pauses_only_his_delegate_is_reminded(city: City) -> None:
    city.pause(MA, YAN, date(2026, 11, 20), MORNING - timedelta(hours=12))
    await city.live(MORNING)
    assert (city.told(MA), city.told(YAN), city.heard_at(city.group())) == (0, 1, 0)
    ((_chat, reply),) = [one for one in city.sent if one[0] == city.chat(YAN) and LATE in one[1].numbers]
    assert "您代马景民处理的：" in reply.html
    assert reply.buttons[0][0].command.startswith("/done ")


async def test_after_the_last_day_the_reminders_are_his_again(city: City) -> None:
    city.pause(MA, YAN, date(2026, 11, 20), MORNING - timedelta(hours=12))
    for day in range(2):
        await city.live(MORNING + day * DAY)
    city.sent.clear()
    await city.live(MONDAY)
    assert (city.told(MA), city.told(YAN)) == (1, 0)


async def test_who_pauses_while_his_reminder_waits_does_not_get_it(city: City) -> None:
    city.do(lambda session: plan(session, city.office, MORNING))
    city.pause(MA, YAN, date(2026, 11, 20), MORNING)
    await city.live(MORNING + MINUTE)
    assert (city.told(MA), city.told(YAN)) == (0, 1)


async def test_who_ends_his_pause_while_the_delegates_reminder_waits_gets_it_himself(city: City) -> None:
    city.pause(MA, YAN, date(2026, 11, 20), MORNING - timedelta(hours=12))
    city.do(lambda session: plan(session, city.office, MORNING))
    city.pause(MA, YAN, None, MORNING)
    await city.live(MORNING + MINUTE)
    assert (city.told(MA), city.told(YAN)) == (1, 0)


async def test_a_delegate_who_cannot_be_reached_leaves_the_duty_to_the_group(city: City) -> None:
    city.pause(MA, YAN, date(2026, 11, 20), MORNING - timedelta(hours=12))
    city.dead.add(city.chat(YAN))
    await city.live(MORNING)
    assert (city.told(MA), city.told(YAN), city.heard_at(city.group())) == (0, 0, 1)


# --- what was held back


async def test_what_the_delegate_hears_for_another_is_one_message_with_his_own(city: City) -> None:
    city.pause(MA, YAN, date(2026, 11, 24), NIGHT)
    city.name_too(YAN, "DC-2026-029")
    await city.live(MONDAY)
    reminders = [reply for chat, reply in city.sent if chat == city.chat(YAN) and "整改提醒" in reply.html]
    assert len(reminders) == 1
    assert LATE in reminders[0].numbers


async def test_acts_held_back_come_as_one_message_to_each_chat_and_what_was_undone_not_at_all(city: City) -> None:
    city.pause(MA, YAN, date(2026, 11, 24), NIGHT)
    numbers = ["DC-2026-001", "DC-2026-002", LATE]
    for hours, number in enumerate(numbers):
        city.urge(NIGHT + timedelta(hours=hours), number)

    def finish(session: Session) -> None:
        duty = duty_by_number(session, "DC-2026-002")
        assert duty is not None
        duty.status = Status.CLOSED

    city.do(finish)
    assert await city.tick(NIGHT + timedelta(hours=5)) == []
    await city.live(MONDAY)
    for who in (MA, YAN):
        urged = [reply for chat, reply in city.sent if chat == city.chat(who) and "催办" in reply.html]
        assert [reply.numbers for reply in urged] == [("DC-2026-001", LATE)]
    with city.store.reading() as session:
        left = session.exec(select(Outbox).where(Outbox.kind == OutboxKind.ACT, Outbox.state == OutboxState.WAITING))
        assert left.all() == []


async def test_what_is_done_while_a_reminder_is_held_back_is_not_said(city: City) -> None:
    city.do(lambda session: plan(session, city.office, MORNING))

    def finish(session: Session) -> None:
        duty = duty_by_number(session, LATE)
        assert duty is not None
        duty.status = Status.AWAITING_ACCEPTANCE

    city.do(finish)
    await city.live(MORNING + MINUTE)
    assert (city.told(MA), city.told(DEPUTY)) == (0, 0)
