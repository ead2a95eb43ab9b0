"""The journal in a real browser: accessible, not wider than a phone, quiet in the console."""

import pytest

from protect.auth import login
from tests.browser import DESK, PHONE, served, tab
from tests.cases.stories import opened


@pytest.mark.parametrize("view", [PHONE, DESK], ids=["phone", "desk"])
def test_the_journal_can_be_used_by_everybody(world, browser, view):
    world.officer.client.get(f"/dossiers/{opened(world.officer)}")
    cookie = {
        "name": login.COOKIE,
        "value": world.auditor.token,
        "url": "https://localhost",
        "secure": True,
        "httpOnly": True,
    }
    with served(world.app) as base, tab(browser, base, view=view) as auditor:
        auditor.page.context.add_cookies([cookie])
        page = auditor.open("/journal")
        auditor.check()
        page.locator("summary", has_text="Filtres").click()
        page.get_by_label("Action").select_option("case:open")
        auditor.check()
        page.get_by_role("button", name="Filtrer").click()
        page.get_by_role("link", name="autres").first.click()
        page.get_by_text("Sexe", exact=True).wait_for()
        auditor.check()
        page.get_by_role("link", name="Journal", exact=True).last.click()
        page.get_by_role("button", name="Vérifier tout le journal").click()
        page.get_by_role("heading", name="Le journal est intact").wait_for()
        auditor.check()
