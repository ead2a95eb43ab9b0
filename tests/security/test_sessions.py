"""Sessions and sign-in from outside: fixed cookies, second workers, ends in the middle of a form, and who exists."""

import dataclasses
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.store.engine import engine
from protect.vault import passphrase
from tests.auth.authenticator import Authenticator
from tests.pages import OWN_SITE, PageClient
from tests.security.addresses import COOKIE, browser, token_of
from tests.security.tampering import member, row, rows
from tests.security.telling import Copy
from tests.world import PASSPHRASE, World, forget_codes

SECRET_OF_A_PAGE = re.compile(r'(?:name="(?:csrf_token|once|challenge)" value|data-options)="[^"]*"')

NOBODYS = Authenticator(origin="http://localhost").sign('{"challenge": "AAAA"}')


@contextmanager
def second_worker(copy: Copy) -> Iterator[World]:
    """Another process's view: an engine, caches and an application of its own over the same database."""
    web = engine(copy.database.url("web"))
    try:
        yield copy.world.copied(dataclasses.replace(copy.world.runtime, engine=web))
    finally:
        web.dispose()


def sign_in(copy: Copy, name: str, client: PageClient | None = None, **typed: str) -> TestResponse:
    """Sign in by the page: right for whoever has a code generator, but for what is typed instead."""
    client = client or PageClient(copy.world.app)
    client.raw.environ_base["REMOTE_ADDR"] = typed.pop("address", "10.2.0.1")
    known = copy.world.people.get(name.strip())
    right = {"name": name, "passphrase": PASSPHRASE, "code": known.code() if known else "000000"}
    data = {"csrf_token": token_of(client), **right, **typed}
    return client.raw.post("/connexion", data=data, headers=OWN_SITE)


def cookie_of(answer: TestResponse) -> str:
    (line,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{COOKIE}=")]
    return line.split(";")[0].removeprefix(f"{COOKIE}=")


def test_a_cookie_that_was_set_before_is_not_adopted(copy: Copy) -> None:
    client, planted = PageClient(copy.world.app), "planted-by-somebody-else-who-will-come-back-1"
    client.raw.set_cookie(COOKIE, planted)
    given = cookie_of(sign_in(copy, "house_lawyer", client=client))
    assert given != planted
    assert len(given) >= 43
    thief = PageClient(copy.world.app)
    thief.raw.set_cookie(COOKIE, planted)
    assert thief.raw.get("/").location == "/connexion"
    copy.world.house_lawyer.token = given


def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(copy: Copy) -> None:
    tokens = []
    for _ in range(2):
        client = PageClient(copy.world.app)
        tokens.append(cookie_of(sign_in(copy, "house_lawyer", client=client)))
        assert client.get("/")
    assert len(set(tokens)) == 2
    stale = PageClient(copy.world.app)
    stale.raw.set_cookie(COOKIE, tokens[0])
    assert stale.raw.get("/").location == "/connexion"
    copy.world.house_lawyer.token = tokens[1]


def test_signing_in_with_somebody_elses_cookie_changes_nothing_of_theirs(copy: Copy) -> None:
    copy.world.house_worker.sign_in()
    client = browser(copy, "house_worker")
    mine = cookie_of(sign_in(copy, "house_lawyer", client=client))
    assert mine != copy.world.house_worker.token
    assert "Agathe Maison" in browser(copy, "house_worker").get("/").text
    copy.world.house_lawyer.token = mine


ENDS = {
    "a session that was ended": "update session set ended_at = now() where member_id = :id",
    "a member who was suspended": "update member set status = 'suspended' where id = :id",
    "a member who left": "update member set status = 'left' where id = :id",
}


@pytest.mark.parametrize("end", ENDS)
def test_two_workers_see_an_end_at_once(copy: Copy, end: str) -> None:
    with second_worker(copy) as other:
        other.house_worker.sign_in()
        other.house_worker.client.get("/")
        here = PageClient(copy.world.app)
        here.raw.set_cookie(COOKIE, other.house_worker.token)
        here.get("/")
        with copy.as_dba() as connection:
            connection.execute(text(ENDS[end]), {"id": member(copy, "house_worker")})
        assert other.house_worker.client.raw.get("/").location == "/connexion"
        assert here.raw.get("/").location == "/connexion"
        with copy.as_dba() as connection:
            connection.execute(
                text("update member set status = 'active' where id = :id"), {"id": member(copy, "house_worker")}
            )
    assert (
        row(copy, "session", "member_id = :id order by created_at desc limit 1", id=member(copy, "house_worker"))[
            "keys"
        ]
        is None
    )
    copy.world.house_worker.sign_in()


def test_two_workers_see_a_sign_out_and_a_revoked_grant_at_once(copy: Copy) -> None:
    with second_worker(copy) as other:
        one, two = copy.world.house_supervisor, other.house_supervisor
        one.sign_in()
        two.token = one.token
        case = f"/dossiers/{copy.ids['case']}"
        assert copy.known["surname"] in two.client.get(case).text
        revoke = "update key_grant set revoked_at = {} where recipient_id = :id and compartment = 'identity'"
        with copy.as_dba() as connection:
            connection.execute(text(revoke.format("now()")), {"id": member(copy, "house_supervisor")})
        for client in (one.client, two.client):
            assert copy.known["surname"] not in client.get(case).text
        with copy.as_dba() as connection:
            connection.execute(text(revoke.format("null")), {"id": member(copy, "house_supervisor")})
        one.client.get("/")
        one.client.post("/deconnexion")
        assert two.client.raw.get(case).location == "/connexion"
        one.sign_in()


@pytest.mark.parametrize("busy", [False, True], ids=["at rest", "busy all day"])
def test_a_session_that_ends_in_the_middle_of_a_form_saves_nothing(copy: Copy, busy: bool) -> None:
    person, clock, before = copy.world.house_officer, copy.world.runtime.clock, copy.world.runtime.clock()
    case = f"/dossiers/{copy.ids['case']}/compartiments/contact"
    person.sign_in()
    saved = rows(copy, "case_compartment", "case_id = :id", id=copy.ids["case"])
    for _ in range(72 if busy else 0):
        clock.move(minutes=10)
        if clock() - before < timedelta(hours=12):
            person.client.raw.get("/dossiers/recherche")
    person.client.raw.get(case)
    if not busy:
        person.client.get(case)
        clock.move(minutes=16)
    answer = person.client.raw.post(case, data={"asked": "phone", "phone": "0811111111"}, headers=OWN_SITE)
    assert answer.location == "/connexion"
    assert rows(copy, "case_compartment", "case_id = :id", id=copy.ids["case"]) == saved
    assert len(rows(copy, "lost_form", "member_id = :id", id=member(copy, "house_officer"))) == 1
    clock.now = before
    forget_codes(copy.world.runtime, person.name)
    with copy.as_dba() as connection:
        connection.execute(text("delete from lost_form"))
    person.sign_in()


@pytest.fixture
def strangers(copy: Copy) -> Iterator[dict[str, tuple[str, dict[str, str]]]]:
    """Names with passphrases that are all refused, each for another reason."""
    if not rows(copy, "member", "sign_in_name = 'house_waits'"):
        plan = AgencyPlan("Attente", "other", [], [], [NewMember("house_waits", "Lise Attente", "registrar")])
        add_agency(copy.world.runtime, copy.world.directory, plan)
    suspend = text("update member set status = :status where sign_in_name = 'house_intake'")
    with copy.as_dba() as connection:
        connection.execute(suspend, {"status": "suspended"})
    yield {
        "unknown": ("house_nobody", {}),
        "wrong": ("house_worker", {"passphrase": "correct horse battery staple six wards"}),
        "empty but for a space": ("house_worker", {"passphrase": " ."}),
        "suspended": ("house_intake", {}),
        "not enrolled": ("house_waits", {}),
        "wrong code": ("house_worker", {"code": "000000"}),
        "no code but a recovery code of nobody": ("house_worker", {"code": "", "recovery": "0" * 26}),
        "a passkey of nobody": ("house_worker", {"code": "", "assertion": NOBODYS}),
        "a passkey of nobody for nobody": ("house_nobody", {"code": "", "assertion": NOBODYS, "prf": "AAAA"}),
        "in another's name": ("house_worker ", {"passphrase": PASSPHRASE.replace("horse", "house")}),
    }
    with copy.as_dba() as connection:
        connection.execute(suspend, {"status": "active"})


def test_every_refusal_is_the_same_to_the_byte(copy: Copy, strangers: dict[str, tuple[str, dict[str, str]]]) -> None:
    """But for the name that was typed and the secrets of the page itself."""
    seen = set()
    for number, (name, typed) in enumerate(strangers.values()):
        answer = sign_in(copy, name, address=f"10.3.0.{number}", **typed)
        body = SECRET_OF_A_PAGE.sub("", answer.text).replace(f'value="{name.strip()}"', 'value=""')
        own = {"Set-Cookie", "Content-Length"}
        headers = tuple((key, value) for key, value in answer.headers if key not in own)
        cookies = tuple(line.split("=")[0] for line in answer.headers.getlist("Set-Cookie"))
        seen.add((answer.status_code, body, headers, cookies))
    assert len(seen) == 1


def test_every_refusal_costs_the_same(
    copy: Copy, strangers: dict[str, tuple[str, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stretched: list[tuple[int, int]] = []
    real = passphrase.hash_secret_raw

    def counted(secret: bytes, salt: bytes, *cost: object) -> bytes:
        stretched.append((len(salt), hash(cost)))
        return real(secret, salt, *cost)

    monkeypatch.setattr(passphrase, "hash_secret_raw", counted)
    for number, (name, typed) in enumerate(strangers.values()):
        before = len(rows(copy, "trail_entry", "action = 'session:begin' and result = 'denied'"))
        sign_in(copy, name, address=f"10.4.0.{number}", **typed)
        assert len(rows(copy, "trail_entry", "action = 'session:begin' and result = 'denied'")) == before + 1
        assert len(rows(copy, "attempt")) > 0
    assert len(stretched) == len(strangers)
    assert len(set(stretched)) == 1


def test_too_many_attempts_are_told_alike_to_those_who_exist_and_those_who_do_not(copy: Copy) -> None:
    seen = set()
    for number, name in enumerate(["house_worker", "house_nobody"]):
        client = PageClient(copy.world.app)
        for _ in range(6):
            answer = sign_in(copy, name, client, address=f"10.5.0.{number}", passphrase="wrong")
        seen.add(SECRET_OF_A_PAGE.sub("", answer.text).replace(f'value="{name}"', 'value=""'))
    assert len(seen) == 1


def test_codes_that_are_unknown_used_or_late_are_the_same_page(copy: Copy) -> None:
    plan = AgencyPlan("Codes", "other", [], [], [NewMember(f"code_{name}", name, "registrar") for name in "ab"])
    used, late = (item.code for item in add_agency(copy.world.runtime, copy.world.directory, plan).codes)
    with copy.as_dba() as connection:
        old = "update invitation set {} where member_id = (select id from member where sign_in_name = :name)"
        connection.execute(text(old.format("used_at = now()")), {"name": "code_a"})
        connection.execute(text(old.format("expires_at = now() - interval '1 day'")), {"name": "code_b"})
    seen = set()
    for code in (used, late, late[:-1] + ("0" if late[-1] != "0" else "1"), "nonsense"):
        client = PageClient(copy.world.app)
        client.get("/invitation")
        page = client.post("/invitation", {"code": code}, status=200)
        assert page is not None
        seen.add(SECRET_OF_A_PAGE.sub("", page.html).replace(f'value="{code}"', 'value=""'))
    assert len(seen) == 1
