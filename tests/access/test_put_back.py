"""After an access ended: a session that is put back opens nothing, and what was rightly written before is still read."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from protect.access import departures, emergency
from protect.access.errors import NotFound
from protect.access.models import AgencyRoot, BrowserSession, Certificate, EmergencyOpening, KeyGrant, Member, RollRow
from protect.access.office import Office
from protect.cases import actions, actions_consent, actions_emergency
from protect.directory import actions_members
from protect.vault.certificate import Certificate as Signed
from protect.vault.errors import CiphertextRejected
from protect.vault.signing import SigningKey
from tests.access import people
from tests.access.planting import altered, authority, certificate_of, looks_live, plant
from tests.auth import test_reset
from tests.cases import emergencies
from tests.cases.stories import consent, opened
from tests.world import World

NAME = "officer_same_unit"


@pytest.mark.parametrize(
    ("decision", "more"),
    [("leave", {}), ("suspend", {}), ("change", {"role": "reader", "unit_id": None})],
    ids=["leave", "suspend", "change"],
)
def test_an_ended_session_that_was_put_back_opens_nothing(world: World, decision: str, more: dict[str, object]) -> None:
    person, unit = world.officer_same_unit, people.unit_id(world, "Kinshasa")
    mine = (BrowserSession.member_id == people.member_id(world, NAME)) & BrowserSession.ended_at.is_(None)
    with world.runtime.unit_of_work() as db:
        row = db.scalars(select(BrowserSession).where(mine)).one()
        kept = {key: getattr(row, key) for key in ("keys", "open_keys", "open_until", "asleep", "ended_at")}
        session_id = row.id
    people.decide(world, NAME, decision, **more)
    with world.runtime.unit_of_work() as db:
        db.execute(update(BrowserSession).where(BrowserSession.id == session_id).values(**kept))
    looks_live(world, NAME, role="officer", unit_id=unit)
    with person.gate() as gate:
        assert gate.actor is not None
        with pytest.raises(CiphertextRejected):
            gate.holds("narrative")


def test_a_change_that_was_only_proposed_ends_no_session(world: World) -> None:
    people.second_registrar(world)
    people.decide(world, NAME, "change", role="reader", unit_id=None)
    with people.fresh(world, "second") as gate:
        actions_members.withdraw(gate, people.member_id(world, NAME))
    with world.officer_same_unit.gate() as gate:
        assert gate.holds("narrative")


def test_what_was_written_before_a_new_beginning_is_read(world: World) -> None:
    """Signed with the keys of then: restrictions of a consent, a health part, what was said to another agency."""
    case_id = opened(world.officer_same_unit)
    with people.fresh(world, NAME) as gate:
        actions_consent.record_consent(gate, case_id, consent(restrictions="Pas à la famille"), None)
    test_reset.begin_anew(world)
    people.certify(world, NAME)
    world.officer.sign_in()
    with world.officer.gate() as gate:
        assert actions.show_case(gate, case_id).consents[0].restrictions == "Pas à la famille"


@pytest.mark.parametrize("decision", ["suspend", "leave"])
def test_why_a_case_was_opened_is_read_after_its_reader_is_gone(world: World, decision: str) -> None:
    _case_id, opening = emergencies.opened(world)
    people.decide(world, emergencies.ASKER, decision)
    with people.fresh(world, "supervisor") as gate:
        assert actions_emergency.show(gate, opening).why == emergencies.WHY
    with people.fresh(world, "officer") as gate, pytest.raises(NotFound):
        emergency.enter(gate, gate.db.get_one(EmergencyOpening, opening))


def test_a_roll_is_not_hidden_from_those_who_spoke_under_it(world: World) -> None:
    """With the roll of when one registrar was alone, and a hand in the tables, that one would decide alone again."""
    people.second_registrar(world)
    people.enrol(world, "nouvelle", people.invite(world, "nouvelle", "officer", "Kinshasa"))
    with world.runtime.unit_of_work() as db:
        hidden = update(RollRow).where(RollRow.version > 0)
        db.execute(hidden.values(in_force_at=None))
        assert len(authority(world, db).rolls.all) == 1, "nobody said anything yet"
        db.execute(hidden.values(in_force_at=world.runtime.clock()))
    assert not people.certify(world, "nouvelle", by="second")
    with world.runtime.unit_of_work() as db:
        db.execute(hidden.values(in_force_at=None))
        with pytest.raises(CiphertextRejected):
            authority(world, db).needed("")


def test_rows_that_say_nothing_keep_nobody_from_being_suspended(world: World) -> None:
    member = people.member_id(world, NAME)
    with world.runtime.unit_of_work() as db:
        like = db.scalars(select(KeyGrant).where(KeyGrant.recipient_id == member).limit(1)).one()
        kept = {key: getattr(like, key) for key in ("agency_id", "compartment", "version")}
        db.add(KeyGrant(recipient_id=member, supplier_id=member, statement=b"nothing", revoked_at=None, **kept))
    people.decide(world, NAME, "suspend")
    with world.runtime.unit_of_work() as db:
        assert authority(world, db).suspension(member) is not None


def test_a_change_takes_the_keys_that_the_true_certificate_does_not_read(world: World) -> None:
    plant(world, NAME, altered(world, NAME, epoch=99), in_force_at=world.runtime.clock())
    member = people.member_id(world, NAME)
    with people.fresh(world, "registrar") as gate:
        office, row = Office.of(gate), gate.db.get_one(Member, member)
        certified = replace(
            Signed.from_bytes(certificate_of(world, NAME).statement), role="reader", unit_id="", epoch=2
        )
        gate.db.add(
            Certificate(
                member_id=member,
                invitation_id=certificate_of(world, NAME).invitation_id,
                epoch=2,
                statement=certified.to_bytes(),
                issued_by=office.me,
            )
        )
        gate.db.flush()
        assert departures.confirm(office, row)
    with world.runtime.unit_of_work() as db:
        assert not db.scalars(
            select(KeyGrant).where(KeyGrant.recipient_id == member, KeyGrant.revoked_at.is_(None))
        ).all()


def test_a_forged_root_is_not_remembered(world: World) -> None:
    """The database says one root now and the true one a moment later: nothing of the former stays believed."""
    people.decide(world, NAME, "suspend")
    who = people.member_id(world, NAME)
    with world.officer.gate() as gate, gate.db.no_autoflush:
        trust = gate.keyring.trust.fresh()
        root = gate.db.get_one(AgencyRoot, gate.member.agency_id)
        true, root.root_public = root.root_public, SigningKey.generate().public
        with pytest.raises(CiphertextRejected):
            trust.certificate(who)
        root.root_public = true
        assert trust.authority(gate.member.agency_id).roll.registrars
        assert trust.certificate(who)
