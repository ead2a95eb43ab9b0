"""What travels: the dictionary, the consent and the session's keys must all agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect import vocab
from protect.referrals.disclosure import SHAREABLE, Withheld, candidates, classes, may_travel, select

FIELDS = vocab.load().fields
SERVICES = vocab.load().lists["service_type"].codes()


def names(service_type: str) -> set[str]:
    return {field.name for field in candidates(FIELDS.values(), service_type)}


def test_a_shelter_gets_what_keeps_the_person_safe_and_no_medical_file() -> None:
    assert {"surname", "safe_contact_channel", "risk_level", "trafficker_knows_location"} <= names("emergency_shelter")
    assert not {"medical_history", "psychosocial_notes", "legal_notes", "perpetrator_name"} & names("emergency_shelter")


def test_a_clinic_gets_no_legal_file_and_a_lawyer_no_medical_one() -> None:
    assert "medical_history" in names("medical")
    assert "legal_notes" not in names("medical")
    assert "legal_notes" in names("legal")
    assert "medical_history" not in names("legal")


def test_a_service_of_no_special_kind_gets_what_any_may_get() -> None:
    assert names("transport") < names("emergency_shelter")


@pytest.mark.parametrize("service_type", SERVICES)
def test_case_notes_and_working_data_never_travel(service_type: str) -> None:
    assert not {"case_note", "case_id", "case_owner"} & names(service_type)
    assert set(classes(FIELDS.values(), service_type)) <= set(SHAREABLE)


@given(
    st.sampled_from(SERVICES), st.sets(st.sampled_from(sorted(FIELDS))), st.sets(st.sampled_from(SHAREABLE)),
    st.sets(st.sampled_from(sorted(FIELDS))),
)  # fmt: skip
def test_a_field_travels_if_and_only_if_all_agree(
    service_type: str, agreed: set[str], locked: set[str], known: set[str]
) -> None:
    values = {name: "x" for name in known if FIELDS[name].compartment not in locked}
    allowed = candidates(FIELDS.values(), service_type)
    disclosure = select(allowed, agreed, values, locked)
    expected = {
        f.name for f in FIELDS.values()
        if may_travel(f, service_type) and f.name in agreed & known and f.compartment not in locked
    }  # fmt: skip
    assert set(disclosure.sent) == expected
    assert {kept.field for kept in disclosure.kept} == {field.name for field in allowed} - expected
    for kept in disclosure.kept:
        if kept.field not in agreed:
            assert kept.why is Withheld.NOT_AGREED
