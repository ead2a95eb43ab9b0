"""What every verb of the state machine goes through: foretold, done for real, compared, counted."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from protect.access.errors import (
    AlreadyConfirmed,
    CompartmentLocked,
    Conflict,
    Denied,
    LastHolder,
    NotFound,
    NotReady,
    NotYourself,
    RegistrarSeated,
    StandingLost,
)
from protect.access.gate import Gate
from protect.access.identities import Identity
from protect.access.recovery import AlreadyArrived
from protect.access.rotation import Progress
from protect.auth.actions import SignInRefused
from protect.auth.actions_lost_phrase import RecoveryRefused
from protect.vault.errors import CiphertextRejected
from tests.access.lifecycle.acts import Agency
from tests.access.lifecycle.data_keys import DataKeys
from tests.access.lifecycle.model import CASES, REGISTRAR, Cert, Person
from tests.access.lifecycle.rules import Reasons
from tests.access.lifecycle.small import Small

REFUSED = (
    AlreadyArrived,
    AlreadyConfirmed,
    CiphertextRejected,
    CompartmentLocked,
    Conflict,
    Denied,
    LastHolder,
    NotFound,
    NotReady,
    NotYourself,
    RecoveryRefused,
    RegistrarSeated,
    SignInRefused,
    StandingLost,
)
ANY = st.integers(0, 2**16)
BOLD = st.sampled_from((False, False, False, False, True))  # whether what must be refused is tried too
One = TypeVar("One")


class Base(RuleBasedStateMachine):
    """The agency, real and foretold, and what was done to it."""

    open_small: ClassVar[Any]
    done: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()
    kinds: ClassVar[Counter[str]] = Counter()
    agencies: ClassVar[int] = 0
    held: ClassVar[int] = 0  # after how many steps, applied or refused, everything was looked at and held

    @initialize(two=st.booleans())
    def found(self, two: bool) -> None:
        self.leave_small = self.open_small(two=two)
        self.small: Small = self.leave_small.__enter__()
        self.model = founded(self.small)
        self.codes: dict[str, str] = {}
        self.old_codes: list[tuple[str, str]] = []
        self.ended: list[tuple[str, Identity]] = []  # identities of people who began anew
        self.read: list[tuple[str, str, str, object, str]] = []  # pages: of what, who, about whom, what stood there
        self.progress: dict[str, Progress] = {}  # of each renewal, and how many pieces it took
        self.pieces: dict[str, int] = {}
        self.data_keys = DataKeys()
        self.moved: set[str] = set()  # whom the last transition was about
        self.moves = 0

    def teardown(self) -> None:
        if hasattr(self, "leave_small"):
            self.leave_small.__exit__(None, None, None)
            Base.agencies += 1

    def attempt(self, verb: str, reasons: Reasons, action: Callable[[], One]) -> One | None:
        """Do it for real: the program's answer must be the one that was foretold, whichever that is.

        None when it was refused, and then nothing has changed.
        """
        self.moves += 1
        try:
            done = action()
        except REFUSED as error:
            kind = type(error).__name__
            assert kind in reasons, f"{verb}: refused as {kind}, foretold {sorted(reasons) or 'to pass'}"
            Base.refused[verb] += 1
            Base.kinds[kind] += 1
            return None
        finally:
            self.model.forget()
        assert not reasons, f"{verb}: passed, foretold to be refused as {sorted(reasons)}"
        Base.done[verb] += 1
        return done

    def gate(self, name: str) -> Gate:
        """A gate of somebody who proved a second factor a moment ago."""
        person, before = self.model.people[name], self.small.sessions.get(name)
        found = self.small.gate(name, self.mark(name), person.ends)
        if self.small.sessions[name] is not before:
            self.model.copy(name)
        return found

    def mark(self, name: str) -> object:
        """What a session of somebody began with."""
        person = self.model.people[name]
        return person.role, person.status, frozenset(self.model.opens(name))

    def decide(self, who: str, action: Callable[..., One], *arguments: Any) -> Callable[[], One]:
        """What a member does in one gate."""

        def run() -> One:
            with self.gate(who) as gate:
                return action(gate, *arguments)

        return run

    def end_sessions(self, *names: str) -> None:
        """Somebody's session ended by a decision."""
        for name in names:
            self.small.end(name)

    # Who acts and upon whom is drawn among those for whom it is permitted; the bold try the others.

    def pick(self, number: int, found: Iterable[One]) -> One | None:
        """One of them, by number."""
        there = list(found)
        return there[number % len(there)] if there else None

    def choose(self, number: int, found: Iterable[tuple[One, Reasons]], *, bold: bool) -> tuple[One, Reasons] | None:
        """One that is permitted; for the bold one that is not, each kind of reason as often as the others."""
        kinds: dict[tuple[str, ...], list[tuple[One, Reasons]]] = {}
        for one in found:
            if bold == bool(one[1]):
                kinds.setdefault(tuple(sorted(one[1])), []).append(one)
        kind = self.pick(number, sorted(kinds))
        return None if kind is None else self.pick(number // len(kinds), kinds[kind])

    def pair(
        self, number: int, against: Callable[[str, str], Reasons], *, bold: bool
    ) -> tuple[str, str, Reasons] | None:
        """Somebody who acts, upon whom, and the reasons against it."""
        names, actors = sorted(self.model.people), self.active()
        every = [((who, name), against(who, name)) for who in actors for name in names]
        chosen = self.choose(number, every, bold=bold)
        if chosen is None:
            return None
        (who, name), reasons = chosen
        self.moved = {name}
        return who, name, reasons

    def active(self) -> list[str]:
        """Who may sign in and act."""
        return sorted(name for name, one in self.model.people.items() if one.status == "active")


def founded(small: Small) -> Agency:
    """What is known of the agency as it was founded."""
    people = {}
    for number, member in enumerate(small.plan.members, 1):
        cert = Cert(-number, member.role, by_root=True)
        people[member.sign_in_name] = Person(small.ids[member.sign_in_name], member.role, cert=cert)
    seated = frozenset(name for name, one in people.items() if one.role == REGISTRAR)
    model = Agency(people, [seated])
    makes = {"first": sorted(CASES), "auditor": ["audit"], "counsel": ["inbox"]}
    for name, keys in makes.items():
        cert = people[name].cert
        assert cert is not None
        people[name].held = {(key, 1): cert.number for key in keys}
    for name in ("auditor", "first"):
        model.accept(name)
    model.owners = dict.fromkeys(small.written, "first")
    return model
