"""A long interview: what names the person closes in the middle of a page, and opens again with what was typed."""

import re
from datetime import timedelta
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import update

from protect.access.models import BrowserSession
from protect.access.runtime import system_clock
from protect.cases.actions_intake import IntakeAnswers, open_case
from tests.browser import DESK
from tests.journeys.instance import Instance
from tests.journeys.steps import inspect, press, said, title
from tests.world import Person

CONFIRM = "Confirmez que c’est vous"
CODE = "Les six chiffres"
SURNAME, CHANGED = "Mukendi", "Mukendi-Ilunga"


def new_case(person: Person) -> UUID:
    with person.gate() as gate:
        return open_case(gate, IntakeAnswers({"surname": SURNAME, "immediate_danger": "no", "phone": "+243812345678"}))


def ten_minutes_on(person: Person) -> None:
    """Let the ten minutes be over. Who writes to the database can shorten them, and cannot lengthen them."""
    with person.gate() as gate:
        session_id = gate.member.session_id
    with person._world.runtime.unit_of_work() as db:
        mine = update(BrowserSession).where(BrowserSession.id == session_id)
        db.execute(mine.values(open_until=system_clock() - timedelta(seconds=1)))


def type_the_code(page: Page, person: Person) -> None:
    """With the keyboard alone."""
    page.get_by_label(CODE).focus()
    page.keyboard.type(person.code())
    page.keyboard.press("Enter")


def test_what_was_typed_comes_back_after_the_code(instance: Instance) -> None:
    officer = instance.person("officer")
    case = new_case(officer)
    with instance.seat("officer") as seat:
        page = seat.open(f"/dossiers/{case}")
        said(page, SURNAME)
        expect(page.get_by_text(re.compile(r"Identité ouverte encore \d+ min"))).to_be_visible()
        inspect(page, "step-up-open-360")
        seat.open(f"/dossiers/{case}/compartiments/identity")
        page.get_by_label("Nom (facultatif)", exact=True).fill(CHANGED)
        ten_minutes_on(officer)
        press(page, "Enregistrer")
        title(page, CONFIRM)
        said(page, "Ce que vous avez saisi est gardé")
        assert CHANGED not in page.content()
        inspect(page, "step-up-confirm-360")
        type_the_code(page, officer)
        title(page, "Ce que vous aviez saisi")
        said(page, CHANGED)
        inspect(page, "step-up-kept-360")
        page.get_by_role("button", name="Envoyer de nouveau").focus()
        page.keyboard.press("Enter")
        title(page, "Dossier")
        said(page, CHANGED)
    instance.world.people["officer"].sign_in()


def test_a_closed_part_is_told_from_one_that_is_not_ones_own(instance: Instance) -> None:
    officer = instance.person("officer")
    case = new_case(officer)
    with instance.seat("officer", view=DESK) as seat:
        ten_minutes_on(officer)
        page = seat.open(f"/dossiers/{case}")
        expect(page.get_by_text("Vous avez accès à cette partie")).to_have_count(3)
        expect(page.get_by_text("Seuls les soignants")).to_have_count(1)
        assert SURNAME not in page.content()
        inspect(page, "step-up-closed-1280")
        page.get_by_role("button", name="Confirmer que c’est vous et l’ouvrir").first.focus()
        page.keyboard.press("Enter")
        title(page, CONFIRM)
        inspect(page, "step-up-confirm-1280")
        page.get_by_label(CODE).fill("000000")
        page.keyboard.press("Enter")
        said(page, "Ce code est inexact")
        inspect(page, "step-up-wrong-1280")
        type_the_code(page, officer)
        title(page, "Dossier")
        said(page, SURNAME)
        page.get_by_role("button", name="Refermer maintenant").focus()
        page.keyboard.press("Enter")
        said(page, "Vous restez connecté")
        expect(page.get_by_text("Identité refermée", exact=True)).to_be_visible()
    instance.world.people["officer"].sign_in()


def test_the_minutes_run_down_and_the_end_is_said(instance: Instance) -> None:
    instance.world.people["officer"].sign_in()
    with instance.seat("officer") as seat:
        seat.page.clock.install()
        page = seat.open("/")
        expect(page.get_by_text("Identité ouverte encore 10 min")).to_be_visible()
        page.clock.fast_forward("03:00")
        expect(page.get_by_text("Identité ouverte encore 7 min")).to_be_visible()
        page.clock.fast_forward("06:10")
        expect(page.get_by_role("status").filter(has_text="encore 1 min")).to_have_count(1)
        page.clock.fast_forward("01:00")
        expect(page.locator("[data-open]").first).to_have_text("Identité refermée")


def test_without_a_script_the_page_says_until_when(instance: Instance) -> None:
    instance.world.people["officer"].sign_in()
    with instance.seat("officer", scripts=False) as seat:
        page = seat.open("/")
        expect(page.get_by_text(re.compile(r"Identité ouverte jusqu’à \d\d:\d\d"))).to_be_visible()
        press(page, "Refermer maintenant")
        expect(page.get_by_text("Identité refermée", exact=True)).to_be_visible()
        press(page, "Ouvrir")
        title(page, CONFIRM)
    instance.world.people["officer"].sign_in()


def test_ones_own_devices(instance: Instance) -> None:
    with instance.seat("officer") as seat:
        page = seat.open("/sessions")
        said(page, "cet appareil")
        inspect(page, "sessions-360")
