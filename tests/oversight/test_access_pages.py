"""The pages that explain access: who sees them, and that they say what is so."""

import uuid

import pytest
from sqlalchemy import select

from protect.access.models import Member
from protect.access.policy import policy
from protect.audit.models import TrailEntry
from tests.cases.stories import opened
from tests.world import World

READERS = ("registrar", "supervisor", "auditor")
OTHERS = ("officer", "shelter_intake", "shelter_worker", "clinician", "analyst", "publisher", "reader")
PAGES = ("/acces", "/acces/roles/officer", "/acces/matrice")


@pytest.mark.parametrize("page", PAGES)
def test_registrar_supervisor_and_auditor_see_what_each_role_can_see(world: World, page: str) -> None:
    for name in READERS:
        world.people[name].client.get(page)


@pytest.mark.parametrize("page", PAGES)
def test_for_others_the_pages_are_not_there(world: World, page: str) -> None:
    for name in OTHERS:
        world.people[name].client.get(page, status=404)


@pytest.mark.parametrize("role", policy().roles)
def test_every_role_has_its_page(world: World, role: str) -> None:
    page = world.registrar.client.get(f"/acces/roles/{role}")
    assert policy().role_name(role, "fr") in page.text


def test_of_an_officer_it_says_what_is_so(world: World) -> None:
    text = world.registrar.client.get("/acces/roles/officer").text
    assert "Consulter un dossier (de son bureau)" in text
    assert "Ajoute sans pouvoir lire" in text
    assert "Lire le journal" in text.partition("Ce que ce rôle ne peut pas faire")[2]


def test_a_role_that_does_not_exist_is_not_found(world: World) -> None:
    world.registrar.client.get("/acces/roles/director", status=404)


def test_the_menu_leads_there_and_for_others_it_does_not(world: World) -> None:
    assert "/acces" in world.registrar.client.get("/").links
    assert "/acces" not in world.officer.client.get("/").links


def test_a_locked_part_of_a_case_leads_to_the_reason(world: World) -> None:
    case_id = opened(world.officer)
    client = world.officer.client
    page = client.get(f"/dossiers/{case_id}")
    link = next(link for link in page.links if link.startswith("/acces/compartiments/health"))
    told = client.get(link)
    assert "ajoute à cette partie sans la lire" in told.text
    assert "Soignant" in told.text
    assert f"/dossiers/{case_id}" in told.links
    assert "Mbuyi" not in told.html


@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        ("officer", "identity", "cette partie s’ouvre"),
        ("officer", "audit", "n’a pas de clé pour cette partie"),
        ("clinician", "health", "cette partie s’ouvre"),
        ("reader", "identity", "n’a pas de clé pour cette partie"),
        ("registrar", "identity", "aucun administrateur ne peut l’ouvrir"),
    ],
)
def test_everybody_may_ask_why_about_their_own_session(world: World, name: str, part: str, words: str) -> None:
    page = world.people[name].client.get(f"/acces/compartiments/{part}")
    assert words in page.text
    assert ("Pourquoi je ne vois pas ceci" in page.text) is ("s’ouvre" not in words)


def test_what_closed_by_itself_says_so(world: World) -> None:
    world.runtime.clock.move(minutes=11)
    page = world.officer.client.get("/acces/compartiments/identity")
    assert "elle se referme d’elle-même" in page.text
    assert "second facteur" in page.text


def test_a_part_that_does_not_exist_is_not_found(world: World) -> None:
    world.officer.client.get("/acces/compartiments/everything", status=404)


def test_the_link_back_is_to_a_case_only_for_who_opens_cases_and_never_elsewhere(world: World) -> None:
    asked = f"/acces/compartiments/health?dossier={uuid.uuid4()}"
    assert not [link for link in world.reader.client.get(asked).links if link.startswith("/dossiers")]
    here = "/acces/compartiments/health?dossier=//evil.example"
    odd = world.officer.client.get(here)
    assert not [link for link in odd.links if "evil" in link and link != here]


def member(world: World, name: str) -> uuid.UUID:
    with world.runtime.unit_of_work() as db:
        return db.scalars(select(Member.id).where(Member.sign_in_name == name)).one()


def test_an_auditor_sees_the_clauses_of_an_answer(world: World) -> None:
    client = world.auditor.client
    client.get("/acces/reponse")
    who = member(world, "officer")
    page = client.get(f"/acces/reponse?who={who}&permission=case:open&relation=other_unit")
    for words in (
        "Non, c’est refusé",
        "Aline Agent",
        "L’objet appartient au même bureau",
        "Faux",
        "Identifiants directs",
        "Un objet d’un autre bureau de la même organisation",
    ):
        assert words in page.text.partition("Une autre question")[0]
    page = client.get(f"/acces/reponse?who={who}&permission=case:open&relation=own_unit")
    assert "Oui, c’est permis" in page.text
    page = client.get("/acces/reponse?who=reader&permission=case:open&relation=own_unit")
    assert "Non, c’est refusé" in page.text
    assert "Clés de ce membre" not in page.text
    with world.runtime.unit_of_work() as db:
        entries = db.scalars(select(TrailEntry.result).where(TrailEntry.action == "access:examine")).all()
    assert entries == ["allowed", "allowed"]


def test_of_who_left_it_says_that_nobody_signs_in(world: World) -> None:
    who = member(world, "officer")
    with world.runtime.unit_of_work() as db:
        db.get_one(Member, who).status = "left"
    page = world.auditor.client.get(f"/acces/reponse?who={who}&permission=case:open&relation=own_unit")
    assert "n’est pas actif" in page.text


def test_an_auditor_is_asked_for_what_is_missing_and_offered_own_members_only(world: World) -> None:
    client = world.auditor.client
    assert "Choisissez une action" in client.get("/acces/reponse?who=officer").text
    foreign = member(world, "foreign_officer")
    page = client.get(f"/acces/reponse?who={foreign}&permission=case:open&relation=own_unit")
    assert "réponses proposées" in page.text
    assert "Olivier" not in page.text


def test_for_others_there_is_no_answer(world: World) -> None:
    for name in ("registrar", "supervisor", *OTHERS):
        world.people[name].client.get("/acces/reponse", status=404)
