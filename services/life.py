"""The steps of a duty's life that change more than its state; each is one row of ``rules.steps``."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from db.models import DueKind, Duty, Level, Region, RegionKind, Status
from rules.policy import Office
from rules.refusal import Refusal, Why
from rules.steps import BY_NAME, Need, Step
from rules.steps import target as target_of
from services.assigning import LEVELS, in_charge
from services.chain import Act
from services.steps import OFFICIALS, Taken, take


def sign(session: Session, office: Office, act: Act, duty: Duty) -> Taken:
    """Sign for a duty; where it was offered to another county, that county takes it over with its own officials."""
    if duty.status != Status.TRANSFERRED:
        return take(session, office, act, BY_NAME["sign"], duty)
    county, today = session.get_one(Region, duty.transfer_to_id), office.today(act.at)
    there = {level: in_charge(session, county, level, duty.workstream, today) for level in LEVELS}
    officials = [[level.value, n, one.name, one.id] for level in LEVELS for n, one in enumerate(there[level])]
    changes: dict[str, Any] = {
        "region_id": county.id, "transfer_to_id": None, "resumes_as": None, OFFICIALS: officials,
        "lead_unit": next((one.unit for one in there[Level.RESPONSIBLE]), ""), "co_units": "",
    }  # fmt: skip
    return take(session, office, act, BY_NAME["take"], duty, changes=changes)


def decline(session: Session, office: Office, act: Act, duty: Duty, reason: str) -> Taken:
    """Say that a duty is not the county's own; one that was only offered goes back to where it came from."""
    if duty.status == Status.TRANSFERRED:
        changes: dict[str, Any] = {"transfer_to_id": None, "resumes_as": None}
        return take(session, office, act, BY_NAME["give_back"], duty, given=[Need.REASON], why=reason, changes=changes)
    if duty.declined:
        raise Refusal(Why.TRANSFER_OPEN, number=duty.number)
    changes = {"declined": reason}
    return take(session, office, act, BY_NAME["decline"], duty, given=[Need.REASON], why=reason, changes=changes)


def transfer(session: Session, office: Office, act: Act, duty: Duty, to: Region, reason: str) -> Taken:
    """Offer a duty to another county; until that signs for it, it stays where it is and its clock stands still."""
    if to.id == duty.region_id or to.kind != RegionKind.COUNTY:
        raise Refusal(Why.SAME_COUNTY, number=duty.number, region=to.name)
    changes = {"transfer_to_id": to.id, "resumes_as": duty.status, "declined": ""}
    given = [Need.COUNTY, Need.REASON]
    return take(session, office, act, BY_NAME["transfer"], duty, given=given, why=reason, changes=changes)


def keep(session: Session, office: Office, act: Act, duty: Duty, reason: str) -> Taken:
    """Leave a duty with the county that called it another's."""
    if not duty.declined:
        raise Refusal(Why.NO_TRANSFER, number=duty.number)
    changes = {"declined": ""}
    return take(session, office, act, BY_NAME["keep"], duty, given=[Need.REASON], why=reason, changes=changes)


def plan(
    session: Session, office: Office, act: Act, duty: Duty, measures: str, milestones: Sequence[dict[str, Any]]
) -> Taken:
    """Write down how a duty is to be rectified, with the days on which how much of it is to be done."""
    changes = {"measures": measures, "milestones": list(milestones)}
    return take(session, office, act, BY_NAME["plan"], duty, given=[Need.MEASURES], changes=changes, why=measures)


def judge(session: Session, office: Office, act: Act, step: Step, duty: Duty, reason: str = "") -> Taken:
    """Take a step that needs at most a reason: checks, acceptance, return, striking off, resuming."""
    today = office.today(act.at)
    changes: dict[str, Any] = {}
    if duty.status in step.moves and target_of(step, duty, office.policy) == Status.CLOSED and step.name != "recheck":
        changes["closed_on"] = today
    if step.name == "recheck":
        changes["rechecked_on"] = today
    if step.name == "suspend":
        changes["resumes_as"] = duty.status
    if step.name == "resume":
        changes["resumes_as"] = None
    if step.name == "return":
        changes["notice_until"] = None  # a notice of work that was returned says nothing of the next
    if step.name == "longterm":
        changes |= {"due_on": None, "due_kind": DueKind.LONG_TERM}
    given = [Need.REASON] if reason else []
    return take(session, office, act, step, duty, given=given, why=reason, changes=changes)


def publish(session: Session, office: Office, act: Act, duty: Duty, days: int, where: str = "") -> Taken:
    """Begin the public notice; its last day is so many days from today."""
    until = office.today(act.at) + timedelta(days=days)
    return take(session, office, act, BY_NAME["publish"], duty, changes={"notice_until": until}, why=where)


def relapse(session: Session, office: Office, act: Act, duty: Duty, due: date, left: Decimal, reason: str) -> Taken:
    """Reopen a closed duty with a new deadline; ``left`` is what is still in order, in mu. Its history stays."""
    today = office.today(act.at)
    if due < today:
        raise Refusal(Why.EXTENSION_TOO_EARLY, due=due, due_on=today)
    changes: dict[str, Any] = {
        "rectified_area_mu": left, "rectified_farmland_mu": min(duty.rectified_farmland_mu, left),
        "due_original": due, "due_extended": None, "due_on": due, "due_kind": DueKind.DATE, "stopped_days": 0,
        "stopped_on": None, "closed_on": None, "notice_until": None, "rechecked_on": today,
    }  # fmt: skip
    given = [Need.DEADLINE, Need.REASON]
    return take(session, office, act, BY_NAME["relapse"], duty, given=given, why=reason, changes=changes)


def void(session: Session, office: Office, act: Act, duty: Duty, reason: str, into: Duty | None = None) -> Taken:
    """Take a duty out of the ledger's figures: it was issued wrongly, or twice."""
    if into is not None and (into.id == duty.id or into.status == Status.VOID):
        raise Refusal(Why.SAME_DUTY, number=duty.number, into=into.number)
    changes = {"merged_into_id": into.id if into else None}
    return take(session, office, act, BY_NAME["void"], duty, given=[Need.REASON], why=reason, changes=changes)
