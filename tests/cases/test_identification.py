"""The legal test and the age rules against a table and against their own properties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.cases.identification import Age, age_group, age_on, computed, legal_elements, majority

BANDS = ("00-04", "05-09", "10-14", "15-17", "18-24", "25-34", "35-49", "50-59", "60+", "unknown")
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("act", "means", "purpose", "who", "result"),
    [
        (["recruitment"], ["fraud"], ["sexual"], "adult", "met"),
        (["recruitment"], [], ["sexual"], "child", "met_child"),
        (["recruitment"], ["fraud"], ["sexual"], "child", "met_child"),
        ([], ["fraud"], ["sexual"], "adult", "missing_act"),
        (["transfer"], [], ["sexual"], "adult", "missing_means"),
        (["transfer"], ["fraud"], [], "adult", "missing_purpose"),
        (["transfer"], ["fraud"], ["unknown"], "adult", "missing_purpose"),
        (["transfer"], [], ["unknown"], "child", "missing_purpose"),
        ([], [], [], "adult", "incomplete"),
        ([], [], ["sexual"], "adult", "incomplete"),
        (["transfer"], [], ["sexual"], "unknown", "incomplete"),
        (["transfer"], ["fraud"], ["sexual"], "unknown", "met"),
    ],
)
def test_the_three_elements(act, means, purpose, who, result):
    assert legal_elements(act, means, purpose, who) == result


@given(
    *(st.lists(st.sampled_from(["a", "unknown"]), max_size=2) for _ in range(3)),
    st.sampled_from(["child", "adult", "unknown"]),
)
def test_the_result_is_the_formula(act, means, purpose, who):
    met = "a" in act and "a" in purpose and ("a" in means or who == "child")
    assert legal_elements(act, means, purpose, who).startswith("met") == met


@given(st.lists(st.sampled_from(["fraud", "coercion"])))
def test_means_never_matter_for_a_child(means):
    assert legal_elements(["transfer"], means, ["sexual"], "child") == "met_child"


@pytest.mark.parametrize(
    ("age", "established", "status"),
    [
        (None, "", "unknown"),
        (None, "presumed_child", "child"),
        (Age(17, 17, estimated=False), "document", "child"),
        (Age(18, 18, estimated=False), "document", "adult"),
        (Age(17, 18, estimated=True), "", "child"),
        (Age(19, 19, estimated=True), "", "child"),
        (Age(20, 20, estimated=True), "", "adult"),
        (Age(19, 19, estimated=False), "contested", "child"),
        (Age(40, 40, estimated=False), "presumed_child", "child"),
    ],
)
def test_a_doubt_favours_the_child(age, established, status):
    assert majority(age, established) == status


def test_an_age_comes_from_the_date_of_birth_before_what_was_said():
    assert age_on(TODAY, "2008-11-25", "30", estimated=False) == Age(17, 17, estimated=False)
    assert age_on(TODAY, "2008", "", estimated=False) == Age(17, 18, estimated=True)
    assert age_on(TODAY, "", "30", estimated=True) == Age(30, 30, estimated=True)
    assert age_on(TODAY, "", "", estimated=True) is None


@given(st.integers(0, 120))
def test_every_age_has_exactly_one_band(years):
    band = age_group(Age(years, years, estimated=False), BANDS)
    low, _, high = band.rstrip("+").partition("-")
    assert int(low) <= years <= int(high or 200)


def test_an_unknown_age_has_the_band_of_its_own():
    assert age_group(None, BANDS) == "unknown"


def test_a_child_now_was_a_child_when_it_began():
    facts = computed(
        {
            "birth_date": "2012",
            "tip_act": "transfer",
            "tip_purpose": "sexual forced_labour",
            "majority_at_entry": "adult",
        },
        TODAY,
        BANDS,
    )
    assert facts == {
        "registration_date": "2026-11-24",
        "age_at_registration": "13",
        "age_group": "10-14",
        "majority_status": "child",
        "majority_at_entry": "child",
        "amp_assessment": "met_child",
    }


def test_an_adult_trafficked_as_a_child_needs_no_means():
    values = {"age_at_registration": "25", "majority_at_entry": "child", "tip_act": "transfer", "tip_purpose": "sexual"}
    facts = computed(values, TODAY, BANDS)
    assert (facts["majority_status"], facts["amp_assessment"]) == ("adult", "met_child")


def test_nothing_known_is_no_age_and_no_result():
    facts = computed({}, TODAY, BANDS)
    assert "age_at_registration" not in facts
    assert (facts["age_group"], facts["majority_status"], facts["amp_assessment"]) == (
        "unknown",
        "unknown",
        "incomplete",
    )


def test_an_adult_may_have_been_a_child_when_it_began_so_nobody_guesses():
    assert computed({"age_at_registration": "25"}, TODAY, BANDS)["majority_at_entry"] == "unknown"
    values = {"age_at_registration": "25", "tip_act": "transfer", "tip_means": "fraud", "tip_purpose": "sexual"}
    assert computed(values, TODAY, BANDS)["amp_assessment"] == "met"


def test_a_stated_age_that_the_year_of_birth_allows_is_kept():
    values = {"birth_date": "2000", "age_at_registration": "26"}
    assert computed(values, date(2026, 6, 1), BANDS)["age_at_registration"] == "26"
    assert computed(values | {"age_at_registration": "30"}, date(2026, 6, 1), BANDS)["age_at_registration"] == "25"
