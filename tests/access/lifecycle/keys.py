"""The verbs of holders: give a key, renew it piece by piece, compare the custodians' words."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from protect.access import grants
from protect.access.rotation import Progress
from protect.auth import actions_keys
from protect.directory import actions_rotation
from tests.access import ceremony
from tests.access.lifecycle.base import ANY, BOLD
from tests.access.lifecycle.decisions import Decisions
from tests.access.lifecycle.model import KEYS, READS
from tests.access.lifecycle.rules import Reasons

PIECES = 40  # more than any renewal here takes


class Keys(Decisions):
    """What holders do; nobody else can."""

    @rule(number=ANY, bold=BOLD, only_looks=st.booleans())
    def supply(self, number: int, bold: bool, only_looks: bool) -> None:
        """Whoever only looks has the page open, and may send it later."""
        found = self.pair(number, self.model.against_supplying, bold=bold)
        if found is None:
            self._certify_one(number, bold=False)
            return
        shown = self._shown(*found)
        if bold or not only_looks:
            self._supply(*found, shown)

    def _shown(self, who: str, name: str, reasons: Reasons) -> str:
        """What the first page of a holder says a colleague waits for."""
        if "Denied" in reasons:
            return ""
        with self.gate(who) as gate:
            waiting = {one.member_id: one for one in actions_keys.waiting_members(gate)}
        one = waiting.get(self.model.people[name].id)
        assert set(one.compartments if one else ()) == {key for key, _version in self.model.lacking(who, name)}
        if one is None:
            return ""
        assert one.verified
        self.read.append(("keys", who, name, self._gives(who, name), one.shown))
        return one.shown

    def _gives(self, who: str, name: str) -> object:
        """Which certificate would get which keys now."""
        cert = self.model.people[name].cert
        return cert and cert.number, frozenset(key for key, _version in self.model.lacking(who, name))

    def _supply(self, who: str, name: str, reasons: Reasons, shown: str) -> None:
        def given() -> bool:
            self.decide(who, actions_keys.supply_keys, self.model.people[name].id, shown)()
            return True

        if self.attempt("grant", reasons, given):
            self.model.supply(who, name)

    @rule(number=ANY)
    def supply_as_read_before(self, number: int) -> None:
        """An open page is sent later: a set that changed is refused."""
        pages = [one for one in self.read if one[0] == "keys" and one[1] in self.active()]
        others = [one for one in pages if one[3] != self._gives(one[1], one[2]) and self.model.lacking(one[1], one[2])]
        page = self.pick(number, others or pages)
        if page is None:
            return
        _kind, who, name, gives, shown = page
        self.moved = {name}
        reasons = self.model.against_supplying(who, name)
        if gives != self._gives(who, name) and not reasons:
            reasons = {"Conflict"}
        self._supply(who, name, reasons, shown)

    @rule(number=ANY, key=st.sampled_from(KEYS))
    def supply_to_who_should_not(self, number: int, key: str) -> None:
        """A request made up by hand, for somebody whom nobody entitled to this key: the holder's program refuses."""
        people, newest = self.model.people, self.model.newest(key)
        enrolled = [one for one in sorted(people) if one in self.small.identities]
        wrong = [one for one in enrolled if not self.model.may_be_supplied(one) or key not in READS[people[one].role]]
        holders = [one for one in self.active() if newest in self.model.opens(one)]
        chosen = self.pick(number, [(who, name) for who in holders for name in wrong])
        if chosen is None:
            return
        who, name = chosen
        self.moved = {name}
        asked = grants.Waiting(people[name].id, name, people[name].role, key)

        def given() -> int:
            with self.gate(who) as gate:
                return grants.supply(gate.db, gate.keyring, [asked])

        self.attempt("grant", {"CiphertextRejected"}, given)

    @rule(number=ANY, bold=BOLD)
    def accept_custody(self, number: int, bold: bool) -> None:
        """A holder compares the words of the custodians' key; afterwards copies are made of what the holder opens."""
        people = self.model.people
        willing = [one for one in self.active() if self.model.opens(one) and bold == people[one].accepted]
        who = self.pick(number, willing)
        if who is None:
            return
        self.moved = {who}

        def accepted() -> bool:
            with self.gate(who) as gate:
                if actions_keys.new_custody(gate) is None:
                    actions_keys.accept_custody(gate, "")
                ceremony.accepted(gate)
            return True

        if self.attempt("accept", {"Conflict"} if bold else set(), accepted):
            self.model.accept(who)

    @rule(number=ANY, key=st.sampled_from(KEYS), bold=BOLD)
    def renew_key(self, number: int, key: str, bold: bool) -> None:
        """Begin, or do one piece of what was begun."""
        self._renew_one(number, key, bold=bold)

    def _renew_one(self, number: int, key: str, *, bold: bool) -> None:
        against = self.model.against_renewing_key
        chosen = self.choose(number, [(who, against(who, key)) for who in self.active()], bold=bold)
        if chosen is not None and not (bold and self._is_last_step(key)):
            self._renew(chosen[0], key, chosen[1])

    @rule(number=ANY, pieces=st.integers(1, 12))
    def go_on(self, number: int, pieces: int) -> None:
        """Some pieces of a renewal that is under way, by one holder after the other."""
        key = self.pick(number, sorted(self.model.turning))
        if key is None:
            self._renew_one(number, KEYS[number % len(KEYS)], bold=False)
        for piece in range(pieces if key else 0):
            if key in self.model.turning:
                self._renew_one(number + piece, key, bold=False)

    def _is_last_step(self, key: str) -> bool:
        """Whether nothing is left but to say so, which opens nothing."""
        came = self.progress.get(key)
        return key in self.model.turning and came is not None and came.replaced and came.stage == came.stages

    def _renew(self, who: str, key: str, reasons: Reasons) -> None:
        self.moved = {who}
        begins = key not in self.model.turning
        verb = "rotate" if begins else "rotate: a piece"
        came = self.attempt(verb, reasons, self.decide(who, actions_rotation.renew, key))
        if came is None:
            return
        if begins:
            self.model.begin_renewal(who, key)
            self.pieces[key] = 0
            self.data_keys.begin(key)
        elif came.replaced and not self.model.turning[key]:
            self.model.retire(key)
        self._note(key, came)

    def _note(self, key: str, came: Progress) -> None:
        self.progress[key] = came
        self.pieces[key] += 1
        assert came.left == 0, "something was left behind"
        assert self.pieces[key] < PIECES, "the renewal comes to no end"
        if came.finished and key in self.model.turning:
            self.model.finish(key)
            self.data_keys.finish(key)
            Decisions.done["rotate: to the end"] += 1
