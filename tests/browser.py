"""A real browser for the tests: strict about its console, and able to judge accessibility."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = Path(os.environ.get("PROTECT_CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
PATIENCE = 30_000  # ms; several tests share the processors, and one that waits longer than it must costs nothing
NARROW = {"width": 320, "height": 640}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}

# The picture as the browser draws it: width, and how bright each point is.
DRAWN = """image => {
    const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0, image.width, image.height);
    const points = context.getImageData(0, 0, image.width, image.height).data;
    return [image.width, Array.from(points).filter((_point, at) => at % 4 === 0)];
}"""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """`app` on a free port of this machine; gives its address."""
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A started browser. Without Chromium the test is left out and says what to install; where CI is set it fails."""
    if not CHROMIUM.exists():
        left_out = pytest.fail if os.environ.get("CI") else pytest.skip
        left_out(f"{CHROMIUM} is missing: install the package `chromium`, or set PROTECT_CHROMIUM")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of a session of tests: Playwright allows no second, and starting costs seconds."""
    with chromium() as started:
        yield started


@dataclass
class Tab:
    """One tab; whatever the console complained about is in `complaints`."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def status(self, path: str) -> int:
        """Open a page and tell the status of the answer."""
        response = self.page.goto(self.base + path)
        return response.status if response else 0

    def expect_status(self, status: int) -> None:
        """A page of an error makes the console say its status; that one is expected."""
        self.complaints = [text for text in self.complaints if f"status of {status}" not in text]

    def check(self) -> None:
        """No accessibility violation, nothing wider than the screen."""
        check(self.page)


def check(page: Page) -> None:
    """No accessibility violation, nothing wider than the screen."""
    results = Axe().run(page, options=WCAG)
    assert results.violations_count == 0, results.generate_report()
    check_width(page)


def check_width(page: Page) -> None:
    """Nothing is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px wider than the screen"


def scan(picture: Locator) -> str:
    """What a telephone reads from a QR code: a reader of others, given what the browser drew."""
    width, points = picture.evaluate(DRAWN)
    (found,) = zxingcpp.read_barcodes(memoryview(bytes(points)).cast("B", (len(points) // width, width)))
    return str(found.text)


@contextmanager
def tab(browser: Browser, base: str, *, view: dict[str, int] | None = None, scripts: bool = True) -> Iterator[Tab]:
    """A fresh tab with its own cookies; any complaint of the console fails the test at its end."""
    context = browser.new_context(viewport=view or DESK, locale="fr-FR", java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    opened = Tab(page, base)
    page.on("console", lambda said: opened.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    try:
        yield opened
        assert opened.complaints == []
    finally:
        context.close()
