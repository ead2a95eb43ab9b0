"""The attacker finds what can be found: otherwise its silence would prove nothing."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protect.statistics.attacker import Bounds, PublicationBroken, attack
from protect.statistics.control import Counts, control
from protect.statistics.linear import SolverExhausted
from protect.statistics.tables import Cell, Relation
from tests.statistics.small import CUBE, FLAT, at, brute, filled, sums

K = 10


def published(cells, *hidden):
    return {cell: None if cell in hidden else value for cell, value in cells.items()}


def test_one_hidden_cell_is_recovered_from_its_total():
    cells = filled(FLAT, [3, 20, 30, 40])
    report = attack(published(cells, at(sex="F", majority="child")), sums(FLAT), K)
    assert report.bounds == {at(sex="F", majority="child"): Bounds(3, 3)}
    assert report.findings == {at(sex="F", majority="child"): "recovered"}


def test_a_square_of_hidden_cells_still_gives_bounds():
    cells = filled(FLAT, [3, 20, 30, 40])
    inner = [cell for cell in cells if len(cell.at) == 2]
    report = attack(published(cells, *inner), sums(FLAT), K)
    assert report.bounds[at(sex="F", majority="child")] == Bounds(0, 23)
    assert report.bounds[at(sex="M", majority="adult")] == Bounds(37, 60)
    assert report.safe


def test_smallness_is_a_finding():
    small = filled(FLAT, [3, 4, 30, 40])
    inner = [cell for cell in small if len(cell.at) == 2]
    assert attack(published(small, *inner), sums(FLAT), K).findings[at(sex="F", majority="child")] == "small"


def test_an_attacker_who_knows_the_method_goes_on_from_what_must_be_large():
    cells = filled(FLAT, [12, 4, 30, 8])
    inner = [cell for cell in cells if len(cell.at) == 2]
    report = attack(published(cells, *inner), sums(FLAT), K)
    # By the sums alone there are 4 to 16 girls; being certainly there, they must be many, and so on round the square.
    assert at(sex="F", majority="child") in report.large
    assert report.bounds[at(sex="F", majority="adult")] == Bounds(0, 2)
    assert report.findings[at(sex="F", majority="adult")] == "small"


def test_presence_that_cannot_be_a_large_count_is_a_finding():
    cells = filled(FLAT, [7, 8, 3, 2])
    inner = [cell for cell in cells if len(cell.at) == 2]
    findings = attack(published(cells, *inner), sums(FLAT), K).findings
    assert findings[at(sex="F", majority="child")] == "present"


def told_apart(cells, hidden, table):
    """The findings of an attacker who is told which hidden counts are small and which only cover them."""
    more, known = [], published(cells, *hidden)
    for number, cell in enumerate(sorted(hidden)):
        edge, left = Cell("edge", (("n", str(number)),)), Cell("left", (("n", str(number)),))
        small = 0 < cells[cell] < K
        known |= {edge: K - 1 if small else K, left: None}
        more.append(Relation(edge, (cell, left)) if small else Relation(cell, (edge, left)))
    findings = attack(known, (*sums(table), *more), K).findings
    return {cell: found for cell, found in findings.items() if cell in hidden}


@pytest.mark.parametrize("inner", [[3, 20, 30, 40], [9, 12, 11, 9], [1, 15, 40, 60], [5, 10, 10, 70]])
def test_small_and_covering_counts_must_look_the_same(inner):
    """With one sign nothing is found; with two each small count is proven small, and some are worked out."""
    cells = filled(FLAT, inner)
    counts = Counts(cells, sums(FLAT), K)
    shown = control(counts).published
    hidden = {cell for cell, value in shown.items() if value is None}
    assert attack(shown, sums(FLAT), K).safe
    assert set(told_apart(cells, hidden, FLAT)) >= {cell for cell in hidden if 0 < cells[cell] < K}


@pytest.mark.parametrize(
    ("bounds", "finding", "telling"),
    [
        (Bounds(0, 10), None, False),
        (Bounds(0, math.inf), None, False),
        (Bounds(0, 9), "small", False),
        (Bounds(1, 9), "small", False),
        (Bounds(1, 10), None, True),
        (Bounds(9, 40), None, True),
        (Bounds(10, 40), None, False),
        (Bounds(12, 12), "recovered", False),
        (Bounds(0, 0), "recovered", False),
    ],
)
def test_what_bounds_give_away(bounds, finding, telling):
    assert bounds.finding(K) == finding
    assert bounds.telling(K) == telling


def test_with_everything_hidden_nothing_is_bounded():
    cells = filled(FLAT, [3, 4, 5, 6])
    report = attack(published(cells, *cells), sums(FLAT), K)
    assert set(report.bounds.values()) == {Bounds(0, math.inf)}


def test_numbers_that_contradict_each_other_are_noticed():
    cells = {**filled(FLAT, [3, 20, 30, 40]), at(): 1000, at(sex="F"): None}
    with pytest.raises(PublicationBroken):
        attack(cells, sums(FLAT), K)
    with pytest.raises(PublicationBroken):
        attack({**cells, at(sex="F"): 23}, sums(FLAT), K)


def test_no_time_is_no_answer():
    with pytest.raises(SolverExhausted):
        attack(published(filled(FLAT, [3, 20, 30, 40]), at(sex="F")), sums(FLAT), K, seconds=-1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 7), max_size=5), st.sets(st.integers(0, 26), max_size=20))
def test_bounds_are_those_of_trying_every_table(places, chosen):
    inner = [places.count(place) for place in range(8)]
    cells = filled(CUBE, inner)
    # The grand total stays visible, so that trying every table ends.
    hidden = {cell for number, cell in enumerate(cells) if number in chosen and cell.at}
    shown = published(cells, *hidden)
    found = brute(shown, CUBE, sum(inner))
    report = attack(shown, sums(CUBE), K)
    bounds = {cell: (bound.least, bound.greatest) for cell, bound in report.bounds.items()}
    assert bounds == {cell: found[cell] for cell in hidden}
