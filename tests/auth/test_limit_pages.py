"""The reason page, the page of who is stopped, and the notice to those whom it concerns."""

from dataclasses import replace
from uuid import UUID

import pytest

from protect.cases.actions_intake import IntakeAnswers, open_case
from tests.pages import PageClient
from tests.world import World

WHY = "Reprise des suivis du trimestre"


@pytest.fixture
def strict(world: World) -> World:
    limits = {"officer": (1, 2)}
    return world.copied(
        replace(world.runtime, settings=world.runtime.settings.model_copy(update={"opening_limits": limits}))
    )


def cases(world: World) -> list[UUID]:
    with world.officer.gate() as gate:
        return [open_case(gate, IntakeAnswers({"surname": f"Kasongo{at}"})) for at in range(3)]


def explain(client: PageClient) -> None:
    client.post("/motif", {"purpose": "supervision", "why": WHY})


def test_a_reason_leads_back_to_the_file(strict: World) -> None:
    first, second, _third = cases(strict)
    client = strict.officer.client
    client.get(f"/dossiers/{first}")
    answer = client.raw.get(f"/dossiers/{second}")
    assert answer.location == "/motif"
    client.get("/motif")
    client.post("/motif", {"purpose": "supervision", "why": ""}, status=200)
    assert "Dites pourquoi" in client.page.text  # type: ignore[union-attr]  # it was read
    explain(client)
    assert client.location == f"/dossiers/{second}"
    assert "Kasongo1" in client.follow().text
    shown = strict.auditor.client.get("/journal").text
    assert WHY in shown
    assert "Motif de nombreuses ouvertures" in shown


def test_a_stop_is_told_and_lifted(strict: World) -> None:
    first, second, third = cases(strict)
    client = strict.officer.client
    client.get(f"/dossiers/{first}")
    client.raw.get(f"/dossiers/{second}")
    client.get("/motif")
    explain(client)
    client.follow()
    shown = client.get(f"/dossiers/{third}", status=429)
    assert "Kasongo2" not in shown.html
    assert "Aucun autre dossier" in shown.text
    client.get(f"/dossiers/{first}")
    for name in ("supervisor", "auditor"):
        assert "Collègues qui ont ouvert trop de dossiers" in strict.people[name].client.get("/").text
    auditor = strict.auditor.client
    assert "Aline Agent" in auditor.get("/arrets").text
    assert "Lever" not in auditor.page.text  # type: ignore[union-attr]  # it was read
    supervisor = strict.supervisor.client
    (form,) = [form for form in supervisor.get("/arrets").forms if form.action.startswith("/arrets/")]
    supervisor.post(form.action)
    assert "Levé par Denis Superviseur" in supervisor.follow().text
    assert "Kasongo2" in client.get(f"/dossiers/{third}").text


def test_what_was_typed_waits_beyond_the_stop(strict: World) -> None:
    first, second, third = cases(strict)
    client = strict.officer.client
    address = f"/dossiers/{third}/compartiments/narrative"
    client.get(f"/dossiers/{first}")
    client.raw.get(f"/dossiers/{second}")
    client.get("/motif")
    explain(client)
    client.follow()
    shown = client.post(address, {"asked": "exploitation_narrative", "exploitation_narrative": "Très long"}, status=429)
    assert shown is not None
    assert "chiffré, pendant un jour" in shown.text
    assert "Très long" in client.get("/formulaire").text


@pytest.mark.parametrize("name", ["officer", "registrar", "shelter_intake"])
def test_the_page_of_stops_is_not_for_others(strict: World, name: str) -> None:
    strict.people[name].client.get("/arrets", status=404)
