"""What leaves in a file: our importer reads it back as it was, a spreadsheet calculates nothing, and no more is told than was open."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protect.cases.cells import as_text, from_text
from protect.cases.exporting.answers import in_words
from protect.cases.exporting.columns import BESIDE, EVENTS, STAYS, exported, standard_titles
from protect.cases.exporting.content import OWN, README, STANDARD, Occasion, files
from protect.cases.importing.checking import check, good_rows, open_source
from protect.cases.importing.codes import UNKNOWN, codes_of
from protect.cases.importing.columns import field_of
from protect.cases.importing.rows import Custom
from protect.vocab import COMPARTMENTS, FieldType, ValueProblem, load, normalise

DAY = date(2026, 11, 28)
OFFICER = frozenset(COMPARTMENTS) - {"health"}
OCCASION = Occasion("Agence de démonstration", DAY, OFFICER)
DERIVED = {"sex", "exploitation_main"}  # an importer concludes them where a file leaves them open
HOME = {"current_province": "current_country", "recruitment_province": "recruitment_country", "exploitation_province": "exploitation_country"}  # fmt: skip
LETTERS = "aÉœ’'\"-=+@;,| \n\t\u00a0ß京"
RISKY = ("=1+1", "+243812345678", "-1", "@SUM(A1)", "'=1", "''=x", "a;=cmd|' /C calc'!A0", "a,+b\n- c\n=d", "＝1")


def tables(cases, occasion=OCCASION):
    made = files(cases, occasion)
    return {name: list(csv.reader(io.StringIO(made[name].decode("utf-8-sig"), newline=""), delimiter=";")) for name in (STANDARD, OWN)}  # fmt: skip


def imported(cases, name):
    source = open_source(files(cases, OCCASION)[name], Custom("CD", DAY), "+243")
    assert check(source).problems == ()
    return [row.intake for row in good_rows(source)]


def keepable(field):
    def kept(text):
        try:
            return text and text.casefold() not in UNKNOWN and normalise(field, text) == text
        except ValueProblem:
            return False

    return kept


def answers_of(field):
    if field.codelist:
        codes = st.sampled_from(field.codelist.codes())
        return codes if field.type is FieldType.CODE else st.sets(codes, min_size=1, max_size=4).map(lambda them: " ".join(sorted(them)))  # fmt: skip
    risky = st.sampled_from([text for text in RISKY if keepable(field)(text)]) if field.type in {FieldType.STRING, FieldType.TEXT} else st.nothing()  # fmt: skip
    return {
        FieldType.DATE: st.dates(date(1950, 1, 1), DAY).map(str),
        FieldType.PARTIAL_DATE: st.sampled_from(["1998", "1998-04", "1998-04-12"]),
        FieldType.INTEGER: st.integers(0, 99).map(str),
        FieldType.BOOLEAN: st.sampled_from(["true", "false"]),
        FieldType.PHONE: st.integers(10**8, 10**9 - 1).map("+243{}".format),
    }.get(field.type, risky | st.text(LETTERS, max_size=30).map(str.strip).filter(keepable(field)))


@st.composite
def cases(draw):
    """Answers to some of the questions, as an intake keeps them: a province only where the country has it."""
    values = {"case_code": "CD-KN-26-7F3Q", "registration_date": "2026-03-02", "case_status": "active", "tip_act": "recruitment", "current_country": "CD"}  # fmt: skip
    open_fields = [field for field in exported() if field.compartment != "health" and field.name not in values]
    for field in draw(st.lists(st.sampled_from(open_fields), max_size=12, unique_by=lambda field: field.name)):
        values[field.name] = draw(answers_of(field))
    for province, country in HOME.items():
        if values.get(country, "CD") != "CD":
            values.pop(province, None)
    return values


def carried_by_the_standard():
    titles = standard_titles(OFFICER)
    placed = {"recruitment_country", "recruitment_province", "exploitation_country", "exploitation_province", "transit_countries", "tip_purpose", "current_province"}  # fmt: skip
    return placed | {field.name for title in titles if title not in EVENTS and (field := field_of(title))}


@settings(max_examples=300, deadline=None)
@given(cases())
def test_what_the_standards_table_carries_is_read_back_equal(values):
    (intake,) = imported([values], STANDARD)
    expected = {
        name: value for name, value in values.items() if name in carried_by_the_standard() - {"registration_date"}
    }
    concluded = {name for name in DERIVED if name not in values}
    assert {name: value for name, value in intake.values.items() if name not in concluded} == expected
    assert (intake.registered_on, intake.status) == (date(2026, 3, 2), "active")
    assert intake.consents == ()


@settings(max_examples=300, deadline=None)
@given(cases())
def test_our_own_table_is_read_back_equal_in_all_that_is_not_computed(values):
    (intake,) = imported([values], OWN)
    read = {field.name for field in exported() if field_of(field.name)} - {"registration_date"}
    concluded = {name for name in DERIVED if name not in values}
    assert {name: value for name, value in intake.values.items() if name not in concluded} == {
        name: value for name, value in values.items() if name in read
    }


@pytest.mark.parametrize("standard", [True, False])
def test_every_answer_of_every_list_is_taken_for_itself(standard):
    for field in exported():
        for code in field.codelist.codes() if field.codelist else ():
            assert codes_of(field, in_words(field, code, standard=standard)) == code


def test_answers_have_the_standards_names_where_these_mean_one_of_ours():
    assert in_words(load().field("gender_identity"), "trans_feminine", standard=True) == "TransgenderFeminine"
    assert in_words(load().field("identification_status"), "screening", standard=True) == "screening"
    assert in_words(load().field("citizenship"), "CD NA", standard=True) == "COD|NAM"
    assert in_words(load().field("citizenship"), "CD NA", standard=False) == "CD|NAM"


@settings(max_examples=500)
@given(st.text(alphabet="'=+-@\t\r\n,;|ab＝") | st.sampled_from(RISKY))
def test_what_is_made_text_begins_no_formula_and_becomes_itself_again(value):
    marked = as_text(value)
    assert from_text(marked) == value
    for separator in ",;|\n\r\t":
        assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for cell in marked.split(separator))


def test_an_ordinary_cell_of_somebody_else_is_left_as_it_is():
    for cell in ("O'Neil", "'ndeko", "12-3", "a = b", "l'eau, l'air; 'oui'", "' ="):
        assert from_text(cell) == cell


def test_no_cell_of_an_export_begins_a_formula():
    texts = [name for name, field in load().fields.items() if field.type in {FieldType.STRING, FieldType.TEXT}]
    for table in tables([dict.fromkeys(texts, risky) for risky in RISKY]).values():
        assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


def test_what_was_not_open_has_no_column():
    canaries = {field.name: f"canary {field.compartment}" for field in load().every() if not field.codelist}
    for compartment in COMPARTMENTS:
        opened = frozenset(COMPARTMENTS) - {compartment}
        for rows in tables([canaries], Occasion("A", DAY, opened)).values():
            assert not any(f"canary {compartment}" in cell for row in rows for cell in row)
            names = [load().fields.get(title) or field_of(title) for title in rows[0] if title not in EVENTS]
            assert not [field.name for field in names if field and field.compartment == compartment]


def test_what_is_never_exported_and_records_of_their_own_stay():
    told = {field.name: "canary" for field in load().every() if field.name in STAYS or field.group in {"perpetrator", "consent", "referral", "services_provided"}}  # fmt: skip
    told |= {"case_id": "canary", "person_code": "canary", "case_owner": "canary"}
    for rows in tables([told], Occasion("A", DAY, frozenset(COMPARTMENTS))).values():
        assert "canary" not in {cell for row in rows for cell in row}


def test_the_standards_table_has_the_standards_columns_and_few_others():
    titles = set(standard_titles(frozenset(COMPARTMENTS))) - set(BESIDE)
    assert titles <= load().htcds_columns


def test_no_name_of_a_file_says_what_is_in_it():
    made = files([{"surname": "Mbuyi"}], OCCASION)
    assert list(made) == [README, STANDARD, OWN] == ["LISEZMOI.txt", "1.csv", "2.csv"]


def test_the_page_says_in_both_languages_what_it_is_and_what_must_become_of_it():
    page = files([{}, {}], OCCASION)[README].decode("utf-8-sig")
    for said in ("2 dossiers", "2 cases", "Agence de démonstration", "28 novembre 2026", "28 November 2026", "détruisez", "destroy"):  # fmt: skip
        assert said in " ".join(page.split())
    assert max(map(len, page.splitlines())) <= 78
