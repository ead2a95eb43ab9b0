"""A passkey in a real browser: made on the own telephone, then name and fingerprint are enough; or no more than a factor."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser import PHONE
from tests.journeys.instance import Instance
from tests.journeys.steps import CODE, follow, inspect, press, said, title
from tests.world import PASSPHRASE

USE = "Utiliser une clé d’accès (empreinte, visage, code PIN)"


@contextmanager
def authenticator(page: Page, *, secret: bool, verified: bool = True) -> Iterator[CDPSession]:
    """The telephone's own passkeys, as Chromium plays them; with `secret` they know PRF."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": verified, "automaticPresenceSimulation": True, "hasPrf": secret,
    }  # fmt: skip
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield cdp
    cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})


def sign_in(page: Page, instance: Instance, name: str) -> None:
    page.get_by_label("Votre nom de connexion").fill(name)
    page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
    page.get_by_label(CODE).fill(instance.world.people[name].code())
    press(page, "Se connecter")
    title(page, "Ce qui vous attend")


def make_passkey(page: Page) -> None:
    follow(page, "Mes moyens de connexion")
    inspect(page, "factors")
    follow(page, "Une clé d’accès")
    inspect(page, "new-passkey")
    press(page, "Créer une clé d’accès")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Saisissez d’abord votre phrase secrète")
    page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
    press(page, "Créer une clé d’accès")
    said(page, "La clé d’accès est ajoutée.")


def leave(page: Page) -> None:
    press(page, "Se déconnecter")
    title(page, "Se connecter")


@pytest.mark.parametrize("view", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
def test_name_and_fingerprint_open_the_same_cases(instance: Instance, view: dict[str, int]) -> None:
    with instance.visitor(view=view) as visitor, authenticator(visitor.open("/connexion"), secret=True):
        page = visitor.page
        inspect(page, f"sign-in-{view['width']}")
        sign_in(page, instance, "foreign_officer")
        make_passkey(page)
        said(page, "ouvre sans la phrase secrète")
        inspect(page, f"factors-{view['width']}")
        visitor.open("/")
        said(page, "Une clé d’accès a été ajoutée")
        inspect(page, f"notice-{view['width']}")
        leave(page)
        page.get_by_label("Votre nom de connexion").fill("foreign_officer")
        press(page, USE)
        title(page, "Ce qui vous attend")
        visitor.open("/dossiers?noms=1")
        title(page, "Dossiers")


def test_a_passkey_without_a_secret_stands_for_the_code(instance: Instance) -> None:
    with instance.visitor() as visitor, authenticator(visitor.open("/connexion"), secret=False):
        page = visitor.page
        sign_in(page, instance, "supervisor")
        make_passkey(page)
        expect(page.get_by_text("ouvre sans la phrase secrète")).to_have_count(0)
        leave(page)
        page.get_by_label("Votre nom de connexion").fill("supervisor")
        press(page, USE)
        expect(page.get_by_role("status")).to_contain_text("demande aussi votre phrase secrète")
        page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
        press(page, USE)
        title(page, "Ce qui vous attend")


def test_a_passkey_of_somebody_else_opens_nothing(instance: Instance) -> None:
    with instance.visitor() as visitor, authenticator(visitor.open("/connexion"), secret=True):
        page = visitor.page
        sign_in(page, instance, "shelter_worker")
        make_passkey(page)
        leave(page)
        page.get_by_label("Votre nom de connexion").fill("shelter_intake")
        press(page, USE)
        said(page, "est inexact")


def test_without_a_script_there_is_no_button(instance: Instance) -> None:
    with instance.visitor(scripts=False) as visitor:
        page = visitor.open("/connexion")
        expect(page.get_by_role("button", name=USE)).to_have_count(0)
        sign_in(page, instance, "shelter_worker")


def test_a_lost_phrase_is_replaced_on_a_telephone(instance: Instance) -> None:
    person = instance.world.people["clinic_registrar"]  # nobody else has to know the new phrase
    with instance.visitor() as visitor:
        page = visitor.open("/connexion")
        follow(page, "J’ai perdu ma phrase secrète")
        inspect(page, "lost-phrase")
        page.get_by_label("Votre nom de connexion").fill(person.name)
        page.get_by_label("Un code de secours").fill(person.recovery.pop())
        page.get_by_label(CODE).fill(person.code())
        press(page, "Continuer")
        title(page, "Votre nouvelle phrase secrète")
        words = page.locator(".app-words li").all_inner_texts()
        press(page, "Je les ai notés")
        page.get_by_label("Mot numéro 2").fill(words[1])
        page.get_by_label("Mot numéro 5").fill(words[4])
        press(page, "Terminer")
        said(page, "rien n’est perdu")
        page.get_by_label("Votre nom de connexion").fill(person.name)
        page.get_by_label("Votre phrase secrète").fill(" ".join(words))
        page.get_by_label(CODE).fill(person.code())
        press(page, "Se connecter")
        said(page, "La phrase secrète a été remplacée")
        inspect(page, "phrase-replaced")
