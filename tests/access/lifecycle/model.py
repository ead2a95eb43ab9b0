"""What a small agency should look like, kept beside the real one and known from the written rules alone.

Roles and what they read: tests/golden/permissions.txt. Words, seats, ends: docs/decisions/0023. Custodians, new beginnings:
docs/decisions/0025. Nothing here asks the program.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

REGISTRAR = "registrar"
CASES = frozenset({"identity", "contact", "narrative", "legal", "protection", "coded"})
READS = {
    "officer": CASES,
    "supervisor": CASES,
    "lawyer": frozenset({"inbox", "legal"}),
    "auditor": frozenset({"audit"}),
    "registrar": frozenset(),
    "reader": frozenset(),
}
KEYS = (*sorted(CASES), "audit", "inbox")
ONWARD = frozenset({"audit"})  # renewed for what comes; what was stays under the versions before

Held = tuple[str, int]


@dataclass(frozen=True)
class Word:
    """A registrar's word: who gave it, under which roll, and its number among all that was ever signed."""

    who: str
    roll: int
    number: int = 0


@dataclass(frozen=True)
class Upheld:
    """A registrar who ended somebody's say signed that these statements of theirs stay good."""

    by: str
    numbers: frozenset[int]
    number: int = -1


@dataclass
class Cert:
    """A certificate: of which role, whether the root alone stands for it, and the words for it."""

    number: int
    role: str
    by_root: bool = False
    said: set[Word] = field(default_factory=set)


@dataclass(frozen=True)
class Counting:
    """What somebody's word comes to before it ends: which signed statements count, and whether in office.

    And of whom a change to which they agreed is not decided.
    """

    numbers: frozenset[int]
    in_office: bool
    half_said: frozenset[str]


@dataclass
class Seat:
    """A roll that is proposed: who is to sit, or to sit no longer, and the words for it."""

    number: int
    name: str
    wanted: bool
    said: set[Word] = field(default_factory=set)


@dataclass
class Person:
    """A member as the rules see it."""

    id: UUID
    role: str
    status: str = "active"  # invited, waiting, active, suspended, left
    cert: Cert | None = None
    proposed: Cert | None = None  # what waits for the word of registrars
    code_by: str = ""  # who invited; nobody is the root
    suspensions: list[set[Word]] = field(default_factory=list)  # and the words that end each
    held: dict[Held, int] = field(default_factory=dict)  # keys that were given, and to which certificate
    accepted: bool = False  # compared the words of the custodians' key
    begins_at: datetime | None = None  # from when on somebody who lost everything may begin anew
    codes: int = 4  # recovery codes that are left
    ends: int = 0  # how often something of theirs was ended by signature


@dataclass(frozen=True)
class Arrival:
    """What custodians brought back and what waits: to which certificates, which keys, from when on."""

    id: UUID
    certs: tuple[tuple[str, int], ...]
    keys: frozenset[Held]
    due: datetime


class Model:
    """The agency: its people by name, its registrars through time, and its keys by version."""

    def __init__(self, people: dict[str, Person], rolls: list[frozenset[str]]) -> None:
        self.people = people
        self.rolls = rolls
        self.seat: Seat | None = None
        self.upheld: list[Upheld] = []
        self.signed: dict[str, set[int]] = {}  # numbers of words and of what was upheld, by who signed
        self.versions: dict[str, list[int]] = {name: [1] for name in KEYS}
        self.turning: dict[str, bool] = {}  # renewals under way, and whether the version before is refused already
        self.copied: set[Held] = set()  # of which custodians have copies
        self.arrivals: list[Arrival] = []
        self.owners: dict[UUID, str] = {}  # who follows each case
        self._last = 0
        self._memo: dict[object, tuple[frozenset[str], frozenset[int]]] = {}

    def number(self) -> int:
        """The next number."""
        self._last += 1
        return self._last

    def forget(self) -> None:
        """Somebody changed something."""
        self._memo.clear()

    # Who is in office, and whose word stands.

    @property
    def roll(self) -> frozenset[str]:
        """The registrars of today."""
        return self.rolls[-1]

    def needed(self, name: str, version: int = -1) -> int:
        """Two registrars must agree about somebody, or the one there is; nobody about themself."""
        return max(1, min(2, len(self.rolls[version] - {name})))

    def standing(self, gone: str = "", more: Sequence[Upheld] = ()) -> tuple[frozenset[str], frozenset[int]]:
        """Who is in office, and which statements of others are upheld: no more than follows from what is known.

        `gone` and `more` are what a decision would change.
        """
        asked = (gone, tuple(more))
        if asked not in self._memo:
            office: frozenset[str] = frozenset()
            good: frozenset[int] = frozenset()
            while True:
                wider = frozenset(one for one in self.roll - {gone} if self._unsuspended(one, office, good))
                counting = [one for one in (*self.upheld, *more) if one.by in office or one.number in good]
                larger = frozenset(number for one in counting for number in one.numbers)
                if (wider, larger) == (office, good):
                    break
                office, good = wider, larger
            self._memo[asked] = office, good
        return self._memo[asked]

    def _unsuspended(self, name: str, office: frozenset[str], good: frozenset[int]) -> bool:
        return all(
            self._decided((word for word in said if word.who in office or word.number in good), name)
            for said in self.people[name].suspensions
        )

    def acts(self, name: str) -> bool:
        """Whether somebody may decide as a registrar today."""
        person = self.people[name]
        return (person.role, person.status) == (REGISTRAR, "active") and name in self.standing()[0]

    def counting(self, name: str) -> Counting:
        """What somebody signed that counts now; of who is not in office, that is what was upheld before."""
        office, good = self.standing()
        signed = frozenset(self.signed.get(name, ()))
        half = frozenset(one for one, person in self.people.items() if self._half_said(name, one, person))
        return Counting((signed if name in office else signed & good) - self._for_returns(), name in office, half)

    def _for_returns(self) -> set[int]:
        """Words for the end of a suspension that is not decided: nobody upholds them."""
        every = ((one, said) for one, person in self.people.items() for said in person.suspensions)
        return {word.number for one, said in every if not self.settled(said, one) for word in said}

    def _half_said(self, name: str, about: str, person: Person) -> bool:
        change = person.proposed if person.status in ("active", "suspended") else None
        return (
            change is not None and name in {word.who for word in change.said} and not self.settled(change.said, about)
        )

    def silences(self, who: str, name: str) -> bool:
        """Whether who ends the say of somebody would be out of office too: nobody upholds a word about themself."""
        kept = Upheld(who, self.counting(name).numbers)
        return name in self.roll and who not in self.standing(name, (kept,))[0]

    def settled(self, said: Iterable[Word], name: str) -> bool:
        """Whether as many agreed as had to at some time, in words that stand: what was decided stays decided."""
        office, good = self.standing()
        return self._decided((word for word in said if word.who in office or word.number in good), name)

    def _decided(self, said: Iterable[Word], name: str) -> bool:
        words = [word for word in said if word.who != name]
        for version, roll in enumerate(self.rolls):
            needed = self.needed(name, version)
            fit = {one.who for one in words if one.roll <= version and self.needed(name, one.roll) <= needed}
            if len(fit & roll) >= needed:
                return True
        return False

    def saying(self, said: Iterable[Word], name: str) -> set[str]:
        """Whose word counts today: as long as nothing is decided, one of two counts for nothing when one would do."""
        words = list(said)
        office, decided = self.standing()[0], self.settled(words, name)
        return {
            one.who
            for one in words
            if one.who in office and one.who != name and (decided or self.needed(name, one.roll) <= self.needed(name))
        }

    def enough(self, said: Iterable[Word], name: str) -> bool:
        """Whether it is decided, and as many who are in office today stand for it."""
        words = list(said)
        return self.settled(words, name) and len(self.saying(words, name)) >= self.needed(name)

    # Keys.

    def known(self, name: str) -> bool:
        """Whether somebody's certificate is one for which the root or enough registrars of today stand."""
        cert = self.people[name].cert
        return cert is not None and (cert.by_root or self.enough(cert.said, name))

    def may_be_supplied(self, name: str) -> bool:
        """Whether a holder may give a key: certified today, or supplied on this very certificate before."""
        person = self.people[name]
        if person.status != "active" or person.cert is None:
            return False
        return self.known(name) or person.cert.number in person.held.values()

    def taken(self, held: Iterable[Held]) -> set[Held]:
        """Those of the keys that are not refused."""
        return {one for one in held if one[1] in self.versions[one[0]]}

    def opens(self, name: str) -> set[Held]:
        """What a member opens: given, in a role that reads it, in a version that is taken."""
        person = self.people[name]
        if person.status != "active":
            return set()
        return {one for one in self.taken(person.held) if one[0] in READS[person.role]}

    def newest(self, key: str) -> Held:
        """The newest version of a key."""
        return key, max(self.versions[key])

    def alone(self, name: str, covered: Iterable[Held] = ()) -> set[str]:
        """The keys that nobody else who is active holds, of which no custodian has a copy."""
        others = (one for one in self.people if one != name and self.people[one].status == "active")
        theirs = {held for one in others for held in self.people[one].held}
        return {key for key, _version in self.taken(self.people[name].held) - theirs - set(covered)}

    def lacking(self, who: str, name: str) -> set[Held]:
        """What somebody could give to a colleague who waits for it."""
        person = self.people[name]
        if not self.may_be_supplied(name):
            return set()
        return {held for held in self.opens(who) if held[0] in READS[person.role]} - person.held.keys()

    def entitled(self, name: str) -> set[Held]:
        """What a member could be given at the most, whatever the tables say."""
        person = self.people[name]
        if person.status not in ("active", "suspended") or not all(
            self.settled(said, name) for said in person.suspensions
        ):
            return set()
        waits = person.proposed
        roles = {person.role, *([waits.role] if waits and self.settled(waits.said, name) else [])}
        return {(key, version) for role in roles for key in READS[role] for version in self.versions[key]}

    def brought(self, name: str) -> set[Held]:
        """What custodians could bring back to somebody."""
        return {held for held in self.copied if held[0] in READS[self.people[name].role]}

    def lost(self) -> set[Held]:
        """The keys that nobody who is still a member holds, and no custodian."""
        members = (one for one in self.people.values() if one.status in ("active", "suspended"))
        kept = {held for one in members for held in one.held} | self.copied
        return {(key, version) for key, versions in self.versions.items() for version in versions} - kept
