"""A cookie that was copied within ten minutes of a second factor: it adds no way in, and takes none away."""

import html
import os
import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from protect.auth import actions, login, totp
from protect.auth.actions_attempts import PAIR_LIMIT
from tests.auth.authenticator import Authenticator, encoded
from tests.auth.test_own_factors import devices, now, told
from tests.auth.test_passkeys import answer, attempt
from tests.auth.test_step_up import entries
from tests.pages import OWN_SITE, Page, PageClient, codes_on, draft_on, seed_on
from tests.world import PASSPHRASE, World

SECRET = encoded(os.urandom(32))
GUESSES = [{}, {"passphrase": ""}, {"passphrase": "six mots de quelqu un d autre"}]
Sent = dict[str, str]


def thief(world: World) -> PageClient:
    """Another browser with the officer's cookie, a minute after the officer signed in."""
    world.officer.sign_in()
    world.runtime.clock.move(minutes=1)
    client = PageClient(world.app)
    client.raw.set_cookie(login.COOKIE, world.officer.token)
    return client


def send(client: PageClient, path: str, data: Sent) -> TestResponse:
    """Post what may be refused or not."""
    return client.raw.post(path, data=client.kept(path) | data, headers=OWN_SITE)


def passkey(client: PageClient, device: Authenticator, sent: Sent) -> TestResponse:
    page = client.get("/moyens/cle").html
    (options,) = re.findall(r'data-options="([^"]*)"', page)
    (challenge,) = re.findall(r'name="challenge" value="([^"]*)"', page)
    made = {"assertion": device.make(html.unescape(options)), "challenge": challenge, "prf": SECRET}
    return send(client, "/moyens/cle", made | sent)


def generator(world: World, client: PageClient, sent: Sent) -> tuple[str, TestResponse]:
    page = client.get("/moyens/generateur")
    seed = seed_on(page)
    typed = {"draft": draft_on(page), "code": totp.code_at(seed, now(world))}
    return seed, send(client, "/moyens/generateur", typed | sent)


def codes(client: PageClient, sent: Sent) -> tuple[list[str], TestResponse]:
    page = client.get("/moyens/secours")
    return codes_on(page), send(client, "/moyens/secours", {"draft": draft_on(page)} | sent)


def refused(try_it: Callable[[], object]) -> None:
    with pytest.raises(actions.SignInRefused):
        try_it()


@pytest.mark.parametrize("sent", GUESSES)
def test_it_makes_no_passkey_that_opens_without_the_passphrase(world: World, sent: Sent) -> None:
    device, client = Authenticator(), thief(world)
    passkey(client, device, sent)
    proof = answer(world, device)
    refused(lambda: attempt(world.officer, "", type(proof)("", proof.assertion, proof.challenge, SECRET)))
    assert len(devices(world.officer)) == 1


@pytest.mark.parametrize("sent", GUESSES)
def test_it_draws_no_recovery_codes(world: World, sent: Sent) -> None:
    drawn, _said = codes(thief(world), sent)
    refused(lambda: world.officer.attempt(PASSPHRASE, drawn[0]))
    assert world.officer.attempt(PASSPHRASE, world.officer.recovery[0])


@pytest.mark.parametrize("sent", GUESSES)
def test_it_adds_no_generator(world: World, sent: Sent) -> None:
    seed, _said = generator(world, thief(world), sent)
    world.runtime.clock.move(minutes=5)
    refused(lambda: world.officer.attempt(PASSPHRASE, totp.code_at(seed, now(world))))


@pytest.mark.parametrize("sent", GUESSES)
def test_it_takes_no_way_in_away(world: World, sent: Sent) -> None:
    client = thief(world)
    generator(world, client, {"passphrase": PASSPHRASE})
    first, second = devices(world.officer)
    client.get(f"/moyens/{first}/retrait")
    send(client, f"/moyens/{first}/retrait", sent)
    assert devices(world.officer) == [first, second]


def test_who_has_the_passphrase_too_changes_all_of_them(world: World) -> None:
    """The denied ones are denied for want of it, and for nothing else."""
    mine: Sent = {"passphrase": PASSPHRASE}
    device, client = Authenticator(), thief(world)
    passkey(client, device, mine)
    proof = answer(world, device)
    assert attempt(world.officer, "", type(proof)("", proof.assertion, proof.challenge, SECRET))
    client = thief(world)
    (drawn, _said), (seed, _added) = codes(client, mine), generator(world, client, mine)
    first = devices(world.officer)[0]
    client.get(f"/moyens/{first}/retrait")
    send(client, f"/moyens/{first}/retrait", mine)
    assert first not in devices(world.officer)
    world.runtime.clock.move(minutes=5)
    assert world.officer.attempt(PASSPHRASE, drawn[0])
    assert world.officer.attempt(PASSPHRASE, totp.code_at(seed, now(world)))


def test_a_wrong_passphrase_is_said_at_its_field_and_nothing_secret_comes_back(world: World) -> None:
    client, wrong = thief(world), {"passphrase": "six mots de quelqu un d autre"}
    _seed, first = generator(world, client, wrong)
    _drawn, second = codes(client, wrong)
    third = passkey(client, Authenticator(), wrong)
    generator(world, client, {"passphrase": PASSPHRASE})
    gone = f"/moyens/{devices(world.officer)[0]}/retrait"
    client.get(gone)
    for said in (first, second, third, send(client, gone, wrong)):
        assert said.status_code == 200, said.request.path
        assert 'id="passphrase-error"' in said.text, said.request.path
        assert "Ce n’est pas votre phrase secrète" in said.text, said.request.path
        assert wrong["passphrase"] not in said.text, said.request.path
        assert SECRET not in said.text, said.request.path


def test_the_codes_that_were_written_down_stay_those_of_the_page(world: World) -> None:
    client = thief(world)
    drawn, said = codes(client, {"passphrase": "autre"})
    page = Page(said.text)
    assert codes_on(page) == drawn
    send(client, "/moyens/secours", {"draft": draft_on(page), "passphrase": PASSPHRASE})
    assert world.officer.attempt(PASSPHRASE, drawn[1])


def test_the_passphrase_is_not_guessed_there_either(world: World) -> None:
    """Wrong ones are counted over all these pages, and each is in the trail."""
    client = thief(world)
    for number in range(PAIR_LIMIT):
        codes(client, {"passphrase": f"essai {number}"})
    assert "Trop d’essais" in codes(client, {"passphrase": PASSPHRASE})[1].text
    assert "Trop d’essais" in generator(world, client, {"passphrase": PASSPHRASE})[1].text
    assert told(world.officer) == []
    assert entries(world, "factor:renew", "denied") == PAIR_LIMIT
