"""The pages of errors: they explain, they hold nothing, they need nothing."""

import pytest
from werkzeug.exceptions import Forbidden, ImATeapot, TooManyRequests

from protect.access.errors import CompartmentLocked, Conflict, NotFound, NotReady, SignInRequired
from protect.web.errors import fault_page
from protect.web.pages import PUBLIC, Pages
from protect.web.site import Fault
from tests.pages import Page as Read
from tests.pages import PageClient, check_page
from tests.web.demo import FakeGate, make_app


def raising(error: Exception, **site) -> PageClient:
    app = make_app(FakeGate(actor=object()), **site)
    pages = Pages("trouble", __name__)

    @pages.get("/ennui", needs=PUBLIC, title="Ennui")
    def trouble(_gate):
        raise error

    pages.register(app)
    return PageClient(app)


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_error_page_is_a_good_page_in_both_languages(fault, language):
    with make_app().test_request_context(headers={"Accept-Language": language}):
        answer = fault_page(fault, "ABCD-2345", kept=False)
    assert answer.status_code == fault.status
    page = Read(answer.get_data(as_text=True))
    check_page(page, "Protéger")
    assert page.lang == language
    assert "ABCD-2345" in page.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFound("Case"), 404, "introuvable"),
        (type("Gone", (NotFound,), {})("Case"), 404, "introuvable"),
        (Forbidden(), 404, "introuvable"),
        (Conflict(), 409, "Quelqu’un d’autre"),
        (CompartmentLocked("health"), 403, "vous est fermée"),
        (NotReady(), 409, "destinataire"),
        (TooManyRequests(), 429, "Trop de tentatives"),
        (ImATeapot(), 418, "comprise"),
    ],
)
def test_an_expected_refusal_has_its_page(error, status, words):
    assert words in raising(error).get("/ennui", status=status).text


def test_a_closed_part_leads_to_why_it_is_closed():
    page = raising(CompartmentLocked("health")).get("/ennui", status=403)
    assert 'href="/acces/compartiments/health"' in page.html


def test_who_must_sign_in_is_sent_there():
    assert raising(SignInRequired()).raw.get("/ennui").location == "/connexion"


@pytest.mark.parametrize(("kind", "status"), [("base", 503), ("blob", 409), ("bogue", 500)])
def test_a_fault_is_reported_with_the_reference_that_is_shown(kind, status):
    told = []
    client = PageClient(make_app(on_fault=lambda error, reference: told.append((error, reference))))
    page = client.get(f"/panne/{kind}", status=status)
    [(error, reference)] = told
    assert reference in page.text
    assert str(error) not in page.html


def test_a_database_that_is_gone_says_when_to_come_back(visitor):
    visitor.get("/panne/base", status=503)
    assert visitor.response.headers["Retry-After"] == "30"


def test_an_error_page_asks_the_application_nothing():
    def explode():
        raise AssertionError("an error page must not ask")

    client = raising(ZeroDivisionError(), navigation=explode, who=explode, on_fault=lambda *_: None)
    assert client.get("/ennui", status=500)


def test_when_even_the_error_page_breaks_a_plain_sentence_remains():
    told = []
    client = raising(ZeroDivisionError(), on_fault=lambda error, _reference: told.append(type(error).__name__))
    client.raw.application.jinja_env.loader = None
    answer = client.raw.get("/ennui")
    assert (answer.status_code, answer.text.split(".")[0]) == (500, "Une erreur est survenue")
    assert told == ["ZeroDivisionError", "TypeError"]


def test_the_log_names_the_place_and_not_the_message(visitor, caplog):
    visitor.get("/panne/bogue", status=500)
    assert "ZeroDivisionError" in caplog.text
    assert "a secret in a message" not in caplog.text


def test_a_form_that_is_too_large_is_explained(visitor):
    visitor.get("/nouveau")
    assert "trop volumineux" in visitor.post("/nouveau", {"code": "x" * 3_000_000}, status=413).text
