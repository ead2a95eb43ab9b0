"""The frame and the components, as a person meets them."""

import re

from tests.pages import PageClient
from tests.web.demo import FakeGate, make_app


def current(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)" aria-current="(?:page|true)"', html)


def test_the_navigation_shows_where_one_is(member):
    assert current(member.get("/").html) == ["/"]
    assert current(member.get("/nouveau").html) == ["/nouveau"]


def test_the_navigation_still_shows_it_after_a_form_was_refused(visitor):
    visitor.get("/nouveau")
    assert current(visitor.post("/nouveau", status=200).html) == ["/nouveau"]


def test_who_is_signed_in_can_sign_out_and_a_visitor_cannot(visitor):
    assert [form.action for form in visitor.get("/").forms] == ["/langue", "/quitter"]
    member = PageClient(make_app(FakeGate(actor=object())))
    assert "/deconnexion" in [form.action for form in member.get("/").forms]


def test_an_instance_says_whether_it_is_a_demonstration(visitor):
    assert "Personnes fictives" in visitor.get("/").text
    real = PageClient(make_app(demonstration=False, product_name="Kulinda"), product="Kulinda")
    assert "Personnes fictives" not in real.get("/").text


def test_a_chart_has_its_figures_in_a_table(visitor):
    page = visitor.get("/")
    assert 'role="img"' in page.html
    assert "Service Personnes Cible Hébergement 214 260" in page.text
    assert "Retour et réinsertion non publié 40" in page.text


def test_a_closed_compartment_says_so_and_why(visitor):
    assert "Santé : fermé Votre rôle n’a pas la clé." in visitor.get("/").text


def test_what_was_typed_is_kept_and_escaped_and_a_passphrase_is_not(visitor):
    visitor.get("/nouveau")
    typed = {"code": '"><b>KIN', "story": "</textarea><b>x", "secret": "des mots secrets", "seen-day": "31"}
    page = visitor.post("/nouveau", typed, status=200)
    assert page.html.count("&lt;b&gt;") == 2
    assert "<b>" not in page.html
    assert 'value="31"' in page.html
    assert "des mots secrets" not in page.html


def test_nothing_typed_meets_a_spelling_service_or_the_browser(visitor):
    controls = visitor.get("/nouveau").controls
    assert all(control["autocomplete"] == "off" for control in controls)
    words = [c for c in controls if c.get("type") in {"text", "tel", "email"} and c["inputmode"] != "numeric"]
    assert len(words) == 3
    assert all(control["spellcheck"] == "false" for control in words)


def test_pages_are_told_and_linked(visitor):
    page = visitor.get("/")
    assert "Page précédente Page 2 sur 3 Page suivante" in page.text
    assert {"/?page=1", "/?page=3"} <= set(page.links)
