"""The pages of both sides, as a browser without scripts uses them; every other person finds no such page."""

from typing import Any
from uuid import UUID

import pytest

from protect.referrals import actions_follow
from tests.pages import PageClient
from tests.referrals import hands
from tests.world import World

CONSENT = {
    "urgency": "urgent", "consent_data_categories": ["identity", "coded"], "consent_status": "given",
    "consent_given_by": "person", "consent_mode": "oral_witnessed", "primary_language": "lin",
    "information_given": ["data_use", "withdrawal"], "legal_basis": "consent",
}  # fmt: skip


def form_address(case: UUID, service: UUID) -> str:
    return f"/dossiers/{case}/referencements/nouveau/{service}"


def hidden_values(client: PageClient, action: str) -> dict[str, Any]:
    """What the form of the last page for `action` carries along, boxes that nobody ticked left out."""
    assert client.page is not None
    form = next(form for form in client.page.forms if form.action == action)
    return {name: values for name, values in form.fields.items() if name not in {"withheld", "correct"}}


def referral_of(world: World, status: str = "sent") -> UUID:
    with world.officer.gate() as gate:
        shown = actions_follow.my_referrals(gate)
    every = (*shown.late, *shown.waiting, *shown.agreed, *shown.closed)
    return next(one.id for one in every if one.status == status)


def test_from_the_need_to_the_sent_request(world: World) -> None:
    shelter, case = hands.add_places(world, hands.SHELTER, 1), hands.new_case(world.officer)
    client, here = world.officer.client, form_address(case, shelter)
    assert here in client.get(f"/dossiers/{case}/referencements/nouveau").links
    client.get(here)
    page = client.post(here, CONSENT, status=200)
    assert page is not None
    assert hands.NAME in page.text
    assert "surname" not in page.title
    sent = client.submit(f"{here}/envoi", hidden_values(client, f"{here}/envoi"))
    assert "La demande est envoyée" in sent.text
    assert hands.NAME not in sent.text
    assert f"/referencements/{referral_of(world)}" in client.get("/referencements").links


def test_what_is_ticked_is_left_out_and_answers_can_be_corrected(world: World) -> None:
    shelter, case = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer)
    client, here = world.officer.client, form_address(case, shelter)
    client.get(here)
    client.post(here, CONSENT, status=200)
    kept = hidden_values(client, f"{here}/envoi")
    without = client.post(here, {**kept, "withheld": ["surname"]}, status=200)
    assert without is not None
    assert hands.NAME not in without.text
    corrected = client.post(here, {**kept, "correct": "1"}, status=200)
    assert corrected is not None
    assert any(form.action == here for form in corrected.forms)


def test_a_sending_that_was_interrupted_is_looked_at_once_more(world: World) -> None:
    shelter, case = hands.add_places(world, hands.SHELTER, 1), hands.new_case(world.officer)
    client, here = world.officer.client, form_address(case, shelter)
    client.get(here)
    client.post(here, CONSENT, status=200)
    carried = {**hidden_values(client, f"{here}/envoi"), "withheld": ["phone"], "case_note": "Rien"}
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    client.post(f"{here}/envoi", carried)
    client.follow()
    client.post("/confirmer", {"code": world.officer.code()})
    assert client.location == "/formulaire"
    shown = client.follow()
    assert not any(form.action == f"{here}/envoi" for form in shown.forms)
    assert here in shown.links
    again = client.post(here, hidden_values(client, here), status=200)
    assert again is not None
    assert hands.NAME in again.text
    client.post(f"{here}/envoi", hidden_values(client, f"{here}/envoi"))
    assert client.location.startswith("/referencements/")
    client.get("/formulaire", status=404)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"information_given": []}, "Cochez ce qui a été expliqué"),
        ({"consent_data_categories": []}, "Répondez"),
        ({"consent_given_by": "parent"}, "adulte"),
        ({"until-day": "1", "until-month": "1", "until-year": "2001"}, "jour à venir"),
    ],
)
def test_a_consent_that_cannot_stand_is_said_beside_the_question(
    world: World, change: dict[str, Any], words: str
) -> None:
    shelter, case = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer)
    client, here = world.officer.client, form_address(case, shelter)
    client.get(here)
    page = client.post(here, {**CONSENT, **change}, status=200)
    assert page is not None
    assert "Il y a un problème" in page.text
    assert words in page.text


@pytest.mark.parametrize("name", ["officer_other_unit", "foreign_officer", "supervisor", "shelter_intake", "reader"])
def test_nobody_else_can_begin(world: World, name: str) -> None:
    shelter, case = hands.service_id(world, hands.SHELTER), hands.new_case(world.officer)
    client = getattr(world, name).client
    client.get(f"/dossiers/{case}/referencements/nouveau", status=404)
    client.get(form_address(case, shelter), status=404)


def test_the_answer_takes_three_taps(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    client, here = world.shelter_intake.client, f"/demandes/{referral}"
    assert here in client.get("/demandes").links
    page = client.get(here)
    assert hands.NAME not in page.text
    assert f"{here}/dossier" not in page.links
    accepted = client.submit(f"{here}/acceptation")
    assert f"{here}/dossier" in accepted.links
    opened = client.get(f"{here}/dossier")
    assert hands.NAME in opened.text
    assert hands.NAME not in opened.title
    client.get(here)
    client.submit(f"{here}/suite", {"step": "start"})
    client.submit(f"{here}/suite", {"step": "complete"})
    assert referral_of(world, "completed") == referral


def test_a_second_press_changes_nothing(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    client, here = world.shelter_intake.client, f"/demandes/{referral}"
    client.get(here)
    pressed = hidden_values(client, f"{here}/acceptation")
    client.post(f"{here}/acceptation", pressed)
    client.post(f"{here}/acceptation", pressed)
    assert "Votre réponse est enregistrée" in client.follow().text
    with world.shelter_intake.gate() as gate:
        from protect.directory import actions as directory

        assert directory.my_places(gate)[0].service.free_places == 1


def test_a_decline_needs_its_reason(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    client, here = world.shelter_intake.client, f"/demandes/{referral}"
    client.get(here)
    page = client.post(f"{here}/refus", status=200)
    assert page is not None
    assert "Il y a un problème" in page.text
    client.submit(f"{here}/refus", {"referral_decline_reason": "criteria"})
    assert hands.OTHER_SHELTER in world.officer.client.get(f"/referencements/{referral}").text


def test_who_answers_second_sees_the_first_answer(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    slow, here = world.shelter_intake.client, f"/demandes/{referral}"
    slow.get(here)
    quick = world.shelter_intake.client
    quick.get(here)
    quick.submit(f"{here}/refus", {"referral_decline_reason": "criteria"})
    assert "a répondu avant vous" in slow.submit(f"{here}/acceptation").text
    assert referral_of(world, "declined") == referral


def test_no_free_place_is_said_plainly(world: World) -> None:
    first = hands.sent_to_shelter(world, places=1)
    second = hands.send(world.officer, hands.new_case(world.officer), hands.service_id(world, hands.SHELTER))
    hands.accept(world.shelter_intake, first)
    client, here = world.shelter_intake.client, f"/demandes/{second}"
    client.get(here)
    assert "Plus aucune place" in client.submit(f"{here}/acceptation").text


@pytest.mark.parametrize("name", ["other_shelter_intake", "clinic_intake", "officer", "foreign_officer", "auditor"])
def test_a_request_is_absent_for_everybody_else(world: World, name: str) -> None:
    referral = hands.sent_to_shelter(world)
    hands.accept(world.shelter_intake, referral)
    client = getattr(world, name).client
    client.get(f"/demandes/{referral}", status=404)
    client.get(f"/demandes/{referral}/dossier", status=404)


def test_a_withdrawal_goes_all_the_way(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    hands.accept(world.shelter_intake, referral)
    client = world.officer.client
    page = client.get(f"/referencements/{referral}")
    ask = next(link for link in page.links if link.endswith("/retrait"))
    assert "ne peut pas être repris" in client.get(ask).text
    client.submit(ask)
    receiver, here = world.shelter_intake.client, f"/demandes/{referral}"
    receiver.get(f"{here}/dossier", status=404)
    told = receiver.get(here)
    assert "a repris cette demande" in told.text
    receiver.submit(f"{here}/accuse")
    assert "a confirmé connaître le retrait" in client.get(f"/referencements/{referral}").text


def test_a_cancelled_referral_says_so(world: World) -> None:
    referral = hands.sent_to_shelter(world)
    client = world.officer.client
    client.get(f"/referencements/{referral}")
    assert "annulé" in client.submit(f"/referencements/{referral}/annulation").text
    world.officer_other_unit.client.get(f"/referencements/{referral}", status=404)
