"""The officer is called away in the middle of a page: the session ends, what was typed does not get lost."""

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import update

from protect.access.models import BrowserSession
from tests.journeys.instance import Instance
from tests.journeys.steps import CODE, answer, follow, go_on, named_values, press, said, title
from tests.world import PASSPHRASE, Person

SURNAME = "Mwambakizi"
AWAY = timedelta(minutes=16)


def test_what_was_typed_survives_the_end_of_the_session(instance: Instance) -> None:
    with instance.seat("officer_same_unit") as seat:
        page = seat.open("/dossiers/nouveau")
        answer(page, "La personne est-elle en danger maintenant", "Non")
        go_on(page, "Sécurité de l’entretien")
        answer(page, "Pouvez-vous parler en sécurité", "Oui")
        go_on(page, "La personne")
        answer(page, "La personne a-t-elle demandé à utiliser un autre nom", "Oui")
        page.get_by_label("Nom (facultatif)", exact=True).fill(SURNAME)
        page.get_by_label("Année").fill("1998")
        rest(instance, "officer_same_unit")
        press(page, "Enregistrer et continuer")
        title(page, "Se connecter")
        assert SURNAME not in page.content()
        sign_in(page, instance.world.people["officer_same_unit"])
        find_and_send_again(page)
        follow(page, "Retour au dossier")
        said(page, SURNAME)
        expect(seat.open("/").get_by_text("Voir ce que vous aviez saisi")).to_have_count(0)


def interrupt(instance: Instance, name: str) -> None:
    """Let somebody's session end in the middle of a search."""
    with instance.seat(name) as seat:
        page = seat.open("/dossiers/recherche")
        page.get_by_label("Nom ou code").fill(SURNAME)
        rest(instance, name)
        press(page, "Rechercher")
        title(page, "Se connecter")


def rest(instance: Instance, name: str) -> None:
    """Let the last sign of life of a session be longer ago."""
    member = instance.person(name).gate().member.member_id
    with instance.world.runtime.unit_of_work() as db:
        own = update(BrowserSession).where(BrowserSession.member_id == member, BrowserSession.ended_at.is_(None))
        db.execute(own.values(seen_at=BrowserSession.seen_at - AWAY))


def sign_in(page: Page, person: Person) -> None:
    page.get_by_label("Votre nom de connexion").fill(person.name)
    page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
    page.get_by_label(CODE).fill(person.code())
    press(page, "Se connecter")


def forget_what_others_left(page: Page) -> None:
    """Another story of the same person may have been interrupted, too; the newest form stands first."""
    buttons = page.get_by_role("button", name="Oublier", exact=True)
    while (left := buttons.count()) > 1:
        buttons.last.click()
        page.goto(page.url.rpartition("/")[0] + "/formulaire")
        expect(buttons).to_have_count(left - 1)


def find_and_send_again(page: Page) -> None:
    title(page, "Ce que vous aviez saisi")
    forget_what_others_left(page)
    typed = {"Nom d’emprunt": "Oui", "Nom": SURNAME, "Date de naissance": "1998"}
    assert named_values(page) == {**typed, "Laissé vide": "Post-nom, Prénom"}
    press(page, "Envoyer de nouveau")
    title(page, "Contact sûr")
