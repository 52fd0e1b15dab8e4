"""Chinese and English, for a person and for a group."""

import pytest

from tests.handlers.dialogue import Town


@pytest.mark.parametrize("says", ["/lang en", "/lang English", "语言 英文", "language english", "lang en"])
def test_a_person_who_chooses_english_is_answered_in_english(town: Town, says: str) -> None:
    town.play([
        ("凤新", "私聊", "/status", "11月18日"),
        ("凤新", "私聊", says),
        ("凤新", "私聊", "/status", "18 Nov", "!11月18日", "48.11%", "1375.74"),
        ("凤新", "澜东群", "/status", "11月18日"),
        ("李明波", "私聊", "/status", "11月18日"),
        ("凤新", "私聊", "/lang zh"),
        ("凤新", "私聊", "/status", "11月18日"),
    ])  # fmt: skip


@pytest.mark.parametrize("says", ["/lang", "语言", "language"])
def test_both_languages_are_offered_as_buttons(town: Town, says: str) -> None:
    town.play([
        ("马景民", "私聊", says, "[/lang zh", "[/lang en"),
        ("马景民", "私聊", "⏎/lang en"),
        ("马景民", "私聊", "/status", "18 Nov"),
    ])  # fmt: skip


def test_only_the_office_chooses_a_groups_language(town: Town) -> None:
    before = town.contents()
    town.told("马景民", "/lang en", "澜东群")
    town.told("任景斌", "/lang en", "澜东群")
    assert town.changed_tables(before) == set()
    town.play([
        ("姜启林", "澜东群", "/lang en"),
        ("马景民", "澜东群", "/status", "18 Nov"),
        ("马景民", "私聊", "/status", "11月18日"),
    ])  # fmt: skip


def test_an_unknown_language_is_refused_with_the_known_ones_as_buttons(town: Town) -> None:
    before = town.contents()
    said = town.told("马景民", "/lang 火星文")
    assert said.commands == ["/lang zh", "/lang en"]
    assert town.changed_tables(before) == set()


def test_everything_can_be_said_and_done_in_english(town: Town) -> None:
    town.play([
        ("马景民", "私聊", "/lang en"),
        ("马景民", "私聊", "status landong district", "48.11%"),
        ("马景民", "私聊", "/overdue Landong", "DC-2026-004"),
        ("马景民", "私聊", "due 7", "DC-2026-003"),
        ("马景民", "私聊", "mine", "DC-2026-001"),
        ("马景民", "私聊", "help", "/done"),
        ("马景民", "私聊", "progress DC-2026-001 3 2", "DC-2026-001", "2.11", "3", "[/undo"),
        ("马景民", "私聊", "undo", "2.11"),
        ("马景民", "私聊", "done DC-2026-001", "DC-2026-001", "[/undo"),
        ("马景民", "私聊", "undo", "DC-2026-001"),
        ("马景民", "私聊", "/done DC-2026-001 abc", "abc"),
        ("马景民", "私聊", "/duty XX-1", "XX-1"),
    ])  # fmt: skip
    assert town.duty("DC-2026-001").status == "in_progress"
