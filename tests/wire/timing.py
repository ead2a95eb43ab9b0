"""Refusals in turns whose order is drawn anew each round, so that no neighbour's load favours a reason."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from tests.wire.refusals import Refusals
from tests.wire.served import Took
from tests.wire.ways import Way

SEED = 20260731

Series = Mapping[str, list[Took]]


@dataclass
class Timing:
    """What every refusal of every way in took so far."""

    refused: Refusals
    ways: Mapping[str, Way]
    drawn: Random = field(default_factory=lambda: Random(SEED))
    took: dict[str, dict[str, list[Took]]] = field(init=False)
    done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """One round for whatever is done only once."""
        self._round()
        self.took = {name: defaultdict(list) for name in self.ways}

    def go_on(self, rounds: int) -> None:
        """So many rounds more."""
        for _ in range(rounds):
            for name, why, one in self._round():
                self.took[name][why].append(one)
        self.done += rounds

    def _round(self) -> list[tuple[str, str, Took]]:
        self.refused.forgive()
        sent = [(name, why, form) for name, way in self.ways.items() for why, form in way.forms().items()]
        self.drawn.shuffle(sent)
        return [(name, why, self._sent(form, self.ways[name].path)) for name, why, form in sent]

    def _sent(self, form: dict[str, str], path: str) -> Took:
        return self.refused.served.timed(lambda: self.refused.send(form, path))[1]
