"""Somebody who lost every way in begins anew; and keys that custodians brought back are stopped by a registrar."""

import uuid
from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import NullPool, create_engine, update

from protect.access import sessions
from protect.access.models_recovery import MemberReset
from protect.access.runtime import system_clock
from tests.access import ceremony, people
from tests.journeys.instance import Instance
from tests.journeys.steps import follow, inspect, press, said, title
from tests.journeys.test_members import OFFICE, certify, enrol, sign_in, supplied


def a_day_later(instance: Instance, name: str) -> None:
    """Let the wait be over, as the owner of the database could; it opens nothing by itself."""
    own = MemberReset.member_id == people.member_id(instance.world, name)
    owner = create_engine(instance.world.runtime.engine.url.set(username="protect_owner"), poolclass=NullPool)
    with owner.begin() as db:
        db.execute(update(MemberReset).where(own).values(due_at=system_clock() - timedelta(seconds=1)))


def member_of_the_office(instance: Instance, name: str) -> str:
    """The address of somebody who joined and has the keys."""
    instance.person("registrar")
    people.join(instance.world, name, "officer", OFFICE)
    instance.person("officer")
    people.supply(instance.world, name)
    return f"/membres/{people.member_id(instance.world, name)}"


def test_somebody_who_lost_everything_begins_anew(instance: Instance) -> None:
    name = f"perdue.{uuid.uuid4().hex[:6]}"
    member = member_of_the_office(instance, name)
    old = instance.world.people[name].token
    with instance.seat("registrar") as office, instance.visitor() as arriving:
        page = office.open(member)
        follow(page, "Phrase secrète et codes de secours perdus")
        inspect(page, "new-beginning")
        press(page, "Demander un nouveau départ")
        said(page, "Demandé par")
        expect(page.get_by_role("button", name="Mettre fin à l’ancien accès et donner un code")).to_have_count(0)
        a_day_later(instance, name)
        page.reload()
        inspect(page, "new-beginning-due")
        press(page, "Mettre fin à l’ancien accès et donner un code")
        said(page, "Ce code n’est affiché que cette fois")
        code = page.locator(".app-words strong").inner_text()
        follow(page, "Poursuivre")
        assert sessions.find(instance.world.runtime, old).actor is None
        visitor = arriving.open("/invitation")
        passphrase, codes = enrol(visitor, code)
        sign_in(visitor, name, passphrase, codes.pop())
        certify(page, visitor.locator(".app-words li").all_inner_texts())
        supplied(instance, page, name.capitalize())
        visitor.goto(arriving.base + "/connexion")
        sign_in(visitor, name, passphrase, codes.pop())
        title(arriving.open("/dossiers?noms=1"), "Dossiers")


def test_a_registrar_stops_what_custodians_brought_back(instance: Instance) -> None:
    name = f"gardee.{uuid.uuid4().hex[:6]}"
    member_of_the_office(instance, name)
    seed = ceremony.hold(instance.world, by=("officer",))
    ceremony.arrive(instance.world, ceremony.answered(seed, ceremony.exported(instance.world, name)))
    with instance.seat("registrar") as office:
        page = office.open("/")
        follow(page, "Clés rapportées par les dépositaires")
        said(page, name.capitalize())
        inspect(page, "brought-back")
        stops = page.get_by_role("button", name="Arrêter", exact=True)
        waiting = stops.count()  # another story may have brought some back, too
        stops.last.click()
        said(page, "Ces clés ne compteront pas.")
        inspect(page, "brought-back-stopped")
        expect(stops).to_have_count(waiting - 1)
