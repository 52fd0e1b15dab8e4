"""Rates: percent, two decimals, half up, nothing of nothing, never 100 before it is done."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.figures import Figures, percent
from rules.policy import RateBasis

AREAS = st.decimals(min_value=0, max_value=10**8, places=4)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("0", "0", None),
        ("5", "0", None),
        ("0", "7", "0"),
        ("7", "7", "100"),
        ("1", "3", "33.33"),
        ("2", "3", "66.67"),
        ("0.12345", "1", "12.35"),
        ("0.12344", "1", "12.34"),
        ("0.00005", "1", "0.01"),
        ("1", "8", "12.50"),
        ("99999", "100000", "99.99"),
        ("99.995", "100", "99.99"),
        ("99.9999", "100", "99.99"),
        ("0.0001", "99999", "0.01"),
        ("8", "7", "114.29"),
    ],
)
def test_percent(part: str, whole: str, expected: str | None) -> None:
    assert percent(Decimal(part), Decimal(whole)) == (None if expected is None else Decimal(expected))


@given(AREAS, AREAS)
def test_percent_is_never_100_before_all_is_done_nor_0_after_a_start(part: Decimal, whole: Decimal) -> None:
    rate = percent(part, whole)
    if whole == 0:
        assert rate is None
        return
    assert rate is not None
    assert rate == rate.quantize(Decimal("0.01"))
    assert (rate < 100) == (part < whole)
    assert (rate == 0) == (part == 0)
    assert abs(rate - part * 100 / whole) <= Decimal("0.01")


def test_a_rate_is_of_sums_and_names_its_basis() -> None:
    figures = Figures(
        count=4,
        done_count=1,
        claimed_done_count=3,
        area=Decimal(200),
        farmland=Decimal(100),
        rectified_area=Decimal(50),
        rectified_farmland=Decimal(40),
        accepted_area=Decimal(20),
        accepted_farmland=Decimal(10),
    )
    assert figures.rate(RateBasis.AREA, accepted=False) == 25
    assert figures.rate(RateBasis.AREA, accepted=True) == 10
    assert figures.rate(RateBasis.FARMLAND, accepted=False) == 40
    assert figures.rate(RateBasis.FARMLAND, accepted=True) == 10
    assert figures.rate_by_count == 25
    assert figures.awaiting == 2


def test_without_farmland_there_is_no_rate_by_farmland() -> None:
    figures = Figures(count=1, area=Decimal(5))
    assert figures.rate_by_farmland is None
    assert figures.as_json()["rate_by_farmland"] is None
    assert figures.as_json()["rate_by_area"] == 0
