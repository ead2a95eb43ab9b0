"""Two officers change the same answer: the second sees both and decides, and nothing is lost."""

from playwright.sync_api import Page, expect

from tests.journeys.instance import Instance
from tests.journeys.steps import answer, inspect, named_values, press, said, title
from tests.referrals import hands

MINE, THEIRS = "+243811111111", "+243822222222"


def test_both_answers_are_shown_and_a_human_chooses(instance: Instance) -> None:
    case = hands.new_case(instance.person("officer"))
    address = f"/dossiers/{case}/compartiments/contact"
    with instance.seat("officer") as first, instance.seat("officer_same_unit") as second:
        mine, theirs = first.open(address), second.open(address)
        change(theirs, THEIRS)
        title(theirs, "Dossier ")
        change(mine, MINE)
        title(mine, "Une autre personne a modifié ce dossier entre-temps")
        inspect(mine, "conflict")
        said(mine, f"Réponse actuelle : {THEIRS}")
        said(mine, f"Votre réponse : {MINE}")
        expect(mine.get_by_role("radio", name="Réponse actuelle")).to_be_checked()
        answer(mine, "Numéro de téléphone", f"Votre réponse : {MINE}")
        press(mine, "Enregistrer les réponses choisies")
        title(mine, "Dossier ")
        assert named_values(mine)["Numéro de téléphone"] == MINE
        theirs.reload()
        assert named_values(theirs)["Numéro de téléphone"] == MINE


def change(page: Page, phone: str) -> None:
    page.get_by_label("Numéro de téléphone").fill(phone)
    press(page, "Enregistrer")
