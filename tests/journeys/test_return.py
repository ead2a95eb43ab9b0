"""Who lost every way in begins anew, or signs in after all; what custodians bring back counts, or is stopped."""

import uuid
from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import ColumnElement, NullPool, create_engine, update
from sqlalchemy.orm import Session

from protect.access import sessions
from protect.access.models_recovery import MemberReset, RecoveryArrival
from protect.access.recovery_copies import newest_key
from protect.access.runtime import system_clock
from protect.vault.recovery import RecoveryKey, control_words
from tests.access import ceremony, people
from tests.journeys.instance import Instance, Tab
from tests.journeys.steps import CODE, follow, inspect, press, said, title
from tests.journeys.test_members import OFFICE, certify, enrol, sign_in, supplied
from tests.world import OTHER_LEAD, PASSPHRASE

BEGINNINGS = "Membres qui doivent recommencer"


def a_day_later(instance: Instance, waits: type[MemberReset | RecoveryArrival], which: ColumnElement[bool]) -> None:
    """Let the wait be over, as the owner of the database could; it opens nothing by itself."""
    owner = create_engine(instance.world.runtime.engine.url.set(username="protect_owner"), poolclass=NullPool)
    with owner.begin() as db:
        db.execute(update(waits).where(which).values(due_at=system_clock() - timedelta(seconds=1)))


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
        a_day_later(instance, MemberReset, MemberReset.member_id == people.member_id(instance.world, name))
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


def test_a_new_beginning_is_withdrawn(instance: Instance) -> None:
    name = f"hesitante.{uuid.uuid4().hex[:6]}"
    member = member_of_the_office(instance, name)
    with instance.seat("registrar") as office:
        page = office.open(f"{member}/recommencer")
        press(page, "Demander un nouveau départ")
        page = office.open("/")
        follow(page, BEGINNINGS)
        follow(page, name.capitalize())
        follow(page, "Phrase secrète et codes de secours perdus")
        inspect(page, "new-beginning-waits")
        press(page, "Retirer")
        said(page, "C’est retiré.")
        expect(page.get_by_role("button", name="Demander un nouveau départ")).to_be_visible()
    instance.world.people[name].sign_in()


def test_whoever_signs_in_after_all_has_lost_nothing(instance: Instance) -> None:
    name = f"retrouvee.{uuid.uuid4().hex[:6]}"
    member = member_of_the_office(instance, name)
    with instance.seat("registrar") as office, instance.visitor() as own:
        others = waiting(office)  # another story may have asked for somebody, too
        registrar = office.open(f"{member}/recommencer")
        press(registrar, "Demander un nouveau départ")
        said(registrar, "Demandé par")
        assert waiting(office) != others
        page = own.open("/connexion")
        page.get_by_label("Votre nom de connexion").fill(name)
        page.get_by_label("Votre phrase secrète").fill(PASSPHRASE)
        page.get_by_label(CODE).fill(instance.world.people[name].code())
        press(page, "Se connecter")
        said(page, "votre nouveau départ a été arrêté")
        inspect(page, "new-beginning-stopped")
        title(own.open("/dossiers?noms=1"), "Dossiers")
        registrar = office.open(f"{member}/recommencer")
        expect(registrar.get_by_role("button", name="Demander un nouveau départ")).to_be_visible()
        assert waiting(office) == others


def waiting(office: Tab) -> list[str]:
    """The line of a registrar's first page that says for how many members a new beginning waits, if one does."""
    return office.open("/").get_by_role("main").get_by_role("listitem").filter(has_text=BEGINNINGS).all_inner_texts()


def test_a_holder_compares_six_words_and_what_custodians_bring_back_counts(instance: Instance) -> None:
    world, name = instance.world, f"revenue.{uuid.uuid4().hex[:6]}"
    instance.person("foreign_registrar")
    registrars = [one for one in ("foreign_registrar", "foreign_second") if one in world.people]
    for one in registrars:
        instance.person(one)
    people.join(world, name, "officer", "Bukavu", by=tuple(registrars))
    instance.person("foreign_officer")
    with world.runtime.unit_of_work() as db:
        agency = world.agencies[OTHER_LEAD.name]
        seed = ceremony.founded(db, world.runtime, agency, world.roots[OTHER_LEAD.name])
        words = control_words(on_the_sheets(db, agency)).split()
    with instance.seat("foreign_officer") as seat:
        page = seat.open("/")
        said(page, "Des dépositaires ont une clé de récupération")
        assert page.locator(".app-words li").all_inner_texts() == words, "as on the sheet of a custodian"
        inspect(page, "key-of-the-custodians")
        press(page, "Les mots sont les mêmes : accepter")
        said(page, "Vos clés sont copiées pour les dépositaires.")
        expect(page.locator(".app-words")).to_have_count(0)
    exported = ceremony.exported(world, name, plan=OTHER_LEAD)
    arrival = ceremony.arrive(world, ceremony.answered(seed, exported))
    assert not people.opens(world.people[name], "narrative"), "it waits a day"
    with instance.seat("foreign_registrar") as office:
        page = office.open("/")
        follow(page, "Clés rapportées par les dépositaires")
        said(page, name.capitalize())
        a_day_later(instance, RecoveryArrival, RecoveryArrival.id == arrival.id)
        for _ in range(40):  # the clock of the served program looks every few seconds
            if not page.get_by_role("button", name="Arrêter", exact=True).count():
                break
            page.wait_for_timeout(500)
            page.reload()
        expect(page.get_by_role("button", name="Arrêter", exact=True)).to_have_count(0)
        inspect(page, "brought-back-counts")
    assert people.opens(world.people[name], "narrative")


def on_the_sheets(db: Session, agency: uuid.UUID) -> RecoveryKey:
    """The recovery key in use, as its sheets name it."""
    row = newest_key(db, agency)
    assert row is not None
    return RecoveryKey.from_bytes(row.statement)
