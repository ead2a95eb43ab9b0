"""A row of the tables of trust is a claim, never a proof: who is whom, and what ended, stands on signatures alone."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from protect.access.errors import Conflict
from protect.access.grants import may_be_supplied
from protect.access.models import (
    Certificate,
    Invitation,
    Member,
    RevocationRow,
    RollRow,
)
from protect.access.office import Office
from protect.directory import actions_members
from protect.vault.certificate import Certificate as Signed
from protect.vault.certificate import Invitation as SignedInvitation
from protect.vault.certificate import Revocation, enrol_key, fingerprint
from protect.vault.errors import CiphertextRejected
from protect.vault.register import Roll, new_mark
from protect.vault.signing import SigningKey
from tests.access import people
from tests.access.planting import (
    altered,
    authority,
    certificate_of,
    copied_invitation,
    foreign_keys,
    given_at_the_next_renewal,
    invited_by_root,
    looks_live,
    plant,
)
from tests.auth import test_reset
from tests.world import LEAD, World

NAME = "officer_same_unit"


def _other_keys(world: World) -> None:
    """A change of role that keeps the role and changes the keys."""
    _pair, keys = foreign_keys()
    registrar = people.member_id(world, "registrar")
    plant(world, NAME, altered(world, NAME, epoch=2, **keys), issued_by=registrar)


def test_other_keys_are_never_a_change_of_role(world: World) -> None:
    _other_keys(world)
    with people.fresh(world, "registrar") as gate:
        waits = actions_members.show_member(gate, people.member_id(world, NAME)).pending
    assert waits
    assert len(waits.words.split()) == 6, "new keys are compared with the person"
    with pytest.raises(CiphertextRejected):
        people.certify(world, NAME)
    assert people.member_id(world, NAME) in given_at_the_next_renewal(world), "to the true keys"
    assert people.opens(world.officer_same_unit, "identity")


def test_the_page_says_in_which_role_somebody_is_certified(world: World) -> None:
    """Who enrolled can put another role into the own certificate, whose six words are then the person's all the same."""
    newcomer = people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "reader"))
    asked = altered(world, "nouvelle", role="supervisor", epoch=2)
    plant(world, "nouvelle", asked)
    with newcomer.gate() as gate:
        assert fingerprint(asked, gate.locale)
    page = world.registrar.client.get(f"/membres/{certificate_of(world, 'nouvelle').member_id}")
    assert "Nouveau rôle : Superviseur." in " ".join(page.html.split())


# A used code of the root's invitations.


def test_a_code_of_the_root_signs_once(world: World) -> None:
    """Who found a used code certifies other keys with it: nobody gets a key, and the person notices."""
    code = invited_by_root(world, "founder", "officer", "Kinshasa")
    people.supply(world, "founder")
    assert people.opens(world.founder, "identity")
    _pair, keys = foreign_keys()
    again = altered(world, "founder", epoch=2, **keys).signed(enrol_key(code))
    plant(world, "founder", again, in_force_at=world.runtime.clock())
    assert people.member_id(world, "founder") not in given_at_the_next_renewal(world)
    with pytest.raises(CiphertextRejected):
        world.founder.sign_in()


def test_a_used_code_speaks_for_no_registrar(world: World) -> None:
    code = invited_by_root(world, "other", "registrar")
    key = SigningKey.generate()
    forged = altered(world, "other", epoch=0, sign_public=key.public).signed(enrol_key(code))
    with world.runtime.unit_of_work() as db:
        one = next(iter(authority(world, db).rolls.enrolled(people.member_id(world, "other"))))
        assert authority(world, db).rolls.by_root(one)
    plant(world, "other", forged)
    with world.runtime.unit_of_work() as db:
        found = authority(world, db).rolls
        assert not any(found.by_root(one) for one in found.enrolled(people.member_id(world, "other")))


def test_a_role_that_was_taken_does_not_come_back_with_the_own_code(world: World) -> None:
    code = invited_by_root(world, "founder", "officer", "Kinshasa")
    people.supply(world, "founder")
    first = certificate_of(world, "founder")
    people.decide(world, "founder", "change", role="reader", unit_id=None)
    again = replace(Signed.from_bytes(first.statement), epoch=3).signed(enrol_key(code))
    plant(world, "founder", again, in_force_at=world.runtime.clock())
    looks_live(world, "founder", role="officer", unit_id=people.unit_id(world, "Kinshasa"))
    with pytest.raises(CiphertextRejected):
        world.founder.sign_in()


def test_a_change_of_role_outlives_its_own_row(world: World) -> None:
    """What replaced a certificate is signed where nothing is deleted: without the new row the old one is none."""
    people.decide(world, NAME, "change", role="reader", unit_id=None)
    with world.runtime.unit_of_work() as db:
        mine = Certificate.member_id == people.member_id(world, NAME)
        db.execute(delete(Certificate).where(mine, Certificate.epoch == 2))
        db.execute(update(Certificate).where(mine).values(revoked_at=None))
    looks_live(world, NAME, role="officer", unit_id=people.unit_id(world, "Kinshasa"))
    with pytest.raises(CiphertextRejected):
        world.officer_same_unit.sign_in()


def test_a_key_is_renewed_for_who_had_it_on_this_certificate(world: World) -> None:
    """Who stands on the root alone gets the next version of no key that was given to another certificate."""
    code = invited_by_root(world, "founder", "officer", "Kinshasa")
    people.supply(world, "founder")
    _pair, keys = foreign_keys()
    row, other = certificate_of(world, "founder"), altered(world, "founder", **keys).signed(enrol_key(code))
    with world.runtime.unit_of_work() as db:
        db.execute(update(Certificate).where(Certificate.id == row.id).values(statement=other.to_bytes()))
    assert people.member_id(world, "founder") not in given_at_the_next_renewal(world)
    with people.fresh(world, "officer") as gate:
        assert may_be_supplied(gate.keyring.trust, gate.db, row.member_id) is None


# Ends.


@pytest.mark.parametrize("by", ["root", "registrar"])
@pytest.mark.parametrize("how", ["update", "insert"])
def test_a_revocation_is_not_stepped_around(world: World, by: str, how: str) -> None:
    """It stands, and the certificate points to another invitation; or newer rows do that nobody signed."""
    name = NAME if by == "root" else "nouvelle"
    if by == "registrar":
        people.join(world, name, "officer", "Kinshasa")
        people.supply(world, name)
        assert people.opens(world.people[name], "identity")
    people.decide(world, name, "leave")
    true = certificate_of(world, name)
    copy = copied_invitation(world, name, "officer")
    with world.runtime.unit_of_work() as db:
        if how == "update":
            pointed = {"invitation_id": copy, "revoked_at": None}
            db.execute(update(Certificate).where(Certificate.id == true.id).values(**pointed))
    if how == "insert":
        other = people.member_id(world, "officer")
        plant(world, name, altered(world, name, epoch=99), invitation_id=copy, issued_by=other)
        signed = Signed.from_bytes(true.statement)
        with world.runtime.unit_of_work() as db:
            now = world.runtime.clock()
            again = {"statement": signed.to_bytes(), "invitation_id": copy, "in_force_at": now, "epoch": 2}
            db.add(Certificate(member_id=true.member_id, **again))
    looks_live(world, name)
    with pytest.raises(CiphertextRejected):
        world.people[name].sign_in()


def test_a_planted_end_does_not_stand_in_for_the_true_one(world: World) -> None:
    row = certificate_of(world, NAME)
    with world.runtime.unit_of_work() as db:
        like = db.get_one(Invitation, row.invitation_id)
        nothing = Revocation(str(row.member_id), str(like.agency_id), bytes(32), 1).to_bytes()
        planted = {"agency_id": like.agency_id, "member_id": row.member_id, "invitation_id": like.id}
        db.add(RevocationRow(statement=nothing, **planted))
    people.decide(world, NAME, "leave")
    with world.runtime.unit_of_work() as db:
        db.execute(update(Certificate).where(Certificate.id == row.id).values(revoked_at=None))
        ends = authority(world, db).rolls.ends.of(row.member_id)
        named = {each.invitation for each in ends if isinstance(each, Revocation)}
        assert SignedInvitation.from_bytes(db.get_one(Invitation, row.invitation_id).statement).digest() in named
    looks_live(world, NAME)
    with pytest.raises(CiphertextRejected):
        world.officer_same_unit.sign_in()


def test_who_began_anew_and_left_stays_away(world: World) -> None:
    """A second end is later than the words that came after the first."""
    test_reset.begin_anew(world)
    people.certify(world, NAME)
    world.officer.sign_in()
    people.supply(world, NAME)
    assert people.opens(world.people[NAME], "identity")
    row = certificate_of(world, NAME)
    people.decide(world, NAME, "leave")
    with world.runtime.unit_of_work() as db:
        db.execute(update(Certificate).where(Certificate.id == row.id).values(revoked_at=None))
    looks_live(world, NAME)
    with pytest.raises(CiphertextRejected):
        world.people[NAME].sign_in()


@pytest.mark.parametrize("decision", [("leave", {}), ("change", {"role": "reader", "unit_id": None})])
def test_who_was_unseated_is_not_in_office_again(world: World, decision: tuple[str, dict[str, object]]) -> None:
    """The last roll is hidden, and the newest certificate is one that nobody signed."""
    people.second_registrar(world)
    people.decide(world, "registrar", decision[0], by="second", **decision[1])
    gone = people.member_id(world, "registrar")
    with world.runtime.unit_of_work() as db:
        assert not authority(world, db).in_office(str(gone))
        db.execute(update(RollRow).where(RollRow.version > 1).values(in_force_at=None))
        live = db.scalars(select(Certificate).where(Certificate.member_id == people.member_id(world, "officer"))).one()
    plant(world, "registrar", altered(world, "registrar", epoch=99, role="registrar"), invitation_id=live.invitation_id)
    with world.runtime.unit_of_work() as db:
        found = authority(world, db)
        assert str(gone) in found.roll.registrars
        assert not found.in_office(str(gone))


def test_a_word_that_was_taken_back_stays_taken_back(world: World) -> None:
    people.second_registrar(world)
    people.decide(world, NAME, "change", role="supervisor", unit_id=None, by="second")
    row = certificate_of(world, NAME)
    with people.fresh(world, "second") as gate:
        actions_members.withdraw(gate, row.member_id)
    with world.runtime.unit_of_work() as db:
        db.execute(update(Certificate).where(Certificate.id == row.id).values(revoked_at=None))
    with pytest.raises(Conflict):
        people.certify(world, NAME)
    with people.fresh(world, "registrar") as gate:  # who is corrupt signs all the same
        office = Office.of(gate)
        office.say(Signed.from_bytes(row.statement).digest(), row.member_id)
    with world.runtime.unit_of_work() as db:
        assert not authority(world, db).settled(Signed.from_bytes(row.statement).digest(), str(row.member_id))


def test_a_seat_that_was_taken_back_stays_taken_back(world: World) -> None:
    people.second_registrar(world)
    people.join(world, "third", "registrar", by=("registrar", "second"))
    people.decide(world, "third", "leave", by="second")
    third = people.member_id(world, "third")
    with world.runtime.unit_of_work() as db:
        proposed = db.scalars(select(RollRow).where(RollRow.in_force_at.is_(None))).one()
        kept = {key: getattr(proposed, key) for key in ("agency_id", "version", "statement")}
    with people.fresh(world, "second") as gate:
        actions_members.withdraw(gate, third)
    with world.runtime.unit_of_work() as db:
        db.add(RollRow(**kept))
    with people.fresh(world, "registrar") as gate:
        office = Office.of(gate)
        assert office.proposals.roll(third) is None
        office.say(Roll.from_bytes(kept["statement"]).digest(), third)
    with world.runtime.unit_of_work() as db:
        db.execute(update(RollRow).values(in_force_at=world.runtime.clock()))
        with pytest.raises(CiphertextRejected):
            authority(world, db).roll  # noqa: B018  # reading it verifies it


def test_a_seat_is_not_agreed_to_beside_a_change(world: World) -> None:
    people.second_registrar(world)
    people.decide(world, NAME, "change", role="auditor", unit_id=None)
    member = people.member_id(world, NAME)
    with world.runtime.unit_of_work() as db:
        last = authority(world, db).roll
        seated = tuple(sorted({*last.registrars, str(member)}))
        planted = Roll(last.agency_id, last.version + 1, last.digest(), seated, new_mark())
        agency = world.agencies[LEAD.name]
        db.add(RollRow(agency_id=agency, version=planted.version, statement=planted.to_bytes()))
    assert people.certify(world, NAME, by="second")
    with world.runtime.unit_of_work() as db:
        assert authority(world, db).saying(planted.digest(), str(member)) == frozenset()
        assert str(member) not in authority(world, db).roll.registrars


@pytest.mark.parametrize("statement", ["planted", "none"])
def test_who_takes_over_invitations_signs_true_ones_alone(world: World, statement: str) -> None:
    people.second_registrar(world)
    key, row_id = SigningKey.generate(), uuid4()
    with world.runtime.unit_of_work() as db:
        member = db.get_one(Member, people.member_id(world, "auditor"))
        who = (str(member.id), str(member.agency_id), "registrar", "", ("registrar",))
        planted = SignedInvitation(*who, key.public, 2**40).to_bytes() if statement == "planted" else b"none"
        db.add(
            Invitation(
                id=row_id, member_id=member.id, agency_id=member.agency_id, enrol_public=key.public, pins=b"",
                expires_at=world.runtime.clock() + timedelta(days=9), statement=planted,
                issued_by=people.member_id(world, "second"),
            )
        )  # fmt: skip
    assert people.decide(world, "second", "leave")
    with world.runtime.unit_of_work() as db:
        assert db.get_one(Invitation, row_id).statement == planted
