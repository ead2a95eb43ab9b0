"""Withdrawing: what ends at once, what nobody can open any more, and who is told."""

from uuid import UUID

import pytest

from protect.access.errors import Conflict, Denied, NotFound
from protect.cases.actions_consent import consents_of
from protect.directory import actions as directory
from protect.referrals import actions_follow, actions_inbox, actions_package
from protect.referrals.lifecycle import Step
from tests.referrals import hands
from tests.world import Person, World


def withdraw(person: Person, referral: UUID) -> None:
    with person.gate() as gate:
        shown = actions_follow.show_referral(gate, referral)
        assert shown.consent_id is not None
        found = actions_follow.before_withdrawal(gate, shown.case_id, shown.consent_id)
        assert referral in {one.id for one in found.resting}
        actions_follow.withdraw(gate, found.case_id, shown.consent_id)


@pytest.mark.parametrize("name", ["officer", "supervisor"])
def test_a_withdrawal_ends_everything_that_rests_on_it(world: World, name: str) -> None:
    referral = hands.sent_to_shelter(world, places=1)
    hands.accept(world.shelter_intake, referral)
    with world.shelter_intake.gate() as gate:
        assert actions_package.open_package(gate, referral).values["surname"] == hands.NAME
    withdraw(getattr(world, name), referral)
    with pytest.raises(NotFound), world.shelter_intake.gate() as gate:
        actions_package.open_package(gate, referral)
    with world.shelter_intake.gate() as gate:
        shown = actions_inbox.show_request(gate, referral)
        (told,) = actions_inbox.inbox(gate).to_acknowledge
    assert shown.facts is None
    assert not shown.steps
    assert (told.id, told.status) == (referral, "recalled")
    with world.officer.gate() as gate:
        case = actions_follow.show_referral(gate, referral).case_id
        (consent,) = [one for one in consents_of(gate, case) if one.scope == "share_referral"]
    assert consent.status == "withdrawn"


def test_the_shred_key_is_gone_and_the_request_is_empty(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    assert world.runtime.shred.get("package", str(referral)) is not None
    withdraw(world.officer, referral)
    assert world.runtime.shred.get("package", str(referral)) is None
    from protect.referrals import facts
    from protect.referrals.models import Referral

    with world.shelter_intake.gate() as gate:
        row = gate.db.get(Referral, referral)
        opening = gate.opening("referral:read", [], fields=(), purpose="referral")
        assert row is not None
        assert opening.dropped("inbox", facts.context(referral, "inbox"), row.request.blob) == b"{}"


def test_it_reaches_what_is_over(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    hands.accept(world.shelter_intake, referral)
    for step in (Step.START, Step.COMPLETE):
        with world.shelter_intake.gate() as gate:
            actions_package.progress(gate, referral, step, None)
    withdraw(world.officer, referral)
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, referral).referral.status == "completed"
    with pytest.raises(NotFound), world.shelter_intake.gate() as gate:
        actions_package.open_package(gate, referral)
    with world.shelter_intake.gate() as gate:
        assert [one.id for one in actions_inbox.inbox(gate).to_acknowledge] == [referral]


def test_a_held_place_is_free_for_the_next(world: World) -> None:
    first = hands.sent_to_shelter(world, places=1)
    hands.accept(world.shelter_intake, first)
    withdraw(world.officer, first)
    with world.officer.gate() as gate:
        shelter = directory.service_of(gate, hands.service_id(world, hands.SHELTER))
    assert shelter.free_places == 1
    second = hands.send(world.officer, hands.new_case(world.officer), shelter.id)
    hands.accept(world.shelter_intake, second)
    with world.shelter_intake.gate() as gate:
        (place,) = directory.my_places(gate)[0].places
    assert (place.referral_id, place.status) == (second, "held")


def test_a_place_where_the_person_lives_is_given_back_by_the_shelter_alone(world: World) -> None:
    referral = hands.sent_to_shelter(world, places=1)
    hands.accept(world.shelter_intake, referral)
    with world.shelter_intake.gate() as gate:
        actions_package.progress(gate, referral, Step.START, None)
    withdraw(world.officer, referral)
    with world.shelter_intake.gate() as gate:
        actions_inbox.acknowledge(gate, referral)
        (place,) = directory.my_places(gate)[0].places
    assert place.status == "occupied"
    with world.shelter_intake.gate() as gate:
        directory.release_place(gate, place.id)
        assert directory.my_places(gate)[0].places[0].status == "free"


def test_the_receiver_says_once_that_it_knows(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with pytest.raises(NotFound), world.shelter_intake.gate() as gate:
        actions_inbox.acknowledge(gate, referral)
    withdraw(world.officer, referral)
    with world.shelter_intake.gate() as gate:
        assert actions_inbox.count_waiting(gate) == 1
        actions_inbox.acknowledge(gate, referral)
    with world.officer.gate() as gate:
        known = actions_follow.show_referral(gate, referral).referral.acknowledged_at
    world.runtime.clock.move(minutes=5)
    with world.shelter_intake.gate() as gate:
        actions_inbox.acknowledge(gate, referral)
        assert actions_inbox.count_waiting(gate) == 0
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, referral).referral.acknowledged_at == known is not None


def test_withdrawing_twice_adds_nothing(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with world.officer.gate() as gate:
        shown = actions_follow.show_referral(gate, referral)
        assert shown.consent_id is not None
        actions_follow.withdraw(gate, shown.case_id, shown.consent_id)
    with world.officer.gate() as gate:
        version = actions_follow.show_referral(gate, referral).referral.version
        actions_follow.withdraw(gate, shown.case_id, shown.consent_id)
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, referral).referral.version == version
    with pytest.raises(NotFound), world.officer.gate() as gate:
        actions_follow.before_withdrawal(gate, shown.case_id, shown.consent_id)


def test_it_leaves_alone_what_rests_on_another_consent(world: World) -> None:
    first = hands.sent_to_shelter(world)
    with world.officer.gate() as gate:
        case = actions_follow.show_referral(gate, first).case_id
    second = hands.send(world.officer, case, hands.service_id(world, hands.CLINIC))
    withdraw(world.officer, first)
    hands.accept(world.clinic_intake, second)
    with world.clinic_intake.gate() as gate:
        assert actions_package.open_package(gate, second).values["surname"] == hands.NAME


@pytest.mark.parametrize("name", ["officer_other_unit", "foreign_officer", "foreign_supervisor", "shelter_intake"])
def test_nobody_else_withdraws(world: World, name: str) -> None:
    referral = hands.sent_to_shelter(world)
    with world.officer.gate() as gate:
        shown = actions_follow.show_referral(gate, referral)
    assert shown.consent_id is not None
    for act in (
        lambda gate: actions_follow.before_withdrawal(gate, shown.case_id, shown.consent_id),
        lambda gate: actions_follow.withdraw(gate, shown.case_id, shown.consent_id),
    ):
        with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
            act(gate)
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, referral).referral.status == "sent"


def test_a_cancelled_referral_is_closed_for_the_receiver(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    hands.accept(world.shelter_intake, referral)
    with pytest.raises(Conflict), world.officer.gate() as gate:
        actions_follow.cancel(gate, referral, 1)
    with world.officer.gate() as gate:
        actions_follow.cancel(gate, referral, actions_follow.show_referral(gate, referral).referral.version)
    with pytest.raises(NotFound), world.shelter_intake.gate() as gate:
        actions_package.open_package(gate, referral)
    assert world.runtime.shred.get("package", str(referral)) is None
