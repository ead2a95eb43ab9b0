"""The verbs of registrars: invite, certify, change a role, take back, suspend, end; and of the root, where nobody is left."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from protect.auth import actions_keys
from protect.auth.actions_onboarding import seat_registrar
from protect.directory import actions_departure, actions_handover, actions_members
from protect.directory.actions_members import NewMember
from tests.access.lifecycle.base import ANY, BOLD, Base
from tests.access.lifecycle.model import READS, Person
from tests.access.lifecycle.rules import Reasons

MOST = 11  # members at one time
ROLES = st.sampled_from(sorted(READS))


class Decisions(Base):
    """What registrars do; each is foretold, tried for real, and done to the model where it passed."""

    def unit(self, role: str) -> Any:
        """Officers work in the one office that there is."""
        return self.small.unit_id if role == "officer" else None

    def _there(self) -> int:
        return sum(one.status != "left" for one in self.model.people.values())

    @precondition(lambda self: self._there() < MOST)
    @rule(number=ANY, role=ROLES, bold=BOLD)
    def invite(self, number: int, role: str, bold: bool) -> None:
        self._invite(number, role, bold=bold)

    def _invite(self, number: int, role: str, *, bold: bool) -> None:
        against = self.model.against_deciding
        who = self.pick(number, [one for one in self.active() if bold == bool(against(one))])
        if who is None:
            return
        name = f"m{len(self.model.people)}"
        new = NewMember(name, name, role, self.unit(role))
        self.moved = {who}
        done = self.attempt("invite", against(who), self.decide(who, actions_members.invite, new))
        if done is not None:
            self.codes[name], self.small.ids[name] = done.code, done.member_id
            self.model.people[name] = Person(done.member_id, role, "invited")
            self.model.invite(who, name)

    def _invited(self, number: int) -> None:
        """There was nothing to do for a registrar, so somebody is invited."""
        if self._there() < MOST:
            self._invite(number, sorted(READS)[number % len(READS)], bold=False)

    @rule(number=ANY, bold=BOLD)
    def another_code(self, number: int, bold: bool) -> None:
        found = self.pair(number, self.model.against_new_code, bold=bold)
        if found is None:
            self._invited(number)
            return
        who, name, reasons = found
        run = self.decide(who, actions_members.new_code, self.model.people[name].id)
        done = self.attempt("another code", reasons, run)
        if done is not None:
            self.old_codes.append((name, self.codes[name]))
            self.codes[name] = done.code
            self.model.invite(who, name)

    @rule(number=ANY, bold=BOLD)
    def enrol(self, number: int, bold: bool) -> None:
        """With the code of today; the bold come with one that was used, replaced, or given by who is out of office."""
        self._enrol(number, bold=bold)

    def _enrol(self, number: int, *, bold: bool) -> None:
        against = self.model.against_enrolling
        found = [(name, code, against(name)) for name, code in sorted(self.codes.items())]
        found += [(name, code, {"NotFound", "CiphertextRejected"}) for name, code in self.old_codes]
        chosen = self.pick(number, [one for one in found if bold == bool(one[2])])
        if chosen is None:
            self._invited(number)
            return
        name, code, reasons = chosen
        self.moved = {name}

        def enrolled() -> bool:
            self.small.enrol(name, code)
            return True

        if self.attempt("enrol", reasons, enrolled):
            self.model.enrol(name)

    @rule(number=ANY, bold=BOLD)
    def certify(self, number: int, bold: bool) -> None:
        self._certify_one(number, bold=bold)

    def _certify_one(self, number: int, *, bold: bool) -> None:
        found = self.pair(number, self.model.against_certifying, bold=bold)
        if found is None:
            self._enrol(number, bold=False)
        else:
            self._certify(*found, self._subject(*found))

    def _subject(self, who: str, name: str, reasons: Reasons) -> str:
        """What the page of the member says waits, after its six words were compared with those of the person."""
        if "Denied" in reasons:
            return ""
        with self.gate(who) as gate:
            pending = actions_members.show_member(gate, self.model.people[name].id).pending
        found = self.model.pending(name)
        if pending is None or found is None:
            return pending.subject if pending else ""
        waits = self.model.people[name].status == "waiting"
        if waits:
            with self.gate(name) as gate:
                assert pending.words == actions_keys.words_to_compare(gate) != ""
        assert bool(pending.words) == (waits or self.model.people[name].proposed is None)
        assert pending.role == found[0].role
        self.read.append(("certificate", who, name, self._waits(name), pending.subject))
        return pending.subject

    def _waits(self, name: str) -> object:
        """What waits now, as the model numbers it."""
        found = self.model.pending(name)
        return (found[0].number, found[1].number if found[1] else 0) if found else None

    def _certify(self, who: str, name: str, reasons: Reasons, subject: str) -> None:
        run = self.decide(who, actions_members.certify, self.model.people[name].id, subject)
        done = self.attempt("certify", reasons, run)
        if done is not None:
            assert done == self.model.certify(who, name)
            if done:
                self.end_sessions(name)

    @rule(number=ANY)
    def certify_as_read_before(self, number: int) -> None:
        """An open page is sent later: it counts only for what it showed."""
        pages = [one for one in self.read if one[0] == "certificate" and one[1] in self.active()]
        page = self.pick(number, pages)
        if page is None:
            return
        _kind, who, name, shown, subject = page
        self.moved = {name}
        reasons = self.model.against_certifying(who, name)
        if shown != self._waits(name) and reasons != {"Denied"}:
            reasons = reasons | {"Conflict"}
        self._certify(who, name, reasons, subject)

    @rule(number=ANY, role=ROLES, bold=BOLD)
    def change_role(self, number: int, role: str, bold: bool) -> None:
        found = self.pair(number, lambda who, name: self.model.against_changing(who, name, role), bold=bold)
        if found is None:
            return
        who, name, reasons = found
        run = self.decide(who, actions_departure.change, self.model.people[name].id, role, self.unit(role))
        done = self.attempt("change role", reasons, run)
        if done is not None:
            assert done == self.model.change(who, name, role)
            if done:
                self.end_sessions(name)

    @rule(number=ANY, bold=BOLD)
    def suspend(self, number: int, bold: bool) -> None:
        self._suspend(number, bold=bold)

    def _suspend(self, number: int, *, bold: bool) -> None:
        found = self.pair(number, self.model.against_suspending, bold=bold)
        if found is None:
            return
        who, name, reasons = found

        def suspended() -> bool:
            self.decide(who, actions_departure.suspend, self.model.people[name].id)()
            return True

        if self.attempt("suspend", reasons, suspended):
            self.model.suspend(who, name)
            self.end_sessions(name)

    @rule(number=ANY, bold=BOLD)
    def resume(self, number: int, bold: bool) -> None:
        found = self.pair(number, self.model.against_resuming, bold=bold)
        if found is None:
            self._suspend(number, bold=False)
            return
        who, name, reasons = found
        done = self.attempt("return", reasons, self.decide(who, actions_departure.resume, self.model.people[name].id))
        if done is not None:
            assert done == self.model.resume(who, name)

    @rule(number=ANY, heir=ANY, bold=BOLD)
    def leave(self, number: int, heir: int, bold: bool) -> None:
        found = self.pair(number, self.model.against_leaving, bold=bold)
        if found is None:
            return
        who, name, reasons = found
        if not reasons:
            self._hand_over(who, name, heir, bold=False)
        done = self.attempt("leave", reasons, self.decide(who, actions_departure.leave, self.model.people[name].id))
        if done is not None:
            assert done == self.model.leave(who, name)
            if done:
                self.end_sessions(name)

    @rule(number=ANY, heir=ANY, bold=BOLD)
    def hand_over(self, number: int, heir: int, bold: bool) -> None:
        registrar = self.pick(number, [one for one in self.active() if self.model.acts(one)])
        owner = self.pick(heir, sorted(set(self.model.people if bold else self.model.owners.values())))
        if registrar is not None and owner is not None:
            self.moved = {owner}
            self._hand_over(registrar, owner, number, bold=bold)

    def _hand_over(self, who: str, name: str, number: int, *, bold: bool) -> None:
        people, against = self.model.people, self.model.against_heir
        heirs = [one for one in sorted(people) if bold == bool(against(who, name, one))]
        heir = self.pick(number, heirs)
        if heir is None:
            return
        place = (people[name].id, self.small.unit_id, people[heir].id)
        reasons = against(who, name, heir)
        if self.attempt("hand over", reasons, self.decide(who, actions_handover.give, *place)):
            self.model.give_cases(name, heir)

    @rule(number=ANY, bold=BOLD)
    def take_back(self, number: int, bold: bool) -> None:
        """An invitation, a certificate or a seat that was only proposed."""
        found = self.pair(number, self.model.against_withdrawing, bold=bold)
        if found is None:
            self._invited(number)
            return
        who, name, reasons = found

        def withdrawn() -> bool:
            self.decide(who, actions_members.withdraw, self.model.people[name].id)()
            return True

        if self.attempt("revoke", reasons, withdrawn):
            self.model.withdraw(who, name)
            if self.model.people[name].status == "left":
                self.end_sessions(name)

    @precondition(lambda self: not any(map(self.model.acts, self.model.people)))
    @rule()
    def seat_by_root(self) -> None:
        """Where no registrar is left, the root of the agency names one."""
        name = f"m{len(self.model.people)}"
        root = (self.small.root, self.small.agency_id)
        code = self.attempt("seat", set(), lambda: seat_registrar(self.small.runtime, *root, name, name))
        assert code is not None
        self.codes[name] = code
        self.model.people[name] = Person(self.small.named(name), "registrar", "invited")
        self.model.seat_by_root(name)
        self.moved = set()
