"""Import, export, import: what comes back is what went in, whatever was said in between."""

import random
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import select

from db.models import Duty, Event
from db.queries import duty_by_number
from db.store import Store
from handlers.exporting import Export, write_file
from handlers.importing import Imported, apply, import_file, read_file
from rehearsal.cast import CITY
from rules.policy import Office
from services import reporting
from services.chain import Act
from tests.conftest import LEDGER_DAY, NOW, person_named

LATER = NOW + timedelta(hours=1)


def state(store: Store) -> list[dict[str, object]]:
    with store.reading() as session:
        return [duty.model_dump(exclude={"raw"}) for duty in session.exec(select(Duty))]


def again(store: Store, office: Office, path: Path) -> Imported:
    before = state(store)
    imported = import_file(store, office, "ledger", path, LATER, None)
    assert state(store) == before
    return imported


@pytest.mark.parametrize("name", ["ledger.xlsx", "ledger_clean.csv"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_was_imported_comes_back_the_same(
    new_store: Store, office: Office, tmp_path: Path, name: str, form: str
) -> None:
    import_file(new_store, office, "ledger", CITY / name, LEDGER_DAY, None)
    imported = again(new_store, office, exported(new_store, office, tmp_path / f"out.{form}"))
    assert (imported.loaded.new, imported.loaded.changed) == ([], [])
    assert len(imported.loaded.same) == len(state(new_store)) > 230
    assert imported.draft is not None
    assert imported.draft.difference.vanished == []


def exported(store: Store, office: Office, path: Path) -> Path:
    with store.reading() as session:
        asked = Export(
            session=session, office=office, region=None, as_of=office.today(NOW), written_at=office.local(NOW)
        )
        path.write_bytes(write_file("ledger", asked, as_csv=path.suffix == ".csv"))
    return path


def test_what_the_chat_reported_goes_out_and_comes_back_as_no_change(
    store: Store, office: Office, tmp_path: Path
) -> None:
    ma = person_named(store, "QL0014")
    with store.writing() as session:
        duty = duty_by_number(session, "DC-2026-004")
        assert duty is not None
        reporting.report_done(session, office, Act(key="chat", at=NOW, person=ma), duty)
    imported = again(store, office, exported(store, office, tmp_path / "out.xlsx"))
    assert imported.loaded.changed == []


def test_a_workbook_with_its_sheets_and_rows_shuffled_changes_nothing(
    new_store: Store, office: Office, tmp_path: Path
) -> None:
    import_file(new_store, office, "ledger", CITY / "ledger_clean.csv", LEDGER_DAY, None)
    book = openpyxl.load_workbook(exported(new_store, office, tmp_path / "out.xlsx"))
    chance = random.Random(7)
    for sheet in book.worksheets:
        for merged in list(sheet.merged_cells.ranges):
            if merged.min_row > 4 and merged.max_row > merged.min_row:
                county = sheet.cell(merged.min_row, merged.min_col).value
                sheet.unmerge_cells(str(merged))
                for row in range(merged.min_row, merged.max_row + 1):
                    sheet.cell(row, merged.min_col, county)
        numbered = [row for row in range(5, sheet.max_row + 1) if str(sheet.cell(row, 2).value or "").count("-") == 2]
        values = [[cell.value for cell in sheet[row]] for row in numbered]
        chance.shuffle(values)
        for row, cells in zip(numbered, values, strict=True):
            for column, value in enumerate(cells, 1):
                sheet.cell(row, column).value = value
    book._sheets.reverse()
    shuffled = tmp_path / "shuffled.xlsx"
    book.save(shuffled)
    imported = again(new_store, office, shuffled)
    assert (imported.loaded.new, imported.loaded.changed) == ([], [])
    assert len(imported.loaded.same) == 240


def test_a_dry_run_leaves_no_trace(new_store: Store, office: Office) -> None:
    read = read_file(new_store, office, "ledger", CITY / "ledger.xlsx")
    tried = apply(new_store, office, read, Act(key="try", at=NOW), dry_run=True)
    assert len(tried.loaded.new) == 238
    assert state(new_store) == []
    officials = read_file(new_store, office, "officials", CITY / "officials.csv")
    with new_store.reading() as session:
        before = session.exec(select(Event.id)).all()
    assert len(apply(new_store, office, officials, Act(key="try", at=NOW), dry_run=True).loaded.same) == 118
    with new_store.reading() as session:
        assert session.exec(select(Event.id)).all() == before
