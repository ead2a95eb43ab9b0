"""What an entry's leaf covers, byte for byte, and who opens its detail."""

import uuid
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from protect.audit.entry import CONTENT, Detail, Entry, content, leaf_of, open_detail, seal_detail
from protect.audit.written import RowState, pack
from protect.vault.errors import CiphertextRejected
from tests.audit.hands import AGENCY, OTHER_AGENCY, auditor_of, entry

PLAIN = Entry(
    at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
    actor_id=uuid.UUID(int=1),
    agency_id=uuid.UUID(int=2),
    role="auditor",
    session_hash=b"\x07" * 32,
    action="trail:read",
    result="allowed",
)


def leaf(written: Entry) -> bytes:
    return leaf_of(content(written))


def test_the_leaf_of_version_1_is_frozen() -> None:
    assert leaf(PLAIN).hex() == "0517d9d955c254af20dd8b3ecdbd415e0f2f93231790ad7a7d156336e6d2dbc6"


def test_the_leaf_of_version_2_is_frozen() -> None:
    written = replace(PLAIN, written=pack([RowState(bytes(16), 3, bytes(range(32)))]))
    assert leaf(written).hex() == "b911f306e38139ceda15c844029e34cc3f20fc2e87d960f8b6617cde7fc01842"


@pytest.mark.parametrize("name", CONTENT)
def test_every_part_changes_the_leaf(name: str) -> None:
    other = {
        "at": PLAIN.at + timedelta(microseconds=1),
        "actor_id": None,
        "agency_id": None,
        "role": "",
        "session_hash": None,
        "action": "trail:verify",
        "result": "denied",
        "purpose": "",
        "consent_id": uuid.UUID(int=0),
        "authorisation": "x",
        "case_generation": 0,
        "program": "1",
        "detail": b"",
        "written": b"",
    }
    assert leaf(replace(PLAIN, **{name: other[name]})) != leaf(PLAIN)


def test_the_leaf_does_not_depend_on_the_zone_a_time_is_told_in() -> None:
    kinshasa = PLAIN.at.astimezone(timezone(timedelta(hours=1)))
    assert leaf(replace(PLAIN, at=kinshasa)) == leaf(PLAIN)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(PLAIN, at=datetime(2026, 3, 1))  # noqa: DTZ001 -- what is refused


def test_a_value_of_no_known_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        leaf_of([1.5])


def test_the_columns_are_the_fields_of_an_entry() -> None:
    assert tuple(field.name for field in fields(Entry)) == CONTENT


DETAIL = Detail("case-7", "case", ("family_name", "birth_date"), "Appel de l’hôpital")


def test_the_auditors_of_the_agency_open_a_detail() -> None:
    blob = seal_detail(auditor_of(AGENCY).public, AGENCY, DETAIL)
    assert open_detail(auditor_of(AGENCY), AGENCY, blob) == replace(DETAIL, fields=("birth_date", "family_name"))


def test_nobody_else_opens_a_detail() -> None:
    blob = seal_detail(auditor_of(AGENCY).public, AGENCY, DETAIL)
    for agency, key in ((AGENCY, OTHER_AGENCY), (OTHER_AGENCY, AGENCY), (OTHER_AGENCY, OTHER_AGENCY)):
        with pytest.raises(CiphertextRejected):
            open_detail(auditor_of(key), agency, blob)


def test_what_is_stored_shows_neither_object_nor_field_nor_reason() -> None:
    stored = entry(7).detail
    assert stored is not None
    for word in (b"case-7", b"family_name", b"hospital"):
        assert word not in stored


def test_short_details_have_one_length() -> None:
    lengths = {len(seal_detail(auditor_of(AGENCY).public, AGENCY, Detail(str(size) * size, "case"))) for size in (1, 9)}
    assert len(lengths) == 1
