"""A kept form is read in words before it is sent again."""

from uuid import UUID

import pytest
from flask import Flask

from protect.auth.actions_lost import FoundForm
from protect.auth.kept import again, declared, in_words, is_empty
from protect.cases.forms import SearchForm, asking
from protect.cases.forms_emergency import AskForm
from protect.cases.forms_kept import of_choice
from protect.directory.forms_members import ChangeForm
from protect.web.forms import names_sent
from tests.house.golden import whole_app


def test_questions_and_answers_have_words():
    typed = [
        ("asked", "sex given_name case_note"), ("once", "0"), ("version", "3"), ("sex", "F"), ("surname", " Kabongo "),
        ("needs", "medical"), ("needs", "legal"), ("given_name", ""), ("birth_date-day", ""),
        ("birth_date-month", "4"), ("birth_date-year", "1998"), ("name_is_assumed", "false"),
    ]  # fmt: skip
    names = ("sex", "surname", "needs", "given_name", "birth_date", "name_is_assumed")
    assert dict(in_words(typed, asking(names))) == {
        "Sexe": "Féminin",
        "Nom": "Kabongo",
        "Besoins d’assistance": "Soins médicaux, Information et assistance juridiques",
        "Date de naissance": "4 1998",
        "Nom d’emprunt": "Non",
        "Laissé vide": "Prénom",
    }
    assert in_words([("typed", "Aline")], SearchForm) == (("Nom ou code", "Aline"),)


def test_what_nobody_judged_is_shown_as_it_was_typed():
    assert in_words([("sex", "nonsense"), ("birth_date-year", "98 ?")], asking(("sex", "birth_date"))) == (
        ("Sexe", "nonsense"),
        ("Date de naissance", "98 ?"),
    )


def test_a_choice_is_told_in_its_words_and_an_id_is_never_shown():
    chosen = "6f1c9a52-3f1e-4b0e-9d3a-1a2b3c4d5e6f"
    typed = [("reason", "danger"), ("why", "Menacée"), ("code", "CD-KN-1"), ("once", chosen)]
    assert dict(in_words(typed, AskForm)) == {
        "Pourquoi maintenant": "La personne est en danger maintenant",
        "Ce qui s’est passé": "Menacée",
        "Code du dossier": "CD-KN-1",
    }
    assert dict(in_words([("role", "officer"), ("unit", chosen)], ChangeForm)) == {
        "Rôle": "officer",
        "Bureau": "Votre choix de tout à l’heure",
    }
    assert in_words([("member", chosen), ("key", "ab" * 32), ("nobody_asked", chosen)], ChangeForm) == ()


def test_what_is_typed_is_shown_whatever_it_looks_like():
    assert in_words([("surname", "ab" * 32)], asking(("surname",))) == (("Nom", "ab" * 32),)


def test_one_s_own_answer_to_a_conflict_has_the_words_of_its_question():
    typed = [("mine-sex", "F"), ("choose-sex", "mine")]
    assert in_words(typed, of_choice()) == (("Sexe", "Féminin"), ("Sexe", "Votre réponse"))


def test_what_has_nothing_typed_is_empty():
    assert is_empty([("once", "7"), ("asked", "sex"), ("sex", " ")])
    assert not is_empty([("sex", "F")])


def test_only_what_the_form_asks_or_carries_is_taken():
    carried = {"asked", "once", "version"}
    assert names_sent(asking(("surname", "birth_date"))) == carried | {
        "surname", "birth_date-day", "birth_date-month", "birth_date-year"
    }  # fmt: skip
    sent = [
        ("typed", "Aline"),
        ("once", "7"),
        ("csrf_token", "t"),
        ("only_kept", "1"),
        ("case_note", "-"),
        ("typed-day", "1"),
    ]
    assert declared(SearchForm, sent) == (("typed", "Aline"), ("once", "7"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return whole_app(tmp_path_factory.mktemp("app"))


CASE = "/dossiers/00000000-0000-0000-0000-000000000000"
REFERRAL = f"{CASE}/referencements/nouveau/00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "path",
    ["/accords/00000000-0000-0000-0000-000000000000/accord", "/cles/depositaires", "/moyens/cle", "/nulle-part",
     "https://elsewhere.example/", "//elsewhere.example/dossiers/recherche", "javascript:alert(1)", f"{CASE}/saisie/nobody", ""],
)  # fmt: skip
def test_a_letter_of_somebody_else_s_hand_is_not_sent_from_here(app: Flask, path: str) -> None:
    """Who can write to the database can seal anything to a member: it is judged when it is opened, too."""
    fields = (("case_note", "Rien"), ("typed", "Rien"), ("key", "ab" * 32))
    with app.test_request_context():
        shown = again(FoundForm(UUID(int=1), path, fields))
        assert (shown.path, shown.fields, shown.answers) == ("", (), ())
        assert shown.page.startswith("/")
        assert not shown.page.startswith("//")


def test_what_is_kept_of_sending_a_referral_is_looked_at_once_more(app: Flask) -> None:
    fields = (("urgency", "x"), ("referral_urgency", "standard"), ("withheld", "surname"))
    with app.test_request_context():
        shown = again(FoundForm(UUID(int=1), f"{REFERRAL}/envoi", fields))
        assert (shown.path, shown.page) == (REFERRAL, REFERRAL)
        assert dict(shown.fields).keys() == {"urgency", "withheld"}
