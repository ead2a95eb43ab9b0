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
Words = set[tuple[str, int]]  # who spoke, and under which roll


@dataclass
class Person:
    """A member as the rules see it."""

    id: UUID
    role: str
    status: str = "active"  # invited, waiting, active, suspended, left
    by_root: bool = True
    issuer: str = ""
    epoch: int = 1
    said: Words = field(default_factory=set)  # who confirmed the certificate in force, or the one that waits
    lifting: Words = field(default_factory=set)  # who agreed that the suspension ends
    wanted: str = ""  # the role of a certificate that waits
    waits: Words = field(default_factory=set)  # who agreed to it
    held: dict[Held, int] = field(default_factory=dict)  # versions of keys, with the epoch they were given to


@dataclass
class Model:
    """The agency: its people by name, its registrars through time, and its keys by version."""

    people: dict[str, Person]
    rolls: list[frozenset[str]]
    unseating: dict[str, Words] = field(default_factory=dict)
    versions: dict[str, list[int]] = field(default_factory=lambda: {name: [1] for name in KEYS})
    turning: str = ""

    @property
    def roll(self) -> frozenset[str]:
        """The registrars of today."""
        return self.rolls[-1]

    def seat(self, name: str, *, wanted: bool) -> None:
        """Another roll, where that changes it."""
        after = self.roll | {name} if wanted else self.roll - {name}
        if after != self.roll:
            self.rolls.append(after)

    def word(self, who: str) -> tuple[str, int]:
        """What somebody says today."""
        return who, len(self.rolls) - 1

    def in_office(self, name: str) -> bool:
        """Whether a registrar's word counts."""
        return name in self.roll and self.people[name].status == "active"

    def needed(self, name: str, version: int = -1) -> int:
        """How many must agree about somebody, today or under an earlier roll."""
        return max(1, min(2, len(self.rolls[version] - {name})))

    def settled(self, said: Words, name: str) -> bool:
        """Whether as many agreed as had to at some time: one of two is none when one alone would do later."""
        for version, roll in enumerate(self.rolls):
            needed = self.needed(name, version)
            fit = {who for who, then in said if then <= version and self.needed(name, then) <= needed}
            if len((fit & roll) - {name}) >= needed:
                return True
        return False

    def enough(self, said: Words, name: str) -> bool:
        """Whether it is settled, and enough of those agreed whose word counts today."""
        counting = {who for who, _then in said if who != name and self.in_office(who)}
        return self.settled(said, name) and len(counting) >= self.needed(name)

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
        if person.status != "active" and not (person.status == "suspended" and self.settled(person.lifting, name)):
            return set()
        roles = {person.role, *([person.wanted] if person.wanted and self.settled(person.waits, name) else [])}
        return {(key, version) for role in roles for key in READS[role] for version in self.versions[key]}

    def newest(self, key: str) -> Held:
        """The newest version of a key."""
        return key, max(self.versions[key])
