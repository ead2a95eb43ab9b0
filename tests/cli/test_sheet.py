"""What a custodian gets: one page of paper, and a picture that gives the same words as the eye."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from protect.access.ceremonies import Made, Share
from protect.cli.sheets import sheet
from protect.i18n import LANGUAGES, speaking
from protect.vault import shares
from protect.vault.derivation import new_key
from protect.vault.passphrase import generate
from protect.vault.shares import Quorum
from tests.browser import NARROW, check_width, scan

LONG = "Commission nationale de lutte contre la traite des personnes, coordination provinciale de la Tshopo"
QUORUM = Quorum(3, 5)
SHEET = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(params=sorted(LANGUAGES))
def printed(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A file of the ceremony, for an agency with a long name, and the words that are in it."""
    ours, _theirs = shares.split(new_key(), (QUORUM, QUORUM))
    made = Made("agency", LONG, 12, generate(request.param), b"", ())
    with speaking(request.param):
        page = sheet(made, Share(0, 4, QUORUM, ours[3]), date(2026, 9, 30))
    file = tmp_path / "sheet.html"
    file.write_text(page, "utf-8")
    return file, ours[3]


@pytest.fixture
def page(browser: Browser, printed: tuple[Path, str]) -> Iterator[Page]:
    """The file in a browser without network."""
    context = browser.new_context(viewport=NARROW, offline=True)
    page = context.new_page()
    page.goto(printed[0].as_uri())
    yield page
    context.close()


def test_a_scanner_reads_the_words_that_are_printed(page: Page, printed: tuple[Path, str]) -> None:
    scanned = scan(page.locator("img"))
    assert shares.read_share(scanned) == shares.read_share(printed[1])
    assert scanned.lower() == printed[1] == " ".join(page.locator("ol.words li").all_inner_texts())


def test_it_is_one_page_of_paper(page: Page) -> None:
    assert len(SHEET.findall(page.pdf(prefer_css_page_size=True))) == 1
    page.locator("ul").evaluate("list => list.append(...Array.from({length: 9}, () => list.cloneNode(true)))")
    assert len(SHEET.findall(page.pdf(prefer_css_page_size=True))) > 1, "or nothing would be counted"


def test_it_fits_a_telephone(page: Page) -> None:
    check_width(page)
