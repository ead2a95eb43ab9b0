"""Both sides of a referral in a real browser, on a desk and on a phone: complete, accessible, nowhere wider than the screen."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect

from protect.auth import login
from tests.browser import DESK, PHONE, Tab, served, tab
from tests.referrals import hands
from tests.world import Person, World

PICTURES = os.environ.get("PROTECT_PICTURES", "")  # a folder, to look at the pages


@contextmanager
def signed_in(browser: Browser, base: str, person: Person, view: dict[str, int]) -> Iterator[Tab]:
    with tab(browser, base, view=view) as opened:
        cookie = {
            "name": login.COOKIE,
            "value": person.token,
            "url": "https://localhost",
            "secure": True,
            "httpOnly": True,
        }
        opened.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dictionary with the right keys
        yield opened


def look(opened: Tab, name: str, view: dict[str, int], words: str) -> None:
    """Wait for the page that says `words`, then judge it."""
    expect(opened.page.get_by_text(words).first).to_be_visible()
    opened.page.wait_for_load_state()
    opened.check()
    if PICTURES:
        opened.page.screenshot(path=Path(PICTURES) / f"{name}-{view['width']}.png", full_page=True)


def ask_for_a_place(officer: Tab, view: dict[str, int], case: UUID) -> None:
    page = officer.open(f"/dossiers/{case}/referencements/nouveau")
    look(officer, "choose", view, "Choisissez un service")
    page.get_by_role("link", name=hands.SHELTER).first.click()
    page.get_by_role("button", name="Voir ce qui sera envoyé").click()
    look(officer, "request-errors", view, "Il y a un problème")
    page.get_by_label("Urgente").check()
    page.get_by_label("Identifiants directs").check()
    page.get_by_label("Données codées et statistiques").check()
    page.get_by_label("Langue dans laquelle").select_option(label="Lingala")
    page.get_by_label("Modalités de retrait du consentement").check()
    look(officer, "request", view, "L’accord de la personne")
    page.get_by_role("button", name="Voir ce qui sera envoyé").click()
    look(officer, "preview", view, "Exactement ce qui sera envoyé")
    page.get_by_role("button", name="Envoyer la demande").click()
    look(officer, "sent", view, "La demande est envoyée")
    officer.open("/referencements")
    look(officer, "mine", view, "En attente de réponse")


def accept_and_open(shelter: Tab, view: dict[str, int]) -> None:
    page = shelter.open("/demandes")
    look(shelter, "inbox", view, "À répondre")
    page.get_by_role("link", name=hands.SHELTER).first.click()
    look(shelter, "received", view, "Aucun nom n’apparaît")
    page.get_by_role("button", name="Accepter").click()
    look(shelter, "accepted", view, "Votre réponse est enregistrée")
    page.get_by_role("button", name="Ouvrir le dossier transmis").click()
    look(shelter, "package", view, "La personne accepte de partager")
    shelter.open("/places")
    look(shelter, "places", view, "Ajouter des places")


def withdraw_the_consent(officer: Tab, view: dict[str, int]) -> None:
    page = officer.open("/referencements")
    page.get_by_role("link", name=hands.SHELTER).first.click()
    look(officer, "followed", view, "Première ouverture")
    page.get_by_role("button", name="La personne retire son consentement").click()
    look(officer, "withdraw", view, "Dites-le à la personne")
    page.get_by_role("button", name="Retirer le consentement").click()
    expect(page.get_by_text("Le consentement est retiré").first).to_be_visible()
    officer.open("/services")
    look(officer, "services", view, "Les adresses ne figurent jamais")


def learn_of_the_withdrawal(shelter: Tab, view: dict[str, int]) -> None:
    page = shelter.open("/demandes")
    look(shelter, "inbox-withdrawn", view, "Retirées")
    page.get_by_role("link", name=hands.SHELTER).first.click()
    look(shelter, "withdrawn", view, "a repris cette demande")
    page.get_by_role("button", name="J’en prends acte").click()
    expect(page.get_by_text("L’expéditeur voit que vous").first).to_be_visible()


@pytest.mark.parametrize("view", [DESK, PHONE], ids=["desk", "phone"])
def test_asking_answering_and_withdrawing(world: World, browser: Browser, view: dict[str, int]) -> None:
    hands.add_places(world, hands.SHELTER, 2)
    case = hands.new_case(world.officer)
    with served(world.app) as base:
        with signed_in(browser, base, world.officer, view) as officer:
            ask_for_a_place(officer, view, case)
        with signed_in(browser, base, world.shelter_intake, view) as shelter:
            accept_and_open(shelter, view)
        with signed_in(browser, base, world.officer, view) as officer:
            withdraw_the_consent(officer, view)
        with signed_in(browser, base, world.shelter_intake, view) as shelter:
            learn_of_the_withdrawal(shelter, view)
