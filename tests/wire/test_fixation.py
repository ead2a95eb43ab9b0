"""A session's cookie is never one that somebody else chose, and each proof of who one is gives another, in every process."""

import re

from tests.wire.served import Served, typed
from tests.wire.speaking import SESSION, Browser
from tests.world import Person

PLANTED = "planted-by-somebody-else-who-will-come-back-1"
SIGN_IN = "/connexion"


def signed_in(served: Served, person: Person, cookie: str = "") -> Browser:
    """A browser that signed in by the page, with a cookie from somewhere before."""
    browser = served.visitor(cookie)
    answer = browser.post(SIGN_IN, typed(person.name, code=served.code(person)))
    assert (answer.status, answer.location) == (303, "/")
    return browser


def out_everywhere(served: Served, cookie: str) -> bool:
    """Whether no process takes the cookie."""
    browser = Browser(served.line(), {SESSION: cookie})
    return {answer.location for answer in served.everywhere(lambda: browser.get("/"))} == {SIGN_IN}


def in_everywhere(served: Served, cookie: str) -> bool:
    """Whether every process takes the cookie."""
    browser = Browser(served.line(), {SESSION: cookie})
    return {answer.status for answer in served.everywhere(lambda: browser.get("/"))} == {200}


def test_a_cookie_that_was_planted_is_not_adopted(served: Served) -> None:
    browser = signed_in(served, served.world.officer, PLANTED)
    given = browser.cookies[SESSION]
    assert given != PLANTED
    assert re.fullmatch(r"[\w-]{43,}", given)
    assert in_everywhere(served, given)
    assert out_everywhere(served, PLANTED)


def test_the_cookie_is_bound_to_this_host_and_out_of_reach(served: Served) -> None:
    browser = served.visitor()
    person = served.world.clinician
    said = browser.post(SIGN_IN, typed(person.name, code=served.code(person))).cookies[SESSION]
    value, *attributes = said.split("; ")
    assert value == browser.cookies[SESSION]
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_each_sign_in_gives_another_cookie_and_ends_the_one_before(served: Served) -> None:
    first = signed_in(served, served.world.supervisor).cookies[SESSION]
    assert in_everywhere(served, first)
    second = signed_in(served, served.world.supervisor).cookies[SESSION]
    assert first != second
    assert out_everywhere(served, first)
    assert in_everywhere(served, second)


def test_signing_in_with_the_cookie_of_somebody_else_leaves_theirs_alone(served: Served) -> None:
    theirs = signed_in(served, served.world.auditor).cookies[SESSION]
    browser = served.visitor()
    browser.cookies[SESSION] = theirs
    mine = served.world.registrar
    answer = browser.post(SIGN_IN, typed(mine.name, code=served.code(mine)))
    assert answer.session != theirs
    assert "Emma Auditrice" in Browser(served.line(), {SESSION: theirs}).get("/").text
    assert "Odile Registre" in browser.get("/").text


def test_a_step_up_gives_another_cookie_and_the_one_before_is_dead(served: Served) -> None:
    person = served.world.officer_same_unit
    browser = signed_in(served, person)
    before = browser.cookies[SESSION]
    browser.get("/confirmer")
    assert browser.post("/confirmer", {"code": served.code(person)}).status == 303
    assert browser.cookies[SESSION] != before
    assert out_everywhere(served, before)
    assert in_everywhere(served, browser.cookies[SESSION])


def test_signing_out_ends_the_cookie_everywhere(served: Served) -> None:
    browser = signed_in(served, served.world.shelter_intake)
    cookie = browser.cookies[SESSION]
    assert in_everywhere(served, cookie)
    browser.get("/")
    gone = browser.post("/deconnexion", {})
    assert gone.session == ""
    assert gone.header("Clear-Site-Data") == '"cache", "storage"'
    assert out_everywhere(served, cookie)
