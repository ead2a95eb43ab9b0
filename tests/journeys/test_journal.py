"""The auditor finds every opening of a case in the trail, those that were refused too, and checks the whole of it."""

from playwright.sync_api import Page, expect

from tests.browser import Tab
from tests.journeys.instance import Instance
from tests.journeys.steps import INFORMED, answer, follow, inspect, press, said, title
from tests.referrals import hands

EXPECTED = (
    "Dossier consulté", "Dossier ouvert pour le modifier", "Dossier modifié", "Service choisi pour un référencement",
    "Référencement préparé", "Référencement composé", "Consentement enregistré",
)  # fmt: skip


def test_every_opening_is_found_again(instance: Instance) -> None:
    officer = instance.person("officer")
    case = str(hands.new_case(officer))
    with instance.seat("officer") as seat:
        referral = work_on(seat, case)
    with instance.seat("supervisor") as supervisor:
        assert supervisor.status(f"/dossiers/{case}/compartiments/contact") == 404  # reads cases, changes none
        supervisor.expect_status(404)
    with instance.seat("auditor") as seat:
        page = seat.open("/")
        follow(page, "Journal")
        found = entries(page, case)
        assert set(EXPECTED) <= set(found)
        assert {"Référencement envoyé", "Référencement suivi"} <= set(entries(page, referral))
        the_refused_attempt_is_there(page)
        only_the_officer_read_it(page, case)
        press(page, "Vérifier tout le journal")
        said(page, "Le journal est intact")
        inspect(page, "trail-verified")


def work_on(seat: Tab, case: str) -> str:
    """Read, change and refer a case; the id of the referral."""
    page = seat.open(f"/dossiers/{case}")
    page.locator(f'a[href="/dossiers/{case}/compartiments/contact"]').click()
    page.get_by_label("Numéro de téléphone").fill("0812 345 678")
    press(page, "Enregistrer")
    press(page, "Référer vers un service")
    follow(page, "Hébergement Une")
    answer(page, "Degré d’urgence", "Urgente")
    answer(page, "Catégories de données", "Identifiants directs")
    answer(page, "Points d’information expliqués", INFORMED)
    press(page, "Voir ce qui sera envoyé")
    press(page, "Envoyer la demande")
    title(page, "Référencement R-")
    return page.url.rpartition("/")[2]


def entries(page: Page, identifier: str) -> list[str]:
    """What the journal says that was done to one thing."""
    look_for(page, Identifiant=identifier)
    return page.locator(".app-timeline__entry strong").all_inner_texts()


def look_for(page: Page, **filters: str) -> None:
    """Filter anew by these answers."""
    page.goto(page.url.partition("?")[0])
    page.get_by_text("Filtres", exact=True).click()
    for label, wanted in filters.items():
        field = page.get_by_label(label)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(wanted)
        else:
            field.fill(wanted)
    press(page, "Filtrer")
    title(page, "Journal")


def the_refused_attempt_is_there(page: Page) -> None:
    look_for(page, Qui="Denis Superviseur", Résultat="Refusé")
    expect(page.locator(".app-timeline__entry").first).to_contain_text("Refusé")


def only_the_officer_read_it(page: Page, case: str) -> None:
    """Filtered by person and action nothing else is left; names of fields are told, what is in them never."""
    look_for(page, Identifiant=case, Action="Dossier consulté", Qui="Aline Agent")
    lines = page.locator(".app-timeline__entry").all_inner_texts()
    assert len(lines) >= 2
    for text in lines:
        assert "Dossier consulté" in text
        assert "Aline Agent" in text
    page.locator(".app-timeline__entry").get_by_role("link").first.click()
    expect(page.locator(".app-timeline__entry li").filter(has_text="Nom").first).to_be_attached()
    assert hands.NAME not in page.content()
    page.go_back()
