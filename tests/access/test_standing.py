"""On whose word a registrar's own office stands, and that it does not depend on who is looked at first."""

import pytest
from sqlalchemy import select

from protect.access.authority import Authority
from protect.access.errors import StandingLost
from protect.access.gate import Gate
from protect.access.models import UpheldRow
from protect.directory import actions_members
from protect.vault.register import Upheld
from tests.access import people
from tests.world import World


def test_nobody_silences_the_one_on_whose_word_they_stand(world: World) -> None:
    """A registrar who was suspended stands on the word of the one who ended that, and cannot uphold it alone."""
    people.second_registrar(world)
    people.decide(world, "second", "suspend")
    assert people.decide(world, "second", "resume")
    world.second.sign_in()
    for decision in ("suspend", "leave"):
        with pytest.raises(StandingLost):
            people.decide(world, "registrar", decision, by="second")
        world.second.sign_in()  # it was undone, and both are in office
    people.join(world, "third", "registrar", by=("registrar", "second"))
    people.decide(world, "registrar", "suspend", by="third")
    world.second.sign_in()
    with world.second.gate() as gate:
        assert actions_members.list_members(gate)


def test_whose_turn_it_is_to_be_asked_does_not_change_who_is_in_office(world: World) -> None:
    """Two stand on words that a third upheld, and upheld the words of others: whoever is looked at first, all count."""
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    people.join(world, "fourth", "registrar", by=("registrar", "second"))
    for name, by in (("third", "second"), ("second", "third")):
        people.decide(world, name, "suspend", by=by)
        people.decide(world, name, "resume", by="registrar")
        people.decide(world, name, "resume", by="fourth")
        world.people[name].sign_in()
    people.decide(world, "registrar", "suspend", by="fourth")
    names = ("second", "third", "fourth")
    ids = {name: str(people.member_id(world, name)) for name in names}
    for first in names:
        with world.fourth.gate() as gate:
            authority = gate.keyring.trust.authority(gate.member.agency_id)
            standing = {name: authority.in_office(ids[name]) for name in (first, *names)}
            upheld = db_upheld(gate, authority)
        assert set(standing.values()) == {True}, (first, standing)
        assert upheld, first


def db_upheld(gate: Gate, authority: Authority) -> bool:
    """Whether everything counts that registrars in office upheld."""
    rows = gate.db.scalars(select(UpheldRow.statement)).all()
    return all(authority.upheld(bytes.fromhex(one)) for row in rows for one in Upheld.from_bytes(row).statements)


def test_one_word_of_two_decides_nothing_once_there_is_only_one_to_ask(world: World) -> None:
    """The tables alone end no suspension, though the only registrar who is left had spoken, as one of two."""
    people.second_registrar(world)
    whom = people.member_id(world, "officer_same_unit")
    people.decide(world, "officer_same_unit", "suspend")
    assert not people.decide(world, "officer_same_unit", "resume", by="second")
    people.decide(world, "registrar", "leave", by="second")
    with people.fresh(world, "second") as gate:
        assert gate.keyring.trust.authority(gate.member.agency_id).suspension(whom)
        assert actions_members.show_member(gate, whom).resuming == ()
    assert people.decide(world, "officer_same_unit", "resume", by="second")
    assert people.opens(world.officer_same_unit, "identity")


def test_what_waits_for_a_second_word_is_agreed_to_again_when_there_is_no_second(world: World) -> None:
    people.second_registrar(world)
    newcomer = people.enrol(world, "third", people.invite(world, "third", "officer", "Kinshasa"))
    assert not people.certify(world, "third", by="second")
    people.decide(world, "registrar", "leave", by="second")
    with people.fresh(world, "second") as gate:
        pending = actions_members.show_member(gate, people.member_id(world, "third")).pending
    assert pending is not None
    assert (pending.said, pending.mine_given) == ((), False)
    assert people.certify(world, "third", by="second")
    people.supply(world, "third")
    assert people.opens(newcomer, "identity")


def test_what_two_decided_stays_when_one_of_them_is_left(world: World) -> None:
    people.second_registrar(world)
    newcomer = people.join(world, "third", "officer", "Kinshasa", by=("registrar", "second"))
    people.decide(world, "registrar", "leave", by="second")
    people.supply(world, "third")
    assert people.opens(newcomer, "identity")


def test_a_key_whose_maker_changes_role_is_believed_where_a_registrar_of_before_is_gone(world: World) -> None:
    """What upholds the state of the key is signed in the very gate whose entry is sealed to it."""
    people.second_registrar(world)
    people.join(world, "auditrice", "auditor", by=("registrar", "second"))
    assert people.supply(world, "auditrice", by="auditor")
    people.decide(world, "registrar", "leave", by="second")
    world.second.sign_in()
    assert people.decide(world, "auditor", "change", by="second", role="reader", unit_id=None)
