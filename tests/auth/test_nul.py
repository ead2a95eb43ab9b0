"""A character that the database cannot hold is refused wherever it is sent, and is no fault of the program."""

from urllib.parse import quote

import pytest

from tests.pages import OWN_SITE, PageClient
from tests.world import World

NUL = "a\0b"
FORMS = {
    "/connexion": {"name": NUL, "passphrase": "x", "code": "000000"},
    "/connexion/phrase": {"name": NUL, "first": "x", "code": "000000"},
    "/invitation": {"code": NUL},
    "/invitation/fin": {NUL: "x"},
}
PAGES = (f"/journal?about={quote(NUL)}", f"/acces/roles/{quote(NUL)}", f"/acces/reponse?who={quote(NUL)}")


def token(client: PageClient) -> str:
    page = client.get("/connexion")
    return page.forms[0].fields["csrf_token"][0]


@pytest.mark.parametrize("address", FORMS)
def test_a_visitor_is_told_that_it_cannot_be_read(
    world: World, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    client = PageClient(world.app)
    sent = {"csrf_token": token(client), **FORMS[address]}
    assert client.raw.post(address, data=sent, headers=OWN_SITE).status_code == 400
    assert "fault" not in capfd.readouterr().err


@pytest.mark.parametrize("address", PAGES)
def test_so_is_who_signed_in(world: World, address: str) -> None:
    assert world.auditor.client.raw.get(address).status_code == 400


def test_so_is_a_new_member(world: World) -> None:
    client = world.registrar.client
    form = next(
        one
        for one in client.get("/membres/invitation").forms
        if one.action.endswith("/membres/invitation") or not one.action
    )
    sent = {"csrf_token": form.fields["csrf_token"][0], "display_name": NUL, "sign_in_name": NUL, "role": "reader"}
    assert client.raw.post("/membres/invitation", data=sent, headers=OWN_SITE).status_code == 400
