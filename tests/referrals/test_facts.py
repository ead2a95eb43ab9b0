"""The request: it says what it said, and it has no room for a name."""

from dataclasses import fields
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protect import vocab
from protect.referrals.facts import FactsUnreadable, RequestFacts, context, from_bytes

codes = st.text(alphabet=st.characters(codec="ascii"), max_size=12)
facts = st.builds(RequestFacts, codes, codes, codes, codes, codes, codes, codes, st.lists(codes).map(tuple), codes)


@given(facts)
def test_round_trip(sent: RequestFacts) -> None:
    assert from_bytes(sent.to_bytes()) == sent


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"format": 2}', b'{"format": 1}', b"\xff", b'{"format":1,"x":1}']
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(FactsUnreadable):
        from_bytes(text)


def test_a_request_has_coded_fields_only() -> None:
    assert {field.name for field in fields(RequestFacts)} == {
        "service_type", "urgency", "sex", "majority", "age_group", "language", "province", "needs", "immediate_danger",
    }  # fmt: skip
    identifying = [
        field.name
        for field in vocab.load().fields.values()
        if field.compartment in {"identity", "contact", "narrative"}
    ]
    assert not {field.name for field in fields(RequestFacts)} & set(identifying)


def test_the_context_tells_referrals_and_sides_apart() -> None:
    one, other = UUID(int=1), uuid4()
    assert len({context(one, "inbox"), context(one, "sender"), context(other, "inbox"), context(other, "sender")}) == 4
