"""Every page that can be read: accessible on a phone and on a desk, light, and never wider than the smallest screen."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page

from protect.auth import actions_reset
from protect.auth.actions_own_factors import own_factors
from protect.cases import intake
from protect.cases.sections import SECTIONS
from protect.statistics import actions as statistics
from protect.web.pages import rules_of
from tests.access import ceremony
from tests.access.people import fresh, member_id
from tests.browser import DESK, NARROW, PHONE, Tab, check_width
from tests.cases import emergencies, endings, exports
from tests.journeys.instance import Instance
from tests.journeys.people_counted import count, last_quarter, propose
from tests.journeys.steps import inspect
from tests.journeys.test_expiry import interrupt
from tests.pages import HEAVIEST
from tests.referrals import hands

CASE = "/dossiers/{case}"
PAGES = {  # of each page that is read: who reads it, and where
    "auth.home": ("supervisor", ["/"]),
    "auth.sign_in": ("", ["/connexion"]),
    "auth.invitation": ("", ["/invitation"]),
    "auth.lost_phrase": ("", ["/connexion/phrase"]),
    "auth.lost_form": ("officer_same_unit", ["/formulaire"]),
    "auth.confirm": ("officer", ["/confirmer", "/confirmer?garde=1"]),
    "auth.sessions": ("officer", ["/sessions"]),
    "auth.factors": ("officer", ["/moyens"]),
    "auth.new_generator": ("officer", ["/moyens/generateur"]),
    "auth.new_passkey": ("officer", ["/moyens/cle"]),
    "auth.own_phrase": ("officer", ["/moyens/phrase"]),
    "auth.new_codes": ("officer", ["/moyens/secours"]),
    "auth.ask_removal": ("officer", ["/moyens/{factor}/retrait"]),
    "auth.reason": ("officer", ["/motif"]),
    "auth.stops": ("supervisor", ["/arrets"]),
    "cases.list_cases": ("officer", ["/dossiers", "/dossiers?noms=1"]),
    "cases.unfollowed": ("supervisor", ["/dossiers/sans-suivi"]),
    "cases.show": ("officer", [CASE, "/dossiers/{closed}"]),
    "cases.search": ("officer", ["/dossiers/recherche"]),
    "cases.start": ("officer", ["/dossiers/nouveau"]),
    "cases.step": ("officer", [f"{CASE}/saisie/{name}" for name in intake.titles()]),
    "cases.danger": ("officer", [f"{CASE}/danger"]),
    "cases.stop": ("officer", [f"{CASE}/entretien"]),
    "cases.agreement": ("officer", [f"{CASE}/accord"]),
    "cases.edit": ("officer", [f"{CASE}/compartiments/{name}" for name in SECTIONS]),
    "cases.consent": ("officer", [f"{CASE}/consentements/nouveau"]),
    "emergency.openings": ("officer_other_unit", ["/urgences"]),
    "emergency.request_form": ("officer_other_unit", ["/urgences/demande"]),
    "emergency.show": ("supervisor", ["/urgences/{request}", "/urgences/{emergency}"]),
    "emergency.case": ("officer_other_unit", ["/urgences/{emergency}/dossier"]),
    "referrals.choose": ("officer", [f"{CASE}/referencements/nouveau"]),
    "referrals.ask": ("officer", [CASE + "/referencements/nouveau/{service}"]),
    "referrals.mine": ("supervisor", ["/referencements"]),
    "referrals.show": ("officer", ["/referencements/{referral}"]),
    "referrals.ask_withdrawal": ("officer", [CASE + "/consentements/{consent}/retrait"]),
    "referrals.inbox": ("shelter_intake", ["/demandes"]),
    "referrals.received": ("shelter_intake", ["/demandes/{referral}", "/demandes/{waiting}"]),
    "referrals.package": ("shelter_worker", ["/demandes/{referral}/dossier"]),
    "directory.services": ("supervisor", ["/services"]),
    "directory.places": ("shelter_worker", ["/places"]),
    "members.members": ("registrar", ["/membres"]),
    "members.invitation": ("registrar", ["/membres/invitation"]),
    "members.show": ("registrar", ["/membres/{member}"]),
    "auth.reset": ("registrar", [f"/membres/{{{who}}}/recommencer" for who in ("member", "asked", "alone")]),
    "members.role": ("registrar", ["/membres/{member}/fonction"]),
    "members.hand_over": ("registrar", ["/membres/{member}/dossiers"]),
    "members.unfollowed": ("registrar", ["/membres/sans-suivi"]),
    "members.departure": ("registrar", ["/membres/{member}/depart"]),
    "members.keys": ("registrar", ["/cles/couverture"]),
    "members.renewals": ("officer", ["/cles/renouvellement"]),
    "statistics.releases": ("reader", ["/publications"]),
    "statistics.show": ("reader", ["/publications/{release}"]),
    "statistics.workbench": ("analyst", ["/publications/preparation"]),
    "statistics.proposals": ("publisher", ["/publications/propositions"]),
    "statistics.review": ("publisher", ["/publications/{proposal}/examen"]),
    "access.roles": ("registrar", ["/acces"]),
    "access.role": ("registrar", ["/acces/roles/officer"]),
    "access.matrix": ("auditor", ["/acces/matrice"]),
    "access.why": ("officer", ["/acces/compartiments/health?dossier={case}"]),
    "access.examine": (
        "auditor",
        ["/acces/reponse?who=officer&permission=case%3Aopen&relation=other_unit", "/acces/reponse"],
    ),
    "approvals.listed": ("supervisor", ["/accords"]),
    "approvals.show": ("supervisor", ["/accords/{approval}"]),
    "export.one": ("officer", [CASE + "/export"]),
    "export.several": ("supervisor", ["/dossiers/export"]),
    "export.copy": ("officer", ["/accords/{copy}/copie"]),
    "closing.form": ("officer", [CASE + "/cloture"]),
    "closing.erase_form": ("officer", ["/dossiers/{closed}/effacement", CASE + "/effacement"]),
    "oversight.journal": ("auditor", ["/journal", "/journal?action=case%3Aopen"]),
    "oversight.explanation": ("auditor", ["/journal/explication"]),
}
FOR_MACHINES = {"witness.checkpoint"}  # text that a witness's program reads
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
DOUBLE_IDS = """() => [...document.querySelectorAll("[id]")].map(one => one.id)
    .filter((id, at, all) => all.indexOf(id) !== at)"""


@pytest.fixture(scope="module")
def places(instance: Instance) -> dict[str, str]:
    """What the addresses are made of: an accepted referral and one that waits, a release and a proposal."""
    waiting, referral = instance.request(hands.SHELTER), instance.request(hands.SHELTER)
    hands.accept(instance.person("shelter_intake"), referral)
    count(instance.person("officer"), last_quarter(1), 25)
    release, proposal = (propose(instance.person("analyst"), last_quarter(before)) for before in (1, 2))
    with instance.person("publisher").gate() as gate:
        seen = statistics.review(gate, release).release.digest
        statistics.decide(gate, release, seen, approve=True)
    interrupt(instance, "officer_same_unit")
    with instance.person("officer").gate() as gate:
        (generator, *_more) = own_factors(gate).devices
    member = member_id(instance.world, "officer_same_unit")
    found = {
        "waiting": waiting, "release": release, "proposal": proposal, "factor": generator.id, "member": member,
        "asked": bring_back(instance), "alone": member_id(instance.world, "auditor"),
        "emergency": emergencies.opened_in(instance), "request": emergencies.asked_in(instance), **ended(instance),
    }  # fmt: skip
    return {**instance.identifiers(referral), **{name: str(one) for name, one in found.items()}}


def ended(instance: Instance) -> dict[str, uuid.UUID]:
    """A closed case, a request to erase it that waits, and a copy of another that can be fetched."""
    officer = instance.person("officer")
    case_id = hands.new_case(officer)
    endings.close(instance.world, case_id)
    copy = exports.agreed(instance.world, hands.new_case(instance.person("officer")))
    return {"closed": case_id, "approval": endings.ask(instance.world, case_id), "copy": copy}


def bring_back(instance: Instance) -> uuid.UUID:
    """Custodians brought keys back, which wait; a registrar asked that a member begins anew. Who that is."""
    world = instance.world
    for name in ("officer_other_unit", "registrar"):
        instance.person(name)
    seed = ceremony.hold(world, by=("officer_other_unit",))
    ceremony.arrive(world, ceremony.answered(seed, ceremony.exported(world, "officer_other_unit")))
    asked = member_id(world, "officer_other_unit")
    with fresh(world, "registrar") as gate:
        actions_reset.ask(gate, asked)
    return asked


@pytest.fixture(scope="module")
def seats(instance: Instance) -> Iterator[dict[str, Tab]]:
    """A tab for everybody."""
    with ExitStack() as stack:
        people = {name for name, _addresses in PAGES.values() if name}
        tabs = {name: stack.enter_context(instance.seat(name)) for name in people}
        yield {**tabs, "": stack.enter_context(instance.visitor())}


def test_no_page_is_left_out(instance: Instance) -> None:
    assert set(PAGES) | FOR_MACHINES == {page.endpoint for page in rules_of(instance.world.app) if page.method == "GET"}


@pytest.mark.parametrize("endpoint", PAGES)
def test_everybody_can_use_it(places: dict[str, str], seats: dict[str, Tab], endpoint: str) -> None:
    name, addresses = PAGES[endpoint]
    for address in addresses:
        seat = seats[name]
        seat.page.set_viewport_size(PHONE)
        assert seat.status(address.format(**places)) == 200, address
        assert seat.page.evaluate(WEIGHT) < HEAVIEST, address
        assert seat.page.evaluate(DOUBLE_IDS) == [], address
        look(seat.page, endpoint, addresses.index(address))
        assert seat.complaints == []


def look(page: Page, endpoint: str, number: int) -> None:
    """On a phone and on a desk; of several pages of one kind on the desk only the first, for time's sake."""
    for view in (PHONE, DESK)[: 2 if number == 0 else 1]:
        page.set_viewport_size(view)
        inspect(page, f"{endpoint}-{number}-{view['width']}")
    page.set_viewport_size(NARROW)
    check_width(page)
