"""What each scanner did, told at the end of a run: nothing is left out in silence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

Answer = tuple[str, str, int, str]  # method, rule, status, and where it sends people


@dataclass(frozen=True)
class Told:
    """One run of a scanner."""

    what: str
    seconds: float
    answers: int | None = None  # of the program
    cut: tuple[str, ...] = ()
    lost: int = 0  # requests that got no answer
    again: int = 0  # how often it had to begin again

    def __str__(self) -> str:
        left = f"; CUT SHORT: {', '.join(self.cut)}" if self.cut else ""
        lost = f"; {self.lost} requests lost" if self.lost else ""
        again = f"; begun again {self.again} times" if self.again else ""
        answers = "" if self.answers is None else f"{self.answers} answers in "
        return f"{self.what}: {answers}{self.seconds:.0f} s{left}{lost}{again}"


told: list[Told] = []


def summary() -> Iterable[str]:
    """A line for each run, and how many modules were cut short in all."""
    cut = Counter(name for one in told for name in one.cut)
    yield from map(str, told)
    yield f"{sum(one.answers or 0 for one in told)} answers; {cut.total()} modules were cut short: {dict(cut)}"
