"""The journal and the check of the trail, as pages."""

import uuid

from protect.access.gate import Ref
from protect.audit.read import PAGE_SIZE
from protect.vocab import load
from tests.cases.stories import opened


def test_the_auditor_sees_who_opened_a_case(world):
    case_id = opened(world.officer)
    world.officer.client.get(f"/dossiers/{case_id}")
    page = world.auditor.client.get(f"/journal?about={case_id}&action=case:open")
    for words in ("Dossier consulté", "Aline Agent", str(case_id), "Assistance à la personne"):
        assert words in page.text
    assert "Mbuyi" not in page.html


def test_filters_are_kept_and_checked(world):
    client = world.auditor.client
    assert "Journal consulté" in client.get("/journal?action=trail:read").text
    assert (
        "Saisissez une date réelle"
        in client.get("/journal?first_day-day=31&first_day-month=2&first_day-year=2026").text
    )
    assert "réponses proposées" in client.get("/journal?result=perhaps").text


def test_older_entries_have_an_address(world):
    case_id = opened(world.officer)
    officer = world.officer.client
    for _ in range(51):
        officer.get(f"/dossiers/{case_id}")
    client = world.auditor.client
    page = client.get("/journal?action=case:open")
    older = next(link for link in page.links if "avant=" in link)
    assert "action=case" in older
    assert "Dossier consulté" in client.get(older).text


def wide(world, number=1):
    """Entries that name every field of the dictionary and a hundred cases; gives the cases of the last."""
    for _ in range(number):
        refs = [Ref("case", uuid.uuid4()) for _ in range(100)]
        with world.officer.gate() as gate:
            gate.opening("case:import", refs, fields=tuple(load().fields), purpose="import")
    return [str(ref.id) for ref in refs]


def test_a_page_of_the_widest_entries_is_light(world):
    """The client weighs every page with its assets; what an entry leaves out costs nothing."""
    wide(world, PAGE_SIZE)
    page = world.auditor.client.get("/journal?action=case:import")
    assert page.text.count("et 97 autres") == PAGE_SIZE
    assert len(page.html) < 50_000


def test_an_entry_alone_names_everything(world):
    cases = wide(world)
    client = world.auditor.client
    page = client.get("/journal?action=case:import")
    assert cases[2] in page.text
    assert cases[3] not in page.text
    alone = client.get("/journal" + next(link for link in page.links if link.startswith("?entree=")))
    assert all(case in alone.text for case in cases)
    labels = [" ".join(field.label_fr.split()) for field in load().fields.values()]  # as `text` has its spaces
    assert all(label in alone.text for label in labels)
    assert "Journal consulté" not in alone.text


def test_an_entry_out_of_reach_is_as_if_absent(world):
    wide(world)
    page = world.auditor.client.get("/journal?action=case:import")
    number = next(link for link in page.links if link.startswith("?entree="))
    assert "Aucune entrée" in world.foreign_auditor.client.get("/journal" + number).text


def test_a_number_that_cannot_be_one_is_ignored(world):
    client = world.auditor.client
    for number in ("-1", "0", "x", "9" * 30):
        assert "Journal consulté" in client.get(f"/journal?entree={number}&avant={number}").text


def test_the_trail_is_checked_at_the_press_of_a_button(world):
    client = world.auditor.client
    client.get("/journal")
    assert "Le journal est intact" in client.post("/journal/verification", status=200).text


def test_for_others_there_is_no_journal(world):
    for name in ("officer", "supervisor", "registrar", "shelter_intake", "analyst", "publisher", "reader"):
        client = world.people[name].client
        client.get("/journal", status=404)
