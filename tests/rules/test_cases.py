"""What is unfiled too long, and the shares of what was found."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.life import Case
from rules.cases import CaseFigures, age, file_by, is_day_possible, is_unfiled_too_long

FOUND_ON = date(2026, 11, 18)


def case(*, filed_on: date | None = None, withdrawn: bool = False) -> Case:
    return Case(
        number="XS-2026-001", region_id=2, what="占地", found_on=FOUND_ON, found_by_id=1, filed_on=filed_on,
        withdrawn=withdrawn, known_at=datetime.fromisoformat("2026-11-18T09:00+08:00"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "allowed", "late"), [(0, 7, False), (7, 7, False), (8, 7, True), (0, 0, False), (1, 0, True)]
)
def test_a_case_is_late_the_day_after_it_should_have_been_filed(days: int, allowed: int, late: bool) -> None:
    on = FOUND_ON + timedelta(days=days)
    assert is_unfiled_too_long(case(), on, allowed) == late
    assert age(case(), on) == days
    assert late == (on > file_by(case(), allowed))


def test_what_is_filed_or_withdrawn_is_never_late() -> None:
    on = FOUND_ON + timedelta(days=100)
    assert not is_unfiled_too_long(case(filed_on=FOUND_ON), on, 7)
    assert not is_unfiled_too_long(case(withdrawn=True), on, 7)


@pytest.mark.parametrize(
    ("figures", "filed", "decided"),
    [
        (CaseFigures(), None, None),
        (CaseFigures(found=3, filed=1), Decimal("33.33"), Decimal(0)),
        (CaseFigures(found=4, filed=4, decided=1), Decimal(100), Decimal(25)),
        (CaseFigures(found=20001, filed=20000, decided=1), Decimal("99.99"), Decimal("0.01")),
    ],
)
def test_shares_are_of_what_was_found(figures: CaseFigures, filed: Decimal | None, decided: Decimal | None) -> None:
    assert (figures.share_filed, figures.share_decided) == (filed, decided)


@given(st.dates(), st.dates(), st.dates())
def test_a_day_is_possible_only_between_what_it_follows_and_today(day: date, earliest: date, today: date) -> None:
    assert is_day_possible(day, earliest, today) == (sorted([earliest, day, today]) == [earliest, day, today])
