"""The rows of the vocabulary agree with one another, and a row that does not is found."""

import re
import shutil
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from types import MappingProxyType

import pytest

from protect import vocab
from protect.cases.importing.codes import code_of
from protect.vocab import ADMINISTRATIVE, COMPARTMENTS, CodeList, Field, IntakeStep, Question, Vocabulary
from protect.vocab.check import problems

DATA = Path(vocab.__file__).parent / "data"


@pytest.fixture
def words() -> Vocabulary:
    return vocab.load()


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def append(file: Path, line: str) -> None:
    file.write_text(file.read_text("utf-8") + line + "\n", "utf-8")


def with_field(words: Vocabulary, changed: str, **changes) -> Vocabulary:
    fields = dict(words.fields)
    fields[changed] = replace(words.field(changed), **changes)
    return replace(words, fields=MappingProxyType(fields))


def with_list(words: Vocabulary, listed: CodeList) -> Vocabulary:
    return replace(words, lists=MappingProxyType({**words.lists, listed.name: listed}))


def test_the_shipped_vocabulary_has_no_problem(words):
    assert problems(words) == []


def test_it_is_read_once_and_cannot_change(words):
    assert vocab.load() is words
    with pytest.raises(TypeError):
        words.fields["other"] = words.field("sex")
    with pytest.raises(FrozenInstanceError):
        words.field("sex").compartment = "administrative"
    assert hash(words.field("sex")) == hash(words.field("sex"))


def test_every_field_asked_has_its_words(words):
    sex = words.field("sex")
    assert (sex.label("fr"), sex.label("en"), sex.label("fr_CD"), sex.label("en_GB")) == ("Sexe", "Sex", "Sexe", "Sex")
    assert sex.codelist is words.lists["sex"]
    assert sex.codelist.get("F").label("fr") == "Féminin"
    assert {"QI", "STAT", "REF:A"} == sex.tags
    assert {"REF:M", "REF:L"} == words.field("birth_date").tags
    assert words.field("birth_date").note.startswith("Partial dates")
    assert words.field("route_points").target == "route_point"
    assert words.field("photo").name in words.optional


def test_a_field_or_a_code_that_does_not_exist_is_refused(words):
    with pytest.raises(vocab.UnknownField):
        words.field("shoe_size")
    with pytest.raises(vocab.UnknownCode):
        words.lists["sex"].get("Z")
    assert "Z" not in words.lists["sex"]


def test_columns_of_the_standard_lead_to_fields(words):
    assert [field.name for field in words.by_htcds("prs_FirstName")] == ["given_name"]
    assert [field.name for field in words.by_htcds("hte_Country")][:2] == ["recruitment_country", "transit_countries"]
    assert words.by_htcds("prs_Nothing") == ()


def test_the_compartments_share_out_the_core(words):
    shared = [field.name for name in (*COMPARTMENTS, ADMINISTRATIVE) for field in words.fields_of(name)]
    assert sorted(shared) == sorted(words.fields)
    assert set(words.lists["sensitivity_class"].codes()) == {*COMPARTMENTS, ADMINISTRATIVE}


def test_the_first_form_reaches_every_compartment(words):
    asked = [question.field for step in words.intake for question in step.questions]
    assert {words.field(name).compartment for name in asked} >= set(COMPARTMENTS)
    assert asked[:2] == ["immediate_danger", "screening_conditions_met"]
    assert not [name for name in asked if "CALC" in words.field(name).tags]


def test_a_row_is_all_that_a_new_field_needs(folder):
    row = "health,allergies,Allergies,Allergies,string,,no,health,,,[REF:M] What a carer must know."
    append(folder / "data_dictionary.csv", row)
    read = vocab.read(folder)
    assert problems(read) == []
    assert read.field("allergies").compartment == "health"
    assert read.field("allergies").tags == {"REF:M"}


@pytest.mark.parametrize(
    "row",
    [
        "health,allergies,Allergies,Allergies,code,no_such_list,no,health,,,",
        "health,allergies,Allergies,Allergies,sentence,,no,health,,,",
        "health,allergies,Allergies,Allergies,string,,perhaps,health,,,",
        "health,allergies,Allergies",
        "demographics,sex,Sex,Sexe,code,sex,yes,coded,,,",
        "health,allergies,Allergies,Allergies,string,,no,health,,,note,one too many",
    ],
)
def test_a_row_that_cannot_be_understood_stops_the_start(folder, row):
    append(folder / "data_dictionary.csv", row)
    with pytest.raises(vocab.BrokenVocabulary):
        vocab.read(folder)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"compartment": "attic"}, "the compartment attic is unknown"),
        ({"label_fr": " "}, "a label is empty"),
        ({"label_en": ""}, "a label is empty"),
        ({"htcds": "prs_Nothing"}, "prs_Nothing is no field of HTCDS"),
        ({"tags": frozenset({"STATS"})}, "the tag STATS is unknown"),
        ({"tags": frozenset({"REF:Z"})}, "the tag REF:Z is unknown"),
        ({"codelist": None}, "it needs a list of answers"),
        ({"codelist": CodeList("other", "Autre", "Other", ())}, "its list other is not in the vocabulary"),
        ({"name": "Sex"}, "its name is not lower case"),
        ({"target": "user"}, "a reference must say to what, and nothing else may"),
    ],
)
def test_a_planted_fault_of_a_field_is_found(words, changes, problem):
    assert any(found.endswith(problem) for found in problems(with_field(words, "sex", **changes)))


def test_a_planted_fault_of_a_list_is_found(words):
    sex = words.lists["sex"]
    first = sex.values[0]
    planted = {
        "the code F stands twice": replace(sex, values=(*sex.values, first)),
        "a title is empty": replace(sex, title_fr=""),
        "a label of F is empty": replace(sex, values=(replace(first, label_en=" "), *sex.values[1:])),
        "it is empty": replace(sex, values=()),
        "the code 'a b' has characters that a code cannot have": replace(sex, values=(replace(first, code="a b"),)),
    }
    for problem, listed in planted.items():
        assert f"the list sex: {problem}" in problems(with_list(words, listed))


def test_a_planted_fault_of_a_measure_is_found(words):
    first = words.indicators[0]
    planted = {
        "the field nothing does not exist": replace(first, fields=("nothing",)),
        "it is counted from nothing": replace(first, fields=(), other_source=""),
        "the priority soon is unknown": replace(first, priority="soon"),
        "its name, definition, formula or unit is empty": replace(first, name_fr=""),
    }
    for problem, indicator in planted.items():
        assert f"the indicator {first.id}: {problem}" in problems(replace(words, indicators=(indicator,)))
    assert f"the indicator {first.id} stands twice" in problems(replace(words, indicators=(first, first)))


def test_a_planted_fault_of_the_first_form_is_found(words):
    question = Question("shoe_size", "full_moon", "", "Size")
    found = problems(replace(words, intake=(IntakeStep("feet", (question, question)),)))
    assert "the step feet: it has no title" in found
    assert "the step feet: the field shoe_size does not exist" in found
    assert "the step feet: the condition full_moon of shoe_size is unknown" in found
    assert "the step feet: a hint of shoe_size is empty" in found
    assert "the question shoe_size stands twice" in found


def test_a_step_that_is_torn_apart_is_found(folder):
    append(folder / "intake.csv", "danger,risk_types,,Hint,Indication")
    assert "the step danger stands twice" in problems(vocab.read(folder))


def test_every_measure_says_what_it_needs(words):
    assert words.indicators[0].id == "PROT-01"
    assert words.indicators[0].disaggregation[:2] == ("sex", "child/adult")
    assert all(isinstance(words.field(name), Field) for measure in words.indicators for name in measure.fields)


def test_french_words_are_typeset_and_english_ones_are_as_written(words):
    assert words.fields["age_at_registration"].label_fr.startswith("Âge à l’enregistrement")
    french = [
        *(
            item.label_fr
            for field in words.every()
            for item in (field, *(field.codelist.values if field.codelist else ()))
        ),
        *(listed.title_fr for listed in words.lists.values()),
        *(indicator.name_fr for indicator in words.indicators),
        *(question.hint_fr for step in words.intake for question in step.questions),
    ]
    assert [text for text in french if re.search(r"\w'\w| [:;?!»]|« ", text)] == []
    assert any("\u00a0?" in text for text in french)
    assert "person's" in words.fields["trafficker_knows_location"].label_en


@pytest.mark.parametrize("apostrophe", ["'", "’", " "])
def test_an_answer_is_known_by_its_label_however_it_was_typed(words, apostrophe):
    listed = words.field("needs")
    value = next(value for value in listed.codelist.values if "d’urgence" in value.label_fr)
    assert code_of(listed, value.label_fr.replace("’", apostrophe)) == value.code
