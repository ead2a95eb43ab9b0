"""Forms are taken from ourselves only, once, and never lost in silence."""

import pytest

from tests.pages import OWN_SITE, PageClient
from tests.web.demo import make_app


def token_of(client: PageClient) -> dict[str, str]:
    client.get("/nouveau")
    return client.kept("/nouveau")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_post_even_with_a_token(visitor, site):
    sent = token_of(visitor)
    page = visitor.post("/nouveau", sent, headers={"Sec-Fetch-Site": site}, status=403)
    assert "autre site" in page.text


def test_our_own_site_can_post(visitor):
    assert visitor.post("/nouveau", token_of(visitor), status=200)


def test_an_old_browser_posts_with_its_origin_and_a_token(visitor):
    sent = token_of(visitor)
    for origin in ({"Origin": "http://localhost"}, {"Origin": "null"}, {}):
        assert visitor.raw.post("/nouveau", data=sent, headers=origin).status_code == 200


def test_an_old_browser_of_another_origin_is_refused(visitor):
    answer = visitor.raw.post("/nouveau", data=token_of(visitor), headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "made-up"}])
def test_a_post_without_our_token_is_explained_and_changes_nothing(gate, sent):
    asked = []
    client = PageClient(make_app(gate, on_lost_form=lambda request: bool(asked.append(request.path))))
    page = client.post("/nouveau", {"csrf_token": "", **sent}, status=400)
    assert "restée ouverte trop longtemps" in page.text
    assert asked == ["/nouveau"]


def test_a_lost_form_that_could_be_kept_says_so(gate):
    client = PageClient(make_app(gate, on_lost_form=lambda _request: True))
    page = client.post("/nouveau", {"csrf_token": "stale"}, status=400)
    assert "conservé, chiffré, pendant un jour" in page.text
    assert "/formulaire" in page.links


def test_a_form_sent_after_the_session_ended_is_offered_to_be_kept(gate):
    asked = []
    client = PageClient(make_app(gate, on_lost_form=lambda request: bool(asked.append(request.path))))
    client.post("/reserve")
    assert client.location == "/connexion"
    assert asked == ["/reserve"]


def test_reading_changes_nothing(visitor):
    for path in ("/langue", "/quitter"):
        visitor.get(path, status=405)


def test_the_language_is_kept_and_the_page_comes_back(visitor):
    visitor.get("/nouveau")
    page = visitor.submit("/langue", {"language": "en", "here": "/nouveau?a=1"})
    assert visitor.response.request.full_path == "/nouveau?a=1"
    assert page.lang == "en"
    assert "Leave this page" in page.text


@pytest.mark.parametrize(
    "here", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "/nulle-part", ""]
)
def test_the_language_form_leads_nowhere_else(visitor, here):
    visitor.get("/nouveau")
    visitor.post("/langue", {"language": "en", "here": here})
    assert visitor.location == "/"


def test_an_unknown_language_is_ignored(visitor):
    visitor.get("/")
    assert visitor.submit("/langue", {"language": "xx", "here": "/"}).lang == "fr"


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "stale"}])
def test_leaving_works_with_a_stale_form(visitor, gate, sent):
    answer = visitor.raw.post("/quitter", data=sent, headers=OWN_SITE)
    assert answer.status_code == 200
    assert gate.ended == 1
    assert answer.headers["Refresh"] == "0; url=https://www.wikipedia.org/"
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "Protéger" not in answer.text


def test_leaving_clears_the_session_cookie(visitor):
    visitor.get("/")
    assert visitor.raw.get_cookie("page")
    visitor.raw.post("/quitter", headers=OWN_SITE)
    assert visitor.raw.get_cookie("page") is None


def test_another_site_cannot_make_one_leave(visitor, gate):
    assert visitor.raw.post("/quitter", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.raw.post("/quitter").status_code == 400  # tells nothing and has no token
    assert gate.ended == 0


def test_a_message_is_shown_once(visitor):
    sent = {
        "code": "KIN-1", "province": "Ituri", "seen-day": "1", "seen-month": "2", "seen-year": "2026",
        "sex": "F", "secret": "une phrase",
    }  # fmt: skip
    visitor.get("/nouveau")
    assert "Le dossier est ouvert." in visitor.submit("/nouveau", sent).text
    assert "Le dossier est ouvert." not in visitor.get("/").text
