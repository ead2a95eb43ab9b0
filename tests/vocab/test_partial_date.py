"""Partial dates: what they mean, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.vocab import PartialDate


@st.composite
def partial_dates(draw):
    day = draw(st.dates(date(1000, 1, 1), date(9998, 12, 31)))
    parts = (day.year, day.month, day.day)[: draw(st.integers(1, 3))]
    return PartialDate(*parts)


@given(partial_dates())
def test_written_and_read_again_it_is_the_same(made):
    assert PartialDate.parse(str(made)) == made


@given(partial_dates(), st.dates(date(1000, 1, 1), date(9998, 12, 31)))
def test_its_days_enclose_every_day_that_it_may_mean(made, day):
    least, most = made.years_at(day)
    assert made.earliest() <= made.latest()
    assert least <= most <= least + 1
    assert str(day).startswith(str(made)) == (made.earliest() <= day <= made.latest())


def test_the_years_of_a_life():
    on = date(2026, 3, 27)
    assert PartialDate.parse("2008").years_at(on) == (17, 18)
    assert PartialDate.parse("2008-03").years_at(on) == (17, 18)
    assert PartialDate.parse("2008-03-27").years_at(on) == (18, 18)
    assert PartialDate.parse("2008-03-28").years_at(on) == (17, 17)
    assert PartialDate.parse("2008-02-29").years_at(date(2026, 2, 28)) == (17, 17)
    assert PartialDate.parse("2008-2").latest() == date(2008, 2, 29)


@pytest.mark.parametrize(
    "text",
    ["", "98", "1998-13", "1998-00", "1998-02-30", "1998--12", "0000", "1998-04-12T10:00", " 1998", "١٩٩٨", "-1998"],
)
def test_an_impossible_one_is_refused(text):
    with pytest.raises(ValueError):
        PartialDate.parse(text)


def test_a_day_without_a_month_is_refused():
    with pytest.raises(ValueError):
        PartialDate(1998, None, 12)
