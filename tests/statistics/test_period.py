"""Whole quarters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.statistics.period import Period, PeriodUnfit, Quarter


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_in_its_quarter(day):
    quarter = Quarter.of(day)
    assert quarter.first_day <= day <= quarter.last_day
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter.following.preceding == quarter


@pytest.mark.parametrize("text", ["", "2026", "2026-Q5", "26-Q1", "2026-Q", "2026-Q1 "])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(PeriodUnfit):
        Quarter.parse(text)


def test_a_year_has_its_quarters_in_order():
    assert Period(date(2025, 10, 1), date(2026, 6, 30)).quarters == ("2025-Q4", "2026-Q1", "2026-Q2")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 2), date(2026, 3, 31)),
        (date(2026, 1, 1), date(2026, 3, 30)),
        (date(2026, 4, 1), date(2026, 3, 31)),
        (date(2024, 1, 1), date(2026, 3, 31)),
    ],
)
def test_a_period_that_is_broken_backward_or_too_long_is_refused(start, end):
    with pytest.raises(PeriodUnfit):
        Period(start, end)


def test_neighbours_do_not_overlap():
    first, second = Period(date(2026, 1, 1), date(2026, 3, 31)), Period(date(2026, 4, 1), date(2026, 6, 30))
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert not first.overlaps(second)
    assert year.overlaps(second)
    assert second.overlaps(year)
