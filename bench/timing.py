"""Measuring several ways of doing one thing turn by turn, in wall time and in processor time."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.server import Processor

Act = Callable[[], object]
WARM_UP = 6  # the driver prepares a statement when it has seen it five times


@dataclass(frozen=True)
class Times:
    """Every reading of one way, in seconds."""

    wall: tuple[float, ...]
    processor: tuple[float, ...]

    def median(self, kind: str = "wall") -> float:
        """The middle reading."""
        return float(statistics.median(getattr(self, kind)))

    def quartiles(self, kind: str = "wall") -> tuple[float, float]:
        """Between these two lies the middle half of the readings."""
        low, _, high = statistics.quantiles(getattr(self, kind), n=4)
        return low, high


def alternate(
    acts: Mapping[str, Act], rounds: int, processor: Processor, *, warm_up: int = WARM_UP
) -> dict[str, Times]:
    """Run every way once a round, a different one first each time, so that a busy machine is busy for all of them."""
    for _ in range(warm_up):
        for act in acts.values():
            act()
    processor.refresh()
    wall: dict[str, list[float]] = {name: [] for name in acts}
    used: dict[str, list[float]] = {name: [] for name in acts}
    names = list(acts)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            act, began_using = acts[name], processor()
            began = time.perf_counter()
            act()
            wall[name].append(time.perf_counter() - began)
            used[name].append(processor() - began_using)
    return {name: Times(tuple(wall[name]), tuple(used[name])) for name in acts}


def ratio(times: Mapping[str, Times], name: str, base: str, kind: str = "wall") -> float:
    """The median of one way by that of another."""
    return times[name].median(kind) / times[base].median(kind)
