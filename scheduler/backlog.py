"""The city's own backlog: what was reported done and is not judged in time, said to its reviewers, then listed weekly.

The same rule as for a county's deadline: the city's is so many working days after the report (``check_workdays``).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter

from sqlmodel import Session

from db.looking import DutyRow
from db.models import Duty, Notice, Person
from db.queries import people
from rules.policy import Office
from rules.reminders import overdue_rule
from scheduler.merging import Item, Scene, routes_of, write
from scheduler.reminders import NOTHING, said_to
from services import queueing
from services.queueing import Waiting

OF_ROW = attrgetter(*DutyRow._fields)


def remind_reviewers(scene: Scene, digests: Mapping[int, int]) -> int:
    """Write what the reviewers are to hear today; return in how many messages beside the digests."""
    items = list(_items(scene))
    written = write(scene, items, routes_of(scene, items), digests)
    return len(set(written.values()) - set(digests.values()))


def _items(scene: Scene) -> Iterator[Item]:
    late = queueing.judged_late(scene.session, scene.office, scene.today)
    said = said_to(scene.session, [one.duty.id or 0 for one in late])
    rest = (scene.office.policy, scene.office.calendar)
    for one in late:
        assert one.check_by is not None, "only what has a day can be late"
        for person in queueing.judges(one.duty, scene.reach.people, scene.today):
            heard = dict(said.get((one.duty.id or 0, one.check_by, person.id or 0), NOTHING))
            # who is late himself needs no word about an outage
            rule = overdue_rule(one.check_by, scene.today, scene.today, heard, *rest)
            if rule is not None:
                yield Item(DutyRow(*OF_ROW(one.duty))._replace(due_on=one.check_by), person, rule, False, None)


def still_late(
    session: Session, office: Office, notices: Sequence[Notice], duties: Mapping[int, Duty], person: Person | None,
    today: date,
) -> dict[int, Waiting]:  # fmt: skip
    """Return by duty what of some notices still waits for the person who is told, longest waiting first."""
    if person is None or not any(duty.status in queueing.TO_JUDGE for duty in duties.values()):
        return {}
    said, everyone = {(notice.duty_id, notice.due_on) for notice in notices}, people(session)
    return {
        one.duty.id or 0: one
        for one in queueing.judged_late(session, office, today)
        if (one.duty.id, one.check_by) in said
        and person.id in {judge.id for judge in queueing.judges(one.duty, everyone, today)}
    }
