"""The pages of signing in, enrolling and handing keys on."""

import re

from sqlalchemy import select, update

from protect.access import founding
from protect.access.models import Certificate
from protect.auth import login, totp
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from tests.access import people
from tests.pages import PageClient, codes_on, draft_on, seed_on
from tests.world import PASSPHRASE, World


def _visitor(world: World) -> PageClient:
    return PageClient(world.app)


def _sign_in(client: PageClient, name: str, passphrase: str, code: str = "000000", *, status: int = 303) -> str:
    client.get("/connexion")
    client.post("/connexion", {"name": name, "passphrase": passphrase, "code": code}, status=status)
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
    _sign_in(client, "officer", PASSPHRASE, world.officer.code())
    assert client.location == "/dossiers"
    cookie = next(line for line in client.response.headers.getlist("Set-Cookie") if line.startswith(login.COOKIE))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    client.get("/dossiers")


def test_empty_fields_are_named(world: World) -> None:
    client = _visitor(world)
    text = _sign_in(client, "", "", status=200)
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
    draft = draft_on(page)
    page = client.post("/invitation/mots", {"draft": draft}, status=200)
    assert not set(words) & set(page.words), "the passphrase is shown once"
    page = client.post("/invitation/generateur", {"draft": draft, "second": "faux", "fifth": "faux"}, status=200)
    assert "Ce ne sont pas les mots affichés" in page.text
    typed = {"draft": draft, "second": words[1], "fifth": words[4]}
    seed = seed_on(client.post("/invitation/generateur", typed, status=200))
    page = client.post("/invitation/secours", {"draft": draft, "code": "12345"}, status=200)
    assert "Ce code n’est pas le bon" in page.text
    now = totp.step_at(world.runtime.clock().timestamp())
    page = client.post("/invitation/secours", {"draft": draft, "code": totp.code_at(seed, now)}, status=200)
    assert len(codes_on(page)) == 4
    client.post("/invitation/fin", {"draft": draft_on(page)})
    used = {"name": "newcomer", "passphrase": " ".join(words), "code": totp.code_at(seed, now)}
    client.get("/connexion")
    client.post("/connexion", used, status=200)
    _sign_in(client, "newcomer", " ".join(words), totp.code_at(seed, now + 1))
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
    client.post("/dossiers/recherche", {"typed": "Kabongo Aline"})
    assert client.location == "/connexion"
    with world.runtime.unit_of_work() as db:
        from sqlalchemy import select

        from protect.auth.models import LostForm

        row = db.scalars(select(LostForm)).one()
        assert b"Kabongo" not in row.typed.blob
    _sign_in(client, "officer", PASSPHRASE, world.officer.code())
    page = client.get("/")
    assert "/formulaire" in page.links
    page = client.get("/formulaire")
    assert "Kabongo Aline" in page.html
    (forget,) = [form for form in page.forms if form.action == "/formulaire/effacer"]
    client.post("/formulaire/effacer", {"form": forget.fields["form"][0]})
    client.get("/formulaire", status=404)


def test_nobody_else_is_given_the_lost_form(world: World) -> None:
    client = world.officer.client
    client.get("/dossiers/recherche")
    world.runtime.clock.move(minutes=30)
    client.post("/dossiers/recherche", {"typed": "Kabongo Aline"})
    world.supervisor.sign_in()
    world.supervisor.client.get("/formulaire", status=404)


def test_a_key_is_given_to_one_colleague_and_as_it_was_shown(world: World) -> None:
    """The holder reads: supervisor. Another certificate comes in its place meanwhile: officer."""
    people.join(world, "nouvelle", "supervisor")
    people.join(world, "autre", "officer", "Kinshasa")
    client, who = world.officer.client, str(people.member_id(world, "nouvelle"))
    page = client.get("/")
    stale = next(part for part in page.html.split("<form") if who in part)
    shown = re.search(r'name="shown" value="([^"]+)"', stale)
    assert shown
    client.post("/cles", {"shown": shown[1]}, status=404)  # nobody named is not everybody
    for wrong in (
        {},
        {"shown": "é"},
        {"shown": shown[1].partition(":")[0]},
        {"shown": shown[1].replace("identity", "health")},
    ):
        client.get("/")
        client.post("/cles", {"member": who, **wrong})
        assert "aucune clé n’a été remise" in client.follow().text
    people.decide(world, "nouvelle", "change", role="officer", unit_id=people.unit_id(world, "Kinshasa"))
    client.get("/")
    client.post("/cles", {"member": who, "shown": shown[1]})
    assert "aucune clé n’a été remise" in client.follow().text
    assert not people.opens(world.nouvelle, "identity")
    assert not people.opens(world.autre, "identity")
    assert people.supply(world, "nouvelle") == 1
    assert people.opens(world.nouvelle, "identity")
    assert not people.opens(world.autre, "identity"), "one press is for one colleague"


def test_where_signatures_do_not_verify_there_is_no_button(world: World) -> None:
    people.join(world, "nouvelle", "officer", "Kinshasa")
    world.officer.sign_in()
    with world.runtime.unit_of_work() as db:
        mine = Certificate.member_id == people.member_id(world, "nouvelle")
        other = select(Certificate.statement).where(Certificate.member_id == people.member_id(world, "officer"))
        db.execute(update(Certificate).where(mine).values(statement=other.scalar_subquery()))
    page = world.officer.client.get("/")
    assert "Ne remettez pas la clé" in page.text
    assert "Remettre la clé à" not in page.text


def test_only_holders_hand_keys_on(world: World) -> None:
    client = world.reader.client
    client.get("/")
    client.post("/cles", status=404)
