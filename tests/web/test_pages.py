"""Who reaches a page, and what a page must say about itself."""

import pytest
from flask import Flask

from protect.web.pages import PUBLIC, NeedsMissing, Pages, rules_of
from tests.web.demo import make_app


def test_a_page_without_needs_is_a_type_error():
    with pytest.raises(TypeError):
        Pages("x", __name__).get("/x")


@pytest.mark.parametrize("needs", ["", None, "case:everything"])
def test_a_page_that_needs_nothing_known_is_refused(needs):
    with pytest.raises(NeedsMissing):
        Pages("x", __name__).get("/x", needs=needs)(lambda _gate: "")


def test_a_permitted_member_sees_the_page(member):
    assert member.get("/dossiers").headings == ["Mes dossiers"]


def test_a_member_without_the_permission_gets_what_is_absent_and_it_is_recorded(member, gate):
    gate.permissions = frozenset()
    refused = member.get("/dossiers", status=404)
    assert gate.refused == ["case:list"]
    assert refused.text == member.get("/nulle-part", status=404).text


def test_a_visitor_signs_in_first_and_is_then_sent_on(visitor):
    answer = visitor.raw.get("/dossiers?page=2")
    assert (answer.status_code, answer.location) == (303, "/connexion")
    visitor.get("/connexion")
    visitor.post("/connexion")
    assert visitor.location == "/dossiers?page=2"


def test_the_way_on_is_used_once(visitor):
    visitor.raw.get("/dossiers")
    visitor.get("/connexion")
    visitor.post("/connexion")
    visitor.get("/connexion")
    visitor.post("/connexion")
    assert visitor.location == "/"


def test_a_visitor_reaches_no_page_for_members(visitor, gate):
    assert visitor.raw.get("/moi").location == "/connexion"
    assert gate.refused == []


def test_a_member_reaches_a_page_for_members(member):
    assert member.get("/moi").headings == ["Moi"]


def test_an_endpoint_that_is_no_page_does_not_exist(gate):
    app = make_app(gate)
    app.add_url_rule("/derriere", "back_door", lambda: "in")
    assert app.test_client().get("/derriere").status_code == 404


def test_the_registry_tells_everything_about_every_rule(gate):
    app = make_app(gate)
    declared = {(rule.endpoint, rule.method) for rule in rules_of(app)}
    served = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    assert declared == served
    assert all(rule.csrf != "none" for rule in rules_of(app) if rule.method == "POST")
    lines = [str(rule) for rule in rules_of(app)]
    assert "GET  /dossiers  demo.mine  case:list  none  no-store  entry" in lines
    assert "POST  /quitter  web.leave  public  origin  no-store  none" in lines


def test_rules_can_be_asked_of_an_application_without_pages():
    assert rules_of(Flask("empty")) == ()


def test_public_is_the_word_of_the_policy():
    assert PUBLIC == "public"
