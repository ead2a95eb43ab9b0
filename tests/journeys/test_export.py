"""A copy of a case from beginning to end: asked for, agreed to, fetched, and opened with the words on the page."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import DESK, PHONE
from tests.cases.exports import person, table, unpacked
from tests.journeys.instance import Instance
from tests.journeys.steps import answer, follow, inspect, press, said, title

WHY = "Le tribunal demande ce dossier pour lundi"


def ask(page: Page) -> None:
    follow(page, "Exporter ce dossier")
    title(page, "Exporter ce dossier")
    inspect(page, "export-demande-360")
    answer(page, "Motif", "Une décision de justice l’ordonne")
    page.get_by_label("Avec vos mots").fill(WHY)
    press(page, "Envoyer la demande")
    said(page, "attend une deuxième personne")
    inspect(page, "export-envoye-360")


def agree(instance: Instance, address: str) -> None:
    """The second person, on a phone too."""
    with instance.seat("supervisor", view=PHONE) as seat:
        page = seat.open(address)
        inspect(page, "export-decision-360")
        press(page, "Accepter")
        said(page, "Vous avez donné votre accord.")


def words_on(page: Page) -> str:
    return " ".join(page.locator(".app-words li").all_inner_texts())


def fetch(page: Page) -> bytes:
    """As soon as the button takes a press again: a second one in the same seconds is taken for a slip."""
    expect(page.locator("form[action$='/copie']")).not_to_have_attribute("data-sent", "true", timeout=10_000)
    with page.expect_download() as waiting:
        press(page, "Récupérer le fichier")
    assert waiting.value.suggested_filename == "archive.zip"
    return Path(waiting.value.path()).read_bytes()


def test_a_copy_is_asked_for_agreed_to_fetched_and_opened(instance: Instance) -> None:
    for name in ("officer", "supervisor"):
        instance.person(name)
    case_id = person(instance.world)
    with instance.seat("officer") as seat:
        ask(seat.open(f"/dossiers/{case_id}"))
        address = seat.page.url.removeprefix(instance.base)
        agree(instance, address)
        page = seat.open(address)
        press(page, "Récupérer la copie")
        title(page, "Récupérer la copie")
        inspect(page, "export-copie-360")
        words = words_on(page)
        for _ in range(2):  # the line breaks off
            (row,) = table(unpacked(fetch(page), words), "2.csv")
            assert (row["surname"], row["phone"]) == ("Kasongo", "'+243812345678")
        assert words_on(page) == words
    with instance.seat("supervisor", view=DESK) as seat:
        page = seat.open("/dossiers")
        follow(page, "Exporter les dossiers de l’organisation")
        said(page, "Un superviseur doit donner son accord")
        inspect(page, "export-tous-1280")
