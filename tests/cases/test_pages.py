"""The pages of cases as a browser without scripts sees them."""

import re

import pytest

from protect.cases.sections import SECTIONS
from tests.cases.stories import WOMAN, opened


def asked(client):
    """Which questions the form on the page says it asks."""
    (names,) = re.findall(r'name="asked" value="([^"]*)"', client.page.html)
    return {"asked": names}


def case_of(client):
    return re.match(r"/dossiers/([0-9a-f-]{36})", client.location)[1]


def test_an_intake_from_danger_to_agreement(people):
    client = people.officer.client
    client.get("/dossiers/nouveau")
    client.post("/dossiers/nouveau", {**asked(client), "immediate_danger": "no"})
    case = f"/dossiers/{case_of(client)}"
    assert client.location == f"{case}/saisie/safety"
    answers = [
        ("safety", {"screening_conditions_met": "true", "primary_language": "lin"}, "saisie/identity"),
        ("identity", {"surname": "Ngalula", "birth_date-year": "1999"}, "saisie/contact"),
        ("contact", {"safe_contact_channel": ["voice"], "phone": "0812 345 678"}, "saisie/situation"),
        ("situation", {"sex": "F", "citizenship": "CD", "age_estimated": "false"}, "saisie/identification"),
        (
            "identification",
            {"tip_act": ["transfer"], "tip_means": ["fraud"], "tip_purpose": ["sexual"]},
            "saisie/needs",
        ),
        ("needs", {"needs": ["medical"]}, "saisie/protection"),
        ("protection", {"risk_level": "low"}, "saisie/health"),
    ]
    for page, given, following in answers:
        client.get(f"{case}/saisie/{page}")
        client.post(f"{case}/saisie/{page}", {**asked(client), **given})
        assert client.location == f"{case}/{following}"
    assert "Éléments réunis" in client.get(f"{case}/saisie/needs").text
    client.get(f"{case}/accord")
    agreed = {
        "consent_status": "given", "consent_given_by": "person", "consent_mode": "oral_witnessed",
        "primary_language": "lin", "information_given": ["voluntary"], "legal_basis": "consent", "statistics": "true",
    }  # fmt: skip
    page = client.submit(f"{case}/accord", agreed)
    assert "Ngalula" in page.text
    assert "Actif" in page.text


def test_danger_is_answered_yes_no_or_unknown(people):
    page = people.officer.client.get("/dossiers/nouveau")
    assert [given["value"] for given in page.controls if given["name"] == "immediate_danger"] == [
        "yes",
        "no",
        "unknown",
    ]
    refused = people.officer.client.post(
        "/dossiers/nouveau", {**asked(people.officer.client), "immediate_danger": "na"}, status=200
    )
    assert "réponses proposées" in refused.text


def test_a_page_with_a_wrong_answer_still_says_which_case_it_is(people):
    client = people.officer.client
    client.get("/dossiers/nouveau")
    client.post("/dossiers/nouveau", {**asked(client), "immediate_danger": "no"})
    address = f"/dossiers/{case_of(client)}/saisie/identity"
    (code,) = re.findall(r"CD-[A-Z]{2}-\d{2}-\w{4}", client.get(address).text)
    wrong = client.post(address, {**asked(client), "birth_date-year": "3000"}, status=200)
    assert "Erreur" in wrong.text
    assert code in wrong.text


def test_danger_leads_to_an_urgent_request_at_once(people):
    client = people.officer.client
    client.get("/dossiers/nouveau")
    page = client.submit("/dossiers/nouveau", {**asked(client), "immediate_danger": "yes"})
    assert any(link.endswith("/referencements/nouveau") for link in page.links)


def test_an_unsafe_place_stops_the_interview_and_keeps_the_draft(people):
    client, case = people.officer.client, f"/dossiers/{opened(people.officer, {'immediate_danger': 'no'})}"
    client.get(f"{case}/saisie/safety")
    client.submit(f"{case}/saisie/safety", {**asked(client), "screening_conditions_met": "false"})
    assert client.response.request.path == f"{case}/entretien"


def test_an_answer_can_open_a_further_question_of_the_same_page(people):
    client, case = people.officer.client, f"/dossiers/{opened(people.officer, {'immediate_danger': 'no'})}"
    client.get(f"{case}/saisie/protection")
    client.post(f"{case}/saisie/protection", {**asked(client), "risk_level": "high"})
    assert client.location == f"{case}/saisie/protection"
    assert "safety_plan" in asked_names(client.get(f"{case}/saisie/protection"), client)


def asked_names(_page, client):
    return asked(client)["asked"].split()


def test_bad_input_is_told_beside_the_field_and_kept(people):
    client, case = people.officer.client, f"/dossiers/{opened(people.officer)}"
    client.get(f"{case}/saisie/identity")
    typed = {
        **asked(client),
        "surname": "Ngalula",
        "birth_date-day": "31",
        "birth_date-month": "2",
        "birth_date-year": "1999",
    }
    page = client.post(f"{case}/saisie/identity", typed, status=200)
    assert "Erreur" in page.title
    assert 'value="Ngalula"' in page.html
    assert 'value="31"' in page.html


def test_health_without_a_reader_is_said_and_kept_on_the_page(people):
    client, case = people.officer.client, f"/dossiers/{opened(people.officer)}"
    client.get(f"{case}/saisie/health")
    page = client.post(f"{case}/saisie/health", {**asked(client), "urgent_medical_need": "yes"}, status=200)
    assert "Personne dans votre organisation" in page.text


def test_two_answers_are_shown_and_one_is_chosen(people):
    case = f"/dossiers/{opened(people.officer)}"
    one, other = people.officer.client, people.officer_same_unit.client
    for client in (one, other):
        client.get(f"{case}/compartiments/contact")
    kept = {**asked(one), "safe_contact_channel": ["voice"]}
    one.post(f"{case}/compartiments/contact", {**kept, "phone": "+243820000001"})
    page = other.post(f"{case}/compartiments/contact", {**kept, "phone": "+243820000002"}, status=200)
    assert "+243820000001" in page.html
    assert "+243820000002" in page.html
    values = {"choose-phone": "mine", "mine-phone": "+243820000002", "choose-current_address": "theirs"}
    shown = other.submit(f"{case}/choix", values)
    assert "0000002" in shown.text.replace(" ", "")


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_every_compartment_has_its_form(people, name):
    client, case = people.officer.client, f"/dossiers/{opened(people.officer)}"
    client.get(f"{case}/compartiments/{name}")
    client.post(f"{case}/compartiments/{name}", asked(client))
    assert client.location == case


def test_the_list_shows_codes_then_names(people):
    opened(people.officer, {**WOMAN, "surname": "Kapinga"})
    client = people.officer.client
    assert "Kapinga" not in client.get("/dossiers").text
    assert "Kapinga" in client.get("/dossiers?noms=1").text
    client.get("/dossiers?page=99")
    client.get("/dossiers?page=x")


def test_a_search_answers_on_its_own_page(people):
    opened(people.officer, {**WOMAN, "surname": "Wetshi"})
    client = people.officer.client
    client.get("/dossiers/recherche")
    assert "Wetshi" in client.post("/dossiers/recherche", {"typed": "ouechi"}, status=200).text
    assert "Aucun dossier" in client.post("/dossiers/recherche", {"typed": "zzzzzz"}, status=200).text
    client.post("/dossiers/recherche", {"typed": ""}, status=200)


def test_a_consent_names_what_may_be_shared(people):
    client, case = people.officer.client, f"/dossiers/{opened(people.officer)}"
    page = client.get(f"{case}/consentements/nouveau")
    (service,) = re.findall(r'value="([0-9a-f-]{36})"[^<]*<label[^>]*>Soins', page.html)
    given = {
        "consent_scope": "share_referral", "consent_status": "given", "consent_given_by": "person",
        "consent_mode": "oral", "primary_language": "lin", "information_given": ["voluntary"], "legal_basis": "consent",
    }  # fmt: skip
    refused = client.post(f"{case}/consentements/nouveau", given, status=200)
    assert "Choisissez le service" in refused.text
    past = {"until-day": "1", "until-month": "2", "until-year": "2020"}
    assert "un jour à venir" in client.post(f"{case}/consentements/nouveau", {**given, **past}, status=200).text
    page = client.submit(
        f"{case}/consentements/nouveau", {**given, "recipient": service, "consent_data_categories": ["contact"]}
    )
    assert "Centre de santé" in page.text


@pytest.mark.parametrize(
    "path",
    ["", "/compartiments/contact", "/saisie/identity", "/accord", "/danger", "/entretien", "/consentements/nouveau"],
)
def test_every_page_of_another_unit_is_absent(people, path):
    case = f"/dossiers/{opened(people.officer)}"
    people.officer_other_unit.client.get(case + path, status=404)
    people.foreign_officer.client.get(case + path, status=404)
    people.officer.client.get(case + path)


def test_a_compartment_or_page_that_does_not_exist_is_absent(people):
    client, case = people.officer.client, f"/dossiers/{opened(people.officer)}"
    client.get(f"{case}/compartiments/secret", status=404)
    client.get(f"{case}/saisie/secret", status=404)
