"""What a small agency should look like, kept beside the real one and known from the rules alone."""

from dataclasses import dataclass, field
from uuid import UUID

READS = {
    "officer": frozenset({"identity"}),
    "supervisor": frozenset({"identity"}),
    "auditor": frozenset({"audit"}),
    "registrar": frozenset(),
    "reader": frozenset(),
}
KEYS = ("identity", "audit")
REPLACED = frozenset({"identity"})  # the audit key is renewed for what comes; what was stays under the one before

Held = tuple[str, int]


@dataclass
class Person:
    """A member as the rules see it."""

    id: UUID
    role: str
    status: str = "active"  # invited, waiting, active, suspended, left
    by_root: bool = True
    issuer: str = ""
    epoch: int = 1
    said: set[str] = field(default_factory=set)  # who confirmed the certificate in force, or the one that waits
    lifting: set[str] = field(default_factory=set)  # who agreed that the suspension ends
    wanted: str = ""  # the role of a certificate that waits
    waits: set[str] = field(default_factory=set)  # who agreed to it
    held: dict[Held, int] = field(default_factory=dict)  # versions of keys, with the epoch they were given to


@dataclass
class Model:
    """The agency: its people by name, its registrars, and its keys by version."""

    people: dict[str, Person]
    roll: set[str]
    unseating: dict[str, set[str]] = field(default_factory=dict)
    versions: dict[str, list[int]] = field(default_factory=lambda: {name: [1] for name in KEYS})
    turning: str = ""

    def in_office(self, name: str) -> bool:
        """Whether a registrar's word counts."""
        return name in self.roll and self.people[name].status == "active"

    def needed(self, name: str) -> int:
        """How many must agree about somebody."""
        return max(1, min(2, len(self.roll - {name})))

    def enough(self, said: set[str], name: str) -> bool:
        """Whether those who agreed and whose word counts today are enough."""
        return len({who for who in said - {name} if self.in_office(who)}) >= self.needed(name)

    def certified_anew(self, name: str) -> bool:
        """Whether somebody may receive a first key today."""
        person = self.people[name]
        return (person.by_root and person.epoch == 1) or self.enough(person.said, name)

    def may_be_supplied(self, name: str) -> bool:
        """Whether a holder may supply: certified today, or supplied on this certificate before."""
        person = self.people[name]
        if person.status != "active":
            return False
        return self.certified_anew(name) or person.epoch in person.held.values()

    def opens(self, name: str) -> set[Held]:
        """What a member opens: held, in a role that reads it, in a version that is taken."""
        person = self.people[name]
        if person.status != "active":
            return set()
        return {held for held in person.held if held[0] in READS[person.role] and held[1] in self.versions[held[0]]}

    def entitled(self, name: str) -> set[Held]:
        """What a member could be given at the most, whatever the tables say."""
        person = self.people[name]
        if person.status != "active":
            return set()
        return {(key, version) for key in READS[person.role] for version in self.versions[key]}

    def newest(self, key: str) -> Held:
        """The newest version of a key."""
        return key, max(self.versions[key])
