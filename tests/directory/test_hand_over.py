"""Cases go, unopened, to a colleague of the office that they belong to, and their open referrals with them."""

import re
from uuid import UUID

import pytest

from protect.access.errors import Denied, NotFound
from protect.app import connect_slices
from protect.cases import actions_handover as cases_handover
from protect.cases.models import CaseFile
from protect.directory import actions_departure, actions_handover
from protect.referrals import actions_follow
from tests.access import people, turning
from tests.cases.stories import opened
from tests.referrals import hands
from tests.world import World

CASE_AND_REFERRAL = (("cases", 1), ("referrals", 1))


def give(world: World, member: str, office: str, heir: str) -> None:
    with people.fresh(world, "registrar") as gate:
        actions_handover.give(
            gate, people.member_id(world, member), people.unit_id(world, office), people.member_id(world, heir)
        )


def parts(world: World, member: str) -> dict[str, actions_handover.OfficePart]:
    with world.registrar.gate() as gate:
        found = actions_handover.hand_over(gate, people.member_id(world, member))
    return {part.unit: part for part in found.parts}


def owner(world: World, case_id: UUID) -> UUID:
    with world.supervisor.gate() as gate:
        return gate.find(CaseFile, case_id, "case:open").owner_id


def to_goma(world: World, name: str) -> None:
    """The other office from now on."""
    people.decide(world, name, "change", role="officer", unit_id=people.unit_id(world, "Goma"))
    world.people[name].sign_in()


@pytest.fixture
def referred(world: World) -> UUID:
    """An open referral of a case of the officer's; somebody else sends one that stays."""
    connect_slices()
    shelter = hands.add_places(world, hands.SHELTER, 2)
    hands.send(world.officer_other_unit, hands.new_case(world.officer_other_unit), shelter)
    return hands.send(world.officer, hands.new_case(world.officer), shelter)


def test_an_open_referral_goes_where_its_case_goes(world: World, referred: UUID) -> None:
    assert parts(world, "officer")["Kinshasa"].counts == CASE_AND_REFERRAL
    give(world, "officer", "Kinshasa", "officer_same_unit")
    assert not parts(world, "officer")
    assert parts(world, "officer_same_unit")["Kinshasa"].counts == CASE_AND_REFERRAL
    with world.officer_same_unit.gate() as gate:
        (mine,) = [one for one in actions_follow.my_referrals(gate).waiting if one.follower and one.follower.mine]
    assert (mine.id, mine.clock.hours > 0) == (referred, True)


def test_the_heir_reads_the_clock_and_the_supervisor_the_heir(world: World, referred: UUID) -> None:
    with world.officer.gate() as gate:
        code = actions_follow.show_referral(gate, referred).referral.code
    give(world, "officer", "Kinshasa", "officer_same_unit")
    world.runtime.clock.move(days=5)  # nobody answered
    for person, said in (("officer_same_unit", "vous le suivez"), ("supervisor", "suivi par Basile Agent")):
        world.people[person].sign_in()
        client = world.people[person].client
        assert "Référencements sans réponse dans le délai" in client.get("/").text
        line = next(one for one in client.get("/referencements").html.split("<li") if code in one)
        assert "de retard" in line
        assert said in line
        assert said in client.get(f"/referencements/{referred}").text


def test_what_the_receiver_reads_names_nobody_of_the_sender(world: World, referred: UUID) -> None:
    client = world.shelter_intake.client
    for address in ("/demandes", f"/demandes/{referred}"):
        text = client.get(address).text
        assert "suivi par" not in text
        assert "Aline" not in text


def test_cases_stay_in_their_office_when_their_owner_goes_to_another(world: World, referred: UUID) -> None:
    case_id = opened(world.officer)
    to_goma(world, "officer")
    new = opened(world.officer)
    found = parts(world, "officer")
    assert [(unit, part.followed) for unit, part in found.items()] == [("Kinshasa", False), ("Goma", True)]
    assert dict(found["Kinshasa"].counts) == {"cases": 2, "referrals": 1}
    assert [name for _id, name in found["Kinshasa"].colleagues] == ["Basile Agent"]
    assert [name for _id, name in found["Goma"].colleagues] == ["Carine Agent"]
    with pytest.raises(NotFound):
        give(world, "officer", "Kinshasa", "officer_other_unit")
    give(world, "officer", "Kinshasa", "officer_same_unit")
    assert owner(world, case_id) == people.member_id(world, "officer_same_unit")
    assert owner(world, new) == people.member_id(world, "officer"), "of the other office nothing was given"


def test_a_change_of_office_leads_to_the_hand_over(world: World, referred: UUID) -> None:
    client = world.registrar.client
    member = f"/membres/{people.member_id(world, 'officer')}"
    assert "1 dossier ouvert et 1 référencement en cours" in client.get(f"{member}/fonction").text
    client.post(f"{member}/fonction", {"role": "reader", "unit": ""})
    assert client.location == f"{member}/dossiers"
    page = client.follow()
    assert "Basile Agent" in page.text, "to a role without an office: an heir of the cases' office is offered"
    assert "ne travaille plus avec" in page.text
    client.get(member)
    assert "Plus personne ne suit" in client.get(member).text
    heir = str(people.member_id(world, "officer_same_unit"))
    client.get(f"{member}/dossiers")
    for unit in ({}, {"unit": "Kinshasa"}):
        page = client.post(f"{member}/dossiers", {"colleague": heir, **unit}, status=200)
        assert page is not None
        assert "ne travaille plus avec" in page.text, "nothing is given without the office that was shown"
    client.post(f"{member}/dossiers", {"colleague": heir, "unit": str(people.unit_id(world, "Kinshasa"))})
    assert "1 dossier ouvert et 1 référencement en cours" in client.follow().text
    assert "Plus personne ne suit" not in client.get(member).text


def test_somebody_without_cases_in_another_office_is_not_asked_about(world: World) -> None:
    connect_slices()
    client = world.registrar.client
    member = f"/membres/{people.member_id(world, 'officer_same_unit')}"
    client.get(f"{member}/fonction")
    client.post(f"{member}/fonction", {"role": "reader", "unit": ""})
    assert client.location == member


def test_what_nobody_follows_is_shown_until_somebody_takes_it(world: World) -> None:
    connect_slices()
    case_id = opened(world.officer_other_unit)
    people.decide(world, "officer_other_unit", "leave")  # the last officer of Goma
    code = code_of(world, case_id)
    found = parts(world, "officer_other_unit")["Goma"]
    assert not found.colleagues
    client = world.registrar.client
    assert "Dossiers et référencements que personne ne suit" in client.get("/").text
    page = client.get("/membres/sans-suivi").text
    assert "Carine Agent · Goma" in page
    assert "invitez quelqu’un" in page
    assert code not in page, "a registrar reads numbers only"
    overseer = world.supervisor.client
    assert "Dossiers que personne ne suit" in overseer.get("/").text
    page = overseer.get("/dossiers/sans-suivi").text
    assert code in page
    assert "Suivi jusqu’ici par Carine Agent" in page
    to_goma(world, "officer_same_unit")
    give(world, "officer_other_unit", "Goma", "officer_same_unit")
    assert "que personne ne suit" not in world.supervisor.client.get("/").text
    assert "que personne ne suit" not in world.registrar.client.get("/").text
    assert code not in overseer.get("/dossiers/sans-suivi").text


def code_of(world: World, case_id: UUID) -> str:
    with world.supervisor.gate() as gate:
        return gate.find(CaseFile, case_id, "case:open").code


def test_of_another_office_or_agency_nobody_is_told(world: World) -> None:
    connect_slices()
    case_id = opened(world.officer_other_unit)
    people.decide(world, "officer_other_unit", "suspend")
    code = code_of(world, case_id)
    assert code in world.supervisor.client.get("/dossiers/sans-suivi").text
    for other in ("officer", "foreign_officer", "foreign_supervisor"):
        assert code not in world.people[other].client.get("/dossiers/sans-suivi").text
    assert "Carine" not in world.foreign_registrar.client.get("/membres/sans-suivi").text
    for other in ("auditor", "shelter_intake", "registrar"):
        world.people[other].client.get("/dossiers/sans-suivi", status=404)
    for other in ("officer", "supervisor", "auditor"):
        world.people[other].client.get("/membres/sans-suivi", status=404)
    with pytest.raises(Denied), world.auditor.gate() as gate:
        cases_handover.unfollowed_cases(gate)
    with pytest.raises(Denied), world.supervisor.gate() as gate:
        actions_handover.unfollowed(gate)


def test_the_heir_is_told_numbers_until_they_are_seen(world: World, referred: UUID) -> None:
    heir = world.officer_same_unit.client
    assert "On vous a confié" not in heir.get("/").text
    give(world, "officer", "Kinshasa", "officer_same_unit")
    page = heir.get("/")
    assert "On vous a confié : 1 dossier ouvert et 1 référencement en cours" in page.text
    assert "Aline" not in page.text
    assert "On vous a confié" not in world.officer.client.get("/").text
    newest = re.search(r'name="newest" value="([^"]+)"', page.html)
    assert newest
    opened(world.officer)
    world.runtime.clock.move(seconds=1)
    give(world, "officer", "Kinshasa", "officer_same_unit")
    assert "2 dossiers ouverts" in heir.get("/").text
    heir.post("/remis/vu", {"newest": newest[1]})
    page = heir.follow()
    assert "On vous a confié : 1 dossier ouvert." in page.text, "what came meanwhile is told still"
    newest = re.search(r'name="newest" value="([^"]+)"', page.html)
    assert newest
    world.officer.client.get("/")
    world.officer.client.post("/remis/vu", {"newest": newest[1]}, status=404)
    heir.get("/")
    heir.post("/remis/vu", {"newest": "1"}, status=404)
    assert "On vous a confié" in heir.get("/").text
    heir.post("/remis/vu", {"newest": newest[1]})
    assert "On vous a confié" not in heir.follow().text


def test_the_keys_that_a_leaver_knew_are_told_until_they_are_renewed(world: World) -> None:
    turning.fill(world)
    leaver = people.member_id(world, "officer_same_unit")

    def known() -> dict[str, bool]:
        with world.registrar.gate() as gate:
            return {key.compartment: key.under_way for key in actions_departure.keys_known(gate, leaver)}

    assert set(known()) == set(turning.CASES)
    people.decide(world, "officer_same_unit", "leave")
    assert set(known()) == set(turning.CASES)
    turning.a_piece(world.officer, "identity")
    assert known()["identity"], "it is being renewed"
    turning.rotate(world.officer, "identity")
    assert "identity" not in known()


@pytest.mark.parametrize("name", ["officer", "auditor", "reader", "foreign_registrar"])
def test_others_hear_nothing_of_it(world: World, name: str) -> None:
    member = people.member_id(world, "officer_same_unit")
    kinshasa = people.unit_id(world, "Kinshasa")
    with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
        actions_departure.keys_known(gate, member)
    with pytest.raises((Denied, NotFound)), getattr(world, name).gate() as gate:
        actions_handover.hand_over(gate, member)
    with pytest.raises((Denied, NotFound)), people.fresh(world, name) as gate:
        actions_handover.give(gate, member, kinshasa, people.member_id(world, "officer"))
