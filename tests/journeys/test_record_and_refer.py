"""A woman is recorded and referred; the shelter answers without her name, then reads exactly what she agreed to."""

from playwright.sync_api import Page, expect

from tests.browser import Tab
from tests.journeys.instance import Instance
from tests.journeys.steps import INFORMED, answer, follow, go_on, identifier, inspect, named_values, press, said, title

SURNAME = "Tshilombo"
AGREED = {
    "Nom": SURNAME, "Sexe": "Féminin", "Âge à l’enregistrement (années)": "26",
    "Langue principale": "Lingala", "Province actuelle": "Kinshasa", "Besoins d’assistance": "Hébergement d’urgence",
}  # fmt: skip


def test_from_the_first_question_to_the_end_of_the_service(instance: Instance) -> None:
    with instance.seat("officer") as officer, instance.seat("shelter_intake") as shelter:
        record(officer)
        referral = refer(officer.page)
        code = accept_without_a_name(shelter, referral)
        open_exactly_what_was_agreed(shelter.page)
        help_until_the_end(shelter.page)
        read_how_it_ended(officer, referral, code)
        find_it_on_the_case(officer, referral, code)


def record(seat: Tab) -> None:
    """The whole intake, page by page, on a telephone."""
    page = seat.open("/")
    press(page, "Menu")
    follow(page, "Nouvelle personne")
    for step in (be_safe, name_the_person, tell_the_situation, tell_the_needs, agree):
        step(page)
    title(page, "Dossier CD-KN-")
    said(page, f"{SURNAME} Berthe")


def be_safe(page: Page) -> None:
    answer(page, "La personne est-elle en danger maintenant", "Non")
    go_on(page, "Sécurité de l’entretien")
    answer(page, "Pouvez-vous parler en sécurité", "Oui")
    page.get_by_label("Langue principale").select_option("Lingala")
    go_on(page, "La personne")


def name_the_person(page: Page) -> None:
    page.get_by_label("Nom (facultatif)", exact=True).fill(SURNAME)
    page.get_by_label("Prénom").fill("Berthe")
    go_on(page, "Contact sûr")
    answer(page, "Moyen de contact sûr", "En personne uniquement")
    page.get_by_label("Numéro de téléphone").fill("0812 345 678")
    go_on(page, "Situation")


def tell_the_situation(page: Page) -> None:
    answer(page, "Sexe", "Féminin")
    page.get_by_label("Âge à l’enregistrement").fill("26")
    answer(page, "Cet âge est-il une estimation", "Non")
    page.get_by_label("Province actuelle").select_option("Kinshasa")
    go_on(page, "Identification")
    answer(page, "Acte", "Recrutement")
    page.get_by_label("Récit des faits").fill("Une promesse d’emploi.")
    go_on(page, "Besoins")


def tell_the_needs(page: Page) -> None:
    said(page, "Contrôle des éléments constitutifs : Informations incomplètes")
    answer(page, "Besoins d’assistance", "Hébergement d’urgence")
    go_on(page, "Protection")
    answer(page, "Niveau de risque global", "Élevé")
    go_on(page, "Protection")  # a high risk asks for a plan
    page.get_by_label("Plan de sécurité").fill("Ne pas sortir seule.")
    go_on(page, "Santé")
    answer(page, "Besoin médical urgent", "Oui")
    go_on(page, "Santé")
    said(page, "Personne dans votre organisation ne peut encore lire cette partie d’un dossier")
    follow(page, "Continuer sans cette page")
    title(page, "Droits et procédures")
    go_on(page, "Accord de la personne")


def agree(page: Page) -> None:
    answer(page, "La personne accepte-t-elle que ce dossier soit conservé", "Donné")
    answer(page, "Points d’information expliqués", INFORMED)
    answer(page, "La personne accepte-t-elle d’être comptée", "Oui")
    press(page, "Enregistrer le dossier")


def refer(page: Page) -> str:
    """Refer to the shelter, without the given name; the id of the referral."""
    press(page, "Référer vers un service")
    follow(page, "Hébergement Une")
    answer(page, "Degré d’urgence", "Urgente")
    answer(page, "Catégories de données", "Identifiants directs", "Données codées et statistiques")
    answer(page, "Points d’information expliqués", INFORMED)
    press(page, "Voir ce qui sera envoyé")
    title(page, "Exactement ce qui sera envoyé")
    inspect(page, "preview")
    page.get_by_label("Ne pas envoyer (Prénom)").check()
    press(page, "Revoir sans les éléments cochés")
    expect(page.get_by_label("Ne pas envoyer (Prénom)")).to_have_count(0)
    press(page, "Envoyer la demande")
    title(page, "Référencement R-")
    said(page, "La demande est envoyée")
    return identifier(page)


def accept_without_a_name(seat: Tab, referral: str) -> str:
    """Find the request among those that wait, accept it in three taps; its code."""
    page = seat.open("/")
    follow(page, "Demandes reçues qui vous attendent")
    page.locator(f'a[href="/demandes/{referral}"]').click()
    title(page, "Demande R-")
    for canary in (SURNAME, "Berthe", "0812", "promesse"):
        assert canary not in page.content()
    seat.open(f"/demandes/{referral}/dossier")
    seat.expect_status(404)  # nothing can be opened before the answer
    page.go_back()
    press(page, "Accepter")
    said(page, "Accepté")
    return page.get_by_role("heading", level=1).inner_text().removeprefix("Demande ")


def open_exactly_what_was_agreed(page: Page) -> None:
    press(page, "Ouvrir le dossier transmis")
    title(page, "Dossier transmis")
    assert named_values(page) == AGREED


def help_until_the_end(page: Page) -> None:
    page.go_back()
    press(page, "La personne est arrivée")
    said(page, "Service en cours")
    press(page, "Le service est terminé")
    said(page, "Terminé")


def read_how_it_ended(seat: Tab, referral: str, code: str) -> None:
    """The officer finds the referral among the closed ones, with each step that it took."""
    page = seat.open("/referencements")
    page.locator(f'a[href="/referencements/{referral}"]').click()
    title(page, f"Référencement {code}")
    expect(page.locator(".app-timeline__entry")).to_contain_text([
        "Envoyé", "Réception confirmée", "Accepté", "Première ouverture du dossier transmis",
        "Service en cours", "Terminé",
    ])  # fmt: skip


def find_it_on_the_case(seat: Tab, referral: str, code: str) -> None:
    """The page of the case says where the person was referred to, and how that ended; from there it goes on."""
    follow(seat.page, "Aller au dossier")
    line = seat.page.locator(".app-queue__item", has=seat.page.locator(f'a[href="/referencements/{referral}"]'))
    for words in (f"Hébergement Une – {code}", "Maison Une", "Envoyé le", "Terminé"):
        expect(line).to_contain_text(words)
    for width in (320, 360, 1280):
        seat.page.set_viewport_size({"width": width, "height": 800})
        inspect(seat.page, f"case-{width}")
    press(seat.page, "Référer vers un service")
    title(seat.page, "Référer vers un service")
