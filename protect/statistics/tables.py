"""Tables of persons: their cells, each with one identity wherever it appears, and the sums between cells."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from protect.statistics.period import Period, Quarter
from protect.statistics.persons import Person

Domains = Mapping[str, tuple[str, ...]]
"""The values of each dimension, in the order they are shown."""

DIMENSIONS = {"sex": "sex", "majority": "majority_status", "form": "exploitation_main"}
"""Dimension of a table → field of the vocabulary; the quarter has no field of its own."""


@dataclass(frozen=True, order=True)
class Cell:
    """A count of persons: a population, and the values asked of them. A dimension left out is its total."""

    population: str
    at: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, population: str, at: Mapping[str, str]) -> "Cell":
        """The cell at these coordinates, in whatever order they come."""
        return cls(population, tuple(sorted(at.items())))


@dataclass(frozen=True)
class Relation:
    """A total and the parts that add up to it."""

    total: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """One table of an indicator: whom it counts and by what, margins included."""

    indicator: str
    population: str
    dimensions: tuple[str, ...]

    def cells(self, domains: Domains) -> Iterator[Cell]:
        """Every cell with all margins, grand total first."""
        axes = [[None, *domains[name]] for name in self.dimensions]
        for values in product(*axes):
            pairs = zip(self.dimensions, values, strict=True)
            yield Cell.of(self.population, {name: value for name, value in pairs if value is not None})

    def relations(self, domains: Domains) -> Iterator[Relation]:
        """Every sum over one dimension, at every place of the others."""
        for cell in self.cells(domains):
            taken = dict(cell.at)
            for name in self.dimensions:
                if name not in taken:
                    parts = (Cell.of(self.population, {**taken, name: value}) for value in domains[name])
                    yield Relation(cell, tuple(parts))


FORMS_OF_TABLES: tuple[tuple[Table, ...], ...] = (
    (
        Table("PROT-01", "registered", ("quarter", "sex", "majority")),
        Table("PROT-01", "registered", ("quarter", "majority")),
        Table("PROT-01", "registered", ("quarter",)),
        Table("PROT-01", "registered", ()),
    ),
    (
        Table("PROT-02", "identified", ("quarter", "sex", "majority")),
        Table("PROT-02", "identified", ("quarter", "majority")),
        Table("PROT-02", "identified", ("quarter",)),
        Table("PROT-02", "identified", ()),
    ),
    (
        Table("PROT-05", "identified", ("form", "sex", "majority")),
        Table("PROT-05", "identified", ("form", "majority")),
        Table("PROT-05", "identified", ("form",)),
        Table("PROT-05", "identified", ()),
    ),
    (
        Table("PROT-05", "identified", ("form", "quarter")),
        Table("PROT-05", "identified", ()),
    ),
)
"""The fixed list of tables, each with the coarser forms it falls back to, finest first."""


def domains(period: Period, values: Mapping[str, tuple[str, ...]]) -> Domains:
    """The dimensions of a period: its quarters, and the closed lists of the vocabulary."""
    return {"quarter": period.quarters, **values}


def relations(tables: Sequence[Table], known: Domains) -> tuple[Relation, ...]:
    """The sums of all tables together, each once: what ties a table to another is a shared cell."""
    return tuple(dict.fromkeys(relation for table in tables for relation in table.relations(known)))


def tabulate(persons: Iterable[Person], period: Period, tables: Sequence[Table], known: Domains) -> dict[Cell, int]:
    """How many persons each cell counts; every cell of every table is there, zeros too."""
    found: Counter[Cell] = Counter()
    subsets = {(table.population, subset) for table in tables for subset in _subsets(table.dimensions)}
    for person in persons:
        for population, place in _places(person, period).items():
            found.update(
                Cell.of(population, {name: place[name] for name in subset})
                for counted, subset in subsets
                if counted == population
            )
    return {cell: found[cell] for table in tables for cell in table.cells(known)}


def _subsets(dimensions: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    ordered = tuple(sorted(dimensions))
    for size in range(len(ordered) + 1):
        yield from combinations(ordered, size)


def _places(person: Person, period: Period) -> dict[str, dict[str, str]]:
    """The populations a person belongs to in the period, and where in them."""
    days = {"registered": person.registered, "identified": person.identified}
    answers = {"sex": person.sex, "majority": person.majority, "form": person.form}
    return {
        population: {"quarter": str(Quarter.of(day)), **answers}
        for population, day in days.items()
        if day is not None and period.holds(day)
    }
