"""Sentences as people write them are understood or rightly asked about, and nothing is written that was not meant."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import handlers.sentences
from db.store import Store
from rules.policy import Office
from tests.sentences.judge import Bench, Judged, cases, table
from text.grammar import Meant

# of what the grammar's writers have read, and of what they have not
LEAST_UNDERSTOOD = {"corpus.jsonl": 0.95, "unseen.jsonl": 0.8}


@pytest.fixture(scope="module")
def bench(peopled_file: Path, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    path = tmp_path_factory.mktemp("sentences") / "city.db"
    shutil.copy(peopled_file, path)
    store = Store(f"sqlite:///{path}")
    yield Bench(store, office)
    store.close()


def judged(bench: Bench, corpus: str) -> list[Judged]:
    found = [bench.judge(case) for case in cases(corpus)]
    print(f"\n{corpus}\n{table(found)}")
    return found


@pytest.mark.parametrize("corpus", LEAST_UNDERSTOOD)
def test_sentences_are_understood_or_asked_about_and_never_written_wrongly(bench: Bench, corpus: str) -> None:
    found = judged(bench, corpus)
    assert [one.case["id"] for one in found if one.is_wrong_write] == []
    talk = [one for one in found if one.case["expect"]["verdict"] == "silent"]
    assert talk
    assert [one.case["id"] for one in talk if one.outcome.verdict != "silent"] == []
    understood = sum(one.is_right for one in found) / len(found)
    assert understood >= LEAST_UNDERSTOOD[corpus]


def test_the_judge_sees_a_reader_that_is_too_sure(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: whatever the words around it, a number is reported done."""
    understand = handlers.sentences.understand

    def too_sure(*args: object, **facts: object) -> tuple[Meant, ...]:
        return tuple(
            Meant(command="done", numbers=one.numbers) if one.numbers else one
            for one in understand(*args, **facts)  # type: ignore[arg-type]
        )

    monkeypatch.setattr(handlers.sentences, "understand", too_sure)
    doubtful = [
        case for case in cases("corpus.jsonl") if case["kind"] == "reporting" and case["id"].startswith("zh-no")
    ]
    found = [bench.judge(case) for case in doubtful]
    assert sum(one.is_wrong_write for one in found) > 10
