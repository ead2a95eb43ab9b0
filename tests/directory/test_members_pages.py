"""The pages of a registrar, in the order in which they are met."""

import re

import pytest

from tests.access import ceremony, people
from tests.world import World


def _invite(world: World, name: str = "nouvelle") -> str:
    """Fill the form in; the code that the page shows this once."""
    client = world.registrar.client
    client.get("/membres/invitation")
    unit = people.unit_id(world, "Kinshasa")
    answers = {"display_name": "Nouvelle Venue", "sign_in_name": name, "role": "officer", "unit": str(unit)}
    page = client.post("/membres/invitation", answers, status=200)
    assert page is not None
    assert "Ce code n’est affiché que cette fois" in page.text
    found = re.search(r"\b(?:[0-9A-Z]{5}-){4}[0-9A-Z]{6}\b", page.text)
    assert found
    return found[0]


def test_from_the_invitation_to_the_key(world: World) -> None:
    code = _invite(world)
    person = people.enrol(world, "nouvelle", code)
    member = f"/membres/{people.member_id(world, 'nouvelle')}"
    client = world.registrar.client
    assert "inscrit : comparez les six mots" in client.get("/membres").text
    words = re.findall(r"<li>(\w+)</li>", person.client.get("/").html)
    page = client.get(member)
    assert words
    assert all(word in page.text for word in words)
    (certification,) = re.findall(r'action="([^"]*/certification/[0-9a-f]{64})"', page.html)
    refused = client.post(certification, {"same": "no"}, status=200)
    assert refused is not None
    assert "Ne certifiez pas" in refused.text
    client.post(f"{member}/certification/%C3%A9", {"same": "yes"})
    assert "C’est certifié" not in client.follow().text
    client.post(certification, {"same": "yes"})
    assert "C’est certifié" in client.follow().text
    home = world.officer.client.get("/")
    said = re.sub(r"\s+", " ", home.text)
    assert "Certifié par : Odile Registre" in said
    assert "Avec la clé, ce collègue ouvrira : Identifiants directs" in said
    shown = re.search(r'name="shown" value="([^"]+)"', home.html)
    assert shown
    world.officer.client.post("/cles", {"member": str(people.member_id(world, "nouvelle")), "shown": shown[1]})
    assert "Votre collègue a maintenant la clé" in world.officer.client.follow().text
    assert people.opens(person, "identity")


def test_what_was_typed_is_kept_and_named(world: World) -> None:
    client = world.registrar.client
    client.get("/membres/invitation")
    page = client.post(
        "/membres/invitation", {"display_name": "X", "sign_in_name": "offïcer", "role": "officer"}, status=200
    )
    assert page is not None
    assert "lettres sans accent" in page.text
    page = client.post(
        "/membres/invitation", {"display_name": "X", "sign_in_name": "officer", "role": "auditor"}, status=200
    )
    assert page is not None
    assert "déjà pris" in page.text
    page = client.post(
        "/membres/invitation", {"display_name": "X", "sign_in_name": "x1", "role": "officer"}, status=200
    )
    assert page is not None
    assert "choisissez-en un" in page.text


def test_a_change_a_suspension_and_a_departure(world: World) -> None:
    client = world.registrar.client
    member = f"/membres/{people.member_id(world, 'officer_same_unit')}"
    client.get(f"{member}/fonction")
    page = client.post(f"{member}/fonction", {"role": "officer", "unit": ""}, status=200)
    assert page is not None
    assert "choisissez-en un" in page.text
    client.post(f"{member}/fonction", {"role": "reader", "unit": ""})
    assert "Le changement est fait" in client.follow().text
    client.post(f"{member}/suspension")
    assert "ne peut plus se connecter" in client.follow().text
    client.post(f"{member}/reprise")
    assert "de nouveau" in client.follow().text
    client.get(f"{member}/dossiers")
    assert "Mettre fin à l’accès" in client.get(f"{member}/depart").text
    client.post(f"{member}/depart")
    after = client.follow().text
    assert "L’accès a pris fin" in after
    assert "à renouveler Peuvent la renouveler : Aline Agent, " in re.sub(r"\s+", " ", after)
    assert "Mettre fin à l’accès" not in client.get(member).text
    assert "à renouveler" in client.get("/cles/couverture").text


def test_a_refusal_says_why(world: World) -> None:
    client = world.registrar.client
    own = f"/membres/{people.member_id(world, 'registrar')}"
    assert "Il s’agit de vous" in client.get(own).text
    client.post(f"{own}/suspension")
    assert "pour vous-même" in client.follow().text


def test_whoever_held_a_key_alone_is_suspended_or_the_custodians_bring_it_back(world: World) -> None:
    client = world.registrar.client
    auditor = f"/membres/{people.member_id(world, 'auditor')}"
    page = client.get(f"{auditor}/depart")
    assert "Plus personne ne pourrait ouvrir : Journal" in page.text
    assert "suspendez l’accès" in page.text
    assert f'action="{auditor}/suspension"' in page.html
    assert f'action="{auditor}/depart"' not in page.html
    client.post(f"{auditor}/depart")
    assert "les dépositaires n’en ont pas de copie" in client.follow().text
    ceremony.hold(world)
    page = client.get(f"{auditor}/depart")
    assert "Les dépositaires en ont une copie : ils la rétablissent" in page.text
    assert f'action="{auditor}/depart"' in page.html
    client.post(f"{auditor}/depart")
    assert "L’accès a pris fin" in client.follow().text


def test_two_registrars_see_that_they_are_two(world: World) -> None:
    assert "il décide seul" in world.registrar.client.get("/membres").text
    people.second_registrar(world)
    world.registrar.sign_in()
    assert "Deux responsables" in world.registrar.client.get("/membres").text
    people.decide(world, "officer_same_unit", "change", role="reader", unit_id=None)
    member = f"/membres/{people.member_id(world, 'officer_same_unit')}"
    assert "Un second responsable" in world.registrar.client.get(member).text
    assert "Donner mon accord au changement" in world.second.client.get(member).text


def test_the_keys_are_listed_with_their_holders(world: World) -> None:
    text = world.registrar.client.get("/cles/couverture").text
    assert "une seule personne" in text
    assert "Emma Auditrice" in text
    assert "rien ne peut y être enregistré" in text, "the lead agency has no clinician"


@pytest.mark.parametrize("name", ["officer", "supervisor", "auditor", "reader", "foreign_registrar"])
def test_for_others_there_are_no_members(world: World, name: str) -> None:
    client = getattr(world, name).client
    member = f"/membres/{people.member_id(world, 'officer_same_unit')}"
    for address in (member, f"{member}/fonction", f"{member}/dossiers", f"{member}/depart"):
        client.get(address, status=404)
    if name != "foreign_registrar":
        client.get("/membres", status=404)
        client.get("/cles/couverture", status=404)
    else:
        assert "Basile" not in client.get("/membres").text
