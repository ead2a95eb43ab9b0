"""A registrar lets somebody in with a code and six words, a colleague hands the key on; another leaves in three steps."""

import uuid

import pytest
from playwright.sync_api import Page, expect

from protect.access import sessions
from tests.access import people
from tests.journeys.enrolling import read_codes, read_generator
from tests.journeys.instance import Instance
from tests.journeys.steps import answer, choose, follow, inspect, press, said, title
from tests.referrals import hands

OFFICE = "Kinshasa"
WORDS = "La personne lit-elle les mêmes six mots ?"


@pytest.fixture
def newcomer() -> str:
    """A sign-in name that nobody has."""
    return f"venue.{uuid.uuid4().hex[:6]}"


def test_from_the_invitation_to_the_key(instance: Instance, newcomer: str) -> None:
    with instance.seat("registrar") as office, instance.visitor() as arriving:
        registrar = office.open("/membres")
        inspect(registrar, "members")
        code = invite(registrar, newcomer)
        page = arriving.open("/invitation")
        passphrase, codes = enrol(page, code)
        sign_in(page, newcomer, passphrase, codes.pop())
        said(page, "Votre accès doit encore être certifié")
        inspect(page, "words-of-the-newcomer")
        words = page.locator(".app-words li").all_inner_texts()
        assert not set(words) & set(passphrase), "these words are read out; the passphrase never is"
        certify(registrar, words)
        page.goto(arriving.base + "/connexion")
        sign_in(page, newcomer, passphrase, codes.pop())
        said(page, "Vous attendez encore une clé.")
        supplied(instance, registrar, "Nouvelle Venue")
        press(page, "Se déconnecter")
        sign_in(page, newcomer, passphrase, codes.pop(), then="Vos codes de secours")
        page.get_by_label("Votre phrase secrète").fill(" ".join(passphrase))
        read_codes(page)  # one is left: new ones come before anything else
        title(arriving.open("/"), "Ce qui vous attend")
        expect(page.get_by_text("Vous attendez encore une clé.")).to_have_count(0)
        title(arriving.open("/dossiers?noms=1"), "Dossiers")


def invite(page: Page, name: str) -> str:
    press(page, "Inviter une personne")
    title(page, "Inviter une personne")
    inspect(page, "invitation-of-a-member")
    page.get_by_label("Prénom et nom").fill("Nouvelle Venue")
    page.get_by_label("Nom de connexion").fill(name)
    page.get_by_label("Rôle").select_option(label="Agent de protection")
    press(page, "Inviter")
    said(page, "choisissez-en un")
    answer(page, "Bureau", OFFICE)
    press(page, "Inviter")
    said(page, "Ce code n’est affiché que cette fois")
    inspect(page, "code-of-a-member")
    code = page.locator(".app-words strong").inner_text()
    follow(page, "Poursuivre")
    said(page, "Le code est valable jusqu’au")
    return code


def enrol(page: Page, code: str) -> tuple[list[str], list[str]]:
    """The words of the passphrase, and the recovery codes: with them nobody waits for a generator."""
    page.get_by_label("Votre code à usage unique").fill(code)
    press(page, "Continuer")
    passphrase = page.locator(".app-words li").all_inner_texts()
    press(page, "Je les ai notés")
    page.get_by_label("Mot numéro 2").fill(passphrase[1])
    page.get_by_label("Mot numéro 5").fill(passphrase[4])
    press(page, "Continuer")
    read_generator(page)
    return passphrase, read_codes(page)


def sign_in(page: Page, name: str, passphrase: list[str], code: str, then: str = "Ce qui vous attend") -> None:
    page.get_by_label("Votre nom de connexion").fill(name)
    page.get_by_label("Votre phrase secrète").fill(" ".join(passphrase))
    page.get_by_text("Je n’ai pas mon générateur de codes").click()
    page.get_by_label("Un code de secours", exact=True).fill(code)
    press(page, "Se connecter")
    title(page, then)


def certify(page: Page, words: list[str]) -> None:
    """Six other words stop it; the same six words certify."""
    page.reload()
    said(page, "comparez les six mots")
    assert page.locator(".app-words li").all_inner_texts() == words
    inspect(page, "words-to-compare")
    answer(page, WORDS, "Non")
    press(page, "Certifier")
    said(page, "Ne certifiez pas.")
    answer(page, WORDS, "Oui, les six, dans cet ordre")
    press(page, "Certifier")
    said(page, "C’est certifié.")


def supplied(instance: Instance, registrar: Page, who: str) -> None:
    """A holder sees who stands for the colleague, and gives the key with one press."""
    registrar.reload()
    said(registrar, "attend qu’un collègue lui remette la clé")
    with instance.seat("officer") as seat:
        page = seat.open("/")
        said(page, "Quelqu’un attend une clé")
        said(page, "Certifié par")
        inspect(page, "somebody-waits-for-a-key")
        press(page, f"Remettre la clé à {who}")
        expect(page.get_by_role("button", name=f"Remettre la clé à {who}")).to_have_count(0)


def test_a_departure_in_three_steps(instance: Instance) -> None:
    leaver = f"partante.{uuid.uuid4().hex[:6]}"
    instance.person("registrar")
    person = people.join(instance.world, leaver, "officer", OFFICE)
    instance.person("officer")
    people.supply(instance.world, leaver)
    person.sign_in()
    hands.new_case(person)
    member = f"/membres/{people.member_id(instance.world, leaver)}"
    with instance.seat("registrar") as office:
        page = office.open(f"{member}/depart")
        inspect(page, "departure-before")
        hand_over(page, leaver)
        page = office.open(f"{member}/depart")
        said(page, "Cette personne ne suit plus aucun dossier.")
        press(page, "Mettre fin à l’accès")
        said(page, "Peuvent la renouveler : ")
        inspect(page, "departure-after")
        assert sessions.find(instance.world.runtime, person.token).actor is None
        renew_all(instance)
        page.reload()
        said(page, "Toutes les clés que détenait cette personne sont renouvelées.")
        inspect(office.open("/cles/couverture"), "coverage")


def hand_over(page: Page, leaver: str) -> None:
    follow(page, "Confier les dossiers")
    title(page, "Confier les dossiers")
    inspect(page, "hand-over")
    choose(page, "Collègue qui prend la suite", "Basile Agent")
    press(page, "Confier")
    said(page, "C’est confié : 1 dossier ouvert.")
    title(page, leaver.capitalize())


def renew_all(instance: Instance) -> None:
    """A holder goes from the first page to the keys, and renews what is due until nothing is."""
    with instance.seat("officer") as seat:
        page = seat.open("/")
        follow(page, "Voir les clés")
        title(page, "Renouveler les clés")
        inspect(page, "renewal")
        every = page.get_by_role("button", name="Renouveler toutes celles qui doivent l’être")
        one = page.locator("main form button:not(.govuk-button--secondary)")
        for due in (every, one):  # with one left, its own button is the first on the page
            for _ in range(20):
                if not due.count():
                    break
                due.first.click()
                title(page, "Renouveler les clés")
        expect(one).to_have_count(0)
        title(seat.open("/dossiers?noms=1"), "Dossiers")
