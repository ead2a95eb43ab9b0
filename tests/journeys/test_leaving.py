"""Somebody comes in: one press or three, and there is nothing left to see, forwards or backwards."""

import pytest
from playwright.sync_api import Page, Route, expect

from protect.access import sessions
from tests.journeys.instance import Instance
from tests.journeys.steps import press, title

NEUTRAL = "https://www.wikipedia.org/"


def by_button(page: Page) -> None:
    press(page, "Quitter cette page (ou appuyez trois fois sur la touche Échap)")


def by_escape(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("leave", "scripts"),
    [(by_button, True), (by_button, False), (by_escape, True)],
    ids=["button", "button without scripts", "escape"],
)
def test_leaving_in_a_hurry(instance: Instance, leave, scripts) -> None:
    with instance.seat("officer_same_unit", scripts=scripts) as seat:
        page = seat.page
        page.context.route(f"{NEUTRAL}**", neutral)
        for address in ("/referencements", "/", "/dossiers?noms=1"):
            seat.open(address)
        leave(page)
        page.wait_for_url(NEUTRAL)
        expect(page.locator("body")).to_have_text("Ciel clair")
        session_is_over(instance, "officer_same_unit", page)
        for _ in range(2):
            page.go_back()
            title(page, "Se connecter")
        title(seat.open("/dossiers"), "Se connecter")


def neutral(route: Route) -> None:
    """The neutral site, without going out."""
    route.fulfill(
        content_type="text/html", body="<!DOCTYPE html><title>Météo</title><link rel=icon href=data:,>Ciel clair"
    )


def session_is_over(instance: Instance, name: str, page: Page) -> None:
    token = instance.world.people[name].token
    for _ in range(50):
        if sessions.find(instance.world.runtime, token).actor is None:
            return
        page.wait_for_timeout(20)
    raise AssertionError("the session goes on")
