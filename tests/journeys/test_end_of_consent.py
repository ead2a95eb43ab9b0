"""A consent ends: the page that was open a moment ago says so, and what nobody opened is destroyed all the same."""

import time
from datetime import timedelta
from uuid import UUID

from playwright.sync_api import expect

from protect.access.closer import INTERVAL
from tests.journeys.instance import Instance
from tests.journeys.steps import inspect, press, said, title
from tests.referrals import hands

OPEN_FOR = timedelta(seconds=8)
ENDED = "Le consentement a pris fin le"


def test_what_was_transmitted_ends_with_the_consent(instance: Instance) -> None:
    read, left = ending(instance), ending(instance)
    with instance.seat("shelter_intake") as shelter, instance.seat("officer") as officer:
        page = shelter.open(f"/demandes/{read}")
        said(page, "Vous pouvez l’ouvrir jusqu’au")
        press(page, "Ouvrir le dossier transmis")
        said(page, hands.NAME)
        wait_for_the_end(instance, left)
        page.reload()
        shelter.expect_status(410)
        title(page, "Dossier transmis")
        said(page, ENDED)
        assert hands.NAME not in page.content()
        inspect(page, "package-over")
        said(shelter.open(f"/demandes/{read}"), ENDED)
        inspect(shelter.page, "request-over")
        expect(shelter.page.get_by_role("button", name="Ouvrir le dossier transmis")).to_have_count(0)
        said(officer.open(f"/referencements/{read}"), ENDED)
        inspect(officer.page, "referral-over")


def ending(instance: Instance) -> UUID:
    """An accepted request whose consent ends in a moment."""
    officer = instance.person("officer")
    with officer.gate() as gate:
        until = gate.now() + OPEN_FOR
    service = hands.service_id(instance.world, hands.SHELTER)
    referral = hands.send(officer, hands.new_case(officer), service, valid_until=until)
    hands.accept(instance.person("shelter_intake"), referral)
    return referral


def wait_for_the_end(instance: Instance, referral: UUID) -> None:
    """The server that runs destroys the key, and nobody asked it to."""
    latest = time.monotonic() + OPEN_FOR.total_seconds() + 2 * INTERVAL
    while instance.world.runtime.shred.get("package", str(referral)) is not None:
        assert time.monotonic() < latest, "the key outlived the consent"
        time.sleep(0.2)
