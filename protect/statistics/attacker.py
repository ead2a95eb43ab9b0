"""The attacker: sees what is published and the sums between cells, and works out what was hidden."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from protect.statistics.linear import System, Unbounded, Vector
from protect.statistics.tables import Cell, Relation

Published = Mapping[Cell, int | None]


class PublicationBroken(Exception):
    """No table at all fits what is published: the numbers contradict each other."""


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest whole number that a hidden cell can hold; `greatest` may be infinite."""

    least: int
    greatest: float

    def finding(self, threshold: int) -> str | None:
        """What the bounds give away for certain: `recovered` or `small`."""
        if self.least == self.greatest:
            return "recovered"
        return "small" if self.greatest < threshold else None

    def telling(self, threshold: int) -> bool:
        """Tell whether somebody is certainly there, perhaps few: only counts hidden to cover others may be so."""
        return 0 < self.least < threshold <= self.greatest


@dataclass(frozen=True)
class Report:
    """What the attacker came to: the bounds of every hidden cell, and which of them give something away.

    `large` are the cells that the attacker took to be at or above the threshold, knowing how tables are hidden.
    """

    bounds: Mapping[Cell, Bounds]
    findings: Mapping[Cell, str]
    large: frozenset[Cell] = frozenset()

    @property
    def safe(self) -> bool:
        """Tell whether nothing was given away."""
        return not self.findings


def attack(published: Published, relations: Sequence[Relation], threshold: int, *, seconds: float = 30) -> Report:
    """The bounds of every hidden cell, for somebody who knows the sums and how cells are chosen to be hidden.

    A small count is never hidden so that its presence shows. So wherever somebody is certainly there, the attacker
    takes the count to be large, and goes on from that until nothing new follows. If that leads into a
    contradiction, presence itself was given away. Raises PublicationBroken, SolverExhausted.
    """
    room = _room(published, relations, seconds)
    bounds, large = room.bounds(), set[Cell]()
    try:
        while telling := {cell for cell, bound in bounds.items() if bound.telling(threshold)}:
            large |= telling
            room.raise_to(telling, threshold)
            bounds = room.bounds()
    except PublicationBroken:
        given_away = {**_findings(bounds, threshold), **dict.fromkeys(telling, "present")}
        return Report(bounds, given_away, frozenset(large))
    return Report(bounds, _findings(bounds, threshold), frozenset(large))


def _findings(bounds: Mapping[Cell, Bounds], threshold: int) -> dict[Cell, str]:
    return {cell: found for cell, bound in bounds.items() if (found := bound.finding(threshold))}


def _room(published: Published, relations: Sequence[Relation], seconds: float) -> "_Room":
    cells = list(published)
    place = {cell: number for number, cell in enumerate(cells)}
    rows = [[(place[relation.total], 1.0), *((place[part], -1.0) for part in relation.parts)] for relation in relations]
    return _Room(System(len(cells), rows, seconds), published)


class _Room:
    """All tables that fit the publication."""

    def __init__(self, system: System, published: Published) -> None:
        values = np.array([math.nan if value is None else value for value in published.values()], dtype=np.float64)
        hidden = np.isnan(values)
        self._system, self._cells = system, list(published)
        self._lower, self._upper = np.where(hidden, 0.0, values), np.where(hidden, math.inf, values)
        self._hidden = [int(number) for number in np.flatnonzero(hidden)]
        self._touched_zero = np.zeros(len(values), dtype=bool)

    def bounds(self) -> dict[Cell, Bounds]:
        """The bounds of every hidden cell."""
        self._require_some()
        return {self._cells[number]: Bounds(self._least(number), self._greatest(number)) for number in self._hidden}

    def raise_to(self, cells: set[Cell], threshold: int) -> None:
        """Leave out the tables where one of these cells is below the threshold."""
        for number in self._hidden:
            if self._cells[number] in cells:
                self._lower[number] = threshold
        self._touched_zero[:] = False

    def _require_some(self) -> None:
        self._best(np.zeros(len(self._lower)))

    def _least(self, number: int) -> int:
        if self._touched_zero[number]:
            return 0
        return int(self._best(self._towards(number, 1.0))[number])

    def _greatest(self, number: int) -> float:
        try:
            return float(self._best(self._towards(number, -1.0))[number])
        except Unbounded:
            self._require_some()
            return math.inf

    def _towards(self, number: int, cost: float) -> Vector:
        costs = np.zeros(len(self._lower))
        costs[number] = cost
        return costs

    def _best(self, costs: Vector) -> Vector:
        found = self._system.solve(costs, self._lower, self._upper)
        if found is None:
            raise PublicationBroken("the published numbers contradict each other")
        self._touched_zero |= found == 0
        return found
