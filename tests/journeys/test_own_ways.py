"""Somebody looks after the own ways to sign in, on a telephone: a second generator, new codes, one taken away, other words."""

from datetime import UTC, datetime

import pyotp
from playwright.sync_api import Page, expect

from tests.auth.test_few_factors import used_up_to_one
from tests.journeys.enrolling import scanned
from tests.journeys.instance import Instance
from tests.journeys.steps import CODE, follow, inspect, press, said, title
from tests.journeys.test_passkey import USE, authenticator, leave, make_passkey, sign_in
from tests.world import PASSPHRASE, Person

WAYS = "Mes moyens de connexion"


def sign_in_with(page: Page, person: Person, phrase: str, code: str, label: str = CODE) -> None:
    page.get_by_label("Votre nom de connexion").fill(person.name)
    page.get_by_label("Votre phrase secrète").fill(phrase)
    if label != CODE:
        page.get_by_text("Je n’ai pas mon générateur de codes").click()
    page.get_by_label(label, exact=True).fill(code)
    press(page, "Se connecter")


def add_generator(page: Page) -> pyotp.TOTP:
    follow(page, "Un générateur de codes")
    title(page, "Votre générateur de codes")
    inspect(page, "own-generator-360")
    generator = scanned(page)
    page.get_by_label("Votre phrase secrète").fill("ce ne sont pas les miens")
    page.get_by_label("Les six chiffres affichés").fill(generator.at(datetime.now(UTC)))
    press(page, "Ajouter")
    said(page, "Ce n’est pas votre phrase secrète")
    inspect(page, "own-generator-refused-360")
    expect(page.get_by_label("Votre phrase secrète")).to_have_value("")
    page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
    page.get_by_label("Les six chiffres affichés").fill(generator.at(datetime.now(UTC)))
    press(page, "Ajouter")
    said(page, "Le générateur de codes est ajouté.")
    return generator


def test_a_new_telephone_takes_the_place_of_the_old_one(instance: Instance) -> None:
    person = instance.world.people["foreign_supervisor"]
    with instance.visitor() as visitor:
        page = visitor.open("/connexion")
        sign_in(page, instance, person.name)
        follow(page, WAYS)
        generator = add_generator(page)
        inspect(page, "own-ways-360")
        page.get_by_role("link", name="Retirer").first.click()
        title(page, "Retirer ce moyen de connexion")
        inspect(page, "own-removal-360")
        page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
        press(page, "Retirer")
        said(page, "C’est retiré.")
        expect(page.get_by_role("link", name="Retirer")).to_have_count(0)  # two ways must stay
        old, person.seed = person.seed, generator.secret
        leave(page)
        sign_in_with(page, person, PASSPHRASE, pyotp.TOTP(old).at(datetime.now(UTC)))
        said(page, "est inexact")
        sign_in_with(page, person, PASSPHRASE, person.code())
        said(page, "Un générateur de codes a été retiré")


def test_new_codes_make_the_old_paper_worthless(instance: Instance) -> None:
    person = instance.world.people["other_registrar"]
    with instance.visitor() as visitor:
        page = visitor.open("/connexion")
        sign_in(page, instance, person.name)
        follow(page, WAYS)
        follow(page, "Créer de nouveaux codes")
        inspect(page, "own-codes-360")
        old, person.recovery = person.recovery, page.locator(".app-codes li").all_inner_texts()
        page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
        press(page, "Je les ai rangés")
        said(page, "Seuls les nouveaux codes de secours sont valables")
        leave(page)
        sign_in_with(page, person, PASSPHRASE, old[0], "Un code de secours")
        said(page, "est inexact")
        sign_in_with(page, person, PASSPHRASE, person.recovery.pop(), "Un code de secours")
        said(page, "De nouveaux codes de secours ont été créés")


def test_the_last_code_but_one_leads_to_new_ones_before_anything_else(instance: Instance) -> None:
    person = instance.world.people["commission_registrar"]
    used_up_to_one(person)
    code = person.code()
    with instance.visitor() as visitor:
        page = visitor.open("/connexion")
        sign_in_with(page, person, PASSPHRASE, code)
        title(page, "Vos codes de secours")
        said(page, "presque tous vos codes de secours")
        inspect(page, "own-few-codes-360")
        visitor.open("/membres")
        title(page, "Vos codes de secours")
        person.recovery = page.locator(".app-codes li").all_inner_texts()
        page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
        press(page, "Je les ai rangés")
        visitor.open("/membres")
        title(page, "Membres")


def test_six_other_words_when_somebody_may_have_seen_them(instance: Instance) -> None:
    person = instance.world.people["shelter_registrar"]  # nobody else has to know the new phrase
    with instance.visitor() as visitor:
        page = visitor.open("/connexion")
        sign_in(page, instance, person.name)
        follow(page, WAYS)
        follow(page, "Remplacer ma phrase secrète")
        inspect(page, "own-phrase-360")
        page.get_by_label("Votre phrase secrète actuelle").fill("ce ne sont pas les miens")
        press(page, "Continuer")
        said(page, "Ce n’est pas votre phrase secrète")
        page.get_by_label("Votre phrase secrète actuelle").fill(PASSPHRASE)
        press(page, "Continuer")
        words = page.locator(".app-words li").all_inner_texts()
        inspect(page, "own-phrase-shown-360")
        press(page, "Je les ai notés")
        page.get_by_label("Mot numéro 2").fill(words[1])
        page.get_by_label("Mot numéro 5").fill(words[4])
        press(page, "Terminer")
        said(page, "Votre nouvelle phrase secrète est valable")
        leave(page)
        sign_in_with(page, person, PASSPHRASE, person.code())
        said(page, "est inexact")
        sign_in_with(page, person, " ".join(words), person.code())
        said(page, "La phrase secrète a été remplacée")


def test_a_passkey_that_asks_for_no_finger_is_refused(instance: Instance) -> None:
    with instance.visitor() as visitor, authenticator(visitor.open("/connexion"), secret=True, verified=False):
        page = visitor.page
        sign_in(page, instance, "clinic_intake")
        follow(page, WAYS)
        follow(page, "Une clé d’accès")
        page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
        press(page, "Créer une clé d’accès")
        expect(page.get_by_role("main").get_by_role("status")).to_contain_text("n’a pas répondu")
        visitor.open("/moyens")
        expect(page.get_by_text("Clé d’accès", exact=True)).to_have_count(0)


def test_a_finger_opens_again_after_ten_minutes(instance: Instance) -> None:
    with instance.visitor() as visitor, authenticator(visitor.open("/connexion"), secret=True):
        page = visitor.page
        sign_in(page, instance, "officer_other_unit")
        make_passkey(page)
        visitor.open("/")
        press(page, "Refermer maintenant")
        press(page, "Ouvrir")
        title(page, "Confirmez que c’est vous")
        inspect(page, "step-up-passkey-360")
        press(page, USE)
        title(page, "Ce qui vous attend")
        expect(page.locator("[data-open]").first).to_contain_text("Identité ouverte encore")
