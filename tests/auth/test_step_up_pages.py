"""Pages beyond the ten minutes: what stays readable, what asks for the code first, and nothing that was typed is lost."""

import re
from typing import Any

from protect.auth import login
from protect.cases.actions import show_case
from protect.cases.actions_intake import IntakeAnswers, open_case
from tests.pages import PageClient
from tests.world import World

PERSON = {
    "immediate_danger": "yes", "surname": "Mbuyi", "given_name": "Béatrice", "birth_date": "1998-04",
    "phone": "+243812345678", "sex": "F", "tip_act": "recruitment", "tip_means": "deception",
    "tip_purpose": "domestic_servitude", "exploitation_narrative": "Promesse d'emploi à Kinshasa.",
}  # fmt: skip
TAKEN = "Ce que vous avez saisi est gardé"


def new_case(world: World) -> str:
    with world.officer.gate() as gate:
        return f"/dossiers/{open_case(gate, IntakeAnswers(PERSON))}"


def later(world: World) -> PageClient:
    """The officer's browser, eleven minutes on."""
    world.runtime.clock.move(minutes=11)
    return world.officer.client


def asked(client: PageClient) -> dict[str, str]:
    assert client.page is not None
    (names,) = re.findall(r'name="asked" value="([^"]*)"', client.page.html)
    return {"asked": names}


def confirm(world: World, client: PageClient) -> str:
    """Type the code on the page that asks for it; where one is sent on to."""
    client.get(client.location)
    client.post("/confirmer", {"code": world.officer.code()})
    return client.location


def page(client: PageClient) -> Any:
    assert client.page is not None
    return client.page


def test_only_a_page_of_what_closes_is_covered_when_it_closes(world: World) -> None:
    case, covered = new_case(world), 'data-cover="closed"'
    assert covered in world.officer.client.get(case).html
    assert covered not in world.officer.client.get("/").html


def test_the_case_tells_what_is_closed_for_now_from_what_is_not_ones_own(world: World) -> None:
    case = new_case(world)
    shown = world.officer.client.get(case)
    assert "Mbuyi" in shown.text
    assert "Identité ouverte jusqu’à" in shown.text
    assert "Refermer maintenant" in shown.text
    shown = later(world).get(case)
    assert "Mbuyi" not in shown.html
    assert "0812" not in shown.html
    assert "Promesse d'emploi" in shown.text
    assert shown.text.count("Vous avez accès à cette partie") == 3
    assert shown.text.count("Seuls les soignants") == 1
    assert "Identité refermée" in shown.text


def test_the_case_opens_again_where_one_was(world: World) -> None:
    case = new_case(world)
    client = later(world)
    client.get(case)
    client.post("/ouvrir", {"here": case})
    assert client.location == "/confirmer"
    assert confirm(world, client) == case
    assert "Mbuyi" in client.follow().text


def test_names_in_the_list_and_the_search_ask_first_and_come_back(world: World) -> None:
    new_case(world)
    client = later(world)
    assert "Mbuyi" not in client.get("/dossiers").text
    for address in ("/dossiers?noms=1", "/dossiers/recherche", "/dossiers/nouveau"):
        world.runtime.clock.move(minutes=11)
        answer = client.raw.get(address)
        assert (answer.status_code, answer.location) == (303, "/confirmer")
        client.response = answer
        assert confirm(world, client) == address
        assert client.follow()


def test_what_was_typed_is_kept_and_comes_back(world: World) -> None:
    case = new_case(world)
    client = world.officer.client
    address = f"{case}/compartiments/identity"
    client.get(address)
    typed = {**asked(client), "surname": "Ngalula", "given_name": "Béatrice", "birth_date-year": "1998"}
    world.runtime.clock.move(minutes=11)
    client.post(address, typed)
    assert client.location == "/confirmer?garde=1"
    assert TAKEN in client.follow().text
    assert "Ngalula" not in page(client).html
    client.post("/confirmer", {"code": "000000"}, status=200)
    assert "inexact" in page(client).text
    client.post("/confirmer", {"code": world.officer.code()})
    assert client.location == "/formulaire"
    kept = client.follow()
    assert "Ngalula" in kept.text
    (form,) = [form for form in kept.forms if form.action == address]
    client.post(address, {name: values[0] for name, values in form.fields.items()})
    assert client.location == case
    assert "Ngalula" in client.follow().text
    assert "Une saisie n’a pas été envoyée" not in client.get("/").text


def test_a_form_that_meets_the_end_twice_is_still_kept(world: World) -> None:
    case = new_case(world)
    client = world.officer.client
    address = f"{case}/compartiments/contact"
    client.get(address)
    typed = {**asked(client), "phone": "0823 456 789"}
    world.runtime.clock.move(minutes=11)
    client.post(address, typed)
    client.get("/confirmer")
    client.post("/confirmer", {"code": world.officer.code()})
    (form,) = [form for form in client.follow().forms if form.action == address]
    world.runtime.clock.move(minutes=11)
    client.post(address, {name: values[0] for name, values in form.fields.items()})
    assert client.location == "/confirmer?garde=1"
    client.follow()
    client.post("/confirmer", {"code": world.officer.code()})
    assert "0823 456 789" in client.follow().text


def test_a_page_that_names_nobody_is_saved_without_the_code(world: World) -> None:
    case = new_case(world)
    client = later(world)
    address = f"{case}/compartiments/narrative"
    client.get(address)
    client.post(address, {**asked(client), "exploitation_narrative": "Partie de Lubumbashi."})
    assert client.location == case
    address = f"{case}/compartiments/identification"
    client.get(address)
    fields = {**asked(client), "tip_act": ["recruitment", "transfer"], "tip_means": ["deception"], "tip_purpose": []}
    client.post(address, fields)
    assert client.location == case
    world.officer.token = _cookie(client)
    with world.officer.gate() as gate:
        shown = show_case(gate, client.location.rpartition("/")[2])
    assert (shown.majority, shown.urgent, shown.assessment) == ("adult", True, "missing_purpose")


def test_an_age_is_not_computed_from_half_of_what_is_known(world: World) -> None:
    case = new_case(world)
    answer = later(world).raw.get(f"{case}/compartiments/situation")
    assert answer.location == "/confirmer"


def test_home_devices_and_the_way_out_need_no_code(world: World) -> None:
    client = later(world)
    for address in ("/", "/sessions", "/referencements", "/confirmer"):
        client.get(address)
    client.post("/deconnexion")
    assert client.location == "/connexion"


def test_closing_now_closes(world: World) -> None:
    case = new_case(world)
    client = world.officer.client
    client.get(case)
    client.post("/refermer")
    assert "sont refermées" in client.follow().text
    assert "Mbuyi" not in client.get(case).html


def test_who_has_nothing_that_closes_sees_no_clock(world: World) -> None:
    assert "Identité" not in world.auditor.client.get("/").text
    assert "Identité" not in world.shelter_intake.client.get("/").text


def test_nobody_is_led_to_another_site(world: World) -> None:
    client = world.officer.client
    client.get("/")
    client.post("/ouvrir", {"here": "https://example.org/"})
    assert confirm(world, client) == "/"


def test_a_visitor_is_sent_to_sign_in(world: World) -> None:
    visitor = PageClient(world.app)
    for address in ("/confirmer", "/sessions", "/motif", "/arrets"):
        assert visitor.raw.get(address).location == "/connexion"


def test_the_cookie_is_another_after_the_code_and_the_old_one_is_nobodys(world: World) -> None:
    before = world.officer.token
    client = later(world)
    client.get("/confirmer")
    client.post("/confirmer", {"code": world.officer.code()})
    assert _cookie(client) != before
    thief = PageClient(world.app)
    thief.raw.set_cookie(login.COOKIE, before)
    assert thief.raw.get("/").location == "/connexion"
    assert client.get("/")


def test_the_fifth_wrong_code_signs_out(world: World) -> None:
    client = later(world)
    client.get("/confirmer")
    for _ in range(4):
        client.post("/confirmer", {"code": "123456"}, status=200)
    client.post("/confirmer", {"code": "123456"})
    assert client.location == "/connexion"


def _cookie(client: PageClient) -> str:
    cookie = client.raw.get_cookie(login.COOKIE)
    assert cookie is not None
    return str(cookie.value)
