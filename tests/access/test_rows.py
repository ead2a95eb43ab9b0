"""The row of a compartment: every field has a number of its own, and room that tells nothing of the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect.access import rows
from protect.vault.errors import CiphertextRejected
from protect.vault.sealing import HEADER_BYTES, ContentKey
from protect.vocab import Field, FieldType, load

NAMES = sorted(field.name for field in load().every())
SEALER = ContentKey(bytes(32)).at("agency", "case", "coded", rows.TABLE, "0")
FRAME = HEADER_BYTES + 16


def _room(field: Field, value: str) -> int:
    kind, bucket = rows.shape_of(field.name)
    return len(SEALER.seal(field.name, kind, value, 1, bucket)) - FRAME


def test_no_two_fields_have_one_number() -> None:
    assert len({rows.number_of(name) for name in NAMES}) == len(NAMES)


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=40)))
def test_what_is_packed_comes_back(values: dict[str, bytes]) -> None:
    packed = rows.packed(values)
    assert rows.unpacked(packed) == values
    assert rows.packed(dict(reversed(values.items()))) == packed


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d + b"x", lambda d: b"none" + d[4:], lambda d: d[1:]])
def test_a_cut_a_surplus_or_an_unknown_number_is_refused(change) -> None:
    with pytest.raises(CiphertextRejected):
        rows.unpacked(change(rows.packed({"surname": b"sealed"})))


@pytest.mark.parametrize(
    "field", [field for field in load().every() if field.type is FieldType.CODE], ids=lambda field: field.name
)
def test_every_code_of_a_list_takes_the_same_room(field: Field) -> None:
    assert field.codelist is not None
    assert len({_room(field, code) for code in ("", *field.codelist.codes())}) == 1


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (FieldType.BOOLEAN, ("", "true", "false")),
        (FieldType.DATE, ("", "1998-04-12")),
        (FieldType.PARTIAL_DATE, ("", "1998", "1998-04", "1998-04-12")),
        (FieldType.DATETIME, ("", "2026-06-01T12:00:00Z")),
        (FieldType.PHONE, ("", "+1234567", "+123456789012345")),
    ],
)
def test_every_answer_of_a_known_length_takes_the_same_room(kind: FieldType, values: tuple[str, ...]) -> None:
    for field in (field for field in load().every() if field.type is kind):
        assert len({_room(field, value) for value in values}) == 1


def test_what_has_no_end_keeps_the_wide_bucket() -> None:
    wide = (FieldType.STRING, FieldType.TEXT, FieldType.MULTICODE, FieldType.INTEGER, FieldType.EMAIL)
    for field in (field for field in load().every() if field.type in wide):
        assert (_room(field, ""), _room(field, "x" * 60)) == (64, 64)
