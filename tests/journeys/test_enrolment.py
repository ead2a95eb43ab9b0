"""A colleague becomes a member with a paper code, and leaves with six words that nobody else has ever seen."""

import uuid
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import Page, expect

from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from tests.journeys.enrolling import read_codes, read_generator
from tests.journeys.instance import Instance
from tests.journeys.steps import CODE, follow, inspect, press, said, title
from tests.journeys.test_passkey import USE, authenticator

AGENCY = "Clinique juridique"


@pytest.fixture
def invited(instance: Instance) -> tuple[str, str]:
    """Sign-in name and one-time code of somebody who was just invited."""
    number = uuid.uuid4().hex[:6]
    name = f"avocate-{number}"
    plan = AgencyPlan(
        f"{AGENCY} {number}", "legal", [("Bureau", "CD-KN")], [], [NewMember(name, "Véronique Droit", "registrar")]
    )
    done = add_agency(instance.world.runtime, instance.world.directory, plan)
    return name, done.codes[0].code


def test_from_the_code_to_the_first_page(instance: Instance, invited: tuple[str, str]) -> None:
    name, code = invited
    with instance.visitor() as visitor:
        page = visitor.open("/connexion")
        follow(page, "J’ai reçu un code à usage unique")
        not_shown_again = read_passphrase(page, code, name)
        page.goto(visitor.base + "/invitation")
        words = read_passphrase(page, code, name)
        assert words != not_shown_again, "a passphrase is shown once, then never again"
        press(page, "Je les ai notés")
        for word in words:
            expect(page.get_by_text(word, exact=True)).to_have_count(0)
        miss_a_word(page, words)
        type_words(page, words[1], words[4].upper())
        generator = read_generator(page)
        read_codes(page)
        said(page, "Votre accès est prêt.")
        sign_in(page, name, words, generator)
        the_code_is_used_up(visitor.open("/invitation"), code)


def test_a_finger_takes_the_place_of_the_generator(instance: Instance, invited: tuple[str, str]) -> None:
    name, code = invited
    with instance.visitor() as visitor, authenticator(visitor.open("/invitation"), secret=True):
        page = visitor.page
        words = read_passphrase(page, code, name)
        press(page, "Je les ai notés")
        type_words(page, words[1], words[4])
        title(page, "Votre générateur de codes")
        inspect(page, "enrol-passkey-360")
        press(page, "Créer une clé d’accès")
        read_codes(page)
        said(page, "Votre accès est prêt.")
        page.get_by_label("Votre nom de connexion").fill(name)
        press(page, USE)
        title(page, "Ce qui vous attend")
        inspect(page, "enrolled-with-passkey-360")
        follow(page, "Mes moyens de connexion")
        said(page, "ouvre sans la phrase secrète")
        expect(page.get_by_text("Générateur de codes", exact=True)).to_have_count(0)


def read_passphrase(page: Page, code: str, name: str) -> list[str]:
    page.get_by_label("Votre code à usage unique").fill(code.lower().replace("-", " "))
    press(page, "Continuer")
    said(page, f"Véronique Droit, vous travaillerez pour {AGENCY}")
    said(page, name)
    words = page.locator(".app-words li").all_inner_texts()
    assert len(words) == 6
    inspect(page, "passphrase")
    return words


def miss_a_word(page: Page, words: list[str]) -> None:
    type_words(page, words[1], "autre")
    said(page, "Ce ne sont pas les mots affichés.")
    inspect(page, "wrong-words")


def type_words(page: Page, second: str, fifth: str) -> None:
    title(page, "Deux mots de votre phrase secrète")
    page.get_by_label("Mot numéro 2").fill(second)
    page.get_by_label("Mot numéro 5").fill(fifth)
    press(page, "Continuer")


def sign_in(page: Page, name: str, words: list[str], generator: pyotp.TOTP) -> None:
    """First with a wrong passphrase: the answer does not tell whether the name exists."""
    for typed, then in (("un deux trois", "Se connecter"), (" ".join(words), "Ce qui vous attend")):
        page.get_by_label("Votre nom de connexion").fill(name)
        page.get_by_label("Votre phrase secrète").fill(typed)
        page.get_by_label(CODE).fill(generator.at(datetime.now(UTC), counter_offset=1))
        press(page, "Se connecter")
        title(page, then)


def the_code_is_used_up(page: Page, code: str) -> None:
    page.get_by_label("Votre code à usage unique").fill(code)
    press(page, "Continuer")
    said(page, "Ce code est inconnu, déjà utilisé ou trop ancien.")
