"""The half of the state machine of members and keys that registrars turn: invite, certify, change, suspend, end."""

from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from protect.access.errors import (
    AlreadyConfirmed,
    CompartmentLocked,
    Conflict,
    Denied,
    LastHolder,
    NotFound,
    NotYourself,
    RegistrarSeated,
    StandingLost,
)
from protect.access.identities import Identity
from protect.directory import actions_departure, actions_members
from protect.directory.actions_members import NewMember, UnitNeeded
from protect.vault.errors import CiphertextRejected
from tests.access import people
from tests.access.lifecycle import READS, Model, Person
from tests.access.small import Small

MOST = 10
ROLES = st.sampled_from(sorted(READS))
REFUSED = (
    AlreadyConfirmed,
    Conflict,
    Denied,
    LastHolder,
    NotFound,
    NotYourself,
    RegistrarSeated,
    StandingLost,
    UnitNeeded,
    CompartmentLocked,
)


class Decisions(RuleBasedStateMachine):
    """What registrars do; each is tried for real and, where it was not refused, done to the model."""

    open_small: ClassVar[Any]
    taken: ClassVar[int] = 0

    @initialize()
    def found(self) -> None:
        self.leave = self.open_small()
        self.small: Small = self.leave.__enter__()
        ids = self.small.ids
        self.model = Model(
            {
                "auditor": Person(ids["auditor"], "auditor", held={("audit", 1): 1}),
                "chief": Person(ids["chief"], "registrar"),
                "first": Person(ids["first"], "officer", held={("identity", 1): 1}),
                "second": Person(ids["second"], "supervisor"),
                "other_auditor": Person(ids["other_auditor"], "auditor"),
            },
            rolls=[frozenset({"chief"})],
        )
        self.codes: dict[str, str] = {}
        self.ended: list[tuple[str, Identity]] = []  # identities of people who began anew

    def teardown(self) -> None:
        if hasattr(self, "leave"):
            self.leave.__exit__(None, None, None)

    # Who acts and upon whom is drawn by number among those that there are.

    def _one(self, number: int, *statuses: str) -> str | None:
        names = sorted(name for name, one in self.model.people.items() if not statuses or one.status in statuses)
        return names[number % len(names)] if names else None

    def _registrar(self, number: int) -> str | None:
        names = sorted(name for name in self.model.roll if self.model.in_office(name))
        return names[number % len(names)] if names else None

    def _decide(self, who: str | None, action: Any, *arguments: Any) -> Any:
        """What the registrar's action came to; None when it was refused, and nothing has changed."""
        if who is None:
            return None
        try:
            with self.small.gate(who) as gate:
                return action(gate, *arguments)
        except REFUSED:
            return None

    def _unit(self, who: str, role: str) -> Any:
        with self.small.gate(who) as gate:
            found = actions_members.units(gate)
        return found[0][0] if role == "officer" else None

    @precondition(lambda self: len(self.model.people) < MOST)
    @rule(by=st.integers(0, 9), role=ROLES)
    def invite(self, by: int, role: str) -> None:
        who, name = self._registrar(by), f"m{len(self.model.people)}"
        if who is None:
            return
        unit = self._unit(who, role)
        done = self._decide(who, actions_members.invite, NewMember(name, name, role, UUID(unit) if unit else None))
        assert done is not None
        self.codes[name] = done.code
        self.small.ids[name] = done.member_id
        self.model.people[name] = Person(done.member_id, role, "invited", by_root=False, issuer=who)

    @rule(number=st.integers(0, 9))
    def enrol(self, number: int) -> None:
        name = self._one(number, "invited")
        if name is None:
            return
        person = self.model.people[name]
        try:
            self.small.enrol(name, self.codes[name])
        except (NotFound, CiphertextRejected):
            assert not self.model.in_office(person.issuer)
            return
        assert self.model.in_office(person.issuer)
        person.status = "waiting"

    @rule(by=st.integers(0, 9), number=st.integers(0, 9))
    def certify(self, by: int, number: int) -> None:
        who, name = self._registrar(by), self._one(number)
        if name is None or who is None or name == who:
            return
        person = self.model.people[name]
        self.last = who
        done = self._decide(who, people.say_yes, person.id)
        if done is None:
            return
        said = person.waits if person.wanted else person.said
        said.add(self.model.word(who))
        assert done == self.model.enough(said, name)
        if done:
            self._in_force(name)

    def _in_force(self, name: str) -> None:
        """The certificate that waited counts now."""
        person = self.model.people[name]
        if person.status == "waiting":
            person.status = "active"
        elif person.wanted:
            person.role, person.wanted, person.said, person.waits = person.wanted, "", person.waits, set()
            person.epoch, person.by_root = person.epoch + 1, False
            person.held = {held: epoch for held, epoch in person.held.items() if held[0] in READS[person.role]}
            self._hand_invitations(name)
        self.model.seat(name, wanted=person.role == "registrar")
        self.model.unseating.pop(name, None)

    def _hand_invitations(self, name: str) -> None:
        """What a registrar who goes had promised is promised by the one who decided last."""
        for person in self.model.people.values():
            if person.status == "invited" and person.issuer == name:
                person.issuer = self.last

    @rule(by=st.integers(0, 9), number=st.integers(0, 9), role=ROLES)
    def change_role(self, by: int, number: int, role: str) -> None:
        who, name = self._registrar(by), self._one(number, "active")
        if who is None or name is None:
            return
        person, unit = self.model.people[name], self._unit(who, role)
        self.last = who
        done = self._decide(who, actions_departure.change, person.id, role, UUID(unit) if unit else None)
        if done is None:
            return
        assert who != name
        person.wanted, person.waits = role, {self.model.word(who)}
        assert done == self.model.enough(person.waits, name)
        if done:
            self._in_force(name)

    @rule(by=st.integers(0, 9), number=st.integers(0, 9))
    def suspend(self, by: int, number: int) -> None:
        who, name = self._registrar(by), self._one(number, "active")
        if who is None or name is None:
            return

        def suspended(gate: Any, member_id: Any) -> bool:
            actions_departure.suspend(gate, member_id)
            return True

        if self._decide(who, suspended, self.model.people[name].id):
            assert who != name
            self.model.people[name].status = "suspended"
            self.model.people[name].lifting = set()

    @rule(by=st.integers(0, 9), number=st.integers(0, 9))
    def resume(self, by: int, number: int) -> None:
        who, name = self._registrar(by), self._one(number, "suspended")
        if who is None or name is None:
            return
        person = self.model.people[name]
        done = self._decide(who, actions_departure.resume, person.id)
        if done is None:
            return
        person.lifting.add(self.model.word(who))
        assert done == self.model.enough(person.lifting, name)
        if done:
            person.status = "active"

    @rule(by=st.integers(0, 9), number=st.integers(0, 9))
    def go(self, by: int, number: int) -> None:
        who, name = self._registrar(by), self._one(number)
        if who is None or name is None:
            return
        person = self.model.people[name]
        self.last = who
        done = self._decide(who, actions_departure.leave, person.id)
        if done is None:
            return
        assert who != name
        person.wanted = ""
        if name in self.model.roll:
            said = self.model.unseating.setdefault(name, set())
            said.add(self.model.word(who))
            assert done == self.model.enough(said, name)
        if done:
            self.model.seat(name, wanted=False)
            self.model.unseating.pop(name, None)
            person.status, person.held = "left", {}
            self._hand_invitations(name)

    @rule(by=st.integers(0, 9), number=st.integers(0, 9))
    def withdraw(self, by: int, number: int) -> None:
        who, name = self._registrar(by), self._one(number)
        if who is None or name is None:
            return

        def withdrawn(gate: Any, member_id: Any) -> bool:
            actions_members.withdraw(gate, member_id)
            return True

        person = self.model.people[name]
        if self._decide(who, withdrawn, person.id):
            person.wanted, person.waits = "", set()
            self.model.unseating.pop(name, None)
            person.status = "left" if person.status in ("invited", "waiting") else person.status
