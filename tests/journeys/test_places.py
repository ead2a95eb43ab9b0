"""Places of a shelter: added, counted, held for a request, and free again once the shelter knows that it was taken back."""

from playwright.sync_api import expect

from tests.browser import PHONE
from tests.journeys.instance import Instance
from tests.journeys.steps import inspect, press, said
from tests.referrals import hands


def test_places_are_added_and_confirmed(instance: Instance) -> None:
    with instance.seat("other_shelter_intake", view=PHONE) as seat:
        page = seat.open("/places")
        press(page, "Ajouter des places")
        said(page, "Il y a un problème")
        page.get_by_label("Nombre de places à ajouter").fill("2")
        press(page, "Ajouter des places")
        said(page, "Les places sont ajoutées.")
        press(page, "Ce nombre est juste aujourd’hui")
        said(page, "Merci. Chacun voit que ce nombre est à jour.")
        inspect(page, "places-360")


def test_a_request_taken_back_gives_its_place_back(instance: Instance) -> None:
    referral = instance.request(hands.OTHER_SHELTER)
    hands.accept(instance.person("other_shelter_intake"), referral)
    held = f'a[href="/demandes/{referral}"]'
    with instance.seat("other_shelter_intake", view=PHONE) as shelter, instance.seat("officer") as officer:
        expect(shelter.open("/places").locator(held)).to_have_count(1)
        page = officer.open(f"/referencements/{referral}")
        press(page, "Annuler le référencement")
        said(page, "Le référencement est annulé. Le service en est informé.")
        expect(page.get_by_role("button", name="Annuler le référencement")).to_have_count(0)
        inspect(page, "annulation-360")
        told = shelter.open(f"/demandes/{referral}")
        inspect(told, "annulation-lue-360")
        press(told, "J’en prends acte : nous cessons et supprimons nos copies")
        said(told, "Merci. L’expéditeur voit que vous en avez pris connaissance.")
        expect(shelter.open("/places").locator(held)).to_have_count(0)


def test_a_place_is_freed_by_hand(instance: Instance) -> None:
    referral = instance.request(hands.OTHER_SHELTER)
    hands.accept(instance.person("other_shelter_intake"), referral)
    with instance.seat("other_shelter_intake", view=PHONE) as seat:
        page = seat.open("/places")
        line = page.get_by_role("listitem").filter(has=page.locator(f'a[href="/demandes/{referral}"]'))
        line.get_by_role("button").click()
        said(page, "La place est de nouveau libre.")
        expect(page.locator(f'a[href="/demandes/{referral}"]')).to_have_count(0)
