"""The last holder of a key is lost: two groups of custodians bring the key back, and only to whom it belongs."""

import pytest
from sqlalchemy import select

from protect.access import recovery, recovery_copies
from protect.access.errors import Conflict, Denied, NotFound, NotReady
from protect.access.models import KeyGrant
from protect.access.models_recovery import RecoveryCopyRow
from protect.auth import actions_keys
from protect.cases import actions
from protect.directory.actions_rotation import work
from protect.vault.ceremony import RecoveryAnswer
from tests.access import people
from tests.access.ceremony import accept, answered, apply_due, arrive, exported, hold, lose_everybody, recover
from tests.cases.stories import opened
from tests.world import LEAD, PLANS, World


@pytest.fixture
def seed(world: World) -> bytes:
    """The secret of the lead agency's custodians; an officer and the auditor accepted the key."""
    return hold(world)


def test_the_whole_drill(world: World, seed: bytes) -> None:
    case_id = opened(world.officer)
    lose_everybody(world)
    nouvelle = people.join(world, "nouvelle", "officer", "Kinshasa")
    assert not people.opens(nouvelle, "identity")
    arrival = arrive(world, answered(seed, exported(world, "nouvelle")))
    assert arrival.recipients == ("Nouvelle",)
    assert apply_due(world) == []
    assert not people.opens(nouvelle, "identity")
    world.runtime.clock.move(hours=25)
    assert apply_due(world) == [arrival.id]
    assert apply_due(world) == []
    assert people.opens(nouvelle, "identity")
    with nouvelle.gate() as gate:
        assert gate.holds("contact")
        assert not gate.keyring.is_granted("audit")
        assert actions.show_case(gate, case_id)


def test_the_new_holder_gives_the_keys_on_and_renews_them(world: World, seed: bytes) -> None:
    lose_everybody(world)
    nouvelle = people.join(world, "nouvelle", "officer", "Kinshasa")
    recover(world, seed, "nouvelle")
    nouvelle.sign_in()
    world.registrar.sign_in()
    people.join(world, "autre", "officer", "Kinshasa")
    assert people.supply(world, "autre", by="nouvelle") == 1
    assert people.opens(world.autre, "health") == people.opens(nouvelle, "health")
    accept(world, "nouvelle")
    with people.fresh(world, "nouvelle") as gate:
        work(gate.again, "identity")
    with world.runtime.unit_of_work() as db:
        found = recovery_copies.coverage(db, world.agencies[LEAD.name])
    assert ("identity", 2) not in found.missing
    # The copy of the new version opens for the custodians too.
    request = exported(world, "nouvelle")
    granted = RecoveryAnswer.from_bytes(answered(seed, request)).grants
    assert ("identity", 2) in {(one.compartment, one.version) for one in granted}


def test_an_objection_stops_it(world: World, seed: bytes) -> None:
    lose_everybody(world)
    nouvelle = people.join(world, "nouvelle", "officer", "Kinshasa")
    arrival = arrive(world, answered(seed, exported(world, "nouvelle")))
    with world.registrar.gate() as gate:
        me = gate.member
        with pytest.raises(NotFound):
            recovery.stop_arrival(gate.db, world.agencies[PLANS[1].name], arrival.id, me.member_id, gate.now())
        assert [each.id for each in recovery.waiting_arrivals(gate.db, me.agency_id)] == [arrival.id]
        recovery.stop_arrival(gate.db, me.agency_id, arrival.id, me.member_id, gate.now())
    world.runtime.clock.move(hours=25)
    assert apply_due(world) == []
    assert not people.opens(nouvelle, "identity")


def test_the_same_answer_arrives_once(world: World, seed: bytes) -> None:
    content = answered(seed, exported(world, "officer"))
    arrive(world, content)
    with pytest.raises(recovery.AlreadyArrived):
        arrive(world, content)


def test_who_left_meanwhile_gets_nothing(world: World, seed: bytes) -> None:
    people.join(world, "nouvelle", "officer", "Kinshasa")
    arrive(world, answered(seed, exported(world, "nouvelle")))
    people.decide(world, "nouvelle", "leave")
    world.runtime.clock.move(hours=25)
    assert apply_due(world)
    with world.runtime.unit_of_work() as db:
        assert not db.scalars(select(KeyGrant).where(KeyGrant.supplier_id.is_(None))).all()


def test_what_is_covered_is_told(world: World, seed: bytes) -> None:
    agency_id = world.agencies[LEAD.name]
    with world.runtime.unit_of_work() as db:
        assert recovery_copies.coverage(db, agency_id).missing == ()
        assert recovery_copies.coverage(db, world.agencies[PLANS[1].name]) is None
    hold(world, by=())
    with world.runtime.unit_of_work() as db:
        assert ("identity", 1) in recovery_copies.coverage(db, agency_id).missing
    world.officer_same_unit.sign_in()  # who has not accepted copies nothing
    with world.runtime.unit_of_work() as db:
        assert ("identity", 1) in recovery_copies.coverage(db, agency_id).missing
    assert accept(world, "officer_same_unit") == 6
    with world.runtime.unit_of_work() as db:
        assert recovery_copies.coverage(db, agency_id).missing == (("audit", 1),)


def test_a_copy_is_made_once(world: World, seed: bytes) -> None:
    with world.runtime.unit_of_work() as db:
        before = len(db.scalars(select(RecoveryCopyRow.id)).all())
    world.officer.sign_in()
    world.officer_same_unit.sign_in()
    with world.runtime.unit_of_work() as db:
        assert len(db.scalars(select(RecoveryCopyRow.id)).all()) == before


def test_before_a_ceremony_there_is_nothing_to_export(world: World) -> None:
    with pytest.raises(NotReady):
        exported(world, "officer")


def test_only_certified_members_of_the_agency_are_named(world: World, seed: bytes) -> None:
    people.enrol(world, "attend", people.invite(world, "attend", "officer", "Kinshasa"))
    for name in ("nobody", "shelter_worker", "attend", "registrar"):
        with pytest.raises(NotFound):
            exported(world, name)


def test_only_the_key_whose_words_were_shown_is_accepted(world: World) -> None:
    hold(world, by=())
    with people.fresh(world, "officer") as gate:
        shown = actions_keys.new_custody(gate)
    assert len(shown.words.split()) == 6
    hold(world, by=())
    for digest in (shown.digest, "", "x"):
        with pytest.raises(Conflict), people.fresh(world, "officer") as gate:
            actions_keys.accept_custody(gate, digest)
    for name in ("registrar", "shelter_worker"):
        with people.fresh(world, name) as gate:
            assert actions_keys.new_custody(gate) is None
    with pytest.raises(Denied), people.fresh(world, "registrar") as gate:
        actions_keys.accept_custody(gate, shown.digest)
