"""The journal and the check of the trail, as pages."""

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


def test_the_trail_is_checked_at_the_press_of_a_button(world):
    client = world.auditor.client
    client.get("/journal")
    assert "Le journal est intact" in client.post("/journal/verification", status=200).text


def test_for_others_there_is_no_journal(world):
    for name in ("officer", "supervisor", "registrar", "shelter_intake", "analyst", "publisher", "reader"):
        client = world.people[name].client
        client.get("/journal", status=404)
