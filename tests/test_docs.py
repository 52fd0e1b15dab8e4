"""The documentation is true: what it must hold is in it, its examples load, and its links lead somewhere."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.settings import TABLES, Settings, from_values
from handlers.commands import COMMANDS
from rules.policy import LADDER, WORKSTREAMS, Policy
from scheduler.pace import Limits

HOME = Path(__file__).parent.parent
EXAMPLE = (HOME / "config.example.toml").read_text(encoding="utf-8")
# every setting, its comment sign taken off
WHOLE_EXAMPLE = re.sub(r"^# (\[*[\w]+\]* *(?:=.*)?)$", r"\1", EXAMPLE, flags=re.MULTILINE)


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/architecture.md", "docs/adding.md"])
def test_links_and_paths_in_a_page_lead_somewhere(page: str):
    text = (HOME / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    paths = re.findall(r"`((?:bot|handlers|scheduler|services|documents|text|rules|db|rehearsal|tests)/[\w./]+)`", text)
    missing = [link for link in links if not ((HOME / page).parent / link).exists()]
    assert missing + [path for path in paths if not (HOME / path).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_readme_names_both_commands(page: str):
    text = (HOME / page).read_text(encoding="utf-8")
    assert "make run" in text
    assert "make test" in text


def test_every_command_is_shown_with_its_answer():
    shown = (HOME / "docs" / "messages.md").read_text(encoding="utf-8")
    words = re.findall(r"：`([^`]+)`", shown)
    for command in COMMANDS:
        assert any(line.lstrip("/").startswith((command.name, *command.aliases)) for line in words), command.name


def test_the_example_settings_load_as_they_are_and_are_the_defaults(tmp_path: Path):
    settings = from_values(tomllib.loads(EXAMPLE), tmp_path)
    assert settings.office.policy == Policy()
    assert settings.limits == Limits()
    assert settings.office.city == "青澜市"


def test_the_example_holds_every_setting_with_its_default(tmp_path: Path):
    raw = tomllib.loads(WHOLE_EXAMPLE)
    assert set(raw) == set(TABLES)
    (tmp_path / "telegram.token").write_text("1:x")
    raw["telegram"].pop("proxy")
    raw["calendar"].clear()
    raw["workstreams"] = raw["ladder"] = None
    settings = from_values(raw, tmp_path)
    assert settings.office.policy == Policy()
    assert settings.limits == Limits()
    assert settings.evidence_folder == tmp_path.resolve() / Settings.evidence_folder
    for name in ("lease_seconds", "stop_seconds", "base_url", "base_file_url"):
        assert getattr(settings, name) == getattr(Settings, name)


def test_every_setting_that_is_read_is_in_the_example():
    source = (HOME / "bot" / "settings.py").read_text(encoding="utf-8")
    readers = "take|_numbers|_number|_words|_seconds|_time|_crontab|_address"
    keys = set(re.findall(rf'(?:{readers})\(\s*(?:\w+, )?"(\w+)"', source))
    assert {"lead_days", "token", "per_second", "zh"} <= keys
    assert sorted(key for key in keys if not re.search(rf"^(?:# )?{key} = ", EXAMPLE, re.MULTILINE)) == []


def test_the_example_workstream_is_one_of_the_built_in():
    example = tomllib.loads(WHOLE_EXAMPLE)["workstreams"][0]
    assert example["code"] in {stream.code for stream in WORKSTREAMS}


def test_the_example_step_of_the_ladder_is_one_of_the_built_in(tmp_path: Path):
    example = {"office": {"name": "x市"}, "ladder": tomllib.loads(WHOLE_EXAMPLE)["ladder"]}
    assert from_values(example, tmp_path).office.policy.ladder == (LADDER[0],)


def test_no_registry_and_no_local_path_is_in_the_lock():
    lock = (HOME / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:", lock)
