"""The ladder walked over half a year: nobody acts and nobody signs; everything is signed; people act at random."""

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session, col, select

from db.ladder import Letter, LetterDuty, LetterState
from db.life import Commitment
from db.models import OPEN, Duty, DutyOfficial, Level, Notice, Outbox, OutboxKind, Person, Region
from db.store import Store
from rules.lights import Light, light
from rules.policy import Office, Trigger
from rules.refusal import Refusal
from scheduler.notices import render
from scheduler.outbox import Envelope, Outgoing, claim, claimable, mark_sent
from scheduler.plan import plan
from services import extending, letters
from services.chain import Act
from services.commitments import Promise, commit
from services.reporting import report_done
from services.schedule import target_lines
from tests.conftest import LEDGER_DAY, keep_counties

pytestmark = pytest.mark.xdist_group("ladder")  # the walks are made once
FIRST = LEDGER_DAY.date()
DAYS = 180
WHOLE_CITY = bool(os.environ.get("CI"))
SOME = ("澜东区", "沙栗县", "禾泉县")
LAST = FIRST + timedelta(days=DAYS)
Deeds = Callable[[Session, datetime], None]


def walk(path: Path, office: Office, deeds: Deeds, days: range = range(DAYS)) -> Counter[tuple[date, int | None]]:
    """Tick thrice a day and send what is to be sent; return how many notices each person got on each day."""
    got: Counter[tuple[date, int | None]] = Counter()
    store = Store(f"sqlite:///{path}")
    for day in days:
        for hours in (0, 1, 14):  # the window is open, still open, and shut
            now = LEDGER_DAY + timedelta(days=day, hours=hours)
            with store.writing() as session:
                plan(session, office, now)
            _send(store, office, now, got)
            if hours == 1:
                with store.writing() as session:
                    deeds(session, now)
                _send(store, office, now + timedelta(hours=1), got)
    store.close()
    return got


def _send(store: Store, office: Office, now: datetime, got: Counter[tuple[date, int | None]]) -> None:
    with store.writing() as session:
        ids = session.execute(claimable(now, office.may_notify(now))).scalars().all()
        claim(session, ids, "walker", now, timedelta(minutes=1))
        for row in session.exec(select(Outbox).where(col(Outbox.id).in_(ids))).all():
            reply = render(session, row, office, now)
            if reply is not None:
                assert office.may_notify(now)
                if row.kind != OutboxKind.ACT:
                    got[(office.today(now), row.person_id)] += 1
                outgoing = Outgoing(id=row.id or 0, chat=row.chat, envelope=Envelope(reply=reply))
                mark_sent(session, [(outgoing, "1")], now)


def nobody(session: Session, now: datetime) -> None:
    """Do nothing."""


def signers(office: Office) -> Deeds:
    """Sign whatever waits on the day that it is drafted, each by whom its rung says."""

    def sign(session: Session, now: datetime) -> None:
        today = office.today(now)
        by_level = {p.level: p for p in session.exec(select(Person).order_by(col(Person.id).desc()))}
        for letter in letters.waiting(session):
            rung = office.policy.rung(letter.step)
            act = Act(key=f"{letter.id}", at=now, person=by_level[rung.signed_by])
            content = letters.content(session, office, letter, today)
            if content.is_sent_out and not content.is_settled:
                letters.sign(session, office, act, letter, today)
            elif not content.is_sent_out:
                letters.file(session, office, act, letter)

    return sign


@pytest.fixture(scope="module")
def some_counties(peopled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of the city where CI is set; else three counties with late duties of every kind, in a third of the time."""
    path = tmp_path_factory.mktemp("ladder") / "some.db"
    shutil.copy(peopled_file, path)
    if not WHOLE_CITY:
        store = Store(f"sqlite:///{path}")
        keep_counties(store, SOME)
        store.close()
    return path


@pytest.fixture(scope="module")
def silent(some_counties: Path, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ladder") / "silent.db"
    shutil.copy(some_counties, path)
    got = walk(path, office, nobody)
    assert max(got.values()) == 1
    assert not [day for day, _person in got if not office.calendar.is_workday(day)]
    assert len({day for day, _person in got}) > 60
    return path


def drafted(path: Path) -> dict[tuple[str, int], tuple[date, str]]:
    """Return on which day, and by which trigger, each duty came to each step."""
    store = Store(f"sqlite:///{path}")
    with store.reading() as session:
        rows = session.exec(
            select(LetterDuty, Letter, Duty)
            .join(Letter, col(Letter.id) == col(LetterDuty.letter_id))
            .join(Duty, col(Duty.id) == col(LetterDuty.duty_id))
        ).all()
        found = {(duty.number, line.step): (letter.drafted_on, line.trigger) for line, letter, duty in rows}
    store.close()
    return found


def duties(path: Path) -> list[Duty]:
    store = Store(f"sqlite:///{path}")
    with store.reading() as session:
        found = list(session.exec(select(Duty)))
        session.expunge_all()
    store.close()
    return found


def month_ends(until: date) -> list[date]:
    """The ends of the months of the walk, written out."""
    ends = [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]
    return [end for end in [*ends, date(2027, 4, 30)] if end < until]


def reckoned(office: Office, duty: Duty) -> dict[int, date]:
    """The days of steps 2 and 3 when nobody acts or signs, reckoned from PRACTICE 4.3 by hand.

    Late: the fifth working day after the deadline (after the ledger came, if it came later), or the first working day
    after two ends of months at which it was yellow; then 15 days late, and five working days after the step before.
    """
    if duty.status not in OPEN or duty.due_on is None:
        return {}
    known_late = duty.due_on < FIRST
    late = office.calendar.shift(FIRST if known_late else duty.due_on, 5)
    fifteen = max(office.calendar.on_or_after(duty.due_on + timedelta(days=15)), late if known_late else FIRST)
    yellow = [end for end in month_ends(LAST) if light(duty, end, office.policy) == Light.YELLOW and duty.issued_on]
    twice = [
        office.calendar.on_or_after(later + timedelta(days=1))
        for first, later in pairwise(month_ends(LAST))
        if first in yellow and later in yellow and duty.due_on >= later
    ]
    second = min([late, *twice])
    third = max(fifteen, office.calendar.shift(second, 5))
    return {step: day for step, day in ((2, second), (3, third)) if day < LAST}


def test_when_nobody_acts_each_duty_comes_to_each_step_on_the_day_that_a_table_says(
    silent: Path, office: Office
) -> None:
    table = {(duty.number, step): day for duty in duties(silent) for step, day in reckoned(office, duty).items()}
    came = {key: day for key, (day, _trigger) in drafted(silent).items()}
    assert len(table) > (200 if WHOLE_CITY else 50)
    assert came == table


def test_nothing_is_sent_that_nobody_signed_and_a_duty_is_in_one_waiting_letter(silent: Path, office: Office) -> None:
    store = Store(f"sqlite:///{silent}")
    with store.reading() as session:
        assert {one.state for one in session.exec(select(Letter))} == {LetterState.WAITING, LetterState.DROPPED}
        assert session.exec(select(Outbox).where(Outbox.kind == OutboxKind.ACT)).all() == []
        today = LAST
        named = [
            line.duty.number
            for letter in letters.waiting(session)
            for line in letters.content(session, office, letter, today).lines
        ]
    store.close()
    assert named
    assert len(named) == len(set(named))


def test_each_month_has_its_bulletin_and_it_names_the_last_three(silent: Path, office: Office) -> None:
    store = Store(f"sqlite:///{silent}")
    with store.reading() as session:
        bulletins = session.exec(select(Letter).where(Letter.step == 4).order_by(col(Letter.id))).all()
        called = session.exec(select(Letter).where(Letter.step == 5)).all()
        stopped = session.exec(select(Letter).where(Letter.step == 7)).all()
        days = [one.drafted_on for one in bulletins]
        assert days == [date(2026, 12, 1), date(2027, 1, 4), date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1),
                        date(2027, 5, 5)]  # fmt: skip
        assert all(len(one.named_ids) == 3 for one in bulletins)
        last = [session.get_one(Region, one).name for one in bulletins[0].named_ids]
        # 28.53, 39.49, 42.63 % in sample_texts.md; of the three counties all, lowest first
        assert last == (["澜东区", "石桐县", "梅冈县"] if WHOLE_CITY else ["澜东区", "沙栗县", "禾泉县"])
        by_trigger = Counter(one.trigger for one in called)
    store.close()
    vetoed = (
        3 if WHOLE_CITY else 5
    )  # 鹿溪、沙栗、枫塘; 云墩 and 柳渡 too where their duties, and what was done, are gone
    assert by_trigger == {Trigger.VETO_MONTHS: vetoed, Trigger.BOTTOM_BULLETINS: 15}  # five months, three counties
    assert len(stopped) == 1


def test_in_the_new_year_the_days_off_are_guessed_and_no_target_line_has_a_light(silent: Path, office: Office) -> None:
    store = Store(f"sqlite:///{silent}")
    with store.reading() as session:
        rows = session.exec(select(Outbox).where(Outbox.kind == OutboxKind.DIGEST, Outbox.person_id == 3)).all()
        said = {row.day: render(session, row, office, row.created_at) for row in rows if row.day}
        assert target_lines(session, date(2026, 12, 31))
        assert target_lines(session, date(2027, 1, 4)) == {}  # the file has no targets of 2027: nothing to be behind
    store.close()
    told = {day for day, reply in said.items() if reply and "2027年放假安排未公布" in reply.html}
    mondays = {office.calendar.on_or_after(day - timedelta(days=day.weekday())) for day in said}
    assert told == {day for day in said if day in mondays and day >= date(2026, 12, 1)}
    assert 10 < len(told) < len(said) - 10


@pytest.fixture(scope="module")
def signed(some_counties: Path, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ladder") / "signed.db"
    shutil.copy(some_counties, path)
    got = walk(path, office, signers(office), range(85))
    assert max(got.values()) == 1
    return path


def test_when_all_is_signed_and_nobody_answers_a_duty_climbs_to_the_papers_that_are_never_sent(
    signed: Path, office: Office
) -> None:
    came = drafted(signed)
    shift = office.calendar.shift
    late = [duty for duty in duties(signed) if duty.status in OPEN and duty.due_on and duty.due_on < FIRST]
    assert len(late) == (24 if WHOLE_CITY else 9)
    assert any(duty.basic_farmland_mu >= 1 or duty.farmland_mu >= 100 for duty in late)
    for duty in late:
        second = shift(FIRST, 5)
        assert came[(duty.number, 2)] == (second, Trigger.OVERDUE_WORKDAYS)
        third = shift(second, 5)
        assert came[(duty.number, 3)][0] == third
        is_large = duty.farmland_mu >= 100 or duty.basic_farmland_mu >= 1
        sixth = shift(third, 5)
        fifth = office.calendar.on_or_after(third + timedelta(days=30))
        if is_large:  # 挂牌 does not wait for 约谈
            assert came[(duty.number, 6)][0] == sixth
            assert (duty.number, 5) not in came
            assert came[(duty.number, 8)][0] == office.calendar.on_or_after(sixth + timedelta(days=30))
        else:
            assert came[(duty.number, 5)] == (fifth, Trigger.STILL_DAYS)
            assert came[(duty.number, 8)][0] == office.calendar.on_or_after(fifth + timedelta(days=30))


def test_a_letter_is_sent_to_whom_it_is_for_once(signed: Path) -> None:
    store = Store(f"sqlite:///{signed}")
    with store.reading() as session:
        acts = session.exec(select(Outbox).where(Outbox.kind == OutboxKind.ACT)).all()
        readers = Counter(session.get_one(Person, row.person_id).level for row in acts if row.person_id)
        sent = session.exec(select(Letter).where(Letter.state == LetterState.SENT)).all()
        papers = session.exec(select(Letter).where(Letter.state == LetterState.FILED)).all()
        assert {one.step for one in papers} <= {6, 7, 8}
    store.close()
    assert sent
    assert {Level.RESPONSIBLE, Level.DEPUTY, Level.PRINCIPAL} <= set(readers)


def at_random(office: Office, seed: int) -> Deeds:
    """Let the county report, promise, ask and be refused, and the office sign or dismiss, as a die falls."""
    die, sign = Random(seed), signers(office)

    def act_now(session: Session, now: datetime) -> None:
        today = office.today(now)
        named = select(Duty, Person).join(DutyOfficial, col(DutyOfficial.duty_id) == col(Duty.id))
        named = named.join(Person, col(Person.id) == col(DutyOfficial.person_id)).where(
            DutyOfficial.level == Level.RESPONSIBLE, col(Duty.status).in_(OPEN), col(Duty.due_on).is_not(None)
        )
        everything = session.exec(named.order_by(col(Duty.id), col(DutyOfficial.position))).all()
        for duty, person in die.sample(everything, min(3, len(everything))):
            act = Act(key=f"{now}/{duty.number}", at=now, person=person)
            deed = die.choice(("done", "extend", "promise"))
            try:
                if deed == "done":
                    report_done(session, office, act, duty)
                elif deed == "extend":
                    due = today + timedelta(days=die.randint(30, 60))
                    asked = extending.ask(session, act, office, duty, due, "下雨", None)
                    head = Act(key=f"{act.key}/head", at=now, person=session.get_one(Person, 3))
                    if die.random() < 0.5:
                        extending.refuse(session, head, office, asked.extension, "不行")
                    else:
                        extending.approve(session, head, office, asked.extension, due, "")
                else:
                    county = session.get_one(Region, duty.region_id)
                    due = today + timedelta(days=die.randint(5, 20))
                    promise = Promise(key=act.key, county=county, duty=duty, due_on=due, area_mu=duty.area_mu)
                    commit(session, act, promise, today)
            except Refusal:
                pass
        waiting = letters.waiting(session)
        if waiting and die.random() < 0.3:
            letters.dismiss(session, Act(key=f"{now}/no", at=now), die.choice(waiting), "已电话沟通")
        if die.random() < 0.7:
            sign(session, now)
        check(session, office, now)

    return act_now


def has_reason(office: Office, line: LetterDuty, climbed: list[tuple[int, date]], today: date) -> bool:
    """Tell whether what a letter gives as its reason can be true, by the calendar alone."""
    days_late = (today - line.due_on).days
    workdays_late = sum(office.calendar.is_workday(line.due_on + timedelta(days=n + 1)) for n in range(days_late))
    before = [day for step, day in climbed if step < line.step]
    return {
        Trigger.OVERDUE_WORKDAYS: workdays_late >= 5,
        Trigger.OVERDUE_DAYS: days_late >= 15,
        Trigger.STILL_DAYS: days_late > 0 and bool(before) and (today - before[-1]).days >= 30,
        Trigger.LARGE_FARMLAND_MU: days_late > 0 and bool(before),
        Trigger.BASIC_FARMLAND_MU: days_late > 0 and bool(before),
        Trigger.UNANSWERED_WORKDAYS: bool(before),
    }.get(Trigger(line.trigger), True)


def check(session: Session, office: Office, now: datetime) -> None:
    """What must hold on every day, said without the ladder's own rules."""
    today = office.today(now)
    rows = session.exec(
        select(LetterDuty, Letter, Duty)
        .join(Letter, col(Letter.id) == col(LetterDuty.letter_id))
        .join(Duty, col(Duty.id) == col(LetterDuty.duty_id))
        .order_by(col(Letter.id))
    ).all()
    steps: dict[tuple[int, date], list[tuple[int, date]]] = defaultdict(list)
    for line, letter, duty in rows:
        steps[(line.duty_id, line.due_on)].append((line.step, letter.drafted_on))
        if letter.drafted_on == today:
            assert office.calendar.is_workday(today)
            assert has_reason(office, line, steps[(line.duty_id, line.due_on)], today), (duty.number, line)
            promises = session.exec(select(Commitment).where(Commitment.duty_id == duty.id)).all()
            before = [one for one in promises if one.known_at.date() < today]
            credible = before and min(one.due_on for one in before) >= today
            assert not credible, f"{duty.number} was promised"
    for climbed in steps.values():
        assert [step for step, _day in climbed] == sorted({step for step, _day in climbed})  # never back, never twice
        for (_one, first), (_two, second) in pairwise(climbed):
            assert second >= office.calendar.shift(first, 5)  # never several at once


def test_when_people_act_at_random_no_duty_is_chased_that_should_not_be(
    some_counties: Path, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "random.db"
    shutil.copy(some_counties, path)
    got = walk(path, office, at_random(office, 20261118), range(DAYS if WHOLE_CITY else 60))
    assert max(got.values()) == 1
    assert not [day for day, _person in got if not office.calendar.is_workday(day)]
    store = Store(f"sqlite:///{path}")
    with store.reading() as session:
        states = Counter(one.state for one in session.exec(select(Letter)))
    store.close()
    assert {LetterState.SENT, LetterState.DISMISSED, LetterState.DROPPED} <= set(states)


def test_a_week_without_the_program_costs_one_message_a_person_that_says_late(
    peopled_file: Path, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "outage.db"
    shutil.copy(peopled_file, path)
    walk(path, office, nobody, range(14))
    got = walk(path, office, nobody, range(21, 22))
    day = FIRST + timedelta(days=21)
    assert got
    assert set(got.values()) == {1}
    store = Store(f"sqlite:///{path}")
    with store.reading() as session:
        late = session.exec(select(Notice).where(Notice.day == day, col(Notice.late).is_(True))).all()
        row = session.exec(select(Outbox).where(Outbox.id == late[0].outbox_id)).one()
        reply = render(session, row, office, LEDGER_DAY + timedelta(days=21))
        steps = defaultdict(list)
        for line in session.exec(select(LetterDuty)):
            steps[line.duty_id].append(line.step)
        drafted_today = session.exec(select(Letter).where(Letter.drafted_on == day)).all()
        lines = session.exec(
            select(LetterDuty).where(col(LetterDuty.letter_id).in_([one.id for one in drafted_today]))
        ).all()
    store.close()
    assert late
    assert reply is not None
    assert "补发" in reply.html or "迟" in reply.html
    assert lines
    assert max(Counter(line.duty_id for line in lines).values()) == 1  # not two steps at once
