"""Disclosure control: which cells are hidden so that no small count can be worked out from the others."""

import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protect.statistics.attacker import Report, attack
from protect.statistics.linear import SolverExhausted, System, Vector
from protect.statistics.tables import Cell, Relation

Mask = NDArray[np.bool_]

_FREE = 1e-3  # moving a hidden cell costs next to nothing, and stays bounded
_TOTAL = 4.0  # a total is hidden when parts no longer do
_FAR = 1e6
_ROUNDS = 20


class ReleaseUnsafe(Exception):
    """Something can be worked out from what would be published: nothing is published."""


@dataclass(frozen=True)
class Counts:
    """True counts with the sums between them; `structural` zeros are true by definition and may be shown."""

    values: Mapping[Cell, int]
    relations: Sequence[Relation]
    threshold: int
    structural: frozenset[Cell] = frozenset()

    def primary(self) -> frozenset[Cell]:
        """Cells to protect: small counts, and zeros that reveal."""
        small = {cell for cell, value in self.values.items() if 0 < value < self.threshold}
        return frozenset(small | self._revealing_zeros())

    def _revealing_zeros(self) -> set[Cell]:
        """Zeros beside a single part that holds everybody: they would say what all of a group have in common."""
        found: set[Cell] = set()
        for relation in self.relations:
            zeros = {part for part in relation.parts if self.values[part] == 0}
            if self.values[relation.total] and len(zeros) == len(relation.parts) - 1:
                found |= zeros
        return found - self.structural

    def published(self, hidden: AbstractSet[Cell]) -> dict[Cell, int | None]:
        """What readers see when these cells are hidden."""
        return {cell: None if cell in hidden else value for cell, value in self.values.items()}


@dataclass(frozen=True)
class Controlled:
    """What may be published, and the attacker's report on exactly that."""

    published: Mapping[Cell, int | None]
    report: Report


def control(counts: Counts, *, seconds: float = 30) -> Controlled:
    """Hide small counts and as few others as cover them, over all tables together.

    The attacker has the last word. Raises ReleaseUnsafe when it still finds something, SolverExhausted
    when the time is up.
    """
    end = time.monotonic() + seconds
    cover, primary = _Cover(counts, seconds), counts.primary()
    wanted: AbstractSet[Cell] = primary
    for _ in range(_ROUNDS):
        published = counts.published(cover.protect(wanted))
        report = attack(published, counts.relations, counts.threshold, seconds=end - time.monotonic())
        if report.safe and not report.large & primary:
            return Controlled(published, report)
        wanted = report.findings.keys() | report.large
    raise ReleaseUnsafe("the attacker still works out a hidden count")


class _Cover:
    """The search: for each protected cell a table with 0 in it and one with k, both fitting what is shown."""

    def __init__(self, counts: Counts, seconds: float) -> None:
        self._threshold = counts.threshold
        self._cells = list(counts.values)
        self._place = {cell: number for number, cell in enumerate(self._cells)}
        self._true = np.array(list(counts.values.values()), dtype=np.float64)
        self._hidden = np.zeros(len(self._cells), dtype=bool)
        self._protected: set[int] = set()
        self._movable = np.array([cell not in counts.structural for cell in self._cells], dtype=bool)
        self._cost = self._costs()
        self._system = System(2 * len(self._cells), self._rows(counts.relations), seconds)
        self._witnesses: list[Vector] = [self._true]

    def protect(self, cells: AbstractSet[Cell]) -> set[Cell]:
        """Protect these cells too; gives all cells to hide."""
        added = {self._place[cell] for cell in cells}
        self._protected |= added
        self._hidden[list(added)] = True
        for number in sorted(added, key=lambda number: (-self._true[number], number)):
            for wanted in (0, self._threshold):
                self._ensure(number, wanted)
        self._consolidate()
        return {self._cells[number] for number in np.flatnonzero(self._hidden)}

    def _ensure(self, number: int, wanted: int) -> None:
        if not _shown_by(self._witnesses, number, wanted):
            witness = self._move(number, wanted, self._movable)
            if witness is None:
                raise SolverExhausted("no table covers a small count, even with everything hidden")
            self._witnesses.append(witness)
            self._hidden |= witness != self._true

    def _consolidate(self) -> None:
        """Show again, dearest first, what turns out not to be needed."""
        extra = set(np.flatnonzero(self._hidden).tolist()) - self._protected
        for number in sorted(extra, key=lambda number: (-self._cost[number], number)):
            kept = [witness for witness in self._witnesses if witness[number] == self._true[number]]
            self._hidden[number] = False
            if self._still_covered(kept):
                self._witnesses = kept
            else:
                self._hidden[number] = True

    def _still_covered(self, witnesses: list[Vector]) -> bool:
        """Complete the witnesses without hiding more; False when that is not possible."""
        for number in sorted(self._protected):
            for wanted in (0, self._threshold):
                if not _shown_by(witnesses, number, wanted):
                    witness = self._move(number, wanted, self._hidden)
                    if witness is None:
                        return False
                    witnesses.append(witness)
        return True

    def _move(self, number: int, wanted: int, movable: Mask) -> Vector | None:
        """The cheapest other table with this cell at 0, or at the threshold and above; only `movable` cells change."""
        size = len(self._cells)
        up, down = np.where(movable, _FAR, 0.0), np.where(movable, self._true, 0.0)
        low = np.zeros(2 * size)
        if wanted == 0:
            up[number], low[size + number] = 0.0, self._true[number]
        else:
            low[number], down[number] = max(0.0, wanted - self._true[number]), 0.0
        cost = np.where(self._hidden, _FREE, self._cost)
        found = self._system.solve(np.concatenate([cost, cost]), low, np.concatenate([up, down]))
        return None if found is None else self._true + found[:size] - found[size:]

    def _costs(self) -> Vector:
        depth = max((len(cell.at) for cell in self._cells), default=0)
        totals = np.array([depth - len(cell.at) for cell in self._cells], dtype=np.float64)
        return np.asarray((1 + np.log2(1 + self._true)) * _TOTAL**totals, dtype=np.float64)

    def _rows(self, relations: Sequence[Relation]) -> list[list[tuple[int, float]]]:
        """The sums, for what goes up (first half of the unknowns) and what goes down (second half)."""
        size, rows = len(self._cells), []
        for relation in relations:
            signed = [(self._place[relation.total], 1.0), *((self._place[part], -1.0) for part in relation.parts)]
            rows.append([*signed, *((number + size, -sign) for number, sign in signed)])
        return rows


def _shown_by(witnesses: list[Vector], number: int, wanted: int) -> bool:
    """Tell whether one of the tables has the cell at 0, or at the threshold and above."""
    if wanted == 0:
        return any(witness[number] == 0 for witness in witnesses)
    return any(witness[number] >= wanted for witness in witnesses)
