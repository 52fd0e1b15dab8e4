"""A sentence is cut into pieces that do not overlap, and each word of the table is known where its example has it."""

import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.text.grammar.vocabulary import WORDS
from text.grammar.cues import TABLE, Row
from text.grammar.numbers import NumberWord, numbers_in
from text.grammar.pieces import Kind, cues_of, cut


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.cue} {row.example}")
def test_each_word_of_the_table_is_heard_in_its_example(row: Row) -> None:
    assert row.cue in cues_of(cut(row.example, WORDS))


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("0123456789亩号DC-完成了整改没北山12月底前一半其中耕地")),
        max_size=60,
    )
)
def test_any_text_is_cut_without_overlap_and_in_order(said: str) -> None:
    pieces = cut(said, WORDS)
    for before, after in pairwise(pieces):
        assert before.end <= after.start
    for piece in pieces:
        assert piece.start < piece.end
        assert said[piece.start : piece.end] == piece.text


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("DC-2026-004", ["DC-2026-004"]),
        ("dc2026004", ["DC-2026-004"]),
        ("ＤＣ－２０２６－００４", ["DC-2026-004"]),
        ("dc 2026 004", ["DC-2026-004"]),
        ("DC-004", ["DC-004"]),
        ("004", ["004"]),
        ("零零四", ["004"]),
        ("第004号", ["004"]),
        ("DC-2026-004、007", ["DC-2026-004", "DC-2026-007"]),
        ("DC-2026-004、WF-2026-007", ["DC-2026-004", "WF-2026-007"]),
        ("004至007", ["004", "005", "006", "007"]),
        ("DC-2026-004~006", ["DC-2026-004", "DC-2026-005", "DC-2026-006"]),
        ("004和007", ["004", "007"]),
    ],
)
def test_numbers_are_read_as_people_write_them(said: str, numbers: list[str]) -> None:
    assert [str(number) for number in numbers_in(said, {"DC", "WF"})] == numbers


@pytest.mark.parametrize(
    "said",
    ["120亩", "004亩", "30%", "2026年", "13800138000", "3.5", "Q4", "12:30", "is 004", "007至004", "abc", "", "004吧"],
)
def test_what_is_more_or_less_than_a_number_is_none(said: str) -> None:
    assert numbers_in(said, {"DC"}) == ()


@pytest.mark.parametrize(
    ("said", "area", "farmland"),
    [
        ("整改了20亩", "20", None),
        ("二十亩", "20", None),
        ("三百五十亩", "350", None),
        ("半亩", "0.5", None),
        ("1.2公顷", "18", None),
        ("0.3万亩", "3000", None),
        ("两万亩", "20000", None),
        ("20亩(其中耕地15亩)", "20", "15"),
        ("20亩，耕地15亩", "20", "15"),
        ("20 mu, of which 15 mu farmland", "20", "15"),
    ],
)
def test_areas_and_the_farmland_in_them_are_told_apart(said: str, area: str, farmland: str | None) -> None:
    found = {piece.kind: piece.value.mu for piece in cut(said, WORDS) if piece.kind in (Kind.AREA, Kind.FARMLAND)}
    assert found.get(Kind.AREA) == Decimal(area)
    assert found.get(Kind.FARMLAND) == (Decimal(farmland) if farmland else None)


@pytest.mark.parametrize(
    ("said", "share"), [("一半", "0.5"), ("三分之一", None), ("百分之八十", "0.8"), ("80%", "0.8"), ("七成", "0.7")]
)
def test_shares_are_read(said: str, share: str | None) -> None:
    [found] = [piece.value for piece in cut(f"整改了{said}", WORDS) if piece.kind == Kind.SHARE]
    assert found == Decimal(share) if share else round(found, 3) == Decimal("0.333")


def test_a_sentence_is_cut_fast_enough_for_a_chat() -> None:
    said = "麻烦登记一下，DC-2026-004、007昨天又整改了20亩(其中耕地15亩)，剩下的12月底前完成"
    cut(said, WORDS)
    begun = time.perf_counter()
    for _ in range(100):
        cut(said, WORDS)
    print(f"\na long sentence is cut in {(time.perf_counter() - begun) * 10:.2f} ms")
    assert NumberWord("007", "DC", "2026") in {n for p in cut(said, WORDS) if p.kind == Kind.NUMBER for n in p.value}
