"""Asking: what is chosen, what is shown beforehand, what leaves, and who may not ask."""

from datetime import timedelta
from uuid import uuid4

import pytest

from protect.access.errors import Denied, NotFound
from protect.cases.actions_consent import consents_of
from protect.cases.consents import ConsentRefused
from protect.referrals import actions_follow, actions_inbox, actions_request
from protect.referrals.disclosure import Withheld
from tests.referrals import hands
from tests.world import World


def test_services_are_ranked_for_the_stated_needs_first(world: World) -> None:
    hands.add_places(world, hands.SHELTER, 1)
    case = hands.new_case(world.officer)
    with world.officer.gate() as gate:
        choice = actions_request.choose_service(gate, case)
    stated = [group for group in choice.groups if group.stated]
    assert {group.need for group in stated} == {"emergency_shelter", "medical"}
    shelters = next(group for group in stated if group.need == "emergency_shelter").matches
    assert [match.service.name for match in shelters] == [hands.SHELTER, hands.OTHER_SHELTER]


@pytest.mark.parametrize("name", ["officer_other_unit", "foreign_officer"])
def test_an_officer_elsewhere_finds_no_such_case(world: World, name: str) -> None:
    case, shelter = hands.new_case(world.officer), hands.service_id(world, hands.SHELTER)
    with pytest.raises((NotFound, Denied)):
        hands.send(getattr(world, name), case, shelter)
    with pytest.raises((NotFound, Denied)), getattr(world, name).gate() as gate:
        actions_request.choose_service(gate, case)


@pytest.mark.parametrize("name", ["supervisor", "registrar", "shelter_intake", "analyst"])
def test_only_officers_ask(world: World, name: str) -> None:
    case, shelter = hands.new_case(world.officer), hands.service_id(world, hands.SHELTER)
    with pytest.raises(Denied):
        hands.send(getattr(world, name), case, shelter)


def test_the_preview_is_what_the_receiver_opens(world: World) -> None:
    shelter = hands.add_places(world, hands.SHELTER, 1)
    case = hands.new_case(world.officer)
    answers = hands.agreed(shelter, withheld=("given_name",))
    with world.officer.gate() as gate:
        shown = actions_request.preview(gate, case, shelter, "urgent", answers)
    sent = dict(shown.disclosure.sent)
    assert sent["surname"] == hands.NAME
    assert not {"given_name", "risk_level", "exploitation_narrative", "citizenship"} & set(sent)
    why = {kept.field: kept.why for kept in shown.disclosure.kept}
    assert why["given_name"] is why["risk_level"] is Withheld.NOT_AGREED
    assert why["post_surname"] is Withheld.NOT_RECORDED
    referral = hands.send(world.officer, case, shelter, withheld=("given_name",))
    with world.shelter_intake.gate() as gate:
        assert actions_inbox.show_request(gate, referral).facts == shown.facts
    hands.accept(world.shelter_intake, referral)
    from protect.referrals.actions_package import open_package

    with world.shelter_intake.gate() as gate:
        assert open_package(gate, referral).values == sent


def test_what_the_officer_cannot_open_does_not_travel(world: World) -> None:
    clinic, case = hands.service_id(world, hands.CLINIC), hands.new_case(world.officer)
    with world.officer.gate() as gate:
        answers = hands.agreed(clinic, classes=("health",))
        shown = actions_request.preview(gate, case, clinic, "urgent", answers)
    assert not shown.disclosure.sent
    assert {kept.why for kept in shown.disclosure.kept if kept.compartment == "health"} == {Withheld.LOCKED}


def test_the_consent_is_recorded_for_purpose_recipient_and_classes(world: World) -> None:
    shelter, case = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer)
    referral = hands.send(world.officer, case, shelter)
    with world.officer.gate() as gate:
        (consent,) = [one for one in consents_of(gate, case) if one.scope == "share_referral"]
        shown = actions_follow.show_referral(gate, referral)
    assert (consent.recipient_service_id, set(consent.classes)) == (shelter, {"identity", "coded"})
    assert shown.consent_id == consent.id
    assert set(shown.referral.shared) <= set(consent.fields)
    assert shown.referral.clock.due_at - shown.referral.moments[0].at == timedelta(hours=72)


def test_the_same_post_twice_is_one_referral(world: World) -> None:
    shelter, case, once = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer), uuid4()
    first = hands.send(world.officer, case, shelter, once)
    assert hands.send(world.officer, case, shelter, once) == first
    with world.officer.gate() as gate:
        assert [one.id for one in actions_follow.my_referrals(gate).waiting] == [first]


def test_an_urgent_request_needs_no_identity(world: World) -> None:
    shelter = hands.service_id(world, hands.SHELTER)
    case = hands.new_case(world.officer, {"immediate_danger": "yes"}, status="draft")
    referral = hands.send(
        world.officer, case, shelter, status="not_possible", given_by="none", mode="oral", information=(),
        legal_basis="vital_interest", classes=("coded",),
    )  # fmt: skip
    with world.shelter_intake.gate() as gate:
        request = actions_inbox.show_request(gate, referral)
    assert request.facts is not None
    assert request.facts.immediate_danger == "yes"
    assert not {"surname", "given_name", "phone"} & set(request.referral.shared)


def test_a_child_needs_guardian_and_own_assent(world: World) -> None:
    shelter, case = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer, hands.CHILD)
    for wrong, field in (
        ({}, "consent_given_by"),
        ({"given_by": "parent"}, "child_assent"),
        ({"given_by": "parent", "child_assent": "refused"}, "child_assent"),
    ):
        with pytest.raises(ConsentRefused) as refused:
            hands.send(world.officer, case, shelter, **wrong)
        assert refused.value.field == field
    assert hands.send(world.officer, case, shelter, given_by="parent", child_assent="given")


def test_a_guardian_in_conflict_has_no_say(world: World) -> None:
    shelter = hands.service_id(world, hands.SHELTER)
    case = hands.new_case(world.officer, {**hands.CHILD, "guardian_conflict": "yes"})
    with pytest.raises(ConsentRefused) as refused:
        hands.send(world.officer, case, shelter, given_by="parent", child_assent="given")
    assert refused.value.problem == "conflict"
    ground = {"status": "not_possible", "given_by": "none", "legal_basis": "public_interest", "information": ()}
    assert hands.send(world.officer, case, shelter, **ground)


def test_a_refused_consent_leaves_nothing(world: World) -> None:
    shelter, case = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer)
    with pytest.raises(ConsentRefused):
        hands.send(world.officer, case, shelter, information=())
    with world.officer.gate() as gate:
        assert not actions_follow.referrals_of_case(gate, case)
        assert not [one for one in consents_of(gate, case) if one.scope == "share_referral"]
