"""Answering: what a receiver sees and when, accepting with a place, declining, reporting; and everybody else's 404."""

import pytest

from protect.access.errors import Conflict, Denied, NotFound
from protect.directory import actions as directory
from protect.directory.actions_capacity import NoPlaceFree
from protect.referrals import actions_follow, actions_inbox, actions_package
from protect.referrals.lifecycle import Step, StepRefused
from tests.referrals import hands
from tests.world import World

STRANGERS = ["other_shelter_intake", "clinic_intake", "foreign_officer", "foreign_supervisor", "officer_other_unit"]


def test_a_request_is_seen_once_and_names_nobody(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with world.shelter_intake.gate() as gate:
        (waiting,) = actions_inbox.inbox(gate).to_answer
        assert (waiting.id, waiting.status, waiting.case_id) == (referral, "sent", None)
        first = actions_inbox.show_request(gate, referral)
    assert first.facts is not None
    assert first.facts.sex == "F"
    assert hands.NAME not in repr(first)
    world.runtime.clock.move(minutes=5)
    with world.shelter_intake.gate() as gate:
        again = actions_inbox.show_request(gate, referral)
    assert again.referral.moments == first.referral.moments
    assert (again.referral.status, again.referral.version) == ("received", first.referral.version)


@pytest.mark.parametrize("name", [*STRANGERS, "officer", "supervisor", "shelter_registrar", "auditor"])
def test_nobody_else_sees_or_answers_the_request(world: World, name: str) -> None:
    referral = hands.sent_to_shelter(world)
    for act in (
        lambda gate: actions_inbox.show_request(gate, referral),
        lambda gate: actions_inbox.accept(gate, referral, None),
        lambda gate: actions_inbox.decline(gate, referral, None, "other"),
        lambda gate: actions_package.open_package(gate, referral),
        lambda gate: actions_package.progress(gate, referral, Step.START, None),
        lambda gate: actions_inbox.acknowledge(gate, referral),
    ):
        with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
            act(gate)
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, referral).referral.status == "sent"


@pytest.mark.parametrize("name", [*STRANGERS, "shelter_intake", "registrar"])
def test_nobody_else_follows_it(world: World, name: str) -> None:
    referral = hands.sent_to_shelter(world)
    for act in (
        lambda gate: actions_follow.show_referral(gate, referral),
        lambda gate: actions_follow.cancel(gate, referral, None),
    ):
        with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
            act(gate)


def test_a_worker_reads_the_request_but_does_not_answer(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with world.shelter_worker.gate() as gate:
        assert not actions_inbox.show_request(gate, referral).may_answer
    with pytest.raises(Denied), world.shelter_worker.gate() as gate:
        actions_inbox.accept(gate, referral, None)


def test_the_package_opens_after_acceptance_only(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with pytest.raises(NotFound), world.shelter_intake.gate() as gate:
        actions_package.open_package(gate, referral)
    hands.accept(world.shelter_intake, referral)
    with world.shelter_worker.gate() as gate:
        assert actions_package.open_package(gate, referral).values["surname"] == hands.NAME


def test_the_whole_way_with_its_place(world: World) -> None:
    referral = hands.sent_to_shelter(world, places=1)
    hands.accept(world.shelter_intake, referral)
    for step, place, status in ((Step.START, "occupied", "in_progress"), (Step.COMPLETE, "free", "completed")):
        with world.shelter_intake.gate() as gate:
            actions_package.progress(gate, referral, step, None)
        with world.shelter_intake.gate() as gate:
            (mine,) = directory.my_places(gate)
            assert [one.status for one in mine.places] == [place]
            assert mine.service.free_places == (place == "free")
        with world.officer.gate() as gate:
            assert actions_follow.show_referral(gate, referral).referral.status == status


def test_who_does_not_come_frees_the_place(world: World) -> None:
    referral = hands.sent_to_shelter(world, places=1)
    hands.accept(world.shelter_intake, referral)
    with world.shelter_intake.gate() as gate:
        actions_package.progress(gate, referral, Step.MISS, None)
    with world.shelter_intake.gate() as gate:
        assert directory.my_places(gate)[0].places[0].status == "free"
    with pytest.raises(NotFound), world.shelter_intake.gate() as gate:
        actions_package.open_package(gate, referral)


def test_the_last_place_goes_to_one_and_the_other_stays_unanswered(world: World) -> None:
    first = hands.sent_to_shelter(world, places=1)
    service = hands.service_id(world, hands.SHELTER)
    second = hands.send(world.officer, hands.new_case(world.officer), service)
    hands.accept(world.shelter_intake, first)
    with world.shelter_intake.gate() as gate, pytest.raises(NoPlaceFree):
        actions_inbox.accept(gate, second, None)
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, second).referral.status == "sent"


def test_a_service_without_places_accepts_without_one(world: World) -> None:
    clinic = hands.service_id(world, hands.CLINIC)
    referral = hands.send(world.officer, hands.new_case(world.officer), clinic)
    hands.accept(world.clinic_intake, referral)
    with world.clinician.gate() as gate:
        assert actions_package.open_package(gate, referral).values["surname"] == hands.NAME


def test_a_decline_says_why_and_proposes_the_next_service(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with world.shelter_intake.gate() as gate:
        actions_inbox.decline(gate, referral, 1, "no_capacity")
    with world.officer.gate() as gate:
        shown = actions_follow.show_referral(gate, referral)
    assert (shown.referral.status, shown.referral.decline_reason) == ("declined", "no_capacity")
    assert world.runtime.shred.get("package", str(referral)) is None
    assert [match.service.name for match in shown.proposals] == [hands.OTHER_SHELTER]


def test_silence_past_the_delay_proposes_the_next_service(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with world.officer.gate() as gate:
        assert not actions_follow.show_referral(gate, referral).proposals
        assert not actions_follow.my_referrals(gate).late
    world.runtime.clock.move(hours=73)
    world.officer.sign_in()
    with world.officer.gate() as gate:
        assert [m.service.name for m in actions_follow.show_referral(gate, referral).proposals] == [hands.OTHER_SHELTER]
        assert [one.id for one in actions_follow.my_referrals(gate).late] == [referral]
        assert actions_follow.count_late(gate) == 1


def test_of_two_answers_one_wins(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    with world.shelter_intake.gate() as gate:
        version = actions_inbox.show_request(gate, referral).referral.version
    with world.shelter_intake.gate() as gate:
        actions_inbox.decline(gate, referral, version, "criteria")
    with world.shelter_intake.gate() as gate, pytest.raises(Conflict):
        actions_inbox.accept(gate, referral, version)
    with world.shelter_intake.gate() as gate, pytest.raises(StepRefused):
        actions_inbox.accept(gate, referral, None)
    with world.officer.gate() as gate:
        assert actions_follow.show_referral(gate, referral).referral.status == "declined"


def test_supervisors_follow_the_whole_agency_and_officers_their_unit(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    for name, seen in (("supervisor", True), ("officer_same_unit", True), ("officer_other_unit", False)):
        with getattr(world, name).gate() as gate:
            assert bool(actions_follow.my_referrals(gate).waiting) is seen
    with world.supervisor.gate() as gate:
        assert actions_follow.show_referral(gate, referral).facts is not None
