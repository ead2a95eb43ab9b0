"""The pages of signing in, enrolling and handing keys on."""

import re

from protect.access import founding
from protect.auth import login
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from tests.pages import PageClient
from tests.world import PASSPHRASE, World


def _visitor(world: World) -> PageClient:
    return PageClient(world.app)


def _sign_in(client: PageClient, name: str, passphrase: str, status: int = 303) -> str:
    client.get("/connexion")
    client.post("/connexion", {"name": name, "passphrase": passphrase}, status=status)
    return client.response.text


def test_the_menu_names_pages_that_exist(world: World) -> None:
    from protect.app import MENU
    from protect.web.pages import rules_of

    endpoints = {page.endpoint for page in rules_of(world.app) if page.method == "GET"}
    assert [item.endpoint for _permission, item in MENU if item.endpoint not in endpoints] == []


def test_everybody_has_a_first_page(world: World) -> None:
    for person in world.people.values():
        person.client.get("/")


def test_a_visitor_signs_in_and_goes_where_they_wanted(world: World) -> None:
    client = _visitor(world)
    assert client.raw.get("/dossiers").location == "/connexion"
    _sign_in(client, "officer", PASSPHRASE)
    assert client.location == "/dossiers"
    cookie = next(line for line in client.response.headers.getlist("Set-Cookie") if line.startswith(login.COOKIE))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    client.get("/dossiers")


def test_every_failure_gives_the_same_page(world: World) -> None:
    pages = set()
    for number, (name, passphrase) in enumerate([("nobody", PASSPHRASE), ("officer", "wrong")]):
        client = _visitor(world)
        client.raw.environ_base["REMOTE_ADDR"] = f"10.1.1.{number}"
        text = _sign_in(client, name, passphrase, 200)
        text = re.sub(r'name="(csrf_token|once)" value="[^"]*"', "", text)
        pages.add(text.replace(f'value="{name}"', 'value=""'))
    assert len(pages) == 1


def test_empty_fields_are_named(world: World) -> None:
    client = _visitor(world)
    text = _sign_in(client, "", "", 200)
    assert "Saisissez votre nom de connexion" in text
    assert "Saisissez votre phrase secrète" in text


def test_enrolment_from_code_to_first_page(world: World) -> None:
    plan = AgencyPlan("Nouvelle", "other", [], [], [NewMember("newcomer", "Zoé Nouvelle", "registrar")])
    code = add_agency(world.runtime, founding.new_root(), plan).codes[0].code
    client = _visitor(world)
    client.get("/invitation")
    page = client.post("/invitation", {"code": code}, status=200)
    words = re.findall(r"<li>([a-z]+)</li>", page.html)
    assert len(words) == 6
    draft = page.forms[-1].fields["draft"][0] if "draft" in page.forms[-1].fields else ""
    draft = draft or next(form.fields["draft"][0] for form in page.forms if "draft" in form.fields)
    page = client.post("/invitation/mots", {"draft": draft}, status=200)
    assert not set(words) & set(page.words), "the passphrase is shown once"
    page = client.post("/invitation/fin", {"draft": draft, "second": "faux", "fifth": "faux"}, status=200)
    assert "Ce ne sont pas les mots affichés" in page.text
    client.post("/invitation/fin", {"draft": draft, "second": words[1], "fifth": words[4]})
    _sign_in(client, "newcomer", " ".join(words))
    client.follow()


def test_signing_out_clears_the_browser(world: World) -> None:
    client = world.officer.client
    client.get("/")
    client.post("/deconnexion")
    assert "cache" in client.response.headers["Clear-Site-Data"]
    assert client.raw.get("/dossiers").location == "/connexion"


def test_what_was_typed_survives_the_end_of_the_session(world: World) -> None:
    client = world.officer.client
    client.get("/dossiers/recherche")
    world.runtime.clock.move(minutes=30)
    client.post("/dossiers/recherche", {"query": "Kabongo Aline"})
    assert client.location == "/connexion"
    with world.runtime.unit_of_work() as db:
        from sqlalchemy import select

        from protect.auth.models import LostForm

        row = db.scalars(select(LostForm)).one()
        assert b"Kabongo" not in row.typed.blob
    _sign_in(client, "officer", PASSPHRASE)
    page = client.get("/")
    assert "/formulaire" in page.links
    page = client.get("/formulaire")
    assert "Kabongo Aline" in page.html
    client.post("/formulaire/effacer")
    client.get("/formulaire", status=404)


def test_nobody_else_is_given_the_lost_form(world: World) -> None:
    client = world.officer.client
    client.get("/dossiers/recherche")
    world.runtime.clock.move(minutes=30)
    client.post("/dossiers/recherche", {"query": "Kabongo Aline"})
    world.supervisor.sign_in()
    world.supervisor.client.get("/formulaire", status=404)


def test_only_holders_hand_keys_on(world: World) -> None:
    client = world.reader.client
    client.get("/")
    client.post("/cles", status=404)
