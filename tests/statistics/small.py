"""Small tables to attack: two and three dimensions with few values."""

from itertools import product

from protect.statistics.tables import Cell, Table, relations

DOMAINS = {"sex": ("F", "M"), "majority": ("child", "adult"), "quarter": ("2026-Q1", "2026-Q2")}
FLAT = Table("T", "p", ("sex", "majority"))
CUBE = Table("T", "p", ("sex", "majority", "quarter"))


def filled(table, inner, domains=DOMAINS):
    """The table with these counts in its inner cells and the sums in its margins."""
    places = list(product(*(domains[name] for name in table.dimensions)))
    counts = dict(zip(places, inner, strict=True))
    cells = {}
    for cell in table.cells(domains):
        wanted = dict(cell.at)
        cells[cell] = sum(
            count
            for place, count in counts.items()
            if all(wanted.get(name, value) == value for name, value in zip(table.dimensions, place, strict=True))
        )
    return cells


def sums(*tables, domains=DOMAINS):
    return relations(tables, domains)


def at(**coordinates):
    return Cell.of("p", coordinates)


def brute(published, table, total, domains=DOMAINS):
    """Every table of this grand total that fits what is published: least and greatest of each cell."""
    size = len(list(product(*(domains[name] for name in table.dimensions))))
    found = {}
    for inner in shared_out(total, size):
        cells = filled(table, inner, domains)
        if all(value is None or cells[cell] == value for cell, value in published.items()):
            for cell, value in cells.items():
                low, high = found.get(cell, (value, value))
                found[cell] = (min(low, value), max(high, value))
    return found


def shared_out(total, size):
    """Every way to share a total out among so many cells."""
    if size == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in shared_out(total - first, size - 1))
