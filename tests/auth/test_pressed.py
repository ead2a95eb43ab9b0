"""Decisions of one press, ten minutes after a second factor: back to the page with the button, and nothing happens by itself."""

import pytest

from tests.access import people
from tests.pages import PageClient
from tests.world import PASSPHRASE, Person, World

NOT_YET = "Ce n’est pas encore fait"


def press_again(client: PageClient, person: Person, page: str) -> str:
    """Type the code that is asked for; the page that one comes back to, which says what is not done."""
    assert client.location == "/confirmer"
    client.follow()
    client.post("/confirmer", {"code": person.code()})
    assert client.location == page
    text = client.follow().text
    assert NOT_YET in text
    return text


def pressed(client: PageClient, action: str) -> dict[str, str]:
    """What the form of a button sends."""
    assert client.page is not None
    (form,) = [form for form in client.page.forms if form.action == action]
    return {name: values[0] for name, values in form.fields.items()}


def test_suspending_goes_to_the_end_with_a_second_press(world: World) -> None:
    registrar, officer = world.registrar, world.officer
    with officer.gate() as gate:
        page = f"/membres/{gate.member.member_id}"
    client = registrar.client
    client.get(page)
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    client.post(f"{page}/suspension", pressed(client, f"{page}/suspension"))
    assert client.location == "/confirmer"
    officer.client.get("/")  # not suspended: nothing was done
    press_again(client, registrar, page)
    officer.client.get("/")
    client.post(f"{page}/suspension", pressed(client, f"{page}/suspension"))
    assert "ne peut plus se connecter" in client.follow().text
    assert officer.client.raw.get("/").location == "/connexion"
    client.get("/formulaire", status=404)
    assert NOT_YET not in client.get("/").text


def test_a_button_pressed_after_the_session_is_pressed_again_after_signing_in(world: World) -> None:
    registrar = world.registrar
    with world.officer.gate() as gate:
        page = f"/membres/{gate.member.member_id}"
    client = registrar.client
    client.get(page)
    world.runtime.clock.move(minutes=30)  # type: ignore[attr-defined]  # the clock of the tests
    client.post(f"{page}/suspension", pressed(client, f"{page}/suspension"))
    assert client.location == "/connexion"
    client.get("/connexion")
    given = {"name": "registrar", "passphrase": PASSPHRASE, "code": registrar.code()}
    client.post("/connexion", given)
    assert client.location == page
    assert NOT_YET in client.follow().text


def test_a_key_is_given_with_the_second_press_and_no_id_is_shown(world: World) -> None:
    person = people.join(world, "nouvelle", "officer", "Kinshasa")
    officer, client = world.officer, world.officer.client
    officer.sign_in()
    assert client is officer.client
    client.get("/")
    sent = pressed(client, "/cles")
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    client.post("/cles", sent)
    text = press_again(client, officer, "/")
    assert sent["member"] not in text
    assert not people.opens(person, "identity")
    client.get("/")
    client.post("/cles", pressed(client, "/cles"))
    assert people.opens(person, "identity")


def test_a_typed_decision_is_typed_anew_on_its_page(world: World) -> None:
    registrar, client = world.registrar, world.registrar.client
    page = f"/membres/{people.member_id(world, 'officer_same_unit')}/fonction"
    client.get(page)
    unit = str(people.unit_id(world, "Goma"))
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    client.post(page, {"role": "officer", "unit": unit})
    press_again(client, registrar, page)
    client.get("/formulaire", status=404)


@pytest.mark.parametrize("elsewhere", [{"here": "/journal"}, {"pressed": "/journal"}, {"here": "https://example.org/"}])
def test_no_field_makes_a_decision_something_that_is_kept(world: World, elsewhere: dict[str, str]) -> None:
    client = world.registrar.client
    page = f"/membres/{people.member_id(world, 'officer_same_unit')}"
    client.get(page)
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    client.post(f"{page}/suspension", {**elsewhere, "case_note": "Rien"})
    assert client.location == "/confirmer"
    client.follow()
    client.post("/confirmer", {"code": world.registrar.code()})
    client.get("/formulaire", status=404)
