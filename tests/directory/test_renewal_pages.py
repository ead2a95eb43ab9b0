"""The page on which a holder renews keys, as the holder meets it."""

import re

import pytest

from tests.access import people, turning
from tests.world import World

ADDRESS = "/cles/renouvellement"


def test_a_key_that_a_leaver_knew_is_renewed(world: World) -> None:
    turning.fill(world)
    people.decide(world, "officer_same_unit", "leave")
    client = world.officer.client
    assert re.search(r"6\s+clés que vous détenez", client.get("/").text)
    assert "Basile Agent" in client.get(ADDRESS).text
    for _ in range(20):
        client.post(f"{ADDRESS}/contact")
        page = client.follow().text
        if "clé est renouvelée" in page:
            break
    assert "clé est renouvelée" in page
    assert re.search(r"5\s+clés que vous détenez", client.get("/").text)


def test_all_that_are_due_are_renewed_with_one_press(world: World) -> None:
    turning.fill(world)
    people.decide(world, "officer_same_unit", "leave")
    client = world.officer.client
    for _ in range(20):
        if "Renouveler toutes" not in client.get(ADDRESS).text:
            break
        client.post(ADDRESS)
    assert "doit être renouvelée" not in client.get("/").text
    assert "doivent être renouvelées" not in client.get("/").text


def test_a_key_that_somebody_else_renews_meanwhile(world: World) -> None:
    turning.fill(world)
    client = world.officer.client
    client.get(ADDRESS)
    turning.a_piece(world.supervisor, "contact")
    client.post(f"{ADDRESS}/contact")
    assert "clé" in client.follow().text


@pytest.mark.parametrize("name", ["registrar", "reader", "publisher"])
def test_who_holds_no_key_has_no_such_page(world: World, name: str) -> None:
    getattr(world, name).client.get(ADDRESS, status=404)


def test_there_is_no_key_of_another_name(world: World) -> None:
    client = world.officer.client
    client.get(ADDRESS)
    client.post(f"{ADDRESS}/nothing", status=404)
