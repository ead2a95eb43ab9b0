"""An emergency from beginning to end: a case of another office, two people, a banner, and somebody who reviews it."""

from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.cases import emergencies
from tests.journeys.instance import Instance
from tests.journeys.steps import answer, follow, inspect, press, said, title

WHY = "La personne est devant moi, le bureau de Kinshasa ne répond pas"


def ask(page: Page, code: str) -> None:
    follow(page, "Demander un accès d’urgence")
    inspect(page, "urgence-demande-360")
    page.get_by_label("Code du dossier").fill(code)
    answer(page, "Pourquoi maintenant", "La personne s’est présentée à notre bureau et a besoin d’aide maintenant")
    page.get_by_label("Ce qui s’est passé").fill(WHY)
    press(page, "Envoyer la demande")
    said(page, "attend une deuxième personne")
    inspect(page, "urgence-envoyee-360")


def agree(instance: Instance, address: str) -> None:
    """The second person, on a phone too."""
    with instance.seat("supervisor", view=PHONE) as seat:
        page = seat.open("/")
        follow(page, "Accès d’urgence qu’un collègue demande")
        seat.open(address)
        said(page, WHY)
        inspect(page, "urgence-decision-360")
        answer(page, "Pour combien de temps", "2 h")
        press(page, "Accepter")
        said(page, "Le dossier est maintenant ouvert.")


def review(instance: Instance, address: str) -> None:
    with instance.seat("auditor", view=PHONE) as seat:
        page = seat.open("/")
        follow(page, "Accès d’urgence à examiner")
        inspect(page, "urgence-liste-360")
        seat.open(address)
        inspect(page, "urgence-examen-360")
        expect(page.get_by_role("main")).not_to_contain_text(WHY)
        answer(page, "Était-ce justifié ?", "Justifié")
        page.get_by_label("Ce que vous avez constaté").fill("Bureau injoignable, confirmé par téléphone")
        press(page, "Enregistrer l’examen")
        said(page, "L’examen est enregistré.")


def test_two_people_open_and_a_third_reviews(instance: Instance) -> None:
    for name in ("officer", "officer_other_unit", "supervisor", "auditor"):
        instance.person(name)
    _case, code = emergencies.new_case(instance.world)
    with instance.seat("officer_other_unit") as seat:
        page = seat.open("/urgences")
        ask(page, code)
        address = page.url.removeprefix(instance.base)
        agree(instance, address)
        seat.open(address)
        press(page, "Ouvrir le dossier")
        title(page, code)
        said(page, "Accès d’urgence jusqu’à")
        said(page, "Kasongo")
        inspect(page, "urgence-dossier-360")
        press(page, "Mettre fin à l’accès d’urgence")
        said(page, "C’est refermé.")
        expect(page.get_by_role("button", name="Ouvrir le dossier")).to_have_count(0)
    with instance.seat("officer") as seat:
        page = seat.open("/")
        said(page, "Accès d’urgence de ces derniers jours")
        inspect(page, "urgence-accueil-360")
    review(instance, address)
