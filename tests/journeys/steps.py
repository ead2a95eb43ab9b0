"""What everybody does on a page: read its title, answer a question, press a button, go on."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import check

CODE = "Les six chiffres de votre générateur de codes"
INFORMED = "Participation volontaire, sans incidence sur l’assistance"


def title(page: Page, text: str) -> None:
    """The page is the one with this title."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def said(page: Page, text: str) -> None:
    """The page shows this text somewhere."""
    expect(page.get_by_role("main")).to_contain_text(text)


def inspect(page: Page, name: str) -> None:
    """Everybody can use the page; a picture is kept for a human who wants one."""
    check(page)
    picture(page, name)


def picture(page: Page, name: str) -> None:
    """A picture of a page that moves on by itself, too fast to be judged."""
    if "PROTECT_PICTURES" in os.environ:
        page.screenshot(path=Path(os.environ["PROTECT_PICTURES"]) / f"{name}.png", full_page=True)


def answer(page: Page, question: str, *answers: str) -> None:
    """Tick or choose answers of the question with this legend."""
    group = page.get_by_role("group", name=question)
    for one in answers:
        group.get_by_label(one, exact=True).check()


def choose(page: Page, question: str, one: str) -> None:
    """Choose one of the answers: few are buttons, many a list."""
    listed = page.get_by_role("main").locator("select")
    if listed.count():
        listed.select_option(label=one)
    else:
        answer(page, question, one)


def press(page: Page, button: str) -> None:
    """Press a button, or a link that looks like one."""
    page.get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str) -> None:
    """Follow a link."""
    page.get_by_role("link", name=link).click()


def go_on(page: Page, then: str) -> None:
    """Keep a page of the intake; the next is the one with this title."""
    press(page, "Enregistrer et continuer")
    title(page, then)


def identifier(page: Page) -> str:
    """The last part of the page's address."""
    return page.url.rpartition("/")[2]


def named_values(page: Page) -> dict[str, str]:
    """The rows of the lists of a page, by their names; the pages where nothing stands twice."""
    keys, values = page.locator(".govuk-summary-list__key"), page.locator(".govuk-summary-list__value")
    return dict(zip(keys.all_inner_texts(), map(str.strip, values.all_inner_texts()), strict=True))
