"""Who stands for whom, who is told, and who may act: a small county with everybody a rule knows of."""

import json
from datetime import date

import pytest

from db.models import Duty, Level, Person, Region, RegionKind
from rules.officials import bearing, in_charge_of, in_post, on_leave, standing_together, successor, told_of
from rules.permission import Standing, covers, gets_digest, may_ask_for_digest, may_bind, standing
from tests.conftest import NOW

TODAY = date(2026, 11, 18)
_ids = iter(range(1, 1000))


def person(name: str, level: Level = Level.RESPONSIBLE, region: int = 2, **more: object) -> Person:
    return Person(id=next(_ids), official_id=name, name=name, region_id=region, level=level, **more)


CHIEF = person("chief", post="局长", unit="局", workstreams=["inspection"])
NAMED = person("named", post="股长", unit="局", workstreams=["mine"], delegate_id=CHIEF.id)
AWAY = person(
    "away", post="股长2", unit="局", delegate_id=CHIEF.id, leave_from=date(2026, 11, 16), leave_to=date(2026, 11, 27)
)
GONE = person("gone", post="股长3", unit="局", in_post_to=date(2026, 10, 15), delegate_id=AWAY.id)
HEIR = person("heir", post="股长3", unit="局", in_post_from=date(2026, 10, 16), delegate_id=CHIEF.id)
LOST = person("lost", post="股长4", unit="局", in_post_to=date(2026, 10, 15))  # nobody followed
SAME = person("same", post="股长3", unit="局", region=3)  # of that post in another county
DEPUTY = person("deputy", Level.DEPUTY, workstreams=["mine"])
OTHER_DEPUTY = person("other deputy", Level.DEPUTY, workstreams=["farmland"])
FAR_DEPUTY = person("far deputy", Level.DEPUTY, region=3, workstreams=["mine"])
FORMER_DEPUTY = person("former deputy", Level.DEPUTY, workstreams=["mine"], in_post_to=date(2026, 1, 1))
PRINCIPAL = person("principal", Level.PRINCIPAL, workstreams=["mine"])
REVIEWER = person("reviewer", Level.CITY_REVIEWER, region=1, workstreams=["mine"])
OPERATOR = person("operator", Level.CITY_OPERATOR, region=1)
FORMER_OPERATOR = person("former operator", Level.CITY_OPERATOR, region=1, in_post_to=date(2026, 1, 1))
HEAD = person("head", Level.CITY_OFFICE, region=1)
LEADER = person("leader", Level.CITY_LEADER, region=1)
EVERYBODY = [
    CHIEF,
    NAMED,
    AWAY,
    GONE,
    HEIR,
    LOST,
    SAME,
    DEPUTY,
    OTHER_DEPUTY,
    FAR_DEPUTY,
    FORMER_DEPUTY,
    PRINCIPAL,
    REVIEWER,
    OPERATOR,
    FORMER_OPERATOR,
    HEAD,
    LEADER,
]
DUTY = Duty(id=1, number="X-1", workstream="mine", region_id=2, known_at=NOW)


def told(*named: Person, on: date = TODAY) -> list[tuple[str, str | None]]:
    found = told_of(DUTY, named, EVERYBODY, on)
    return [(one.person.name, one.stands_for.name if one.stands_for else None) for one in found]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ([NAMED], [("named", None)]),
        ([AWAY], [("away", None), ("chief", "away")]),  # both are told
        ([GONE], [("heir", "gone")]),
        ([LOST], [("deputy", None)]),
        ([], [("deputy", None)]),
        ([NAMED, LOST], [("named", None)]),
        ([NAMED, AWAY], [("named", None), ("away", None), ("chief", "away")]),
    ],
)
def test_who_is_told_of_a_duty(named: list[Person], expected: list[tuple[str, str | None]]) -> None:
    assert told(*named) == expected


def test_a_delegate_is_told_on_the_days_of_leave_only() -> None:
    for day, both in ((15, False), (16, True), (27, True), (28, False)):
        assert (len(told(AWAY, on=date(2026, 11, day))) == 2) == both


def pausing(name: str, until: date | None = TODAY, **more: object) -> Person:
    return person(name, paused_until=until, workstreams=["mine"], **more)


ABLE = person("able")
QUIET = pausing("quiet", delegate_id=ABLE.id)
QUIET_BEFORE = pausing("quiet before", date(2026, 11, 17), delegate_id=ABLE.id)
QUIET_ALONE = pausing("quiet alone")
LEAVING = person("leaving", in_post_to=date(2026, 11, 17))
QUIET_BY_LEFT = pausing("quiet by one who left", delegate_id=LEAVING.id)
QUIET_BY_AWAY = pausing("quiet by one on leave", delegate_id=AWAY.id)
QUIET_BY_QUIET = pausing("quiet by one who pauses too", delegate_id=QUIET.id)
QUIET_DEPUTY = pausing("quiet deputy", level=Level.DEPUTY, delegate_id=ABLE.id)
AWAY_AND_QUIET = pausing("away and quiet", delegate_id=ABLE.id, leave_from=TODAY)
PAUSERS = [
    ABLE, QUIET, QUIET_BEFORE, QUIET_ALONE, LEAVING, QUIET_BY_LEFT, QUIET_BY_AWAY, QUIET_BY_QUIET, QUIET_DEPUTY,
    AWAY_AND_QUIET,
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "by_clock", "of_acts"),
    [
        (QUIET, ["able"], ["quiet", "able"]),
        (QUIET_BEFORE, ["quiet before"], ["quiet before"]),  # the last day was yesterday
        (QUIET_ALONE, ["quiet alone"], ["quiet alone"]),
        (QUIET_BY_LEFT, ["quiet by one who left"], ["quiet by one who left"]),
        (QUIET_BY_AWAY, ["quiet by one on leave"], ["quiet by one on leave"]),
        (QUIET_BY_QUIET, ["quiet by one who pauses too"], ["quiet by one who pauses too"]),
        (AWAY_AND_QUIET, ["able"], ["away and quiet", "able"]),
    ],
    ids=lambda value: value.name if isinstance(value, Person) else None,
)
def test_who_hears_while_somebody_pauses(who: Person, by_clock: list[str], of_acts: list[str]) -> None:
    everybody = [*EVERYBODY, *PAUSERS]
    found = told_of(DUTY, [who], everybody, TODAY, by_clock=True)
    assert [one.person.name for one in found] == by_clock
    assert [one.person.name for one in told_of(DUTY, [who], everybody, TODAY)] == of_acts


def test_a_deputy_who_pauses_has_his_delegate_hear_of_what_is_overdue() -> None:
    everybody = [QUIET_DEPUTY, ABLE]
    assert [one.person.name for one in in_charge_of(DUTY, everybody, TODAY, by_clock=True)] == ["able"]
    assert [one.person.name for one in in_charge_of(DUTY, everybody, TODAY)] == ["quiet deputy", "able"]
    assert [one.person.name for one in told_of(DUTY, [], everybody, TODAY, by_clock=True)] == ["able"]
    assert standing(ABLE, DUTY, [NAMED], everybody, TODAY) == Standing.DELEGATE
    assert standing(ABLE, DUTY, [NAMED], everybody, date(2026, 11, 19)) is None


def test_no_pause_leaves_a_duty_to_nobody() -> None:
    everybody = [*EVERYBODY, *PAUSERS]
    for who in everybody:
        assert told_of(DUTY, [who], everybody, TODAY, by_clock=True)


def test_leave_of_one_day_and_posts_have_their_first_and_last_day() -> None:
    one_day = person("x", leave_from=TODAY)
    assert on_leave(one_day, TODAY)
    assert not on_leave(one_day, date(2026, 11, 19))
    assert not on_leave(NAMED, TODAY)
    assert in_post(GONE, date(2026, 10, 15))
    assert not in_post(GONE, date(2026, 10, 16))
    assert in_post(HEIR, date(2026, 10, 16))
    assert not in_post(HEIR, date(2026, 10, 15))


def test_a_successor_is_the_only_one_in_the_same_post_of_the_same_unit() -> None:
    assert successor(GONE, EVERYBODY, TODAY) is HEIR
    assert successor(LOST, EVERYBODY, TODAY) is None
    assert successor(GONE, [*EVERYBODY, person("second", post="股长3", unit="局")], TODAY) is None


@pytest.mark.parametrize(
    ("who", "named", "expected"),
    [
        (NAMED, [NAMED], Standing.NAMED),
        (CHIEF, [NAMED], Standing.DELEGATE),
        (CHIEF, [AWAY], Standing.DELEGATE),
        (AWAY, [AWAY], Standing.NAMED),
        (GONE, [GONE], None),
        (HEIR, [GONE], Standing.SUCCESSOR),
        (CHIEF, [GONE], Standing.DELEGATE),  # the successor's delegate
        (AWAY, [GONE], None),  # the delegate of one who left
        (SAME, [GONE], None),
        (AWAY, [NAMED], None),
        (DEPUTY, [NAMED], Standing.DEPUTY),
        (OTHER_DEPUTY, [NAMED], None),
        (FAR_DEPUTY, [NAMED], None),
        (FORMER_DEPUTY, [NAMED], None),
        (PRINCIPAL, [NAMED], None),
        (REVIEWER, [NAMED], None),
        (OPERATOR, [NAMED], Standing.ON_BEHALF),
        (OPERATOR, [], Standing.ON_BEHALF),
        (FORMER_OPERATOR, [NAMED], None),
        (HEAD, [NAMED], None),
        (LEADER, [NAMED], None),
        (CHIEF, [], None),
        (DEPUTY, [], Standing.DEPUTY),
    ],
    ids=lambda value: value.name if isinstance(value, Person) else None,
)
def test_who_may_report_on_a_duty(who: Person, named: list[Person], expected: Standing | None) -> None:
    assert standing(who, DUTY, named, EVERYBODY, TODAY) == expected


def test_only_the_office_binds_and_only_while_in_post() -> None:
    assert [p.name for p in EVERYBODY if may_bind(p, TODAY)] == ["operator", "head"]
    assert not may_bind(None, TODAY)


def test_the_digest_goes_to_leaders_and_the_office_and_to_those_who_asked_and_may() -> None:
    assert [p.name for p in EVERYBODY if gets_digest(p, TODAY)] == ["operator", "head", "leader"]
    wanting = [person(level.value, level, wants_digest=True) for level in Level]
    assert {p.level for p in wanting if gets_digest(p, TODAY)} == set(Level) - {Level.RESPONSIBLE}
    assert not may_ask_for_digest(NAMED)
    assert not may_ask_for_digest(None)


def test_a_region_covers_itself_and_those_below_it() -> None:
    city = Region(id=1, code="1", name="市", short_name="市", kind=RegionKind.CITY)
    county = Region(id=2, code="2", name="县", short_name="县", kind=RegionKind.COUNTY, parent_id=1)
    assert covers(1, city)
    assert covers(1, county)
    assert covers(2, county)
    assert not covers(2, city)
    assert not covers(3, county)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (NAMED, {"named"}),
        (HEIR, {"heir", "gone"}),  # who has the post after another hears of his duties
        (AWAY, {"away", "gone", "heir"}),  # a delegate; and whoever has the post of one whose delegate he is
        (CHIEF, {"chief", "named", "away", "heir", "gone"}),
        (LOST, {"lost"}),
    ],
)
def test_whose_duties_others_hear_of_when_somebody_changes(changed: Person, expected: set[str]) -> None:
    assert changed.id is not None
    everybody = [p for p in EVERYBODY if p.post]
    ids = standing_together([changed.id], [], everybody)
    assert {p.name for p in everybody if p.id in ids} == expected
    assert standing_together([], [(2, "responsible", "局", "股长3")], everybody) == {GONE.id, HEIR.id}


def test_what_planning_goes_by_changes_by_itself_when_a_leave_or_a_post_begins_and_ends() -> None:
    eve, day = date(2026, 11, 15), date(2026, 11, 16)
    assert bearing(AWAY, eve, ["chat"]) != bearing(AWAY, day, ["chat"])
    assert bearing(HEIR, date(2026, 10, 15), []) != bearing(HEIR, date(2026, 10, 16), [])
    assert bearing(NAMED, eve, ["group", "chat"]) == bearing(NAMED, day, ["chat", "group"])
    assert bearing(NAMED, day, []) != bearing(NAMED, day, ["chat"])
    assert json.loads(json.dumps(bearing(AWAY, day, ["chat"]))) == bearing(AWAY, day, ["chat"])
