"""What the ledger lacks, by the office's own measure of how long it may be lacking."""

from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from db.gaps import Allowed, Conditions, conditions
from db.queries import people
from rules.officials import in_post, successor
from rules.policy import Office
from services.office import office_now

SIGN = "sign"  # the station at which a county says that it has received a duty


def looked_for(session: Session, office: Office, today: date) -> Conditions:
    """Return what counts as a gap today."""
    everyone, policy = people(session), office.policy
    gone = [one.id or 0 for one in everyone if not in_post(one, today) and successor(one, everyone, today) is None]
    signed_since = office_now(session, office).calendar.shift(today, -policy.sign_workdays)
    return conditions(
        Allowed(
            gone=gone,
            planned_since=today - timedelta(days=policy.plan_days),
            signed_since=signed_since if SIGN in policy.stations else None,
            known_since=datetime.combine(signed_since, time(), tzinfo=office.zone),  # nobody could sign for it before
        )
    )
