"""Planning that looks only at the duties whose day has come says what planning that looks at all of them says.

Whatever may change it happens at random: people act, leave, join and are lost, files bring other deadlines and names,
messages fail, the office changes its policy and its days off, the program is away or restarted, the clock is set back.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from db.looking import Look, look_again
from db.models import (
    OPEN,
    Account,
    Chat,
    Duty,
    DutyOfficial,
    Level,
    Notice,
    Outbox,
    OutboxKind,
    Person,
    Region,
    RegionKind,
    Status,
)
from db.queries import named_people, people, regions
from db.store import Store
from rules.policy import Office
from rules.refusal import Refusal
from scheduler import outbox
from scheduler.outbox import Envelope, Outgoing
from scheduler.plan import plan
from services import identity, loading
from services.chain import Act, record
from services.office import may_notify
from services.people import hand_over, leave_post, take_leave, unlink
from services.reporting import report_done
from tests.conftest import LEDGER_DAY
from text.reply import Reply

SEEDS = range(int(os.environ.get("LOOKING_SEEDS", "6" if os.environ.get("CI") else "1")))
DAYS = 25 if os.environ.get("CI") else 18
HOURS = (0, 1, 3, 8)  # after half past eight
SAID = Reply(html="说了")
DEPUTY = "QL0011"  # in charge of an overdue duty of 澜东区


def stage(session: Session) -> list[Region]:
    """Three counties in which all happens: in so few that one thing meets the other."""
    return [region for region in regions(session) if region.kind == RegionKind.COUNTY][:3]


def cast(session: Session) -> list[Person]:
    here = {region.id for region in stage(session)}
    return [person for person in people(session) if person.region_id in here]


@dataclass
class Life:
    """A database, the office that it belongs to, its chance, and how it plans."""

    store: Store
    office: Office
    die: Random
    looks_at_all: bool
    now: datetime = LEDGER_DAY

    def tick(self) -> None:
        with self.store.writing() as session:
            if self.looks_at_all:
                look_again(session, session.exec(select(Duty.id)).all(), self.office.today(self.now))
            plan(session, self.office, self.now)

    def send(self) -> None:
        """Send what waits; some messages cannot be delivered, or said, or are not true any more, and some wait on."""
        with self.store.writing() as session:
            ids = (
                session.execute(outbox.claimable(self.now, may_notify(session, self.office, self.now))).scalars().all()
            )
            for row in session.exec(select(Outbox).where(col(Outbox.id).in_(ids)).order_by(col(Outbox.id))).all():
                self._send(session, row)

    def _send(self, session: Session, row: Outbox) -> None:
        assert row.id is not None
        chance = self.die.random()
        if chance < 0.02:
            identity.unreachable(session, row.chat, "blocked", self.now)
            outbox.give_up(session, row.id, "blocked")
        elif chance < 0.04:
            outbox.give_up(session, row.id, "cannot be said")
        elif chance < 0.06:
            outbox.drop(session, row, "no longer true")
        elif chance < 0.9:
            outgoing = Outgoing(id=row.id, chat=row.chat, envelope=Envelope(reply=SAID))
            outbox.mark_sent(session, [(outgoing, None)], self.now)

    def happen(self) -> None:
        for deed in self.die.choices(DEEDS, k=self.die.randint(0, 4)):
            try:
                with self.store.writing() as session:
                    deed(self, session)
            except Refusal:
                pass

    def act(self) -> Act:
        return Act(key=f"{self.now}/{self.die.random()}", at=self.now)

    def someone(self, session: Session) -> Person:
        return self.die.choice(cast(session))

    def peer(self, session: Session, person: Person) -> Person:
        same = [p for p in cast(session) if (p.region_id, p.level) == (person.region_id, person.level)]
        return self.die.choice(same)

    def some_duty(self, session: Session) -> Duty:
        here = {region.id for region in stage(session)}
        duties = session.exec(select(Duty).where(col(Duty.region_id).in_(here)).order_by(col(Duty.id)))
        return self.die.choice(duties.all())

    def day(self, least: int, most: int) -> date:
        return self.office.today(self.now) + timedelta(days=self.die.randint(least, most))


def done(life: Life, session: Session) -> None:
    duty = life.some_duty(session)
    named = named_people(session, duty)
    report_done(session, life.office, replace(life.act(), person=(named or people(session))[0]), duty)


def other_deadline(life: Life, session: Session) -> None:
    duty = life.some_duty(session)
    duty.due_on, duty.status = life.day(-40, 70), life.die.choice((*OPEN, Status.CLOSED))
    duty.workstream = life.some_duty(session).workstream
    session.add(duty)
    record(session, life.act(), subject=f"duty:{duty.number}", kind="imported", duty_id=duty.id)


def leave(life: Life, session: Session) -> None:
    person = life.someone(session)
    near = [p for p in cast(session) if p.region_id == person.region_id and p.id != person.id]
    take_leave(session, life.office, life.act(), person, life.day(0, 3), life.day(7, 20), life.die.choice(near))


def left(life: Life, session: Session) -> None:
    leave_post(session, life.act(), life.someone(session), life.day(0, 5))


def handed_over(life: Life, session: Session) -> None:
    person = life.someone(session)
    head = session.exec(select(Person).where(Person.level == Level.CITY_OFFICE)).first()
    hand_over(session, life.office, replace(life.act(), person=head), person, life.peer(session, person))


def official(life: Life, session: Session) -> None:
    """Let a file bring a person with another post, another name or other work, or a second one of a name."""
    everybody = people(session)
    person = life.someone(session)
    other = life.peer(session, person)
    county = {region.id: region.name for region in regions(session)}
    row = {name: getattr(person, name) for name in loading.PERSON_NAMES}
    row |= {"official_id": person.official_id, "county": county[person.region_id], "level": person.level.value}
    row |= {"delegate_id": next((p.official_id for p in everybody if p.id == person.delegate_id), None)}
    change = life.die.choice(("post", "name", "workstreams", "double"))
    if change == "double":
        row["official_id"] = f"NEW{len(everybody)}"
    elif change == "post":
        row |= {"post": other.post, "unit": other.unit, "in_post_from": life.day(-3, 5), "in_post_to": None}
    else:
        row[change] = getattr(other, change)
    loading.load_officials(session, life.act(), [row])


def joined(life: Life, session: Session) -> None:
    person = life.someone(session)
    identity.link(session, life.act(), person, f"telegram:{80_000 + (person.id or 0)}")


def gone(life: Life, session: Session) -> None:
    unlink(session, life.act(), life.someone(session))


def lost_or_found(life: Life, session: Session) -> None:
    addresses = [*session.exec(select(Account.address).order_by(col(Account.id)))]
    addresses += session.exec(select(Chat.address).order_by(col(Chat.id))).all()
    address = life.die.choice(addresses)
    identity.reachable_again(session, address)
    if life.die.random() < 0.4:
        identity.unreachable(session, address, "blocked", life.now)


def bound(life: Life, session: Session) -> None:
    county = life.die.choice(stage(session))
    identity.bind(session, life.act(), f"telegram:-9{county.id}", "新群", county)


def days_off(life: Life, session: Session) -> None:
    rows = [{"date": life.day(0, 30), "is_workday": life.die.random() < 0.5, "note": ""} for _ in range(4)]
    loading.load_workdays(session, life.act(), rows)


def other_policy(life: Life, session: Session) -> None:
    policy = life.office.policy
    changed = replace(
        policy, lead_days=life.die.choice(((30, 7), (20, 10, 5))), early_workdays=life.die.randint(0, 3),
        weekly_weekday=life.die.randint(0, 4), strict_sources=life.die.choice((("国家", "省"), ("市",))),
        digest_at=life.die.choice(("30 8 * * *", "0 11 * * *")),
    )  # fmt: skip
    life.office = replace(life.office, policy=changed)


def wanted(life: Life, session: Session) -> None:
    identity.wants_digest(session, life.act(), life.someone(session), life.die.random() < 0.5)


DEEDS: tuple[Callable[[Life, Session], None], ...] = (
    done, other_deadline, other_deadline, leave, left, handed_over, official, joined, joined, gone, lost_or_found,
    lost_or_found, bound, days_off, other_policy, wanted,
)  # fmt: skip


def days(die: Random) -> Iterator[int]:
    """Walk on day by day; now and then the program is away for some, or the clock is set back."""
    day = 0
    for _ in range(DAYS):
        yield day
        chance = die.random()
        day = max(0, day + (die.randint(2, 6) if chance < 0.1 else die.randint(-4, 0) if chance < 0.2 else 1))


def live(path: Path, office: Office, seed: int, *, looks_at_all: bool) -> tuple[set[object], set[object]]:
    """Live through some weeks; return every notice, and every message that carried some."""
    life = Life(store=Store(f"sqlite:///{path}"), office=office, die=Random(seed), looks_at_all=looks_at_all)
    with life.store.writing() as session:
        for person in cast(session):
            if life.die.random() < 0.5:
                unlink(session, life.act(), person)
        session.execute(sa.delete(Chat).where(col(Chat.region_id).in_([region.id for region in stage(session)])))
    for day in days(Random(seed)):
        for hours in HOURS:
            life.now = LEDGER_DAY + timedelta(days=day, hours=hours)
            life.tick()
            life.send()
            life.happen()
        if life.die.random() < 0.2:
            life.store.close()
            life.store = Store(f"sqlite:///{path}")
    with life.store.reading() as session:
        notices = {(n.key, n.day, n.late, n.outbox_id) for n in session.exec(select(Notice))}
        kinds = Outbox.kind != OutboxKind.REPLY
        messages = {(m.key, m.chat, m.day, m.state, m.created_at) for m in session.exec(select(Outbox).where(kinds))}
    life.store.close()
    return notices, messages


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_overlooked_and_nothing_is_said_twice(
    peopled_file: Path, office: Office, tmp_path: Path, seed: int
) -> None:
    found = []
    for looks_at_all in (False, True):
        path = tmp_path / f"{looks_at_all}.db"
        shutil.copy(peopled_file, path)
        found.append(live(path, office, seed, looks_at_all=looks_at_all))
    (notices, messages), (all_notices, all_messages) = found
    assert notices == all_notices
    assert messages == all_messages
    assert len(notices) > 200


def test_only_what_has_something_to_say_is_looked_at(peopled_file: Path, office: Office, tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    shutil.copy(peopled_file, path)
    store = Store(f"sqlite:///{path}")
    morning = LEDGER_DAY + timedelta(days=1)
    with store.writing() as session:
        assert len(session.exec(select(Look)).all()) == 240
        plan(session, office, morning)
    with store.reading() as session:
        today = office.today(morning)
        looks = {look.duty_id: look.look_on for look in session.exec(select(Look))}
        told = {notice.duty_id for notice in session.exec(select(Notice))}
        mute = session.exec(select(Duty.id).where(sa.or_(col(Duty.due_on).is_(None), col(Duty.status).not_in(OPEN))))
        assert not looks.keys() & set(mute)
        assert told
        assert min(looks.values()) >= today
        # what comes along with nothing, as the person hears of nothing else today, is tried again until tomorrow
        assert len([day for day in looks.values() if day == today]) < len(told) / 4
    store.close()


def test_an_event_on_a_duty_and_a_new_name_for_it_have_it_looked_at(store: Store) -> None:
    with store.writing() as session:
        session.execute(sa.delete(Look))
        [duty] = session.exec(select(Duty).where(Duty.number == "DC-2026-004")).all()
        record(session, Act(key="a", at=LEDGER_DAY), subject="duty:DC-2026-004", kind="comment", duty_id=duty.id)
        assert [look.duty_id for look in session.exec(select(Look))] == [duty.id]
        session.execute(sa.delete(Look))
        here = (DutyOfficial.duty_id == duty.id, DutyOfficial.level == Level.RESPONSIBLE)
        named = session.exec(select(DutyOfficial).where(*here)).first()
        assert named is not None
        named.name = "查无此人"
        session.add(named)
        session.flush()
        loading.match_officials(session)
        assert [look.duty_id for look in session.exec(select(Look))] == [duty.id]


def test_a_deputy_who_joins_hears_on_the_same_day_of_what_is_overdue(
    peopled_file: Path, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "city.db"
    shutil.copy(peopled_file, path)
    life = Life(store=Store(f"sqlite:///{path}"), office=office, die=Random(1), looks_at_all=False)
    with life.store.writing() as session:
        session.execute(sa.delete(Chat))
        deputy = session.exec(select(Person).where(Person.official_id == DEPUTY)).one()
        unlink(session, life.act(), deputy)
    life.now = LEDGER_DAY + timedelta(days=1)
    life.tick()
    assert told(life.store, deputy) == 0
    with life.store.writing() as session:
        identity.link(session, life.act(), deputy, "telegram:81000")
    life.now += timedelta(hours=1)
    life.tick()
    assert told(life.store, deputy) == 1
    life.store.close()


def told(store: Store, person: Person) -> int:
    """How many messages of the clock there are for a person."""
    with store.reading() as session:
        rows = select(Outbox.id).where(Outbox.person_id == person.id, Outbox.kind == OutboxKind.REMINDER)
        return len(session.exec(rows).all())
