"""Whether two series of times come from the same thing: Welch's t of all readings, and of those that no neighbour spoiled.

The order of the readings is drawn anew each round, so that whatever else the machine does falls on all series alike: it
makes a difference harder to see, never one where there is none. As in dudect (Reparaz, Balasch, Verbauwhede 2017) t is
also taken below a limit that is common to all series, which leaves out the readings that were interrupted.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from tests.wire.served import Took

LIMIT = 4.5
UNSPOILED = 0.9  # of all readings


def welch(one: Sequence[float], other: Sequence[float]) -> float:
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return abs(statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread)


def furthest(took: Mapping[str, Sequence[Took]]) -> dict[str, float]:
    """The largest t of any two series, for each pair: of what an outsider waits and of what the processes compute."""
    series = [{why: [reading[at] for reading in readings] for why, readings in took.items()} for at in range(2)]
    return {
        f"{one} - {other}": max(_both_ways(each, one, other) for each in series) for one, other in combinations(took, 2)
    }


def smallest(took: Mapping[str, Sequence[Took]]) -> float:
    """From how many seconds of processor time on a difference shows, between the two series that scatter most."""
    *_others, second, first = sorted(
        statistics.variance(one.computed for one in each) / len(each) for each in took.values()
    )
    return LIMIT * math.sqrt(first + second)


def _both_ways(series: Mapping[str, Sequence[float]], one: str, other: str) -> float:
    limit = _quantile(reading for readings in series.values() for reading in readings)
    below = {why: [reading for reading in series[why] if reading <= limit] for why in (one, other)}
    # A series that lies wholly above the limit is further away than t could tell.
    unspoiled = welch(below[one], below[other]) if min(map(len, below.values())) > 1 else 0.0
    return max(welch(series[one], series[other]), unspoiled)


def _quantile(readings: Iterable[float]) -> float:
    found = sorted(readings)
    return found[math.ceil(UNSPOILED * len(found)) - 1]
