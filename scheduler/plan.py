"""What is to be said to whom today: rules compare the ledger with what was said, and outbox rows are written.

Run as often as you like: unique keys make a second run change nothing.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from apscheduler.triggers.cron import CronTrigger
from sqlmodel import Session, col, select

from db.models import Duty, DutyOfficial, Level, Notice, Outbox, OutboxKind, OutboxState, Person
from db.queries import (
    city,
    closed_addresses,
    insert_new,
    mark,
    newest_event_id,
    notices_about,
    open_dated_duties,
    regions,
    set_mark,
)
from rules.officials import in_charge_of, told_of
from rules.permission import gets_digest, reads_whole_city
from rules.policy import Office
from rules.reminders import OVERDUE, Rule, rule_soon, rule_today
from scheduler.outbox import drop_expired
from services.digest import make_digest
from services.ladder import climb
from services.notices import Reach, Route, read_reach
from services.office import may_notify, office_now
from services.trends import keep_yesterday

PLAN_MARK = "plan"
DIGEST_MARK = "digest"
CRON_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_SLACK = timedelta(days=15)  # a lead time moves to before a holiday, so look that much further ahead


@dataclass(frozen=True, kw_only=True)
class Item:
    """One rule that holds today for one duty and the person to be told."""

    duty: Duty
    person: Person
    rule: Rule

    @property
    def key(self) -> str:
        """What makes it one and the same notice, whenever and by whomever it is planned."""
        return f"{self.duty.number}/{self.duty.due_on}/{self.rule.name}/{self.person.official_id}"


@dataclass(kw_only=True)
class Scene:
    """What planning looks at, read once."""

    session: Session
    office: Office
    now: datetime
    today: date
    reach: Reach
    waiting_for_digest: set[int] = field(default_factory=set)


def plan(session: Session, office: Office, now: datetime) -> int:
    """Write what is to be said today and is not written yet; return how many messages were added."""
    today = office.today(now)
    drop_expired(session, today)
    if not _known_before(session, office, today):
        return 0
    keep_yesterday(session, office, now)
    if not may_notify(session, office, now):
        return 0
    office = office_now(session, office)
    due = digest_due(office, now)
    state = f"{today}/{newest_event_id(session)}/{due}/{closed_addresses(session)}"
    if mark(session, PLAN_MARK) == state:
        return 0
    drafted = climb(session, office, now)
    scene = Scene(
        session=session, office=office, now=now, today=today, reach=read_reach(session, today)
    )  # fmt: skip
    digests = _plan_digests(scene, due, drafted)
    added = len(digests) + _plan_reminders(scene, digests)
    set_mark(session, PLAN_MARK, state)
    return added


def digest_due(office: Office, now: datetime) -> bool:
    """Tell whether today's digest hour has come."""
    hour = digest_hour(office, now)
    return hour is not None and hour <= office.local(now)


def digest_hour(office: Office, now: datetime) -> datetime | None:
    """Return when today's digest goes out, if there is one today inside the window."""
    local = office.local(now)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    trigger = _trigger(office.policy.digest_at, office.zone)
    fires = trigger.get_next_fire_time(None, midnight)
    is_today = fires is not None and fires.date() == local.date() and office.policy.in_window(fires)
    return fires if is_today else None


def is_crontab(line: str) -> bool:
    """Tell whether the line can say when digests are due."""
    try:
        _trigger(line, None)
    except (ValueError, IndexError):
        return False
    return True


def _trigger(line: str, zone: tzinfo | None) -> CronTrigger:
    """Read a crontab line as cron does: 0 and 7 are Sunday, where the library begins with Monday."""
    *others, weekdays = line.split()
    named = re.sub(r"(?<![/\d])\d(?!\d)", lambda digit: CRON_WEEKDAYS[int(digit[0])], weekdays)
    return CronTrigger.from_crontab(" ".join([*others, named]), timezone=zone)


def _known_before(session: Session, office: Office, today: date) -> bool:
    """Tell whether there was a ledger before today: what was imported today may still be looked over in peace."""
    first = session.exec(select(Duty.known_at).order_by(col(Duty.id)).limit(1)).first()
    return first is not None and office.today(first) < today


def _plan_digests(scene: Scene, due: bool, drafted: int) -> dict[int, int]:
    """Write the digests of the day, if they are news; return the outbox row of each reader by person id."""
    readers = [p for p in scene.reach.people if p.id in scene.reach.accounts and gets_digest(p, scene.today)]
    if not due:
        if digest_hour(scene.office, scene.now) is not None:  # it comes later today, and brings their reminders along
            scene.waiting_for_digest = {p.id for p in readers if p.id is not None}
        return {}
    if mark(scene.session, DIGEST_MARK) != str(scene.today):
        for region_id in {_digest_region(scene, person) for person in readers}:
            region = next(region for region in regions(scene.session) if region.id == region_id)
            if drafted or make_digest(scene.session, scene.office, region, scene.now).is_news:
                told = [p for p in readers if _digest_region(scene, p) == region_id]
                for person in told:
                    _write_row(scene, OutboxKind.DIGEST, Route(address=_own(scene, person), person=person))
        set_mark(scene.session, DIGEST_MARK, str(scene.today))
    query = select(Outbox).where(Outbox.kind == OutboxKind.DIGEST, Outbox.day == scene.today)
    rows = scene.session.exec(query.where(Outbox.state == "waiting"))
    return {row.person_id: row.id for row in rows if row.person_id and row.id}


def _digest_region(scene: Scene, person: Person) -> int:
    root = city(scene.session)
    return root.id if root and root.id and reads_whole_city(person) else person.region_id


def _own(scene: Scene, person: Person) -> str:
    return scene.reach.accounts[person.id or 0].address


def _plan_reminders(scene: Scene, digests: dict[int, int]) -> int:
    merged: dict[str, list[Item]] = defaultdict(list)
    routes: dict[str, Route] = {}
    for item in _items(scene):
        route = scene.reach.route(item.person, item.duty)
        if route is not None and (route.person is None or route.person.id not in scene.waiting_for_digest):
            routes[route.address] = route
            merged[route.address].append(item)
    added = 0
    for address, items in merged.items():
        reader = routes[address].person
        digest_id = digests.get(reader.id) if reader and reader.id else None
        outbox_id = digest_id or _write_row(scene, OutboxKind.REMINDER, routes[address])
        if outbox_id is not None:
            _write_notices(scene, items, outbox_id)
            added += digest_id is None
    return added


def _items(scene: Scene) -> list[Item]:
    """Ask the rules, for every open duty near or past its deadline and everybody who is to be told of it."""
    policy, calendar = scene.office.policy, scene.office.calendar
    horizon = scene.today + timedelta(days=max(policy.lead_days + policy.strict_lead_days)) + HOLIDAY_SLACK
    duties = open_dated_duties(scene.session, horizon)
    named, said = _named(scene, duties), _said(scene, duties)
    due_today: list[Item] = []
    due_soon: list[Item] = []
    for duty in duties:
        known_on = scene.office.today(duty.known_at)
        if known_on >= scene.today:
            continue
        for person, hears_leads in _audience(scene, duty, named[duty.id or 0]):
            account = scene.reach.accounts.get(person.id or 0)
            joined_on = scene.office.today(account.joined_at) if account else date.min
            could_hear = max(known_on, joined_on, person.in_post_from or date.min)  # late only if it could be told
            heard = said.get((duty.id or 0, duty.due_on, person.id or 0), {})
            rule = rule_today(duty, scene.today, could_hear, heard, policy, calendar)
            if rule and (hears_leads or rule.name.startswith(OVERDUE)):
                due_today.append(Item(duty=duty, person=person, rule=rule))
            elif hears_leads and (rule := rule_soon(duty, scene.today, known_on, heard, policy, calendar)):
                due_soon.append(Item(duty=duty, person=person, rule=rule))
    written_to = {item.person.id for item in due_today}
    return due_today + [item for item in due_soon if item.person.id in written_to]


def _audience(scene: Scene, duty: Duty, named: Collection[Person]) -> list[tuple[Person, bool]]:
    """Return who is reminded of a duty, and its deputies, who hear of it only once it is overdue."""
    everyone, today = scene.reach.people, scene.today
    told = {t.person.id: t.person for t in told_of(duty, named, everyone, today, by_clock=True)}
    in_charge = {t.person.id: t.person for t in in_charge_of(duty, everyone, today, by_clock=True)}
    deputies = [person for key, person in in_charge.items() if key not in told]
    return [(person, True) for person in told.values()] + [(person, False) for person in deputies]


def _named(scene: Scene, duties: list[Duty]) -> dict[int, list[Person]]:
    by_id = {person.id: person for person in scene.reach.people}
    query = (
        select(DutyOfficial)
        .where(col(DutyOfficial.duty_id).in_([d.id for d in duties]), DutyOfficial.level == Level.RESPONSIBLE)
        .order_by(col(DutyOfficial.duty_id), col(DutyOfficial.position))
    )
    found: dict[int, list[Person]] = defaultdict(list)
    for official in scene.session.exec(query):
        if official.person_id in by_id:
            found[official.duty_id].append(by_id[official.person_id])
    return found


def _said(scene: Scene, duties: list[Duty]) -> dict[tuple[int, date | None, int], dict[str, date]]:
    said: dict[tuple[int, date | None, int], dict[str, date]] = defaultdict(dict)
    for notice in notices_about(scene.session, [duty.id for duty in duties if duty.id is not None]):
        said[(notice.duty_id, notice.due_on, notice.person_id)][notice.rule] = notice.day
    return said


def _write_row(scene: Scene, kind: OutboxKind, route: Route) -> int | None:
    """Write a message's row under its key; None when this person or group had its message of the day already."""
    who = route.person.official_id if route.person else route.address
    key = f"{kind.value}:{who}:{scene.today}"
    earlier = _keyed(scene, key)
    if waiting := [row.id for row in earlier if row.state == OutboxState.WAITING]:
        return waiting[0]  # what is still waiting takes more along
    digests = _keyed(scene, f"{OutboxKind.DIGEST.value}:{who}:{scene.today}")
    if route.person is not None and any(map(_may_be_said, earlier + digests)):
        return None  # a person hears once a day
    if earlier:  # a group stands in for several, who may be found unreachable one by one
        key = f"{key}:{len(earlier) + 1}"
    row = Outbox(
        key=key, kind=kind, chat=route.address, person_id=route.person.id if route.person else None, day=scene.today,
        created_at=scene.now, send_after=_moment(scene, kind, who),
    )  # fmt: skip
    scene.session.add(row)
    scene.session.flush()
    return row.id


def _moment(scene: Scene, kind: OutboxKind, who: str) -> datetime:
    """Return the reader's own moment of the morning; what is planned after it goes at such a moment from now."""
    local = scene.office.local(scene.now)
    hour = digest_hour(scene.office, scene.now) if kind == OutboxKind.DIGEST else None
    opens = hour or datetime.combine(scene.today, scene.office.policy.window_from, tzinfo=scene.office.zone)
    moment = scene.office.policy.spread(who, opens)
    return moment if moment >= local else scene.office.policy.spread(who, local)


def _keyed(scene: Scene, key: str) -> list[Outbox]:
    return list(scene.session.exec(select(Outbox).where(col(Outbox.key).startswith(key))))


def _may_be_said(row: Outbox) -> bool:
    """Whether a message may have arrived; what was dropped, because nothing of it was true just then, did not."""
    return row.state != OutboxState.DROPPED or row.possibly_repeated


def _write_notices(scene: Scene, items: list[Item], outbox_id: int) -> None:
    rows = [
        {"key": item.key, "duty_id": item.duty.id, "person_id": item.person.id, "due_on": item.duty.due_on,
         "rule": item.rule.name, "day": scene.today, "late": item.rule.late, "outbox_id": outbox_id}
        for item in items
    ]  # fmt: skip
    insert_new(scene.session, Notice, rows)
