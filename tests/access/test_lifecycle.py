"""A state machine of members and keys: somebody opens a compartment if and only if a live chain of grants says so.

The normal run takes 150 steps. For the long one: `PROTECT_LIFECYCLE_STEPS=10000 python -m pytest tests/access/test_lifecycle.py`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from protect.access import grants, rotation
from protect.app import connect_slices
from protect.config import make_secrets
from protect.store.embedded import EmbeddedServer
from protect.vault.errors import CiphertextRejected
from tests.access.lifecycle import KEYS, READS, REPLACED
from tests.access.returns import Returns
from tests.access.small import Small
from tests.conftest import opened
from tests.database import cloned

STEPS = int(os.environ.get("PROTECT_LIFECYCLE_STEPS", "150"))
OF_ONE = 50 if STEPS > 1000 else 25


class Lifecycle(Returns):
    """The other half: holders supply and renew keys. After each step, who opens what is compared with the model."""

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
    def an_identity_that_ended_opens_nothing(self) -> None:
        if hasattr(self, "model"):
            for name, identity in self.ended:
                assert self.small.opens(name, identity, forged=True) == set(), name

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
                hasty = runtime.settings.model_copy(update={"cooling_off_hours": 1})
                yield original.over(replace(runtime, settings=hasty))

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
