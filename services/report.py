"""Every figure for programs, in the shapes of the sample city's ``expected.json`` and ``expected_duties.csv``."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlmodel import Session, col, select

from db.figures import open_by_person
from db.models import CountyState, Duty, Region
from db.queries import regions
from db.trends import checkpoints
from rules.figures import Figures
from rules.lights import light, reason
from rules.policy import Office, RateBasis
from rules.retention import Retention
from rules.schedule import TargetLine
from services import overview, schedule, trends
from services.loading import MU_PER_WAN_MU
from services.trends import Comparison
from text.regions import Gazetteer

THOUSANDTH = Decimal("0.001")
INSPECTION = "inspection"
NOBODY = "(未落实)"
THEN_NAMES = (
    "count", "done_count", "area", "farmland", "rectified_area", "rectified_farmland", "rate_by_farmland",
    "rate_by_area",
)  # fmt: skip


def report(session: Session, office: Office, as_of: date) -> dict[str, Any]:
    """Return every figure of the ledger as it is now, its dates judged at a day; what was then, as it was then."""
    places = Gazetteer(regions(session))
    known, city = overview.basis(session, office, as_of), overview.total(session, as_of, None)
    workstream = overview.by_workstream(session, as_of, None)
    return {
        "as_of": as_of.isoformat(),
        "ledger_of": known.ledger_of.isoformat() if known.ledger_of else None,
        "duties": city.count,
        "workstreams": {w.code: w.zh for w in office.policy.workstreams},
        **_by_county(session, office, as_of, places.counties),
        "by_workstream": {w.code: workstream.get(w.code, Figures()).as_json() for w in office.policy.workstreams},
        "city": city.as_json(),
        "schedule": _schedule(session, office, as_of, places.counties),
        "county_state": _county_states(session, places.counties),
        "checkpoints": _checkpoints(session, office),
        "comparison_with_august": _comparison(session, office, as_of),
        "per_person_open": _per_person(session, as_of, places),
        "lights": dict(Counter(light(duty, as_of, office.policy).value for duty in session.exec(select(Duty)))),
    }


def duty_rows(session: Session, office: Office, as_of: date) -> Iterator[dict[str, Any]]:
    """Yield every duty with its light and what it rests on: days, shares in percent, points behind."""
    names = {region.id: region.name for region in regions(session)}
    for duty in session.exec(select(Duty).order_by(col(Duty.number))):
        why = reason(duty, as_of, office.policy)
        yield {
            "duty_id": duty.number, "county": names[duty.region_id], "workstream": duty.workstream,
            "status": duty.status.value, "due_on": duty.due_on.isoformat() if duty.due_on else None,
            "days_left": why.days_left, "elapsed_pct": _number(why.elapsed),
            "done_pct": _number(why.done), "lag_pp": _number(why.lag),
            "light": why.light.value,
        }  # fmt: skip


def _by_county(session: Session, office: Office, as_of: date, counties: list[Region]) -> dict[str, Any]:
    cells, whole = overview.cells(session, as_of), overview.by_county(session, as_of, None)
    inspection = {region_id: row[INSPECTION] for region_id, row in cells.items() if INSPECTION in row}
    ranked = overview.ranking(counties, inspection, RateBasis.FARMLAND, accepted=False)
    return {
        "cells": {
            county.name: {
                stream.code: cells.get(county.id or 0, {}).get(stream.code, Figures()).as_json()
                for stream in office.policy.workstreams
            }
            for county in counties
        },
        "by_county": {county.name: whole.get(county.id or 0, Figures()).as_json() for county in counties},
        "ranking_inspection_by_farmland_rate": [place.county.name for place in ranked if place.rank is not None],
    }


def _schedule(session: Session, office: Office, as_of: date, counties: list[Region]) -> dict[str, Any]:
    lines = schedule.target_lines(session, as_of)
    return {
        county.name: {
            f"{line.workstream}/{line.sub_type}": _target_line(line, office) for line in lines[county.id or 0]
        }
        for county in counties
        if county.id in lines
    }


def _target_line(line: TargetLine, office: Office) -> dict[str, Any]:
    lamp = line.light(office.policy)
    return {
        "metric": line.metric,
        "year_target": float(line.year_target),
        "target_to_date": float(line.target_to_date.quantize(THOUSANDTH, ROUND_HALF_UP)),
        "actual": float(line.actual),
        "done_pct": _number(line.done_percent()),
        "schedule_pct": _number(line.schedule_percent),
        "lag_pp": _number(line.lag()),
        "light": lamp.value if lamp else None,
    }


def _county_states(session: Session, counties: list[Region]) -> dict[str, Any]:
    states = schedule.retention(session)
    return {county.name: _county_state(*states[county.id]) for county in counties if county.id in states}


def _county_state(state: CountyState, retention: Retention) -> dict[str, Any]:
    month = state.veto_risk_month.replace("-", "_")
    return {
        "gap_wan_mu": float(retention.gap / MU_PER_WAN_MU),
        "restored_wan_mu": float(retention.restored / MU_PER_WAN_MU),
        "remaining_gap_wan_mu": float(retention.remaining_gap / MU_PER_WAN_MU),
        "veto_risk": retention.veto_risk,
        f"veto_risk_{month or 'declared'}": state.veto_risk,
        "approval_suspended": state.approval_suspended,
        "approved_unused_task_mu": float(retention.approved_unused_task),
        "approved_unused_consumed_mu": float(retention.approved_unused_consumed),
        "approved_unused_done": retention.approved_unused_done,
    }


def _checkpoints(session: Session, office: Office) -> dict[str, Any]:
    return {
        checkpoint.day.isoformat(): _workstreams_then(trends.figures_then(session, checkpoint.day), office)
        for checkpoint in checkpoints(session)
    }


def _workstreams_then(then: dict[str, Figures], office: Office) -> dict[str, Any]:
    found = {}
    for stream in office.policy.workstreams:
        every = then.get(stream.code, Figures()).as_json()
        found[stream.code] = {name: every[name] for name in THEN_NAMES}
    return found


def _comparison(session: Session, office: Office, as_of: date) -> dict[str, Any] | None:
    august = trends.last_august(session, as_of)
    if august is None:
        return None
    return {code: _compared(one) for code, one in trends.compare(session, office, august, as_of).items()}


def _compared(one: Comparison) -> dict[str, Any]:
    return {
        "basis": one.basis.value, "count_then": one.then.count, "count_now": one.now.count,
        "new_since": one.now.count - one.same.count, "rate_then": _number(one.rate(one.then)),
        "rate_now_all": _number(one.rate(one.now)), "rate_now_same_duties": _number(one.rate(one.same)),
        "change_pp_all": _number(one.change(one.now)), "change_pp_same_duties": _number(one.change(one.same)),
    }  # fmt: skip


def _per_person(session: Session, as_of: date, places: Gazetteer) -> dict[str, Any]:
    return {
        f"{places.get(region_id).name}/{name or NOBODY}": {
            "open": count, "overdue": int(overdue), "due_within_7": int(soon),
        }
        for region_id, name, count, overdue, soon in open_by_person(session, as_of)
    }  # fmt: skip


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
