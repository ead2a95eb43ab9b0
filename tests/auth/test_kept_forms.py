"""Forms that were interrupted: what was typed comes back, no decision does, and each has its place."""

import pytest
from sqlalchemy import func, select

from protect.access.policy import policy
from protect.auth.actions_lost import MOST
from protect.auth.models import LostForm
from protect.web.forms import names_sent, questions_of
from protect.web.pages import PUBLIC, SIGNED_IN, kept_at, page_of, rule_at, title_at
from tests.cases import emergencies
from tests.house.golden import address
from tests.house.golden import sent as sent_to
from tests.pages import PageClient
from tests.world import World

NOBODY = "00000000-0000-0000-0000-000000000000"
SECRETS = {"passphrase", "draft", "code", "first", "recovery", "challenge", "assertion", "prf", "second", "fifth"}
# What a second person, a second factor or a registrar decides; and whatever is about one's own way in.
DECISIONS = (
    "approval:", "emergency:decide", "emergency:review", "limit:", "release:", "member:", "key:", "case:erase", "case:export",
)  # fmt: skip
OWN = (SIGNED_IN, PUBLIC)
SAYS_WHY = {"/motif"}


def test_no_decision_is_kept_and_nothing_of_one_s_own_way_in(world: World) -> None:
    decisions = [page for page in sent_to(world.app) if page.needs.startswith(DECISIONS) or page.needs in OWN]
    assert len(decisions) > 50
    assert {page.rule for page in decisions if page.keeps} == SAYS_WHY


def test_what_is_kept_has_a_title_a_form_and_a_page_and_no_secret(world: World) -> None:
    kept = [page for page in sent_to(world.app) if page.keeps]
    assert len(kept) == 13
    with world.app.test_request_context():
        for page in kept:
            path = address(page.rule.replace("<name>", "identity"))
            where = kept_at(path)
            assert where is not None
            assert title_at(where[0])
            assert rule_at(page_of(where[0]))[0]
            assert questions_of(where[1])
            secrets = names_sent(where[1]) & SECRETS
            assert secrets == ({"code"} if path == "/urgences/demande" else set()), "of a case, as it is spoken"


def test_who_sent_a_form_may_read_the_page_that_one_comes_back_to(world: World) -> None:
    with world.app.test_request_context():
        for page in sent_to(world.app):
            above = rule_at(page_of(address(page.rule)))[0]
            assert above is not None
            if page.needs not in OWN and above.needs not in OWN:
                missing = policy().clauses[page.needs].keys() - policy().clauses[above.needs].keys()
                assert missing == set(), page.rule


def test_the_code_of_an_emergency_request_comes_back(world: World) -> None:
    _case, code = emergencies.new_case(world)
    person, client = world.officer_other_unit, world.officer_other_unit.client
    client.get("/urgences/demande")
    world.runtime.clock.move(minutes=11)  # type: ignore[attr-defined]  # the clock of the tests
    client.post("/urgences/demande", {"reason": "danger", "why": emergencies.WHY, "code": code})
    client.follow()
    client.post("/confirmer", {"code": person.code()})
    kept = client.follow()
    assert code in kept.text
    assert emergencies.WHY in kept.text
    assert "Autre réponse" not in kept.text
    client.post("/urgences/demande", sent(client, "/urgences/demande"))
    assert client.location.startswith("/urgences/")


def sent(client: PageClient, action: str, number: int = 0) -> dict[str, str]:
    """What one of the forms for this address sends."""
    assert client.page is not None
    forms = [form for form in client.page.forms if form.action == action]
    return {name: values[0] for name, values in forms[number].fields.items()}


def interrupted(world: World, *names: str) -> PageClient:
    """Searches typed in as many tabs, and sent after the session had ended; then the person signs in."""
    client = world.officer.client
    client.get("/dossiers/recherche")
    world.runtime.clock.move(minutes=30)  # type: ignore[attr-defined]  # the clock of the tests
    for name in names:
        client.post("/dossiers/recherche", {"typed": name})
        world.runtime.clock.move(seconds=1)  # type: ignore[attr-defined]  # the clock of the tests
    world.officer.sign_in()
    return world.officer.client


def test_a_second_tab_takes_nothing_from_the_first(world: World) -> None:
    client = interrupted(world, "Kabongo", "Mbuyi")
    shown = client.get("/formulaire").text
    assert shown.index("Mbuyi") < shown.index("Kabongo")
    client.post("/formulaire/effacer", sent(client, "/formulaire/effacer"))
    shown = client.follow().text
    assert ("Mbuyi" in shown, "Kabongo" in shown) == (False, True)
    client.post("/dossiers/recherche", sent(client, "/dossiers/recherche"), status=200)
    client.get("/formulaire")
    client.post("/formulaire/effacer", sent(client, "/formulaire/effacer"))
    assert client.location == "/"
    client.get("/formulaire", status=404)


def test_only_so_many_are_kept_the_newest(world: World) -> None:
    client = interrupted(world, *(f"Personne {number}" for number in range(MOST + 2)))
    shown = client.get("/formulaire").text
    assert [number for number in range(MOST + 2) if f"Personne {number}" in shown] == list(range(2, MOST + 2))


def test_one_that_meets_the_end_again_is_kept_once(world: World) -> None:
    client = interrupted(world, "Kabongo", "Mbuyi")
    client.get("/formulaire")
    world.runtime.clock.move(minutes=30)  # type: ignore[attr-defined]  # the clock of the tests
    client.post("/dossiers/recherche", sent(client, "/dossiers/recherche"))
    with world.runtime.unit_of_work() as db:
        assert db.scalar(select(func.count()).select_from(LostForm)) == len(("Kabongo", "Mbuyi"))
    world.officer.sign_in()
    assert "Kabongo" in world.officer.client.get("/formulaire").text


@pytest.mark.parametrize("form_id", ["", "nonsense", NOBODY])
def test_nothing_else_is_forgotten(world: World, form_id: str) -> None:
    client = interrupted(world, "Kabongo")
    client.get("/formulaire")
    client.post("/formulaire/effacer", {"form": form_id}, status=303 if form_id == NOBODY else 404)
    assert "Kabongo" in client.get("/formulaire").text


def test_a_button_without_anything_typed_is_not_kept(world: World) -> None:
    client = world.officer.client
    client.get("/sessions")
    world.runtime.clock.move(minutes=30)  # type: ignore[attr-defined]  # the clock of the tests
    client.post("/sessions/fin")
    world.officer.sign_in()
    world.officer.client.get("/formulaire", status=404)
