"""What registrars see of recovery, and that any of them can stop keys that custodians brought back."""

import re

import pytest

from protect.access import recovery
from protect.access.errors import Denied, NotFound
from protect.directory import actions_recovery
from tests.access import ceremony, people
from tests.world import World


def arrived(world: World) -> recovery.Arrival:
    seed = ceremony.hold(world)
    return ceremony.arrive(world, ceremony.answered(seed, ceremony.exported(world, "officer")))


def test_whether_there_is_a_way_back(world: World) -> None:
    client = world.registrar.client
    assert "Aucune clé de récupération" in client.get("/cles/couverture").text
    ceremony.hold(world, by=("auditor",))
    assert "pas encore rapporter" in client.get("/cles/couverture").text
    officer = world.officer.client
    page = officer.get("/")
    assert "Comparez ces six mots" in page.text
    (digest,) = re.findall(r'name="key" value="(\w+)"', page.html)
    officer.post("/cles/depositaires", {"key": "0" * 64})
    assert "comparez ses mots" in officer.follow().text
    officer.post("/cles/depositaires", {"key": digest})
    assert "Vos clés sont copiées" in officer.follow().text
    assert "rapporter chaque clé" in client.get("/cles/couverture").text


def test_an_arrival_is_shown_and_stopped(world: World) -> None:
    found = arrived(world)
    client = world.registrar.client
    assert "Clés rapportées par les dépositaires" in client.get("/").text
    assert "Aline Agent" in client.get("/cles/couverture").text
    client.post(f"/cles/couverture/{found.id}/arret", {})
    assert "Ces clés ne compteront pas" in client.follow().text
    world.runtime.clock.move(hours=25)  # type: ignore[attr-defined]  # the clock of tests
    assert ceremony.apply_due(world) == []


@pytest.mark.parametrize("name", ["officer", "supervisor", "auditor", "foreign_registrar"])
def test_nobody_else_stops_it(world: World, name: str) -> None:
    found = arrived(world)
    with pytest.raises((Denied, NotFound)), people.fresh(world, name) as gate:
        actions_recovery.stop(gate, found.id)
    with world.runtime.unit_of_work() as db:
        assert recovery.waiting_arrivals(db, world.agencies["Agence pilote"])
