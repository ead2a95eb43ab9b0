"""Cells, sums and counts."""

from datetime import date

from protect.statistics.period import Period
from protect.statistics.persons import Person
from protect.statistics.tables import Cell, Relation, Table, relations, tabulate
from tests.statistics.small import CUBE, DOMAINS, FLAT, filled

PERIOD = Period(date(2026, 1, 1), date(2026, 6, 30))
FORMS = {**DOMAINS, "form": ("sexual", "other")}


def test_a_table_holds_all_its_margins():
    assert len(list(FLAT.cells(DOMAINS))) == 3 * 3
    assert len(set(CUBE.cells(DOMAINS))) == 3 * 3 * 3


def test_a_cell_is_the_same_wherever_it_appears():
    by_form = Table("B", "p", ("form", "sex"))
    shared = set(by_form.cells(FORMS)) & set(FLAT.cells(FORMS))
    assert shared == {Cell("p"), Cell.of("p", {"sex": "F"}), Cell.of("p", {"sex": "M"})}
    assert Cell.of("p", {"sex": "F", "form": "other"}) == Cell.of("p", {"form": "other", "sex": "F"})


def test_a_shared_sum_is_told_once():
    one, two = Table("A", "p", ("sex",)), Table("B", "p", ("sex",))
    assert len(relations([one, two], DOMAINS)) == 1


def test_every_sum_holds_in_a_table_with_its_margins():
    cells = filled(CUBE, [3, 1, 4, 1, 5, 9, 2, 6])
    for relation in CUBE.relations(DOMAINS):
        assert isinstance(relation, Relation)
        assert cells[relation.total] == sum(cells[part] for part in relation.parts)


def test_persons_are_counted_where_their_dates_lie():
    persons = [
        Person(date(2026, 1, 5), date(2026, 4, 2), "F", "child", "sexual"),
        Person(date(2025, 12, 31), date(2026, 2, 2), "M", "adult", "other"),
        Person(None, None, "M", "adult", "other"),
    ]
    tables = [Table("PROT-01", "registered", ("quarter", "sex")), Table("PROT-02", "identified", ("quarter", "sex"))]
    counts = tabulate(persons, PERIOD, tables, FORMS)
    assert counts[Cell("registered")] == 1
    assert counts[Cell.of("registered", {"quarter": "2026-Q1", "sex": "F"})] == 1
    assert counts[Cell("identified")] == 2
    assert counts[Cell.of("identified", {"quarter": "2026-Q1", "sex": "M"})] == 1
    assert counts[Cell.of("identified", {"quarter": "2026-Q2", "sex": "M"})] == 0
    assert len(counts) == 2 * 3 * 3
