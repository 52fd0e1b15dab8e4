"""From a line of text to a command and its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import COMMANDS, NAMES, Command
from text.grammar import Vocabulary, read_command, split

COUNTIES = {"北山县", "北山", "beishan"}
VOCABULARY = Vocabulary(commands=NAMES, is_region=lambda word: word in COUNTIES)


def understood(said: str) -> tuple[str, tuple[str, ...]] | None:
    spoken = read_command(said, VOCABULARY)
    return (spoken.command, spoken.words) if spoken and spoken.known else None


@pytest.mark.parametrize(
    ("said", "command", "words"),
    [
        ("/status", "status", ()),
        ("/status 北山县", "status", ("北山县",)),
        ("/STATUS@Duban_Bot  北山县 ", "status", ("北山县",)),
        ("/status\n北山县", "status", ("北山县",)),
        ("／ｓｔａｔｕｓ　北山县", "status", ("北山县",)),
        ("/进度 北山县", "status", ("北山县",)),
        ("进度", "status", ()),
        ("进度 北山县", "status", ("北山县",)),
        ("进度北山县", "status", ("北山县",)),
        ("北山县进度", "status", ("北山县",)),
        ("北山县的进度", "status", ("北山县",)),
        ("北山县进度呢?", "status", ("北山县",)),
        ("北山县", "status", ("北山县",)),
        ("北山县?", "status", ("北山县",)),
        ("整改进度:北山县", "status", ("北山县",)),
        ("超期清单", "overdue", ()),
        ("超期", "overdue", ()),
        ("北山县超期", "overdue", ("北山县",)),
        ("完成 X-1 X-2", "done", ("X-1", "X-2")),
        ("完成 X-1、X-2,X-3;X-4", "done", ("X-1", "X-2", "X-3", "X-4")),
        ("完成了", "done", ()),
        ("已完成。", "done", ()),
        ("X-1已完成", "done", ("X-1",)),
        ("完成 X-1 1,250", "done", ("X-1", "1,250")),
        ("进展 X-1 30 20", "progress", ("X-1", "30", "20")),
        ("进展情况", "status", ()),
        ("done X-1", "done", ("X-1",)),
        ("Done X-1", "done", ("X-1",)),
        ("我的事项", "mine", ()),
        ("到期 7", "due", ("7",)),
        ("due 7", "due", ("7",)),
        ("撤销", "undo", ()),
        ("帮助", "help", ()),
        ("language en", "lang", ("en",)),
        ("lang en", "lang", ("en",)),
    ],
)
def test_what_people_say_is_read(said: str, command: str, words: tuple[str, ...]) -> None:
    assert understood(said) == (command, words)


@pytest.mark.parametrize(
    "said",
    ["你好", "", " ", "?", "下周再说", "duesseldorf", "dones", "undone", "status-1", "27", "+20", "😀", "南山县"],
)
def test_what_is_no_command_is_none(said: str) -> None:
    assert read_command(said, VOCABULARY) is None


@pytest.mark.parametrize("said", ["/nonsense", "/nonsense 北山县", "/42", "/北京"])
def test_an_unknown_slash_command_is_known_to_be_one(said: str) -> None:
    spoken = read_command(said, VOCABULARY)
    assert spoken is not None
    assert not spoken.known


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_name_and_alias_reads_as_its_command(command: Command) -> None:
    for alias in (command.name, *command.aliases):
        if alias.endswith("的"):
            continue
        assert understood(alias) == (command.name, ())
        assert understood(f"/{alias}") == (command.name, ())
        assert understood(f"{alias} XX-1") == (command.name, ("XX-1",))


def test_no_two_commands_share_an_alias() -> None:
    assert sum(1 + len(command.aliases) for command in COMMANDS) == len(NAMES)


@given(st.text(max_size=200))
def test_whatever_is_said_is_read_without_a_stumble(text: str) -> None:
    spoken = read_command(text, VOCABULARY)
    if spoken is not None:
        assert all(word and not word.isspace() for word in spoken.words)
        assert spoken.command in NAMES.values() or not spoken.known


@given(
    st.lists(st.from_regex(r"[A-Z]{2}-[0-9]{1,4}", fullmatch=True), max_size=8),
    st.sampled_from([" ", "、", ",", ";", "  "]),
)
def test_words_are_cut_at_separators(words: list[str], between: str) -> None:
    assert split(between.join(words)) == tuple(words)


def test_the_comma_of_a_thousand_is_no_cut() -> None:
    assert split("1,250 1,250.5 20,30") == ("1,250", "1,250.5", "20", "30")
