"""Who may consent to what, and what a consent is worth later."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.cases.consents import (
    ConsentAnswers,
    ConsentRecord,
    ConsentRefused,
    check,
    granted,
    shared_fields,
    status_at,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SERVICE = uuid.uuid4()


def answers(**changed):
    plain = {
        "scope": "data_processing",
        "status": "given",
        "given_by": "person",
        "mode": "oral_witnessed",
        "language": "lin",
        "information": ("voluntary", "withdrawal"),
    }
    return ConsentAnswers(**{**plain, **changed})


def record(scope, status, minutes, **changed):
    plain = dict.fromkeys(("given_by", "child_assent", "mode", "language"), "")
    plain |= dict.fromkeys(("recipient_agency_id", "recipient_service_id", "valid_until"))
    plain |= {"classes": (), "fields": (), "information": (), "legal_basis": "consent", "id": uuid.uuid4()}
    return ConsentRecord(
        scope=scope, status=status, recorded_at=NOW + timedelta(minutes=minutes), **{**plain, **changed}
    )


@pytest.mark.parametrize(
    ("changed", "child", "conflict"),
    [
        ({}, False, False),
        ({"given_by": "guardian", "child_assent": "given"}, True, False),
        ({"given_by": "judge", "child_assent": "not_possible"}, True, False),
        ({"given_by": "ad_hoc_guardian", "child_assent": "given"}, True, True),
        ({"legal_basis": "vital_interest", "given_by": "none"}, True, False),
        ({"status": "refused", "information": ()}, False, False),
        ({"status": "not_possible", "legal_basis": "vital_interest", "given_by": "none"}, False, False),
        ({"scope": "share_referral", "recipient_service_id": SERVICE, "classes": ("identity",)}, False, False),
    ],
)
def test_a_consent_that_stands(changed, child, conflict):
    check(answers(**changed), child=child, guardian_conflict=conflict)


@pytest.mark.parametrize(
    ("changed", "child", "conflict", "problem"),
    [
        ({"information": ()}, False, False, "informed"),
        ({"given_by": "none"}, False, False, "giver"),
        ({"given_by": "parent"}, False, False, "adult"),
        ({}, True, False, "guardian"),
        ({"given_by": "parent"}, True, False, "assent"),
        ({"given_by": "parent", "child_assent": "given"}, True, True, "conflict"),
        ({"status": "not_possible"}, False, False, "ground"),
        ({"scope": "share_referral", "classes": ("identity",)}, False, False, "recipient"),
        ({"scope": "share_referral", "recipient_service_id": SERVICE}, False, False, "classes"),
    ],
)
def test_a_consent_that_does_not(changed, child, conflict, problem):
    with pytest.raises(ConsentRefused) as refused:
        check(answers(**changed), child=child, guardian_conflict=conflict)
    assert refused.value.problem == problem


def test_a_withdrawal_and_the_end_of_its_time_override_what_was_given():
    assert status_at(NOW, "given", None, None) == "given"
    assert status_at(NOW, "given", NOW + timedelta(1), None) == "given"
    assert status_at(NOW, "given", NOW, None) == "expired"
    assert status_at(NOW, "given", NOW + timedelta(1), NOW) == "withdrawn"
    assert status_at(NOW, "not_possible", NOW, None) == "expired"  # another legal basis has its time too
    assert status_at(NOW, "not_possible", NOW + timedelta(1), None) == "not_possible"
    assert status_at(NOW, "refused", NOW, None) == "refused"


def test_the_latest_word_counts():
    given, refused = record("research_statistics", "given", 0), record("research_statistics", "refused", 5)
    assert granted([given], "research_statistics")
    assert not granted([refused, given], "research_statistics")
    assert not granted([given], "data_processing")
    assert not granted([], "data_processing")


@given(st.sets(st.sampled_from(["identity", "contact", "health"])), st.sets(st.sampled_from(["a", "b", "c", "d"])))
def test_nothing_outside_the_agreed_classes_is_shared(classes, withheld):
    candidates = [("a", "identity"), ("b", "identity"), ("c", "contact"), ("d", "legal")]
    shared = shared_fields(candidates, classes, withheld)
    assert all(dict(candidates)[name] in classes and name not in withheld for name in shared)
    assert set(shared) == {name for name, home in candidates if home in classes} - withheld
