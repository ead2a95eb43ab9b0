"""The end of a case as people see it: closing, asking, what stands in the way, agreeing, and the page that is left."""

from uuid import UUID

import pytest

from tests.cases import endings
from tests.cases.agreed import ask, give
from tests.pages import PageClient
from tests.referrals import hands
from tests.world import World

CLOSED = {
    "asked": "case_closure_date case_closure_reason case_closure_details", "case_closure_date-day": "1",
    "case_closure_date-month": "2", "case_closure_date-year": "2026", "case_closure_reason": "person_request",
    "case_closure_details": "",
}  # fmt: skip


def closed(world: World) -> UUID:
    case_id, client = hands.new_case(world.officer), world.officer.client
    client.get(f"/dossiers/{case_id}/cloture")
    client.post(f"/dossiers/{case_id}/cloture", CLOSED)
    assert "Clôturé" in client.follow().text
    return case_id


def asked(world: World, case_id: UUID) -> str:
    client = world.officer.client
    client.get(f"/dossiers/{case_id}/effacement")
    client.post(f"/dossiers/{case_id}/effacement", {"reason": "wish", "why": endings.WHY})
    return client.location


def test_from_the_closing_to_the_page_that_is_left(world: World) -> None:
    case_id = closed(world)
    address = asked(world, case_id)
    supervisor = world.supervisor.client
    assert "Demandes qui attendent votre décision" in supervisor.get("/").text
    page = supervisor.get(address).text
    assert "Personne ne pourra le rétablir" in page
    assert endings.WHY not in page
    supervisor.post(f"{address}/accord")
    assert "exécutée" in supervisor.follow().text
    left = world.officer.client.get(f"/dossiers/{case_id}").text
    assert "Effacé le" in left
    assert "Denis Superviseur" in left
    assert hands.NAME not in left
    for path in ("compartiments/identity", "cloture", "danger", "entretien", "accord", "consentements/nouveau"):
        answer = world.officer.client.raw.get(f"/dossiers/{case_id}/{path}")
        assert answer.status_code in {303, 404}, path
    supervisor.get(address)
    supervisor.post(f"{address}/accord")
    assert "entre-temps" in supervisor.follow().text


def test_it_is_opened_again_and_then_not_erased(world: World) -> None:
    case_id = closed(world)
    address, officer = asked(world, case_id), world.officer.client
    officer.get(f"/dossiers/{case_id}")
    officer.post(f"/dossiers/{case_id}/reouverture")
    assert "Rouvert" in officer.follow().text
    assert "clôturez-le d’abord" in officer.get(f"/dossiers/{case_id}/effacement").text
    supervisor = world.supervisor.client
    supervisor.get(address)
    supervisor.post(f"{address}/accord")
    assert "il n’a pas été effacé" in supervisor.follow().text
    assert "attend une deuxième personne" in supervisor.get(address).text


def test_a_live_referral_is_said_to_both(world: World) -> None:
    case_id = closed(world)
    address, officer = asked(world, case_id), world.officer.client
    hands.send(world.officer, case_id, hands.service_id(world, hands.SHELTER))
    assert "encore en cours" in officer.get(f"/dossiers/{case_id}/effacement").text
    supervisor = world.supervisor.client
    supervisor.get(address)
    supervisor.post(f"{address}/accord")
    assert "Un référencement de cette personne est en cours" in supervisor.follow().text
    assert hands.NAME in officer.get(f"/dossiers/{case_id}").text


def refused(client: PageClient, address: str) -> None:
    client.get("/accords")
    client.post(address, status=404)


@pytest.mark.parametrize("name", ["officer", "officer_same_unit", "auditor", "registrar", "foreign_supervisor"])
def test_who_does_not_decide_finds_nothing_to_press(world: World, name: str) -> None:
    address = asked(world, closed(world))
    client = world.people[name].client
    assert "Accepter et effacer" not in client.raw.get(address).text
    refused(client, f"{address}/accord")
    refused(client, f"{address}/refus")


def test_auditors_and_registrars_are_told_without_the_case(world: World) -> None:
    approval = ask(world, None, covers=12)
    give(world, approval)
    for name in ("auditor", "registrar"):
        client = world.people[name].client
        assert "que l’on peut encore arrêter" in client.get("/").text
        assert "CD-KN" not in client.get(f"/accords/{approval}").text
    for name, said in (("auditor", "C’est arrêté"), ("registrar", "entre-temps")):
        client = world.people[name].client
        client.get("/accords")
        client.post(f"/accords/{approval}/fin")
        assert said in client.follow().text


def test_a_second_factor_is_asked_first(world: World) -> None:
    case_id = closed(world)
    address = asked(world, case_id)
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    assert world.supervisor.client.raw.get(address).location == "/confirmer"
    assert world.officer.client.raw.get(f"/dossiers/{case_id}/effacement").location == "/confirmer"
    client = world.supervisor.client
    client.get("/accords")
    client.post(f"{address}/accord")
    assert client.location.startswith("/confirmer")
    assert endings.status(world, case_id) == "closed"
