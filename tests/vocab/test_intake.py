"""Which questions of the first form are asked."""

import pytest

from protect.vocab import Question, asked


@pytest.mark.parametrize(
    ("when", "answers", "yes"),
    [
        ("", {}, True),
        ("child", {"age_at_registration": "12"}, True),
        ("child", {"age_at_registration": "30"}, False),
        ("child", {"age_at_registration": "19", "age_estimated": "true"}, True),
        ("child", {}, True),
        ("child", {"majority_status": "adult"}, False),
        ("child", {"majority_status": "unknown", "age_at_registration": ""}, True),
        ("adult", {"age_at_registration": "12"}, False),
        ("adult", {"age_at_registration": "18"}, True),
        ("adult", {}, True),
        ("adult", {"majority_status": "child", "age_at_registration": "30"}, False),
        ("home_citizen", {"citizenship": "BI CD"}, True),
        ("home_citizen", {"citizenship": "BI RW"}, False),
        ("home_resident", {"current_country": "CD"}, True),
        ("home_resident", {"current_country": "RW"}, False),
        ("home_events", {"exploitation_country": "AO"}, False),
        ("home_events", {}, True),
        ("decided", {"identification_status": "identified"}, True),
        ("decided", {"identification_status": "presumed"}, False),
        ("high_risk", {"risk_level": "imminent"}, True),
        ("high_risk", {"risk_level": "low"}, False),
    ],
)
def test_a_question_is_asked_when_it_applies(when, answers, yes):
    assert asked(Question("field", when, "Indication", "Hint"), answers, "CD") is yes


def test_a_hint_has_two_languages():
    question = Question("field", "", "Indication", "Hint")
    assert (question.hint("fr"), question.hint("en_GB")) == ("Indication", "Hint")
