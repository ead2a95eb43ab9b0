"""Another role, a suspension, a departure: access ends at the next request, and what was rightly signed stays good."""

import pytest
from sqlalchemy import select, update

from protect.access.errors import Conflict, Denied, NotFound, NotYourself
from protect.access.grants import grant_row, state_row
from protect.access.models import Certificate, ConfirmationRow, KeyGrant, Member
from protect.access.office import Office
from protect.access.trust import Authorised
from protect.auth.actions import SignInRefused
from protect.directory import actions_members
from protect.vault.errors import CiphertextRejected
from protect.vault.register import Confirmation
from protect.vault.tree import CompartmentKey, new_key
from tests.access import people
from tests.world import World

REFUSED = (SignInRefused, CiphertextRejected)


def _looks_live(world: World, name: str) -> None:
    """A database writer puts the tables back as they were; what registrars signed stays."""
    with world.runtime.unit_of_work() as db:
        wanted = people.member_id(world, name)
        db.execute(update(Member).where(Member.id == wanted).values(status="active"))
        db.execute(update(Certificate).where(Certificate.member_id == wanted).values(revoked_at=None))
        db.execute(update(KeyGrant).where(KeyGrant.recipient_id == wanted).values(revoked_at=None))


def test_a_departure_acts_on_the_next_request(world: World) -> None:
    assert people.decide(world, "officer_same_unit", "leave")
    with world.officer_same_unit.gate() as gate:
        assert gate.actor is None
    with pytest.raises(REFUSED):
        world.officer_same_unit.sign_in()


def test_a_revocation_outlives_the_tables(world: World) -> None:
    people.decide(world, "officer_same_unit", "leave")
    _looks_live(world, "officer_same_unit")
    with pytest.raises(CiphertextRejected):
        world.officer_same_unit.sign_in()


def test_a_suspension_outlives_the_tables(world: World) -> None:
    people.decide(world, "officer_same_unit", "suspend")
    with world.officer_same_unit.gate() as gate:
        assert gate.actor is None
    with pytest.raises(REFUSED):
        world.officer_same_unit.sign_in()
    _looks_live(world, "officer_same_unit")
    with pytest.raises(CiphertextRejected):
        world.officer_same_unit.sign_in()


def test_a_suspension_ends_when_enough_registrars_say_so(world: World) -> None:
    people.second_registrar(world)
    people.decide(world, "officer_same_unit", "suspend")
    assert not people.decide(world, "officer_same_unit", "resume", by="second")
    with pytest.raises(REFUSED):
        world.officer_same_unit.sign_in()
    assert people.decide(world, "officer_same_unit", "resume")
    assert people.opens(world.officer_same_unit, "identity")


def test_what_a_leaver_signed_stays_good(world: World) -> None:
    """The first officer made every key and gave it to all: they still open, and newcomers still receive."""
    people.decide(world, "officer", "leave")
    assert people.opens(world.officer_same_unit, "identity")
    people.join(world, "nouvelle", "officer", "Kinshasa")
    assert people.supply(world, "nouvelle", by="officer_same_unit") == 1
    assert people.opens(world.nouvelle, "narrative")


def test_what_a_leaver_signs_later_is_refused(world: World) -> None:
    """Who left keeps a signing key; a database writer enters a grant and a key state made with it."""
    with world.officer.gate() as gate:
        keyring = gate.keyring
        old = keyring.key("identity")
        other = gate.keyring.trust.certificate(people.member_id(world, "officer_same_unit"))
    people.decide(world, "officer", "leave")
    planted = CompartmentKey(new_key(), old.agency, "identity", 1)
    with world.runtime.unit_of_work() as db:
        wanted = people.member_id(world, "officer_same_unit")
        row = db.scalars(
            select(KeyGrant).where(KeyGrant.recipient_id == wanted, KeyGrant.compartment == "identity")
        ).one()
        row.statement = grant_row(keyring.identity, Authorised(other, ()), planted).statement
    with pytest.raises(CiphertextRejected):
        world.officer_same_unit.sign_in()


def test_a_key_state_of_a_leaver_is_not_replaced(world: World) -> None:
    with world.officer.gate() as gate:
        identity, agency = gate.keyring.identity, gate.member.agency_id
    people.decide(world, "officer", "leave")
    forged = state_row(identity, CompartmentKey(new_key(), str(agency), "coded", 2))
    with world.runtime.unit_of_work() as db:
        db.add(forged)
    with pytest.raises(CiphertextRejected), world.supervisor.gate() as gate:
        gate.seals.drop(agency, "coded", b"x", b"y")


def test_a_member_whose_role_does_not_read_signs_no_key(world: World) -> None:
    """A registrar with a hand in the database cannot make everybody seal to a key of his own."""
    with world.registrar.gate() as gate:
        identity, agency = gate.keyring.identity, gate.member.agency_id
    with world.runtime.unit_of_work() as db:
        db.add(state_row(identity, CompartmentKey(new_key(), str(agency), "coded", 2)))
    with pytest.raises(CiphertextRejected), world.officer.gate() as gate:
        gate.seals.drop(agency, "coded", b"x", b"y")


def test_another_role_takes_keys_and_sessions(world: World) -> None:
    assert people.decide(world, "officer_same_unit", "change", role="auditor", unit_id=None)
    with world.officer_same_unit.gate() as gate:
        assert gate.actor is None
    assert not people.opens(world.officer_same_unit, "identity")
    with world.officer_same_unit.gate() as gate:
        assert gate.member.role == "auditor"
    assert people.supply(world, "officer_same_unit", by="auditor") == 1
    assert people.opens(world.officer_same_unit, "audit")


def test_an_old_role_is_not_put_back(world: World) -> None:
    people.decide(world, "officer_same_unit", "change", role="reader", unit_id=None)
    with world.runtime.unit_of_work() as db:
        wanted = people.member_id(world, "officer_same_unit")
        unit = people.unit_id(world, "Kinshasa")
        db.execute(update(Member).where(Member.id == wanted).values(role="officer", unit_id=unit))
        db.execute(update(KeyGrant).where(KeyGrant.recipient_id == wanted).values(revoked_at=None))
    with pytest.raises(CiphertextRejected):
        world.officer_same_unit.sign_in()


def test_a_change_waits_for_the_second_registrar(world: World) -> None:
    people.second_registrar(world)
    assert not people.decide(world, "officer_same_unit", "change", role="auditor", unit_id=None)
    assert people.opens(world.officer_same_unit, "identity"), "nothing changes on the word of one"
    assert people.certify(world, "officer_same_unit", by="second")
    assert not people.opens(world.officer_same_unit, "identity")


def test_a_change_that_waits_can_be_withdrawn(world: World) -> None:
    people.second_registrar(world)
    people.decide(world, "officer_same_unit", "change", role="registrar", unit_id=None)
    with world.second.gate() as gate:
        actions_members.withdraw(gate, people.member_id(world, "officer_same_unit"))
    with pytest.raises(Conflict):
        people.certify(world, "officer_same_unit", by="second")
    assert people.opens(world.officer_same_unit, "identity")


@pytest.mark.parametrize("decision", ["suspend", "resume", "leave"])
@pytest.mark.parametrize("name", ["officer", "supervisor", "foreign_registrar"])
def test_others_decide_nothing(world: World, name: str, decision: str) -> None:
    with pytest.raises((Denied, NotFound)):
        people.decide(world, "officer_same_unit", decision, by=name)
    assert people.opens(world.officer_same_unit, "identity")


def test_nobody_decides_about_themself(world: World) -> None:
    for decision in ("suspend", "leave"):
        with pytest.raises(NotYourself):
            people.decide(world, "registrar", decision)


# Registrars among themselves.


def test_of_three_two_remove_the_third(world: World) -> None:
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    code = people.invite(world, "nouvelle", "officer", "Kinshasa", by="third")
    assert not people.decide(world, "third", "leave")
    assert people.decide(world, "third", "leave", by="second")
    with pytest.raises(REFUSED):
        world.third.sign_in()
    people.enrol(world, "nouvelle", code)  # taken over by the registrar who completed the departure
    people.certify(world, "nouvelle")
    assert people.certify(world, "nouvelle", by="second")


def test_what_a_registrar_confirmed_stays_confirmed(world: World) -> None:
    people.second_registrar(world)
    people.join(world, "nouvelle", "officer", "Kinshasa", by=("second", "registrar"))
    people.supply(world, "nouvelle")
    assert people.decide(world, "second", "leave")
    assert people.opens(world.nouvelle, "identity")


def test_what_waits_for_a_key_is_confirmed_again_after_a_registrar_left(world: World) -> None:
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    people.join(world, "nouvelle", "officer", "Kinshasa", by=("second", "third"))
    people.decide(world, "second", "leave")
    people.decide(world, "second", "leave", by="third")
    assert people.supply(world, "nouvelle") == 0
    assert people.certify(world, "nouvelle")
    assert people.supply(world, "nouvelle") == 1


def test_a_registrar_who_left_confirms_nothing(world: World) -> None:
    people.second_registrar(world)
    people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    with world.second.gate() as gate:
        office = Office.of(gate)
        held = gate.keyring
        subject = office.proposals.pending(people.member_id(world, "nouvelle")).certificate.digest()
        certificate = held.trust.certificate(office.me).digest()
    people.decide(world, "second", "leave")
    _looks_live(world, "second")
    with world.runtime.unit_of_work() as db:
        own = people.member_id(world, "second")
        word = Confirmation(str(held.agency_id), subject, 1, str(own), certificate, 1)
        db.add(
            ConfirmationRow(
                agency_id=held.agency_id, registrar_id=own, subject=subject, roll=1,
                statement=word.signed(held.identity.signing).to_bytes(),
            )
        )  # fmt: skip
        db.execute(
            update(Certificate)
            .where(Certificate.member_id == people.member_id(world, "nouvelle"))
            .values(in_force_at=world.runtime.clock())
        )
        db.execute(update(Member).where(Member.sign_in_name == "nouvelle").values(status="active"))
    assert people.supply(world, "nouvelle") == 0
    with pytest.raises(CiphertextRejected):
        world.nouvelle.sign_in()


def test_the_word_of_a_suspended_registrar_does_not_count(world: World) -> None:
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    people.certify(world, "nouvelle", by="third")
    people.decide(world, "third", "suspend")
    assert not people.certify(world, "nouvelle"), "one word of two is left"
    assert people.certify(world, "nouvelle", by="second")


def test_two_seats_do_not_change_at_once(world: World) -> None:
    people.second_registrar(world)
    people.decide(world, "officer_same_unit", "change", role="registrar", unit_id=None)
    with pytest.raises(Conflict):
        people.decide(world, "supervisor", "change", role="registrar", unit_id=None)


def test_a_registrar_of_an_old_roll_is_none(world: World) -> None:
    people.second_registrar(world)
    people.decide(world, "second", "change", role="reader", unit_id=None)
    world.second.sign_in()
    with pytest.raises(Denied), world.second.gate() as gate:
        actions_members.list_members(gate)


def test_words_for_what_was_withdrawn_do_not_count_again(world: World) -> None:
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    for role in ("auditor", "registrar"):
        people.decide(world, "officer_same_unit", "change", role=role, unit_id=None)
        with world.second.gate() as gate:
            actions_members.withdraw(gate, people.member_id(world, "officer_same_unit"))
        assert not people.decide(world, "officer_same_unit", "change", by="second", role=role, unit_id=None)
        with world.third.gate() as gate:
            actions_members.withdraw(gate, people.member_id(world, "officer_same_unit"))
    assert not people.decide(world, "third", "leave")
    with world.second.gate() as gate:
        actions_members.withdraw(gate, people.member_id(world, "third"))
    assert not people.decide(world, "third", "leave", by="second")


def test_a_seat_that_was_only_proposed_goes_with_the_person(world: World) -> None:
    people.second_registrar(world)
    people.enrol(world, "third", people.invite(world, "third", "registrar"))
    people.certify(world, "third")
    people.decide(world, "third", "leave")
    people.join(world, "fourth", "registrar", by=("registrar", "second"))
    with world.fourth.gate() as gate:
        assert actions_members.list_members(gate).needed == 2
