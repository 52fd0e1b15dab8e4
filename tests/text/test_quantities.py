from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text.quantities import AreaReading, read_area, say_area, units_in


@pytest.mark.parametrize(
    ("said", "mu"),
    [
        ("20亩", "20"),
        ("3.5", "3.5"),
        ("46.80 ", "46.8"),
        ("２３．５", "23.5"),
        ("1,250.00", "1250"),
        ("1,250", "1250"),
        ("15.30亩", "15.3"),
        ("1.2公顷", "18"),
        ("1 ha", "15"),
        ("0.3万亩", "3000"),
        ("0.012万亩", "120"),
        ("500平方米", "0.75"),
        ("500㎡", "0.75"),
        ("2平方公里", "3000"),
        ("12.5+3.2", "15.7"),
        ("1.2+0.3公顷", "22.5"),
        ("12.5亩+0.1公顷", "14"),
        ("0", "0"),
    ],
)
def test_an_area_is_read_exactly_into_mu(said, mu):
    assert read_area(said).mu == Decimal(mu)


@pytest.mark.parametrize(
    "said",
    ["abc", "", "-3", "nan", "inf", "1e5", "1.23456", "0.1平方米", "1,25", "1,2345", "12..5",
     "二十亩", "20余亩", "20亩20", "+", "1+", "+1+2",
     "1公顷+2+3亩", "10000000000"],
)  # fmt: skip
def test_what_is_no_area_that_can_be_stored_exactly_is_not_read(said):
    assert read_area(said) is None


@pytest.mark.parametrize("said", ["+20", "+20亩", "又完成20亩", "再整改20亩", "新增20", "another 20 mu"])
def test_an_addition_is_told_from_a_total(said):
    assert read_area(said) == AreaReading(mu=Decimal(20), is_addition=True)


@pytest.mark.parametrize("said", ["约12.5亩", "大约12.5", "12.5亩左右"])
def test_an_approximate_area_says_so(said):
    assert read_area(said) == AreaReading(mu=Decimal("12.5"), approximate=True)


def test_a_percentage_has_no_area_of_its_own():
    assert read_area("90%") == AreaReading(mu=None, percent=Decimal(90))


def test_a_unit_in_the_cell_goes_before_the_unit_of_the_column():
    assert read_area("2", unit="公顷").mu == 30
    assert read_area("2亩", unit="公顷").mu == 2


def test_the_units_of_a_head_are_found():
    assert units_in("问题面积(亩)") == ("亩",)
    assert units_in("任务面积(万亩)") == ("万亩",)
    assert units_in("单位:个、公顷、亩") == ("公顷", "亩")
    assert units_in("事项数(个)") == ()


areas = st.decimals(min_value=0, max_value=Decimal("999999999.9999"), places=4)


@given(areas)
def test_what_is_said_is_read_again(mu):
    assert read_area(say_area(mu)).mu == mu


@given(areas)
def test_an_area_is_said_without_exponent_or_idle_zeros(mu):
    said = say_area(mu)
    assert "E" not in said
    assert not ("." in said and said[-1] in "0.")


@given(st.text(max_size=12))
def test_no_text_whatever_breaks_the_reader_or_gives_a_bad_area(said):
    reading = read_area(said)
    assert reading is None or reading.mu is None or 0 <= reading.mu == reading.mu.quantize(Decimal("0.0001"))


@given(st.decimals(min_value=0, max_value=Decimal("99999999"), places=8))
def test_what_was_rounded_once_is_not_rounded_again(mu):
    reading = read_area(format(mu, "f"), may_round=True)
    if reading is None or reading.mu is None:
        assert 0 < mu < Decimal("0.00005")
        return
    assert abs(reading.mu - mu) <= Decimal("0.00005")
    again = read_area(say_area(reading.mu))
    assert (again.mu, again.rounded) == (reading.mu, False)


def test_a_multiple_of_a_unit_is_never_taken_for_the_unit():
    assert units_in("面积(万㎡)") == ("万平方米",)
    assert units_in("面积(千亩)") == ("千亩",)
    assert units_in("面积(万公顷)") == ("万公顷",)
    assert units_in("面积(km²)") == ("平方公里",)
    assert units_in("面积(平米)") == ("平方米",)
