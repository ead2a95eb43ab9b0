"""Languages, formats and merged catalogues."""

from datetime import UTC, date, datetime

import pytest
from flask import session
from flask_babel import force_locale

from protect import i18n
from tests.web.demo import make_app


@pytest.mark.parametrize(
    ("accepted", "language"), [("en-GB,fr;q=0.5", "en"), ("fr-CD", "fr"), ("sw,de", "fr"), ("", "fr")]
)
def test_the_browser_proposes(accepted, language):
    with make_app().test_request_context(headers={"Accept-Language": accepted}):
        assert i18n.language() == language


def test_the_person_decides():
    with make_app().test_request_context(headers={"Accept-Language": "en"}):
        i18n.choose("fr")
        assert i18n.language() == "fr"


def test_a_paper_for_people_unknown_is_written_in_a_named_language():
    with make_app().test_request_context(headers={"Accept-Language": "en"}):
        with i18n.speaking("fr"):
            assert (i18n.language(), i18n.format_date(date(1998, 4, 1))) == ("fr", "1er avril 1998")
            assert i18n.gettext("Cases") == "Dossiers"
        assert (i18n.language(), i18n.gettext("Cases")) == ("en", "Cases")


def test_a_choice_that_is_no_language_is_not_kept():
    with make_app().test_request_context():
        i18n.choose("../etc")
        assert i18n.CHOICE not in session


def test_formats_follow_the_locale():
    with make_app().test_request_context():
        assert i18n.format_number(1522) == "1\u202f522"
        assert i18n.format_percent(0.78) == "78\u00a0%"
        assert i18n.format_date(date(1998, 4, 12)) == "12 avril 1998"
        assert i18n.format_date(date(1998, 4, 1)) == "1er avril 1998"
        assert i18n.format_datetime(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == "25 novembre 2026 à 00:30"
        assert i18n.format_list(["a", "b", "c"]) == "a, b et c"
        with force_locale("en"):
            assert i18n.format_number(1522) == "1,522"
            assert i18n.format_date(date(1998, 4, 1)) == "1 April 1998"


def test_plurals_follow_the_language():
    one, many = "Shorten this text by %(num)s character", "Shorten this text by %(num)s characters"
    with make_app().test_request_context():
        assert i18n.ngettext(one, many, 1).endswith("1 caractère")
        assert i18n.ngettext(one, many, 1522).endswith("1\u202f522 caractères")


def test_a_lazy_text_waits_for_its_request():
    text = i18n.lazy("Back")
    with make_app().test_request_context(headers={"Accept-Language": "en"}):
        assert str(text) == "Back"
    assert str(text) == "Retour"


def write(folder, name, *pairs):
    (folder / "fr").mkdir(exist_ok=True)
    text = "\n".join(f'msgid "{one}"\nmsgstr "{other}"\n' for one, other in pairs)
    (folder / "fr" / name).write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n' + text)


def test_french_punctuation_stays_with_its_word(tmp_path):
    write(tmp_path, "a.po", ("Why?", "Pourquoi ?"), ("Quoted", "« l'oui » : non"))
    merged = i18n.catalogue("fr", tmp_path)
    assert merged.get("Why?").string == "Pourquoi\u00a0?"
    assert merged.get("Quoted").string == "«\u00a0l’oui\u00a0»\u00a0: non"


def test_areas_are_merged(tmp_path):
    write(tmp_path, "a.po", ("Case", "Dossier"), ("Back", "Retour"))
    write(tmp_path, "b.po", ("Need", "Besoin"), ("Back", "Retour"))
    merged = i18n.catalogue("fr", tmp_path)
    assert [merged.get(word).string for word in ("Case", "Need", "Back")] == ["Dossier", "Besoin", "Retour"]
    assert i18n.clashes("fr", tmp_path) == []


def test_areas_that_disagree_are_named(tmp_path):
    write(tmp_path, "a.po", ("Back", "Retour"))
    write(tmp_path, "b.po", ("Back", "Revenir"))
    assert i18n.clashes("fr", tmp_path) == ["b.po: 'Back'"]
