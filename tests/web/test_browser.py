"""The room in a real browser, under its own policy."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import DESK, NARROW, PHONE, served, tab
from tests.web.demo import FakeGate, make_app


@pytest.fixture(scope="module")
def gate() -> FakeGate:
    return FakeGate(actor=object())


@pytest.fixture(scope="module")
def neutral() -> Iterator[str]:
    weather = Flask("weather")
    weather.add_url_rule("/", "sky", lambda: "Ciel clair")
    weather.add_url_rule("/favicon.ico", "icon", lambda: "")
    with served(weather) as address:
        yield address + "/"


@pytest.fixture(scope="module")
def base(gate, neutral) -> Iterator[str]:
    with served(make_app(gate, exit_url=neutral)) as address:
        yield address


@pytest.mark.parametrize("view", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])
@pytest.mark.parametrize("path", ["/", "/nouveau"])
def test_pages_are_accessible_at_every_width(browser, base, path, view):
    with tab(browser, base, view=view) as opened:
        opened.open(path)
        opened.check()


def test_errors_take_the_focus_and_lead_to_the_field(browser, base):
    with tab(browser, base, view=PHONE) as opened:
        page = opened.open("/nouveau")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.locator("[data-error-summary]")).to_be_focused()
        opened.check()
        page.get_by_role("link", name="Date d’identification").click()
        expect(page.locator("#seen-day")).to_be_focused()


def test_everything_works_without_scripts(browser, base):
    with tab(browser, base, view=PHONE, scripts=False) as opened:
        page = opened.open("/nouveau")
        page.get_by_label("Code du dossier").fill("KIN-1")
        page.get_by_label("Province").select_option("Ituri")
        for label, typed in (("Jour", "1"), ("Mois", "2"), ("Année", "2026")):
            page.get_by_label(label).fill(typed)
        page.get_by_label("Féminin").check()
        page.get_by_label("Phrase secrète").fill("des mots")
        page.get_by_role("button", name="Enregistrer").click()
        expect(page.get_by_text("Le dossier est ouvert.")).to_be_visible()
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("button", name="Leave this page")).to_be_visible()


def test_the_menu_folds_on_a_phone(browser, base):
    with tab(browser, base, view=PHONE) as opened:
        page = opened.open("/")
        link = page.get_by_role("link", name="Nouveau dossier")
        expect(link).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        expect(link).to_be_visible()


def test_characters_are_counted(browser, base):
    with tab(browser, base) as opened:
        page = opened.open("/nouveau")
        shown = page.locator("[data-shown]")
        page.get_by_label("Ce qui s’est passé").fill("x" * 19)
        expect(shown).to_have_text("Il reste 1 caractère")
        page.get_by_label("Ce qui s’est passé").fill("x" * 22)
        expect(shown).to_have_text("2 caractères en trop")


def test_a_passphrase_can_be_shown(browser, base):
    with tab(browser, base) as opened:
        page = opened.open("/nouveau")
        field = page.locator("#secret")
        page.get_by_role("button", name="Afficher ce qui est saisi").click()
        expect(field).to_have_attribute("type", "text")
        page.get_by_role("button", name="Masquer ce qui est saisi").click()
        expect(field).to_have_attribute("type", "password")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_leaving_ends_in_a_neutral_place(browser, base, neutral, gate, scripts):
    ended = gate.ended
    with tab(browser, base, scripts=scripts) as opened:
        page = opened.open("/nouveau")
        page.get_by_role("button", name="Quitter cette page").click()
        page.wait_for_url(neutral)
        expect(page.locator("body")).to_have_text("Ciel clair")
        wait_until(page, lambda: gate.ended == ended + 1)


def test_three_presses_of_escape_leave_and_two_do_not(browser, base, neutral, gate):
    ended = gate.ended
    with tab(browser, base) as opened:
        page = opened.open("/nouveau")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        page.keyboard.press("Escape")
        assert page.url.startswith(base)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_url(neutral)
        wait_until(page, lambda: gate.ended == ended + 1)


def test_a_second_press_sends_nothing(browser, base):
    with tab(browser, base) as opened:
        page = opened.open("/nouveau")
        posts = []
        page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        page.get_by_role("button", name="Enregistrer").dblclick()
        expect(page.locator("[data-error-summary]")).to_be_visible()
        assert len(posts) == 1


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(50):
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not happen")
