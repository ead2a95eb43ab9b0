"""Explained access in a real browser: from a shut part to its reason, an auditor's question, and the printed matrix."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from protect.auth import login
from protect.oversight import explained
from tests.browser import DESK, PHONE, Tab, served, tab
from tests.cases.stories import opened
from tests.world import World


@contextmanager
def seat(world: World, browser: Browser, name: str, **options: Any) -> Iterator[Tab]:
    """A tab of somebody who signed in."""
    token = world.people[name].token
    cookie = {"name": login.COOKIE, "value": token, "url": "https://localhost", "secure": True, "httpOnly": True}
    with served(world.app) as base, tab(browser, base, **options) as opened_tab:
        opened_tab.page.context.add_cookies([cookie])
        yield opened_tab


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_shut_part_to_its_reason_and_back(world: World, browser: Browser, scripts: bool) -> None:
    case_id = opened(world.officer)
    with seat(world, browser, "officer", view=PHONE, scripts=scripts) as officer:
        page = officer.open(f"/dossiers/{case_id}")
        page.get_by_role("link", name="Pourquoi je ne vois pas ceci ? Santé et psychosocial").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Santé et psychosocial")
        if scripts:
            officer.check()
        page.get_by_role("link", name="Retour").click()
        expect(page).to_have_url(f"{officer.base}/dossiers/{case_id}")


def test_a_registrar_sees_what_a_role_can_see(world: World, browser: Browser) -> None:
    with seat(world, browser, "registrar", view=PHONE) as registrar:
        page = registrar.open("/acces")
        registrar.check()
        page.get_by_role("link", name="Superviseur").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Superviseur")
        page.get_by_text("Ce que ce rôle ne peut pas faire").click()
        registrar.check()
        expect(page.get_by_role("main")).to_contain_text("Modifier un dossier")


def test_an_auditor_asks_the_rules(world: World, browser: Browser) -> None:
    with seat(world, browser, "auditor", view=PHONE) as auditor:
        page = auditor.open("/acces")
        page.get_by_role("link", name="Ce membre en a-t-il le droit").click()
        page.get_by_role("button", name="Interroger les règles").click()
        expect(page.get_by_role("alert")).to_contain_text("Choisissez un rôle ou un membre")
        auditor.check()
        page.get_by_label("Qui").select_option(label="Aline Agent")
        page.get_by_label("Quelle action").select_option(label="Consulter un dossier")
        page.get_by_label("Sur quel objet").select_option(label="Un objet d’un autre bureau de la même organisation")
        page.get_by_role("button", name="Interroger les règles").click()
        expect(page.get_by_role("heading", name="Non, c’est refusé")).to_be_visible()
        expect(page.get_by_role("row", name="même bureau")).to_contain_text("Faux")
        auditor.check()


def test_a_group_of_roles_is_one_sheet_of_paper_after_the_first_which_explains_the_words(
    world: World, browser: Browser
) -> None:
    with seat(world, browser, "auditor", view=DESK) as auditor:
        page = auditor.open("/acces/matrice")
        auditor.check()
        printed = page.pdf(format="A4", path=os.environ.get("PROTECT_PRINTED"))
        assert printed.count(b"/Type /Page\n") == 1 + len(explained.sheets("fr"))
