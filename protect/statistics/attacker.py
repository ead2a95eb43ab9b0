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
        """What the bounds give away, if anything: `recovered`, `small` or `present`.

        Bounds that lie wholly at or above the threshold give nothing away: such a cell is large,
        and was hidden only to cover another.
        """
        if self.least == self.greatest:
            return "recovered"
        if self.greatest < threshold:
            return "small"
        return "present" if 0 < self.least < threshold else None


@dataclass(frozen=True)
class Report:
    """What the attacker came to: the bounds of every hidden cell, and which of them give something away."""

    bounds: Mapping[Cell, Bounds]
    findings: Mapping[Cell, str]

    @property
    def safe(self) -> bool:
        """Tell whether nothing was given away."""
        return not self.findings


def attack(published: Published, relations: Sequence[Relation], threshold: int, *, seconds: float = 30) -> Report:
    """The bounds of every hidden cell. Raises PublicationBroken, SolverExhausted."""
    cells = list(published)
    place = {cell: number for number, cell in enumerate(cells)}
    rows = [[(place[relation.total], 1.0), *((place[part], -1.0) for part in relation.parts)] for relation in relations]
    values = np.array([math.nan if value is None else value for value in published.values()], dtype=np.float64)
    hidden = np.isnan(values)
    lower, upper = np.where(hidden, 0.0, values), np.where(hidden, math.inf, values)
    room = _Room(System(len(cells), rows, seconds), lower, upper)
    bounds = {cells[number]: room.bounds(number) for number in np.flatnonzero(hidden).tolist()}
    room.require_some()
    findings = {cell: found for cell, bound in bounds.items() if (found := bound.finding(threshold))}
    return Report(bounds, findings)


class _Room:
    """All tables that fit the publication."""

    def __init__(self, system: System, lower: Vector, upper: Vector) -> None:
        self._system, self._lower, self._upper = system, lower, upper
        self._touched_zero = np.zeros(len(lower), dtype=bool)

    def require_some(self) -> Vector:
        """One table that fits. Raises PublicationBroken."""
        return self._best(np.zeros(len(self._lower)))

    def bounds(self, number: int) -> Bounds:
        """The bounds of one cell."""
        return Bounds(self._least(number), self._greatest(number))

    def _least(self, number: int) -> int:
        if self._touched_zero[number]:
            return 0
        return int(self._best(self._towards(number, 1.0))[number])

    def _greatest(self, number: int) -> float:
        try:
            return float(self._best(self._towards(number, -1.0))[number])
        except Unbounded:
            self.require_some()
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
