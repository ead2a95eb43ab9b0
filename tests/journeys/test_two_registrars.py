"""Two registrars of an agency agree on telephones: who comes in, changes, stops, goes on and leaves; and take it back."""

import uuid

import pytest
from playwright.sync_api import Page, expect

from protect.access import sessions
from tests.access import people
from tests.browser import Tab
from tests.journeys.instance import Instance
from tests.journeys.steps import answer, follow, inspect, press, said, title
from tests.journeys.test_members import WORDS, enrol, sign_in

FIRST, SECOND, HOLDER = "foreign_registrar", "foreign_second", "foreign_officer"
OFFICE = "Bukavu"
TO_DECIDE = "Membres qui attendent votre décision"
AGREED = "Votre accord est enregistré."


@pytest.fixture
def two(instance: Instance) -> Instance:
    """An agency in which two registrars must agree."""
    instance.person(FIRST)
    if SECOND not in instance.world.people:
        people.join(instance.world, SECOND, "registrar", by=(FIRST,))
    return instance


def name_of(what: str) -> str:
    """A sign-in name that nobody has."""
    return f"{what}.{uuid.uuid4().hex[:6]}"


def member(two: Instance, name: str) -> str:
    """The address of somebody whom both registrars let in, and to whom a holder gave the keys."""
    for registrar in (FIRST, SECOND):
        two.person(registrar)
    people.join(two.world, name, "officer", OFFICE, by=(FIRST, SECOND))
    two.person(HOLDER)
    people.supply(two.world, name, HOLDER)
    two.world.people[name].sign_in()
    return f"/membres/{people.member_id(two.world, name)}"


def is_signed_in(two: Instance, name: str) -> bool:
    return sessions.find(two.world.runtime, two.world.people[name].token).actor is not None


def invited(page: Page, name: str) -> str:
    """Fill in who is to be invited; the code."""
    follow(page, "Membres")
    press(page, "Inviter une personne")
    page.get_by_label("Prénom et nom").fill(name.capitalize())
    page.get_by_label("Nom de connexion").fill(name)
    page.get_by_label("Rôle").select_option(label="Agent de protection")
    answer(page, "Bureau", OFFICE)
    press(page, "Inviter")
    return page.locator(".app-words strong").inner_text()


def to_the_second(seat: Tab, name: str, picture: str) -> Page:
    """The second registrar finds on the first page that somebody waits."""
    page = seat.open("/")
    inspect(page, f"{picture}-home-of-the-second")
    follow(page, TO_DECIDE)
    said(page, "Deux responsables des accès")
    follow(page, name.capitalize())
    inspect(page, f"{picture}-for-the-second")
    return page


def test_both_compare_the_words_of_a_newcomer(two: Instance) -> None:
    name = name_of("neuve")
    with two.seat(FIRST) as first, two.seat(SECOND) as second, two.visitor() as arriving:
        page = first.open("/")
        page.get_by_role("button", name="Menu").click()
        code = invited(page, name)
        follow(page, "Poursuivre")
        visitor = arriving.open("/invitation")
        passphrase, codes = enrol(visitor, code)
        sign_in(visitor, name, passphrase, codes.pop())
        words = visitor.locator(".app-words li").all_inner_texts()
        page.reload()
        compare(page, words, AGREED)
        said(page, "Un second responsable")
        inspect(page, "newcomer-agreed-by-one")
        page = to_the_second(second, name, "newcomer")
        compare(page, words, "C’est certifié.")
        expect(second.open("/").get_by_role("link", name=TO_DECIDE)).to_have_count(0)
    with two.seat(HOLDER) as seat:
        page = seat.open("/")
        said(page, "Avec la clé, ce collègue ouvrira : Identifiants directs")
        inspect(page, "key-and-what-it-opens")
        press(page, f"Remettre la clé à {name.capitalize()}")
        said(page, "Votre collègue a maintenant la clé")


def compare(page: Page, words: list[str], then: str) -> None:
    assert page.locator(".app-words li").all_inner_texts() == words
    answer(page, WORDS, "Oui, les six, dans cet ordre")
    press(page, "Certifier")
    said(page, then)


def test_both_agree_to_another_role(two: Instance) -> None:
    name = name_of("mutee")
    address = member(two, name)
    with two.seat(FIRST) as first, two.seat(SECOND) as second:
        page = first.open(address)
        follow(page, "Changer de rôle ou de bureau")
        page.get_by_label("Rôle").select_option(label="Superviseur")
        page.get_by_role("group", name="Bureau").get_by_role("radio").first.check()  # the whole agency
        inspect(page, "another-role")
        press(page, "Signer le changement")
        said(page, AGREED)
        inspect(page, "another-role-agreed-by-one")
        assert is_signed_in(two, name)
        page = to_the_second(second, name, "another-role")
        said(page, "Nouveau rôle : Superviseur")
        press(page, "Donner mon accord au changement")
        said(page, "C’est certifié.")
        assert not is_signed_in(two, name)


def test_one_stops_and_both_let_go_on(two: Instance) -> None:
    name = name_of("suspendue")
    address = member(two, name)
    with two.seat(FIRST) as first, two.seat(SECOND) as second:
        page = first.open(address)
        press(page, "Suspendre maintenant")
        said(page, "ne peut plus se connecter")
        assert not is_signed_in(two, name)
        inspect(page, "suspended")
        press(page, "Mettre fin à la suspension")
        said(page, AGREED)
        page = to_the_second(second, name, "suspension")
        said(page, "Accord déjà donné")
        press(page, "Mettre fin à la suspension")
        said(page, "peut se connecter de nouveau")
    two.world.people[name].sign_in()
    assert is_signed_in(two, name)


def test_both_agree_that_a_registrar_leaves(two: Instance) -> None:
    name = name_of("troisieme")
    for registrar in (FIRST, SECOND):
        two.person(registrar)
    people.join(two.world, name, "registrar", by=(FIRST, SECOND))
    address = f"/membres/{people.member_id(two.world, name)}"
    with two.seat(FIRST) as first, two.seat(SECOND) as second:
        page = first.open(address)
        follow(page, "Départ")
        inspect(page, "departure-of-a-registrar")
        press(page, "Mettre fin à l’accès")
        said(page, AGREED)
        assert is_signed_in(two, name)
        page = to_the_second(second, name, "departure")
        press(page, f"Donner mon accord au départ de {name.capitalize()}")
        said(page, "L’accès a pris fin")
        inspect(page, "departure-agreed-by-both")
        assert not is_signed_in(two, name)


def test_an_invitation_gets_another_code_and_is_withdrawn(two: Instance) -> None:
    name = name_of("annulee")
    with two.seat(FIRST) as first, two.visitor() as arriving:
        page = first.open("/")
        page.get_by_role("button", name="Menu").click()
        lost = invited(page, name)
        follow(page, "Poursuivre")
        press(page, "Donner un nouveau code ; l’ancien n’est plus valable")
        said(page, "Ce code n’est affiché que cette fois")
        inspect(page, "new-code")
        code = page.locator(".app-words strong").inner_text()
        refused(arriving, lost)
        follow(page, "Poursuivre")
        inspect(page, "invited")
        press(page, "Retirer l’invitation")
        said(page, "C’est retiré.")
        inspect(page, "withdrawn")
        refused(arriving, code)


def refused(arriving: Tab, code: str) -> None:
    page = arriving.open("/invitation")
    page.get_by_label("Votre code à usage unique").fill(code)
    press(page, "Continuer")
    expect(page.locator(".govuk-error-summary")).to_be_visible()


def test_what_waits_is_withdrawn(two: Instance) -> None:
    name = name_of("restee")
    address = member(two, name)
    people.decide(two.world, name, "change", by=FIRST, role="reader", unit_id=None)
    with two.seat(SECOND) as second:
        page = to_the_second(second, name, "withdrawal")
        press(page, "Retirer ce qui est en attente")
        said(page, "C’est retiré.")
        expect(second.open("/").get_by_role("link", name=TO_DECIDE)).to_have_count(0)
        title(second.open(address), name.capitalize())
    assert is_signed_in(two, name)
