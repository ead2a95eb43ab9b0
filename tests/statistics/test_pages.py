"""The pages of releases, from building to reading."""

import pytest

from tests.statistics.people import fill, spoil

PERIOD = {"first": "2026-Q1", "last": "2026-Q1"}
WORKBENCH = "/publications/preparation"


def proposed(world):
    """A release proposed through the pages; its address."""
    client = world.analyst.client
    client.get(WORKBENCH)
    page = client.post(WORKBENCH, PERIOD, status=200)
    assert "exactement" in page.text
    fields = next(form.fields for form in page.forms if form.action.endswith("/proposition"))
    client.post("/publications/preparation/proposition", {name: values[0] for name, values in fields.items()})
    return client.location


def published(world):
    address = proposed(world)
    client = world.publisher.client
    client.get(f"{address}/examen")
    client.post(f"{address}/examen", {"decision": "publish"})
    return address


def test_a_release_goes_from_the_analyst_to_the_reader(world):
    fill(world)
    address = proposed(world)
    publisher = world.publisher.client
    waiting = publisher.get("/publications/propositions")
    assert f"{address}/examen" in waiting.links
    review = publisher.get(f"{address}/examen")
    assert "aucun n’a été retrouvé" in review.text
    assert "exactement" not in review.text
    assert publisher.submit(f"{address}/examen", {"decision": "publish"}).text.count("Publication n° 1") == 1
    reader = world.reader.client
    assert address in reader.get("/publications").links
    page = reader.get(address)
    for words in (
        "Publication n° 1",
        "masqué",
        "« Masqué » remplace un effectif inférieur à 10",
        "Victimes présumées enregistrées",
        "non toutes les victimes",
        "Seuil : 10",
    ):
        assert words in page.text
    for words in (
        "Personnes comptées : 90",
        "Données extraites le",
        "non comptées : < 10",
        "réponse connue :",
    ):
        assert words in page.text
    assert "illisible" not in page.text
    assert "Victimes par forme d’exploitation, par " in page.text.replace("'", "’")
    assert "<svg" in page.html
    assert "exactement" not in page.text


def test_english_readers_read_english(world):
    fill(world, 40)
    address = published(world)
    client = world.reader.client
    page = client.get(address, headers={"Accept-Language": "en"})
    assert "Presumed victims registered" in page.text


def test_an_unreadable_record_is_told_to_everybody_who_reads_the_figures(world):
    fill(world, 40)
    spoil(world, 2)
    client = world.analyst.client
    client.get(WORKBENCH)
    assert "2 fiches illisibles ne sont pas comptées" in client.post(WORKBENCH, PERIOD, status=200).text
    address = proposed(world)
    client = world.publisher.client
    assert "2 fiches illisibles" in client.get(f"{address}/examen").text
    client.post(f"{address}/examen", {"decision": "publish"})
    assert "Fiches illisibles, non comptées : 2" in world.reader.client.get(address).text


def test_a_refused_proposal_is_gone(world):
    fill(world, 20)
    address = proposed(world)
    client = world.publisher.client
    client.get(f"{address}/examen")
    client.post(f"{address}/examen", {"decision": "refuse"})
    client.get(f"{address}/examen", status=404)
    assert "Rien n’est encore publié" in world.reader.client.get("/publications").text


def test_no_decision_is_no_decision(world):
    fill(world, 20)
    address = proposed(world)
    client = world.publisher.client
    client.get(f"{address}/examen")
    assert "Répondez à cette question" in client.post(f"{address}/examen", {}, status=200).text


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-Q2", "2026-Q1", "ne précède pas le premier"),
        ("2023-Q1", "2026-Q1", "au plus 8 trimestres"),
        ("2026-Q4", "2026-Q4", "réponses proposées"),
        ("", "", "Répondez à cette question"),
    ],
)
def test_a_period_that_does_not_fit_is_explained(world, first, last, words):
    client = world.analyst.client
    client.get(WORKBENCH)
    assert words in client.post(WORKBENCH, {"first": first, "last": last}, status=200).text


def test_a_published_period_is_explained(world):
    fill(world, 20)
    published(world)
    client = world.analyst.client
    client.get(WORKBENCH)
    assert "couvre déjà" in client.post(WORKBENCH, PERIOD, status=200).text


def test_a_stale_preview_is_explained(world):
    fill(world, 20)
    client = world.analyst.client
    client.get(WORKBENCH)
    client.post(WORKBENCH, PERIOD, status=200)
    page = client.submit("/publications/preparation/proposition", {**PERIOD, "seen": "00"})
    assert "Des données ont changé" in page.text


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("", ""), ("2026", "2026-Q1"), ("2026-Q2", "2026-Q1"), ("0000-Q1", "2026-Q1"), ("2026-Q1", "9999-Q4"),
        ("2020-Q1", "2026-Q1"),
    ],
)  # fmt: skip
def test_a_proposal_whose_period_was_tampered_with_is_explained(world, first, last):
    client = world.analyst.client
    client.get(WORKBENCH)
    page = client.submit("/publications/preparation/proposition", {"first": first, "last": last, "seen": "00"})
    assert "Choisissez à nouveau les trimestres" in page.text


def test_for_others_the_pages_are_not_there(world):
    fill(world, 20)
    address = proposed(world)
    for name, path in (
        ("officer", "/publications"),
        ("officer", address),
        ("reader", address),
        ("reader", WORKBENCH),
        ("publisher", WORKBENCH),
        ("analyst", f"{address}/examen"),
        ("auditor", "/publications"),
    ):
        world.people[name].client.get(path, status=404)
