"""What is to be said to whom today: rules compare the ledger with what was said, and outbox rows are written.

Run as often as you like: unique keys make a second run change nothing. A tick looks only at the duties whose day has
come (``db/looking.py``), so that it costs what is due, and not what the ledger holds.
"""

from datetime import date, datetime

from sqlmodel import Session, select

from db.looking import is_any_overlooked, to_look_at
from db.models import Outbox, OutboxKind, Person
from db.queries import city, first_known_at, mark, regions, set_mark
from rules.permission import gets_digest, reads_whole_city
from rules.policy import Office
from scheduler.backlog import remind_reviewers
from scheduler.changed import how_found, look_at_changed
from scheduler.hours import digest_due, digest_hour
from scheduler.merging import Scene, messages_of_day
from scheduler.outbox import drop_expired
from scheduler.reminders import remind
from services.digest import make_digest
from services.identity import FOUND_MARK
from services.ladder import climb
from services.notices import Route, read_reach
from services.office import may_notify, office_now
from services.trends import keep_yesterday

PLAN_MARK = "plan"
DIGEST_MARK = "digest"


def plan(session: Session, office: Office, now: datetime) -> int:
    """Write what is to be said today and is not written yet; return how many messages that makes."""
    today = office.today(now)
    drop_expired(session, today)
    if not _known_before(session, office, today):
        return 0
    keep_yesterday(session, office, now)
    if not may_notify(session, office, now):
        return 0
    found, state = how_found(session, office, today), f"{today}/{digest_due(office, now)}"
    is_changed = mark(session, FOUND_MARK) != found
    # what is left of today's is looked at again only with something that changed, or with the digests
    if not is_changed and mark(session, PLAN_MARK) == state and not is_any_overlooked(session, today):
        return 0
    office = office_now(session, office)
    drafted = climb(session, office, now)
    if is_changed:
        look_at_changed(session, office, today)
    set_mark(session, FOUND_MARK, found)
    set_mark(session, PLAN_MARK, state)
    scene = Scene(session=session, office=office, now=now, today=today, reach=read_reach(session, today))
    digests = _plan_digests(scene, digest_due(office, now), drafted)
    return len(digests) + remind(scene, to_look_at(session, today), digests) + remind_reviewers(scene, digests)


def _known_before(session: Session, office: Office, today: date) -> bool:
    """Tell whether there was a ledger before today: what was imported today may still be looked over in peace."""
    first = first_known_at(session)
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
                routes = [Route(address=_own(scene, person), person=person) for person in told]
                messages_of_day(scene, OutboxKind.DIGEST, routes)
        set_mark(scene.session, DIGEST_MARK, str(scene.today))
    query = select(Outbox).where(Outbox.kind == OutboxKind.DIGEST, Outbox.day == scene.today)
    rows = scene.session.exec(query.where(Outbox.state == "waiting"))
    return {row.person_id: row.id for row in rows if row.person_id and row.id}


def _digest_region(scene: Scene, person: Person) -> int:
    root = city(scene.session)
    return root.id if root and root.id and reads_whole_city(person) else person.region_id


def _own(scene: Scene, person: Person) -> str:
    return scene.reach.accounts[person.id or 0].address
