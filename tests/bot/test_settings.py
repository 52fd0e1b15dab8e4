"""A wrong setting names its key and says what is allowed; a key that means nothing is refused."""

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from bot import settings as module
from bot.settings import TOKEN_ENV, SettingError, Settings, from_values, load

OFFICE: dict[str, Any] = {"office": {"name": "青澜市自然资源督察办公室"}}
STREAM = {"code": "mine", "zh": "矿山"}
RUNG = {"step": 2, "name": "提醒函", "when": {"overdue_days": 3}}
DAYS = "list of numbers of days"

WRONG: list[tuple[str, str, Any, str]] = [
    ("office", "name", 5, "office's name"),
    ("office", "name", "", "is missing"),
    ("office", "city", 5, "city's name"),
    ("office", "language", "fr", "zh or en"),
    ("office", "language", 1, "zh or en"),
    ("office", "timezone", "Mars/Olympus", "Asia/Shanghai"),
    ("office", "timezone", 8, "Asia/Shanghai"),
    ("telegram", "token", 5, "123456:ABC-DEF"),
    ("telegram", "token", "nonsense", "123456:ABC-DEF"),
    ("telegram", "token_file", 5, "path of a file"),
    ("telegram", "token_file", "nowhere.txt", "cannot be read"),
    ("telegram", "base_url", "localhost", "http://"),
    ("telegram", "base_url", 5, "http://"),
    ("telegram", "base_file_url", "ftp://x", "http://"),
    ("telegram", "proxy", "socks5://x", "http://"),
    ("database", "url", 5, "sqlite:///duban.db"),
    ("database", "url", "mysql://x", "sqlite:///"),
    ("evidence", "folder", 5, "path of a folder"),
    ("evidence", "folder", " ", "path of a folder"),
    ("lights", "line_yellow_points", -1, "0 to 100"),
    ("lights", "stall_weeks", 0, "1 to 104"),
    ("lights", "pace_weeks", 105, "1 to 104"),
    ("lights", "near_days", -1, "0 to 365"),
    ("lights", "duty_blue_points", "ten", "0 to 100"),
    ("lights", "duty_yellow_points", 5, "not be less than duty_blue_points"),
    ("lights", "line_red_points", 5, "not be less than line_yellow_points"),
    ("steps", "stations", "sign", "list of words"),
    ("steps", "stations", ["sign", "fly"], "fly is no station; there are: close, plan, publish, selfcheck, sign"),
    ("steps", "waiting_stops_clock", 1, "true or false"),
    ("steps", "check_workdays", 0, "1 to 250"),
    ("steps", "notice_days", "7", "1 to 365"),
    ("steps", "return_reasons", [""], "list of words"),
    ("reminders", "lead_days", 30, DAYS),
    ("reminders", "lead_days", [30, "7"], DAYS),
    ("reminders", "lead_days", [0], DAYS),
    ("reminders", "lead_days", [True], DAYS),
    ("reminders", "lead_workdays", [-1], DAYS),
    ("reminders", "strict_lead_days", [1000], DAYS),
    ("reminders", "early_workdays", 6, "0 to 5"),
    ("reminders", "strict_sources", "国家", "list of words"),
    ("reminders", "weekly_weekday", "monday", "mon, tue"),
    ("reminders", "weekly_times", 53, "0 to 52"),
    ("reminders", "weekly_times", 1.5, "0 to 52"),
    ("reminders", "window_from", "8h", "08:30"),
    ("reminders", "window_from", 8, "08:30"),
    ("reminders", "window_to", "25:00", "08:30"),
    ("reminders", "window_to", "08:00", "later than window_from"),
    ("reminders", "digest_at", "half past eight", "crontab"),
    ("reminders", "digest_at", 8, "crontab"),
    ("reminders", "invite_days", 0, "1 to 90"),
    ("reminders", "undo_hours", -1, "0 to 720"),
    ("reminders", "question_minutes", True, "1 to 1440"),
    ("reminders", "merge_minutes", 121, "0 to 120"),
    ("reminders", "jitter_minutes", 61, "0 to 60"),
    ("reminders", "longest_pause_days", 0, "1 to 365"),
    ("reminders", "most_extensions", "2", "0 to 20"),
    ("reminders", "longest_extension_days", 0, "1 to 730"),
    ("reminders", "climb_workdays", 61, "0 to 60"),
    ("reminders", "answer_workdays", 0, "1 to 60"),
    ("reminders", "bottom_counties", 0, "1 to 20"),
    ("reminders", "plan_days", 366, "0 to 365"),
    ("reminders", "sign_workdays", -1, "0 to 60"),
    ("reminders", "unfiled_days", -1, "0 to 365"),
    ("reminders", "area_slip_factor", 1, "2 to 1000"),
    ("calendar", "workdays", "2027-02-14", "list of dates"),
    ("calendar", "workdays", ["2027-02-14"], "list of dates"),
    ("calendar", "days_off", [1], "list of dates"),
    ("delivery", "per_second", 0, "1 to 10000"),
    ("delivery", "chat_seconds", "1", "a number"),
    ("delivery", "group_per_minute", 0, "1 to 1000000"),
    ("delivery", "in_flight", 1001, "1 to 1000"),
    ("delivery", "lease_seconds", "long", "a number"),
    ("delivery", "stop_seconds", True, "a number"),
]


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_ENV, raising=False)


def made(tmp_path: Path, **tables: Any) -> Settings:
    return from_values({**OFFICE, **tables}, tmp_path)


def refused(tmp_path: Path, **tables: Any) -> SettingError:
    with pytest.raises(SettingError) as caught:
        made(tmp_path, **tables)
    return caught.value


@pytest.mark.parametrize(("table", "key", "value", "allowed"), WRONG)
def test_a_wrong_value_names_its_key_and_what_is_allowed(
    tmp_path: Path, table: str, key: str, value: Any, allowed: str
) -> None:
    wrong = refused(tmp_path, **{table: {**OFFICE.get(table, {}), key: value}})
    assert wrong.key == f"[{table}] {key}"
    assert allowed in wrong.allowed


def test_every_key_that_there_is_has_a_wrong_value_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known: set[tuple[str, str]] = set()

    class Spy(module.Section):
        def close(self) -> None:
            known.update((self._name, key) for key in self._asked)

    monkeypatch.setattr(module, "Section", Spy)
    made(tmp_path)
    assert known == {(table, key) for table, key, _value, _allowed in WRONG}


LISTS = ("workstreams", "ladder")  # lists of tables, one a thing


@pytest.mark.parametrize("table", [t for t in module.TABLES if t not in LISTS])
def test_a_key_that_means_nothing_is_refused_with_those_that_do(tmp_path: Path, table: str) -> None:
    wrong = refused(tmp_path, **{table: {**OFFICE.get(table, {}), "nmae": 1}})
    assert wrong.key == f"[{table}] nmae"
    assert "there are:" in wrong.allowed


@pytest.mark.parametrize("table", [t for t in module.TABLES if t not in LISTS])
def test_a_table_that_is_none_is_refused(tmp_path: Path, table: str) -> None:
    assert table in refused(tmp_path, **{table: 5}).key


@pytest.mark.parametrize(
    ("streams", "key"),
    [
        (5, "workstreams"), ([], "workstreams"), (["mine"], "workstreams"), ([{}], "code"), ([{"code": "x"}], "code"),
        ([STREAM | {"code": 5}], "code"), ([STREAM | {"zh": 5}], "zh"), ([STREAM | {"en": 5}], "en"),
        ([STREAM | {"rate_basis": "volume"}], "rate_basis"), ([STREAM | {"keywords": "x"}], "keywords"),
        ([STREAM | {"sub_types": 1}], "sub_types"), ([STREAM | {"colour": "red"}], "colour"),
    ],
)  # fmt: skip
def test_a_wrong_workstream_names_what_is_wrong(tmp_path: Path, streams: Any, key: str) -> None:
    assert key in refused(tmp_path, workstreams=streams).key


@pytest.mark.parametrize(
    ("rungs", "wrong", "allowed"),
    [
        (5, "[[ladder]]", "list of tables"),
        ([RUNG, RUNG], "step", "another number for each step"),
        ([RUNG | {"step": 1}], "step", "2 to 99"),
        ([RUNG | {"step": "two"}], "step", "2 to 99"),
        ([RUNG | {"name": ""}], "name", "提醒函"),
        ([RUNG | {"when": {}}], "when", "overdue_workdays = 5"),
        ([RUNG | {"when": {"full_moon": 1}}], "when", "full_moon is no trigger; there are: overdue_workdays"),
        ([RUNG | {"when": {"overdue_days": 0}}], "when", "overdue_days must be a whole number from 1"),
        ([RUNG | {"when": {"overdue_days": True}}], "when", "whole number"),
        ([RUNG | {"to": "press"}], "to", "bureau, deputy, principal, everybody, nobody"),
        ([RUNG | {"copy": 5}], "copy", "bureau"),
        ([RUNG | {"signed_by": "deputy"}], "signed_by", "city_office or city_leader"),
        ([RUNG | {"colour": "red"}], "colour", "there are:"),
    ],
)
def test_a_wrong_step_of_the_ladder_names_what_is_wrong(tmp_path: Path, rungs: Any, wrong: str, allowed: str) -> None:
    error = refused(tmp_path, ladder=rungs)
    assert wrong in error.key
    assert allowed in error.allowed


def test_an_office_may_have_another_ladder_or_none(tmp_path: Path) -> None:
    assert made(tmp_path, ladder=[]).office.policy.ladder == ()
    late, early = RUNG | {"step": 9, "to": "principal", "signed_by": "city_leader"}, RUNG
    first, second = made(tmp_path, ladder=[late, early]).office.policy.ladder
    assert (first.step, first.when, first.to, first.copy) == (2, {"overdue_days": 3}, "nobody", "nobody")
    assert (second.step, second.to, second.signed_by) == (9, "principal", "city_leader")


def test_an_unknown_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[office]\nname = "x市"\n[telegramm]\n', encoding="utf-8")
    with pytest.raises(SettingError, match=r"\[telegramm\].*office, telegram, database"):
        load(path)


@pytest.mark.parametrize("content", [b"[office", b"\xff\xfe", b"a = "])
def test_a_file_that_is_no_toml_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(SettingError, match=r"config\.toml: is not TOML"):
        load(path)


def test_a_file_that_is_not_there_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no such file; copy config\.example\.toml"):
        load(tmp_path / "nowhere.toml")


def test_an_office_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\[office\] name: is missing"):
        from_values({}, tmp_path)


def test_a_name_is_enough(tmp_path: Path) -> None:
    settings = made(tmp_path)
    assert settings.office.city == "青澜市"
    assert settings.base_url == "https://api.telegram.org/bot"
    assert settings.base_file_url == "https://api.telegram.org/file/bot"
    assert settings.proxy is None
    assert settings.database_url == f"sqlite:///{tmp_path.resolve()}/duban.db"


def test_everything_that_is_set_arrives(tmp_path: Path) -> None:
    raw = tomllib.loads(
        """
        [telegram]
        token = "1:a-B_c"
        base_url = "http://127.0.0.1:8081/bot"
        base_file_url = "http://127.0.0.1:8081/file/bot"
        proxy = "http://127.0.0.1:3128"
        [database]
        url = "sqlite:////var/lib/duban.db"
        [reminders]
        lead_days = [10]
        weekly_weekday = "fri"
        window_from = 09:00:00
        window_to = "17:30"
        digest_at = "0 9 * * *"
        [calendar]
        workdays = [2027-02-14]
        days_off = [2027-02-15]
        [delivery]
        per_second = 5
        chat_seconds = 2
        group_per_minute = 3
        in_flight = 4
        lease_seconds = 5
        stop_seconds = 6.5
        [[workstreams]]
        code = "air"
        zh = "大气"
        rate_basis = "area"
        keywords = ["扬尘"]

        [evidence]
        folder = "/srv/evidence"
        """
    )
    settings = made(tmp_path, **raw)
    policy = settings.office.policy
    assert settings.token == "1:a-B_c"
    assert settings.proxy == "http://127.0.0.1:3128"
    assert (settings.base_url, settings.base_file_url) == (
        raw["telegram"]["base_url"],
        raw["telegram"]["base_file_url"],
    )
    assert settings.database_url == "sqlite:////var/lib/duban.db"
    assert (policy.lead_days, policy.weekly_weekday) == ((10,), 4)
    assert (policy.window_from, policy.window_to) == (time(9), time(17, 30))
    assert settings.office.calendar.overrides == {date(2027, 2, 14): True, date(2027, 2, 15): False}
    assert (settings.limits.per_second, settings.limits.chat_seconds) == (5, 2.0)
    assert (settings.limits.group_per_minute, settings.limits.in_flight) == (3, 4)
    assert settings.evidence_folder == Path("/srv/evidence").resolve()
    assert (settings.lease_seconds, settings.stop_seconds) == (5.0, 6.5)
    [stream] = policy.workstreams
    assert (stream.code, stream.zh, stream.en, stream.keywords) == ("air", "大气", "air", ("扬尘",))


def test_the_token_comes_from_a_file_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("1:from-file\n", encoding="utf-8")
    assert made(tmp_path, telegram={"token_file": "token"}).token == "1:from-file"


def test_the_token_of_the_environment_comes_before_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_ENV, " 1:from-env ")
    assert made(tmp_path).token == "1:from-env"
    assert made(tmp_path, telegram={"token": "1:from-settings"}).token == "1:from-env"


def test_a_token_that_is_needed_and_missing_is_refused_with_the_three_places(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=rf"\[telegram\] token: .*token_file.*{TOKEN_ENV}"):
        from_values(OFFICE, tmp_path, needs_token=True)


def test_the_token_is_not_in_what_settings_say_of_themselves(tmp_path: Path) -> None:
    assert "abc" not in repr(made(tmp_path, telegram={"token": "1:abc"}))


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
@pytest.mark.parametrize("key", ["chat_seconds", "lease_seconds", "stop_seconds"])
def test_seconds_that_cannot_pass_are_refused(tmp_path: Path, key: str, value: float) -> None:
    assert key in refused(tmp_path, delivery={key: value}).key


@pytest.mark.parametrize("sources", [[1], [True]])
def test_lists_of_words_hold_words(tmp_path: Path, sources: Any) -> None:
    assert "strict_sources" in refused(tmp_path, reminders={"strict_sources": sources}).key
