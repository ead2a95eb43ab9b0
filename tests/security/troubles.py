"""What goes wrong on the way, each time with a canary in hand: errors are where programs talk too much."""

import uuid
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from protect.cases import actions, actions_edit
from protect.referrals import actions_inbox
from tests.pages import OWN_SITE, PageClient
from tests.security.filling import Filler, asked
from tests.world import PASSPHRASE, Person, World

RAW = {"raw": "the test makes the database itself complain"}


def _sign_in(client: PageClient, person: Person) -> None:
    client.get("/connexion")
    client.post("/connexion", {"name": person.name, "passphrase": PASSPHRASE, "code": person.code()})


def expired_session(later: World, person: str, case_id: uuid.UUID, filler: Filler) -> None:
    """A form is sent after the session ended, and is there again after the next sign-in."""
    client = later.people[person].client
    later.people[person].sign_in()
    address = f"/dossiers/{case_id}/compartiments/narrative"
    client = later.people[person].client
    client.get(address)
    data = filler.sent(asked(client))
    later.runtime.clock.move(minutes=30)
    client.post(address, data)
    assert client.location == "/connexion"
    _sign_in(client, later.people[person])
    assert filler.known["case_note"] in client.get("/formulaire").html
    _forget(client)


def without_token(person: Person, case_id: uuid.UUID, filler: Filler) -> None:
    """A form without its token, and one of another site."""
    address = f"/dossiers/{case_id}/compartiments/contact"
    person.client.get(address)
    data = filler.sent(asked(person.client))
    for headers, status in ((OWN_SITE, 400), ({"Sec-Fetch-Site": "cross-site"}, 403)):
        assert person.client.raw.post(address, data=data, headers=headers).status_code == status
    _forget(person.client)


def _forget(client: PageClient) -> None:
    """Drop every form that was kept, each by its own button."""
    while client.raw.get("/formulaire").status_code == 200:
        page = client.get("/formulaire")
        (forget, *_others) = [form for form in page.forms if form.action == "/formulaire/effacer"]
        client.post("/formulaire/effacer", {"form": forget.fields["form"][0]})


def refused_input(person: Person, case_id: uuid.UUID, filler: Filler) -> None:
    """Answers that cannot be kept, and answers that somebody else changed meanwhile."""
    address = f"/dossiers/{case_id}/compartiments/contact"
    person.client.get(address)
    data = filler.sent(asked(person.client))
    wrong = {**data, "phone": filler.canaries.word("no phone")}
    page = person.client.post(address, wrong, status=200)
    assert page is not None
    assert page.title.startswith("Erreur")
    page = person.client.post(address, {**data, "version": "1"}, status=200)
    assert page is not None
    assert filler.known["current_address"] in page.html


def out_of_reach(person: Person, case_id: uuid.UUID, filler: Filler) -> None:
    """Pages of somebody else's case, asked for with a form full of answers."""
    person.client.get(f"/dossiers/{case_id}", status=404)
    person.client.get("/")
    person.client.post(f"/dossiers/{case_id}/compartiments/identity", filler.sent(["surname"]), status=404)


def broken_actions(person: Person, case_id: uuid.UUID, filler: Filler) -> None:
    """Exceptions whose words quote what was typed: of the program, of the database, at the commit, in a template."""
    said = filler.canaries.word("the words of an exception")
    address = f"/dossiers/{case_id}/compartiments/identity"
    for name, broken in _broken(said):
        person.client.get(address)
        data = filler.sent(["surname"])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(actions_edit, name, broken)
            assert _post(person, address, data).status_code == 500
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "show_case", lambda *_: {"surname": said})
        assert person.client.raw.get(f"/dossiers/{case_id}").status_code == 500


def _broken(said: str) -> list[tuple[str, Any]]:
    def program(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"cannot keep {said}")

    def chained(*_: Any, **__: Any) -> None:
        try:
            program()
        except RuntimeError as error:
            raise ValueError(said) from error

    def database(gate: Any, *_: Any, **__: Any) -> None:
        gate.db.execute(text("select cast(:typed as integer)"), {"typed": said}, execution_options=RAW)

    def constraint(gate: Any, case: Any, *_: Any, **__: Any) -> None:
        case.row.code = None
        gate.db.flush()

    def late(_gate: Any, case: Any, *_: Any, **__: Any) -> None:
        case.row.owner_id = uuid.uuid4()

    return [("save", program), ("save", chained), ("save", database), ("save", constraint), ("save", late)]


def broken_inbox(person: Person, referral: uuid.UUID, filler: Filler) -> None:
    """An exception while what was received is being read."""
    said = filler.canaries.word("the words of another exception")

    def broken(*_: Any) -> None:
        raise KeyError(said)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions_inbox.facts, "from_bytes", broken)
        assert person.client.raw.get(f"/demandes/{referral}").status_code == 500


def _post(person: Person, address: str, data: dict[str, Any]) -> TestResponse:
    hidden = person.client.page.forms[-1].fields if person.client.page else {}
    kept = {name: hidden[name][0] for name in ("csrf_token", "once", "version") if name in hidden}
    return person.client.raw.post(address, data={**data, **kept}, headers=OWN_SITE)


def leave_in_a_hurry(person: Person) -> None:
    """The quick exit, and signing out."""
    person.client.get("/")
    assert person.client.raw.post("/quitter", headers=OWN_SITE).status_code == 200
