"""A stolen cookie types nothing that its owner then completes with a second factor: decisions are pressed anew, on their page."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from protect.auth import login
from protect.auth.models import LostForm
from tests.cases import emergencies, endings
from tests.cases.agreed import asked
from tests.pages import OWN_SITE, PageClient
from tests.referrals import hands
from tests.world import PASSPHRASE, Person, World

INVENTED = "Ceci ne change rien"
ALONE = {"case_note": INVENTED}  # an invented answer, and no word of a button
COVERED = {**ALONE, "only_kept": "1"}
NOT_YET = "Ce n’est pas encore fait"


def closed(world: World) -> UUID:
    """A case that is asked to be erased, and only waits for a supervisor."""
    case_id = hands.new_case(world.officer)
    endings.close(world, case_id)
    return case_id


def plant(world: World, person: Person, address: str, fields: dict[str, str]) -> PageClient:
    """Whoever copied the cookie sends a form from elsewhere, eleven minutes after the second factor."""
    thief = PageClient(world.app)
    thief.raw.set_cookie(login.COOKIE, person.token)
    thief.get("/")
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    thief.post(address, fields)
    return thief


def sign_in(world: World, person: Person) -> PageClient:
    """The person signs in, on a browser of their own."""
    client = PageClient(world.app)
    client.get("/connexion")
    client.post("/connexion", {"name": person.name, "passphrase": PASSPHRASE, "code": person.code()})
    cookie = client.raw.get_cookie(login.COOKIE)
    assert cookie is not None
    person.token = cookie.value
    return client


def kept_rows(world: World) -> int:
    with world.runtime.unit_of_work() as db:
        return db.scalar(select(func.count()).select_from(LostForm)) or 0


@pytest.mark.parametrize("fields", [ALONE, COVERED])
def test_an_erasure_is_not_put_into_the_hands_of_who_signs_in(world: World, fields: dict[str, str]) -> None:
    approval = endings.ask(world, case_id := closed(world))
    thief = plant(world, world.supervisor, f"/accords/{approval}/accord", fields)
    assert thief.location == "/confirmer"
    assert kept_rows(world) == 0
    client = sign_in(world, world.supervisor)
    assert client.location == "/"
    assert INVENTED not in client.follow().text
    client.get("/formulaire", status=404)
    assert endings.status(world, case_id) == "closed"


@pytest.mark.parametrize("fields", [ALONE, COVERED])
@pytest.mark.parametrize(
    ("name", "where", "page"),
    [
        ("supervisor", "/accords/{export}/accord", "/accords/{export}"),
        ("supervisor", "/accords/{export}/refus", "/accords/{export}"),
        ("supervisor", "/urgences/{opening}/accord", "/urgences/{opening}"),
        ("registrar", "/membres/{member}/reprise", "/membres/{member}"),
        ("registrar", "/membres/{member}/depart", "/membres/{member}/depart"),
        ("registrar", "/membres/{member}/fonction", "/membres/{member}/fonction"),
        ("officer", "/cles/depositaires", "/"),
        ("officer", "/cles", "/"),
        ("officer", "/moyens/cle", "/moyens/cle"),
    ],
)
def test_no_decision_waits_for_its_owner(
    world: World, name: str, where: str, page: str, fields: dict[str, str]
) -> None:
    with world.people["officer_same_unit"].gate() as gate:
        member = gate.member.member_id
    opening = emergencies.ask(world, emergencies.new_case(world)[1])
    ids = {"export": asked(world), "opening": opening, "member": member}
    more = {"role": "officer", "hours": "4", "key": "ab" * 32, "member": str(member)}
    thief = plant(world, world.people[name], where.format(**ids), {**more, **fields})
    assert kept_rows(world) == 0
    assert thief.location == "/confirmer"
    thief.get("/confirmer")  # the owner's own browser, in the place of the thief's: the page with the button
    thief.post("/confirmer", {"code": world.people[name].code()})
    assert thief.location == page.format(**ids)
    shown = thief.follow()
    assert NOT_YET in shown.text
    assert INVENTED not in shown.html
    assert sign_in(world, world.people[name]).location == "/"


def test_what_no_question_of_the_page_asks_is_neither_kept_nor_shown(world: World) -> None:
    client = world.officer.client
    client.get("/dossiers/recherche")
    world.runtime.clock.move(minutes=30)  # type: ignore[attr-defined]  # the clock of the tests
    client.post("/dossiers/recherche", {"typed": "Kabongo", **ALONE, "version": "1"})
    client.post("/dossiers/recherche", ALONE)
    assert kept_rows(world) == 1
    shown = sign_in(world, world.officer).get("/formulaire")
    assert "Kabongo" in shown.text
    assert INVENTED not in shown.html


def test_a_stale_token_keeps_no_decision(world: World) -> None:
    approval = asked(world)
    client = world.supervisor.client
    client.get("/")
    answer = client.raw.post(f"/accords/{approval}/accord", data={**ALONE, "csrf_token": "stale"}, headers=OWN_SITE)
    assert answer.status_code == 400
    assert "/formulaire" not in answer.text
    assert kept_rows(world) == 0
