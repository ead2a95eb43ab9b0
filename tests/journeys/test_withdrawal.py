"""The person takes her agreement back: nothing can be opened any more, everybody says so, and nobody says more."""

from playwright.sync_api import Page, expect

from tests.journeys.instance import Instance
from tests.journeys.steps import inspect, press, said, title
from tests.referrals import hands

WARNING = "Ce qu’un service a déjà lu ne peut pas être repris. Dites-le à la personne."


def test_a_withdrawal_closes_the_file_at_both_ends(instance: Instance) -> None:
    referral = instance.request(hands.SHELTER)
    hands.accept(instance.person("shelter_intake"), referral)
    with instance.seat("shelter_intake") as shelter, instance.seat("officer") as officer:
        package = f"/demandes/{referral}/dossier"
        said(shelter.open(package), hands.NAME)
        withdraw(officer.open(f"/referencements/{referral}"))
        nothing_is_left(shelter.open(package))
        shelter.expect_status(404)
        acknowledge(shelter.open("/demandes"), referral)
        nothing_is_left(shelter.open(package))
        shelter.expect_status(404)
        page = officer.open(f"/referencements/{referral}")
        said(page, "Rappelé (consentement retiré)")
        said(page, "Le service a confirmé connaître le retrait")


def withdraw(page: Page) -> None:
    """Say what it does and what it cannot do, before it is done."""
    press(page, "La personne retire son consentement")
    title(page, "Retirer le consentement")
    said(page, "La clé de ce qui a été transmis est détruite")
    said(page, WARNING)
    press(page, "Retirer le consentement")
    said(page, "C’est fait")


def nothing_is_left(page: Page) -> None:
    title(page, "Cette page est introuvable")
    inspect(page, "not-found")
    assert hands.NAME not in page.content()


def acknowledge(page: Page, referral: str) -> None:
    said(page, "Retirées : confirmez en avoir pris connaissance")
    page.locator(f'a[href="/demandes/{referral}"]').click()
    said(page, "L’expéditeur a repris cette demande.")
    expect(page.get_by_role("button", name="Accepter")).to_have_count(0)
    press(page, "J’en prends acte : nous cessons et supprimons nos copies")
    said(page, "C’est fait")
    expect(page.locator(f'a[href="/demandes/{referral}"]')).to_have_count(0)
