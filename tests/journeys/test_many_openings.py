"""An officer who opens the files of very many people: asked why, then stopped, until the supervisor has called."""

import secrets

from playwright.sync_api import Page, expect
from sqlalchemy import insert

from protect.access import limits
from protect.access.models import OpenedPerson
from tests.browser import PHONE
from tests.cases.emergencies import new_case
from tests.journeys.conftest import STORIES
from tests.journeys.instance import Instance
from tests.journeys.steps import answer, follow, inspect, press, said, title

OFFICER, SUPERVISOR = "foreign_officer", "foreign_supervisor"
WHY = "Revue des dossiers avant la réunion"


def opened_already(instance: Instance, count: int) -> None:
    """Let the officer have opened the files of so many people in this hour."""
    runtime, actor = instance.world.runtime, instance.person(OFFICER).gate().member
    rows = [limits._row(actor, runtime.clock(), mark=secrets.token_bytes(32)) for _ in range(count)]
    with limits._turn(runtime, actor) as db:
        db.execute(insert(OpenedPerson), rows)


def say_why(page: Page) -> None:
    title(page, "Pourquoi ouvrez-vous autant de dossiers")
    inspect(page, "limite-motif-360")
    press(page, "Continuer")  # nothing was said
    expect(page.get_by_role("alert")).to_be_visible()
    inspect(page, "limite-motif-faute-360")
    answer(page, "Motif", "Assistance à la personne")
    page.get_by_label("En quelques mots").fill(WHY)
    press(page, "Continuer")


def lift(instance: Instance) -> None:
    with instance.seat(SUPERVISOR, view=PHONE) as seat:
        page = seat.open("/")
        follow(page, "Collègues qui ont ouvert trop de dossiers")
        said(page, "Olivier Agent")
        inspect(page, "limite-arrets-360")
        press(page, "Lever l’arrêt Olivier Agent")
        said(page, "Levé par Paul Superviseur")
        expect(seat.open("/").get_by_text("Collègues qui ont ouvert trop")).to_have_count(0)


def test_asked_why_then_stopped_then_allowed_by_a_second_person(instance: Instance) -> None:
    ask, stop = STORIES
    for name in (OFFICER, SUPERVISOR):
        instance.person(name)
    (first, _code), (second, _other) = new_case(instance.world, OFFICER), new_case(instance.world, OFFICER)
    opened_already(instance, ask)
    with instance.seat(OFFICER) as seat:
        page = seat.open(f"/dossiers/{first}")
        say_why(page)
        said(page, "Kasongo")
        opened_already(instance, stop - ask)
        assert seat.status(f"/dossiers/{second}") == 429
        seat.expect_status(429)
        title(page, "Vous avez ouvert un très grand nombre de dossiers")
        inspect(page, "limite-arret-360")
        lift(instance)
        seat.open(f"/dossiers/{second}")
        said(page, "Kasongo")
