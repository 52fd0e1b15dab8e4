"""Files into the ledger: twice changes nothing, chat reports survive, closed is never lowered, nobody is guessed."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from db.models import Duty, DutyOfficial, Event, Level, Person, Progress
from db.queries import duty_by_number, named_people, people, workday_overrides
from db.store import Store
from handlers.importing import import_file
from rehearsal.cast import CITY, FILES
from rules.policy import Office
from services import loading, reporting
from services.chain import Act, broken_links
from services.identity import find_person
from services.loading import Loaded
from services.office import office_now
from tests.conftest import NOW, person_named
from tests.services.test_ledger import entry, write_entries

LATER = NOW + timedelta(hours=1)


def dump(store: Store) -> dict[str, list[Any]]:
    with store.engine.connect() as connection:
        names = [r[0] for r in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: list(connection.exec_driver_sql(f'SELECT * FROM "{name}"')) for name in names}


def edited(tmp_path: Path, name: str, change: Callable[[str], str]) -> Path:
    """A copy of a file of the sample city with something changed in it."""
    before = (CITY / name).read_text(encoding="utf-8-sig")
    after = change(before)
    assert after != before
    path = tmp_path / name
    path.write_text(after, encoding="utf-8")
    return path


def row_of(text: str, key: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(f"{key},"))


def changed_row(key: str, old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        row = row_of(text, key)
        assert row.count(old) >= 1, row
        return text.replace(row, row.replace(old, new))

    return change


def ledger(store: Store, office: Office, path: Path) -> Loaded:
    return import_file(store, office, "ledger", path, LATER, None).loaded


def get(store: Store, number: str) -> Duty:
    with store.reading() as session:
        found = duty_by_number(session, number)
    assert found is not None
    return found


def report(store: Store, office: Office, number: str, area: str, farmland: str) -> None:
    person = person_named(store, "澜东区 马景民")
    with store.writing() as session:
        duty = duty_by_number(session, number)
        assert duty is not None
        act = Act(key="chat", at=NOW, person=person, said_in="telegram:1")
        reporting.report_progress(session, office, act, duty, Decimal(area), Decimal(farmland))


@pytest.mark.parametrize(("kind", "name"), [file for file in FILES if file[0] != "counties"])
def test_importing_a_file_again_changes_nothing(store: Store, office: Office, kind: str, name: str) -> None:
    before = dump(store)
    imported = import_file(store, office, kind, CITY / name, LATER, None)
    assert dump(store) == before
    assert (imported.loaded.new, imported.loaded.changed, imported.problems) == ([], [], ())
    assert imported.loaded.same


def test_a_number_reported_in_the_chat_survives_the_same_file(store: Store, office: Office) -> None:
    report(store, office, "DC-2026-004", "52", "27")
    before = dump(store)
    loaded = ledger(store, office, CITY / "ledger_clean.csv")
    assert dump(store) == before
    assert "DC-2026-004" in loaded.same
    assert get(store, "DC-2026-004").rectified_area_mu == 52


def test_a_changed_deadline_in_the_file_is_a_change_of_that_alone(store: Store, office: Office, tmp_path: Path) -> None:
    report(store, office, "DC-2026-004", "52", "27")
    path = edited(tmp_path, "ledger_clean.csv", changed_row("DC-2026-004", "2026-11-06", "2026-12-06"))
    loaded = ledger(store, office, path)
    assert loaded.changed == ["DC-2026-004"]
    assert len(loaded.same) == 239
    duty = get(store, "DC-2026-004")
    assert duty.due_on == date(2026, 12, 6)
    assert (duty.rectified_area_mu, duty.rectified_farmland_mu) == (52, 27)
    with store.reading() as session:
        event = session.exec(select(Event).order_by(col(Event.id).desc())).first()
    assert event is not None
    assert event.subject == "duty:DC-2026-004"
    assert event.kind == "imported"
    assert event.before["due_on"] == "2026-11-06"
    assert event.after["due_on"] == "2026-12-06"
    assert "rectified_area_mu" not in event.after


def test_a_changed_area_in_the_file_is_a_progress_entry_too(store: Store, office: Office, tmp_path: Path) -> None:
    path = edited(tmp_path, "ledger_clean.csv", changed_row("DC-2026-004", "50.86", "51.00"))
    assert ledger(store, office, path).changed == ["DC-2026-004"]
    with store.reading() as session:
        last = session.exec(select(Progress).order_by(col(Progress.id).desc())).first()
    assert last is not None
    assert (last.area_mu, last.said_at, last.note) == (51, LATER, "imported")


def test_a_duty_that_vanished_from_the_file_is_kept(store: Store, office: Office, tmp_path: Path) -> None:
    path = edited(
        tmp_path, "ledger_clean.csv", lambda text: text.replace(row_of(text, "DC-2026-004") + "\n", "")
    )  # fmt: skip
    before = dump(store)
    assert len(ledger(store, office, path).same) == 239
    assert dump(store) == before


def test_into_an_empty_database_every_row_waits_for_its_county(empty_store: Store, office: Office) -> None:
    for kind, waiting in (("ledger", 0), ("officials", 118), ("targets", 780)):
        name = dict(FILES)[kind]
        imported = import_file(empty_store, office, kind, CITY / name, LATER, None)
        assert imported.loaded.new == []
        assert len(imported.problems) >= waiting
    with empty_store.reading() as session:
        assert people(session) == []
        assert session.exec(select(Duty)).first() is None


def responsible(session: Session, number: str) -> tuple[str, int | None]:
    duty = duty_by_number(session, number)
    assert duty is not None
    query = select(DutyOfficial).where(DutyOfficial.duty_id == duty.id, DutyOfficial.level == Level.RESPONSIBLE)
    found = session.exec(query).one()
    return found.name, found.person_id


def add_person(session: Session, official_id: str, name: str, county: str) -> Person:
    home = find_person(session, {"澜东区": "QL0014", "沙栗县": "QL0068"}[county]).region_id
    person = Person(official_id=official_id, name=name, region_id=home, level=Level.RESPONSIBLE)
    session.add(person)
    session.flush()
    return person


def test_a_name_is_matched_to_the_one_person_of_that_county_and_never_by_name_alone(store: Store) -> None:
    with store.writing() as session:
        write_entries(session, entry("N-1", "澜东区", persons=("新来的",)))
        assert responsible(session, "N-1") == ("新来的", None)
        add_person(session, "T1", "新来的", "沙栗县")
        loading.match_officials(session)
        assert responsible(session, "N-1") == ("新来的", None)
        here = add_person(session, "T2", "新来的", "澜东区")
        loading.match_officials(session)
        assert responsible(session, "N-1") == ("新来的", here.id)


def test_two_people_of_one_name_in_one_county_match_nobody(store: Store) -> None:
    with store.writing() as session:
        duty = duty_by_number(session, "DC-2026-004")
        assert duty is not None
        assert [p.name for p in named_people(session, duty)] == ["马景民"]
        add_person(session, "T1", "马景民", "澜东区")
        loading.match_officials(session)
        assert responsible(session, "DC-2026-004") == ("马景民", None)
        assert named_people(session, duty) == []


def test_the_citys_two_of_one_name_are_told_apart_by_their_county(store: Store) -> None:
    with store.reading() as session:
        found = session.exec(select(Person).where(Person.name == "王志远")).all()
        assert len({person.region_id for person in found}) == len(found) == 2
        named = {person_id for _n, person_id in [responsible(session, "WF-2026-001")]}
    assert named == {person.id for person in found if person.official_id == "QL0015"}


def test_officials_imported_again_with_a_corrected_name_are_matched_anew(
    store: Store, office: Office, tmp_path: Path
) -> None:
    path = edited(tmp_path, "officials.csv", changed_row("QL0014", "马景民", "马景明"))
    loaded = import_file(store, office, "officials", path, LATER, None).loaded
    assert loaded.changed == ["QL0014"]
    with store.reading() as session:
        assert responsible(session, "DC-2026-004") == ("马景民", None)
    import_file(store, office, "officials", CITY / "officials.csv", LATER, None)
    with store.reading() as session:
        assert responsible(session, "DC-2026-004")[1] == find_person(session, "QL0014").id


def test_a_changed_name_in_the_ledger_is_matched_to_its_person(store: Store, office: Office, tmp_path: Path) -> None:
    path = edited(tmp_path, "ledger_clean.csv", changed_row("DC-2026-004", ",马景民,", ",王志远,"))
    assert ledger(store, office, path).changed == ["DC-2026-004"]
    with store.reading() as session:
        duty = duty_by_number(session, "DC-2026-004")
        assert duty is not None
        assert [p.official_id for p in named_people(session, duty)] == ["QL0015"]


def test_a_leave_in_the_officials_file_is_a_change_with_its_event(store: Store, office: Office, tmp_path: Path) -> None:
    path = edited(tmp_path, "officials.csv", changed_row("QL0014", "QL0015,,", "QL0015,2026-12-01,2026-12-05"))
    assert import_file(store, office, "officials", path, LATER, None).loaded.changed == ["QL0014"]
    person = person_named(store, "QL0014")
    assert (person.leave_from, person.leave_to) == (date(2026, 12, 1), date(2026, 12, 5))
    with store.reading() as session:
        event = session.exec(select(Event).order_by(col(Event.id).desc())).first()
    assert event is not None
    assert (event.subject, event.before["leave_from"], event.after["leave_from"]) == (
        "person:QL0014",
        None,
        "2026-12-01",
    )


def test_what_the_city_looks_like_after_its_files(store: Store) -> None:
    with store.reading() as session:
        assert len(people(session)) == 118
        unmatched = session.exec(select(DutyOfficial).where(col(DutyOfficial.person_id).is_(None))).all()
        assert broken_links(session) == []
        assert len(workday_overrides(session)) == 365
        delegate = find_person(session, "QL0088").delegate_id
        assert delegate == find_person(session, "QL0086").id
    assert {official.name for official in unmatched} <= {""} | {o.name for o in unmatched if not o.person_id}


def test_declared_workdays_reach_the_office_and_win(store: Store, office: Office) -> None:
    with store.writing() as session:
        rows = [{"date": date(2026, 11, 18), "is_workday": False, "note": "台风"}]
        assert loading.load_workdays(session, Act(key="x", at=LATER), rows).changed == ["2026-11-18"]
        assert loading.load_workdays(session, Act(key="y", at=LATER), rows).same == ["2026-11-18"]
        assert office.calendar.is_workday(date(2026, 11, 18))
        assert not office_now(session, office).calendar.is_workday(date(2026, 11, 18))


def test_an_import_that_fails_half_way_writes_nothing(store: Store) -> None:
    before = dump(store)

    def fail_half_way() -> None:
        with store.writing() as session:
            write_entries(session, entry("N-1", "澜东区"))
            loading.load_workdays(session, Act(key="x", at=LATER), [{"date": date(2026, 11, 18)}])

    with pytest.raises(KeyError):
        fail_half_way()
    assert dump(store) == before
