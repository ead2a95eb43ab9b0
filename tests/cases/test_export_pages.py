"""An export as people see it: who is offered it, the words, the file and its headers, and what no form brings out."""

import re
from uuid import UUID

import pytest

from protect.auth.actions_lost import found
from tests.cases.agreed import give
from tests.cases.exports import PERSON, agreed, person, table, unpacked
from tests.pages import OWN_SITE, PageClient, check_headers, draft_on
from tests.world import World

COOLING = "Exportations que l’on peut encore arrêter"
ASKED = {"reason": "court", "why": "Le tribunal demande ce dossier"}


def words_on(client: PageClient) -> str:
    assert client.page is not None
    return " ".join(re.findall(r"<li>([a-z]+)</li>", client.page.html))


def copy_of(world: World) -> str:
    """The address of a copy that can be fetched."""
    return f"/accords/{agreed(world, person(world))}/copie"


def sent(client: PageClient, address: str, **changed: str):
    """The form of the page as a browser sends it; the bare answer."""
    assert client.page is not None
    (form,) = [form for form in client.page.forms if form.action == address]
    data = {**{name: values[0] for name, values in form.fields.items()}, **changed}
    return client.raw.post(address, data=data, headers=OWN_SITE)


def test_from_the_case_to_the_file(world: World) -> None:
    case_id = person(world)
    client = world.officer.client
    assert f"/dossiers/{case_id}/export" in client.get(f"/dossiers/{case_id}").links
    assert "ni journal, ni retrait, ni fin" in client.get(f"/dossiers/{case_id}/export").text
    client.post(f"/dossiers/{case_id}/export", ASKED)
    address = client.location
    assert "Récupérer la copie" not in client.get(address).text
    give(world, UUID(address.rpartition("/")[2]))
    assert f"{address}/copie" in client.get(address).links
    client.get(f"{address}/copie")
    words = words_on(client)
    answer = sent(client, f"{address}/copie")
    check_headers(answer)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="archive.zip"'
    assert table(unpacked(answer.data, words), "2.csv")[0]["surname"] == PERSON["surname"]


def test_all_cases_say_that_it_waits_and_who_stops_it(world: World) -> None:
    person(world), person(world)
    client = world.officer.client
    assert "/dossiers/export" in client.get("/dossiers").links
    page = client.get("/dossiers/export")
    assert "des 2 dossiers de votre bureau" in page.text
    assert "peuvent l’arrêter" in page.text
    client.post("/dossiers/export", ASKED)
    address = client.location
    world.supervisor.client.get(address)
    world.supervisor.client.submit(f"{address}/accord")
    client.get(f"{address}/copie", status=404)
    for name in ("registrar", "auditor"):
        assert COOLING in world.people[name].client.get("/").text
    world.auditor.client.get(address)
    world.auditor.client.submit(f"{address}/fin")


def test_an_office_without_cases_is_sent_back(world: World) -> None:
    client = world.officer.client
    assert client.raw.get("/dossiers/export").location == "/dossiers"


def test_words_of_another_page_bring_other_words(world: World) -> None:
    client, address = world.officer.client, copy_of(world)
    client.get(address)
    words = words_on(client)
    for draft in ("", "x", draft_on(client.page)[:-4] + "AAA="):
        answer = sent(client, address, draft=draft)
        assert (answer.status_code, answer.location) == (303, address)
    assert "Notez les nouveaux" in client.get(address).text
    assert words_on(client) != words


def test_a_form_without_its_token_brings_nothing(world: World) -> None:
    client, address = world.officer.client, copy_of(world)
    client.get(address)
    assert sent(client, address, csrf_token="").status_code == 400
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.raw.post(address, data={"draft": draft_on(client.page)}, headers=headers).status_code == 403


@pytest.mark.parametrize("after", ["ten minutes", "the end of the session"])
def test_what_the_page_carries_is_kept_nowhere(world: World, after: str) -> None:
    """Of a form that comes too late what was typed is kept for its owner; of this one nothing is."""
    client, address = world.officer.client, copy_of(world)
    client.get(address)
    if after == "ten minutes":
        world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
        answer = sent(client, address)
        assert (answer.status_code, answer.location) == (303, address)
        assert client.raw.get(address).location == "/confirmer"
    else:
        world.officer.sign_in()
        answer = sent(client, address)
        assert (answer.status_code, answer.location) == (303, "/connexion")
    if after == "ten minutes":
        world.officer.confirm()
    with world.officer.gate() as gate:
        kept = found(gate)
    assert [form.fields for form in kept] in ([], [()])


def test_nobody_else_sees_words(world: World) -> None:
    address = copy_of(world)
    for name in ("officer_same_unit", "supervisor", "auditor", "registrar", "foreign_officer", "shelter_intake"):
        world.people[name].client.get(address, status=404)


def test_who_may_not_export_is_not_offered_it(world: World) -> None:
    case_id = person(world)
    for name in ("officer_other_unit", "auditor", "registrar", "clinician", "foreign_supervisor"):
        world.people[name].client.get(f"/dossiers/{case_id}/export", status=404)
    for name in ("auditor", "registrar", "clinician"):
        world.people[name].client.get("/dossiers/export", status=404)
