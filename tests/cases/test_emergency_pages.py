"""Break-glass as people see it: asking, agreeing, the banner, the notices, the review, and what stays shut."""

from uuid import UUID

import pytest

from tests.cases import emergencies
from tests.pages import PageClient
from tests.world import World

ASKED = {"reason": "danger", "why": emergencies.WHY}


def asked(world: World) -> tuple[UUID, str]:
    """A case of Kinshasa, and the address of the request of Goma's officer."""
    case_id, code = emergencies.new_case(world)
    client = world.officer_other_unit.client
    client.get("/urgences/demande")
    client.post("/urgences/demande", {**ASKED, "code": code.replace("-", " ").lower()})
    return case_id, client.location


def agreed(world: World) -> tuple[UUID, str]:
    case_id, address = asked(world)
    client = world.supervisor.client
    client.get(address)
    client.post(f"{address}/accord", {"hours": "2"})
    return case_id, address


def test_from_the_request_to_the_review(world: World) -> None:
    _case, address = agreed(world)
    client = world.officer_other_unit.client
    assert "Mes accès d’urgence ouverts" in client.get("/").text
    assert "Ouvrir le dossier" in client.get(address).text
    page = client.get(f"{address}/dossier")
    assert "Accès d’urgence jusqu’à" in page.text
    assert "Kasongo" in page.text
    client.post(f"{address}/fin")
    client.get(f"{address}/dossier", status=404)
    for name in ("officer", "registrar"):
        assert "Accès d’urgence de ces derniers jours" in world.people[name].client.get("/").text
    auditor = world.auditor.client
    assert "Accès d’urgence à examiner" in auditor.get("/").text
    auditor.get(address)
    auditor.post(f"{address}/revue", {"finding": "justified", "why": "Bureau injoignable"})
    assert "Justifié" in auditor.follow().text
    assert "Accès d’urgence à examiner" not in auditor.get("/").text


def test_the_second_person_is_told_and_reads_why(world: World) -> None:
    _case, address = asked(world)
    for name in ("officer", "officer_same_unit", "supervisor"):
        client = world.people[name].client
        assert "Accès d’urgence qu’un collègue demande" in client.get("/").text
        assert emergencies.WHY in client.get(address).text
    for name in ("auditor", "registrar", "foreign_supervisor", "shelter_intake"):
        assert "collègue demande" not in world.people[name].client.get("/").text


def test_who_may_not_open_the_case_is_not_told_which(world: World) -> None:
    _case, address = agreed(world)
    for name in ("registrar", "auditor"):
        page = world.people[name].client.get(address)
        assert "montré à qui peut l’ouvrir" in page.text
        assert "CD-KN" not in page.text
        assert emergencies.WHY not in page.text
    assert "CD-KN" in world.officer.client.get(address).text


def refused(client: PageClient, address: str, **given: str) -> None:
    client.get("/urgences" if address.count("/") > 1 else "/")
    client.post(address, given, status=404)


def test_nobody_agrees_to_their_own_request(world: World) -> None:
    _case, address = asked(world)
    client = world.officer_other_unit.client
    assert "Votre décision" not in client.get(address).text
    refused(client, f"{address}/accord", hours="4")
    refused(client, f"{address}/refus")
    client.get(f"{address}/dossier", status=404)


@pytest.mark.parametrize("name", ["foreign_officer", "foreign_supervisor", "foreign_auditor"])
def test_another_organisation_sees_nothing(world: World, name: str) -> None:
    _case, address = agreed(world)
    client = world.people[name].client
    assert "Il n’y a aucun accès d’urgence" in client.get("/urgences").text
    client.get(address, status=404)


@pytest.mark.parametrize("name", ["officer_other_unit", "supervisor"])
def test_who_took_part_does_not_review(world: World, name: str) -> None:
    _case, address = agreed(world)
    world.officer_other_unit.client.get(address)
    world.officer_other_unit.client.post(f"{address}/fin")
    refused(world.people[name].client, f"{address}/revue", finding="justified", why="Tout va bien")


def test_the_wrong_code_is_said_beside_the_field(world: World) -> None:
    _case, code = emergencies.new_case(world)
    client = world.officer_other_unit.client
    client.get("/urgences/demande")
    client.post("/urgences/demande", {**ASKED, "code": code[:-1]}, status=200)
    assert "relisez-le lettre par lettre" in client.page.text  # type: ignore[union-attr]  # it was read
    own = world.officer.client
    own.get("/urgences/demande")
    own.post("/urgences/demande", {**ASKED, "code": code}, status=200)
    assert "de votre bureau" in own.page.text  # type: ignore[union-attr]  # it was read


def test_a_request_that_was_decided_is_said_to_be(world: World) -> None:
    _case, address = agreed(world)
    client = world.officer.client
    client.get(address)
    client.post(f"{address}/accord", {"hours": "4"})
    assert "entre-temps" in client.follow().text


@pytest.mark.parametrize("given", [{"hours": ""}, {"hours": "48"}, {"hours": "-1"}])
def test_no_other_length_is_taken(world: World, given: dict[str, str]) -> None:
    _case, address = asked(world)
    client = world.supervisor.client
    client.get(address)
    client.post(f"{address}/accord", given, status=200)
    world.officer_other_unit.client.get(f"{address}/dossier", status=404)


def test_a_step_up_is_asked_before_anything_is_signed(world: World) -> None:
    _case, address = asked(world)
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    client = world.supervisor.client
    assert client.raw.get(address).location == "/confirmer"
    client.get("/urgences")
    client.post(f"{address}/accord", {"hours": "4"})
    assert client.location.startswith("/confirmer")
    assert world.officer_other_unit.client.raw.get("/urgences/demande").location == "/confirmer"
