"""The corpora of sentences judge the grammar; this judges them: their form, and that the sample city bears them out."""

import csv
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CITY = HERE.parent.parent / "rehearsal" / "city"
TODAY = date(2026, 11, 18)
KINDS = {"reporting", "asking", "assigning", "extending", "undoing", "small_talk"}
PLACES = {"private", "mention", "reply", "group_reply", "group"}
MISWRITTEN = {"typo", "homophone", "pinyin", "initials", "width"}
NOISES = MISWRITTEN | {"numeral", "run_on", "english", "mixed", "emoji", "particle"}
VERDICTS = {"does", "asks", "either", "refuses", "silent", "lost"}
QUESTIONS = {"status", "duty", "mine", "due", "overdue", "rank", "who", "why", "help"}
INTENTS = QUESTIONS | {"done", "progress", "assign", "extend", "undo"}
WORKSTREAMS = {"inspection", "illegal_land", "farmland", "mine", "intensive_use"}
AREAS, PIECES = {"area_mu", "farmland_mu"}, {"spot", "title", "reason"}
SLOTS = AREAS | PIECES | {"county", "workstream", "numbers", "due", "days", "person"}


def read_city(name):
    with (CITY / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_corpus(name):
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


CORPUS, UNSEEN = read_corpus("corpus.jsonl"), read_corpus("unseen.jsonl")
ROWS = CORPUS + UNSEEN
LEDGER = {duty["duty_id"]: duty for duty in read_city("ledger_clean.csv")}
OFFICIALS = read_city("officials.csv")
PEOPLE = {official["name"]: official for official in OFFICIALS}
HOMONYMS = {name for name, count in Counter(official["name"] for official in OFFICIALS).items() if count > 1}
COUNTIES = {duty["county"] for duty in LEDGER.values()}


def readings(row):
    return [row["expect"], *row["expect"].get("alternatives", [])]


def numbers(row):
    return [*row.get("quoted", []), *(number for reading in readings(row) for number in reading.get("numbers", []))]


def written_at_once(*intents):
    """Each duty that a sentence may write to without a question, with the sentence."""
    return [
        pytest.param(row, LEDGER[number], id=f"{row['id']}-{number}")
        for row in ROWS
        for number in row["expect"].get("numbers", [])
        if number in LEDGER
        and row["expect"]["verdict"] in ("does", "either")
        and row["expect"].get("intent") in intents
    ]


def test_every_row_has_its_form():
    for row in ROWS:
        assert set(row) - {"group", "quoted", "why"} == {"id", "text", "who", "where", "kind", "noise", "expect"}, row
        assert row["text"] == row["text"].strip() != "", row
        assert row["where"] in PLACES, row
        assert row["kind"] in KINDS, row
        assert set(row["noise"]) <= NOISES, row
        assert ("group" in row) == (row["where"] in ("mention", "group_reply", "group")), row
        assert ("quoted" in row) == (row["where"] in ("reply", "group_reply")), row


def test_every_reading_has_its_form():
    for row in ROWS:
        assert row["expect"]["verdict"] in VERDICTS, row
        for reading in readings(row):
            assert reading, row
            assert set(reading) <= SLOTS | {"verdict", "intent", "alternatives"}, row
            assert reading.get("verdict", "asks") in VERDICTS, row
            assert reading.get("intent", "help") in INTENTS, row
            assert reading.get("workstream", "mine") in WORKSTREAMS, row


def test_whoever_and_whatever_is_named_exists_in_the_sample_city():
    for row in ROWS:
        assert row["who"] == "stranger" or row["who"] in set(PEOPLE) - HOMONYMS, row
        assert set(numbers(row)) <= set(LEDGER), row
        assert row.get("group", "青澜市") in COUNTIES | {"青澜市"}, row
        for reading in readings(row):
            assert reading.get("county", "澜东区") in COUNTIES, row
            assert reading.get("person", "马景民") in PEOPLE, row


def test_every_slot_can_be_heard_in_the_sentence_or_reckoned():
    for row in ROWS:
        for reading in readings(row):
            assert all(reading.get(slot, "") in row["text"] for slot in PIECES), row
            assert all(Decimal(reading.get(slot, "1")) >= 0 for slot in AREAS), row
            assert date.fromisoformat(reading.get("due", "2026-11-18")) >= TODAY, row
            assert reading.get("days", 1) > 0, row


def test_nothing_is_said_to_talk_that_is_not_addressed_to_the_bot():
    overheard = [row for row in ROWS if row["where"] == "group"]
    assert [row for row in overheard if row["expect"] != {"verdict": "silent"}] == []


@pytest.mark.parametrize(("row", "duty"), written_at_once("done", "progress"))
def test_what_is_reported_at_once_is_the_reporters_and_open(row, duty):
    who = PEOPLE[row["who"]]
    assert who["level"] in ("responsible", "deputy", "city_operator")
    assert who["county"] in (duty["county"], "青澜市")
    assert duty["status"] in ("not_started", "in_progress", "returned")


@pytest.mark.parametrize(("row", "duty"), written_at_once("progress"))
def test_what_is_reported_at_once_adds_to_the_duty_and_does_not_exceed_it(row, duty):
    expect = row["expect"]
    if "area_mu" not in expect:
        return  # each duty has an amount of its own, in the row's why
    area, farmland = Decimal(expect["area_mu"]), Decimal(expect.get("farmland_mu", "0"))
    assert Decimal(duty["rectified_area_mu"]) < area <= Decimal(duty["area_mu"])
    assert farmland <= min(area, Decimal(duty["farmland_mu"]))
    assert "farmland_mu" in expect or duty["farmland_mu"] in ("0", duty["area_mu"])


@pytest.mark.parametrize(("row", "duty"), written_at_once("extend"))
def test_what_is_asked_to_be_extended_is_open_and_not_yet_overdue(row, duty):
    assert duty["status"] in ("not_started", "in_progress", "returned")
    assert TODAY <= date.fromisoformat(duty["due_on"]) < date.fromisoformat(row["expect"].get("due", "9999-12-31"))


def test_no_row_stands_twice():
    assert [count for count in Counter(row["id"] for row in ROWS).values() if count > 1] == []
    said = Counter((row["text"], row["who"], row["where"], *row.get("quoted", [])) for row in ROWS)
    assert [words for words, count in said.items() if count > 1] == []


def test_what_is_unseen_is_not_in_the_corpus():
    assert {row["text"] for row in UNSEEN} & {row["text"] for row in CORPUS} == set()


@pytest.mark.parametrize(("rows", "sentences", "of_a_kind"), [(CORPUS, 320, 10), (UNSEEN, 120, 3)])
def test_there_are_enough_sentences_of_every_kind_place_and_noise(rows, sentences, of_a_kind):
    english = sum(bool({"english", "mixed"} & set(row["noise"])) for row in rows)
    assert len(rows) >= sentences
    assert min(Counter(row["kind"] for row in rows)[kind] for kind in KINDS) >= of_a_kind
    assert {row["where"] for row in rows} == PLACES
    assert {row["expect"]["verdict"] for row in rows} == VERDICTS
    assert 0.2 <= english / len(rows) <= 0.33


def test_every_noise_and_intent_is_in_the_corpus():
    assert {noise for row in CORPUS for noise in row["noise"]} == NOISES
    assert {row["expect"].get("intent") for row in CORPUS} - {None} == INTENTS
