"""An old telephone, a bad line, no mouse, no scripts: the work is done all the same, and once."""

from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from protect.referrals.actions_follow import referrals_of_case
from tests.browser import DESK, PHONE
from tests.journeys.instance import Instance
from tests.journeys.steps import CODE, INFORMED, answer, follow, go_on, identifier, inspect, press, said, title
from tests.journeys.test_left_alone import CHANGED
from tests.journeys.test_step_up import new_case
from tests.referrals import hands
from tests.world import PASSPHRASE


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_double_press_sends_one_request(instance: Instance, scripts: bool) -> None:
    case = hands.new_case(instance.person("officer"))
    with instance.seat("officer", scripts=scripts) as seat:
        page = seat.open(f"/dossiers/{case}/referencements/nouveau")
        follow(page, "Hébergement Une")
        answer(page, "Degré d’urgence", "Urgente")
        answer(page, "Catégories de données", "Données codées et statistiques")
        answer(page, "Points d’information expliqués", INFORMED)
        press(page, "Voir ce qui sera envoyé")
        page.get_by_role("button", name="Envoyer la demande").dblclick()
        title(page, "Référencement R-")
    assert len(sent(instance, case)) == 1


def sent(instance: Instance, case: UUID) -> tuple[object, ...]:
    with instance.person("officer").gate() as gate:
        return referrals_of_case(gate, case)


def test_an_urgent_request_without_scripts_and_without_a_name(instance: Instance) -> None:
    with instance.seat("officer", scripts=False) as seat:
        page = seat.open("/dossiers/nouveau")
        answer(page, "La personne est-elle en danger maintenant", "Oui")
        go_on(page, "La personne est en danger")
        press(page, "Envoyer une demande urgente maintenant")
        page.get_by_text("Hébergement d’urgence", exact=True).click()
        follow(page, "Hébergement Une")
        expect(page.get_by_label("Immédiate")).to_be_checked()
        answer(page, "Catégories de données", "Données codées et statistiques")
        answer(page, "La personne est-elle d’accord", "Impossible (incapacité ou urgence)")
        answer(page, "Base légale du traitement", "Intérêt vital")
        press(page, "Voir ce qui sera envoyé")
        press(page, "Envoyer la demande")
        title(page, "Référencement R-")
        referral = identifier(page)
    with instance.seat("shelter_intake", scripts=False) as seat:
        page = seat.open("/demandes")
        page.locator(f'a[href="/demandes/{referral}"]').click()
        said(page, "Danger immédiat ou besoin urgent")
        press(page, "Accepter")
        said(page, "Accepté")


def test_a_request_is_answered_by_keyboard_alone(instance: Instance) -> None:
    referral = instance.request(hands.OTHER_SHELTER)
    with instance.visitor(view=DESK) as visitor:
        page = visitor.open("/connexion")
        reach(page, page.get_by_label("Votre nom de connexion"))
        page.keyboard.type("other_shelter_intake")
        reach(page, page.get_by_label("Votre phrase secrète"))
        page.keyboard.type(PASSPHRASE)
        reach(page, page.get_by_label(CODE))
        page.keyboard.type(instance.person("other_shelter_intake").code())
        page.keyboard.press("Enter")
        title(page, "Ce qui vous attend")
        for link in (page.get_by_role("link", name="Demandes reçues qui vous attendent"), request_link(page, referral)):
            reach(page, link)
            page.keyboard.press("Enter")
        title(page, "Demande R-")
        reach(page, page.get_by_label("Capacité insuffisante"))
        page.keyboard.press("Space")
        reach(page, page.get_by_role("button", name="Refuser"))
        page.keyboard.press("Space")
        said(page, "Refusé : capacité insuffisante")


def request_link(page: Page, referral: UUID) -> Locator:
    return page.locator(f'a[href="/demandes/{referral}"]')


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, and see where one is on the way."""
    expect(wanted).to_be_visible()
    for _ in range(60):
        if wanted.evaluate("found => found === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} cannot be reached by keyboard")


def test_another_language_keeps_the_place(instance: Instance) -> None:
    with instance.seat("officer") as seat:
        page = seat.open("/dossiers?noms=1")
        title(page, "Dossiers")
        press(page, "English")
        title(page, "Cases")
        assert page.url.endswith("/dossiers?noms=1")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        press(page, "Français")
        title(page, "Dossiers")
        assert page.url.endswith("/dossiers?noms=1")


def test_without_a_line_nothing_is_sent_and_nothing_lost(instance: Instance) -> None:
    officer = instance.person("officer")
    officer.confirm()
    case = new_case(officer)
    with instance.seat("officer", view=PHONE) as seat:
        page = seat.open(f"/dossiers/{case}/compartiments/identity")
        surname = page.get_by_label("Nom (facultatif)", exact=True)
        surname.fill(CHANGED)
        page.context.set_offline(True)
        press(page, "Enregistrer")
        told = page.get_by_role("alert").filter(has_text="Pas de réseau : rien n’a été envoyé")
        expect(told).to_be_in_viewport()
        expect(surname).to_have_value(CHANGED)
        inspect(page, "pas-de-reseau-360")
        page.context.set_offline(False)
        expect(told).to_be_hidden()
        press(page, "Enregistrer")
        title(page, "Dossier")
        said(page, CHANGED)
