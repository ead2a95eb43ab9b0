"""A release before it is stored: tables under control, coarsened by a declared rule, and their digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from protect.statistics.attacker import Published, Report, attack
from protect.statistics.control import Controlled, Counts, ReleaseUnsafe, control
from protect.statistics.linear import SolverExhausted
from protect.statistics.period import Period
from protect.statistics.persons import Person
from protect.statistics.tables import FORMS_OF_TABLES, Cell, Domains, Table, domains, relations, tabulate

SMALL_SHARE = 0.4
"""A table with a greater share of small counts is replaced by its next coarser form."""


@dataclass(frozen=True)
class PublishedTable:
    """A table as readers get it, complete in itself: None stands where a count is hidden."""

    indicator: str
    population: str
    dimensions: tuple[str, ...]
    values: Domains
    cells: Published

    @property
    def shape(self) -> Table:
        """What it counts and by what."""
        return Table(self.indicator, self.population, self.dimensions)

    @property
    def denominator(self) -> int | None:
        """Everybody it counts."""
        return self.cells[Cell(self.population)]


@dataclass(frozen=True)
class Draft:
    """Tables that may be published, with the exact counts that only their analyst sees."""

    tables: tuple[PublishedTable, ...]
    exact: Mapping[Cell, int]
    excluded: str
    report: Report


def draft(
    persons: Iterable[Person], excluded: int, period: Period, values: Domains, threshold: int, *, seconds: float = 30
) -> Draft:
    """The fixed list of tables for a period, under control.

    Where a table is mostly small counts, or where the solver fails, the worst table takes its next coarser
    form and all is solved again. Raises ReleaseUnsafe when nothing coarser is left.
    """
    known, people = domains(period, values), tuple(persons)
    forms = [[_fitted(table, period) for table in ladder] for ladder in FORMS_OF_TABLES]
    while True:
        tables = _without_repeats([ladder[0] for ladder in forms])
        exact = tabulate(people, period, tables, known)
        worst = _worst(forms, exact, known, threshold)
        controlled = None
        if worst is None or _share(worst[0], exact, known, threshold) <= SMALL_SHARE:
            controlled = _try(Counts(exact, relations(tables, known), threshold), seconds)
        if controlled is not None:
            shown = tuple(_publish(table, known, controlled.published) for table in tables)
            return Draft(shown, exact, masked(excluded, threshold), controlled.report)
        if worst is None:
            raise ReleaseUnsafe("no coarser table is left")
        worst.pop(0)


def _fitted(table: Table, period: Period) -> Table:
    """The table without its quarters, where the period is only one."""
    kept = tuple(name for name in table.dimensions if name != "quarter" or len(period.quarters) > 1)
    return Table(table.indicator, table.population, kept)


def _without_repeats(tables: Sequence[Table]) -> tuple[Table, ...]:
    """The tables less those that another one of the same indicator shows as its margins."""
    return tuple(
        table
        for table in dict.fromkeys(tables)
        if not any(
            table.indicator == other.indicator and set(table.dimensions) < set(other.dimensions) for other in tables
        )
    )


def masked(count: int, threshold: int) -> str:
    """A count that stands alone, as text: every count below the threshold looks the same, zero too."""
    return str(count) if count >= threshold else f"<{threshold}"


def _try(counts: Counts, seconds: float) -> Controlled | None:
    try:
        return control(counts, seconds=seconds)
    except (SolverExhausted, ReleaseUnsafe):
        return None


def _worst(forms: list[list[Table]], exact: Mapping[Cell, int], known: Domains, threshold: int) -> list[Table] | None:
    """The ladder with a step left whose table has the greatest share of small counts."""
    left = [ladder for ladder in forms if len(ladder) > 1]
    return max(left, key=lambda ladder: _share(ladder[0], exact, known, threshold), default=None)


def _share(table: Table, exact: Mapping[Cell, int], known: Domains, threshold: int) -> float:
    counts = [exact[cell] for cell in table.cells(known)]
    return sum(0 < count < threshold for count in counts) / len(counts)


def _publish(table: Table, known: Domains, published: Published) -> PublishedTable:
    values = {name: known[name] for name in table.dimensions}
    cells = {cell: published[cell] for cell in table.cells(known)}
    return PublishedTable(table.indicator, table.population, table.dimensions, values, cells)


def attack_published(tables: Sequence[PublishedTable], threshold: int, *, seconds: float = 30) -> Report:
    """What the attacker works out from these tables alone; no exact count is needed, or known, here."""
    published: dict[Cell, int | None] = {}
    sums = {}
    for table in tables:
        published.update(table.cells)
        sums.update(dict.fromkeys(table.shape.relations(table.values)))
    return attack(published, tuple(sums), threshold, seconds=seconds)


def to_json(table: PublishedTable) -> dict[str, Any]:
    """The table as it is stored."""
    return {
        "indicator": table.indicator,
        "population": table.population,
        "dimensions": list(table.dimensions),
        "values": {name: list(values) for name, values in table.values.items()},
        "cells": [[dict(cell.at), value] for cell, value in table.cells.items()],
    }


def from_json(stored: Mapping[str, Any]) -> PublishedTable:
    """The stored table again."""
    population = stored["population"]
    return PublishedTable(
        stored["indicator"],
        population,
        tuple(stored["dimensions"]),
        {name: tuple(values) for name, values in stored["values"].items()},
        {Cell.of(population, at): value for at, value in stored["cells"]},
    )


def digest(tables: Sequence[Mapping[str, Any]], *facts: date | datetime | int | str) -> bytes:
    """What a publisher signs off: SHA-256 of the tables and of the facts printed under them."""
    told = [fact.isoformat() if isinstance(fact, date) else fact for fact in facts]
    text = json.dumps([list(tables), told], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
