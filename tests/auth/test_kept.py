"""A kept form is read in words before it is sent again."""

from protect.auth.kept import in_words


def test_questions_and_answers_have_words():
    typed = [
        ("asked", "sex surname"), ("once", "0"), ("version", "3"), ("sex", "F"), ("surname", " Kabongo "),
        ("needs", "medical"), ("needs", "legal"), ("given_name", ""), ("birth_date-day", ""),
        ("birth_date-month", "4"), ("birth_date-year", "1998"), ("name_is_assumed", "false"), ("typed", "Aline"),
    ]  # fmt: skip
    assert dict(in_words(typed)) == {
        "Sexe": "Féminin",
        "Nom": "Kabongo",
        "Besoins d’assistance": "Soins médicaux, Information et assistance juridiques",
        "Date de naissance": "4 1998",
        "Nom d’emprunt": "Non",
        "Autre réponse": "Aline",
    }


def test_what_nobody_judged_is_shown_as_it_was_typed():
    assert in_words([("sex", "nonsense"), ("birth_date-year", "98 ?")]) == (
        ("Sexe", "nonsense"),
        ("Date de naissance", "98 ?"),
    )
