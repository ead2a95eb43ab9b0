"""The end of a case: closed by its officer, erased when a supervisor agrees, and nothing of it found again."""

from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.journeys.instance import Instance
from tests.journeys.steps import answer, follow, inspect, press, said, title
from tests.referrals import hands

WHY = "La personne l’a demandé devant deux témoins"


def close(page: Page) -> None:
    follow(page, "Clôturer le dossier")
    inspect(page, "fin-cloture-360")
    press(page, "Clôturer le dossier")
    said(page, "Il y a un problème")
    for box, part in (("Jour", "3"), ("Mois", "2"), ("Année", "2026")):
        page.get_by_role("group", name="Date de clôture").get_by_label(box).fill(part)
    page.get_by_label("Motif de clôture").select_option(label="À la demande de la personne")
    page.get_by_label("Précisions sur la clôture").fill("Tout est dit")
    press(page, "Clôturer le dossier")
    said(page, "Clôturé")
    inspect(page, "fin-dossier-360")


def ask(page: Page) -> None:
    follow(page, "Demander l’effacement du dossier")
    inspect(page, "fin-effacement-360")
    answer(page, "Pourquoi l’effacer", "La personne le souhaite")
    page.get_by_label("Ce qui a conduit à cette demande").fill(WHY)
    press(page, "Demander l’effacement")
    said(page, "attend une deuxième personne")
    inspect(page, "fin-demande-360")


def agree(instance: Instance, code: str) -> None:
    """The supervisor, on a phone too."""
    with instance.seat("supervisor", view=PHONE) as seat:
        page = seat.open("/")
        inspect(page, "fin-accueil-360")
        follow(page, "Demandes qui attendent votre décision")
        inspect(page, "fin-liste-360")
        follow(page, f"Effacement d’un dossier {code}")
        expect(page.get_by_role("main")).not_to_contain_text(WHY)
        inspect(page, "fin-decision-360")
        press(page, "Accepter et effacer")
        said(page, "Vous avez donné votre accord.")
        said(page, "exécutée")
        inspect(page, "fin-faite-360")


def test_two_people_end_a_case_for_good(instance: Instance) -> None:
    for name in ("officer", "supervisor"):
        instance.person(name)
    case = hands.new_case(instance.person("officer"), {**hands.ADULT, "surname": "Tshibangu"})
    with instance.seat("officer") as seat:
        page = seat.open(f"/dossiers/{case}")
        said(page, "Tshibangu")
        code = page.get_by_role("heading", level=1).inner_text().split()[-1]
        close(page)
        ask(page)
        agree(instance, code)
        seat.open(f"/dossiers/{case}")
        title(page, "Dossier")
        said(page, "Effacé")
        said(page, "Denis Superviseur")
        expect(page.get_by_role("main")).not_to_contain_text("Tshibangu")
        inspect(page, "fin-efface-360")
        seat.open("/dossiers/recherche")
        page.get_by_role("textbox").fill("Tshibangu")
        press(page, "Rechercher")
        expect(page.locator(f'a[href="/dossiers/{case}"]')).to_have_count(0)
