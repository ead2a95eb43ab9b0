"""A shelter says no and why; the officer is shown where else to ask, and asks there."""

from playwright.sync_api import Page, expect

from tests.journeys.instance import Instance
from tests.journeys.steps import INFORMED, answer, follow, identifier, inspect, press, said, title
from tests.referrals import hands


def test_a_refusal_leads_on_to_the_next_service(instance: Instance) -> None:
    referral = instance.request(hands.SHELTER)
    with instance.seat("shelter_intake") as shelter:
        decline(shelter.open(f"/demandes/{referral}"))
    with instance.seat("officer") as officer:
        page = officer.open("/referencements")
        page.locator(f'a[href="/referencements/{referral}"]').click()
        said(page, "Refusé : capacité insuffisante")
        ask_the_next(page)
        assert identifier(page) != referral
        again = identifier(page)
    with instance.seat("other_shelter_intake") as other:
        page = other.open("/demandes")
        expect(page.locator(f'a[href="/demandes/{again}"]')).to_be_visible()


def decline(page: Page) -> None:
    """Decline: first without a reason, which is refused with words beside the question."""
    press(page, "Refuser")
    said(page, "Il y a un problème")
    said(page, "Motif du refus : Répondez à cette question")
    inspect(page, "answer-missing")
    answer(page, "Motif du refus", "Capacité insuffisante")
    press(page, "Refuser")
    said(page, "Refusé : capacité insuffisante")


def ask_the_next(page: Page) -> None:
    said(page, "Les autres services possibles")
    expect(page.get_by_role("link", name="Hébergement Une")).to_have_count(0)  # it was tried
    follow(page, "Hébergement Deux")
    answer(page, "Degré d’urgence", "Immédiate")
    answer(page, "Catégories de données", "Données codées et statistiques")
    answer(page, "Points d’information expliqués", INFORMED)
    press(page, "Voir ce qui sera envoyé")
    press(page, "Envoyer la demande")
    title(page, "Référencement R-")
    said(page, "Hébergement Deux")
