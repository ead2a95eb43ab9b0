"""The pages after a new passphrase, as everybody who enrols meets them."""

from datetime import UTC, datetime

import pyotp
from playwright.sync_api import Page, expect

from tests.browser import scan
from tests.journeys.steps import inspect, press, title


def scanned(page: Page) -> pyotp.TOTP:
    """The generator that a telephone makes of the picture."""
    read = pyotp.parse_uri(scan(page.locator("img.app-qr")))
    assert isinstance(read, pyotp.TOTP)
    return read


def read_generator(page: Page) -> pyotp.TOTP:
    """Copy the secret into a generator, miss once, then type the code of this step: the next one stays."""
    title(page, "Votre générateur de codes")
    inspect(page, "generator")
    page.get_by_text("Je ne peux pas scanner l’image").click()
    generator = scanned(page)
    assert generator.secret == page.locator(".app-code").inner_text().replace(" ", "")
    assert (generator.digits, generator.interval) == (6, 30)
    assert generator.issuer
    for typed in ("12", generator.at(datetime.now(UTC))):
        page.get_by_label("Les six chiffres affichés").fill(typed)
        press(page, "Continuer")
    return generator


def read_codes(page: Page) -> list[str]:
    """The recovery codes that are shown, put away."""
    title(page, "Vos codes de secours")
    shown = page.locator(".app-codes li")
    expect(shown).to_have_count(4)
    codes = shown.all_inner_texts()
    inspect(page, "recovery-codes")
    press(page, "Je les ai rangés")
    return codes
