"""What somebody answers for goes to a colleague who is told; a long renewal is broken off and resumed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from tests.access import people
from tests.browser import PHONE
from tests.journeys.instance import Instance
from tests.journeys.steps import choose, follow, inspect, picture, press, said, title
from tests.referrals import hands

OFFICE = "Kinshasa"
LONG = 30_000  # a press works for seconds
HEIR = "Collègue qui prend la suite"
RENEWALS = "Renouveler les clés"


def member(instance: Instance, name: str) -> str:
    """The address of a new officer who has the keys."""
    instance.person("registrar")
    people.join(instance.world, name, "officer", OFFICE)
    instance.person("officer")
    people.supply(instance.world, name)
    instance.world.people[name].sign_in()
    return f"/membres/{people.member_id(instance.world, name)}"


def test_open_referrals_go_along_and_the_heir_is_told(instance: Instance) -> None:
    leaver, heir = (f"{role}.{uuid.uuid4().hex[:6]}" for role in ("partante", "suivante"))
    address = member(instance, leaver)
    member(instance, heir)
    person = instance.world.people[leaver]
    hands.send(person, hands.new_case(person), hands.service_id(instance.world, hands.SHELTER))
    with instance.seat("registrar") as office:
        page = office.open(f"{address}/depart")
        said(page, "1 dossier ouvert et 1 référencement en cours")
        follow(page, "Confier les dossiers")
        inspect(page, "hand-over-referrals")
        choose(page, HEIR, heir.capitalize())
        press(page, "Confier")
        said(page, "C’est confié : 1 dossier ouvert et 1 référencement en cours.")
    with instance.seat(heir) as seat:
        page = seat.open("/")
        said(page, "On vous a confié : 1 dossier ouvert et 1 référencement en cours.")
        inspect(page, "handed-over-to-me")
        follow(page, "Voir les référencements")
        mine = page.locator(".app-queue__item", has_text="vous le suivez")
        expect(mine).to_have_count(1)
        expect(mine).to_contain_text("heures restantes")
        inspect(page, "my-referrals-of-the-heir")
        page = seat.open("/")
        press(page, "C’est vu")
        expect(page.get_by_text("On vous a confié")).to_have_count(0)
    with instance.seat("supervisor", view=PHONE) as seat:
        expect(seat.open("/referencements").get_by_text(f"suivi par {heir.capitalize()}")).to_have_count(1)


def test_cases_that_nobody_follows_are_found_and_given(instance: Instance) -> None:
    name = f"absente.{uuid.uuid4().hex[:6]}"
    address = member(instance, name)
    hands.new_case(instance.world.people[name])
    instance.person("registrar")
    people.decide(instance.world, name, "change", role="reader", unit_id=None)
    with instance.seat("supervisor", view=PHONE) as seat:
        page = seat.open("/")
        follow(page, "Dossiers que personne ne suit")
        said(page, f"Suivi jusqu’ici par {name.capitalize()}")
        inspect(page, "unfollowed-of-the-supervisor")
    with instance.seat("registrar") as office:
        page = office.open("/")
        inspect(page, "home-of-the-registrar")
        follow(page, "Dossiers et référencements que personne ne suit")
        inspect(page, "unfollowed-of-the-registrar")
        follow(page, f"Confier les dossiers de {name.capitalize()}")
        choose(page, HEIR, "Basile Agent")
        press(page, "Confier")
        expect(office.open(address).get_by_text("Plus personne ne suit")).to_have_count(0)


@contextmanager
def busy(instance: Instance) -> Iterator[None]:
    """Somebody's work that began before the renewal: it is waited for."""
    with instance.world.runtime.engine.connect() as connection:
        connection.execute(text("select 1"))
        yield


def test_a_renewal_goes_on_by_itself_is_stopped_and_resumed(instance: Instance) -> None:
    instance.person("officer")
    hands.new_case(instance.person("officer"))
    with instance.seat("officer") as seat:
        page = seat.open("/cles/renouvellement")
        with busy(instance):
            if not narrative(page).is_visible():  # another story may have made it due
                page.get_by_text("Clés qui ne sont pas à renouveler").click()
            narrative(page).click()
            said(page, "Le travail se poursuit tout seul.")
            bar = page.locator("progress[aria-label$='Texte libre']")
            expect(bar).to_have_attribute("value", "0")
            total = int(bar.get_attribute("max") or "0")
            assert total > 1
            picture(page, "renewal-going-on")
            with page.expect_response("**/cles/renouvellement?suite=narrative", timeout=LONG):
                pass  # the page presses the button itself, and is shown again
            page.wait_for_load_state()
            said(page, "Le travail se poursuit tout seul.")
            press(page, "Arrêter là et reprendre plus tard")
            expect(page.get_by_text("Le travail se poursuit tout seul.")).to_be_hidden()
            said(page, f"0 éléments sur {total}")
            inspect(page, "renewal-stopped")
        go_on_by_hand(instance)
    with instance.seat("officer") as seat:
        title(seat.open("/dossiers?noms=1"), "Dossiers")


def go_on_by_hand(instance: Instance) -> None:
    """Without scripts the button stays, and finishes the work."""
    with instance.seat("officer", scripts=False) as seat:
        page = seat.open("/")
        follow(page, "Voir les clés")
        title(page, RENEWALS)
        for _ in range(5):
            button = page.get_by_role("button", name="Poursuivre", exact=True)
            if not button.count():
                break
            button.click()
        expect(page.get_by_role("button", name="Poursuivre", exact=True)).to_have_count(0)


def narrative(page: Page) -> Locator:
    """The button that renews the key of the narrative, whether it is due or not."""
    return page.locator("form[action='/cles/renouvellement/narrative'] button[type=submit]")
