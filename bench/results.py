"""What was measured: every reading of every side, and the figures that have a target."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.timing import Times

MILLI = 1000


@dataclass(frozen=True)
class Figure:
    """One figure, by wall and by processor time where both exist; `judged` is the one that the target is about."""

    measure: str
    what: str
    wall: float | None
    processor: float | None = None
    unit: str = "×"
    target: float | None = None
    by_processor: bool = False
    at_least: bool = False
    note: str = ""

    @property
    def judged(self) -> float | None:
        """The value that is held against the target."""
        return self.processor if self.by_processor else self.wall

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None or self.judged is None:
            return None
        return self._reaches(self.judged)

    @property
    def verdict(self) -> str:
        """The same in words."""
        if self.met is None:
            return "–"
        if self.met:
            return "met"
        other = self.wall if self.by_processor else self.processor
        spared = other is not None and self._reaches(other)
        return "met in processor time only" if spared and not self.by_processor else "NOT MET"

    def _reaches(self, value: float) -> bool:
        if self.target is None:
            return False
        return value >= self.target if self.at_least else value <= self.target


@dataclass
class Part:
    """One measure: its figures, and the readings they come from."""

    figures: list[Figure] = field(default_factory=list)
    readings: dict[tuple[str, str], Times] = field(default_factory=dict)

    def read(self, what: str, times: Mapping[str, Times]) -> None:
        """Keep the readings of every side."""
        self.readings |= {(what, side): reading for side, reading in times.items()}

    def compare(
        self, named: tuple[str, str], times: Mapping[str, Times], sides: tuple[str, str], target: float | None = None
    ) -> None:
        """Add the median of one side by that of another."""
        one, other = (times[side] for side in sides)
        wall = one.median() / other.median()
        processor = one.median("processor") / other.median("processor")
        self.figures.append(Figure(*named, wall=wall, processor=processor, target=target))
