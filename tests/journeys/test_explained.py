"""Who may do what, and why not: asked by whoever meets a closed part, by a registrar, and by the auditor."""

from tests.browser import PHONE
from tests.journeys.instance import Instance
from tests.journeys.steps import follow, inspect, press, said, title
from tests.referrals import hands


def test_why_a_part_of_a_case_is_closed(instance: Instance) -> None:
    case = hands.new_case(instance.person("officer"))
    with instance.seat("supervisor", view=PHONE) as seat:
        page = seat.open(f"/dossiers/{case}")
        follow(page, "Pourquoi je ne vois pas ceci ? Santé et psychosocial")
        title(page, "Pourquoi je ne vois pas ceci")
        said(page, "Qui peut lire cette partie")
        inspect(page, "explication-fermee-360")
        follow(page, "Retour")
        title(page, "Dossier")


def test_from_a_role_to_the_whole_table(instance: Instance) -> None:
    with instance.seat("registrar", view=PHONE) as seat:
        page = seat.open("/")
        press(page, "Menu")
        page.get_by_role("navigation").get_by_role("link", name="Accès", exact=True).click()
        inspect(page, "explication-roles-360")
        page.get_by_role("main").get_by_role("link", name="Intervenant").first.click()
        title(page, "Ce que peut voir")
        inspect(page, "explication-role-360")
        follow(page, "Tous les rôles")
        follow(page, "Tableau des accès, à imprimer")
        inspect(page, "explication-tableau-360")


def test_the_auditor_asks_the_rules_and_reads_each_condition(instance: Instance) -> None:
    with instance.seat("auditor", view=PHONE) as seat:
        page = seat.open("/acces")
        follow(page, "Ce membre en a-t-il le droit, et pourquoi")
        press(page, "Interroger les règles")
        said(page, "Il y a un problème")
        inspect(page, "explication-question-360")
        for relation, told in (
            ("Un objet du même bureau", "Oui, c’est permis"),
            ("Un objet d’une autre organisation", "Non, c’est refusé"),
        ):
            page.get_by_label("Qui : un rôle ou un membre").select_option(label="Aline Agent")
            page.get_by_label("Quelle action").select_option(value="case:open")
            page.get_by_label("Sur quel objet").select_option(label=relation)
            press(page, "Interroger les règles")
            said(page, told)
        said(page, "Ce qui a été vérifié")
        inspect(page, "explication-reponse-360")
