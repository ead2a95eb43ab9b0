"""Enrolling with a passkey in the place of a code generator: for who has no application, and with two ways at the end."""

import json
from html import unescape

import pytest
from sqlalchemy import func, select

from protect.access import founding
from protect.access.models import Member
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.auth.models import Factor
from tests.auth.authenticator import Authenticator
from tests.auth.test_passkeys import register
from tests.pages import PageClient, codes_on, draft_on
from tests.world import World

NAME = "sanstelephone"
INSTEAD = "/invitation/cle"


def invited(world: World) -> str:
    plan = AgencyPlan("Nouvelle", "other", [], [], [NewMember(NAME, "Zoé Nouvelle", "registrar")])
    return add_agency(world.runtime, founding.new_root(), plan).codes[0].code


def at_the_generator(world: World, code: str) -> tuple[PageClient, list[str]]:
    """A browser on the page of the second factor, and the words of the person."""
    client = PageClient(world.app)
    client.get("/invitation")
    page = client.post("/invitation", {"code": code}, status=200)
    assert page is not None
    shown = page.html.split("app-words")[1].split("</ol>")[0]
    words = [part.partition("</li>")[0] for part in shown.split("<li>")[1:]]
    typed = {"draft": draft_on(page), "second": words[1], "fifth": words[4]}
    client.post("/invitation/generateur", typed, status=200)
    return client, words


def answered(client: PageClient, device: Authenticator) -> dict[str, str]:
    """What the script of the page sends after the device made a passkey."""
    assert client.page is not None
    options = unescape(client.page.html.partition('data-options="')[2].partition('"')[0])
    assert json.loads(options)["authenticatorSelection"]["userVerification"] == "required"
    (form,) = [form for form in client.page.forms if form.action == INSTEAD]
    sent = {name: form.fields[name][0] for name in ("draft", "challenge")}
    return {**sent, "assertion": device.make(options), "prf": ""}


def kinds(world: World) -> dict[str, int]:
    with world.runtime.unit_of_work() as db:
        mine = select(Member.id).where(Member.sign_in_name == NAME).scalar_subquery()
        counted = select(Factor.kind, func.count()).where(Factor.member_id == mine).group_by(Factor.kind)
        return {row[0]: row[1] for row in db.execute(counted)}


def test_a_passkey_and_codes_are_two_ways_and_sign_in(world: World) -> None:
    client, words = at_the_generator(world, invited(world))
    device = Authenticator()
    page = client.post(INSTEAD, answered(client, device), status=200)
    assert len(codes_on(page)) == 4
    client.post("/invitation/fin", {"draft": draft_on(page)})
    assert kinds(world) == {"passkey": 1, "recovery": 4}
    client.get("/connexion")
    assert client.page is not None
    options = unescape(client.page.html.partition('data-options="')[2].partition('"')[0])
    challenge = client.page.forms[-1].fields["challenge"][0]
    given = {"name": NAME, "passphrase": " ".join(words), "assertion": device.sign(options), "challenge": challenge}
    client.post("/connexion", given)
    assert client.location == "/"


@pytest.mark.parametrize("device", [Authenticator(verified=False), Authenticator(origin="http://localhost.example")])
def test_who_was_not_verified_or_is_elsewhere_gets_no_codes(world: World, device: Authenticator) -> None:
    client, _words = at_the_generator(world, invited(world))
    page = client.post(INSTEAD, answered(client, device), status=200)
    assert page is not None
    assert codes_on(page) == []
    assert "La clé d’accès n’a pas été ajoutée" in page.text


def test_an_answer_is_taken_once(world: World) -> None:
    client, _words = at_the_generator(world, invited(world))
    sent = answered(client, Authenticator())
    assert codes_on(client.post(INSTEAD, sent, status=200))
    assert codes_on(client.post(INSTEAD, sent, status=200)) == []


def test_nothing_is_finished_without_a_second_factor(world: World) -> None:
    client, _words = at_the_generator(world, invited(world))
    assert client.page is not None
    client.post("/invitation/fin", {"draft": draft_on(client.page)})
    assert client.location == "/invitation"
    assert kinds(world) == {}


def test_a_passkey_of_somebody_else_makes_nobody_a_member(world: World) -> None:
    device = Authenticator()
    client, _words = at_the_generator(world, invited(world))
    drafted = draft_on(client.post(INSTEAD, answered(client, device), status=200))
    register(world.officer, device)
    client.post("/invitation/fin", {"draft": drafted}, status=409)
    assert kinds(world) == {}


def test_who_holds_keys_is_advised_a_passkey_until_there_is_one(world: World) -> None:
    advice = "une clé d’accès les protège mieux"
    assert advice in world.officer.client.get("/").text
    assert advice not in world.registrar.client.get("/").text
    register(world.officer, Authenticator())
    assert advice not in world.officer.client.get("/").text
