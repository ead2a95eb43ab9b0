"""The verbs of who lost something: another passphrase by a recovery code, a new beginning, keys from the custodians."""

from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from protect.access import recovery, slots
from protect.access.gate import Gate
from protect.access.policy import policy
from protect.auth import actions, actions_lost_phrase, actions_own_factors, actions_reset
from protect.auth.actions_factors import Proof
from protect.auth.actions_lost_phrase import Claim
from protect.directory import actions_members, actions_recovery
from protect.vault import ceremony, shares
from protect.vault.ceremony import RecoveryAnswer, RecoveryRequest
from protect.vault.certificate import fingerprint
from tests.access.ceremony import GROUPS
from tests.access.lifecycle.base import ANY, BOLD
from tests.access.lifecycle.keys import Keys
from tests.access.lifecycle.model import Arrival

COOLING = timedelta(hours=1)  # as short as an operator may set it


class Returns(Keys):
    """People come back, by themselves, by registrars, or by custodians."""

    @rule(number=ANY, bold=BOLD)
    def new_passphrase(self, number: int, bold: bool) -> None:
        """A recovery code and the generator open the same identity; the bold come with a wrong code, or are out."""
        against = self.model.against_renewing_phrase
        names = [one for one in sorted(self.small.chosen) if one in self.small.identities]
        name = self.pick(number, [one for one in names if bold or not against(one)])
        if name is None:
            return
        self.moved = {name}
        codes = self.small.chosen[name].recovery
        reasons = {"RecoveryRefused"} if bold else set()
        code = slots.new_recovery_codes()[0] if bold and not against(name) else codes[0]
        phrase = self.attempt("reset", reasons, partial(self._recovered, name, code))
        if phrase is None:
            return
        before = self.small.chosen[name].passphrase
        self.small.papers(name, passphrase=phrase, recovery=codes[1:])
        self.model.people[name].codes -= 1
        self.end_sessions(name)
        if number % 3 == 0:
            self._sign_in(name, before, {"SignInRefused"})
        self._sign_in(name, phrase, set())
        self._new_codes(name)

    def _recovered(self, name: str, code: str) -> str:
        runtime = self.small.runtime
        claim = Claim(name, code, Proof(self.small.code_of(name)))
        with Gate(runtime, None) as visitor:
            phrase, sealed = actions_lost_phrase.begin(visitor, runtime, claim, f"address {self.moves}")
        with Gate(runtime, None) as visitor:
            renewal = actions_lost_phrase.read_draft(visitor, runtime, sealed)
            assert renewal is not None
            actions_lost_phrase.renew(visitor, runtime, renewal)
        return phrase

    def _sign_in(self, name: str, phrase: str, reasons: set[str]) -> None:
        """By the form, with everything that it costs: it also tells that nothing was lost."""
        runtime, person = self.small.runtime, self.model.people[name]
        entered = actions.Entered(name, phrase, Proof(self.small.code_of(name)))

        def signed_in() -> str:
            with Gate(runtime, None) as visitor:
                return actions.sign_in(visitor, runtime, entered, f"sign-in {self.moves}").token

        token = self.attempt("sign in", reasons, signed_in)
        if token is not None:
            person.begins_at = None
            self.model.copy(name)
            self.small.keep(name, token, self.mark(name), person.ends)
            with self.gate(name) as gate:
                assert {(key.name, key.version) for key in gate.keyring.keys} == self.model.opens(name)

    def _new_codes(self, name: str) -> None:
        """Before the last code is used there are new ones."""
        runtime = self.small.runtime
        if len(self.small.chosen[name].recovery) > 1:
            return
        with self.gate(name) as gate:
            codes, sealed = actions_own_factors.new_codes(gate, runtime)
            actions_own_factors.renew_codes(gate, runtime, sealed, self.small.chosen[name].passphrase)
        self.small.papers(name, recovery=codes)
        self.model.people[name].codes = len(codes)

    @rule(number=ANY, bold=BOLD)
    def sign_in_after_all(self, number: int, bold: bool) -> None:
        """Who was said to have lost everything has not; the bold are out, and try."""
        people = self.model.people
        out = {"suspended", "left"}
        known = [one for one in sorted(self.small.identities) if one in people]
        names = [one for one in known if (people[one].status in out if bold else people[one].begins_at)]
        name = self.pick(number, [one for one in names if bold or people[one].status == "active"])
        if name is not None:
            self.moved = {name}
            self._sign_in(name, self.small.chosen[name].passphrase, {"SignInRefused"} if bold else set())

    # A new beginning.

    @rule(number=ANY, bold=BOLD)
    def ask_for_a_new_beginning(self, number: int, bold: bool) -> None:
        self._ask(number, bold=bold)

    def _ask(self, number: int, *, bold: bool) -> None:
        found = self.pair(number, self.model.against_asking, bold=bold)
        if found is None:
            return
        who, name, reasons = found
        due = self.attempt("ask", reasons, self.decide(who, actions_reset.ask, self.model.people[name].id))
        if due is not None:
            self.model.people[name].begins_at = due

    @rule(number=ANY, bold=BOLD)
    def call_off(self, number: int, bold: bool) -> None:
        found = self.pair(number, self.model.against_calling_off, bold=bold)
        if found is None:
            self._ask(number, bold=False)
            return
        who, name, reasons = found

        def called_off() -> bool:
            self.decide(who, actions_reset.withdraw, self.model.people[name].id)()
            return True

        if self.attempt("call off", reasons, called_off):
            self.model.people[name].begins_at = None

    @rule(number=ANY, bold=BOLD, patient=st.booleans())
    def begin_anew(self, number: int, bold: bool, patient: bool) -> None:
        if patient and any(one.begins_at for one in self.model.people.values()):
            self._hour()
        found = self.pair(number, self._against_beginning, bold=bold)
        if found is None:
            self._ask(number, bold=False)
            return
        who, name, reasons = found
        done = self.attempt("begin anew", reasons, self.decide(who, actions_reset.complete, self.model.people[name].id))
        if done is not None:
            self.codes[name] = done.code
            self.end_sessions(name)
            self.ended.append((name, self.small.identities.pop(name)))
            self.model.begin_anew(who, name)

    def _against_beginning(self, who: str, name: str) -> set[str]:
        due = self.model.people[name].begins_at
        return self.model.against_beginning(who, name, due=due is not None and due <= self.small.runtime.clock())

    # The custodians.

    @rule(number=ANY, bold=BOLD, patient=st.booleans(), picked=st.permutations(range(5)))
    def recover(self, number: int, bold: bool, patient: bool, picked: list[int]) -> None:
        """Export, shares of both groups on a machine without network, and the signed answer comes in; then it waits."""
        people = self.model.people
        found = [(one, self.model.against_recovering(one)) for one in sorted(people)]
        gains = [one for one in found if not bold and self.model.brought(one[0]) - people[one[0]].held.keys()]
        chosen = self.choose(number, gains, bold=False) or self.choose(number, found, bold=bold)
        if chosen is None:
            return
        name, reasons = chosen
        self.moved = {name}
        request = self.attempt("recover: export", reasons, partial(self._exported, name))
        if request is None:
            return
        seed = self._joined(picked, short=number % 5 == 0)
        answer = ceremony.answer(seed, request, policy().readable)
        brought = {(grant.compartment, grant.version) for grant in answer.grants}
        assert brought == self.model.brought(name)
        self._arrive(name, answer)
        if patient:
            self._hour()

    def _exported(self, name: str) -> RecoveryRequest:
        runtime = self.small.runtime
        with runtime.unit_of_work() as db:
            content = recovery.request(db, runtime, self.small.agency_id, "", [name]).to_bytes()
        request = RecoveryRequest.from_bytes(content)
        registrar = self.pick(0, [one for one in self.active() if self.model.acts(one)])
        if registrar is not None:  # the custodians ask for the six words
            with self.gate(registrar) as gate:
                known = actions_members.show_member(gate, self.model.people[name].id).known
            assert known == fingerprint(request.recipients[0].certificate, "fr")
        return request

    def _joined(self, picked: list[int], *, short: bool) -> bytes:
        """The custodians' secret, of a quorum of both groups; one share less, or one group alone, tell nothing."""
        ours, theirs = self.small.shares
        chosen = [ours[at] for at in picked][: GROUPS[0].needed]
        others = [theirs[at] for at in picked if at < len(theirs)][: GROUPS[1].needed]
        if short:
            for few in ([*chosen[1:], *others], [*chosen, *others[1:]], chosen, others):
                self.attempt("recover: shares", {"CiphertextRejected"}, partial(shares.join, few))
        seed = self.attempt("recover: shares", set(), partial(shares.join, [*chosen, *others]))
        assert seed is not None
        return seed

    def _arrive(self, name: str, answer: RecoveryAnswer) -> None:
        runtime, cert = self.small.runtime, self.model.people[name].cert
        assert cert is not None

        def arrived(content: bytes) -> recovery.Arrival:
            with runtime.unit_of_work() as db:
                return recovery.arrive(db, runtime, content, COOLING)

        content = answer.to_bytes()
        reasons = set() if answer.grants else {"CiphertextRejected"}
        came = self.attempt("recover: arrive", reasons, partial(arrived, content))
        if came is not None:
            keys = frozenset((grant.compartment, grant.version) for grant in answer.grants)
            self.model.arrivals.append(Arrival(came.id, ((name, cert.number),), keys, came.due_at))
            self.attempt("recover: arrive", {"AlreadyArrived"}, partial(arrived, content))

    @rule(number=ANY, bold=BOLD)
    def stop_what_came(self, number: int, bold: bool) -> None:
        """Any registrar objects in time; later there is nothing to stop."""
        against = self.model.against_deciding
        who = self.pick(number, [one for one in self.active() if bold == bool(against(one))])
        waits = self.pick(number, self.model.arrivals)
        if who is None or waits is None:
            return
        self.moved = {who}

        def stopped() -> bool:
            self.decide(who, actions_recovery.stop, waits.id)()
            return True

        if self.attempt("recover: stop", against(who), stopped):
            self.model.arrivals.remove(waits)
            self.attempt("recover: stop", {"NotFound"}, stopped)

    @precondition(lambda self: self.model.arrivals)
    @rule()
    def an_hour_goes_by(self) -> None:
        self._hour()

    def _hour(self) -> None:
        """What waited counts now, and every session was at rest too long."""
        runtime: Any = self.small.runtime
        runtime.clock.move(hours=1)
        self.end_sessions(*list(self.small.sessions))
        due = [one for one in self.model.arrivals if one.due <= runtime.clock()]
        for arrival in due:
            self.moved |= {name for name, _cert in arrival.certs}

        def applied() -> set[Any]:
            with runtime.unit_of_work() as db:
                return {one.id for one in recovery.apply_due(db, runtime)}

        if not due:
            assert applied() == set()
            return
        came = self.attempt("recover", set(), applied)
        assert came == {one.id for one in due}
        Returns.done["recover"] += len(due) - 1
        for arrival in due:
            self.model.apply(arrival)
