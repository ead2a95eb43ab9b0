"""The part of the state machine in which people come back: begun anew after a loss, or given keys by the custodians."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from protect.access import recovery
from protect.access.errors import NotReady
from protect.access.policy import policy
from protect.auth import actions_reset
from protect.vault import ceremony
from protect.vault.ceremony import RecoveryRequest
from tests.access.decisions import Decisions
from tests.access.lifecycle import KEYS, READS, Held

COOLING = timedelta(hours=1)


class Returns(Decisions):
    """Each waits an hour, as short as an operator may set it."""

    @rule(by=st.integers(0, 9), number=st.integers(0, 9))
    def begin_anew(self, by: int, number: int) -> None:
        who, name = self._registrar(by), self._one(number)
        if who is None or name is None:
            return
        person = self.model.people[name]
        if self._decide(who, actions_reset.ask, person.id) is None:
            return
        assert person.status == "active"
        assert name not in self.model.roll | {who}
        assert self._decide(who, actions_reset.complete, person.id) is None, "the hour is not over"
        self.small.runtime.clock.move(hours=1)
        done = self._decide(who, actions_reset.complete, person.id)
        assert done is not None
        self.codes[name] = done.code
        self.ended.append((name, self.small.identities.pop(name)))
        person.status, person.issuer, person.by_root = "invited", who, False
        person.said, person.waits, person.wanted, person.held = set(), set(), "", {}
        person.epoch += 1

    @rule(number=st.integers(0, 9))
    def recover(self, number: int) -> None:
        """Custodians bring back what they have copies of: never more than the rules give, and nobody loses anything."""
        name = self._one(number, "active")
        if name is None or not READS[self.model.people[name].role]:
            return
        person, before, runtime = self.model.people[name], self.model.opens(name), self.small.runtime
        try:
            with runtime.unit_of_work() as db:
                asked = recovery.request(db, runtime, self.small.agency_id, "", [name]).to_bytes()
        except NotReady:
            assert not self.model.certified_anew(name)
            return
        assert self.model.certified_anew(name)
        answer = ceremony.answer(self.small.seed, RecoveryRequest.from_bytes(asked), policy().readable)
        if not answer.grants:
            return
        with runtime.unit_of_work() as db:
            recovery.arrive(db, runtime, answer.to_bytes(), COOLING)
        assert self._keys(name) == before
        runtime.clock.move(hours=1)
        with runtime.unit_of_work() as db:
            assert recovery.apply_due(db, runtime)
        found = self._keys(name)
        assert before <= found <= self.model.entitled(name)
        person.held |= dict.fromkeys(found, person.epoch)

    def _keys(self, name: str) -> set[Held]:
        return {held for held in self.small.opens(name) if held[0] in KEYS}
