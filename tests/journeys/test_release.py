"""Figures go from the analyst over the publisher to the reader, and small counts stay hidden all the way."""

from playwright.sync_api import Page, expect

from tests.journeys.instance import Instance
from tests.journeys.people_counted import count, last_quarter
from tests.journeys.steps import answer, follow, inspect, press, said, title

MASKED = "masqué"


def test_from_the_workbench_to_the_reader(instance: Instance) -> None:
    quarter = last_quarter()
    count(instance.person("officer"), quarter, 60)
    with instance.seat("analyst") as analyst:
        address = propose(analyst.open("/"), f"T{quarter.number} {quarter.year}")
    with instance.seat("publisher") as publisher:
        publish(publisher.open("/"), address)
    with instance.seat("reader") as reader:
        read(reader.open("/"), address)
        assert reader.status(f"{address}/examen") == 404
        reader.expect_status(404)


def propose(page: Page, quarter: str) -> str:
    """Build and look at the tables, with the exact counts beside the hidden ones; the address of the proposal."""
    follow(page, "Préparation")
    page.get_by_label("Premier trimestre").select_option(quarter)
    page.get_by_label("Dernier trimestre").select_option(quarter)
    press(page, "Construire les tableaux")
    title(page, "Tableaux à proposer")
    expect(page.get_by_text("(exactement", exact=False).first).to_be_visible()
    inspect(page, "tables-to-propose")
    press(page, "Proposer ces tableaux")
    said(page, "La publication est proposée. Une autre personne en décide.")
    return "/" + page.url.partition("//")[2].partition("/")[2]


def publish(page: Page, address: str) -> None:
    """Read what an attacker makes of it, then decide."""
    follow(page, "À relire")
    page.locator(f'a[href="{address}/examen"]').click()
    said(page, "aucun n’a été retrouvé")
    expect(page.get_by_text("(exactement", exact=False)).to_have_count(0)
    answer(page, "Votre décision", "Publier sous le prochain numéro")
    press(page, "Enregistrer la décision")
    title(page, "Chiffres")


def read(page: Page, address: str) -> None:
    follow(page, "Chiffres")
    page.locator(f'a[href="{address}"]').click()
    title(page, "Publication n°")
    inspect(page, "release")
    expect(page.locator("svg[role=img]").first).to_be_visible()
    said(page, "Personnes comptées : 60")
    cells = page.get_by_role("table").first.get_by_role("cell")
    shown = cells.all_inner_texts()
    assert "60" in shown
    assert MASKED in shown
    hidden = [text for text in page.get_by_role("cell").all_inner_texts() if text.isdecimal() and 0 < int(text) < 10]
    assert not hidden, "a small count is published"
    expect(page.get_by_text("(exactement", exact=False)).to_have_count(0)
