"""`duban` at a terminal: files in, figures out, words said, people invited, and one line when something is wrong."""

import asyncio
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from bot import main
from bot.settings import TOKEN_ENV
from db.models import Event, Invite, Notice, Outbox
from db.queries import duty_by_number, people
from db.store import Store
from rehearsal.cast import CITY, FILES
from rules.policy import Office
from rules.steps import BY_NAME
from services import identity, life, reporting
from services.chain import Act
from services.identity import find_person
from tests.bot.living import NUMBER, SECRET, TOKEN, City
from tests.conftest import NOW

ROOT = Path(__file__).parents[2]
BEFORE = "2026-11-18T09:00"
Duban = Callable[..., tuple[int, str, str]]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(TOKEN_ENV, raising=False)
    monkeypatch.setattr("bot.logs.set_up", lambda _secrets: None)  # standard error belongs to pytest here
    path = tmp_path / "config.toml"
    path.write_text('[office]\nname = "青澜市自然资源督察办公室"\n', encoding="utf-8")
    return path


@pytest.fixture
def duban(config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Duban:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["duban", "--config", str(config), *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def full(config: Path, city_file: Path) -> Store:
    shutil.copy(city_file, config.parent / "duban.db")
    return Store(f"sqlite:///{config.parent}/duban.db")


def point_at(config: Path, city: City, token: str = TOKEN) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write(f'[telegram]\ntoken = "{token}"\nbase_url = "{city.telegram.base_url}"\n')


def make_real(store: Store) -> None:
    """Take the mark of a rehearsal away: from now on this is an office's own database."""
    with store.writing() as session:
        session.execute(sa.text("DELETE FROM mark WHERE name = 'rehearsal'"))


def events(store: Store) -> int:
    with store.reading() as session:
        return session.execute(sa.select(sa.func.count()).select_from(Event)).scalar_one()


def test_every_file_is_imported_and_the_figures_equal_the_oracle(duban: Duban) -> None:
    for kind, name in FILES:
        code, out, err = duban("import", kind, str(CITY / name), "--yes")
        assert code == 0, err
        assert "新增" in out
    code, out, _err = duban("figures", "--as-of", "2026-11-18", "--json")
    assert code == 0
    figures, expected = json.loads(out), json.loads((CITY / "expected.json").read_text(encoding="utf-8"))
    for part in ("cells", "by_county", "by_workstream", "city"):
        assert figures[part] == expected[part]
    code, out, _err = duban("import", "ledger", str(CITY / "ledger_clean.csv"), "--yes")
    assert "新增0" in out
    assert "更改0" in out


def test_figures_are_a_line_a_county_for_people(duban: Duban, full: Store) -> None:
    code, out, _err = duban("figures", "--as-of", "2026-11-18")
    assert code == 0
    assert "澜东区" in out
    assert out.strip().splitlines()[-1].startswith("青澜市")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("figures", "--as-of", "someday"), "--as-of someday"),
        (("import", "poems", "x.csv"), "there are officials"),
        (("import", "ledger", "/nowhere.csv"), "no such file"),
        (("say", "--as", "nobody", "帮助"), "nobody"),
        (("say", "--as", "QL0014", "--chat", "澜东区", "进度"), "--chat 澜东区"),
        (("--now", "yesterday", "figures"), "--now yesterday"),
        (("invite", "QL0014"), "[telegram] token"),
        (("run",), "[telegram] token"),
    ],
)
def test_what_the_caller_did_wrong_is_one_line_and_exit_2(
    duban: Duban, full: Store, words: tuple[str, ...], said: str
) -> None:
    code, out, err = duban(*words)
    assert code == 2
    assert said in err.strip().splitlines()[-1]
    assert "Traceback" not in err
    assert out == ""


def test_a_file_that_cannot_be_read_is_one_line_and_exit_2(duban: Duban, full: Store, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"this is no workbook")
    code, _out, err = duban("import", "ledger", str(bad))
    assert code == 2
    assert "bad.xlsx" in err.strip().splitlines()[-1]


def test_a_wrong_setting_ends_the_program_with_2_and_its_key(config: Path) -> None:
    config.write_text('[office]\nname = "青澜市"\nlanguage = "fr"\n', encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "bot.main", "--config", str(config), "figures"], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert ended.stderr.strip() == "config: [office] language: must be zh or en"


def test_say_answers_as_the_chat_would_and_writes(duban: Duban, full: Store) -> None:
    code, out, _err = duban("say", "--as", "QL0014", f"完成 {NUMBER}")
    assert code == 0
    assert NUMBER in out
    assert "[撤销] /undo" in out
    with full.reading() as session:
        newest = session.exec(select(Event).order_by(col(Event.id).desc())).first()
        assert newest is not None
        assert (newest.kind, newest.said_in) == ("reported_done", "terminal:QL0014")
        assert session.exec(select(Outbox)).first() is None


@pytest.mark.parametrize("who", ["QL0014", "澜东区 马景民", "马景民"])
def test_a_person_is_named_by_id_or_county_and_name(duban: Duban, full: Store, who: str) -> None:
    code, out, _err = duban("say", "--as", who, NUMBER)
    assert code == 0
    assert NUMBER in out


def test_say_in_a_group_says_what_the_group_may_read(duban: Duban, config: Path, city: City) -> None:
    # the city fixture's database is this one, with its groups bound
    code, out, _err = duban("say", "--as", "QL0014", "--chat", "澜东区", "@duban_bot 进度")
    assert code == 0
    assert "澜东区" in out


def test_saying_something_as_of_another_time_writes_nothing_into_a_real_database(duban: Duban, full: Store) -> None:
    make_real(full)
    before = events(full)
    code, out, err = duban("--now", BEFORE, "say", "--as", "QL0014", f"完成 {NUMBER}")
    assert code == 0
    assert NUMBER in out
    assert "nothing was written" in err
    assert events(full) == before


def test_saying_something_as_of_another_time_is_written_into_a_rehearsals(duban: Duban, full: Store) -> None:
    before = events(full)
    code, _out, err = duban("--now", BEFORE, "say", "--as", "QL0014", f"完成 {NUMBER}")
    assert code == 0
    assert "nothing was written" not in err
    assert events(full) == before + 1


def test_writing_with_another_time_into_a_real_database_is_refused(
    duban: Duban, full: Store, config: Path, city: City
) -> None:
    make_real(full)
    before = events(full)
    code, _out, err = duban("--now", BEFORE, "import", "ledger", str(CITY / "ledger_clean.csv"))
    assert code == 2
    assert "--now" in err
    assert events(full) == before


def test_run_does_not_go_with_another_time(duban: Duban, config: Path) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write(f'[telegram]\ntoken = "{TOKEN}"\n')
    code, _out, err = duban("--now", BEFORE, "run")
    assert code == 2
    assert "--now does not go with run" in err


async def test_an_invitation_is_a_link_alone_on_the_last_line_and_works_once(
    duban: Duban, config: Path, city: City
) -> None:
    point_at(config, city)
    code, out, err = await asyncio.to_thread(duban, "invite", "QL0014")
    assert code == 0, err
    link = out.strip().splitlines()[-1]
    head, _, invitation = link.partition("?start=")
    assert head == "https://t.me/duban_bot"
    assert SECRET not in out + err
    assert city.first(sa.select(sa.func.count()).select_from(Invite)) == 1
    city.telegram.add_person(7, "马景民的新手机")
    city.telegram.add_person(8, "路人")
    city.watch.put_to(datetime.now(UTC))
    async with city.running():
        city.telegram.say(7, 7, f"/start {invitation}")
        await city.answered(7)
        city.telegram.say(8, 8, f"/start {invitation}")
        await city.answered(8)
    assert "马景民" in city.sent(7)[0].text
    assert "马景民" not in city.sent(8)[0].text


async def test_an_invitation_with_a_wrong_token_is_one_line(duban: Duban, config: Path, city: City) -> None:
    point_at(config, city, "4242:wrong")
    code, _out, err = await asyncio.to_thread(duban, "invite", "QL0014")
    assert code == 2
    assert "Telegram cannot be reached" in err or "token" in err


async def test_the_doctor_finds_nothing_wrong_where_nothing_is(duban: Duban, config: Path, city: City) -> None:
    point_at(config, city)
    code, out, _err = await asyncio.to_thread(duban, "--now", BEFORE, "doctor")
    assert "✗" not in out
    assert code == 0
    assert "@duban_bot" in out


async def test_the_doctor_names_what_is_wrong_and_ends_with_1(duban: Duban, config: Path, city: City) -> None:
    point_at(config, city, "4242:wrong")
    with city.store.writing() as session:
        session.execute(sa.text("UPDATE account SET unreachable_since = '2026-11-17 00:00:00' WHERE id = 14"))
        session.execute(sa.text("UPDATE event SET why = 'tampered' WHERE id = (SELECT max(id) FROM event)"))
    code, out, _err = await asyncio.to_thread(duban, "--now", BEFORE, "doctor")
    assert code == 1
    wrong = [line for line in out.splitlines() if line.startswith("✗")]
    assert any("马景民" in line for line in wrong)
    assert any("令牌" in line for line in wrong)
    assert any("记录被改动" in line for line in wrong)


TAMPERED = [
    ("UPDATE event SET why = '看错了' WHERE {it}", "第2条", "记录被改动"),
    ("UPDATE event SET after = replace(after, 'awaiting_acceptance', 'closed') WHERE {it}", "第2条", "记录被改动"),
    ("UPDATE event SET person_id = 9 WHERE {it}", "第2条", "记录被改动"),
    ("DELETE FROM event WHERE {it}", "第3条", "之前缺一条"),
]


@pytest.mark.parametrize(("tampering", "link", "said"), TAMPERED)
async def test_the_doctor_names_the_first_link_that_somebody_tampered_with(
    duban: Duban, config: Path, city: City, tampering: str, link: str, said: str
) -> None:
    point_at(config, city)
    office = Office(name="青澜市自然资源督察办公室", city="青澜市")
    with city.store.writing() as session:
        for turn, who in enumerate(("QL0014", "QL0004")):
            duty = duty_by_number(session, "DC-2026-004")
            assert duty is not None
            act = Act(key=f"chain:{turn}", at=NOW, person=find_person(session, who))
            if turn == 0:
                reporting.report_done(session, office, act, duty)
            else:
                life.judge(session, office, act, BY_NAME["return"], duty, "照片看不清")
    code, out, _err = await asyncio.to_thread(duban, "--now", BEFORE, "doctor")
    assert "操作记录：完整" in out
    with closing(sqlite3.connect(str(city.store.engine.url.database))) as behind_our_back:
        behind_our_back.execute(tampering.format(it="subject = 'duty:DC-2026-004' AND sequence = 2"))
        behind_our_back.commit()
    code, out, _err = await asyncio.to_thread(duban, "--now", BEFORE, "doctor")
    assert code == 1
    wrong = [line for line in out.splitlines() if line.startswith("✗")]
    print(wrong)
    assert len(wrong) == 1
    assert f"DC-2026-004 {link}（2026-11-18 09:00" in wrong[0]
    assert said in wrong[0]


def test_the_doctor_asks_for_a_migration_of_an_empty_database(duban: Duban) -> None:
    code, out, _err = duban("doctor")
    assert code == 1
    assert "duban migrate" in out
    assert duban("migrate")[:2] == (0, "migrated\n")
    assert duban("migrate")[:2] == (0, "nothing to do\n")


def test_the_forecast_says_by_day_and_by_person_who_would_hear(duban: Duban, full: Store) -> None:
    before = events(full)
    with full.writing() as session:
        move_in(session)
    code, told, _bar = duban("--now", "2026-11-18T18:30+08:00", "forecast", "--days", "5")
    assert code == 0
    assert re.search(r"^2026-11-19 周四  提醒\d+  日报4$", told, re.M)
    assert "2026-11-21 周六  休息日" in told
    assert "每人会收到消息的天数（3个工作日，没有人办理时）：" in told
    assert re.search(r"^   3  青澜市 任景斌 分管副市长$", told, re.M)
    code, told, _bar = duban("--now", "2026-11-18T18:30+08:00", "forecast", "--days", "5", "--json")
    found = json.loads(told)
    mine = [message for message in found["messages"] if message["name"] == "马景民"]
    assert mine
    assert all(message["duties"] and "澜东区" in message["text"] for message in mine)
    assert found["days_bothered"][mine[0]["official_id"]] == len({message["at"][:10] for message in mine})
    assert events(full) > before  # the accounts alone
    with full.reading() as session:
        assert session.exec(select(Notice)).all() == []


def test_a_forecast_under_other_settings_shows_what_they_change(duban: Duban, full: Store, tmp_path: Path) -> None:
    with full.writing() as session:
        move_in(session)
    other = tmp_path / "other.toml"
    other.write_text('[office]\nname = "督察办"\n[reminders]\ndigest_at = "0 16 * * 5"\n', encoding="utf-8")
    _code, told, _bar = duban("--now", "2026-11-18T18:30+08:00", "forecast", "--days", "2", "--under", str(other))
    assert re.search(r"^2026-11-19 周四  提醒\d+$", told, re.M)
    assert re.search(r"^2026-11-20 周五  提醒\d+  日报4$", told, re.M)


@pytest.mark.parametrize("first", ["2026-11-17", "昨日", "2099-01-01"])
def test_a_forecast_begins_today_or_later_and_within_a_year(duban: Duban, full: Store, first: str) -> None:
    code, _told, wrong = duban("--now", "2026-11-18T18:30+08:00", "forecast", "--from", first)
    assert code == 2
    assert wrong.startswith(f"--from {first}: ")


def move_in(session: Session) -> None:
    for person in people(session):
        identity.link(session, Act(key="moving-in", at=NOW), person, f"telegram:{person.id}")
