"""The page on which a holder renews keys, as the holder meets it."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from protect.access.gate import Gate
from protect.access.rows import DROPPED
from protect.cases.actions_consent import KEPT_IN
from protect.cases.models import CaseCompartment, Consent
from protect.directory import views_rotation
from protect.referrals.models import Referral
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
    for _ in range(40):  # each press works for some seconds, and a slow machine needs more of them
        client.get(ADDRESS)
        client.post(ADDRESS)
        home = client.get("/").text
        if not re.search(r"doi(t|vent) être renouvelées?", home):
            break
    assert not re.search(r"doi(t|vent) être renouvelées?", home)


def test_a_key_that_is_a_year_old_is_told_to_who_holds_it_and_to_the_registrar(world: World) -> None:
    for name in ("officer", "registrar"):
        assert "renouvel" not in world.people[name].client.get("/").text
    world.runtime.clock.move(days=366)
    for name in ("officer", "registrar"):
        world.people[name].sign_in()
    assert re.search(r"6\s+clés que vous détenez", world.officer.client.get("/").text)
    page = world.officer.client.get(ADDRESS).text
    assert page.count("Cette clé a plus d’un an.") == 6
    home = world.registrar.client.get("/").text
    assert "Clés à renouveler par ceux qui les détiennent" in home
    assert "Cette clé a plus d’un an." in world.registrar.client.get("/cles/couverture").text


def test_progress_is_counted_in_things_and_only_what_was_pressed_goes_on(world: World) -> None:
    turning.fill(world)
    begun = turning.a_piece(world.officer, "coded")
    assert (begun.total, begun.looked_at) == (things(world, "coded"), 0)
    assert begun.total
    client = world.officer.client
    page = client.get(ADDRESS)
    assert f"0 éléments sur {begun.total}" in page.text
    assert "data-go-on" not in page.html, "who looks at the page has pressed nothing"
    for pressed, going in (("coded", 1), ("toutes", 1), ("contact", 0), ("<b>", 0)):
        assert client.get(f"{ADDRESS}?suite={pressed}").html.count("data-go-on=") == going
    seen = [begun.looked_at]
    while not (progress := turning.a_piece(world.officer, "coded")).finished:
        seen.append(progress.looked_at)
    assert seen == sorted(seen)
    assert progress.looked_at == progress.total
    client.get(ADDRESS)
    client.post(f"{ADDRESS}/coded")
    assert client.location == ADDRESS, "nothing is left to press for"


def test_an_interrupted_renewal_says_whose_button_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    turning.fill(world)
    monkeypatch.setattr(views_rotation, "WHILE", 0.0)
    client = world.officer.client
    client.get(ADDRESS)
    client.post(f"{ADDRESS}/coded")
    assert client.location == f"{ADDRESS}?suite=coded"
    page = client.follow()
    assert page.html.count(f'data-go-on="{ADDRESS}"') == 1
    assert "Poursuivre" in page.text, "without scripts the button is there"


def things(world: World, compartment: str) -> int:
    """What there is to seal anew: each row twice, the sender's copies and the restrictions once."""
    with world.supervisor.gate() as gate:
        rows = gate.db.scalars(select(CaseCompartment.wrap).where(CaseCompartment.name == compartment)).all()
        copies = gate.db.scalar(select(func.count()).select_from(Referral).where(_of(gate, Referral)))
        restricted = _of(gate, Consent) & Consent.restrictions.is_not(None)
        kept = gate.db.scalar(select(func.count()).select_from(Consent).where(restricted)) if KEPT_IN == "coded" else 0
    dropped = sum(wrap == DROPPED for wrap in rows)
    return 2 * (len(rows) - dropped) + dropped + copies + kept


def _of(gate: Gate, model: Any) -> Any:
    return model.agency_id == gate.member.agency_id


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
