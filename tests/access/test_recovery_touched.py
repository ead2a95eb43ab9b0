"""What a writer of the database, the root alone or a wrong file can make of a recovery: nothing that opens."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from protect.access import recovery, recovery_copies
from protect.access.errors import NotFound
from protect.access.models import Certificate, ConfirmationRow, KeyGrant
from protect.access.models_recovery import RecoveryAcceptanceRow, RecoveryArrival, RecoveryCopyRow, RecoveryKeyRow
from protect.vault import ceremony
from protect.vault.ceremony import RecoveryAnswer
from protect.vault.certificate import anchor_of, fingerprint
from protect.vault.derivation import new_key
from protect.vault.errors import CiphertextRejected
from protect.vault.identity import new_identity
from protect.vault.recovery import found_key, make_copy
from protect.vault.tree import CompartmentKey
from tests.access import people
from tests.access.ceremony import accept, answered, apply_due, arrive, exported, hold, lose_everybody, recover
from tests.world import LEAD, PLANS, World


@pytest.fixture
def seed(world: World) -> bytes:
    """The secret of the lead agency's custodians; an officer and the auditor accepted the key."""
    return hold(world)


def test_a_planted_copy_hides_nothing(world: World, seed: bytes) -> None:
    """A writer of the database puts copies of a key of their own before the true ones are made."""
    agency_id = world.agencies[LEAD.name]
    secret = hold(world, by=())
    with world.runtime.unit_of_work() as db:
        key = db.scalars(select(RecoveryKeyRow).where(RecoveryKeyRow.number == 2)).one()
        named = found_key(secret, str(agency_id), 2, world.roots[LEAD.name])
        officer = people.member_id(world, "officer")
        stranger = new_identity(str(officer), anchor_of(world.roots[LEAD.name].public), world.directory.public)
        forged = make_copy(stranger, CompartmentKey(new_key(), str(agency_id), "identity", 1), named)
        row = RecoveryCopyRow(recovery_key_id=key.id, compartment="identity", version=1, holder_id=officer)
        row.statement = forged.to_bytes()
        db.add(row)
    accept(world, "officer")
    accept(world, "auditor")
    with world.runtime.unit_of_work() as db:
        assert recovery_copies.coverage(db, agency_id).missing == ()
    assert all(one.commitment != forged.commitment for one in exported(world, "officer").copies)


def test_a_planted_key_is_not_believed_by_its_recipient(world: World, seed: bytes) -> None:
    """The export is exchanged: the custodians bring back a key that the attacker knows, and nobody takes it."""
    agency_id = str(world.agencies[LEAD.name])
    lose_everybody(world)
    nouvelle = people.join(world, "nouvelle", "officer", "Kinshasa")
    request = exported(world, "nouvelle")
    holder = next(one.holder_id for one in request.copies if one.compartment == "identity")
    stranger = new_identity(holder, anchor_of(request.root_public), world.directory.public)
    known = CompartmentKey(new_key(), agency_id, "identity", 1)
    others = tuple(one for one in request.copies if one.compartment != "identity")
    planted = replace(request, copies=(make_copy(stranger, known, request.key), *others))
    arrive(world, answered(seed, planted))
    world.runtime.clock.move(hours=25)
    apply_due(world)
    with pytest.raises(CiphertextRejected):
        nouvelle.sign_in()


def test_a_certificate_that_no_registrar_stands_for_is_not_exported(world: World, seed: bytes) -> None:
    people.enrol(world, "attend", people.invite(world, "attend", "officer", "Kinshasa"))
    with world.runtime.unit_of_work() as db:
        wanted = people.member_id(world, "attend")
        db.execute(update(Certificate).where(Certificate.member_id == wanted).values(in_force_at=world.runtime.clock()))
        db.execute(update(recovery.Member).where(recovery.Member.id == wanted).values(status="active"))
    with pytest.raises(NotFound):
        exported(world, "attend")


def test_the_grant_names_who_authorised_it(world: World, seed: bytes) -> None:
    """Exchanged words in the export: the custodians sign them, and the recipient's own program refuses."""
    lose_everybody(world)
    nouvelle = people.join(world, "nouvelle", "officer", "Kinshasa")
    request = exported(world, "nouvelle")
    with world.runtime.unit_of_work() as db:
        assert db.scalars(select(ConfirmationRow)).all()
    bare = request.recipients[0]._replace(authorisation=exported(world, "auditor").recipients[0].authorisation)
    arrive(world, answered(seed, replace(request, recipients=(bare,))))
    world.runtime.clock.move(hours=25)
    apply_due(world)
    with pytest.raises(CiphertextRejected):
        nouvelle.sign_in()


def test_the_custodians_see_six_words_that_change_with_the_certificate(world: World, seed: bytes) -> None:
    shown = exported(world, "officer").recipients[0].certificate
    for forged in (replace(shown, role="supervisor"), replace(shown, hpke_public=shown.hpke_public[::-1])):
        assert fingerprint(forged) != fingerprint(shown)


def test_a_recovery_key_of_somebody_else_is_not_installed(world: World) -> None:
    agency_id, other = world.agencies[LEAD.name], world.roots[PLANS[1].name]
    root = world.roots[LEAD.name]
    for key in (
        found_key(new_key(), str(agency_id), 1, other),
        found_key(new_key(), str(agency_id), 2, root),
        replace(found_key(new_key(), str(agency_id), 1, root), public=b"\x02" + bytes(32)),
    ):
        with world.runtime.unit_of_work() as db, pytest.raises(CiphertextRejected):
            recovery.install_key(db, world.runtime, key.to_bytes())
    with world.runtime.unit_of_work() as db:
        assert recovery_copies.coverage(db, agency_id) is None


def test_a_planted_recovery_key_gets_no_copy(world: World, seed: bytes) -> None:
    """A writer of the database puts a recovery key of their own in; sessions ask their pinned root first."""
    planted = found_key(new_key(), str(world.agencies[LEAD.name]), 2, world.roots[PLANS[1].name])
    with world.runtime.unit_of_work() as db:
        db.add(RecoveryKeyRow(agency_id=world.agencies[LEAD.name], number=2, statement=planted.to_bytes()))
    with pytest.raises(CiphertextRejected):
        world.officer.sign_in()
    with world.runtime.unit_of_work() as db:
        newest = select(RecoveryKeyRow.id).where(RecoveryKeyRow.number == 2)
        assert db.scalars(select(RecoveryCopyRow).where(RecoveryCopyRow.recovery_key_id.in_(newest))).all() == []


def test_another_agencys_shares_open_nothing(world: World, seed: bytes) -> None:
    request = exported(world, "officer")
    other = hold(world, PLANS[1], by=())
    for wrong in (other, new_key()):
        with pytest.raises(CiphertextRejected):
            ceremony.answer(wrong, request, lambda _role: ())


def test_an_answer_is_believed_whole_or_not_at_all(world: World, seed: bytes) -> None:
    answer = RecoveryAnswer.from_bytes(answered(seed, exported(world, "officer")))
    other = world.roots[PLANS[1].name]
    first, *rest = answer.grants
    for changed in (
        replace(answer, agency=str(world.agencies[PLANS[1].name])),
        replace(answer, grants=(first.signed(other), *rest)),
        replace(answer, grants=(replace(first, recipient_id="x"), *rest)),
        replace(answer, grants=(replace(first, supplier_id="x"), *rest)),
        replace(answer, grants=()),
        replace(answer, agency="no agency", grants=()),
    ):
        with pytest.raises(CiphertextRejected):
            arrive(world, changed.to_bytes())
    with pytest.raises(CiphertextRejected):
        arrive(world, exported(world, "officer").to_bytes())


def test_a_recovered_grant_opens_for_its_recipient_only(world: World, seed: bytes) -> None:
    lose_everybody(world)
    people.join(world, "nouvelle", "officer", "Kinshasa")
    people.join(world, "voleuse", "officer", "Kinshasa")
    recover(world, seed, "nouvelle")
    with world.runtime.unit_of_work() as db:
        theirs = KeyGrant.supplier_id.is_(None)
        db.execute(update(KeyGrant).where(theirs).values(recipient_id=people.member_id(world, "voleuse")))
    with pytest.raises(CiphertextRejected):
        world.voleuse.sign_in()


def test_a_grant_is_not_the_roots_because_nobody_is_named(world: World) -> None:
    """Taking the supplier away from a grant does not make the root its signer."""
    with world.runtime.unit_of_work() as db:
        theirs = KeyGrant.recipient_id == people.member_id(world, "officer_same_unit")
        db.execute(update(KeyGrant).where(theirs).values(supplier_id=None))
    with pytest.raises(CiphertextRejected):
        world.officer_same_unit.sign_in()


def test_the_web_role_cannot_change_what_arrived(world: World, seed: bytes) -> None:
    arrival = arrive(world, answered(seed, exported(world, "officer")))
    with world.runtime.session() as db, pytest.raises(Exception, match="permission denied"):
        db.execute(update(RecoveryArrival).where(RecoveryArrival.id == arrival.id).values(content=b"", due_at=None))


def test_an_acceptance_is_the_holders_own(world: World) -> None:
    """The root and the database together make a recovery key, and acceptances; no session copies a key for it."""
    secret = hold(world, by=("officer",))
    assert secret
    with world.runtime.unit_of_work() as db:
        mine = db.scalars(select(RecoveryAcceptanceRow)).one()
        key = db.scalars(select(RecoveryKeyRow)).one()
        colleague = people.member_id(world, "officer_same_unit")
        db.add(RecoveryAcceptanceRow(recovery_key_id=key.id, member_id=colleague, statement=mine.statement))
        key_state = db.scalars(select(RecoveryCopyRow.id)).all()
    world.officer_same_unit.sign_in()
    with world.officer_same_unit.gate() as gate:
        assert recovery_copies.copy_keys(gate.db, gate.keyring.identity, gate.member.agency_id, gate.keyring.keys) == 0
    hold(world, by=())
    world.officer.sign_in()
    with world.runtime.unit_of_work() as db:
        assert db.scalars(select(RecoveryCopyRow.id)).all() == key_state
