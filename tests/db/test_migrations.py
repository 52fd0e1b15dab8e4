"""What the migrations build is what the models say, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

import db.asked
import db.files
import db.ladder
import db.life
import db.looking
import db.models
import db.trends
from db import migrations
from db.store import Store, open_engine

HOME = Path(migrations.__file__).parent


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(HOME))
    return ScriptDirectory.from_config(config)


def test_head_is_the_newest_file_and_there_is_one_line_of_them() -> None:
    assert scripts().get_heads() == [migrations.HEAD]
    newest = sorted(path.name for path in (HOME / "versions").glob("[0-9]*.py"))[-1]
    assert newest.startswith(f"{migrations.HEAD}_")


def plan(engine: sa.Engine) -> dict[str, Any]:
    """Everything about the schema that a database keeps."""
    inspector = sa.inspect(engine)
    found: dict[str, Any] = {}
    for table in inspector.get_table_names():
        if table == "alembic_version":
            continue
        found[table] = {
            "columns": {
                column["name"]: (repr(column["type"]), column["nullable"], column["default"], column["primary_key"])
                for column in inspector.get_columns(table)
            },
            "primary": inspector.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
                for key in inspector.get_foreign_keys(table)
            ),
            "unique": sorted(tuple(one["column_names"]) for one in inspector.get_unique_constraints(table)),
            "checks": sorted(str(one["sqltext"]) for one in inspector.get_check_constraints(table)),
        }
    with engine.connect() as connection:
        sql = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        rows = connection.exec_driver_sql(sql).all()
    found["indexes"] = [(name, table, " ".join(text.replace('"', "").split())) for name, table, text in rows]
    return found


def test_the_migrated_schema_equals_the_models(empty_store: Store, tmp_path: Path) -> None:
    fresh = open_engine(f"sqlite:///{tmp_path}/fresh.db")
    SQLModel.metadata.create_all(fresh)
    expected, migrated = plan(fresh), plan(empty_store.engine)
    fresh.dispose()
    assert migrated.keys() == expected.keys()
    for table, wanted in expected.items():
        assert migrated[table] == wanted, table
    assert len(expected) > 15


def test_a_difference_between_schema_and_models_is_noticed(empty_store: Store) -> None:
    before = plan(empty_store.engine)
    with empty_store.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_duty_figures")
        connection.exec_driver_sql("ALTER TABLE duty ADD COLUMN more VARCHAR(3)")
    after = plan(empty_store.engine)
    assert before["indexes"] != after["indexes"]
    assert before["duty"]["columns"] != after["duty"]["columns"]
    assert before["event"] == after["event"]


def test_an_upgrade_of_what_is_new_enough_does_nothing(empty_store: Store) -> None:
    assert migrations.current(empty_store.engine) == migrations.HEAD
    assert migrations.upgrade(empty_store.engine) is False


def test_an_empty_database_has_no_version_and_is_upgraded_once(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db")
    assert migrations.current(engine) is None
    assert migrations.upgrade(engine) is True
    assert migrations.upgrade(engine) is False
    engine.dispose()


def test_a_database_of_the_first_version_keeps_what_it_holds(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/old.db")
    config = Config()
    config.set_main_option("script_location", str(HOME))
    config.attributes["engine"] = engine
    command.upgrade(config, "0001")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO region (id, code, name, short_name, kind, aliases, spellings, display_order)"
            " VALUES (1, '1', '北山县', '北山', 'county', '[]', '[]', 0)",
            "INSERT INTO duty (id, number, workstream, sub_type, region_id, town, source, problem_type, title, spot_no,"
            " approval_no, enterprise, measures, remark, area_mu, farmland_mu, basic_farmland_mu, rectified_area_mu,"
            " rectified_farmland_mu, due_kind, lead_unit, co_units, status, raw, imported, known_at)"
            " VALUES (1, 'D-1', 'mine', '', 1, '', '', '', '', '', '', '', '', '', 0, 0, 0, 0, 0, 'missing', '', '',"
            " 'not_started', '{}', '{}', '2026-11-18')",
            "INSERT INTO event (id, subject, sequence, duty_id, kind, act, at, said_in, before, after, why,"
            " previous_hash, hash)"
            " VALUES (1, 'duty:D-1', 1, 1, 'imported', 'a', '2026-11-18', '', '{}', '{}', '', '', '')",
            "INSERT INTO progress (id, duty_id, event_id, area_mu, farmland_mu, note, said_at, said_in)"
            " VALUES (1, 1, 1, 0, 0, '', '2026-11-18', '')",
        ):
            connection.exec_driver_sql(statement)
    assert migrations.upgrade(engine) is True
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT duty_id, event_id FROM progress").all() == [(1, 1)]
        assert connection.exec_driver_sql("SELECT duty_id, kind FROM event").all() == [(1, "imported")]
        assert connection.exec_driver_sql("SELECT duty_id, look_on FROM look").all() == [(1, "0001-01-01")]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


@pytest.mark.parametrize("table", sorted(db.files.SQLModel.metadata.tables))
def test_every_table_of_the_models_is_there_after_the_migrations(empty_store: Store, table: str) -> None:
    assert sa.inspect(empty_store.engine).has_table(table)
