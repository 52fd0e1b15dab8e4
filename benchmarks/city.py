"""The databases that are measured: the sample city as an office would have it, and the same with many more duties."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from bot.settings import Settings, from_values
from db.migrations import upgrade
from db.models import Level
from db.queries import people
from db.store import Store
from rehearsal.cast import load_city
from services import identity
from services.chain import Act

TOKEN = "100002:benchmark"
CHATS = 200  # private chats that speak to the bot; several may be the same official's, as with two phones
FIRST_ACCOUNT = 50_000
LIFTED = {"per_second": 10_000, "chat_seconds": 0, "group_per_minute": 1_000_000}  # Telegram's limits, not ours

CONFIG = """\
[office]
name = "青澜市自然资源督察办公室"
[telegram]
token = "{token}"
base_url = "{origin}/bot"
[database]
url = "sqlite:///{database}"
[delivery]
"""


def accounts() -> list[int]:
    """Return the chat accounts that speak in the benchmark."""
    return list(range(FIRST_ACCOUNT, FIRST_ACCOUNT + CHATS))


def build(home: Path) -> Path:
    """Make the database of the sample city, with an account for each of the chats; return its path."""
    path = home / "city.db"
    now = datetime.now(UTC)
    store = Store(f"sqlite:///{path}")
    upgrade(store.engine)
    load_city(store, _office(home).office, now)
    with store.writing() as session:
        act = Act(key="benchmark", at=now, said_in="benchmark")
        levels = (Level.RESPONSIBLE, Level.DEPUTY, Level.PRINCIPAL)
        mine = [p for p in people(session) if p.level in levels and p.in_post_to is None]
        for number, account in enumerate(accounts()):
            identity.link(session, act, mine[number % len(mine)], f"telegram:{account}")
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def configure(city: Path, home: Path, origin: str) -> Path:
    """Write the settings of a bot with a fresh copy of the city, limits lifted; return the file's path."""
    database = home / "duban.db"
    shutil.copyfile(city, database)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    path = home / "config.toml"
    lines = CONFIG.format(token=TOKEN, origin=origin, database=database)
    path.write_text(lines + "".join(f"{key} = {value}\n" for key, value in LIFTED.items()), encoding="utf-8")
    return path


def grow(path: Path, duties: int) -> None:
    """Copy the ledger's rows until there are so many, each copy with deadlines of its own."""
    with sqlite3.connect(path) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(duty)") if row[1] != "id"]
        (have,) = connection.execute("SELECT count(*) FROM duty").fetchone()
        (first,) = connection.execute("SELECT count(*) FROM duty WHERE number NOT LIKE '%~%'").fetchone()
        own = {"number": "number || '~' || n", "due_on": "date(due_on, ((n * 7) % 400 - 200) || ' days')"}
        chosen = ", ".join(own.get(name, name) for name in names)
        connection.execute(
            f"WITH RECURSIVE copies(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM copies WHERE n < ?2) "
            f"INSERT INTO duty ({', '.join(names)}) SELECT {chosen} FROM copies, duty "
            f"WHERE number NOT LIKE '%~%' ORDER BY n, id LIMIT ?3",
            (have + 1, have + (duties - have) // first + 1, duties - have),
        )
    connection.close()


def _office(home: Path) -> Settings:
    return from_values({"office": {"name": "青澜市自然资源督察办公室"}}, home)
