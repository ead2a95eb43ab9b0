"""What must hold after every transition; what costs more is asked of samples, in turn."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from protect.access.recovery_copies import fitting_copies, newest_key
from protect.cases import actions
from protect.vault import ceremony, shares
from protect.vault.recovery import RecoveryKey, key_pair
from protect.vault.tree import CompartmentKey
from tests.access.lifecycle import cases
from tests.access.lifecycle.base import ANY, Base
from tests.access.lifecycle.model import CASES, READS, Held
from tests.access.lifecycle.returns import Returns

SAMPLE = 25  # one transition in so many is looked at whole
MOST = 3  # cases


class Watched(Returns):
    """Whoever opens something may, whoever may does, and nothing is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = 0
        self.raw: dict[Held, CompartmentKey] = {}  # every key that anybody ever had in hand

    @rule(number=ANY, compartment=st.sampled_from(sorted(cases.EDITED)), anew=st.booleans())
    def write(self, number: int, compartment: str, anew: bool) -> None:
        """An officer who has all keys opens a case, or changes one."""
        every = {(key, version) for key in CASES for version in self.model.versions[key]}
        officers = [one for one in self.active() if self.model.people[one].role == "officer"]
        who = self.pick(number, [one for one in officers if every <= self.model.opens(one)])
        if who is None:
            return
        self.moved = {who}
        case = self.pick(number, sorted(self.small.written))
        assert case is not None
        if anew and len(self.small.written) < MOST:
            case = self.attempt("write", set(), lambda: cases.write(self.small, self.gate(who)))
            assert case is not None
            self.model.owners[case] = who
        else:
            place = (case, compartment, f"Texte {self.moves}")
            self.attempt("write", set(), lambda: cases.edit(self.small, self.gate(who), *place))

    @invariant()
    def everything_holds(self) -> None:
        if not hasattr(self, "model") or self.looked == self.moves:
            return
        self.looked = self.moves
        whole = self.moves % SAMPLE == 0
        names = sorted(self.small.identities)
        turn = {names[self.moves % len(names)]}
        for name in names if whole else sorted(turn | (self.moved & self.small.identities.keys())):
            self.who_opens_has_a_live_chain(name)
        assert not self.model.lost()
        self.ended_opens_nothing(whole=whole)
        self.sessions_are_as_foretold(whole=whole)
        self.what_was_renewed_refuses()
        if whole:
            self.data_is_as_written()
            self.page_is_as_written()
        Base.held += 1

    def who_opens_has_a_live_chain(self, name: str) -> None:
        """The program gives exactly the keys that the model knows, and they open what was written."""
        keys = self.small.keys(name)
        found = {(key.name, key.version) for key in keys}
        assert found == self.model.opens(name), (name, found ^ self.model.opens(name))
        self.raw |= {(key.name, key.version): key for key in keys}
        readable = CASES & READS[self.model.people[name].role] if keys else frozenset()
        if not readable:
            return
        there = sorted(self.small.written)
        case = there[self.moves % len(there)]
        by_name = {(key.name, key.version): key for key in keys}
        for row in cases.kept(self.small.runtime, case):
            if (row.name, row.key_version) in by_name:
                self.reads(by_name[row.name, row.key_version], row)

    def reads(self, key: CompartmentKey, row: Any) -> None:
        """A key opens a row, which says exactly what was written."""
        data = cases.data_key(key, row)
        self.data_keys.note((row.case_id, row.name), row.commitment, data)
        assert cases.read(data, row) == self.small.written[row.case_id][row.name], (row.name, row.key_version)

    def ended_opens_nothing(self, *, whole: bool) -> None:
        """An identity that ended, and whatever the tables say of who is out, opens no more than was decided."""
        ended = self.ended if whole else self.ended[self.moves % (len(self.ended) + 1) :][:1]
        for name, identity in ended:
            assert not self.small.keys(name, identity, forged=True), name
        out = [name for name in sorted(self.small.identities) if self.model.people[name].status != "active"]
        turn = out if whole else out[self.moves % (len(out) + 1) :][:1]
        for name in sorted({*turn, *(self.moved & self.small.identities.keys())}):
            found = {(key.name, key.version) for key in self.small.keys(name, forged=True)}
            assert found <= self.model.entitled(name), (name, found - self.model.entitled(name))

    def sessions_are_as_foretold(self, *, whole: bool) -> None:
        """A session goes on until something ended it, and never after; put back it opens nothing."""
        for name in sorted(self.small.sessions):
            if whole or name in self.moved:
                assert self.small.is_fresh(name) <= self.small.is_live(self.small.sessions[name]), name
        over = self.small.over if whole else self.small.over[-2:]
        for kept in over:
            assert not self.small.is_live(kept), kept.name
        since = [one for one in over if one.ends < self.model.people[one.name].ends]
        for kept in since[-5:] if whole else since[-1:]:
            assert not self.small.put_back(kept), kept.name
        if whole:  # or nothing is learnt from those that open nothing
            for name, kept in sorted(self.small.sessions.items()):
                if self.small.is_fresh(name) and kept.mark == self.mark(name):
                    assert self.small.put_back(kept) == self.model.opens(name), name

    def data_is_as_written(self) -> None:
        """Every row opens by a key that is taken and by none that is not, and by no data key of before a renewal."""
        for row in cases.kept(self.small.runtime, *self.small.written):
            assert row.key_version in self.model.versions[row.name]
            for (name, version), key in self.raw.items():
                if name == row.name and version == row.key_version:
                    self.reads(key, row)
                elif name == row.name:
                    assert cases.refuses(key, row), (name, version)
            self.refuses_spent(row)

    def what_was_renewed_refuses(self) -> None:
        """Straight after a renewal, whatever is looked at otherwise."""
        for row in cases.kept(self.small.runtime, *self.small.written) if self.data_keys.renewed else ():
            if row.name in self.data_keys.renewed:
                self.refuses_spent(row)
        self.data_keys.renewed.clear()

    def refuses_spent(self, row: Any) -> None:
        """No data key of before the last renewal opens the row."""
        for key in self.data_keys.spent_of((row.case_id, row.name)):
            assert cases.refuses_data(key, row), row.name

    def page_is_as_written(self) -> None:
        """Somebody who holds every key reads a case by its page."""
        every = {(key, version) for key in CASES for version in self.model.versions[key]}
        readers = [one for one in self.active() if every <= self.model.opens(one)]
        who, case = self.pick(self.moves, readers), self.pick(self.moves, sorted(self.small.written))
        if who is None or case is None:
            return
        with self.gate(who) as gate:
            shown = actions.show_case(gate, case)
        assert {one.name for one in shown.compartments if one.values} >= self.small.written[case].keys() - {"coded"}
        assert self.small.written[case]["identity"]["surname"] in shown.name

    def teardown(self) -> None:
        try:
            if hasattr(self, "model"):
                self.custodians_could_bring_everything_back()
        finally:
            super().teardown()

    def custodians_could_bring_everything_back(self) -> None:
        """At the end: what custodians have copies of, they open, with shares of both groups and nothing else."""
        ours, theirs = self.small.shares
        seed = shares.join([*ours[2:], *theirs[:2]])
        with self.small.runtime.session() as db:
            row, copies = newest_key(db, self.small.agency_id), fitting_copies(db, self.small.agency_id)
        assert row is not None
        known = RecoveryKey.from_bytes(row.statement)
        found = {
            (key.name, key.version): key for key in ceremony.open_copies(key_pair(seed, known.agency), known, copies)
        }
        assert found.keys() == self.model.copied
        for row in cases.kept(self.small.runtime, *self.small.written):
            if (row.name, row.key_version) in found:
                self.reads(found[row.name, row.key_version], row)
