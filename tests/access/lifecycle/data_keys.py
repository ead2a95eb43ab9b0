"""The data keys that anybody ever had in hand, and which of them a renewal has spent."""

from dataclasses import dataclass, field
from uuid import UUID

from protect.vault.tree import DataKey

Place = tuple[UUID, str]  # a case and a compartment


@dataclass
class DataKeys:
    """Of each place, by what they commit to."""

    known: dict[Place, dict[bytes, DataKey]] = field(default_factory=dict)
    before: dict[str, dict[Place, set[bytes]]] = field(
        default_factory=dict
    )  # of renewals under way: known at the start
    spent: dict[Place, set[bytes]] = field(default_factory=dict)
    renewed: set[str] = field(default_factory=set)  # compartments at which nobody looked since

    def note(self, place: Place, commitment: bytes, key: DataKey) -> None:
        """Somebody has it in hand."""
        self.known.setdefault(place, {})[commitment] = key

    def begin(self, compartment: str) -> None:
        """A renewal begins: whoever leaves now may have every data key of this compartment."""
        self.before[compartment] = {place: set(known) for place, known in self.known.items() if place[1] == compartment}

    def finish(self, compartment: str) -> None:
        """The renewal is finished: no data key of before it opens anything of this compartment."""
        for place, known in self.before.pop(compartment).items():
            self.spent.setdefault(place, set()).update(known)
        self.renewed.add(compartment)

    def spent_of(self, place: Place) -> list[DataKey]:
        """Those that must open nothing there."""
        return [self.known[place][commitment] for commitment in self.spent.get(place, ())]
