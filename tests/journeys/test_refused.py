"""Somebody says no, or takes back what was asked: nothing opens, nothing is erased, nothing is published, and it is said."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE
from tests.cases import emergencies, endings
from tests.journeys.instance import Instance
from tests.journeys.people_counted import last_quarter, propose
from tests.journeys.steps import answer, follow, inspect, press, said, title
from tests.referrals import hands

LONG_AGO = 11  # quarters: no other story publishes figures of that time


@pytest.fixture
def asked(instance: Instance) -> UUID:
    """A case of Kinshasa that the officer of Goma asked for."""
    return emergencies.asked_in(instance)


@pytest.fixture
def erasure(instance: Instance) -> UUID:
    """A closed case whose erasure its officer asked for."""
    case_id = hands.new_case(instance.person("officer"))
    instance.person("supervisor")
    endings.close(instance.world, case_id)
    return endings.ask(instance.world, case_id)


def closed(page: Page, word: str) -> None:
    """The page tells how it ended, and there is nothing to press any more."""
    said(page, word)
    for button in ("Accepter", "Accepter et effacer", "Refuser", "Retirer la demande", "Ouvrir le dossier"):
        expect(page.get_by_role("button", name=button, exact=True)).to_have_count(0)


def test_an_emergency_is_refused(instance: Instance, asked: UUID) -> None:
    with instance.seat("supervisor", view=PHONE) as seat:
        page = seat.open(f"/urgences/{asked}")
        press(page, "Refuser")
        said(page, "La demande est refusée.")
        inspect(page, "refus-urgence-360")
    with instance.seat(emergencies.ASKER) as seat:
        page = seat.open(f"/urgences/{asked}")
        closed(page, "Refusé par")
        inspect(page, "refus-urgence-lu-360")
        assert seat.status(f"/urgences/{asked}/dossier") == 404
        seat.expect_status(404)


def test_whoever_asked_for_an_emergency_takes_it_back(instance: Instance, asked: UUID) -> None:
    with instance.seat(emergencies.ASKER) as seat, instance.seat("supervisor", view=PHONE) as late:
        other = late.open(f"/urgences/{asked}")
        page = seat.open(f"/urgences/{asked}")
        press(page, "Retirer la demande")
        closed(page, "retirée")
        inspect(page, "retrait-urgence-360")
        answer(other, "Pour combien de temps", "2 h")
        press(other, "Accepter")
        said(other, "Relisez la page.")
        closed(other, "retirée")
        inspect(other, "retrait-urgence-trop-tard-360")
        assert seat.status(f"/urgences/{asked}/dossier") == 404
        seat.expect_status(404)


def test_an_erasure_is_refused_and_the_case_stays(instance: Instance, erasure: UUID) -> None:
    with instance.seat("supervisor", view=PHONE) as seat:
        page = seat.open(f"/accords/{erasure}")
        press(page, "Refuser")
        said(page, "La demande est refusée.")
        inspect(page, "refus-effacement-360")
    with instance.seat("officer") as seat:
        page = seat.open(f"/accords/{erasure}")
        closed(page, "Refusé par")
        follow(page, "Consulter le dossier")
        said(page, hands.NAME)
        press(page, "Rouvrir le dossier")
        expect(page.get_by_role("button", name="Rouvrir le dossier")).to_have_count(0)
        said(page, hands.NAME)
        inspect(page, "refus-effacement-rouvert-360")


def test_whoever_asked_for_an_erasure_takes_it_back(instance: Instance, erasure: UUID) -> None:
    with instance.seat("officer") as seat:
        page = seat.open(f"/accords/{erasure}")
        press(page, "Retirer la demande")
        closed(page, "retirée")
        inspect(page, "retrait-effacement-360")


def test_a_release_is_refused_and_nobody_reads_it(instance: Instance) -> None:
    release = propose(instance.person("analyst"), last_quarter(LONG_AGO))
    with instance.seat("publisher", view=PHONE) as seat:
        page = seat.open(f"/publications/{release}/examen")
        press(page, "Enregistrer la décision")
        said(page, "Il y a un problème")
        answer(page, "Votre décision", "Refuser")
        press(page, "Enregistrer la décision")
        title(page, "Chiffres")
        said(page, "La publication est refusée.")
        inspect(page, "refus-publication-360")
    with instance.seat("reader") as seat:
        assert seat.status(f"/publications/{release}") == 404
        seat.expect_status(404)
