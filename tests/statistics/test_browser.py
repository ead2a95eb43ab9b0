"""The pages of releases in a real browser: accessible, not wider than a phone, quiet in the console."""

import pytest

from protect.auth import login
from tests.browser import DESK, PHONE, served, tab
from tests.statistics.people import fill


@pytest.fixture
def site(world):
    fill(world)
    with served(world.app) as base:
        yield base


def signed_in(opened_tab, person):
    cookie = {"name": login.COOKIE, "value": person.token, "url": "https://localhost", "secure": True, "httpOnly": True}
    opened_tab.page.context.add_cookies([cookie])
    return opened_tab


@pytest.mark.parametrize("view", [PHONE, DESK], ids=["phone", "desk"])
def test_a_release_can_be_made_and_read_by_everybody(world, site, browser, view):
    with tab(browser, site, view=view) as analyst:
        page = signed_in(analyst, world.analyst).open("/publications/preparation")
        analyst.check()
        for label in ("Premier trimestre", "Dernier trimestre"):
            page.get_by_label(label).select_option("2026-Q1")
        page.get_by_role("button", name="Construire les tableaux").click()
        page.get_by_role("heading", name="Tableaux à proposer").wait_for()
        analyst.check()
        page.get_by_role("button", name="Proposer ces tableaux").click()
        page.get_by_role("heading", name="Publication proposée").wait_for()
        address = page.url.removeprefix(site)
    with tab(browser, site, view=view) as publisher:
        page = signed_in(publisher, world.publisher).open("/publications/propositions")
        publisher.check()
        publisher.open(f"{address}/examen")
        publisher.check()
        page.get_by_label("Publier sous le prochain numéro").check()
        page.get_by_role("button", name="Enregistrer la décision").click()
        page.get_by_role("link", name="Publication n° 1").wait_for()
    with tab(browser, site, view=view) as reader:
        signed_in(reader, world.reader)
        for path in ("/publications", address):
            reader.open(path)
            reader.check()
