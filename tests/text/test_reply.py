"""A reply: one door that escapes, and numbers, dates and bars as people read them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.reply import AS_FILE, BAR_BLOCKS, Button, Picture, Reply, bar, clip, say_day, say_percent, say_weekday, speech

rates = st.none() | st.decimals(min_value=0, max_value=300, places=2)


@given(
    st.text(max_size=50),
    st.lists(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=3), max_size=3),
    st.lists(st.text(max_size=9), max_size=3),
    st.booleans(),
    st.lists(st.builds(Picture, address=st.text(max_size=9), media_type=st.text(max_size=9), caption=st.text())),
)
def test_a_reply_comes_out_of_the_outbox_as_it_went_in(
    html: str, rows: list[list[tuple[str, str]]], numbers: list[str], replaces: bool, album: list[Picture]
) -> None:
    buttons = tuple(tuple(Button(label=label, command=command) for label, command in row) for row in rows)
    reply = Reply(html=html, buttons=buttons, numbers=tuple(numbers), replaces=replaces, album=tuple(album))
    assert Reply.from_json(reply.as_json()) == reply


@pytest.mark.parametrize(
    ("media_type", "is_file"),
    [
        ("image/jpeg", False),
        ("video/mp4", False),
        (f"image/jpeg{AS_FILE}", True),
        ("application/pdf", True),
        ("", True),
    ],
)
def test_a_picture_sent_as_a_file_stays_one(media_type: str, is_file: bool) -> None:
    assert Picture(address="telegram:a", media_type=media_type).is_file == is_file


@given(rates, rates)
def test_a_bar_is_always_as_long_and_never_full_before_it_is_done(
    accepted: Decimal | None, reported: Decimal | None
) -> None:
    drawn = str(bar(accepted, reported))
    assert len(drawn) == BAR_BLOCKS
    assert drawn == "█" * drawn.count("█") + "▒" * drawn.count("▒") + "░" * drawn.count("░")
    if not accepted or accepted < 100:
        assert drawn != "█" * BAR_BLOCKS
    if max(accepted or 0, reported or 0) < 100:
        assert "░" in drawn
    assert (drawn.count("█") > 0) == bool(accepted)
    assert (drawn[0] != "░") == bool(accepted or reported)


@pytest.mark.parametrize(
    ("accepted", "reported", "drawn"),
    [
        ("0", "0", "░░░░░░░░░░"),
        ("3.93", "48.11", "█▒▒▒░░░░░░"),
        ("100", "100", "██████████"),
        ("99.99", "99.99", "█████████░"),
        ("0", "0.01", "▒░░░░░░░░░"),
        ("50", "50", "█████░░░░░"),
        ("120", "130", "██████████"),
    ],
)
def test_bars(accepted: str, reported: str, drawn: str) -> None:
    assert str(bar(Decimal(accepted), Decimal(reported))) == drawn


def test_percent_of_nothing_is_a_dash() -> None:
    assert say_percent(None) == "—"
    assert say_percent(Decimal("58.21")) == "58.21%"
    assert say_percent(Decimal("0.01")) == "0.01%"


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [(date(2026, 11, 18), "11月18日 周三", "18 Nov Wed"), (date(2027, 1, 3), "1月3日 周日", "3 Jan Sun")],
)
def test_days_are_said_as_people_say_them(day: date, zh: str, en: str) -> None:
    assert f"{say_day(day, 'zh')} {say_weekday(day, 'zh')}" == zh
    assert f"{say_day(day, 'en')} {say_weekday(day, 'en')}" == en


@given(st.text(max_size=200), st.integers(1, 80))
def test_a_clipped_text_is_no_longer_than_it_may_be_and_has_one_line(text: str, length: int) -> None:
    short = clip(text, length)
    assert len(short) <= length
    assert "\n" not in short
    whole = " ".join(text.split())
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))


@given(st.text(alphabet="<>&\"'ab/", max_size=20))
def test_facts_are_escaped_in_every_language(word: str) -> None:
    for language in ("zh", "en"):
        html = speech(language).say("refusals", why="unknown_word", word=word, has_choices=False, county="x")
        assert "<" not in html
        assert ">" not in html
        assert "&" not in html.replace("&lt;", "").replace("&gt;", "").replace("&amp;", "").replace(
            "&#34;", ""
        ).replace("&#39;", "")


def test_an_unknown_language_speaks_chinese() -> None:
    assert speech("xx").language == "zh"
