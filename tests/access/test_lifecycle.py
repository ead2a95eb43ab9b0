"""A state machine of members and keys: somebody opens a compartment if and only if a live chain of grants says so.

The normal run takes 150 steps. For the long one: `PROTECT_LIFECYCLE_STEPS=10000 python -m pytest tests/access/test_lifecycle.py`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from protect.access import grants, rotation
from protect.access.errors import (
    AlreadyConfirmed,
    CompartmentLocked,
    Conflict,
    Denied,
    LastHolder,
    NotFound,
    NotYourself,
)
from protect.app import connect_slices
from protect.config import make_secrets
from protect.directory import actions_departure, actions_members
from protect.directory.actions_members import NewMember, UnitNeeded
from protect.store.embedded import EmbeddedServer
from protect.vault.errors import CiphertextRejected
from tests.access.lifecycle import KEYS, READS, REPLACED, Model, Person
from tests.access.small import Small
from tests.conftest import opened
from tests.database import cloned

STEPS = int(os.environ.get("PROTECT_LIFECYCLE_STEPS", "150"))
OF_ONE = 50 if STEPS > 1000 else 25
MOST = 10
ROLES = st.sampled_from(sorted(READS))
REFUSED = (AlreadyConfirmed, Conflict, Denied, LastHolder, NotFound, NotYourself, UnitNeeded, CompartmentLocked)


class Lifecycle(RuleBasedStateMachine):
    """Rules are what people do; each is tried for real and, where it was not refused, done to the model."""

    open_small: ClassVar[Any]
    taken: ClassVar[int] = 0

    @initialize()
    def found(self) -> None:
        self.leave = Lifecycle.open_small()
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
            roll={"chief"},
        )
        self.codes: dict[str, str] = {}

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
        done = self._decide(who, actions_members.certify, person.id)
        if done is None:
            return
        said = person.waits if person.wanted else person.said
        said.add(who)
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
        if person.role == "registrar":
            self.model.roll.add(name)
        else:
            self.model.roll.discard(name)
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
        person.wanted, person.waits = role, {who}
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
        person.lifting.add(who)
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
            said.add(who)
            assert done == self.model.enough(said, name)
        if done:
            self.model.roll.discard(name)
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

    # Keys.

    @rule(by=st.integers(0, 9), number=st.integers(0, 9))
    def supply(self, by: int, number: int) -> None:
        who, name = self._one(by, "active"), self._one(number)
        if who is None or name is None or not self.model.opens(who):
            return
        before = self.model.opens(who)
        with self.small.gate(who) as gate:
            waiting = [
                one for one in grants.waiting(gate.db, gate.keyring) if one.member_id == self.model.people[name].id
            ]
            grants.supply(gate.db, gate.keyring, waiting)
        person = self.model.people[name]
        fitting = {held for held in before if held[0] in READS[person.role]} - person.held.keys()
        wanted = fitting if self.model.may_be_supplied(name) else set()
        assert {one.compartment for one in waiting} & set(KEYS) == {held[0] for held in wanted}
        person.held |= dict.fromkeys(wanted, person.epoch)

    @rule(number=st.integers(0, 9))
    def supply_to_who_should_not(self, number: int) -> None:
        """A request made up by hand: the holder's program refuses."""
        name, holder = self._one(number), self._holder("identity")
        if name is None or holder is None or self.model.may_be_supplied(name) or name not in self.small.identities:
            return
        person = self.model.people[name]
        asked = grants.Waiting(person.id, name, person.role, "identity")
        with pytest.raises(CiphertextRejected), self.small.gate(holder) as gate:
            grants.supply(gate.db, gate.keyring, [asked])

    def _holder(self, key: str) -> str | None:
        newest = self.model.newest(key)
        names = sorted(name for name in self.model.people if newest in self.model.opens(name))
        return names[0] if names else None

    @precondition(lambda self: not self.model.turning)
    @rule(key=st.sampled_from(KEYS))
    def rotate(self, key: str) -> None:
        who = self._holder(key)
        if who is None or (key in REPLACED and len(self.model.versions[key]) > 1):
            return
        before = self.model.newest(key)
        with self.small.gate(who) as gate:
            rotation.begin(gate, key)
        after = (key, before[1] + 1)
        for name, person in self.model.people.items():
            if before in person.held and self.model.may_be_supplied(name) and key in READS[person.role]:
                person.held[after] = person.epoch
        self.model.versions[key].append(after[1])
        self.model.turning = key if key in REPLACED else ""

    @precondition(lambda self: self.model.turning)
    @rule()
    def go_on(self) -> None:
        key = self.model.turning
        who = self._holder(key)
        if who is None or (key, self.model.newest(key)[1] - 1) not in self.model.opens(who):
            return
        with self.small.gate(who) as gate:
            progress = rotation.go_on(gate, key)
        if progress.replaced and len(self.model.versions[key]) > 1:
            newest = self.model.newest(key)
            self.model.versions[key] = [newest[1]]
            for person in self.model.people.values():
                person.held = {held: epoch for held, epoch in person.held.items() if held[0] != key or held == newest}
        if progress.finished:
            self.model.turning = ""

    @invariant()
    def whoever_opens_has_a_live_chain(self) -> None:
        if not hasattr(self, "model"):
            return
        Lifecycle.taken += 1
        for name in self.small.identities:
            found = {held for held in self.small.opens(name) if held[0] in KEYS}
            assert found == self.model.opens(name), (name, self.model.people[name])

    @invariant()
    def the_tables_alone_open_nothing(self) -> None:
        if not hasattr(self, "model"):
            return
        names = sorted(self.small.identities)
        for name in {self._one(Lifecycle.taken, "active"), *(self.model.people.keys() - self._active())}:
            if name in names:  # of those who may act, another one each time
                found = {held for held in self.small.opens(str(name), forged=True) if held[0] in KEYS}
                assert found <= self.model.entitled(str(name)), name

    def _active(self) -> set[str]:
        return {name for name, one in self.model.people.items() if one.status == "active"}


@pytest.fixture(scope="module")
def founded(server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Opens a copy of the small agency; it is founded once."""
    connect_slices()
    folder: Path = tmp_path_factory.mktemp("small")
    make_secrets(folder / "secrets")
    with cloned(server, template) as database:
        with opened(database, folder) as runtime:
            original = Small.founded(runtime)

        @contextmanager
        def copy() -> Iterator[Small]:
            with cloned(server, database.name) as own, opened(own, folder) as runtime:
                small = Small(runtime)
                small.identities, small.ids = dict(original.identities), dict(original.ids)
                yield small

        yield copy


def test_whoever_opens_has_a_live_chain_of_grants(founded: Any) -> None:
    Lifecycle.open_small, Lifecycle.taken = staticmethod(founded), 0
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    plan = settings(
        max_examples=max(1, STEPS // OF_ONE), stateful_step_count=OF_ONE, deadline=None, suppress_health_check=checks,
        database=None,
    )  # fmt: skip
    while Lifecycle.taken < STEPS:
        run_state_machine_as_test(Lifecycle, settings=plan)
