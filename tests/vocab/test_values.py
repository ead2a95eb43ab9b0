"""Answers: what is stored of them, what is refused, what is shown."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.i18n import catalogue
from protect.vocab import MESSAGES, STEP_TITLES, FieldType, ValueProblem, load, normalise, present

TODAY = date(2026, 3, 27)
WORDS = load()
ONE_OF_EACH = {field.type: field for field in reversed(WORDS.every())}
LINES = {FieldType.STRING, FieldType.TEXT, FieldType.STRING_LIST}


def kept(name: str, raw, **setting) -> str:
    return normalise(WORDS.field(name), raw, **{"today": TODAY, **setting})


def refused(name: str, raw, **setting) -> str:
    with pytest.raises(ValueProblem) as caught:
        kept(name, raw, **setting)
    assert str(caught.value) == MESSAGES[caught.value.key]  # and nothing of what was typed
    return caught.value.key


@given(st.sampled_from(list(ONE_OF_EACH.values())), st.text(max_size=60) | st.lists(st.text(max_size=12), max_size=4))
def test_anything_typed_is_stored_for_good_or_refused_with_a_message(field, raw):
    try:
        once = normalise(field, raw, prefix="243", today=TODAY)
    except ValueProblem as problem:
        assert problem.key in MESSAGES  # noqa: PT017 most of what is typed here is fine
    else:
        assert normalise(field, once, prefix="243", today=TODAY) == once
        assert unicodedata.is_normalized("NFC", once)
        assert once == once.strip()
        once.encode()
        for locale in ("fr", "en", "fr_CD", "en_GB"):
            assert bool(present(field, once, locale)) == bool(once)


@given(st.dates(date(1900, 1, 1), TODAY))
def test_dates_come_back_as_they_were(day):
    assert kept("detection_date", day.isoformat()) == day.isoformat()
    assert kept("detection_date", f"{day.day}/{day.month}/{day.year}") == day.isoformat()
    assert kept("birth_date", f"{day.month}/{day.year}") == day.isoformat()[:7]


@given(st.sets(st.sampled_from(WORDS.lists["country"].codes()), max_size=6))
def test_codes_come_back_sorted_whatever_their_order(codes):
    assert (
        kept("citizenship", list(codes))
        == kept("citizenship", " ".join(reversed(list(codes))))
        == " ".join(sorted(codes))
    )


@given(st.integers(0, 120))
def test_numbers_come_back(number):
    assert kept("age_at_registration", f" 0{number} ") == str(number)


@pytest.mark.parametrize("field", ONE_OF_EACH.values(), ids=lambda field: field.name)
@pytest.mark.parametrize("nothing", ["", "  ", None, [], [""]])
def test_no_answer_is_the_empty_text(field, nothing):
    assert normalise(field, nothing) == ""
    assert present(field, "", "fr") == ""


@pytest.mark.parametrize(
    ("name", "raw", "stored"),
    [
        ("surname", "  Ilunga   wa\tNgoy ", "Ilunga wa Ngoy"),
        ("surname", "He\u0301le\u0300ne", "Hélène"),
        ("exploitation_narrative", " un\r\n deux \r", "un\n deux"),
        ("sex", "F", "F"),
        ("citizenship", ["RW", "CD", "RW", ""], "CD RW"),
        ("rights_informed", "Yes", "true"),
        ("rights_informed", "0", "false"),
        ("detection_date", "2026-3-7", "2026-03-07"),
        ("detection_date", "7.3.2026", "2026-03-07"),
        ("birth_date", "1998", "1998"),
        ("birth_date", "4/1998", "1998-04"),
        ("birth_date", "12/04/1998", "1998-04-12"),
        ("birth_date", "2026", "2026"),
        ("followup_date", "2031-01-01", "2031-01-01"),
        ("consent_date", "2026-03-27T14:30+01:00", "2026-03-27T13:30:00Z"),
        ("consent_date", "2026-03-27T13:30:00Z", "2026-03-27T13:30:00Z"),
        ("service_quantity", "1 200", "1200"),
        ("compensation_amount", "1 200,50", "1200.5"),
        ("email", "Nom@EXEMPLE.cd", "Nom@exemple.cd"),
        ("alias", "Mado\n\n la   petite ", "Mado\nla petite"),
        ("alias", ["Mado", "Nanou"], "Mado\nNanou"),
        ("case_owner", "0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ],
)
def test_an_answer_is_stored_in_one_way(name, raw, stored):
    assert kept(name, raw) == stored


@pytest.mark.parametrize(
    ("raw", "prefix", "stored"),
    [
        ("0812 345 678", "243", "+243812345678"),
        ("0812 345 678", "+243", "+243812345678"),
        ("+243 812 345 678", "243", "+243812345678"),
        ("00 243-812-345-678", "", "+243812345678"),
        ("243812345678", "243", "+243812345678"),
        ("+33 (6) 12.34.56.78", "243", "+33612345678"),
    ],
)
def test_a_telephone_number_is_stored_with_its_country(raw, prefix, stored):
    assert kept("phone", raw, prefix=prefix) == stored


@pytest.mark.parametrize(
    ("name", "raw", "key"),
    [
        ("sex", "Z", "code"),
        ("sex", "f", "code"),
        ("sex", ["F", "M"], "text"),
        ("citizenship", ["CD", "ZAIRE"], "code"),
        ("rights_informed", "peut-être", "boolean"),
        ("detection_date", "31/02/2026", "date"),
        ("detection_date", "hier", "date"),
        ("detection_date", "2026", "date"),
        ("detection_date", "٢٧/٠٣/٢٠٢٦", "date"),
        ("detection_date", "2026-03-28", "future"),
        ("birth_date", "2027", "future"),
        ("birth_date", "1899", "too_old"),
        ("detection_date", "0026-03-27", "too_old"),
        ("birth_date", "98", "partial_date"),
        ("birth_date", "13/1998", "partial_date"),
        ("consent_date", "2026-03-27T14:30", "time"),
        ("consent_date", "0001-01-01T00:00+14:00", "time"),
        ("age_at_registration", "douze", "integer"),
        ("age_at_registration", "-3", "integer"),
        ("age_at_registration", "12.5", "integer"),
        ("age_at_registration", "²", "integer"),
        ("age_at_registration", "121", "too_large"),
        ("service_quantity", "9" * 12, "too_large"),
        ("compensation_amount", "1e9", "decimal"),
        ("compensation_amount", "9" * 12, "too_large"),
        ("phone", "0812 345 678", "phone"),
        ("phone", "appelez-moi", "phone"),
        ("phone", "+0812345678", "phone"),
        ("phone", "+2438123456789012", "phone"),
        ("email", "nom@exemple", "email"),
        ("email", "nom exemple@exemple.cd", "email"),
        ("case_owner", "../../etc", "reference"),
        ("surname", "x" * 201, "length"),
        ("exploitation_narrative", "x" * 4001, "length"),
        ("surname", "Ilu\x00nga", "text"),
        ("surname", "Ilunga\u202eagnulI", "text"),
        ("surname", "Ilunga\ud800", "text"),
    ],
)
def test_an_answer_that_cannot_be_kept_says_why(name, raw, key):
    assert refused(name, raw) == key


def test_today_is_not_in_the_future_anywhere():
    with pytest.raises(ValueProblem):
        normalise(WORDS.field("detection_date"), "9999-12-31")
    assert normalise(WORDS.field("detection_date"), TODAY.isoformat(), today=TODAY)


@pytest.mark.parametrize(
    ("name", "value", "french", "english"),
    [
        ("birth_date", "1998-04-12", "12 avril 1998", "12 April 1998"),
        ("birth_date", "1998-04-01", "1er avril 1998", "1 April 1998"),
        ("birth_date", "1998-04", "avril 1998", "April 1998"),
        ("birth_date", "1998", "1998", "1998"),
        ("consent_date", "2026-03-27T13:30:00Z", "27 mars 2026, 13:30 UTC", "27 March 2026, 13:30 UTC"),
        ("sex", "F", "Féminin", "Female"),
        (
            "citizenship",
            "CD RW",
            "République démocratique du Congo, Rwanda",
            "Democratic Republic of the Congo, Rwanda",
        ),
        ("citizenship", "CD ZZ", "République démocratique du Congo, ZZ", "Democratic Republic of the Congo, ZZ"),
        ("rights_informed", "true", "Oui", "Yes"),
        ("rights_informed", "false", "Non", "No"),
        ("compensation_amount", "1200.5", "1200,5", "1200.5"),
        ("alias", "Mado\nNanou", "Mado, Nanou", "Mado, Nanou"),
        ("surname", "Ilunga", "Ilunga", "Ilunga"),
    ],
)
def test_a_stored_value_is_shown_in_words(name, value, french, english):
    field = WORDS.field(name)
    assert present(field, value, "fr") == present(field, value, "fr_CD") == french
    assert present(field, value, "en") == present(field, value, "en_GB") == english


@pytest.mark.parametrize("text", [*MESSAGES.values(), *STEP_TITLES.values()])
def test_every_message_is_translated(text):
    message = catalogue("fr").get(text)
    assert message is not None
    assert message.string
