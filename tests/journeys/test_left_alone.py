"""A screen that was left alone: at zero the names are gone from it, at rest everything, and what was typed is kept."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.browser import DESK, PHONE, Tab
from tests.journeys.instance import Instance
from tests.journeys.steps import inspect, press, said, title
from tests.journeys.test_expiry import rest, sign_in
from tests.journeys.test_step_up import SURNAME, new_case, ten_minutes_on, type_the_code

CHANGED, SECOND = "Mukendi-Kalala", "Tshala"
OVER, CLOSED = "La session est fermée", "Cette page est refermée"
KEEP = "Garder ma saisie et continuer"
UNDER = """() => [...document.querySelectorAll("#main input:not([type=hidden]), #main select, #main textarea")].filter((field) => {
    field.focus();
    const box = field.getBoundingClientRect();
    return !field.contains(document.elementFromPoint(box.x + box.width / 2, box.y + 4)) && box.height > 24;
}).map((field) => field.name)"""


@contextmanager
def seated(instance: Instance, name: str, view: dict[str, int] = PHONE) -> Iterator[Tab]:
    """A tab of somebody who has just signed in, whose script's clock the test moves."""
    instance.world.people[name].sign_in()
    with instance.seat(name, view=view) as seat:
        seat.page.clock.install()
        yield seat
    instance.world.people[name].sign_in()


def wait(page: Page, minutes: int) -> None:
    page.clock.fast_forward(minutes * 60_000)


def test_at_zero_the_names_leave_the_page_and_come_back_with_the_code(instance: Instance) -> None:
    officer = instance.person("officer")
    case = new_case(officer)
    with seated(instance, "officer") as seat:
        page = seat.open(f"/dossiers/{case}")
        said(page, SURNAME)
        wait(page, 9)
        expect(page.locator(".app-open--soon").filter(has_text="encore 1 min")).to_be_in_viewport()
        said(page, SURNAME)
        inspect(page, "left-alone-last-minute-360")
        wait(page, 1)
        title(page, CLOSED)
        assert SURNAME not in page.content()
        assert "812" not in page.locator("body").inner_text()
        inspect(page, "left-alone-closed-360")
        ten_minutes_on(officer)
        press(page, "Confirmer que c’est vous et l’ouvrir")
        type_the_code(page, officer)
        title(page, "Dossier")
        said(page, SURNAME)


def test_a_page_that_names_nobody_stays(instance: Instance) -> None:
    with seated(instance, "officer") as seat:
        page = seat.open("/")
        wait(page, 11)
        expect(page.locator("[data-open]").first).to_have_text("Identité refermée")
        title(page, "Ce qui vous attend")


def test_what_was_being_typed_is_covered_and_goes_on(instance: Instance) -> None:
    officer = instance.person("officer")
    case = new_case(officer)
    with seated(instance, "officer") as seat:
        page = seat.open(f"/dossiers/{case}/compartiments/identity")
        page.get_by_label("Nom (facultatif)", exact=True).fill(CHANGED)
        wait(page, 10)
        title(page, CLOSED)
        assert SURNAME not in page.locator("body").inner_text()
        expect(page.get_by_label("Nom (facultatif)", exact=True)).to_be_hidden()
        inspect(page, "left-alone-typed-360")
        press(page, KEEP)  # the ten minutes of the server are not over: the form is kept all the same, and not saved
        title(page, "Confirmez que c’est vous")
        said(page, "Ce que vous avez saisi est gardé")
        type_the_code(page, officer)
        title(page, "Ce que vous aviez saisi")
        said(page, CHANGED)
        press(page, "Envoyer de nouveau")
        said(page, CHANGED)


def test_at_rest_everything_leaves_and_the_session_too(instance: Instance) -> None:
    with seated(instance, "supervisor", DESK) as seat:
        page = seat.open("/dossiers")
        wait(page, 14)
        expect(page.locator(".app-open--soon").filter(has_text="se ferme dans une minute")).to_be_in_viewport()
        inspect(page, "left-alone-soon-over-1280")
        before = page.locator("main").inner_text()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        wait(page, 1)
        title(page, OVER)
        assert asked == []  # a question to the server would have lengthened the session
        assert not set(re.findall(r"[A-Z]{3}-[\w-]+", before)) & set(page.content().split())
        rest(instance, "supervisor")
        page.get_by_role("button", name="Se reconnecter et continuer").click()
        title(page, "Se connecter")
        sign_in(page, instance.world.people["supervisor"])
        title(page, "Dossiers")


def test_at_rest_what_was_typed_is_covered_and_survives_the_sign_in(instance: Instance) -> None:
    officer = instance.person("officer")
    case = new_case(officer)
    with seated(instance, "officer") as seat:
        page = seat.open(f"/dossiers/{case}/compartiments/identity")
        page.get_by_label("Nom (facultatif)", exact=True).fill(CHANGED)
        page.get_by_label("Prénom (facultatif)", exact=True).fill(SECOND)
        wait(page, 10)
        title(page, CLOSED)
        wait(page, 5)
        title(page, OVER)
        inspect(page, "left-alone-over-360")
        rest(instance, "officer")
        press(page, KEEP)
        title(page, "Se connecter")
        sign_in(page, officer)
        title(page, "Ce que vous aviez saisi")
        said(page, CHANGED)
        said(page, SECOND)
        press(page, "Oublier")


def test_what_is_decided_leaves_with_the_page_and_is_not_said_to_be_kept(instance: Instance) -> None:
    with seated(instance, "registrar") as seat:
        page = seat.open("/membres/invitation")
        page.locator("[name=display_name]").fill(CHANGED)
        wait(page, 15)
        title(page, OVER)
        expect(page.get_by_role("button", name="Se reconnecter et continuer")).to_be_visible()
        expect(page.get_by_role("button", name=KEEP)).to_have_count(0)
        assert CHANGED not in page.content()
        assert page.locator("main form").count() == 0


def test_what_stays_at_the_top_covers_no_field(instance: Instance) -> None:
    officer = instance.person("officer")
    case = new_case(officer)
    with seated(instance, "officer") as seat:
        page = seat.open(f"/dossiers/{case}/compartiments/identity")
        wait(page, 9)
        expect(page.locator(".app-open--soon").first).to_be_in_viewport()
        assert page.evaluate(UNDER) == []
        page.get_by_role("button", name="Enregistrer").scroll_into_view_if_needed()
        expect(page.locator(".app-open--soon").first).to_be_in_viewport()
