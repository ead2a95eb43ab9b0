"""Who has used almost all recovery codes takes new ones before anything else: two ways to sign in always stay."""

from protect.auth import login
from tests.auth.authenticator import Authenticator
from tests.auth.test_passkeys import register
from tests.pages import PageClient, codes_on, draft_on
from tests.world import PASSPHRASE, Person, World

NEW_CODES = "/moyens/secours"


def sign_in(person: Person, code: str) -> PageClient:
    """By the page, with a recovery code."""
    client = PageClient(person._world.app)
    client.get("/connexion")
    client.post("/connexion", {"name": person.name, "passphrase": PASSPHRASE, "recovery": code})
    return client


def used_up_to_one(person: Person) -> PageClient:
    """A browser after the last code but one."""
    for code in person.recovery[:2]:
        assert sign_in(person, code).raw.get("/").status_code == 200
    return sign_in(person, person.recovery[2])


def test_nothing_comes_before_new_codes(world: World) -> None:
    client = used_up_to_one(world.officer)
    for address in ("/", "/dossiers", "/moyens", "/sessions"):
        assert client.raw.get(address).location == NEW_CODES
    client.get(NEW_CODES)
    assert client.page is not None
    assert "presque tous vos codes" in client.page.text
    client.post("/dossiers/recherche", {"typed": "Kabongo"})
    assert client.location == NEW_CODES
    page = client.get(NEW_CODES)
    codes = codes_on(page)
    client.post(NEW_CODES, {"draft": draft_on(page), "passphrase": PASSPHRASE})
    client.follow()
    client.get("/dossiers")
    assert "Kabongo" in client.get("/formulaire").text
    assert sign_in(world.officer, codes[0]).raw.get("/").status_code == 200


def test_one_who_throws_the_other_cookie_away_is_led_there_all_the_same(world: World) -> None:
    client = used_up_to_one(world.officer)
    client.raw.delete_cookie("__Host-page")
    assert client.raw.get("/").location == NEW_CODES


def test_a_code_at_the_step_up_counts_too(world: World) -> None:
    officer = world.officer
    for code in officer.recovery[:2]:
        sign_in(officer, code)
    officer.sign_in()
    client = officer.client
    client.get("/confirmer")
    client.post("/confirmer", {"recovery": officer.recovery[2]})
    assert client.raw.get("/").location == NEW_CODES


def test_leaving_and_signing_out_stay_possible(world: World) -> None:
    client = used_up_to_one(world.officer)
    client.get(NEW_CODES)
    client.post("/deconnexion")
    assert client.location == "/connexion"
    assert client.raw.get_cookie(login.COOKIE) is None


def test_who_has_two_devices_is_left_in_peace(world: World) -> None:
    world.officer.sign_in()
    register(world.officer, Authenticator())
    assert used_up_to_one(world.officer).raw.get("/").status_code == 200
