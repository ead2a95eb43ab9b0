"""No small count can be worked out from what is shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protect.statistics import control as room
from protect.statistics.attacker import Report, attack
from protect.statistics.control import Counts, ReleaseUnsafe, control
from protect.statistics.linear import SolverExhausted
from protect.statistics.tables import Table
from tests.statistics.small import CUBE, FLAT, at, filled, sums

K = 10
WIDE = {"sex": ("F", "M", "X", "U"), "form": ("a", "b", "c", "d", "e"), "quarter": ("2026-Q1", "2026-Q2")}
LINKED = (Table("A", "p", ("form", "sex")), Table("B", "p", ("form", "quarter")))

counts_of_forms = st.lists(
    st.one_of(st.integers(0, 12), st.integers(0, 400)), min_size=40, max_size=40
)  # fmt: skip


def linked(inner):
    """Two tables that share their margins by form, out of one list of counts."""
    whole = Table("W", "p", ("form", "sex", "quarter"))
    cells = filled(whole, inner, WIDE)
    wanted = [cell for table in LINKED for cell in table.cells(WIDE)]
    return Counts({cell: cells[cell] for cell in wanted}, sums(*LINKED, domains=WIDE), K)


def test_hiding_the_small_counts_alone_is_not_enough():
    counts = Counts(filled(FLAT, [3, 20, 30, 40]), sums(FLAT), K)
    naive = counts.published(counts.primary())
    assert attack(naive, counts.relations, K).findings == {at(sex="F", majority="child"): "recovered"}
    safe = control(counts).published
    assert attack(safe, counts.relations, K).safe
    assert safe[at(sex="F", majority="child")] is None


def test_nothing_is_hidden_where_nothing_is_small():
    counts = Counts(filled(CUBE, [10, 20, 30, 40, 50, 60, 70, 80]), sums(CUBE), K)
    assert control(counts).published == counts.values


def test_totals_are_hidden_last():
    counts = Counts(filled(FLAT, [3, 20, 30, 40]), sums(FLAT), K)
    published = control(counts).published
    assert [cell for cell, value in published.items() if value is None and len(cell.at) < 2] == []


@settings(max_examples=30, deadline=None)
@given(counts_of_forms)
def test_random_linked_tables_are_safe_and_true(inner):
    counts = linked(inner)
    published = control(counts).published
    report = attack(published, counts.relations, K)
    assert report.safe
    for cell in counts.primary():
        assert report.bounds[cell].least == 0
        assert report.bounds[cell].greatest >= K
    for cell, value in published.items():
        assert value in {None, counts.values[cell]}
        assert value is None or value == 0 or value >= K


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=8, max_size=8))
def test_random_cubes_are_safe(inner):
    counts = Counts(filled(CUBE, inner), sums(CUBE), K)
    report = attack(control(counts).published, counts.relations, K)
    assert report.safe
    assert not report.large & counts.primary()


def test_naive_hiding_is_recovered_in_many_random_tables():
    """So that the property above can fail."""
    recovered = 0
    for seed in range(20):
        counts = linked([(seed * 7 + place * place * 3) % 37 for place in range(40)])
        naive = counts.published({cell for cell, value in counts.values.items() if 0 < value < K})
        recovered += not attack(naive, counts.relations, K).safe
    assert recovered > 5


def test_zeros_that_say_what_all_have_in_common_are_hidden():
    counts = Counts(filled(FLAT, [40, 0, 30, 20]), sums(FLAT), K)
    assert at(sex="F", majority="adult") in counts.primary()
    assert control(counts).published[at(sex="F", majority="adult")] is None


def test_zeros_that_say_nothing_of_anybody_are_shown():
    counts = linked([20 + place for place in range(24)] + [0] * 16)
    zeros = {cell for cell, value in counts.values.items() if value == 0}
    assert len(zeros) == 2 * (1 + 4 + 2)
    assert not counts.primary()
    assert all(control(counts).published[cell] == 0 for cell in zeros)


def test_a_zero_by_definition_is_shown():
    structural = frozenset({at(sex="F", majority="adult")})
    counts = Counts(filled(FLAT, [40, 0, 30, 20]), sums(FLAT), K, structural)
    assert control(counts).published == counts.values


def test_an_attacker_who_keeps_finding_stops_the_release(monkeypatch):
    counts = Counts(filled(FLAT, [3, 20, 30, 40]), sums(FLAT), K)
    found = Report({}, {at(sex="F", majority="child"): "recovered"})
    monkeypatch.setattr(room, "attack", lambda *_, **__: found)
    with pytest.raises(ReleaseUnsafe):
        control(counts)


def test_no_time_is_no_release():
    with pytest.raises(SolverExhausted):
        control(Counts(filled(FLAT, [3, 20, 30, 40]), sums(FLAT), K), seconds=-1)


def test_the_same_counts_are_hidden_the_same_way():
    inner = [(place * 11) % 29 for place in range(40)]
    assert control(linked(inner)).published == control(linked(inner)).published
